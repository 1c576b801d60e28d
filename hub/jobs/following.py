"""A run while it is solved: its progress goes to its row now and then, and a wish to stop comes back."""

import threading
import time
from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from hub.db.transaction import transaction
from hub.errors import Conflict
from hub.workflows.runs import Claim, record_progress
from matching.progress import Progress

EVERY = 0.5
"""Seconds between two writes of a run's progress."""


class Follower:
    """What the solver reports to and asks. ``wanted``: somebody asked to stop. ``lost``: another worker has the run."""

    def __init__(self, engine: Engine, claim: Claim, closing: threading.Event, every: float = EVERY) -> None:
        self.wanted = False
        self.lost = False
        self._engine = engine
        self._claim = claim
        self._closing = closing
        self._every = every
        self._latest: Progress | None = None
        self._told = self._reported = 0.0
        self._lock = threading.Lock()

    def report(self, progress: Progress) -> None:
        """Take the latest progress; a new phase is written at once."""
        new_phase = self._latest is None or self._latest.phase != progress.phase
        self._latest, self._reported = progress, time.monotonic()
        self._tell(at_once=new_phase)

    def stop(self) -> bool:
        """Return whether to end now."""
        self._tell()
        return self.wanted or self.lost or self._closing.is_set()

    def _tell(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._latest is None or not (at_once or now - self._told >= self._every):
            return
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._told = now
            with transaction(self._engine) as session:
                # The solver may have nothing to report for long; the seconds go on.
                seconds = self._latest.seconds + now - self._reported
                self.wanted = record_progress(session, self._claim, replace(self._latest, seconds=seconds))
        except Conflict:
            self.lost = True
        except OperationalError:
            # The database was busy too long: progress is for people to see, and the next report comes soon.
            return
        finally:
            self._lock.release()
