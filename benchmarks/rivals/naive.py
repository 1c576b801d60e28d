"""Rival: the model written down in PuLP the straightforward way and solved with the CBC that PuLP brings.

Written from ``docs/matching-model.md`` alone, limit by limit; it shares nothing with the other models.
"""

import re
import tempfile
import threading
import warnings
from collections import defaultdict
from math import floor, log10
from pathlib import Path
from typing import Any

import pulp

from benchmarks.rivals.answer import Answer, Trace, assignments_of
from benchmarks.rivals.arrays import refuse_uncovered
from matching.problem import Problem

POLL = 0.25
_NUMBER = r"(-?[0-9.]+(?:e[+-]?\d+)?)"
_FOUND = re.compile(rf"Integer solution of {_NUMBER}")
_NODES = re.compile(rf"{_NUMBER} best solution, best possible {_NUMBER}")
_POSSIBLE = re.compile(rf"best objective {_NUMBER} \(best possible {_NUMBER}\)")
_RELAXED = re.compile(rf"Continuous objective value is {_NUMBER}")
NOTHING_FOUND = 1e40
"""CBC writes 1e+50 for a solution it does not have."""


def solve_with_naive_pulp(problem: Problem, trace: Trace) -> Answer:
    """Return what CBC finds with its default options."""
    lp, chosen = naive_model(problem)
    build_seconds = trace.seconds
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PuLP announces that it will bring CBC as a package of its own
        log = Path(folder, "cbc.log")
        log.touch()
        solver = pulp.PULP_CBC_CMD(
            msg=False,
            timeLimit=problem.limits.seconds,
            gapRel=problem.limits.gap,
            threads=problem.limits.threads,
            logPath=str(log),
        )
        with _Follower(log, trace) as follower:
            lp.solve(solver)
    value = None
    assignments = None
    if lp.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        value = float(pulp.value(lp.objective))
        rows = (row for row, variable in enumerate(chosen) if (variable.value() or 0) > 0.5)
        assignments = assignments_of(problem, rows)
    proven = follower.bound
    if value is not None and lp.sol_status == pulp.LpSolutionOptimal:
        # Then CBC is done to the gap asked for, whatever bound it wrote last.
        limit = value + problem.limits.gap * max(1.0, abs(value))
        proven = limit if proven is None else min(proven, limit)
    trace.tell(value, proven)
    return Answer(assignments, value, proven, pulp.LpSolution[lp.sol_status], build_seconds)


def naive_model(problem: Problem) -> tuple[Any, list[Any]]:
    """Return the PuLP problem and the variable of each pair.

    Raises:
        NotCoveredError: no ready-made pairs, an ordered policy, or limits of heads.
    """
    goal = refuse_uncovered(problem)
    weights = goal.weights
    pairs = problem.pairs or ()
    lp = pulp.LpProblem("naive", pulp.LpMaximize)
    x = [lp.add_variable(f"x_{row}", 0, 1, pulp.LpBinary) for row in range(len(pairs))]
    by_slot: dict[str, list[int]] = defaultdict(list)
    by_expert: dict[str, list[int]] = defaultdict(list)
    for row, pair in enumerate(pairs):
        by_slot[pair.slot].append(row)
        by_expert[pair.expert].append(row)
    previous = {(link.slot, link.expert) for link in problem.previous}
    points = []
    for row, pair in enumerate(pairs):
        request, _ = problem.seat_by_slot[pair.slot]
        worth = request.priority * (weights.coverage + weights.fit * pair.fit) - pair.net_cost / goal.yen_per_point
        points.append((worth + (weights.stability if (pair.slot, pair.expert) in previous else 0.0)) * x[row])
    points += _equity(problem, lp, x, by_slot, weights.equity)
    lp += pulp.lpSum(points)
    _limit_slots(problem, lp, x, by_slot)
    _limit_experts(problem, lp, x, by_expert)
    _limit_budgets(problem, lp, x, by_slot)
    for row, pair in enumerate(pairs):
        if any(link.slot == pair.slot and link.expert == pair.expert for link in problem.pins):
            lp += x[row] == 1
        if any(link.slot == pair.slot and link.expert == pair.expert for link in problem.forbidden):
            lp += x[row] == 0
    return lp, x


def _equity(problem: Problem, lp: Any, x: list[Any], by_slot: dict[str, list[int]], weight: float) -> list[Any]:
    slots_serving: dict[str, list[str]] = defaultdict(list)
    for request, slot in problem.seats():
        for organization in set(request.served):
            slots_serving[organization].append(slot.id)
    points = []
    for number, organization in enumerate(sorted(slots_serving)):
        slots = slots_serving[organization]
        z = [lp.add_variable(f"z_{number}_{k}", 0, 1) for k in range(1, len(slots) + 1)]
        lp += pulp.lpSum(z) <= pulp.lpSum(x[row] for slot in slots for row in by_slot[slot])
        points += [weight / k * step for k, step in enumerate(z, start=1)]
    return points


def _limit_slots(problem: Problem, lp: Any, x: list[Any], by_slot: dict[str, list[int]]) -> None:
    for number, request in enumerate(problem.requests):
        y = lp.add_variable(f"y_{number}", 0, 1, pulp.LpBinary) if request.team == "all" else None
        for slot in request.slots:
            filled = pulp.lpSum(x[row] for row in by_slot[slot.id])
            if y is None:
                lp += filled <= 1
            elif slot.required:
                lp += filled == y
            else:
                lp += filled <= y


def _limit_experts(problem: Problem, lp: Any, x: list[Any], by_expert: dict[str, list[int]]) -> None:
    pairs = problem.pairs or ()
    for expert in problem.experts:
        mine = by_expert[expert.id]
        for month in range(len(problem.months)):
            active = [row for row in mine if month in problem.seat_by_slot[pairs[row].slot][1].months]
            if not active:
                continue
            lp += pulp.lpSum(pairs[row].hours * x[row] for row in active) <= expert.hours[month]
            lp += pulp.lpSum(x[row] for row in active) <= expert.max_engagements[month]
            days = [(problem.seat_by_slot[pairs[row].slot][1].onsite_days, row) for row in active]
            lp += pulp.lpSum(day * x[row] for day, row in days) <= expert.onsite_days[month]
        in_request: dict[str, list[int]] = defaultdict(list)
        for row in mine:
            in_request[problem.seat_by_slot[pairs[row].slot][0].id].append(row)
        for rows in in_request.values():
            lp += pulp.lpSum(x[row] for row in rows) <= 1


def _limit_budgets(problem: Problem, lp: Any, x: list[Any], by_slot: dict[str, list[int]]) -> None:
    pairs = problem.pairs or ()
    of_organization: dict[str, list[int]] = defaultdict(list)
    for request in problem.requests:
        rows = [row for slot in request.slots for row in by_slot[slot.id]]
        of_organization[request.organization] += rows
        if request.budget is not None and rows:
            is_net = request.budget_basis == "net"
            costs = [(pairs[row].net_cost if is_net else pairs[row].cost) * x[row] for row in rows]
            lp += pulp.lpSum(costs) <= request.budget
    for organization in problem.organizations:
        rows = of_organization[organization.id]
        if organization.budget is not None and rows:
            lp += pulp.lpSum(pairs[row].cost * x[row] for row in rows) <= organization.budget


class _Follower:
    """Reads CBC's log while it is written and tells of values and bounds found there."""

    def __init__(self, log: Path, trace: Trace) -> None:
        self._log, self._trace = log, trace
        self._read = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self.bound: float | None = None

    def __enter__(self) -> "_Follower":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._take_news()

    def _follow(self) -> None:
        while not self._done.wait(POLL):
            self._take_news()

    def _take_news(self) -> None:
        with self._log.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith("\n"):
                    break
                self._read += len(line.encode())
                self._take(line)

    def _take(self, line: str) -> None:
        value, bound = read_line(line)
        if bound is not None:
            self.bound = bound if self.bound is None else min(self.bound, bound)
        self._trace.tell(value, bound)


def read_line(line: str) -> tuple[float | None, float | None]:
    """Return value and bound that a line of CBC's log tells; CBC turns the sign round while it searches.

    Bounds are rounded in the log, so the next higher number that would be written there is what is proven.
    """
    if relaxed := _RELAXED.search(line):
        return None, _not_below(float(relaxed[1]), 6)
    if found := _FOUND.search(line):
        return -float(found[1]), None
    both = _NODES.search(line) or _POSSIBLE.search(line)
    if both is None:
        return None, None
    value, bound = float(both[1]), float(both[2])
    return (None if abs(value) > NOTHING_FOUND else -value), (
        None if abs(bound) > NOTHING_FOUND else _not_below(-bound, 8)
    )


def _not_below(bound: float, digits: int) -> float:
    """Return what ``bound``, written with so many digits, may have been at most."""
    return bound + 0.5 * 10 ** (floor(log10(abs(bound))) + 1 - digits) if bound else bound
