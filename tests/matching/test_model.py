"""The model's optimum against every plan there is, on small problems in which all limits bind now and then."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from matching.check import check
from matching.chosen import broken_rows, broken_teams, choose, count_terms, points
from matching.columns import Columns
from matching.policy import resolve
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
)
from matching.rows import all_rows, binding_rows
from matching.scoring import eligible_pairs
from matching.search import _Run
from matching.solve import solve
from matching.start import improve
from matching.usable import usable_pairs
from matching.worth import Worth
from tests.matching.exhaustive import best, every_plan, objective
from tests.matching.small_problems import TERMS, small_problem

CLOSE = 1e-6


def agrees(problem) -> None:
    """Solve ``problem`` both ways; the plan has to be as good as the best of all, and its bound true."""
    want = best(problem, every_plan(problem))
    plan = solve(problem)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(want, abs=CLOSE)
    assert plan.bound >= plan.objective
    assert plan.bound >= want - CLOSE
    assert check(problem, plan) == ()


@pytest.mark.parametrize("first", range(0, 520, 40))
def test_the_plan_is_the_best_of_all_plans(first: int):
    for seed in range(first, first + 40):
        agrees(small_problem(seed))


@pytest.mark.parametrize("first", range(10_000, 10_120, 40))
def test_the_plan_is_the_best_of_all_when_the_relaxation_guides_the_search(first: int, monkeypatch):
    monkeypatch.setattr("matching.search.GUIDED_FROM", 0)
    for seed in range(first, first + 40):
        agrees(small_problem(seed))


@pytest.mark.parametrize("first", range(20_000, 20_120, 40))
def test_an_ordered_policy_is_followed_term_by_term(first: int):
    for seed in range(first, first + 40):
        random = Random(seed)
        order = tuple(random.sample(TERMS, random.randint(1, len(TERMS))))
        agrees(small_problem(seed, policy=Policy(order=order, yen_per_point=300_000.0)))


@pytest.mark.parametrize("first", range(30_000, 30_120, 40))
def test_maxmin_is_leximin_over_the_organizations_filled_shares(first: int):
    for seed in range(first, first + 40):
        agrees(small_problem(seed, policy=Policy(name="maxmin", order=("cost",) if seed % 5 == 0 else None)))


@pytest.mark.parametrize("first", range(40_000, 40_200, 40))
def test_pins_are_kept_or_said_to_clash_exactly_when_no_plan_keeps_them(first: int):
    outcomes = set()
    for seed in range(first, first + 40):
        problem = small_problem(seed, pins=1 + seed % 3)
        plans = every_plan(problem)
        outcomes.add(bool(plans))
        if plans:
            agrees(problem)
        else:
            plan = solve(problem)
            assert plan.status == "infeasible"
            assert plan.conflicts
            assert check(problem, plan) == ()
    assert outcomes == {True, False}


@pytest.mark.parametrize("guided_from", [0, 4_000], ids=["guided", "plain"])
@pytest.mark.parametrize("gap", [0.02, 0.3])
def test_the_bound_is_true_when_the_search_ends_at_a_gap(gap: float, guided_from: int, monkeypatch):
    monkeypatch.setattr("matching.search.GUIDED_FROM", guided_from)
    for seed in range(50_000, 50_060):
        problem = replace(small_problem(seed), limits=Limits(gap=gap, threads=1))
        want = best(problem, every_plan(problem))
        plan = solve(problem)
        assert plan.bound >= want - CLOSE
        assert plan.gap <= gap + CLOSE
        assert plan.objective <= want + CLOSE


@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_pairs_are_left_out_only_when_no_plan_with_them_exceeds_the_bound(gap: float, monkeypatch):
    left_out: list[tuple[list[int], float]] = []
    guided = _Run._guided

    def recorded(self, *args, **kwargs):
        bound, least = guided(self, *args, **kwargs)
        out = [row for row in self._model.among.tolist() if not self._model.variables[self._model._x_of[row]].upBound]
        left_out.append((out, least))
        return bound, least

    monkeypatch.setattr("matching.search.GUIDED_FROM", 0)
    monkeypatch.setattr(_Run, "_guided", recorded)
    many = 0
    for seed in range(120_000, 120_150):
        left_out.clear()
        problem = replace(small_problem(seed), limits=Limits(gap=gap, threads=1))
        plan = solve(problem)
        table = eligible_pairs(problem)
        for out, least in left_out:
            pairs = {(int(table.slot[row]), int(table.expert[row])) for row in out}
            many += len(pairs)
            with_any = [other for other in every_plan(problem) if pairs & positions(problem, other)]
            assert max((objective(problem, other) for other in with_any), default=least) <= least + CLOSE
            assert plan.bound >= least - CLOSE
    assert many > 20


def test_the_bound_is_never_below_what_a_pair_left_out_could_reach(monkeypatch):
    monkeypatch.setattr("matching.search.GUIDED_FROM", 0)
    monkeypatch.setattr(_Run, "_guided", lambda self, _, __, ___, bound, **____: (bound + 1.0, bound + 0.5))
    plan = solve(small_problem(50_001))
    assert plan.assignments
    monkeypatch.undo()
    assert plan.bound >= solve(small_problem(50_001)).objective + 0.5 - CLOSE


def positions(problem, plan) -> set[tuple[int, int]]:
    slots = [slot.id for _, slot in problem.seats()]
    experts = [expert.id for expert in problem.experts]
    return {(slots.index(pair.slot), experts.index(pair.expert)) for pair in plan.pairs}


def test_rows_that_cannot_bind_are_dropped_and_nothing_else():
    for seed in range(60_000, 60_150):
        problem = small_problem(seed)
        columns = Columns(problem, eligible_pairs(problem))
        mask = usable_pairs(columns).mask
        few, many = binding_rows(columns, mask), all_rows(columns, mask)
        assert len(few) <= len(many)
        random = Random(seed)
        for _ in range(30):
            chosen = _one_a_slot_and_request(columns, mask, random)
            assert _keeps(few, chosen) == _keeps(many, chosen)


def _one_a_slot_and_request(columns: Columns, mask: np.ndarray, random: Random) -> np.ndarray:
    """Choose at random, one pair of a slot and one of a person in a request, which binding rows may take as given."""
    chosen = np.zeros(len(columns.pairs), dtype=bool)
    slots, persons = set(), set()
    for pair in random.sample(range(len(columns.pairs)), len(columns.pairs)):
        slot, person = int(columns.pairs.slot[pair]), (int(columns.pairs.expert[pair]), int(columns.request[pair]))
        if mask[pair] and slot not in slots and person not in persons and random.random() < 0.7:
            chosen[pair] = True
            slots.add(slot)
            persons.add(person)
    return chosen


def _keeps(rows, chosen) -> bool:
    used = np.where(chosen[rows.pair], rows.amount - rows.relief, 0.0)
    return all(used[rows.entries(row)].sum() <= rows.limit[row] * (1 + 1e-9) for row in range(len(rows)))


def test_heads_left_over_go_to_whom_most_is_saved_with():
    pairs = tuple(ReadyPair(name, f"S{n}", 0.5, 10.0 * (n + 1), 0.0, 8.0) for n, name in enumerate("ABC"))
    people = tuple(Expert(name, (40.0,), (9,), (9.0,)) for name in "ABC")
    slots = tuple(Slot(f"S{n}", "D", 0, 1, 8.0) for n in range(3))
    problem = Problem(
        ("2026-04",),
        people,
        (Organization("M"),),
        (Request("R", "M", slots),),
        pairs=pairs,
        subsidy=Subsidy(heads={"M": 2}),
    )
    columns = Columns(problem, eligible_pairs(problem))
    assert choose(columns, range(3)).counted.tolist() == [10.0, 0.0, 0.0]
    assert choose(columns, range(3), persons={0}).counted.tolist() == [0.0, 20.0, 0.0]


def test_what_is_left_open_and_pays_is_filled_after_the_search():
    for seed in range(110_000, 110_040):
        problem = small_problem(seed)
        columns, goal = Columns(problem, eligible_pairs(problem)), resolve(problem.policy)
        mask = usable_pairs(columns).mask
        rows, among = binding_rows(columns, mask), np.flatnonzero(mask)
        nothing = choose(columns, ())
        better = improve(columns, rows, among, Worth(columns, goal), nothing)
        assert not broken_rows(columns, rows, better)
        assert not broken_teams(columns, better)
        gain = points(goal, count_terms(columns, better)) - points(goal, count_terms(columns, nothing))
        assert gain >= 0
        alone = [p for p in among.tolist() if not columns.request_whole[columns.request[p]]]
        if any(Worth(columns, goal).alone[pair] > 1e-6 for pair in alone):
            assert gain > 0


def test_a_previous_pair_that_is_not_eligible_any_more_earns_nothing():
    problem = small_problem(3)
    slot = next(slot.id for _, slot in problem.seats())
    gone = tuple(pair for pair in problem.pairs if (pair.slot, pair.expert) != (slot, "E0"))
    plan = solve(replace(problem, pairs=gone, previous=(Link(slot, "E0"),)))
    assert plan.terms.stability == 0
