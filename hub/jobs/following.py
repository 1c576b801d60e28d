"""A run while it is solved: its row hears of its progress, its lease is renewed, and a wish to stop comes back."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from hub.db.transaction import reading, transaction
from hub.errors import Conflict
from hub.jobs.watching import BEATS
from hub.logging import log_event
from hub.workflows.runs import Claim, fail_plan, is_stop_wanted, record_progress
from matching.progress import Progress, relative_gap

EVERY = 0.5
"""Seconds between two writes of a run's progress."""
HUNG = 60.0
"""Seconds a solver that has been told to stop may take for it."""
HUNG_JA = "時間の上限を過ぎても計算が止まらないため、打ち切りました。都道府県や期間を絞って、もう一度実行してください。"
HUNG_EN = (
    "The solver did not end at its time limit and was given up. Narrow the prefecture or the months and run it again."
)
LOOK = 0.2
"""Seconds between two looks for a wish to stop."""


def onward(before: Progress, now: Progress) -> Progress:
    """Return ``now`` without what would look like a step back: a search may begin anew with nothing found or proven."""
    worse = before.objective is not None and (now.objective is None or now.objective < before.objective)
    objective, filled = (before.objective, before.filled) if worse else (now.objective, now.filled)
    bounds = [bound for bound in (before.bound, now.bound) if bound is not None]
    bound = min(bounds) if bounds else None
    gap = None if objective is None or bound is None else relative_gap(objective, bound)
    seconds, slots = max(before.seconds, now.seconds), max(before.slots, now.slots)
    return replace(now, seconds=seconds, objective=objective, bound=bound, gap=gap, filled=filled, slots=slots)


class Follower:
    """What the solver reports to and asks. ``wanted``: somebody asked to stop. ``lost``: another worker has the run.

    Used as a context, it gives a sign of life, and looks for a wish to stop, from a thread of its own, also where the
    solver reports nothing for long. ``most_seconds``: how long the run may take before it is stopped as if asked to.
    One that does not end ``HUNG`` seconds after that has failed, and ``abandon`` is called.
    """

    def __init__(
        self,
        engine: Engine,
        claim: Claim,
        closing: threading.Event,
        *,
        every: float = EVERY,
        most_seconds: float = float("inf"),
        abandon: Callable[[], None] | None = None,
    ) -> None:
        self.wanted = False
        self.lost = False
        self._engine = engine
        self._claim = claim
        self._closing = closing
        self._every = every
        self._deadline = time.monotonic() + most_seconds
        self._abandon = abandon
        self._latest: tuple[Progress, float] | None = None
        """What was reported last, and when: read and written as one by two threads."""
        self._told = self._shown = 0.0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="hub-lease", daemon=True)

    def __enter__(self) -> "Follower":
        self._beating.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._beating.join()

    @property
    def closing(self) -> bool:
        """Whether the process is about to end."""
        return self._closing.is_set()

    @property
    def overdue(self) -> bool:
        """Whether the run has taken longer than it may."""
        return time.monotonic() > self._deadline

    def report(self, progress: Progress) -> None:
        """Take the latest progress; a new phase is written at once."""
        before = self._latest and self._latest[0]
        new_phase = before is None or before.phase != progress.phase
        self._latest = (progress if before is None else onward(before, progress), time.monotonic())
        self._tell(at_once=new_phase)

    def stop(self) -> bool:
        """Return whether to end now."""
        self._tell()
        return self.wanted or self.lost or self.closing or self.overdue

    def _beat(self) -> None:
        beat = self._claim.lease.total_seconds() / BEATS
        due = time.monotonic() + beat
        while not self._ended.wait(min(LOOK, beat)):
            try:
                if time.monotonic() > self._deadline + HUNG:
                    self._give_up()
                    return
                if time.monotonic() >= due:
                    due = time.monotonic() + beat
                    self._write()
                else:
                    self._look()
            except Exception as fault:  # the next one may come through, and the fence holds without any
                log_event("lease_not_renewed", level=logging.WARNING, fault=fault, plan=self._claim.plan_id)

    def _give_up(self) -> None:
        log_event("plan_hung", level=logging.ERROR, plan=self._claim.plan_id)
        with transaction(self._engine) as session:
            fail_plan(session, self._claim, HUNG_JA, HUNG_EN)
        self.lost = True
        if self._abandon is not None:
            self._abandon()

    def _tell(self, *, at_once: bool = False) -> None:
        if self._latest is not None and (at_once or time.monotonic() - self._told >= self._every):
            self._write()

    def _going_on(self, latest: Progress, reported: float, now: float) -> Progress:
        """Return ``latest`` as it is now: the solver may have nothing to report for long, and the seconds go on."""
        self._shown = max(self._shown, latest.seconds + now - reported)
        return replace(latest, seconds=self._shown)

    def _look(self) -> None:
        try:
            with reading(self._engine) as session:
                self.wanted = is_stop_wanted(session, self._claim)
        except Conflict:
            self.lost = True

    def _write(self) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._told = now = time.monotonic()
            latest = self._latest and self._going_on(*self._latest, now)
            with transaction(self._engine) as session:
                self.wanted = record_progress(session, self._claim, latest)
        except Conflict:
            self.lost = True
        except SQLAlchemyError:
            # The database was busy too long, or away: progress is for people to see, and the next report comes soon.
            return
        finally:
            self._lock.release()
