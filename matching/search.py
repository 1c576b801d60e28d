"""The search for the best plan: one weighted sum, or several goals in turn, with every answer checked exactly."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matching.chosen import Chosen, broken_rows, broken_teams, choose, count_terms, points
from matching.clash import pinned_core
from matching.columns import Columns, Floats, Mask
from matching.goals import Level, Stage, stages
from matching.handoff import Highs, Standing, Watch
from matching.model import Model
from matching.plan import Conflict
from matching.policy import Goal
from matching.problem import Limits
from matching.progress import ACCURACY, Stop, relative_gap
from matching.rows import binding_rows
from matching.start import greedy, improve
from matching.usable import Usable, usable_pairs
from matching.worth import Worth

GUIDED_FROM = 4_000
"""Pairs from which the relaxation is asked first; below, the solver alone is as fast."""
RELAXING = 0.4
NARROWED = 0.4
"""Shares of the time left that the relaxation, and then the search among the pairs it likes, may take at most."""
LIKED = 0.01
"""A pair is liked too when taking it loses less than this share of the best pair's points."""
NATIONAL_FROM = 100_000
"""Pairs from which prices and moves search (``matching.national``); below, the solver searches."""
LEAST_SHARE = 0.3
"""Share of the time limit that the search at national size has in any case."""
JOIN_GAP = 1e-4
"""Gap at which the model has joined plans well enough."""
NARROW_GAP = 0.005
"""Gap at which the search among liked pairs ends; it is only to find a good plan early."""

Outcome = Literal["optimal", "feasible", "interrupted", "infeasible", "time_limit_no_plan"]
Report = Callable[[float | None, float | None, int], None]
"""Is told the objective and its bound (None until the last goal is worked on) and how many slots are filled."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: ``chosen``, ``objective`` and ``bound`` are None when there is no plan.

    ``usable`` are the pairs it worked on; ``seconds`` by phase.
    """

    outcome: Outcome
    usable: Usable
    chosen: Chosen | None = None
    objective: float | None = None
    bound: float | None = None
    levels: tuple[Level, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def search(
    columns: Columns,
    goal: Goal,
    limits: Limits,
    *,
    stop: Stop = lambda: False,
    report: Report = lambda *_: None,
    favoured: Sequence[int] = (),
    focus: Mask | None = None,
    around: float = 0.0,
) -> Found:
    """Return the best plan found within ``limits``, with its proven bound.

    ``favoured``: pairs to begin with, as far as they fit. ``focus``: P, the pairs to look at (pins must be among
    them); the bound then speaks of these only. The time limit is that of solving; turning the problem into rows and
    into the model comes on top, except at national size, where ``around``, seconds that the caller needs before and
    after, is taken off as well, down to ``LEAST_SHARE`` of the limit.
    """
    began = time.perf_counter()
    usable = usable_pairs(columns)
    if focus is not None:
        usable = replace(usable, mask=usable.mask & focus)
    among = np.flatnonzero(usable.mask)
    core = pinned_core(columns, limits, Watch(stop))
    if core.conflicts:
        return Found("infeasible", usable, conflicts=core.conflicts, seconds={"build": _since(began)})
    if core.pairs is not None and focus is None and _is_national(goal, among):
        nothing = Found("time_limit_no_plan", usable, seconds={"build": _since(began)})
        left = max(limits.seconds - around - _since(began), LEAST_SHARE * limits.seconds)
        return _nationally(columns, goal, limits, nothing, core.pairs, left=left, stop=stop, report=report)
    rows, worth = binding_rows(columns, usable.mask), Worth(columns, goal)
    begin = None
    if core.pairs is not None:
        first = np.isin(among, favoured) * (2.0 * np.abs(worth.alone).max(initial=0.0) + 1.0)
        begin = greedy(columns, rows, among, worth.alone[among] + first, core.pairs)
    model = Model(columns, rows, among)
    built = _since(began)
    run = _Run(model, goal, limits, stop=stop, report=report, begin=begin)
    bound = run.through()
    if run.chosen is not None and not run.levels:
        run.chosen = improve(columns, rows, among, worth, run.chosen)
    seconds = {"build": built, "solve": _since(began) - built}
    return run.found(Found("time_limit_no_plan", usable, seconds=seconds), bound)


def may_be_national(columns: Columns, goal: Goal) -> bool:
    """Tell whether prices and moves may have to search, should no pair turn out to be unusable."""
    return _is_national(goal, np.arange(len(columns.pairs)))


def _is_national(goal: Goal, among: NDArray[np.int64]) -> bool:
    """Tell whether prices and moves are to search; they know one weighted sum only."""
    return len(among) >= NATIONAL_FROM and not goal.order and not goal.maxmin


def _nationally(
    columns: Columns,
    goal: Goal,
    limits: Limits,
    nothing: Found,
    core: tuple[int, ...],
    *,
    left: float,
    stop: Stop,
    report: Report,
) -> Found:
    """Search by prices and moves for ``left`` seconds; ``core``: pairs that keep the pins."""
    # Not at the top, because loading numba takes longer than solving a small problem.
    from matching.national.course import Course

    began = time.perf_counter()

    def merge(among: Mask, begin: Chosen, seconds: float) -> Chosen | None:
        rows = binding_rows(columns, among)
        model = Model(columns, rows, np.flatnonzero(among))
        # One thread, so that the plan is the same for any number of them.
        short = replace(limits, seconds=seconds, gap=JOIN_GAP, threads=1)
        run = _Run(model, goal, short, stop=stop, report=lambda *_: None, begin=begin)
        run.through()
        return run.chosen

    course = Course(columns, goal, limits, nothing.usable, core, seconds=left, stop=stop, report=report, merge=merge)
    reached = course.through()
    chosen, bound = reached.chosen, reached.bound
    objective = points(goal, count_terms(columns, chosen))
    outcome: Outcome = "interrupted" if reached.end == "stopped" else "feasible"
    bound = max(bound, objective)
    if relative_gap(objective, bound) <= limits.gap + ACCURACY:
        outcome = "optimal"
    seconds = {**nothing.seconds, "solve": _since(began)}
    return replace(nothing, outcome=outcome, chosen=chosen, objective=objective, bound=bound, seconds=seconds)


def _since(began: float) -> float:
    return time.perf_counter() - began


class _Run:
    """One search: the goals of a policy in turn, each with an equal part of the time that is left."""

    def __init__(
        self, model: Model, goal: Goal, limits: Limits, *, stop: Stop, report: Report, begin: Chosen | None
    ) -> None:
        self._model, self._goal, self._limits = model, goal, limits
        self._stop, self._report = stop, report
        self._leave_at = time.monotonic() + limits.seconds
        self._stopped = False
        self.chosen = begin
        self.levels: list[Level] = []

    def through(self) -> float:
        """Work through all goals and return the proven bound of the weighted sum, under all that is held."""
        goals = list(stages(self._model, self._goal))
        for position, stage in enumerate(goals):
            self._work_on(stage, len(goals) + 1 - position)
        return self._best(self._model.weighted(self._goal), self._left(), self._limits.gap, is_last=True)

    def found(self, nothing: Found, bound: float) -> Found:
        """Return the outcome; ``nothing`` is what to return when there is no plan."""
        if self.chosen is None:
            return nothing
        objective = points(self._goal, count_terms(self._model.columns, self.chosen))
        bound = max(bound, objective)
        proven = relative_gap(objective, bound) <= self._limits.gap + ACCURACY
        outcome: Outcome = "interrupted" if self._stopped else "feasible"
        if proven and all(level.proven for level in self.levels):
            outcome = "optimal"
        levels = tuple(self.levels)
        return replace(nothing, outcome=outcome, chosen=self.chosen, objective=objective, bound=bound, levels=levels)

    def _left(self) -> float:
        return self._leave_at - time.monotonic()

    def _work_on(self, stage: Stage, stages_left: int) -> None:
        bound = self._best(stage.coefficients, self._left() / stages_left, stage.gap(self._limits.gap))
        if self.chosen is not None:
            value = stage.value(self.chosen)
            self.levels.append(stage.level(value, bound, self._limits.gap))
            stage.hold(self._model, value)

    def _best(self, coefficients: Floats, seconds: float, gap: float, *, is_last: bool = False) -> float:
        """Improve ``chosen`` towards the largest Σ coefficient·variable and return the proven bound."""
        bound = self._model.easy_bound(coefficients)
        until = time.monotonic() + seconds
        self._tell(coefficients, bound, is_last=is_last)
        least = -inf
        if len(self._model.among) >= GUIDED_FROM and not self._is_near(coefficients, bound, gap):
            bound, least = self._guided(coefficients, until, gap, bound, is_last=is_last)
        while True:
            if self._stopped or time.monotonic() >= until or self._is_near(coefficients, max(bound, least), gap):
                break
            solver = self._solver(until - time.monotonic(), gap, bound if is_last else None, least)
            self._model.maximize(coefficients, solver)
            if solver.standing.bound is not None:
                bound = min(bound, max(solver.standing.bound, least))
            self._stopped = self._stopped or solver.end == "stopped"
            if self._take(coefficients, solver.standing) or solver.end != "optimal":
                break
        self._model.narrow(np.zeros(len(self._model.among), dtype=np.bool_))
        return bound

    def _is_near(self, coefficients: Floats, bound: float, gap: float) -> bool:
        value = self._value(coefficients)
        return value is not None and relative_gap(value, bound) <= gap

    def _guided(
        self, coefficients: Floats, until: float, gap: float, bound: float, *, is_last: bool
    ) -> tuple[float, float]:
        """Find a good plan among the pairs the relaxation likes, then leave out pairs that cannot better it.

        Return the bound, and the most that a plan with any pair left out can reach.
        """
        relaxed = self._solver(RELAXING * (until - time.monotonic()), 0.0, None, inf, relaxed=True)
        self._model.maximize(coefficients, relaxed)
        self._stopped = self._stopped or relaxed.end == "stopped"
        if relaxed.end != "optimal" or relaxed.standing.value is None or relaxed.standing.values is None:
            return bound, -inf
        top = relaxed.standing.value + ACCURACY * max(1.0, abs(relaxed.standing.value))
        bound = min(bound, top)
        likes = self._model.of_pairs(relaxed.standing.values) > ACCURACY
        losses = self._model.of_pairs(relaxed.losses)
        likes |= losses < LIKED * float(np.abs(coefficients).max(initial=0.0))
        self._model.narrow(~likes & ~self._is_begun())
        seconds = NARROWED * (until - time.monotonic())
        solver = self._solver(seconds, max(gap, NARROW_GAP), bound if is_last else None, inf)
        self._model.maximize(coefficients, solver)
        self._stopped = self._stopped or solver.end == "stopped"
        self._take(coefficients, solver.standing)
        value = self._value(coefficients)
        if value is None:
            self._model.narrow(np.zeros(len(likes), dtype=np.bool_))
            return bound, -inf
        reach = top - np.where(likes, 0.0, losses)
        out = (reach < value + (gap / 2 - ACCURACY) * max(1.0, abs(value))) & ~likes & ~self._is_begun()
        self._model.narrow(out)
        return bound, float(reach[out].max(initial=-inf))

    def _is_begun(self) -> NDArray[np.bool_]:
        """Mark the pairs of the choice so far, and pins."""
        among = self._model.among
        begun = np.empty(0, dtype=np.int32) if self.chosen is None else self.chosen.pairs
        return np.isin(among, begun) | self._model.columns.pinned[among]

    def _solver(self, seconds: float, gap: float, bound: float | None, least: float, *, relaxed: bool = False) -> Highs:
        """Return a solver whose news are reported.

        ``bound``: of the weighted sum as known so far, None while another goal is worked on; ``least``: what the bound
        cannot fall below, however far the solver proves it, because pairs are left out.
        """

        def report(standing: Standing) -> None:
            if standing.values is not None:
                filled = len(self._model.read(standing.values)[0])
                better = bound if bound is None or standing.bound is None else min(bound, max(standing.bound, least))
                self._report(None if bound is None else standing.value, better, filled)

        return Highs(
            seconds=seconds,
            gap=gap,
            seed=self._limits.seed,
            threads=self._limits.threads,
            relaxed=relaxed,
            begin=None if self.chosen is None or relaxed else self._model.begin(self.chosen),
            watch=Watch(self._stop, report),
        )

    def _take(self, coefficients: Floats, standing: Standing) -> bool:
        """Take over the solver's choice if it is better; return False if it broke a limit, which is now cut off."""
        if standing.values is None:
            return True
        chosen = choose(self._model.columns, *self._model.read(standing.values))
        broken = broken_rows(self._model.columns, self._model.rows, chosen)
        if broken or broken_teams(self._model.columns, chosen):
            self._model.exclude(broken, chosen)
            return not broken
        value = self._value(coefficients)
        if value is None or self._model.value(coefficients, chosen) >= value:
            self.chosen = chosen
        return True

    def _value(self, coefficients: Floats) -> float | None:
        return None if self.chosen is None else self._model.value(coefficients, self.chosen)

    def _tell(self, coefficients: Floats, bound: float, *, is_last: bool) -> None:
        filled = 0 if self.chosen is None else len(self.chosen)
        self._report(self._value(coefficients) if is_last else None, bound if is_last else None, filled)
