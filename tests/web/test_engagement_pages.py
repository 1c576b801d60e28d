"""An engagement on the pages: terms, logs, report, evaluations and its ends, by both sides."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.auth.actor import Actor
from hub.db.transaction import reading, transaction
from hub.workflows.career_records import verified_entries
from hub.workflows.drafts import ExpertDraft, MonthDraft, NeedDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.engagement_reading import find_engagements, read_engagement
from hub.workflows.engagement_rows import EngagementFilter
from hub.workflows.evaluations import ASPECTS
from hub.workflows.experts import store_experts
from hub.workflows.japanese_days import first_day, month_of, today_in_japan
from hub.workflows.life_cycles import ENGAGEMENT, REPORT, WORK_LOG
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from tests.hub.round.world import APPROVER, CITY, COORDINATOR, REQUESTER, STRANGER, make_plan, offer, person
from tests.web.test_pages import Page
from web import round_words

MONTH = month_of(first_day(month_of(today_in_japan())) - timedelta(days=1))
"""The month before this one: its work is done."""
EXPERT = person("e1")
DAY = f"{MONTH}-05"
TEXTS = {"contribution": "要件を整理し、設計した", "outcome": "運行を二割減らした", "evidence": "議事録"}


@dataclass(frozen=True)
class Work:
    """A hub whose only engagement is ``key``: 20 hours and 2 days on site in ``MONTH``."""

    hub: object
    key: str

    def get(self, actor: Actor, part: str = "", language: str = "ja"):
        return self.hub.acting(actor, language).get(f"/engagements/{self.key}{part}")

    def post(self, actor: Actor, part: str, **form: object):
        return self.hub.acting(actor).post(f"/engagements/{self.key}{part}", data=form)

    def page(self):
        with reading(self.hub.engine) as session:
            return read_engagement(session, COORDINATOR, self.key)

    def begin(self) -> None:
        for actor, side in ((EXPERT, "expert"), (APPROVER, "organization")):
            assert self.post(actor, "/agree", side=side, terms_version=1).status_code == 303

    def log(self) -> None:
        log = {"version": 0, "hours": "18", "days": DAY, "travel_yen": "3,200", "done": "設計と助言", "submit": "true"}
        assert self.post(EXPERT, f"/work-logs/{MONTH}", **log).status_code == 303
        version = shown_version(self.get(REQUESTER, f"/work-logs/{MONTH}").text)
        assert self.post(REQUESTER, f"/work-logs/{MONTH}/sign-off", version=version).status_code == 303


def shown_version(text: str) -> str:
    return re.search(r'name="version" value="(\d+)"', text)[1]


@pytest.fixture
def work(played):
    seat = SlotDraft("助言", "D", "development", MONTH, 1, 20.0, onsite_days=2.0, needs=(NeedDraft("TE1-08", 2),))
    with transaction(played.engine) as session:
        make_plan(session)
        expert = ExpertDraft(
            family_name="髙橋",
            talent_types=("D",),
            hourly_rate=5000,
            base=CITY,
            skills=(SkillDraft("TE1-08", 3),),
            availability=(MonthDraft(MONTH, 40.0, 2, 4.0),),
        )
        store_experts(session, {"e1": expert})
        store_requests(session, {"r1": RequestDraft(CITY, "移行", (seat,), status="open")})
    with reading(played.engine) as session:
        slot = next(iter(read_slots(session, ["r1"])["r1"]))
    with transaction(played.engine) as session:
        proposal = offer(session, slot, "e1")
        accept_as_expert(session, EXPERT, proposal)
        accept_as_organization(session, REQUESTER, proposal)
    with reading(played.engine) as session:
        (row,) = find_engagements(session, COORDINATOR, EngagementFilter()).items
    return Work(played, row.id)


def test_the_list_and_the_page_are_for_those_whose_it_is(work):
    for actor in (EXPERT, REQUESTER, APPROVER, COORDINATOR):
        assert f"/engagements/{work.key}" in work.hub.acting(actor).get("/engagements").text
        assert Page(work.get(actor).text).open == []
        assert Page(work.get(actor, language="en").text).open == []
    assert f"/engagements/{work.key}" not in work.hub.acting(STRANGER).get("/engagements").text
    assert work.get(STRANGER).status_code in {403, 404}
    assert f"/engagements/{work.key}" not in work.hub.acting(EXPERT).get("/engagements?status=ended").text


def test_both_sides_agree_and_it_begins(work):
    assert "この条件に合意する" in work.get(EXPERT).text
    assert "この条件に合意する" not in work.get(REQUESTER).text
    work.begin()
    assert work.page().row.status == "active"
    assert "この条件に合意する" not in work.get(EXPERT).text


def test_changed_terms_are_agreed_on_anew(work):
    assert work.post(EXPERT, "/agree", side="expert", terms_version=1).status_code == 303
    form = dict(re.findall(r'<input[^>]* name="([a-z_]+)" value="([^"]*)"', work.get(REQUESTER, "/terms").text))
    told = {**form, "form": "contract", "hours": "１６", "hourly_rate": "¥5,500", "conditions": "月末に報告"}
    assert work.post(REQUESTER, "/terms", **told).status_code == 303
    page = work.page()
    assert (page.terms.hours, page.terms.hourly_rate, page.terms.conditions) == (16, 5500, "月末に報告")
    assert page.expert_agreed is None
    assert work.post(EXPERT, "/agree", side="expert", terms_version=1).status_code == 409
    assert work.post(EXPERT, "/terms", **told).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hours": "たくさん"}, "hours"),
        ({"hours": "21"}, "hours"),
        ({"last_day": "いつか"}, "last_day"),
        ({"hourly_rate": "-1"}, "hourly_rate"),
        ({"form": "gift"}, "form"),
    ],
)
def test_faulty_terms_are_shown_again_with_the_place_and_nothing_changes(work, change, field):
    form = dict(re.findall(r'<input[^>]* name="([a-z_]+)" value="([^"]*)"', work.get(REQUESTER, "/terms").text))
    answer = work.post(REQUESTER, "/terms", **{**form, "form": "contract", **change})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert work.page().terms_version == 1


def test_a_log_is_kept_handed_in_sent_back_mended_and_signed_off(work):
    work.begin()
    address = f"/work-logs/{MONTH}"
    draft = {"version": 0, "hours": "12.5", "submit": "false"}
    assert work.post(EXPERT, address, **draft).status_code == 303
    version = shown_version(work.get(EXPERT, address).text)
    unsaid = work.post(EXPERT, address, version=version, hours="12.5", submit="true")
    assert unsaid.status_code == 422
    assert 'href="#done"' in unsaid.text
    told = {"version": version, "hours": "12.5", "days": f"{DAY}\n", "done": "設計", "submit": "true"}
    assert work.post(EXPERT, address, **told).status_code == 303
    assert work.post(EXPERT, address, **told).status_code == 409
    version = shown_version(work.get(REQUESTER, address).text)
    assert work.post(REQUESTER, f"{address}/send-back", version=version).status_code == 422
    words_told = {"version": version, "words": "日付を確かめてください"}
    assert work.post(REQUESTER, f"{address}/send-back", **words_told).status_code == 303
    again = work.get(EXPERT, address).text
    assert "日付を確かめてください" in again
    told["version"] = shown_version(again)
    assert work.post(EXPERT, address, **told).status_code == 303
    version = shown_version(work.get(APPROVER, address).text)
    assert work.post(EXPERT, f"{address}/sign-off", version=version).status_code == 403
    assert work.post(APPROVER, f"{address}/sign-off", version=version).status_code == 303
    assert work.page().row.status == "ended"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hours": ""}, "hours"),
        ({"hours": "99999"}, "hours"),
        ({"days": "きのう"}, "days"),
        ({"travel_yen": "1.5"}, "travel_yen"),
    ],
)
def test_a_faulty_log_keeps_what_was_typed_and_changes_nothing(work, change, field):
    work.begin()
    told = {"version": 0, "hours": "10", "done": "これを書いた", "submit": "false", **change}
    answer = work.post(EXPERT, f"/work-logs/{MONTH}", **told)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "これを書いた" in answer.text
    assert shown_version(work.get(EXPERT, f"/work-logs/{MONTH}").text) == "0"


def test_what_is_refused_half_way_leaves_no_record(work):
    work.begin()
    address = f"/work-logs/{MONTH}"
    before = recorded(work)
    # It is written, and then cannot be handed in.
    assert work.post(EXPERT, address, version=0, hours="5", submit="true").status_code == 422
    assert recorded(work) == before
    assert work.post(EXPERT, address, version=0, hours="5", done="設計", submit="true").status_code == 303
    assert [action for action in recorded(work)[len(before) :] if action.startswith("work_log")] == [
        "work_log:write",
        "work_log:submit",
    ]


def recorded(work) -> list[str]:
    with reading(work.hub.engine) as session:
        return list(session.execute(text("SELECT action FROM audit_records ORDER BY seq")).scalars())


def test_a_month_outside_the_work_has_no_log(work):
    work.begin()
    assert work.get(EXPERT, "/work-logs/2020-01").status_code == 404


def test_report_and_evaluations_become_a_verified_record(work):
    work.begin()
    work.log()
    assert work.page().row.status == "ended"
    assert work.post(EXPERT, "/report", **TEXTS, version=0, submit="true").status_code == 303
    version = shown_version(work.get(APPROVER, "/report").text)
    assert work.post(APPROVER, "/report/sign-off", version=version).status_code == 303
    form = {"overall": "5", "comment": "丁寧でした", "role_played": "lead", "skill-0": "TE1-08", "level-0": "4"}
    form |= {f"aspect-{name}": "4" for name in ASPECTS["organization"]}
    without = work.post(APPROVER, "/evaluation/organization", **form)
    assert without.status_code == 422
    assert (
        work.post(APPROVER, "/evaluation/organization", **form, **{"evidence-0": "移行を設計した"}).status_code == 303
    )
    assert "丁寧でした" not in work.get(EXPERT).text
    mine = {"overall": "4", **{f"aspect-{name}": "4" for name in ASPECTS["expert"]}}
    assert work.post(EXPERT, "/evaluation/expert", **mine).status_code == 303
    assert "丁寧でした" in work.get(EXPERT).text
    with reading(work.hub.engine) as session:
        (entry,) = verified_entries(session, "e1")
    assert TEXTS["outcome"] in entry.outcome
    profile = work.hub.acting(EXPERT).get("/experts/e1").text
    assert "確認済みの経歴" in profile
    assert "移行を設計した" in profile
    assert "90,000円" in work.get(REQUESTER).text  # 18 hours at 5,000 yen


def test_an_evaluation_without_grades_names_each(work):
    work.begin()
    work.log()
    answer = work.post(EXPERT, "/evaluation/expert", comment="よかった")
    assert answer.status_code == 422
    for name in ("overall", *(f"aspect-{aspect}" for aspect in ASPECTS["expert"])):
        assert f'href="#{name}"' in answer.text
    assert "よかった" in answer.text
    assert work.get(EXPERT, "/evaluation/organization").status_code == 403


def test_breaking_off_asks_why_and_gives_the_months_back(work):
    work.begin()
    version = shown_version(work.get(EXPERT, "/break-off").text)
    missing = work.post(EXPERT, "/break-off", version=version, last_day=DAY)
    assert missing.status_code == 422
    assert 'href="#code"' in missing.text
    unsaid = work.post(EXPERT, "/break-off", version=version, last_day=DAY, code="other")
    assert 'href="#words"' in unsaid.text
    wrong = work.post(EXPERT, "/break-off", version=version, last_day="そのうち", code="relations")
    assert 'href="#last_day"' in wrong.text
    assert work.page().row.status == "active"
    assert work.post(EXPERT, "/break-off", version=version, code="health_or_family").status_code == 303
    assert work.page().row.status == "broken_off"


def test_a_case_is_shared_and_taken_back_by_each_side(work):
    work.begin()
    work.log()
    assert work.post(EXPERT, "/share", side="expert", shared="true").status_code == 303
    assert work.page().expert_shares_case
    assert "公開を取りやめる" in work.get(EXPERT).text
    assert work.post(EXPERT, "/share", side="expert", shared="false").status_code == 303
    assert not work.page().expert_shares_case
    assert work.post(REQUESTER, "/share", side="expert", shared="true").status_code == 403


def test_every_status_move_and_aspect_of_work_has_words():
    assert set(round_words.ENGAGEMENT_STATUSES) == set(ENGAGEMENT.statuses)
    assert set(round_words.WORK_LOG_STATUSES) == set(WORK_LOG.statuses)
    assert set(round_words.REPORT_STATUSES) == set(REPORT.statuses)
    for cycle in (ENGAGEMENT, WORK_LOG, REPORT):
        assert set(round_words.WORK_MOVES[cycle.kind]) == {move.name for move in cycle.moves}
        assert {code for move in cycle.moves for code in move.reasons} <= set(round_words.REASONS)
    assert set(round_words.ASPECTS) == {name for aspects in ASPECTS.values() for name in aspects}
