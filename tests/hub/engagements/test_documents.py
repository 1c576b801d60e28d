"""The papers of an engagement: what they say, who gets them, and the record that somebody did."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from hub import dependencies
from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden, NotFound
from hub.settings import Settings
from hub.workflows.breaking_off import break_off
from hub.workflows.documents import ActivityReport, read_activity_report, read_plan_list, read_terms
from hub.workflows.engagement_days import plan_days
from hub.workflows.engagement_rows import EngagementPage
from hub.workflows.engagement_terms import edit_terms
from hub.workflows.engagements import consent
from hub.workflows.moving import Reason
from hub.workflows.reports import ReportDraft, sign_off_report, submit_report, write_report
from hub.workflows.work_logs import ShareDraft, WorkLogDraft, submit_log, write_log
from tests.hub.apps import app_for
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import (
    AFTER,
    BEFORE,
    EXPERT,
    MIDDLE,
    WARD_APPROVER,
    Work,
    begin,
    begun,
    done,
    furnish,
    log,
    rows,
)
from tests.hub.round.world import APPROVER, CITY, COORDINATOR, REQUESTER, STRANGER, WARD, make_plan, person
from web.language import language
from web.messages import extracted
from web.scheme_notes import payer_note, scheme_name
from web.templating import environment

OF_TOKYO = Actor("acc_tokyo", (Grant("coordinator", "13"),))
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))
DONE = ReportDraft("予約の仕組みを設計した", "予約の65%がスマートフォンから", "議会資料")


def terms(work: Work, actor: Actor = COORDINATOR) -> EngagementPage:
    with reading(work.engine) as session:
        return read_terms(session, actor, work.engagement)


def report(work: Work, actor: Actor = APPROVER) -> ActivityReport:
    with reading(work.engine) as session:
        return read_activity_report(session, actor, work.engagement)


def write(work: Work, *, handed_in: bool = True) -> None:
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, DONE)
        if handed_in:
            submit_report(session, EXPERT, work.engagement)


def edit(work: Work, **changes: object) -> None:
    now = terms(work)
    with transaction(work.engine) as session:
        edit_terms(session, REQUESTER, work.engagement, replace(now.terms, **changes), now.version)


def shown(template: str, code: str, **context: object) -> str:
    made = datetime(2026, 12, 1, tzinfo=UTC)
    html = environment(code).get_template(f"forms/{template}").render(**context, made_at=made)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def terms_in(work: Work, code: str = "ja") -> str:
    page, spoken = terms(work), language(code)
    told = (page.row.scheme, page.row.fiscal_year, spoken)
    return shown("terms.html", code, page=page, scheme_name=scheme_name(*told), payer=payer_note(*told))


def report_in(work: Work, code: str = "ja", actor: Actor = EXPERT) -> str:
    told = report(work, actor)
    return shown("activity_report.html", code, report=told, scheme_name="")


@contextmanager
def acting(settings: Settings, actor: Actor) -> Iterator[TestClient]:
    app = app_for(settings.model_copy(update={"worker": False}))
    app.dependency_overrides[dependencies._actor] = lambda: actor
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def handed_out(work: Work) -> list[tuple[object, ...]]:
    query = (
        "SELECT actor_id, kind, subject_id, after FROM audit_records WHERE action = 'document:hand_out' ORDER BY seq"
    )
    return [
        (who, kind, key, json.loads(str(after))["document"], json.loads(str(after))["version"])
        for who, kind, key, after in rows(work.engine, query)
    ]


def test_terms_say_who_does_what_when_for_how_much(work: Work):
    now = terms(work)
    with transaction(work.engine) as session:
        plan_days(session, REQUESTER, work.engagement, [date(2026, 10, 5), date(2026, 11, 9)], now.version)
    edit(work, conditions="交通費は実費を精算する", daily_rate=45_000, hourly_rate=None, hours=7.5)
    said = terms_in(work)
    for wanted in (
        "長野県塩尻市", "団体コード 202151", "髙橋 e1", "クラウドの設計", "業務委託", "制度によらない",
        "令和8年10月1日（2026年10月1日）", "月7.5時間まで", "月2日まで", "10月5日、11月9日", "1日 45,000円",
        "1か月 120,000円", "交通費は実費を精算する", "第2版",
    ):  # fmt: skip
        assert wanted in said
    assert "案です" in said
    assert said.count("まだ合意していません") == 2


@on_sqlite
def test_terms_say_when_each_side_agreed_and_what_is_agreed_is_no_draft(work: Work):
    begin(work.engine, work.engagement, BEFORE)
    said = terms_in(work)
    assert "案です" not in said
    assert "まだ合意していません" not in said
    assert said.count("令和8年") > 2


@on_sqlite
def test_terms_of_a_person_sent_stay_a_draft_until_their_body_consents(work: Work):
    edit(work, scheme="municipal_staff_dispatch", form="dispatch", dispatching_body=WARD)
    begin(work.engine, work.engagement, BEFORE)
    assert not terms(work).agreed
    assert "まだ同意していません" in terms_in(work)
    with transaction(work.engine) as session:
        consent(session, WARD_APPROVER, work.engagement, 2, today=BEFORE)
    assert terms(work, WARD_APPROVER).agreed


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"form": "pro_bono", "hourly_rate": None, "monthly_amount": None}, "無償（報酬なし）"),
        ({"hourly_rate": None, "monthly_amount": None}, "報酬 定めなし"),
        ({"hourly_rate": None, "monthly_amount": 300_000}, "報酬 1か月 300,000円"),
        ({"onsite_days": 0.0}, "なし（オンラインのみ）"),
    ],
)
def test_terms_say_what_there_is_none_of(work: Work, changes, wanted):
    edit(work, **changes)
    assert wanted in terms_in(work)


@begun
@on_sqlite
def test_terms_of_work_broken_off_say_so(work: Work):
    with transaction(work.engine) as session:
        break_off(session, COORDINATOR, work.engagement, Reason("budget"), MIDDLE)
    assert "令和8年10月20日（2026年10月20日）を最終日として打ち切られました" in terms_in(work)


def test_who_pays_is_said_with_its_source_and_nothing_is_carried_into_a_year_without_one():
    ja, en = language("ja"), language("en")
    assert "総務省" in payer_note("regional_adviser", 2025, ja)
    assert "出典" in payer_note("regional_adviser", 2025, ja)
    assert "(source: " in payer_note("regional_adviser", 2025, en)
    for year in (2026, 2050):
        assert "確認できていません" in payer_note("regional_adviser", year, ja)
    assert scheme_name("regional_adviser", 2050, ja) == "地域情報化アドバイザー派遣"
    assert scheme_name("unheard_of", 2025, ja) == "unheard_of"


@begun
def test_a_report_says_what_each_month_s_log_did_and_adds_it_up(work: Work):
    days = (date(2026, 10, 5), date(2026, 10, 19))
    log(work.engine, work.engagement, "2026-10", WorkLogDraft(hours=18.5, days=days, travel_yen=24_680, done="設計"))
    with transaction(work.engine) as session:
        november = WorkLogDraft(hours=19.0, days=(date(2026, 11, 9),), travel_yen=8_000, done="調達", remark="延長")
        write_log(session, EXPERT, work.engagement, "2026-11", november, today=AFTER)
    write(work)
    told = report(work)
    assert [(month.month, month.hours, month.days) for month in told.months] == [("2026-10", 18.5, days)]
    assert told.open_months == ("2026-11",)
    with transaction(work.engine) as session:
        submit_log(session, EXPERT, work.engagement, "2026-11", today=AFTER)
    told = report(work)
    assert (told.hours, told.onsite_days, told.travel_yen, told.open_months) == (37.5, 3, 32_680, ())
    assert [month.signed_off_at is None for month in told.months] == [False, True]
    said = report_in(work)
    for wanted in (
        DONE.contribution,
        DONE.outcome,
        DONE.evidence,
        "現地 10月5日、10月19日",
        "合計 37.5 3 32,680円",
        "備考 延長",
    ):
        assert wanted in said
    assert "確認を待っています" in said
    with transaction(work.engine) as session:
        sign_off_report(session, APPROVER, work.engagement, today=AFTER)
    assert "確認を待っています" not in report_in(work)
    assert report(work).signed_off_at is not None


@begun
def test_a_draft_is_for_those_who_write_it(work: Work):
    with pytest.raises(NotFound):
        report(work, EXPERT)
    write(work, handed_in=False)
    assert "下書き" in report_in(work, actor=EXPERT)
    assert report(work, REQUESTER).contribution == DONE.contribution
    for actor in (APPROVER, COORDINATOR):
        with pytest.raises(NotFound):
            report(work, actor)


@on_sqlite
@done
@pytest.mark.parametrize("actor", [STRANGER, person("e2"), OF_TOKYO])
def test_papers_are_not_for_others(work: Work, actor: Actor):
    write(work)
    for read in (terms, report):
        with pytest.raises(Forbidden):
            read(work, actor)


@on_sqlite
@pytest.mark.parametrize("code", ["ja", "en"])
def test_both_languages_are_whole(work: Work, code: str):
    edit(work, scheme="prefecture_pool", conditions="x")
    begin(work.engine, work.engagement)
    log(work.engine, work.engagement, "2026-10", WorkLogDraft(hours=1.0, days=(date(2026, 10, 5),), done="x"))
    write(work)
    said = terms_in(work, code) + report_in(work, code)
    sources = {message.id for message in extracted() if isinstance(message.id, str) and len(message.id) >= 4}
    left = {source for source in sources if source in said and re.search("[ぁ-んァ-ン一-龠]", source)}
    assert bool(left) == (code == "ja")


@begun
@pytest.mark.parametrize("paper", ["terms", "report"])
def test_a_paper_is_handed_out_as_pdf_and_recorded(work: Work, settings: Settings, paper: str):
    write(work)
    address = f"/engagements/{work.engagement}/{paper}.pdf"
    with acting(settings, EXPERT) as client:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")
        assert client.get(f"/engagements/absent/{paper}.pdf").status_code == 404
    version = terms(work).version if paper == "terms" else report(work).version
    document = "terms" if paper == "terms" else "activity_report"
    assert handed_out(work) == [("acc_e1", "engagement", work.engagement, document, version)]


@begun
@on_sqlite
def test_who_is_refused_a_paper_gets_none_and_leaves_no_record(work: Work, settings: Settings):
    write(work)
    papers = [f"/engagements/{work.engagement}/{name}.pdf" for name in ("terms", "report")]
    with acting(settings, STRANGER) as client:
        for address in (*papers, "/requests/r1/application.pdf"):
            assert client.get(address).status_code == 404, address
        assert client.get("/plans/plan_1/list.pdf").status_code == 403
    assert handed_out(work) == []


def test_an_application_and_a_list_of_a_plan_are_recorded_too(work: Work, settings: Settings):
    with acting(settings, REQUESTER) as client:
        assert client.get("/requests/r1/application.pdf").status_code == 200
        assert client.get("/plans/plan_1/list.pdf").status_code == 403
    with acting(settings, COORDINATOR) as client:
        assert client.get("/plans/plan_1/list.pdf").status_code == 200
    assert [entry[:4] for entry in handed_out(work)] == [
        ("acc_requester", "request", "r1", "application"),
        ("acc_coordinator", "plan", "plan_1", "plan_list"),
    ]


@on_sqlite
def test_the_list_of_a_prefecture_s_plan_is_for_its_coordinators(work: Work):
    with transaction(work.engine) as session:
        make_plan(session, "plan_nagano")
        session.execute(text("UPDATE plans SET prefecture_code = '20' WHERE id = 'plan_nagano'"))
        with pytest.raises(Forbidden):
            read_plan_list(session, OF_TOKYO, "plan_nagano", 500)
        assert read_plan_list(session, Actor("acc_n", (Grant("coordinator", "20"),)), "plan_nagano", 500).left_out == 0
        assert read_plan_list(session, AUDITOR, "plan_nagano", 500).rows == ()


@on_sqlite
def test_the_days_of_organizations_that_share_a_post_are_added_up(work: Work):
    served = (CITY, "202011")
    own = furnish(work.engine, "_of_two", beneficiaries=served)
    edit(own, cost_sharing="days")
    begin(own.engine, own.engagement, expert_id=own.expert)
    doer = person(own.expert)
    for month, mine, theirs in (("2026-10", 1.5, 0.5), ("2026-11", 0.0, 1.0)):
        shares = (ShareDraft(served[0], mine), ShareDraft(served[1], theirs))
        with transaction(own.engine) as session:
            write_log(
                session, doer, own.engagement, month, WorkLogDraft(hours=9.0, done="x", shares=shares), today=AFTER
            )
            submit_log(session, doer, own.engagement, month, today=AFTER)
    with transaction(own.engine) as session:
        write_report(session, doer, own.engagement, DONE)
    assert report(own, doer).shares == {"202011": 1.5, "202151": 1.5}
    assert "団体ごとの日数 団体 日数 長野県長野市 1.5 長野県塩尻市 1.5" in report_in(own, actor=doer)
    assert "使った日数で分ける" in terms_in(own)
