"""The instances are what the literature and the page about them say."""

from itertools import product
from math import isclose

import numpy as np
import pytest

from benchmarks.generalized_assignment import (
    BELOW_ONE_UNIT,
    KINDS,
    Assignments,
    as_problem,
    cost_bound,
    cost_of_plan,
    generate_assignments,
)
from benchmarks.instances import best_rows, of_suite, with_pairs
from benchmarks.ready import ready_made
from benchmarks.rivals.answer import Trace
from benchmarks.rivals.plain_highs import solve_with_plain_highs
from benchmarks.tight import tight
from matching.interchange import digest
from matching.scoring import eligible_pairs

SIZES = [(5, 100), (20, 200)]


@pytest.mark.parametrize(("agents", "jobs"), SIZES)
@pytest.mark.parametrize("kind", ["A", "B", "C"])
def test_types_a_to_c_draw_use_from_5_to_25_and_cost_from_10_to_50(kind, agents, jobs):
    data = generate_assignments(kind, agents, jobs)
    assert data.use.shape == data.cost.shape == (agents, jobs)
    assert (data.use.min(), data.use.max()) == (5, 25)
    assert (data.cost.min(), data.cost.max()) == (10, 50)


@pytest.mark.parametrize(("agents", "jobs"), SIZES)
def test_in_type_d_cost_falls_with_use(agents, jobs):
    data = generate_assignments("D", agents, jobs)
    noise = data.cost - (111 - data.use)
    assert (data.use.min(), data.use.max()) == (1, 100)
    assert set(np.unique(noise).tolist()) == set(range(-10, 11))


@pytest.mark.parametrize(("agents", "jobs"), SIZES)
def test_in_type_e_use_is_exponential_and_cost_about_its_inverse(agents, jobs):
    data = generate_assignments("E", agents, jobs)
    assert data.use.min() == 1
    assert 9.5 < data.use.mean() < 12.5  # 1 - 10 ln u has mean 11
    difference = 1000 / data.use - data.cost
    assert difference[data.cost > 1].min() > -0.51
    assert difference.max() < 10.51


@pytest.mark.parametrize("kind", ["C", "D", "E"])
def test_capacity_is_four_fifths_of_the_mean_load(kind):
    data = generate_assignments(kind, 20, 200)
    for agent in range(20):
        assert data.capacity[agent] == int(0.8 * sum(data.use[agent].tolist()) / 20)


def test_capacity_of_types_a_and_b_follows_the_busiest_agent():
    for seed in range(5):
        data = generate_assignments("A", 5, 100, seed)
        loads = [0] * 5
        for job in range(100):
            cheapest = min(range(5), key=lambda agent: (data.cost[agent, job], agent))
            loads[cheapest] += int(data.use[cheapest, job])
        room = 0.6 * 100 / 5 * 15 + 0.4 * max(loads)
        assert data.capacity.tolist() == [int(room)] * 5
    scarce = generate_assignments("B", 5, 100)
    assert scarce.capacity.max() < 0.8 * generate_assignments("A", 5, 100).capacity.min()


def test_the_same_numbers_give_the_same_instance_and_another_seed_another():
    one, same, other = (generate_assignments("D", 5, 100, seed) for seed in (0, 0, 1))
    assert (one.cost == same.cost).all()
    assert (one.cost != other.cost).any()
    assert digest(tight(20, 30)) == digest(tight(20, 30)) != digest(tight(20, 30, seed=1))
    assert digest(ready_made(20, 30)) == digest(ready_made(20, 30)) != digest(ready_made(20, 30, seed=1))


def least_cost(data: Assignments) -> int | None:
    """The least cost of assigning every job, by trying every assignment."""
    best = None
    for choice in product(range(data.agents), repeat=data.jobs):
        load = np.bincount(choice, data.use[choice, np.arange(data.jobs)], minlength=data.agents)
        if (load <= data.capacity).all():
            cost = int(data.cost[choice, np.arange(data.jobs)].sum())
            best = cost if best is None else min(best, cost)
    return best


@pytest.mark.parametrize("kind", KINDS)
def test_the_matching_problem_has_the_least_cost_of_the_assignment_problem(kind):
    for seed in range(4):
        data = generate_assignments(kind, 3, 7, seed)
        problem = as_problem(data, seconds=20)
        answer = solve_with_plain_highs(problem, Trace())
        assert answer.assignments is not None
        assert answer.value is not None
        assert answer.bound is not None
        best = least_cost(data)
        filled = len(answer.assignments)
        if best is None:
            assert cost_of_plan(data.coverage, data.jobs, filled, answer.value) is None
        else:
            assert cost_of_plan(data.coverage, data.jobs, filled, answer.value) == best
            assert cost_bound(data.coverage, data.jobs, answer.bound) == best


def test_a_bound_is_a_lower_bound_on_cost_however_far_it_is_from_a_plan():
    data = generate_assignments("C", 3, 7)
    best = least_cost(data)
    assert best is not None
    optimum = data.coverage * data.jobs - best
    for slack in (0.0, 0.4, 1.0, 250.0):
        assert cost_bound(data.coverage, data.jobs, optimum + slack) <= best
    assert cost_bound(data.coverage, data.jobs, optimum + 0.4) == best
    assert as_problem(data, 1.0).limits.gap * data.coverage * data.jobs == pytest.approx(BELOW_ONE_UNIT)


def test_tight_problems_are_as_tight_as_the_page_says():
    problem = tight(400, 600)
    several = [request for request in problem.requests if len(request.slots) > 1]
    shares = {
        "teams": sum(request.team == "all" for request in several) / len(several),
        "budgets": sum(request.budget is not None for request in problem.requests) / len(problem.requests),
        "shared": sum(len(request.served) > 1 for request in problem.requests) / len(problem.requests),
        "organization budgets": sum(one.budget is not None for one in problem.organizations)
        / len(problem.organizations),
    }
    expected = {"teams": 0.7, "budgets": 0.8, "shared": 0.15, "organization budgets": 0.3}
    assert all(isclose(shares[name], expected[name], abs_tol=0.08) for name in expected), shares
    assert sum(1 for _ in problem.seats()) == 600
    usual = [max(expert.hours) for expert in problem.experts]
    assert 16 <= min(usual) <= max(usual) <= 72
    asked = sum(slot.hours * slot.length for _, slot in problem.seats())
    free = sum(sum(expert.hours) for expert in problem.experts)
    assert 0.2 < asked / free < 0.8
    pairs = len(eligible_pairs(problem))
    assert 0.01 < pairs / (400 * 600) < 0.06


def test_every_slot_of_a_ready_made_problem_has_candidates():
    problem = ready_made(200, 300)
    assert problem.pairs is not None
    assert 7 < len(problem.pairs) / 300 < 11
    assert {pair.slot for pair in problem.pairs} == {slot.id for _, slot in problem.seats()}
    assert len({(pair.slot, pair.expert) for pair in problem.pairs}) == len(problem.pairs)


def test_a_shortlist_keeps_the_pairs_worth_most_of_each_slot():
    problem = tight(60, 40)
    table = eligible_pairs(problem)
    kept = set(best_rows(problem, table, 3).tolist())
    for slot in range(40):
        rows = np.flatnonzero(table.slot == slot).tolist()
        worth = {row: _worth(problem, table, row) for row in rows}
        mine = [row for row in rows if row in kept]
        assert len(mine) == min(3, len(rows))
        left_out = [worth[row] for row in rows if row not in kept]
        assert not left_out or min(worth[row] for row in mine) >= max(left_out)
    shortened = with_pairs(problem, 3)
    assert shortened.pairs is not None
    assert len(shortened.pairs) == len(kept)


def _worth(problem, table, row):
    request, _ = list(problem.seats())[table.slot[row]]
    return request.priority * (1 + table.fit[row]) - table.net_cost[row] / 1_000_000


def test_pairs_taken_from_the_table_are_the_tables():
    problem = tight(60, 40)
    table = eligible_pairs(problem)
    pairs = with_pairs(problem).pairs
    assert pairs is not None
    experts = [expert.id for expert in problem.experts]
    assert [pair.expert for pair in pairs] == [experts[position] for position in table.expert]
    assert [pair.net_cost for pair in pairs] == table.net_cost.tolist()
    assert [pair.hours for pair in pairs] == table.hours.tolist()


def test_names_of_instances_lead_to_them():
    assert [one.name for one in of_suite("default", "tight-200x300")] == ["tight-200x300"]
    assert {one.name[:4] for one in of_suite("quick", "gap")} == {"gap-"}
    assert of_suite("quick", "nothing") == ()
    assert all("default" in one.seconds for one in of_suite("default"))
    assert {one.name for one in of_suite("national")} > {one.name for one in of_suite("default")}
