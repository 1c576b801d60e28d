from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.jobs.solving import run_next
from hub.settings import Settings
from hub.workflows.explaining import explain
from hub.workflows.plan_details import Explanations
from hub.workflows.plan_documents import result_of
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.plans import find_plan_slots, queue_plan, read_plan, read_plan_slot
from matching.check import check
from matching.plan import Plan
from matching.problem import Limits, Problem
from matching.solve import solve
from seed_data.generator import generate
from seed_data.problem import build_problem


@pytest.fixture(scope="module")
def solved() -> tuple[Problem, Plan]:
    problem = build_problem(generate(16, 8), limits=Limits(seconds=20))
    return problem, solve(problem)


@pytest.fixture(scope="module")
def explained(solved: tuple[Problem, Plan]) -> tuple[Plan, Explanations]:
    return explain(*solved, seconds=60)


def test_every_slot_is_looked_into_when_there_is_time(
    solved: tuple[Problem, Plan], explained: tuple[Plan, Explanations]
):
    problem, plan = solved
    found = explained[1]
    assert set(found.alternatives) == {slot.id for _, slot in problem.seats()}
    assert found.remedied == {slot.slot for slot in plan.open_slots}
    assert found.limits
    assert found.skills


def test_the_plan_with_its_remedies_still_passes_the_check(
    solved: tuple[Problem, Plan], explained: tuple[Plan, Explanations]
):
    problem, plan = solved
    told = explained[0]
    assert check(problem, told) == ()
    assert any(slot.remedies for slot in told.open_slots)
    assert replace(told, open_slots=plan.open_slots) == plan


def test_no_alternative_is_the_one_chosen_and_none_proven_is_better(
    solved: tuple[Problem, Plan], explained: tuple[Plan, Explanations]
):
    chosen = {assignment.slot: assignment.expert for assignment in solved[1].assignments}
    seen = 0
    for slot, others in explained[1].alternatives.items():
        for other in others:
            seen += 1
            assert other.expert != chosen.get(slot)
            assert not (other.proven and other.change is not None and other.change > 0.01)
            assert not (other.impossible and other.change is not None)
    assert seen


def test_without_time_nothing_is_looked_into(solved: tuple[Problem, Plan]):
    problem, plan = solved
    assert explain(problem, plan, 0) == (plan, Explanations())


def test_once_asked_to_stop_no_further_slot_is_looked_into(solved: tuple[Problem, Plan]):
    asked: Iterator[bool] = iter([False, False] + [True] * 1000)
    _, found = explain(*solved, seconds=60, stop=lambda: next(asked))
    assert len(found.alternatives) <= 2


def test_open_slots_come_first(solved: tuple[Problem, Plan], explained: tuple[Plan, Explanations]):
    left = {slot.slot for slot in solved[1].open_slots}
    order = list(explained[1].alternatives)
    assert set(order[: len(left)]) == left


def test_what_was_worked_out_is_read_with_names(seeded: Engine, settings: Settings):
    with transaction(seeded) as session:
        plan_id = queue_plan(session, LOCAL, "理由つき", limits=Limits(seconds=20))
    assert run_next(seeded, settings.model_copy(update={"explain_seconds": 15.0}))
    with reading(seeded) as session:
        page = read_plan(session, plan_id)
        plan = result_of(session, plan_id)
        left = find_plan_slots(session, plan_id, PlanSlotFilter(filled=False)).items
        slots = [read_plan_slot(session, plan_id, row.slot_id) for row in left]
    assert page.binding
    assert all(named.name and not named.name.startswith(("exp_", "req_")) for named in page.binding)
    assert [slot.remedies_sought for slot in slots] == [True] * len(slots)
    told = {slot.slot: slot.remedies for slot in plan.open_slots}
    assert any(told.values())
    for slot in slots:
        assert tuple(named.remedy for named in slot.remedies) == told[slot.row.slot_id]
        assert all(named.name and not named.name.startswith("exp_") for named in slot.remedies)
        assert all(other.name and not other.name.startswith("exp_") for other in slot.alternatives)
        assert all(named.romaji.isascii() and named.romaji for named in (*slot.remedies, *slot.alternatives))
