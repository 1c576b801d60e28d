"""From a problem to a plan: pairs, rows, search, reasons for what stays open, and a check before it is returned."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from matching.check import Violation, check
from matching.chosen import Chosen, count_terms
from matching.columns import Columns
from matching.handoff import version
from matching.interchange import digest
from matching.pairs import PARTS, PairTable
from matching.plan import Assignment, OpenReason, OpenSlot, Plan, Solver, Terms, Travel
from matching.policy import Goal, resolve
from matching.problem import Problem
from matching.progress import Phase, Progress, relative_gap
from matching.reasons import cost_room, open_reasons
from matching.rehearsal import rehearse_pairs, rehearse_search
from matching.scoring import detailed, eligible_pairs, is_large
from matching.search import Found, may_be_national, search

__all__ = ["Progress", "SolveFault", "solve"]

AFTER_PER_SCORING = 6.0
"""Seconds that reasons and the check of a large problem take for each second of scoring it: 4 to 5 at 2,000 × 3,000
and 4 at 20,000 × 20,000, and some more so that the limit is kept."""


class SolveFault(RuntimeError):  # noqa: N818  (a fault of this library, not an error of the caller)
    """The library made a plan that its own check refuses: a fault in this library, never in the input."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        self.violations = violations
        super().__init__("\n".join(str(violation) for violation in violations))


def solve(
    problem: Problem, *, progress: Callable[[Progress], None] | None = None, stop: Callable[[], bool] | None = None
) -> Plan:
    """Return the best plan for ``problem`` found within its limits; it has passed ``check``.

    ``progress`` is called now and then, from this thread. ``stop`` is asked often; once it is true, the best plan so
    far is returned within about a second. The same problem gives the same plan, except for ``seconds``, unless it
    was the time that ended the search.

    Raises:
        SolveFault: the plan made did not pass the check.
    """
    clock = _Clock(problem, progress)
    if is_large(problem):
        clock.enter("compile")
        clock.set_aside(rehearse_pairs())
    clock.enter("score")
    begun = clock.charged
    pairs = eligible_pairs(problem, lean=is_large(problem))
    after = AFTER_PER_SCORING * (clock.charged - begun)
    clock.enter("build")
    columns, goal = Columns(problem, pairs), resolve(problem.policy)
    if may_be_national(columns, goal):
        clock.enter("compile")
        clock.set_aside(rehearse_search())
        clock.enter("build")
    around = clock.charged + after
    found = search(columns, goal, problem.limits, stop=stop or (lambda: False), report=clock.report, around=around)
    clock.take(found.seconds)
    clock.enter("reasons")
    plan = plan_of(columns, goal, found)
    clock.enter("check")
    violations = check(problem, plan, pairs=pairs)
    if violations:
        raise SolveFault(violations)
    return replace(plan, seconds=clock.done())


def plan_of(columns: Columns, goal: Goal, found: Found) -> Plan:
    """Return ``found`` as a plan, with the reason of every open slot; ``seconds`` still empty."""
    problem = columns.problem
    chosen = found.chosen
    reasons: dict[int, OpenReason] = dict.fromkeys(range(len(columns.slot_ids)), "no_plan")
    terms = Terms()
    levels = [level.plain() for level in found.levels]
    if chosen is not None:
        terms = count_terms(columns, chosen)
        room = cost_room(levels, terms.net_cost)
        reasons = open_reasons(columns, found.usable, goal, chosen, cost_room=room)
    return Plan(
        status=found.outcome,
        objective=found.objective,
        bound=found.bound,
        gap=None if found.objective is None or found.bound is None else relative_gap(found.objective, found.bound),
        terms=terms,
        assignments=() if chosen is None else assignments(columns, chosen),
        open_slots=tuple(
            OpenSlot(columns.slot_ids[slot], reasons[slot], columns.pairs.funnel[slot]) for slot in sorted(reasons)
        ),
        conflicts=found.conflicts,
        policy=policy_of(problem, goal, levels),
        limits=asdict(problem.limits),
        solver=Solver("HiGHS", version()),
        seconds={},
        input_digest=digest(problem),
        seed=problem.limits.seed,
    )


def policy_of(problem: Problem, goal: Goal, levels: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the policy with nothing left open, and what each goal of an ordered one came to."""
    return {
        "name": goal.name,
        "weights": asdict(goal.weights),
        "yen_per_point": goal.yen_per_point,
        "order": list(goal.order) or None,
        "travel_counts": problem.policy.travel_counts,
        "security_floor": problem.policy.security_floor,
        "levels": levels,
    }


def assignments(columns: Columns, chosen: Chosen) -> tuple[Assignment, ...]:
    """Return the chosen pairs in the order of the file's slots."""
    table = detailed(columns.problem, columns.pairs, chosen.pairs.astype(np.int64))
    return tuple(
        Assignment(
            slot=columns.slot_ids[table.slot[row]],
            expert=columns.expert_ids[table.expert[row]],
            fit=float(table.fit[row]),
            cost=float(table.cost[row]),
            net_cost=float(counted),
            hours=float(table.hours[row]),
            parts=_parts(table, row),
            travel=_travel(table, row),
        )
        for row, counted in enumerate(chosen.counted.tolist())
    )


def _parts(table: PairTable, row: int) -> dict[str, float]:
    points = table.parts[row].tolist()
    return dict(zip(PARTS, points, strict=True)) if points else {}


def _travel(table: PairTable, row: int) -> Travel | None:
    minutes, yen = float(table.travel_minutes[row]), float(table.travel_yen[row])
    return Travel(minutes, yen) if minutes or yen else None


class _Clock:
    """Measures the phases of a run and tells of its progress."""

    def __init__(self, problem: Problem, progress: Callable[[Progress], None] | None) -> None:
        self._progress = progress
        self._began = self._entered = time.perf_counter()
        self._phase: Phase | None = None
        self._slots = sum(1 for _ in problem.seats())
        self._seconds: dict[str, float] = {}
        self._aside = 0.0
        self._latest: tuple[float | None, float | None, int] = (None, None, 0)

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._began

    @property
    def charged(self) -> float:
        """Seconds since the run began that count against its limit."""
        return self.seconds - self._aside

    def set_aside(self, seconds: float) -> None:
        """Leave out ``seconds`` that are not the problem's, but those of a machine that has never run one as large."""
        self._aside += seconds

    def enter(self, phase: Phase) -> None:
        self._leave()
        self._phase = phase
        self._tell(phase)

    def take(self, seconds: dict[str, float]) -> None:
        """Take over what the search measured of its own phases."""
        self._phase = None
        for phase, took in seconds.items():
            self._seconds[phase] = self._seconds.get(phase, 0.0) + took
        self._entered = time.perf_counter()

    def report(self, objective: float | None, bound: float | None, filled: int) -> None:
        self._latest = (objective, bound, filled)
        self._tell("solve")

    def done(self) -> dict[str, float]:
        self._leave()
        return {phase: round(seconds, 6) for phase, seconds in self._seconds.items()}

    def _leave(self) -> None:
        now = time.perf_counter()
        if self._phase is not None:
            self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._entered
        self._entered = now

    def _tell(self, phase: Phase) -> None:
        if self._progress is None:
            return
        objective, bound, filled = self._latest
        gap = None if objective is None or bound is None else relative_gap(objective, bound)
        self._progress(Progress(phase, self.seconds, objective, bound, gap, filled, self._slots))
