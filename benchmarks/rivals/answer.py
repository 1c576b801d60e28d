"""What a rival gives back, and how it tells of its progress on the way."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from matching.plan import Assignment
from matching.problem import Problem


@dataclass(frozen=True, slots=True)
class Answer:
    """``assignments`` None: no plan. ``value`` and ``bound`` are as the rival says.

    ``status``: in the rival's own words. ``build_seconds``: from the problem in memory to the solver's start.
    """

    assignments: tuple[Assignment, ...] | None
    value: float | None
    bound: float | None
    status: str
    build_seconds: float
    phases: dict[str, float] = field(default_factory=dict)


def assignments_of(problem: Problem, rows: Iterable[int]) -> tuple[Assignment, ...]:
    """Return the assignments that the problem's ready-made pairs at ``rows`` make."""
    pairs = problem.pairs or ()
    chosen = (pairs[row] for row in rows)
    return tuple(Assignment(one.slot, one.expert, one.fit, one.cost, one.net_cost, one.hours) for one in chosen)


class Trace:
    """Writes value and bound, as they get better, with the seconds since the trace began."""

    def __init__(self, sink: TextIO | None = None) -> None:
        self._sink = sink
        self._began = time.perf_counter()
        self._value: float | None = None
        self._bound: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the trace began."""
        return time.perf_counter() - self._began

    def tell(self, value: float | None = None, bound: float | None = None) -> None:
        """Take note of a plan's value or of a proven bound; what is no better than before is left out."""
        is_news = False
        if value is not None and (self._value is None or value > self._value):
            self._value, is_news = value, True
        if bound is not None and (self._bound is None or bound < self._bound):
            self._bound, is_news = bound, True
        if is_news and self._sink is not None:
            self._sink.write(json.dumps([round(self.seconds, 4), self._value, self._bound]) + "\n")
            self._sink.flush()


class Rival(Protocol):
    """Solves a problem with ready-made pairs, within its limits."""

    def __call__(self, problem: Problem, trace: Trace) -> Answer:
        """Return the answer; ``trace`` began when the problem was in memory."""
