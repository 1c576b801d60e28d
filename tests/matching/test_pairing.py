"""Pairs made in compiled loops: the same as one by one, bit for bit, and the best of them kept."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from matching.pairing.seats import roads
from matching.pairs import COLUMNS, RULES
from matching.problem import Link, Problem
from matching.scoring import detailed, eligible_pairs, shortlist
from matching.travel import one_way_minutes, rail_fare_with_express
from seed_data.generator import generate
from seed_data.problem import build_problem
from tests.matching import reference
from tests.matching.small_problems import small_problem
from tests.matching.strategies import problems

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def compiled(monkeypatch):
    """Switch compiled loops on and off."""

    def switch(*, on: bool):
        monkeypatch.setattr("matching.scoring.COMPILED_FROM", 0 if on else 10**12)

    return switch


def sample(experts: int = 150, requests: int = 120) -> Problem:
    made = generate(experts=experts, requests=requests, seed=3)
    return build_problem(made, made.months)


def same(one, other):
    for name in COLUMNS:
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.dtype == theirs.dtype, name
        assert np.array_equal(mine, theirs), name
    assert list(one.funnel) == list(other.funnel)
    assert dict(one.blocked_by) == dict(other.blocked_by)


@given(problem=problems(most_experts=5, most_requests=3))
@QUIET
def test_compiled_pairs_are_those_made_one_by_one_to_the_last_bit(compiled, problem):
    compiled(on=False)
    one_by_one, short = eligible_pairs(problem), shortlist(problem, 2, 1)
    compiled(on=True)
    same(eligible_pairs(problem), one_by_one)
    again = shortlist(problem, 2, 1)
    same(again.pairs, short.pairs)
    assert again.eligible.tolist() == short.eligible.tolist()
    assert (again.left_out >= short.left_out).all()


@given(problem=problems(most_experts=5, most_requests=3, least=1))
@QUIET
def test_compiled_pairs_and_funnels_agree_with_the_slow_reference(compiled, problem):
    compiled(on=True)
    table = eligible_pairs(problem)
    expected, funnels = reference.eligible_pairs(problem)
    assert list(zip(table.slot.tolist(), table.expert.tolist(), strict=True)) == sorted(expected)
    assert [[(step.rule, step.removed, step.left) for step in steps] for steps in table.funnel] == funnels


def test_compiled_pairs_of_a_larger_problem_are_the_same_and_every_rule_removes_somebody(compiled):
    problem = sample()
    slots = [slot.id for _, slot in problem.seats()]
    everyone = tuple(Link(slot, expert.id) for slot in slots[:30] for expert in problem.experts[::3])
    problem = replace(problem, forbidden=everyone[::2], previous=everyone[::7])
    compiled(on=False)
    wanted = eligible_pairs(problem)
    compiled(on=True)
    table = eligible_pairs(problem)
    same(table, wanted)
    removed = {step.rule for steps in table.funnel for step in steps if step.removed}
    assert removed >= {"talent_type", "mandatory_skills", "availability", "travel_time", "forbidden"}
    assert len(table.funnel[0]) == len(RULES)


@pytest.mark.parametrize("on", [False, True])
def test_a_lean_table_has_the_same_figures_and_details_come_back_where_asked_for(compiled, on: bool):
    problem = sample(40, 30)
    compiled(on=on)
    whole, lean = eligible_pairs(problem), eligible_pairs(problem, lean=True)
    assert lean.parts.shape == (len(whole), 0)
    assert not lean.travel_yen.any()
    for name in ("expert", "slot", "fit", "cost", "net_cost", "hours"):
        assert np.array_equal(getattr(lean, name), getattr(whole, name))
    rows = np.arange(0, len(whole), 5)
    found = detailed(problem, lean, rows)
    for name in COLUMNS:
        assert np.array_equal(getattr(found, name), getattr(whole, name)[rows]), name


@pytest.mark.parametrize("on", [False, True])
def test_a_shortlist_keeps_the_best_of_each_slot_and_of_each_expert_and_whoever_is_named(compiled, on: bool):
    problem = sample(60, 40)
    compiled(on=False)
    whole = eligible_pairs(problem)
    slots = [slot.id for _, slot in problem.seats()]
    named = tuple(
        Link(slots[whole.slot[row]], problem.experts[whole.expert[row]].id) for row in range(0, len(whole), 97)
    )
    problem = replace(problem, previous=named)
    compiled(on=on)
    short = shortlist(problem, per_slot=3, per_expert=2)
    priority = np.array([request.priority for request, _ in problem.seats()])[whole.slot]
    worth = priority * (1 + whole.fit) - whole.net_cost / 1e6
    keys = list(zip(whole.slot.tolist(), whole.expert.tolist(), strict=True))
    kept = set(zip(short.pairs.slot.tolist(), short.pairs.expert.tolist(), strict=True))
    for group, most in ((whole.slot, 3), (whole.expert, 2)):
        for one in np.unique(group):
            rows = np.flatnonzero(group == one)
            assert {keys[row] for row in rows[np.argsort(-worth[rows], kind="stable")][:most]} <= kept
    slot_of = {slot.id: number for number, (_, slot) in enumerate(problem.seats())}
    expert_of = {expert.id: number for number, expert in enumerate(problem.experts)}
    assert {(slot_of[link.slot], expert_of[link.expert]) for link in named} <= kept
    assert len(kept) <= 3 * len(slot_of) + 2 * len(expert_of) + len(named)
    assert short.eligible.tolist() == np.bincount(whole.slot, minlength=len(slot_of)).tolist()
    for slot in range(len(slot_of)):
        out = [worth[row] for row, key in enumerate(keys) if key[0] == slot and key not in kept]
        assert (short.left_out[slot] == -np.inf) == (not out)
        assert not out or short.left_out[slot] >= max(out) - 1e-12
    assert list(short.pairs.funnel) == list(whole.funnel)


def test_a_shortlist_of_ready_made_pairs_is_taken_from_them():
    problem = small_problem(70_003)
    short = shortlist(problem, per_slot=1, per_expert=0)
    assert short.eligible.sum() == len(problem.pairs)
    assert np.bincount(short.pairs.slot).max() <= 1 + len(problem.previous)


def test_times_and_fares_looked_up_are_those_worked_out():
    found = roads()
    km = np.concatenate(
        [np.random.default_rng(1).uniform(0, 20_015, 4_000), found.reached_at, np.nextafter(found.reached_at, 0)]
    )
    km = km[km < 20_015]
    for one, wanted in zip(km.tolist(), one_way_minutes(km).tolist(), strict=True):
        minutes = int(found.minutes_at[int(one)])
        while minutes + 1 < len(found.reached_at) and one >= found.reached_at[minutes + 1]:
            minutes += 1
        assert minutes == wanted
    route = 1.3 * km
    assert np.array_equal(found.fare[np.ceil(route).astype(int)], rail_fare_with_express(route))


def test_small_problems_are_scored_without_loading_the_compiler():
    code = (
        "import sys\nfrom seed_data.generator import generate\nfrom seed_data.problem import build_problem\n"
        "from matching.scoring import eligible_pairs, shortlist\nmade = generate(experts=10, requests=5, seed=1)\n"
        "problem = build_problem(made, made.months)\neligible_pairs(problem), shortlist(problem)\n"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
