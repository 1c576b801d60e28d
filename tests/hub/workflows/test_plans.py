from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Invalid, NotFound
from hub.jobs.solving import run_next
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.paging import Paging
from hub.workflows.plan_documents import problem_of, read_document, result_of
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.plans import (
    end_force,
    find_plan_slots,
    find_plans,
    plan_in_force,
    prefecture_rows,
    put_in_force,
    queue_plan,
    read_plan,
    read_plan_row,
    read_plan_slot,
    request_stop,
)
from hub.workflows.problems import build_problem
from hub.workflows.request_records import read_requests
from hub.workflows.request_rows import RequestFilter
from hub.workflows.requests import find_requests, read_request, store_requests
from hub.workflows.runs import (
    CheckFailed,
    Claim,
    claim_next,
    complete_plan,
    fail_plan,
    leases,
    put_back_lost,
    record_problem,
    record_progress,
    release,
)
from matching.check import check
from matching.interchange import digest
from matching.problem import Limits, Link, Policy, Problem, Weights
from matching.progress import Progress
from matching.solve import solve
from tests.hub.databases import on_sqlite

QUICK = Limits(seconds=20)


def queue(engine: Engine, title: str = "試し", **asked: Any) -> str:
    with transaction(engine) as session:
        return queue_plan(session, LOCAL, title, **{"limits": QUICK, **asked})


def claim(engine: Engine) -> Claim:
    with transaction(engine) as session:
        taken = claim_next(session)
    assert taken is not None
    return taken


def prepared(engine: Engine) -> tuple[Claim, Problem]:
    taken = claim(engine)
    with reading(engine) as session:
        snapshot = build_problem(session, taken.question)
    with transaction(engine) as session:
        record_problem(session, taken, snapshot)
    return taken, snapshot.problem


def status(engine: Engine, plan_id: str) -> str:
    with reading(engine) as session:
        return read_plan_row(session, plan_id).status


@pytest.fixture
def solved(seeded: Engine, settings: Settings) -> tuple[Engine, str]:
    plan_id = queue(seeded)
    assert run_next(seeded, settings)
    return seeded, plan_id


def test_a_plan_is_asked_for_and_claimed_as_it_was_asked_for(seeded: Engine):
    policy = Policy("fit_first", Weights(coverage=2.0), order=("coverage", "fit"), travel_counts=False)
    queue(seeded, policy=policy, months=("2026-05", "2026-06"), limits=Limits(seconds=5, seed=7))
    question = claim(seeded).question
    assert (question.policy, question.months, question.limits) == (
        policy,
        ("2026-05", "2026-06"),
        Limits(seconds=5, seed=7),
    )


def test_the_oldest_run_is_claimed_first_and_each_once(seeded: Engine):
    first, second = queue(seeded), queue(seeded)
    assert [claim(seeded).plan_id, claim(seeded).plan_id] == [first, second]
    with transaction(seeded) as session:
        assert claim_next(session) is None


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"title": " "}, "/title"),
        ({"title": "あ" * 101}, "/title"),
        ({"months": ()}, "/months"),
        ({"months": ("2026-05", "2026-07")}, "/months"),
        ({"months": ("2026-13",)}, "/months/0"),
        ({"months": tuple(f"{year}-01" for year in range(2000, 2040))}, "/months"),
        ({"policy": Policy(name="cheapest")}, "/policy/name"),  # type: ignore[arg-type]
        ({"policy": Policy(weights=Weights(fit=-1))}, "/policy/weights/fit"),
        ({"limits": Limits(seconds=0)}, "/limits/seconds"),
        ({"limits": Limits(seconds=float("nan"))}, "/limits/seconds"),
        ({"limits": Limits(gap=2)}, "/limits/gap"),
    ],
)
def test_a_fault_of_what_is_asked_names_its_place_and_nothing_is_queued(
    seeded: Engine, asked: dict[str, Any], place: str
):
    with pytest.raises(Invalid) as caught:
        queue(seeded, **asked)
    assert [fault.place for fault in caught.value.faults] == [place]
    with reading(seeded) as session:
        assert find_plans(session).total == 0


def test_nothing_can_be_planned_before_a_request_is_open(registered: Engine):
    with pytest.raises(Conflict, match="No request is open"):
        queue(registered)


def test_a_pin_that_names_nothing_is_refused_and_so_is_a_pair_told_twice(seeded: Engine):
    with pytest.raises(NotFound):
        queue(seeded, pins=(Link("nothing", "nobody"),))
    pair = Link("a", "b")
    with pytest.raises(Invalid) as caught:
        queue(seeded, pins=(pair,), forbidden=(pair,))
    assert [fault.place for fault in caught.value.faults] == ["/forbidden/0"]


def test_a_finished_plan_can_be_checked_again_from_its_files_alone(solved: tuple[Engine, str]):
    engine, plan_id = solved
    with reading(engine) as session:
        problem, plan = problem_of(session, plan_id), result_of(session, plan_id)
        page = read_plan(session, plan_id)
    assert check(problem, plan) == ()
    assert plan.input_digest == digest(problem) == page.input_digest
    assert (page.row.status, page.row.result, page.row.filled) == ("ready", "optimal", len(plan.assignments))
    assert (page.row.objective, page.row.bound) == (plan.objective, plan.bound)
    assert page.row.cost == pytest.approx(plan.terms.cost)
    assert sum(page.reasons.values()) == len(plan.open_slots)
    assert {entry.kind for entry in page.left_out} == {"subsidy"}


def test_slots_of_a_plan_are_listed_with_who_fills_them_or_why_nobody_does(solved: tuple[Engine, str]):
    engine, plan_id = solved
    with reading(engine) as session:
        plan = result_of(session, plan_id)
        everything = find_plan_slots(session, plan_id, PlanSlotFilter(), Paging(size=100))
        filled = find_plan_slots(session, plan_id, PlanSlotFilter(filled=True), Paging(size=100))
        open_ones = find_plan_slots(session, plan_id, PlanSlotFilter(filled=False), Paging(size=100))
        areas = prefecture_rows(session, plan_id)
    assert {row.slot_id: row.assigned.expert_id for row in filled.items if row.assigned} == {
        assignment.slot: assignment.expert for assignment in plan.assignments
    }
    assert {row.slot_id: row.reason for row in open_ones.items} == {slot.slot: slot.reason for slot in plan.open_slots}
    assert everything.total == filled.total + open_ones.total == sum(area.slots for area in areas)
    assert filled.total == sum(area.filled for area in areas)
    by_slot = {assignment.slot: assignment for assignment in plan.assignments}
    for row in filled.items:
        given = by_slot[row.slot_id]
        assert row.assigned is not None
        assert (row.assigned.fit, row.assigned.cost, row.assigned.hours) == (given.fit, given.cost, given.hours)
        assert dict(row.assigned.parts) == dict(given.parts)


def test_slots_are_found_by_name_reason_and_place(solved: tuple[Engine, str]):
    engine, plan_id = solved
    with reading(engine) as session:
        someone = find_plan_slots(session, plan_id, PlanSlotFilter(filled=True)).items[0]
        assert someone.assigned is not None
        for wanted in (
            PlanSlotFilter(text=someone.assigned.name),
            PlanSlotFilter(text=someone.organization),
            PlanSlotFilter(prefecture=someone.prefecture_code, stage=someone.stage),
            PlanSlotFilter(request=someone.request_id),
        ):
            found = find_plan_slots(session, plan_id, wanted, Paging(size=100))
            assert someone.slot_id in {row.slot_id for row in found.items}
            assert found.total < 34
        assert find_plan_slots(session, plan_id, PlanSlotFilter(reason="no_such_reason")).total == 0
        best = find_plan_slots(session, plan_id, PlanSlotFilter(), Paging(sort="fit", descending=True)).items
    fits = [row.assigned.fit for row in best if row.assigned]
    assert fits == sorted(fits, reverse=True)


def test_a_slot_s_page_sets_levels_beside_needs_and_shows_the_funnel(solved: tuple[Engine, str]):
    engine, plan_id = solved
    with reading(engine) as session:
        problem, plan = problem_of(session, plan_id), result_of(session, plan_id)
        given, left = plan.assignments[0], plan.open_slots[0]
        filled, empty = read_plan_slot(session, plan_id, given.slot), read_plan_slot(session, plan_id, left.slot)
    levels = problem.expert_by_id[given.expert].skills
    needs = problem.seat_by_slot[given.slot][1].needs
    assert [(need.skill, need.level, need.has) for need in filled.needs] == [
        (need.skill, need.level, levels.get(need.skill, 0)) for need in needs
    ]
    assert empty.funnel == left.funnel != ()
    assert all(need.has is None for need in empty.needs)


def test_what_is_not_there_is_not_found(solved: tuple[Engine, str]):
    engine, plan_id = solved
    with reading(engine) as session:
        for look in (
            lambda: read_plan(session, "nothing"),
            lambda: read_plan_slot(session, plan_id, "nothing"),
            lambda: read_plan_slot(session, "nothing", "nothing"),
            lambda: find_plan_slots(session, "nothing", PlanSlotFilter()),
            lambda: read_document(session, "nothing", "problem"),
        ):
            with pytest.raises(NotFound):
                look()


def test_a_plan_that_fails_the_check_is_not_stored(seeded: Engine):
    plan_id = queue(seeded)
    taken, problem = prepared(seeded)
    plan = solve(problem)
    first = plan.assignments[0]
    tampered = replace(plan, assignments=(replace(first, cost=first.cost + 1), *plan.assignments[1:]))
    with pytest.raises(CheckFailed), transaction(seeded) as session:
        complete_plan(session, taken, problem, tampered)
    assert status(seeded, plan_id) == "running"
    with reading(seeded) as session, pytest.raises(NotFound):
        result_of(session, plan_id)


def test_progress_is_seen_and_a_wish_to_stop_comes_back(seeded: Engine):
    plan_id = queue(seeded)
    taken = claim(seeded)
    progress = Progress("solve", 1.5, 10.0, 12.0, 0.2, 7, 30)
    with transaction(seeded) as session:
        assert record_progress(session, taken, progress) is False
    with reading(seeded) as session:
        row = read_plan_row(session, plan_id)
    assert (row.phase, row.seconds, row.objective, row.bound, row.gap, row.filled, row.slots) == (
        "solve",
        1.5,
        10.0,
        12.0,
        0.2,
        7,
        30,
    )
    with transaction(seeded) as session:
        request_stop(session, LOCAL, plan_id)
    with transaction(seeded) as session:
        assert record_progress(session, taken, progress) is True


def test_a_run_put_back_is_lost_to_who_had_it(seeded: Engine):
    plan_id = queue(seeded)
    taken, problem = prepared(seeded)
    with transaction(seeded) as session:
        seen = leases(session)
        assert put_back_lost(session, [replace(one, until=utc_now()) for one in seen]) == 0, "it was renewed meanwhile"
        assert put_back_lost(session, seen) == 1
    assert status(seeded, plan_id) == "queued"
    again = claim(seeded)
    assert again.attempt == taken.attempt + 1
    plan = solve(problem)
    for write in (
        lambda session: record_progress(session, taken, Progress("solve", 0, None, None, None, 0, 0)),
        lambda session: complete_plan(session, taken, problem, plan),
        lambda session: fail_plan(session, taken, "だめ", "no"),
        lambda session: release(session, taken),
    ):
        with pytest.raises(Conflict), transaction(seeded) as session:
            write(session)
    with transaction(seeded) as session:
        complete_plan(session, again, problem, plan)
    assert status(seeded, plan_id) == "ready"


def test_a_run_asked_to_stop_before_the_process_ended_is_not_begun_again(seeded: Engine):
    plan_id = queue(seeded)
    claim(seeded)
    with transaction(seeded) as session:
        request_stop(session, LOCAL, plan_id)
    with transaction(seeded) as session:
        put_back_lost(session, leases(session))
    assert status(seeded, plan_id) == "cancelled"


def test_a_queued_run_is_cancelled_and_an_ended_one_cannot_be_stopped(solved: tuple[Engine, str]):
    engine, ended = solved
    waiting = queue(engine)
    with transaction(engine) as session:
        request_stop(session, LOCAL, waiting)
    assert status(engine, waiting) == "cancelled"
    for plan_id, fault in ((ended, Conflict), (waiting, Conflict), ("nothing", NotFound)):
        with pytest.raises(fault), transaction(engine) as session:
            request_stop(session, LOCAL, plan_id)


def test_one_plan_is_in_force_and_the_next_problem_keeps_it(solved: tuple[Engine, str], settings: Settings):
    engine, first = solved
    second = queue(engine)
    run_next(engine, settings)
    for plan_id in (first, second):
        with transaction(engine) as session:
            put_in_force(session, LOCAL, plan_id)
    with reading(engine) as session:
        assert plan_in_force(session).id == second  # type: ignore[union-attr]
        plan = result_of(session, second)
        given = plan.assignments[0]
        request_id = problem_of(session, second).seat_by_slot[given.slot][0].id
        held = {slot.id: slot.expert_id for slot in read_request(session, request_id).slots}
        rows = find_requests(session, RequestFilter(), Paging(size=100)).items
    assert held[given.slot] == given.expert
    assert sum(row.filled or 0 for row in rows) == len(plan.assignments)
    queue(engine)
    _, problem = prepared(engine)
    assert {(link.slot, link.expert) for link in problem.previous} == {(a.slot, a.expert) for a in plan.assignments}
    with transaction(engine) as session:
        end_force(session, LOCAL, second)
    with reading(engine) as session:
        assert plan_in_force(session) is None
    with pytest.raises(NotFound), transaction(engine) as session:
        end_force(session, LOCAL, second)


def test_only_a_finished_plan_can_be_in_force(seeded: Engine):
    plan_id = queue(seeded)
    for wanted, fault in ((plan_id, Conflict), ("nothing", NotFound)):
        with pytest.raises(fault), transaction(seeded) as session:
            put_in_force(session, LOCAL, wanted)


def test_pins_that_cannot_hold_give_a_plan_that_says_which(seeded: Engine, settings: Settings):
    queue(seeded)
    _, problem = prepared(seeded)
    slots = [slot.id for _, slot in problem.seats()]
    one, two = (expert.id for expert in problem.experts[:2])
    clashing = queue(seeded, pins=(Link(slots[0], one), Link(slots[0], two)))
    assert run_next(seeded, settings)
    with reading(seeded) as session:
        page = read_plan(session, clashing)
    assert (page.row.status, page.row.result) == ("ready", "infeasible")
    assert page.conflicts
    with pytest.raises(Conflict), transaction(seeded) as session:
        put_in_force(session, LOCAL, clashing)


def test_plans_are_listed_newest_first(seeded: Engine):
    ids = [queue(seeded, f"{number}") for number in range(3)]
    with reading(seeded) as session:
        assert [row.id for row in find_plans(session).items] == ids[::-1]


def test_documents_are_kept_compressed(solved: tuple[Engine, str]):
    engine, plan_id = solved
    with reading(engine) as session:
        kept = session.execute(text("SELECT length(content) FROM plan_documents WHERE kind = 'problem'")).scalar_one()
        assert kept < len(read_document(session, plan_id, "problem")) / 3


def test_a_slot_given_up_while_a_run_works_on_it_does_not_break_the_run(seeded: Engine):
    plan_id = queue(seeded)
    taken, problem = prepared(seeded)
    several = next(request for request in problem.requests if len(request.slots) > 1)
    with transaction(seeded) as session:
        told = read_requests(session, [several.id])[several.id]
        store_requests(session, {several.id: replace(told, slots=told.slots[:1], team="any")})
    with transaction(seeded) as session:
        complete_plan(session, taken, problem, solve(problem))
    with reading(seeded) as session:
        assert find_plan_slots(session, plan_id, PlanSlotFilter()).total == sum(len(r.slots) for r in problem.requests)
        assert len(read_request(session, several.id).slots) == 1


def test_a_failed_run_says_what_to_do(seeded: Engine):
    plan_id = queue(seeded)
    taken = claim(seeded)
    with transaction(seeded) as session:
        fail_plan(session, taken, "もう一度", "again", "ABCD1234")
    with reading(seeded) as session:
        row = read_plan_row(session, plan_id)
    assert (row.status, row.error_ja, row.error_en, row.error_reference) == ("failed", "もう一度", "again", "ABCD1234")
