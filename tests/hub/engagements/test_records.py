"""What work adds to an expert's record: verified entries, confirmed skills, ratings."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.db.transaction import reading, transaction
from hub.models.base import utc_now
from hub.workflows.career_records import confirmed_skills, grow_record, verified_entries
from hub.workflows.evaluations import ConfirmationDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.expert_rows import ExpertFilter, ExpertPage
from hub.workflows.experts import edit_expert, find_experts, read_expert, store_experts
from hub.workflows.imports import import_book
from hub.workflows.list_exports import export_table
from hub.workflows.paging import Paging
from hub.workflows.problem_experts import read_problem_experts
from hub.workflows.ratings import MIDDLE, WEIGHT, hub_mean, rating_of, shrunk
from hub.workflows.sheets.book import read_book
from tests.hub.engagements.conftest import EXPERT, Work, confirm, done, finish, report, reported
from tests.hub.engagements.telling import give


def verified(work: Work, later: timedelta = timedelta()) -> list[tuple[object, ...]]:
    with reading(work.engine) as session:
        found = verified_entries(session, "e1", utc_now() + later)
    return [(one.organization, one.role_played, one.outcome, one.started, one.ended, one.hours) for one in found]


ENTRY = ("長野県塩尻市", "lead", "運行を二割減らした", "2026-10", "2026-11", 36.0)


@reported
def test_a_signed_off_report_and_an_evaluation_become_a_verified_entry_whichever_comes_first(work: Work):
    assert verified(work, timedelta(days=99)) == []
    give(work, "organization")
    assert verified(work) == []
    assert verified(work, timedelta(days=30, minutes=1)) == [ENTRY]
    give(work, "expert")
    assert verified(work) == [ENTRY]


@done
def test_the_report_may_come_last(work: Work):
    give(work, "organization")
    give(work, "expert")
    assert verified(work) == []
    report(work)
    assert verified(work) == [ENTRY]
    with transaction(work.engine) as session:
        assert grow_record(session, work.engagement)
    assert verified(work) == [ENTRY]


@reported
def test_an_entry_stays_as_it_was_when_the_request_changes(work: Work):
    give(work, "organization")
    give(work, "expert")
    with transaction(work.engine) as session:
        session.execute(text("DELETE FROM request_themes"))
        session.execute(text("UPDATE organizations SET name = '新市' WHERE code = '202151'"))
    assert verified(work) == [ENTRY]


@reported
def test_confirmations_stand_beside_the_claim_and_survive_an_edit_and_an_import(work: Work):
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


@reported
def test_an_expert_told_anew_by_excel_keeps_what_the_hub_verified_and_claims_what_the_file_says(
    work: Work, tmp_path: Path
):
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


@done
def test_the_plan_takes_a_rating_as_given_because_the_fit_draws_it_itself(work: Work):
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
