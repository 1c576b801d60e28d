"""Reports, evaluations, and what they add to an expert's record."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid, NotFound
from hub.models.base import utc_now
from hub.workflows.breaking_off import break_off
from hub.workflows.career_records import confirmed_skills, grow_record, verified_entries
from hub.workflows.cases import CaseFilter, find_cases, share_case
from hub.workflows.evaluations import ASPECTS, ConfirmationDraft, EvaluationDraft, evaluate, read_evaluations
from hub.workflows.expert_records import read_experts
from hub.workflows.expert_rows import ExpertFilter, ExpertPage
from hub.workflows.experts import edit_expert, find_experts, read_expert, store_experts
from hub.workflows.imports import import_book
from hub.workflows.list_exports import export_table
from hub.workflows.moving import Reason
from hub.workflows.paging import Paging
from hub.workflows.problem_experts import read_problem_experts
from hub.workflows.ratings import MIDDLE, WEIGHT, hub_mean, rating_of, shrunk
from hub.workflows.reports import (
    ReportDraft,
    answer_questionnaire,
    send_report_back,
    sign_off_report,
    submit_report,
    write_report,
)
from hub.workflows.sheets.book import read_book
from tests.hub.engagements.conftest import (
    AFTER,
    EXPERT,
    WARD_APPROVER,
    Work,
    begin,
    confirm,
    finish,
    rows,
    status,
    told_to,
    value,
)
from tests.hub.round.world import APPROVER, COORDINATOR, REQUESTER, STRANGER, person

REPORT = ReportDraft("要件を整理し、設計した", "運行を二割減らした", "議事録")
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))


def said(side: str, overall: int = 5, **changes: object) -> EvaluationDraft:
    usual: dict[str, object] = {"overall": overall, "aspects": dict.fromkeys(ASPECTS[side], 4), "comment": "丁寧でした"}
    if side == "organization":
        usual |= {"role_played": "lead", "skills": (ConfirmationDraft("TE1-08", 4, "移行を設計した"),)}
    return EvaluationDraft(**{**usual, **changes})  # type: ignore[arg-type]


def give(work: Work, side: str, overall: int = 5, engagement: str | None = None, **changes: object) -> None:
    actor = APPROVER if side == "organization" else EXPERT
    with transaction(work.engine) as session:
        evaluate(session, actor, engagement or work.engagement, side, said(side, overall, **changes))


def report(work: Work, today: date = AFTER) -> None:
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT)
    with transaction(work.engine) as session:
        submit_report(session, EXPERT, work.engagement)
    with transaction(work.engine) as session:
        sign_off_report(session, APPROVER, work.engagement, today=today)


# reports


def test_a_report_is_written_handed_in_sent_back_and_signed_off(work: Work):
    begin(work.engine, work.engagement)
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, ReportDraft("したこと", ""))
    with pytest.raises(Invalid, match="/outcome"), transaction(work.engine) as session:
        submit_report(session, EXPERT, work.engagement)
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT, 1)
        submit_report(session, EXPERT, work.engagement)
    with pytest.raises(Conflict), transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT, 3)
    with transaction(work.engine) as session:
        send_report_back(session, REQUESTER, work.engagement, Reason(words="数字の根拠を"))
        write_report(session, EXPERT, work.engagement, replace(REPORT, evidence="資料3"), 4)
        submit_report(session, EXPERT, work.engagement)
        sign_off_report(session, REQUESTER, work.engagement)
    assert rows(work.engine, "SELECT status, signed_off_by, evidence, due_on FROM reports") == [
        ("signed_off", "acc_requester", "資料3", None)
    ]
    assert told_to(work.engine, "acc_e1").count("report:returned") == 1


def test_a_lost_update_of_a_report_is_refused_with_both_versions(work: Work):
    begin(work.engine, work.engagement)
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT)
    for seen in (None, 7):
        with pytest.raises(ChangedMeanwhile) as raised, transaction(work.engine) as session:
            write_report(session, REQUESTER, work.engagement, replace(REPORT, outcome="別の成果"), seen)
        assert (raised.value.stored, raised.value.told) == ({"outcome": REPORT.outcome}, {"outcome": "別の成果"})


def test_who_hands_a_report_in_does_not_sign_it_off(work: Work):
    begin(work.engine, work.engagement)
    with transaction(work.engine) as session:
        write_report(session, REQUESTER, work.engagement, REPORT)
        submit_report(session, REQUESTER, work.engagement)
    with pytest.raises(Conflict, match="本人"), transaction(work.engine) as session:
        sign_off_report(session, REQUESTER, work.engagement)
    with transaction(work.engine) as session:
        sign_off_report(session, APPROVER, work.engagement)


def test_nothing_is_reported_before_the_work_begins_nor_by_strangers(work: Work):
    with pytest.raises(Conflict), transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT)
    begin(work.engine, work.engagement)
    for actor in (STRANGER, person("e2"), COORDINATOR):
        with pytest.raises(Forbidden), transaction(work.engine) as session:
            write_report(session, actor, work.engagement, REPORT)
    with pytest.raises(NotFound), transaction(work.engine) as session:
        submit_report(session, EXPERT, work.engagement)


@pytest.fixture
def advised(work: Work) -> Work:
    """Return work of an adviser in 2025, a year whose rules are confirmed: its first engagement, moved there."""
    with transaction(work.engine) as session:
        session.execute(
            text(
                "UPDATE engagements SET scheme = 'regional_adviser', fiscal_year = 2025, hours = 8, onsite_days = 1"
                " WHERE id = :id"
            ),
            {"id": work.engagement},
        )
    return work


def test_an_adviser_s_report_is_due_a_week_after_the_last_day_and_a_questionnaire_the_year_after(advised: Work):
    begin(advised.engine, advised.engagement)
    assert [str(day) for (day,) in rows(advised.engine, "SELECT due_on FROM reports")] == ["2026-12-07"]
    asked = rows(advised.engine, "SELECT fiscal_year, due_on FROM questionnaires")
    assert [(year, str(day)) for year, day in asked] == [(2026, "2027-03-31")]


def test_an_adviser_s_work_ends_once_the_report_is_signed_off(advised: Work):
    finish_adviser(advised)
    assert status(advised.engine, advised.engagement) == "active"
    report(advised)
    assert status(advised.engine, advised.engagement) == "ended"


def finish_adviser(work: Work) -> None:
    from hub.workflows.work_logs import WorkLogDraft
    from tests.hub.engagements.conftest import log

    begin(work.engine, work.engagement)
    for month in ("2026-10", "2026-11"):
        log(work.engine, work.engagement, month, WorkLogDraft(hours=4.0, done="助言"))


def test_breaking_off_brings_the_report_forward_and_asks_for_none_of_work_not_done(advised: Work):
    begin(advised.engine, advised.engagement)
    with transaction(advised.engine) as session:
        break_off(session, EXPERT, advised.engagement, Reason("reached_early"), date(2026, 10, 20))
    assert [str(day) for (day,) in rows(advised.engine, "SELECT due_on FROM reports")] == ["2026-10-27"]


def test_work_never_done_is_asked_nothing(advised: Work):
    begin(advised.engine, advised.engagement)
    with transaction(advised.engine) as session:
        break_off(session, EXPERT, advised.engagement, Reason("reached_early"))
    assert rows(advised.engine, "SELECT due_on FROM reports") == [(None,)]
    assert rows(advised.engine, "SELECT * FROM questionnaires") == []


def test_the_organization_answers_the_questionnaire(advised: Work):
    begin(advised.engine, advised.engagement)
    with pytest.raises(Forbidden), transaction(advised.engine) as session:
        answer_questionnaire(session, EXPERT, advised.engagement, "定着した", 1)
    with pytest.raises(Invalid), transaction(advised.engine) as session:
        answer_questionnaire(session, REQUESTER, advised.engagement, "  ", 1)
    with transaction(advised.engine) as session:
        answer_questionnaire(session, REQUESTER, advised.engagement, "定着した", 1)
    with pytest.raises(ChangedMeanwhile), transaction(advised.engine) as session:
        answer_questionnaire(session, REQUESTER, advised.engagement, "別の答え", 1)
    assert rows(advised.engine, "SELECT answer, answered_by, version FROM questionnaires") == [
        ("定着した", "acc_requester", 2)
    ]


# evaluations


def test_the_other_side_s_evaluation_is_unseen_until_both_are_in(work: Work):
    finish(work.engine, work.engagement)
    give(work, "organization")
    assert sides_seen(work, APPROVER) == ["organization"]
    assert sides_seen(work, EXPERT) == []
    assert sides_seen(work, COORDINATOR) == sides_seen(work, AUDITOR) == ["organization"]
    give(work, "expert", 3)
    assert sides_seen(work, APPROVER) == sides_seen(work, EXPERT) == ["organization", "expert"]
    assert told_to(work.engine, "acc_e1")[-2:] == ["evaluation:asked", "evaluation:opened"]


def test_the_other_side_s_evaluation_opens_after_thirty_days(work: Work):
    finish(work.engine, work.engagement)
    give(work, "organization")
    assert sides_seen(work, EXPERT, timedelta(days=29, hours=23)) == []
    assert sides_seen(work, EXPERT, timedelta(days=30, minutes=1)) == ["organization"]


def sides_seen(work: Work, actor: Actor, later: timedelta = timedelta()) -> list[str]:
    with reading(work.engine) as session:
        found = read_evaluations(session, actor, work.engagement, now=utc_now() + later)
    return [one.side for one in found]


def test_each_side_evaluates_once_and_after_the_work(work: Work):
    with pytest.raises(Conflict, match="終わって"):
        give(work, "organization")
    finish(work.engine, work.engagement)
    give(work, "organization")
    with pytest.raises(Conflict, match="すでに"):
        give(work, "organization", 1)
    assert rows(work.engine, "SELECT overall FROM evaluations") == [(5,)]


def test_work_never_begun_is_not_evaluated(work: Work):
    with transaction(work.engine) as session:
        break_off(session, EXPERT, work.engagement, Reason("reached_early"))
    with pytest.raises(Conflict):
        give(work, "organization")


@pytest.mark.parametrize(
    ("actor", "side"), [(EXPERT, "organization"), (APPROVER, "expert"), (STRANGER, "organization")]
)
def test_each_side_evaluates_for_itself(work: Work, actor, side):
    finish(work.engine, work.engagement)
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        evaluate(session, actor, work.engagement, side, said(side))


@pytest.mark.parametrize("actor", [STRANGER, person("e2"), WARD_APPROVER])
def test_evaluations_are_not_for_strangers(work: Work, actor):
    with pytest.raises(Forbidden):
        sides_seen(work, actor)


@pytest.mark.parametrize(
    ("side", "changes", "places"),
    [
        ("organization", {"overall": 0}, ["/overall"]),
        ("organization", {"overall": 6}, ["/overall"]),
        ("organization", {"overall": True}, ["/overall"]),
        ("organization", {"role_played": None}, ["/role_played"]),
        ("organization", {"aspects": {}}, [f"/aspects/{name}" for name in ASPECTS["organization"]]),
        ("organization", {"skills": (ConfirmationDraft("XX", 2, "x"),)}, ["/skills/0/code"]),
        ("organization", {"skills": (ConfirmationDraft("TE1-08", 2, " "),)}, ["/skills/0/evidence"]),
        ("organization", {"skills": (ConfirmationDraft("TE1-08", 2, "x"),) * 2}, ["/skills/1/code"]),
        ("expert", {"role_played": "lead"}, ["/role_played"]),
        ("expert", {"skills": (ConfirmationDraft("TE1-08", 2, "x"),)}, ["/skills"]),
        ("expert", {"aspects": {**dict.fromkeys(ASPECTS["expert"], 3), "looks": 5}}, ["/aspects/looks"]),
        ("expert", {"comment": "長" * 20_001}, ["/comment"]),
    ],
)
def test_an_evaluation_that_cannot_be_taken_names_the_place(work: Work, side, changes, places):
    finish(work.engine, work.engagement)
    with pytest.raises(Invalid) as raised:
        give(work, side, **changes)
    assert [fault.place for fault in raised.value.faults] == places
    assert rows(work.engine, "SELECT * FROM evaluations") == []


# records


def verified(work: Work, later: timedelta = timedelta()) -> list[tuple[object, ...]]:
    with reading(work.engine) as session:
        found = verified_entries(session, "e1", utc_now() + later)
    return [(one.organization, one.role_played, one.outcome, one.started, one.ended, one.hours) for one in found]


ENTRY = ("長野県塩尻市", "lead", "運行を二割減らした", "2026-10", "2026-11", 36.0)


def test_a_signed_off_report_and_an_evaluation_become_a_verified_entry_whichever_comes_first(work: Work):
    finish(work.engine, work.engagement)
    report(work)
    assert verified(work, timedelta(days=99)) == []
    give(work, "organization")
    assert verified(work) == []
    assert verified(work, timedelta(days=30, minutes=1)) == [ENTRY]
    give(work, "expert")
    assert verified(work) == [ENTRY]


def test_the_report_may_come_last(work: Work):
    finish(work.engine, work.engagement)
    give(work, "organization")
    give(work, "expert")
    assert verified(work) == []
    report(work)
    assert verified(work) == [ENTRY]
    with transaction(work.engine) as session:
        assert grow_record(session, work.engagement)
    assert verified(work) == [ENTRY]


def test_an_entry_stays_as_it_was_when_the_request_changes(work: Work):
    finish(work.engine, work.engagement)
    report(work)
    give(work, "organization")
    give(work, "expert")
    with transaction(work.engine) as session:
        session.execute(text("DELETE FROM request_themes"))
        session.execute(text("UPDATE organizations SET name = '新市' WHERE code = '202151'"))
    assert verified(work) == [ENTRY]


def test_confirmations_stand_beside_the_claim_and_survive_an_edit_and_an_import(work: Work):
    finish(work.engine, work.engagement)
    report(work)
    give(work, "organization", 2)
    give(work, "expert")
    before = read_experts_of(work)
    assert [(skill.code, skill.level) for skill in before.skills] == [("SE1-02", 2), ("TE1-08", 3)]
    with transaction(work.engine) as session:
        store_experts(session, {"e1": replace(before, skills=before.skills[:1], career=(), rating_mean=None)})
    with reading(work.engine) as session:
        page = read_expert(session, "e1")
    assert [(one.code, one.level, one.evidence, one.times) for one in page.confirmed] == [
        ("TE1-08", 4, "移行を設計した", 1)
    ]
    assert [(entry.organization, entry.skills) for entry in page.verified] == [
        ("長野県塩尻市", (("1.2", "TE1-08", 4),))
    ]
    assert page.rating is not None
    assert (page.rating.mean, page.rating.count) == (2.0, 1)


def test_an_expert_told_anew_by_excel_keeps_what_the_hub_verified_and_claims_what_the_file_says(
    work: Work, tmp_path: Path
):
    finish(work.engine, work.engagement)
    report(work)
    give(work, "organization", 2)
    give(work, "expert")
    before = expert_page(work)
    with reading(work.engine) as session:
        exported = export_table(session, "experts", "xlsx")
    book = openpyxl.load_workbook(BytesIO(exported))
    skills = book["スキル"]
    headings = [cell.value for cell in skills[1]]
    level = next(i for i, heading in enumerate(headings) if "レベル" in str(heading))
    for row in skills.iter_rows(min_row=2):
        row[level].value = 1
    book.save(tmp_path / "experts.xlsx")
    with transaction(work.engine) as session:
        taken = import_book(session, read_book(tmp_path / "experts.xlsx"), "experts")
    assert (taken.faults, taken.changed, taken.created) == ((), 2, 0)
    after = expert_page(work)
    assert {skill.level for skill in after.told.skills} == {1}
    assert (after.verified, after.confirmed, after.rating) == (before.verified, before.confirmed, before.rating)
    assert before.confirmed
    assert before.verified


def expert_page(work: Work) -> ExpertPage:
    with reading(work.engine) as session:
        return read_expert(session, "e1")


def test_nobody_rates_a_person_by_an_edit_of_the_profile(work: Work):
    told = replace(expert_page(work).told, rating_mean=5.0, rating_count=1000, summary="追記")
    with transaction(work.engine) as session:
        edit_expert(session, EXPERT, "e1", told)
    assert (expert_page(work).rating, expert_page(work).told.summary) == (None, "追記")


def test_confirmed_levels_leave_the_claim_as_the_person_told_it(work: Work):
    claimed = expert_page(work).told.skills
    finish(work.engine, work.engagement)
    report(work)
    give(work, "organization")
    give(work, "expert")
    assert expert_page(work).told.skills == claimed


def read_experts_of(work: Work):
    with reading(work.engine) as session:
        return read_experts(session, ["e1"])["e1"]


def test_the_best_level_is_shown_with_how_many_confirmed_the_skill(work: Work):
    second = confirm(work.engine, work.slots[1], "e1")
    for engagement, level in ((work.engagement, 4), (second, 2)):
        finish(work.engine, engagement)
        give(work, "organization", engagement=engagement, skills=(ConfirmationDraft("TE1-08", level, f"段階{level}"),))
        give(work, "expert", engagement=engagement)
    with reading(work.engine) as session:
        (skill,) = confirmed_skills(session, "e1")
    assert (skill.level, skill.evidence, skill.times) == (4, "段階4", 2)


# ratings


def test_a_rating_counts_from_when_its_evaluation_opens_and_joins_what_the_office_brought(work: Work):
    with transaction(work.engine) as session:
        draft = replace(read_experts(session, ["e1"])["e1"], rating_mean=4.0, rating_count=3)
        store_experts(session, {"e1": draft})
    finish(work.engine, work.engagement)
    give(work, "organization", 2)
    assert rated(work, "e1") == (4.0, 3)
    give(work, "expert")
    assert rated(work, "e1") == (3.5, 4)


def rated(work: Work, expert_id: str) -> tuple[float, int] | None:
    with reading(work.engine) as session:
        found = rating_of(session, expert_id)
    return None if found is None else (found.mean, found.count)


def test_the_plan_takes_a_rating_as_given_because_the_fit_draws_it_itself(work: Work):
    finish(work.engine, work.engagement)
    give(work, "organization", 2)
    give(work, "expert")
    with reading(work.engine) as session:
        experts, _ = read_problem_experts(session, ("2026-12",))
    ratings = {one.id: one.rating and (one.rating.mean, one.rating.count) for one in experts}
    assert ratings == {"e1": (2.0, 1), "e2": None}


def test_the_list_shows_and_sorts_by_the_rating_drawn_to_the_mean_of_all(work: Work):
    told = {"few": (5.0, 1), "many": (4.8, 200), "low": (3.0, 50)}
    with transaction(work.engine) as session:
        draft = read_experts(session, ["e1"])["e1"]
        drafts = {
            key: replace(draft, given_name=key, rating_mean=mean, rating_count=count)
            for key, (mean, count) in told.items()
        }
        store_experts(session, drafts)
    with reading(work.engine) as session:
        found = find_experts(session, ExpertFilter(), Paging(sort="rating", descending=True)).items
        prior = hub_mean(session)
    assert [row.id for row in found] == ["many", "few", "low", "e1", "e2"]
    assert prior == pytest.approx((5.0 + 4.8 * 200 + 3.0 * 50) / 251)
    shown = {row.id: row.rating_shown for row in found}
    assert shown["few"] == pytest.approx((5.0 + WEIGHT * prior) / (1 + WEIGHT))
    assert (shown["e1"], found[-1].rating_count) == (None, 0)


def test_the_mean_of_nobody_is_the_middle(work: Work):
    with reading(work.engine) as session:
        assert hub_mean(session) == MIDDLE
        assert rating_of(session, "e1") is None


means = st.floats(1, 5)


@given(mean=means, prior=means, count=st.integers(1, 10_000))
def test_a_shown_rating_lies_between_what_was_given_and_the_mean_of_all_and_nears_the_former_with_each(
    mean, prior, count
):
    shown, later = shrunk(mean, count, prior), shrunk(mean, count + 1, prior)
    low, high = sorted((mean, prior))
    assert low - 1e-9 <= shown <= high + 1e-9
    assert abs(later - mean) <= abs(shown - mean) + 1e-9


@given(count=st.integers(1, 100), prior=means, one=means, other=means)
def test_a_better_mean_is_never_shown_worse(count, prior, one, other):
    low, high = sorted((one, other))
    assert shrunk(low, count, prior) <= shrunk(high, count, prior) + 1e-9


# cases


def cases(work: Work, actor: Actor = STRANGER, **wanted: object) -> list[tuple[object, ...]]:
    with reading(work.engine) as session:
        found = find_cases(session, actor, CaseFilter(**wanted)).items  # type: ignore[arg-type]
    return [(one.theme, one.stage, one.shared, one.organization, one.expert, one.outcome) for one in found]


def test_finished_work_is_a_case_without_names_until_both_sides_share_it(work: Work):
    finish(work.engine, work.engagement)
    give(work, "organization")
    give(work, "expert")
    assert cases(work) == []
    report(work)
    nameless = ("ondemand_mobility_maas", "development", False, None, None, None)
    assert cases(work) == [nameless]
    share(work, APPROVER, "organization")
    assert cases(work) == [nameless]
    share(work, EXPERT, "expert")
    assert cases(work) == [
        ("ondemand_mobility_maas", "development", True, "長野県塩尻市", "髙橋 e1", "運行を二割減らした")
    ]
    share(work, EXPERT, "expert", shared=False)
    assert cases(work) == [nameless]
    assert cases(work, theme="ondemand_mobility_maas", stage="development", gate="計画策定") == [nameless]
    assert cases(work, stage="vision") == []
    assert cases(work, like="r2") == [nameless]
    assert cases(work, like="r1") == []
    assert cases(work, like="nothing") == []


def share(work: Work, actor: Actor, side: str, *, shared: bool = True) -> None:
    with transaction(work.engine) as session:
        share_case(session, actor, work.engagement, side, shared=shared)


@pytest.mark.parametrize(
    ("actor", "side"), [(REQUESTER, "organization"), (EXPERT, "organization"), (APPROVER, "expert")]
)
def test_each_side_shares_for_itself(work: Work, actor, side):
    with pytest.raises(Forbidden):
        share(work, actor, side)


def test_how_many_things_are_recorded_says_nothing_twice(work: Work):
    finish(work.engine, work.engagement)
    report(work)
    give(work, "organization")
    give(work, "expert")
    query = "SELECT count(*) FROM audit_records WHERE action = 'career:grow'"
    assert value(work.engine, query) == 1
