"""The hand-off of a PuLP problem to HiGHS, in this process: arrays in, values and the proven bound out.

PuLP's own HiGHS class hands over one row at a time, calls a time limit optimal, and gives no bound; this one does not.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

import highspy
import numpy as np
import pulp
from highspy import cb
from numpy.typing import NDArray

from matching.columns import Floats
from matching.rows import TOLERANCE

End = Literal["optimal", "infeasible", "limit", "stopped", "failed"]

GRACE = 0.5
"""Seconds HiGHS has to answer a stop or the time limit, before its best solution so far is taken without it."""
POLL = 0.05
NEWS = 0.2
"""Seconds between reports."""
EXACT_UP_TO = 1e6
"""Largest whole number handed over as it is; larger rows are scaled."""
ROW_SIZE = 1_000.0
"""Size that scaled rows get: HiGHS tells 1e-6 apart, which is then ``TOLERANCE`` of the limit."""
OBJECTIVE_SIZE = 64.0
"""Size that the largest coefficient of the objective gets."""
SMALLEST_GAP = 1e-9


@dataclass(slots=True)
class Standing:
    """The best found so far, in the objective's own units: ``bound`` is proven, ``values`` are by variable."""

    value: float | None = None
    bound: float | None = None
    values: Floats | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: ``stop`` asks whether to end now, ``report`` is told when something new was found or proven."""

    stop: Callable[[], bool] = lambda: False
    report: Callable[[Standing], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Arrays:
    """A PuLP problem to be maximised as arrays to be minimised: the objective times ``scale``, rows ``row_scale``."""

    variables: list[Any]
    constraints: list[Any]
    cost: Floats
    scale: float
    lower: Floats
    upper: Floats
    integrality: NDArray[np.int32]
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats
    row_lower: Floats
    row_upper: Floats
    row_scale: Floats


class Highs(pulp.LpSolver):  # type: ignore[misc]
    """Solves a PuLP problem that is to be maximised.

    After ``solve``, ``end`` says how it ended (a time limit is never ``optimal``), ``standing`` has the value, bound
    and values (in the order of ``problem.variables()``), and the variables have their values. With ``relaxed``, whole
    numbers are not asked for; ``prices`` has the dual value of each constraint by name and ``losses`` what the
    objective loses at least for each unit of a variable that is at 0.
    """

    name = "HiGHS in process"

    def __init__(
        self,
        *,
        seconds: float,
        gap: float = 0.0,
        seed: int = 0,
        threads: int = 1,
        relaxed: bool = False,
        begin: Mapping[Any, float] | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Take the limits; ``begin`` gives the variables of a solution to begin with that are not 0."""
        super().__init__(mip=not relaxed, msg=False, timeLimit=seconds)
        self._seconds, self._gap, self._seed, self._threads = seconds, gap, seed, threads
        self._begin = begin
        self._watch = watch or Watch()
        self._interrupt = False
        self.end: End = "failed"
        self.standing = Standing()
        self.prices: dict[str, float] = {}
        self.losses: Floats = np.empty(0)

    def available(self) -> bool:
        """HiGHS comes with this library."""
        return True

    def actualSolve(self, lp: Any) -> int:  # noqa: N802  (PuLP's name)
        """Solve ``lp``, assign its status and its variables' values, and return PuLP's status."""
        arrays = _arrays(lp, whole=bool(self.mip))
        highs = self._run(self._prepared(arrays), arrays)
        if self.standing.values is not None:
            for variable, value in zip(arrays.variables, self.standing.values.tolist(), strict=True):
                variable.varValue = value
        if highs is not None and not self.mip and self.end == "optimal":
            solution = highs.getSolution()
            self.losses = np.array(solution.col_dual) / arrays.scale
            duals = -np.array(solution.row_dual) * arrays.row_scale / arrays.scale
            self.prices = {row.name: dual for row, dual in zip(arrays.constraints, duals.tolist(), strict=True)}
        status, quality = _PULP_STATUS[self.end]
        if self.end in ("limit", "stopped") and self.standing.values is None:
            status, quality = pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound
        lp.assignStatus(status, quality)
        return int(status)

    def _prepared(self, arrays: _Arrays) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options = {
            "output_flag": False,
            "time_limit": max(0.0, float(self._seconds)),
            "random_seed": self._seed,
            "threads": self._threads,
            "mip_rel_gap": self._gap,
            "mip_abs_gap": max(self._gap * arrays.scale, SMALLEST_GAP),
            "mip_detect_symmetry": False,  # people differ; looking for symmetry takes longer than the search
        }
        for option, value in options.items():
            highs.setOptionValue(option, value)
        highs.passModel(
            len(arrays.cost),
            len(arrays.row_upper),
            len(arrays.value),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            0.0,
            arrays.cost,
            arrays.lower,
            arrays.upper,
            arrays.row_lower,
            arrays.row_upper,
            arrays.start,
            arrays.index,
            arrays.value,
            arrays.integrality,
        )
        if self._begin is not None:
            solution = highspy.HighsSolution()
            values = np.zeros(len(arrays.cost))
            for variable, value in self._begin.items():
                values[variable.index] = value
            solution.col_value = values.tolist()
            highs.setSolution(solution)
        return highs

    def _run(self, highs: highspy.Highs, arrays: _Arrays) -> highspy.Highs | None:
        """Run HiGHS in a thread of its own and look on; return it unless it had to be left behind."""
        # The thread has its own scheduler, so any number of solves with any number of threads can run side by side.
        done = threading.Event()
        news = threading.Event()
        highs.setCallback(self._listener(arrays, news), None)
        for kind in _CALLBACKS:
            highs.startCallback(kind)
        worker = threading.Thread(target=_solve, args=(highs, done), name="highs")
        worker.start()
        try:
            answered = self._look_on(done, news)
        finally:
            self._interrupt = True
        if not answered:
            self.standing = replace(self.standing)  # the thread left behind still writes to the old one
            return None
        worker.join()
        self._take(highs, arrays)
        return highs

    def _look_on(self, done: threading.Event, news: threading.Event) -> bool:
        """Wait until HiGHS is done; return False if it did not answer a stop or its time limit."""
        told = began = time.monotonic()
        leave_at = began + self._seconds + GRACE
        while not done.wait(POLL):
            if news.is_set() and time.monotonic() >= told + NEWS:
                news.clear()
                told = time.monotonic()
                self._watch.report(self.standing)
            if not self._interrupt and self._watch.stop():
                self._interrupt = True
                self.end = "stopped"
                leave_at = min(leave_at, time.monotonic() + GRACE)
            if time.monotonic() >= leave_at:
                self.end = "stopped" if self._interrupt else "limit"
                return False
        return True

    def _listener(self, arrays: _Arrays, news: threading.Event) -> Callable[..., None]:
        standing = self.standing

        def listen(kind: Any, _: str, found: Any, answer: Any, __: Any) -> None:
            if kind == cb.HighsCallbackType.kCallbackMipImprovingSolution:
                standing.value = -found.objective_function_value / arrays.scale
                standing.values = np.array(found.mip_solution)
                news.set()
            elif self._interrupt:
                answer.user_interrupt = True
            if kind == cb.HighsCallbackType.kCallbackMipInterrupt and abs(found.mip_dual_bound) < highspy.kHighsInf:
                bound = -found.mip_dual_bound / arrays.scale
                if standing.bound is None or bound < standing.bound:
                    standing.bound = bound
                    news.set()

        return listen

    def _take(self, highs: highspy.Highs, arrays: _Arrays) -> None:
        info, status = highs.getInfo(), highs.getModelStatus()
        interrupted = self.end == "stopped"
        self.end = _ENDS.get(status, "failed")
        if interrupted and self.end == "limit":
            self.end = "stopped"
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            self.standing.values = np.array(highs.getSolution().col_value)
            self.standing.value = -info.objective_function_value / arrays.scale
        dual = info.mip_dual_bound if self.mip else info.objective_function_value
        if self.end != "infeasible" and abs(dual) < highspy.kHighsInf and (self.mip or self.end == "optimal"):
            self.standing.bound = -dual / arrays.scale


def version() -> str:
    """Return the version of HiGHS."""
    return str(highspy.Highs().version())  # type: ignore[no-untyped-call]


def _solve(highs: highspy.Highs, done: threading.Event) -> None:
    try:
        highs.run()
        highspy.Highs.resetGlobalScheduler(True)
    finally:
        done.set()


_CALLBACKS = (
    cb.HighsCallbackType.kCallbackMipImprovingSolution,
    cb.HighsCallbackType.kCallbackMipInterrupt,
    cb.HighsCallbackType.kCallbackSimplexInterrupt,
    cb.HighsCallbackType.kCallbackIpmInterrupt,
)

_STATUS = highspy.HighsModelStatus

_ENDS: dict[Any, End] = {
    _STATUS.kOptimal: "optimal",
    _STATUS.kModelEmpty: "optimal",
    _STATUS.kInfeasible: "infeasible",
    _STATUS.kTimeLimit: "limit",
    _STATUS.kIterationLimit: "limit",
    _STATUS.kSolutionLimit: "limit",
    _STATUS.kInterrupt: "limit",
}

_PULP_STATUS: dict[End, tuple[int, int]] = {
    "optimal": (pulp.LpStatusOptimal, pulp.LpSolutionOptimal),
    "infeasible": (pulp.LpStatusInfeasible, pulp.LpSolutionInfeasible),
    "limit": (pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible),
    "stopped": (pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible),
    "failed": (pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound),
}


def _arrays(lp: Any, *, whole: bool) -> _Arrays:
    variables = lp.variables()
    for position, variable in enumerate(variables):
        variable.index = position
    cost = np.zeros(len(variables))
    for variable, coefficient in lp.objective.items():
        cost[variable.index] = -coefficient
    scale = _power_of_two(OBJECTIVE_SIZE / float(np.abs(cost).max(initial=0.0))) if cost.any() else 1.0
    constraints = lp.constraints()
    start = np.cumsum([0, *(len(row) for row in constraints)])
    value, lower, upper, row_scale = _scaled_rows(
        start,
        np.fromiter(chain.from_iterable(row.values() for row in constraints), np.float64, int(start[-1])),
        np.array([-np.inf if (low := row.getLb()) is None else low for row in constraints], dtype=np.float64),
        np.array([np.inf if (high := row.getUb()) is None else high for row in constraints], dtype=np.float64),
    )
    is_whole = [whole and variable.cat == pulp.LpInteger for variable in variables]
    return _Arrays(
        variables=variables,
        constraints=constraints,
        cost=cost * scale,
        scale=scale,
        lower=np.array([variable.lowBound for variable in variables], dtype=np.float64),
        upper=np.array([variable.upBound for variable in variables], dtype=np.float64),
        integrality=np.array(is_whole, dtype=np.int32),
        start=start.astype(np.int32),
        index=np.fromiter((v.index for row in constraints for v in row.keys()), np.int32, int(start[-1])),  # noqa: SIM118
        value=value,
        row_lower=lower,
        row_upper=upper,
        row_scale=row_scale,
    )


def _scaled_rows(
    start: NDArray[np.int64], value: Floats, lower: Floats, upper: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return values and bounds of rows (none empty) as HiGHS should see them, and the factor each row was given.

    Rows of moderate whole numbers keep them. Others get ``ROW_SIZE`` and are wider by ``TOLERANCE``, so that HiGHS
    cuts nothing off that the exact check accepts.
    """
    if not len(lower):
        return value, lower, upper, np.ones(0)
    sides = np.column_stack([np.where(np.isfinite(side), side, 0.0) for side in (lower, upper)])
    most = np.maximum(np.maximum.reduceat(np.abs(value), start[:-1]), np.abs(sides).max(axis=1))
    fractions = np.maximum(
        np.maximum.reduceat(np.abs(value - np.rint(value)), start[:-1]), np.abs(sides - np.rint(sides)).max(axis=1)
    )
    is_whole = (fractions == 0) & (most < 2**53)
    digits = np.where(np.repeat(is_whole, np.diff(start)), value, 0.0).astype(np.int64)
    ends = np.where(is_whole[:, None], sides, 0.0).astype(np.int64)
    divisor = np.maximum(1, np.gcd.reduce(np.column_stack([np.gcd.reduceat(digits, start[:-1]), ends]), axis=1))
    keeps = is_whole & (most / divisor <= EXACT_UP_TO)
    factor = np.where(keeps, 1.0, 2.0 ** np.floor(np.log2(ROW_SIZE / np.where(most > 0, most, 1.0))))
    entry = np.repeat(np.arange(len(lower)), np.diff(start))
    value = np.where(keeps[entry], value / divisor[entry], value * factor[entry])
    lower = np.where(keeps, lower / divisor, lower * factor * (1 - np.sign(lower) * TOLERANCE))
    upper = np.where(keeps, upper / divisor, upper * factor * (1 + np.sign(upper) * TOLERANCE))
    return value, lower, upper, np.where(keeps, 1.0 / divisor, factor)


def _power_of_two(number: float) -> float:
    return float(2.0 ** np.floor(np.log2(number)))
