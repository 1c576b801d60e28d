"""From problem to plan: status, bound, progress, stopping, sameness, and the edges of what numbers may be."""

import time
from dataclasses import replace
from itertools import pairwise

import pytest

from matching.check import check
from matching.interchange import write_plan
from matching.model import Model
from matching.plan import Plan
from matching.problem import (
    Expert,
    Limits,
    Link,
    Organization,
    Policy,
    Problem,
    ReadyPair,
    Request,
    Slot,
    Subsidy,
    Weights,
)
from matching.progress import PHASES, Progress
from matching.solve import SolveFault, solve
from seed_data.generator import generate
from seed_data.problem import build_problem

MONTHS = ("2026-04", "2026-05", "2026-06")
EXACT = Limits(gap=0.0, threads=1)


def expert(name: str, hours: float = 40.0, engagements: int = 2) -> Expert:
    return Expert(name, (hours,) * 3, (engagements,) * 3, (5.0,) * 3)


def problem_of(pairs: list[ReadyPair], experts: list[Expert], requests: list[Request], **fields) -> Problem:
    organizations = fields.pop("organizations", ()) or tuple(
        Organization(name) for name in dict.fromkeys(request.organization for request in requests)
    )
    fields.setdefault("limits", EXACT)
    return Problem(MONTHS, tuple(experts), organizations, tuple(requests), pairs=tuple(pairs), **fields)


def one_slot_each(count: int, **fields) -> list[Request]:
    return [Request(f"R{n}", "M", (Slot(f"S{n}", "D", 0, 3, 8.0),), **fields) for n in range(count)]


def seeded(experts: int, requests: int, **fields) -> Problem:
    sample = generate(experts=experts, requests=requests, seed=1)
    return replace(build_problem(sample, sample.months), **fields)


def chosen(plan: Plan) -> dict[str, str]:
    return {one.slot: one.expert for one in plan.assignments}


@pytest.mark.parametrize(
    "problem",
    [
        problem_of([], [], []),
        problem_of([], [expert("A")], []),
        problem_of([], [], one_slot_each(2)),
        problem_of([], [expert("A")], one_slot_each(2)),
        replace(problem_of([], [], one_slot_each(2)), pairs=None),
        problem_of([], [expert("A")], one_slot_each(1), policy=Policy(order=("cost", "coverage"))),
        problem_of([], [expert("A")], one_slot_each(1), policy=Policy(name="maxmin")),
        problem_of([], [expert("A")], [Request("R", "M", ())]),
    ],
    ids=["nothing", "no requests", "no experts", "no pairs", "not scored", "ordered", "maxmin", "no slots"],
)
def test_a_problem_with_nothing_to_choose_has_an_empty_plan(problem: Problem):
    plan = solve(problem)
    assert (plan.status, plan.objective, plan.bound, plan.gap) == ("optimal", 0.0, 0.0, 0.0)
    assert plan.assignments == ()
    assert {one.reason for one in plan.open_slots} <= {"no_eligible_expert"}


def test_an_impossible_pin_in_a_problem_with_nothing_is_a_clash():
    plan = solve(problem_of([], [expert("A")], one_slot_each(1), pins=(Link("S0", "A"),)))
    assert plan.status == "infeasible"


@pytest.mark.parametrize("yen", [1.0, 10.0, 1e6, 1e9, 1e12])
def test_budgets_hold_to_the_yen_at_any_size(yen: float):
    experts = [expert("A"), expert("B")]
    pairs = [ReadyPair("A", "S0", 0.5, yen, yen, 8.0), ReadyPair("B", "S1", 0.5, yen, yen, 8.0)]
    request = Request("R", "M", tuple(Slot(f"S{n}", "D", 0, 3, 8.0) for n in range(2)), budget=2 * yen)
    policy = Policy(yen_per_point=1e15)
    full = problem_of(pairs, experts, [request], policy=policy)
    assert len(solve(full).assignments) == 2
    short = replace(full, requests=(replace(request, budget=2 * yen * (1 - 1e-8)),))
    assert len(solve(short).assignments) == 1


def test_what_the_solver_cannot_tell_apart_is_cut_off_and_solved_again(monkeypatch):
    cuts = []
    exclude = Model.exclude
    monkeypatch.setattr(Model, "exclude", lambda self, *broken: (cuts.append(broken), exclude(self, *broken)))
    names = [f"E{n}" for n in range(6)]
    too_much = 1e12 / 6 + 250.0  # six of them are 1.5e-9 of the budget too dear
    pairs = [ReadyPair(name, f"S{n}", 0.5, too_much, 0.0, 8.0) for n, name in enumerate(names)]
    request = Request("R", "M", tuple(Slot(f"S{n}", "D", 0, 3, 8.0) for n in range(6)), budget=1e12)
    plan = solve(problem_of(pairs, [expert(name) for name in names], [request]))
    assert cuts
    assert plan.status == "optimal"
    assert len(plan.assignments) == 5
    assert plan.bound == pytest.approx(plan.objective, abs=1e-6)


def test_a_cut_leaves_the_choice_that_a_head_makes_possible(monkeypatch):
    cuts = []
    exclude = Model.exclude
    monkeypatch.setattr(Model, "exclude", lambda self, *broken: (cuts.append(broken), exclude(self, *broken)))
    pairs = [
        ReadyPair("B", "S0", 0.9, 2e12, 0.0, 8.0),  # comes first, saves most, and so has the head to begin with
        ReadyPair("A", "S1", 0.5, 1e12 + 1_500.0, 0.0, 8.0),  # 1.5e-9 above the budget, unless it has the head
    ]
    requests = [
        Request("Q", "M", (Slot("S0", "D", 0, 3, 8.0),)),
        Request("R", "M", (Slot("S1", "D", 0, 3, 8.0),), budget=1e12, budget_basis="net"),
    ]
    problem = problem_of(
        pairs,
        [expert("A"), expert("B")],
        requests,
        subsidy=Subsidy(heads={"M": 1}),
        policy=Policy(yen_per_point=1e13),
    )
    plan = solve(problem)
    assert cuts
    assert {one.slot: one.net_cost for one in plan.assignments} == {"S0": 2e12, "S1": 0.0}


def test_quarter_hours_add_up_exactly_and_no_further():
    pairs = [ReadyPair("A", f"S{n}", 0.5, 0.0, 0.0, 0.1 if n else 0.05) for n in range(3)]
    people = [expert("A", hours=0.25, engagements=3)]
    assert len(solve(problem_of(pairs, people, one_slot_each(3))).assignments) == 3
    short = [expert("A", hours=0.2499, engagements=3)]
    assert len(solve(problem_of(pairs, short, one_slot_each(3))).assignments) == 2


def test_work_for_nothing_fits_a_budget_of_nothing():
    pairs = [ReadyPair("A", "S0", 0.5, 0.0, 0.0, 8.0), ReadyPair("B", "S1", 0.9, 1.0, 1.0, 8.0)]
    plan = solve(problem_of(pairs, [expert("A"), expert("B")], one_slot_each(2, budget=0.0)))
    assert chosen(plan) == {"S0": "A"}
    assert [one.reason for one in plan.open_slots] == ["budget"]


def test_heads_go_where_they_save_most_and_a_person_needs_one_for_all_its_requests():
    pairs = [
        ReadyPair("A", "S0", 0.5, 100_000.0, 30_000.0, 8.0),
        ReadyPair("A", "S1", 0.5, 100_000.0, 30_000.0, 8.0),
        ReadyPair("B", "S2", 0.5, 150_000.0, 45_000.0, 8.0),
        ReadyPair("C", "S3", 0.5, 80_000.0, 80_000.0, 8.0),
    ]
    people = [expert(name) for name in "ABC"]
    plan = solve(problem_of(pairs, people, one_slot_each(4), subsidy=Subsidy(heads={"M": 1})))
    assert {one.slot: one.net_cost for one in plan.assignments} == {
        "S0": 30_000.0,
        "S1": 30_000.0,
        "S2": 150_000.0,
        "S3": 80_000.0,
    }


def test_the_same_problem_gives_the_same_plan_but_for_the_seconds():
    for policy in (Policy(), Policy(name="maxmin"), Policy(order=("equity", "cost"))):
        problem = seeded(40, 25, policy=policy)
        first, second = (write_plan(replace(solve(problem), seconds={})) for _ in range(2))
        assert first == second


def test_a_plan_lists_slots_in_the_order_of_the_file():
    problem = seeded(40, 25)
    plan = solve(problem)
    order = [slot.id for _, slot in problem.seats()]
    for listed in ([one.slot for one in plan.assignments], [one.slot for one in plan.open_slots]):
        assert listed == sorted(listed, key=order.index)


def test_progress_tells_each_phase_with_a_bound_that_only_falls():
    told: list[Progress] = []
    plan = solve(seeded(40, 25), progress=told.append)
    assert list(dict.fromkeys(one.phase for one in told)) == list(PHASES)
    assert set(plan.seconds) == set(PHASES)
    assert all(earlier.seconds <= later.seconds for earlier, later in pairwise(told))
    bounds = [one.bound for one in told if one.bound is not None]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] >= plan.objective - 1e-6
    assert all(one.slots == len(plan.assignments) + len(plan.open_slots) >= one.filled for one in told)
    assert all(one.gap is not None and one.gap >= 0 for one in told if one.objective is not None)


def test_a_stop_keeps_the_best_plan_so_far():
    problem = seeded(40, 25)
    plan = solve(problem, stop=lambda: True)
    assert plan.status in ("interrupted", "optimal")
    assert plan.assignments
    assert plan.bound >= solve(problem).objective
    assert check(problem, plan) == ()


@pytest.mark.slow
def test_a_stop_in_a_long_search_is_answered_within_a_second():
    problem = seeded(400, 300, limits=Limits(seconds=120.0, gap=0.0))
    asked: list[float] = []
    searching: list[float] = []

    def stop() -> bool:
        if searching and time.monotonic() > searching[0] + 2.0:
            asked.append(time.monotonic())
            return True
        return False

    ended: list[float] = []

    def progress(one: Progress) -> None:
        if one.phase == "solve" and not searching:
            searching.append(time.monotonic())
        if one.phase == "reasons":
            ended.append(time.monotonic())

    plan = solve(problem, progress=progress, stop=stop)
    assert plan.status == "interrupted"
    assert ended[0] - asked[0] < 1.0
    assert plan.gap > 0


def test_a_time_limit_is_never_called_optimal():
    problem = seeded(150, 120, limits=Limits(seconds=0.02, gap=0.0))
    plan = solve(problem)
    assert plan.status == "feasible"
    assert plan.assignments
    assert plan.gap > 0
    assert plan.bound > plan.objective
    assert check(problem, plan) == ()


def test_a_looser_gap_ends_earlier_and_says_so():
    problem = seeded(80, 60, limits=Limits(gap=0.2))
    loose, tight = solve(problem), solve(replace(problem, limits=EXACT))
    assert loose.status == tight.status == "optimal"
    assert loose.gap <= 0.2
    assert tight.gap <= 1e-6
    assert loose.bound >= tight.objective - 1e-6


def test_the_number_of_threads_may_change_from_one_solve_to_the_next():
    problem = seeded(40, 25, limits=EXACT)
    found = {solve(replace(problem, limits=replace(EXACT, threads=threads))).objective for threads in (1, 2, 3, 1)}
    assert max(found) - min(found) < 1e-6


def test_when_there_is_no_time_to_settle_the_pins_there_is_no_plan():
    pairs = [ReadyPair(name, slot, 0.5, 0.0, 0.0, 8.0) for name in "AB" for slot in ("S0", "S1")]
    team = Request("R", "M", tuple(Slot(f"S{n}", "D", 0, 3, 8.0) for n in range(2)), team="all")
    problem = problem_of(pairs, [expert("A"), expert("B")], [team], pins=(Link("S0", "A"),))
    plan = solve(replace(problem, limits=Limits(seconds=1e-9)))
    assert plan.status == "time_limit_no_plan"
    assert (plan.objective, plan.bound, plan.gap, plan.assignments) == (None, None, None, ())
    assert {one.reason for one in plan.open_slots} == {"no_plan"}
    assert solve(problem).status == "optimal"


def test_a_wrong_plan_is_never_returned(monkeypatch):
    monkeypatch.setattr("matching.search.broken_rows", lambda *_: [])
    monkeypatch.setattr("matching.model.Model._add_limits", lambda _: None)
    monkeypatch.setattr("matching.start.Ledger.obstacles", lambda *_: [])
    with pytest.raises(SolveFault) as caught:
        solve(seeded(20, 20))
    assert caught.value.violations


@pytest.mark.parametrize("weights", [Weights(0.0, 0.0, 0.0, 0.0), Weights(1e9, 1e-9, 0.0, 0.0)])
def test_any_weights_are_taken(weights: Weights):
    problem = seeded(20, 12, policy=Policy(weights=weights, yen_per_point=1e-3))
    plan = solve(problem)
    assert plan.status == "optimal"
    assert check(problem, plan) == ()


def test_named_policies_pull_in_their_direction():
    problem = seeded(60, 40, limits=EXACT)
    plans = {
        name: solve(replace(problem, policy=Policy(name=name)))
        for name in ("balanced", "fit_first", "cost_first", "fair_first", "maxmin")
    }
    assert min(plans, key=lambda name: plans[name].terms.net_cost) == "cost_first"
    assert plans["fair_first"].terms.equity >= plans["cost_first"].terms.equity
    per_slot = {name: plan.terms.fit / plan.terms.coverage for name, plan in plans.items()}
    assert per_slot["fit_first"] >= per_slot["fair_first"]


def test_the_bound_told_on_the_way_is_true_while_the_relaxation_guides_the_search(monkeypatch):
    monkeypatch.setattr("matching.search.GUIDED_FROM", 0)
    monkeypatch.setattr("matching.handoff.NEWS", 0.0)
    monkeypatch.setattr("matching.handoff.POLL", 0.001)
    told: list[Progress] = []
    plan = solve(seeded(80, 60, limits=EXACT), progress=told.append)
    bounds = [one.bound for one in told if one.bound is not None]
    assert len(set(bounds)) > 2
    assert bounds == sorted(bounds, reverse=True)
    assert min(bounds) >= plan.objective - 1e-6
