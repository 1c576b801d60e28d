"""The search at national size, on problems small enough to know the truth: its bound, its plans, its moves."""

import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from matching.check import check
from matching.chosen import choose
from matching.columns import Columns
from matching.interchange import write_plan
from matching.national import compiled
from matching.national.agreement import PairPrices
from matching.national.annealing import recreate, ruin
from matching.national.course import Course
from matching.national.instance import instance_of
from matching.national.moves import construct, undo
from matching.national.presolve import live_pairs
from matching.national.prices import SlotPrices
from matching.national.units import board_of, empty_state, seed_of
from matching.policy import resolve
from matching.problem import Limits, Link, Policy, Problem
from matching.progress import Progress
from matching.scoring import eligible_pairs
from matching.search import search
from matching.solve import solve
from matching.usable import usable_pairs
from seed_data.generator import generate
from seed_data.problem import build_problem
from tests.matching.exhaustive import best, every_plan
from tests.matching.small_problems import small_problem

CLOSE = 1e-6
SHORT = Limits(seconds=0.4, gap=0.0, threads=1)


@pytest.fixture
def national(monkeypatch):
    monkeypatch.setattr("matching.search.NATIONAL_FROM", 0)


def middling(seconds: float = 2.0, **fields) -> Problem:
    sample = generate(experts=80, requests=60, seed=1)
    return replace(build_problem(sample, sample.months), limits=Limits(seconds=seconds, gap=0.0), **fields)


def instance_of_problem(problem: Problem):
    columns, goal = Columns(problem, eligible_pairs(problem)), resolve(problem.policy)
    return columns, instance_of(columns, goal, usable_pairs(columns).mask)


@pytest.mark.parametrize("first", range(70_000, 70_320, 40))
def test_the_bound_is_above_the_best_of_all_plans_and_the_plan_below_it(first: int, national):
    reached = []
    for seed in range(first, first + 40):
        problem = replace(small_problem(seed, pins=seed % 3), limits=SHORT)
        plans = every_plan(problem)
        plan = solve(problem)
        assert check(problem, plan) == ()
        if not plans:
            assert plan.status == "infeasible"
            continue
        want = best(problem, plans)
        assert plan.objective <= want + CLOSE
        assert plan.bound >= want - CLOSE
        assert plan.status == ("optimal" if plan.gap <= CLOSE else "feasible")
        reached.append(plan.objective >= want - CLOSE)
    assert sum(reached) >= 0.9 * len(reached) > 0


@pytest.mark.parametrize("nodes", [1, 3, 400])
def test_any_prices_prove_a_bound(nodes: int):
    random = np.random.default_rng(nodes)
    for seed in range(71_000, 71_060):
        problem = small_problem(seed, pins=seed % 2)
        plans = every_plan(problem)
        if not plans:
            continue
        _, instance = instance_of_problem(problem)
        prices = SlotPrices(instance.only(live_pairs(instance)), nodes)
        for size in (0.0, 0.3, 3.0):
            bound, _ = prices.bound(prices.project(random.normal(0.0, size, prices.size)))
            assert bound >= best(problem, plans) - CLOSE


@pytest.mark.parametrize("nodes", [1, 3, 400])
def test_any_prices_of_pairs_prove_a_bound(nodes: int, monkeypatch):
    monkeypatch.setattr("matching.national.agreement.PLAN_NODES", nodes)
    random = np.random.default_rng(nodes)
    for seed in range(75_000, 75_060):
        problem = small_problem(seed, pins=seed % 2)
        plans = every_plan(problem)
        if not plans:
            continue
        _, instance = instance_of_problem(problem)
        slots = SlotPrices(instance.only(live_pairs(instance)), nodes)
        for size in (0.0, 0.3, 3.0):
            start = slots.project(random.normal(0.0, size, slots.size))
            pairs = PairPrices(slots, start, 5)
            pairs.price += random.normal(0.0, size / 3, len(pairs.price))
            want = best(problem, plans) - CLOSE
            assert pairs.advance(5, lambda: False) >= want
            assert pairs.prove() >= want


def test_prices_of_pairs_start_where_prices_of_slots_end_and_get_lower():
    _, instance = instance_of_problem(middling())
    slots = SlotPrices(instance)
    prices, bound = slots.descend(slots.start(), 200, hot=0.3, cold=0.002, each=lambda _: False)
    pairs = PairPrices(slots, prices, 200)
    assert pairs.bound()[0] == pytest.approx(bound, rel=0.02)
    assert pairs.advance(200, lambda: False) < 0.999 * bound


def test_pairs_dropped_beforehand_are_in_no_plan():
    dropped = 0
    for seed in range(72_000, 72_400):
        problem = small_problem(seed)
        _, instance = instance_of_problem(problem)
        live = live_pairs(instance)
        dead = {(int(instance.slot[p]), int(instance.expert[p])) for p in np.flatnonzero(~live)}
        dropped += len(dead)
        slots = {slot.id: number for number, (_, slot) in enumerate(problem.seats())}
        experts = {expert.id: number for number, expert in enumerate(problem.experts)}
        for plan in every_plan(problem):
            assert not dead & {(slots[pair.slot], experts[pair.expert]) for pair in plan.pairs}
    assert dropped > 10


def test_moves_undone_leave_everything_as_it_was_and_what_they_sum_up_is_right():
    for seed in range(73_000, 73_400):
        problem = small_problem(seed)
        columns, instance = instance_of_problem(problem)
        if not len(instance.row) or (seed > 73_050 and not columns.heads.limit):
            continue
        board = board_of(instance, instance.value, 100)
        state = empty_state(instance, seed_of(seed))
        construct(board, state, np.arange(len(board.parent), dtype=np.int32))
        units, seen = np.empty(len(board.parent), np.int32), np.zeros(len(board.parent), np.int64)
        for move in range(30):
            state.marks[0] = 0
            before = [column.copy() for column in state]
            recreate(board, state, units, ruin(board, state, units, seen, move + 1))
            if Random(move).random() < 0.5:
                undo(board, state, 0)
                for name, old, new in zip(state._fields, before, state, strict=True):
                    if name not in ("random", "journal", "head", "after", "before"):
                        np.testing.assert_allclose(new, old, rtol=1e-12, atol=1e-9)
        at = state.at[state.at >= 0]
        counted = instance.value[at].sum() + instance.relief[at][_with_head(instance, state, at)].sum()
        equity = sum(w / k for w, n in zip(instance.equity, state.filled, strict=True) for k in range(1, n + 1))
        assert state.objective[0] == pytest.approx(counted + equity, abs=1e-9)
        assert len(choose(columns, instance.row[at].tolist())) == len(at)


def _with_head(instance, state, at):
    persons = instance.person[at]
    return (persons >= 0) & (state.has_head[persons] > 0)


def test_it_agrees_with_the_model_on_problems_of_middling_size(monkeypatch):
    # Fewer moves in more time, so that it is never the time that ends the steps of prices.
    monkeypatch.setattr("matching.national.course.MOVES_PER_SECOND", 2_000)
    problem = middling(seconds=20.0)
    exact = solve(replace(problem, limits=Limits(gap=1e-4)))
    monkeypatch.setattr("matching.search.NATIONAL_FROM", 0)
    plan = solve(problem)
    assert check(problem, plan) == ()
    assert plan.bound >= exact.objective - CLOSE
    assert plan.objective <= exact.bound + CLOSE
    assert plan.objective >= 0.99 * exact.objective
    assert plan.bound <= 1.02 * exact.bound


def test_values_only_rise_and_bounds_only_fall(national):
    told: list[Progress] = []
    plan = solve(middling(), progress=told.append)
    known = [one for one in told if one.objective is not None]
    assert len(known) > 5
    assert all(one.objective <= two.objective for one, two in pairwise(known))
    bounds = [one.bound for one in told if one.bound is not None]
    assert all(one >= two for one, two in pairwise(bounds))
    assert (plan.objective, plan.bound) == (known[-1].objective, bounds[-1])


def test_the_same_problem_gives_the_same_plan_for_any_number_of_threads(national, monkeypatch):
    # Fewer moves, so that it is never the time that ends the search.
    monkeypatch.setattr("matching.national.course.MOVES_PER_SECOND", 500)
    made = []
    for threads in (1, 1, 2):
        problem = middling(seconds=20.0)
        plan = solve(replace(problem, limits=replace(problem.limits, threads=threads)))
        made.append(write_plan(replace(plan, seconds={}, limits={}, input_digest="")))
    assert made[0] == made[1] == made[2]
    assert made[0] != write_plan(replace(solve(middling(seconds=2.0)), seconds={}, limits={}, input_digest=""))


def test_chains_joined_are_better_than_the_best_of_them_and_never_worse(national, monkeypatch):
    # Short chains, so that each leaves something to the others.
    monkeypatch.setattr("matching.national.course.CHUNK", 200)
    monkeypatch.setattr("matching.national.course.MOVES_PER_SLOT", 2)
    monkeypatch.setattr("matching.national.course.MOVES_PER_SECOND", 200)
    gained = []
    join = Course._join

    def joined(course: Course, plans) -> None:
        before = course._objective
        join(course, plans)
        gained.append(course._objective - before)

    monkeypatch.setattr(Course, "_join", joined)
    problem = middling(seconds=20.0)
    assert check(problem, solve(problem)) == ()
    assert min(gained) >= 0
    assert max(gained) > CLOSE


def test_a_stop_keeps_the_best_plan_so_far(national):
    calls = []

    def stop() -> bool:
        calls.append(1)
        return len(calls) > 200

    problem = middling(seconds=60.0)
    plan = solve(problem, stop=stop)
    assert plan.status == "interrupted"
    assert len(calls) < 210
    assert plan.assignments
    assert check(problem, plan) == ()


def test_a_search_begins_from_the_plan_in_force_where_that_is_better(national, monkeypatch):
    problem = middling(seconds=4.0)
    first = solve(problem)
    monkeypatch.setattr("matching.national.course.MOVES_PER_SECOND", 0)
    kept = tuple(Link(one.slot, one.expert) for one in first.assignments)
    declined = kept[:: len(kept) // 3]
    again = solve(replace(problem, previous=kept, forbidden=declined))
    assert check(replace(problem, previous=kept, forbidden=declined), again) == ()
    assert again.terms.stability >= 0.95 * (len(kept) - len(declined))
    assert again.objective - again.terms.stability * 0.3 > 0.9 * first.objective
    assert solve(problem).terms.stability == 0


def test_what_a_run_needs_before_and_after_the_search_is_taken_off_its_time(national):
    problem = middling(seconds=30.0)
    columns, goal = Columns(problem, eligible_pairs(problem)), resolve(problem.policy)
    began = time.monotonic()
    found = search(columns, goal, problem.limits, around=1e6)
    assert found.outcome == "feasible"
    assert found.seconds["solve"] <= time.monotonic() - began < 30.0


def test_ordered_policies_stay_with_the_model(national):
    for seed in range(74_000, 74_030):
        policy = Policy(name="maxmin") if seed % 2 else Policy(order=("equity", "cost"))
        problem = small_problem(seed, policy=policy)
        plan = solve(problem)
        assert plan.status == "optimal"
        assert plan.objective == pytest.approx(best(problem, every_plan(problem)), abs=CLOSE)


def test_a_small_problem_is_solved_without_numba():
    code = (
        "import sys; from matching.solve import solve; from tests.matching.small_problems import small_problem;"
        "assert solve(small_problem(1)).status == 'optimal'; assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_machine_code_is_made_anew_where_no_folder_can_be_written(monkeypatch):
    kept = compiled.numba.njit

    def njit(*function, **options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return kept(*function, **options)

    monkeypatch.setattr(compiled.numba, "njit", njit)
    assert compiled.compiled(lambda number: number + 1)(1) == 2
