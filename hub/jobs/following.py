"""A run while it is solved: its row hears of its progress, its lease is renewed, and a wish to stop comes back."""

import logging
import threading
import time
from dataclasses import replace
from types import TracebackType

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from hub.db.transaction import transaction
from hub.errors import Conflict
from hub.logging import log_event
from hub.workflows.runs import Claim, record_progress
from matching.progress import Progress

EVERY = 0.5
"""Seconds between two writes of a run's progress."""
BEATS = 6
"""Signs of life within a lease: it may well miss some of them."""


class Follower:
    """What the solver reports to and asks. ``wanted``: somebody asked to stop. ``lost``: another worker has the run.

    Used as a context, it gives a sign of life from a thread of its own, also where the solver reports nothing for long.
    """

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

    def report(self, progress: Progress) -> None:
        """Take the latest progress; a new phase is written at once."""
        new_phase = self._latest is None or self._latest.phase != progress.phase
        self._latest, self._reported = progress, time.monotonic()
        self._tell(at_once=new_phase)

    def stop(self) -> bool:
        """Return whether to end now."""
        self._tell()
        return self.wanted or self.lost or self.closing

    def _beat(self) -> None:
        while not self._ended.wait(self._claim.lease.total_seconds() / BEATS):
            try:
                self._write()
            except Exception as fault:  # the next one may come through, and the fence holds without any
                log_event("lease_not_renewed", level=logging.WARNING, fault=fault, plan=self._claim.plan_id)

    def _tell(self, *, at_once: bool = False) -> None:
        if self._latest is not None and (at_once or time.monotonic() - self._told >= self._every):
            self._write()

    def _write(self) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._told = now = time.monotonic()
            # The solver may have nothing to report for long; the seconds go on.
            latest = self._latest and replace(self._latest, seconds=self._latest.seconds + now - self._reported)
            with transaction(self._engine) as session:
                self.wanted = record_progress(session, self._claim, latest)
        except Conflict:
            self.lost = True
        except OperationalError:
            # The database was busy too long: progress is for people to see, and the next report comes soon.
            return
        finally:
            self._lock.release()
