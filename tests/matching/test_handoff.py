"""The hand-off to HiGHS: true status, a proven bound, prices, and numbers in a size the solver can tell apart."""

import threading
from random import Random

import numpy as np
import pulp
import pytest

from matching.handoff import EXACT_UP_TO, ROW_SIZE, Highs, Watch, _scaled_rows


def knapsack(items: int, seed: int = 0, knapsacks: int = 1) -> pulp.LpProblem:
    """Return a maximising problem; with many knapsacks and items too hard to finish in a moment."""
    random = Random(seed)
    problem = pulp.LpProblem("knapsack", pulp.LpMaximize)
    x = [problem.add_variable(f"x_{n}", 0, 1, pulp.LpInteger) for n in range(items)]
    problem.setObjective(pulp.LpAffineExpression([(one, random.randint(50, 99)) for one in x]))
    for number in range(knapsacks):
        weights = pulp.LpAffineExpression([(one, random.randint(50, 99)) for one in x])
        problem.addConstraint(pulp.LpConstraint(weights, pulp.LpConstraintLE, f"k_{number}", items * 18.5))
    return problem


def test_an_optimum_is_proven_and_handed_to_pulp():
    problem, solver = knapsack(8), Highs(seconds=30.0)
    assert problem.solve(solver) == pulp.LpStatusOptimal
    assert problem.sol_status == pulp.LpSolutionOptimal
    assert solver.end == "optimal"
    assert solver.standing.bound == pytest.approx(solver.standing.value)
    assert pulp.value(problem.objective) == pytest.approx(solver.standing.value)
    assert problem.valid()


def test_a_time_limit_is_not_an_optimum():
    problem, solver = knapsack(60, knapsacks=30), Highs(seconds=0.5)
    problem.solve(solver)
    assert solver.end == "limit"
    assert problem.sol_status == pulp.LpSolutionIntegerFeasible
    assert solver.standing.bound > solver.standing.value


def test_an_infeasible_problem_is_said_to_be_infeasible():
    problem, solver = knapsack(3), Highs(seconds=30.0)
    x = problem.variables()
    problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression([(x[0], 1)]), pulp.LpConstraintGE, "up", 1))
    problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression([(x[0], 1)]), pulp.LpConstraintLE, "down", 0))
    assert problem.solve(solver) == pulp.LpStatusInfeasible
    assert solver.end == "infeasible"
    assert solver.standing.values is None


def test_no_solution_in_no_time_is_neither_optimal_nor_infeasible():
    problem, solver = knapsack(60, knapsacks=30), Highs(seconds=0.0)
    assert problem.solve(solver) == pulp.LpStatusNotSolved
    assert solver.end == "limit"
    assert solver.standing.value is None


def test_a_solution_to_begin_with_is_kept():
    problem = knapsack(60, knapsacks=30)
    first = problem.variables()[0]
    solver = Highs(seconds=0.3, begin={first: 1.0}, watch=Watch(stop=lambda: True))
    problem.solve(solver)
    assert solver.end == "stopped"
    assert solver.standing.value >= problem.objective[first]


def test_news_is_told_with_a_bound():
    problem, told = knapsack(60, knapsacks=30), []
    solver = Highs(seconds=1.5, watch=Watch(report=lambda one: told.append((one.value, one.bound))))
    problem.solve(solver)
    assert told
    assert all(bound >= value for value, bound in told if value is not None and bound is not None)


def test_prices_are_those_of_the_problem_as_it_was_written():
    problem = pulp.LpProblem("prices", pulp.LpMaximize)
    x, y = (problem.add_variable(name, 0, 1, pulp.LpInteger) for name in "xy")
    problem.setObjective(pulp.LpAffineExpression([(x, 3.0), (y, 1.0)]))
    money = pulp.LpAffineExpression([(x, 2_000_000.5), (y, 1_000_000.25)])
    problem.addConstraint(pulp.LpConstraint(money, pulp.LpConstraintLE, "money", 2_500_000.0))
    solver = Highs(seconds=30.0, relaxed=True)
    problem.solve(solver)
    assert solver.prices["money"] == pytest.approx(1.0 / 1_000_000.25)
    assert solver.standing.value == pytest.approx(3.0 + (2_500_000.0 - 2_000_000.5) / 1_000_000.25)


def test_losses_are_what_a_variable_left_out_would_cost():
    problem = pulp.LpProblem("losses", pulp.LpMaximize)
    x, y = (problem.add_variable(name, 0, 1, pulp.LpInteger) for name in "xy")
    problem.setObjective(pulp.LpAffineExpression([(x, 3.0), (y, 1.0)]))
    problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression([(x, 2), (y, 1)]), pulp.LpConstraintLE, "one", 1))
    solver = Highs(seconds=30.0, relaxed=True)
    problem.solve(solver)
    assert solver.losses.tolist() == pytest.approx([0.0, 0.5])


def test_solves_with_different_threads_run_side_by_side():
    solvers = [Highs(seconds=30.0, threads=threads) for threads in (1, 2, 3)]
    workers = [threading.Thread(target=knapsack(25, seed).solve, args=(one,)) for seed, one in enumerate(solvers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [one.end for one in solvers] == ["optimal"] * 3


def scaled(values: list[float], upper: float) -> tuple[list[float], float]:
    value, _, high, _ = _scaled_rows(
        np.array([0, len(values)]), np.array(values), np.array([-np.inf]), np.array([upper])
    )
    return value.tolist(), float(high[0])


def test_whole_numbers_of_moderate_size_stay_whole_and_lose_their_common_factor():
    assert scaled([24.0, 16.0], 160.0) == ([3.0, 2.0], 20.0)
    assert scaled([24.0, 15.0], 160.0) == ([24.0, 15.0], 160.0)
    assert scaled([288_000.0, 96_000.0], 960_000_000.0) == ([3.0, 1.0], 10_000.0)


@pytest.mark.parametrize("size", [1e-3, 0.25, 1e7 + 1, 1e12 + 1])
def test_other_rows_get_one_size_and_are_never_tighter(size: float):
    values, limit = scaled([size / 3, size / 7], size)
    factor = values[0] / (size / 3)
    assert ROW_SIZE / 2 < max(*values, limit) <= ROW_SIZE * 1.001
    assert limit >= size * factor
    assert limit <= size * factor * (1 + 1.1e-9)
    assert np.log2(factor) == round(np.log2(factor))


def test_rows_too_large_for_whole_numbers_are_scaled():
    values, _ = scaled([EXACT_UP_TO + 1, 1.0], EXACT_UP_TO * 2)
    assert max(values) < ROW_SIZE
