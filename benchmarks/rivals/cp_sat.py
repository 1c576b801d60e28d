"""Rival: CP-SAT of OR-Tools on the same arrays, scaled to whole numbers."""

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.rivals.answer import Answer, Trace, assignments_of
from benchmarks.rivals.arrays import Floats, Ints, PlainModel, plain_model
from matching.problem import Problem

cp_model: Any = import_module("ortools.sat.python.cp_model")  # untyped, and only in the benchmarks' environment

POINT_SCALE = 1_000_000
SCALES = (1, 4, 60, 3_600, 100_000)
"""Factors tried to make a row whole: yen, quarters of an hour, minutes, seconds; the last is taken in any case."""
ROUNDING = 1e-6


def solve_with_cp_sat(problem: Problem, trace: Trace) -> Answer:
    """Return what CP-SAT finds with as many workers as the limits have threads."""
    plain = plain_model(problem)
    model = cp_model.CpModel()
    variables = _variables(model, plain)
    _add_rows(model, variables, plain)
    model.maximize(cp_model.LinearExpr.weighted_sum(variables, _points(plain.value)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = problem.limits.seconds
    solver.parameters.num_workers = problem.limits.threads
    solver.parameters.relative_gap_limit = problem.limits.gap
    solver.parameters.random_seed = problem.limits.seed
    solver.best_bound_callback = lambda bound: trace.tell(bound=bound / POINT_SCALE)

    class Listener(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            trace.tell(self.objective_value / POINT_SCALE, self.best_objective_bound / POINT_SCALE)

    build_seconds = trace.seconds
    status = solver.solve(model, Listener())
    name = str(solver.status_name(status))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, None, None, name, build_seconds)
    value, bound = solver.objective_value / POINT_SCALE, solver.best_objective_bound / POINT_SCALE
    trace.tell(value, bound)
    chosen = (row for row, one in enumerate(variables[: plain.pairs]) if solver.boolean_value(one))
    return Answer(assignments_of(problem, chosen), value, bound, name, build_seconds)


def _variables(model: Any, plain: PlainModel) -> list[Any]:
    made = [model.new_bool_var("") for _ in range(len(plain.value))]
    for position in np.flatnonzero(plain.upper == 0).tolist():
        model.add(made[position] == 0)
    for position in np.flatnonzero(plain.lower == 1).tolist():
        model.add(made[position] == 1)
    return made


def _points(value: Floats) -> list[int]:
    return [int(one) for one in np.rint(value * POINT_SCALE).tolist()]


def _add_rows(model: Any, variables: list[Any], plain: PlainModel) -> None:
    scale = row_scales(plain)
    entry_scale = np.repeat(scale, np.diff(plain.start))
    # Rounded so that whatever keeps the whole-number row keeps the real one.
    amount = np.ceil(plain.amount * entry_scale - ROUNDING).astype(np.int64)
    high = np.floor(plain.high * scale + ROUNDING).astype(np.int64)
    for row in range(len(high)):
        entries = slice(int(plain.start[row]), int(plain.start[row + 1]))
        mine = [variables[column] for column in plain.index[entries].tolist()]
        amounts = amount[entries]
        if high[row] == 1 and (amounts == 1).all():
            model.add_at_most_one(mine)
            continue
        expression = cp_model.LinearExpr.weighted_sum(mine, amounts.tolist())
        if np.isfinite(plain.low[row]):
            model.add(expression == int(high[row]))
        else:
            model.add(expression <= int(high[row]))


def row_scales(plain: PlainModel) -> Ints:
    """Return for each row the first of ``SCALES`` that makes it whole, or the last."""
    found = np.full(len(plain.high), SCALES[-1], dtype=np.int64)
    is_open = np.ones(len(plain.high), dtype=np.bool_)
    for scale in SCALES:
        off = np.abs(plain.amount * scale - np.rint(plain.amount * scale))
        worst = np.maximum.reduceat(off, plain.start[:-1]) if len(off) else np.zeros(len(found))
        is_whole = is_open & (worst <= ROUNDING)
        found[is_whole] = scale
        is_open &= ~is_whole
    return found
