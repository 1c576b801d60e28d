"""A process in which a worker solves plans, says how far it is, and waits where it is told to be held."""

import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

from hub.db.engine import create_engine
from hub.jobs import housekeeping, solving
from hub.jobs.worker import Worker
from hub.settings import Settings
from matching.plan import Plan
from matching.problem import Problem
from matching.progress import Progress

LEASE = timedelta(seconds=0.3)
MOMENTS = ("plan_started", "building", "recorded", "solving", "solved", "storing", "stored", "plan_ready")
"""Of a run, in their order. ``recorded`` and ``stored``: written, and not yet committed."""


class Moments:
    """Tells the other end each moment, and waits at the one in ``held`` until it is told to go on."""

    def __init__(self, other: Connection, held: str | None) -> None:
        self._other = other
        self._held = held

    def reach(self, moment: str) -> None:
        self._other.send(moment)
        if moment == self._held:
            self._held = self._other.recv()

    def around(self, act: Callable[..., Any], before: str | None, after: str | None) -> Callable[..., Any]:
        def done(*told: Any, **named: Any) -> Any:
            if before:
                self.reach(before)
            result = act(*told, **named)
            if after:
                self.reach(after)
            return result

        return done

    def solving(self, solve: Callable[..., Plan]) -> Callable[..., Plan]:
        """Return a solve that tells its first news of a plan, in the midst of the solver's work."""

        def watched(problem: Problem, *, progress: Callable[[Progress], None], stop: Callable[[], bool]) -> Plan:
            told = threading.Event()

            def report(news: Progress) -> None:
                progress(news)
                if news.phase == "solve" and not told.is_set():
                    told.set()
                    self.reach("solving")

            return solve(problem, progress=report, stop=stop)

        return watched


def work(settings: Settings, other: Connection, held: str | None) -> None:
    """Work until killed."""
    at = Moments(other, held)
    for name, before, after in (
        ("build_snapshot", "building", None),
        ("record_problem", None, "recorded"),
        ("complete_plan", "storing", "stored"),
    ):
        setattr(solving, name, at.around(getattr(solving, name), before, after))
    solving.solve = at.around(at.solving(solving.solve), None, "solved")  # type: ignore[attr-defined]
    solving.log_event = lambda event, **_: at.reach(event)  # type: ignore[attr-defined]
    housekeeping.POLL = 0.02
    Worker(create_engine(settings), settings, LEASE).start()
    threading.Event().wait()
