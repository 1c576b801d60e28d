"""Worker processes and the one that begins them: as many as asked for, begun again when one dies, ended with it.

Each solves one run at a time, so that a run that takes its process with it takes no other run, and Python's lock is
nobody else's.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from hub.jobs.worker import PATIENCE, Pool
from hub.logging import log_event

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds until a process that died is begun again: twice as long each time it dies young."""
YOUNG = 10.0
LOOK = 0.2
PARENT_DEATH = 1
"""prctl's PR_SET_PDEATHSIG."""


def end_with(parent: int) -> None:
    """Have this process told to end (SIGTERM) when ``parent`` does, however that comes. SystemExit when it has."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PARENT_DEATH, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(0)


@dataclass
class _Child:
    pool: Pool
    process: "subprocess.Popen[bytes] | None" = None
    begun: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default=float("-inf"))


class Family:
    """``count`` processes for ``pool``; with ``all`` the first attends to mail and duties as well."""

    def __init__(self, pool: Pool, count: int) -> None:
        pools: list[Pool] = [pool] * count
        if pool == "all":
            pools = ["all", *["solve"] * (count - 1)]  # type: ignore[list-item]
        self._children = [_Child(one) for one in pools]

    def run(self, ended: threading.Event) -> None:
        """Keep them alive until ``ended``, then have each hand over what it is at. From the main thread alone."""
        try:
            while not ended.wait(LOOK):
                for child in self._children:
                    self._look_after(child)
        finally:
            self._end()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is not None:
            lived = now - child.begun
            child.pause = FIRST_PAUSE if lived > YOUNG else min(2 * child.pause, LONGEST_PAUSE)
            child.due = now + child.pause
            pid, code = child.process.pid, child.process.returncode
            log_event("worker_process_ended", level=logging.WARNING, pid=pid, code=code, seconds=round(lived, 1))
            child.process = None
        if child.process is None and now >= child.due:
            child.process, child.begun = _begin(child.pool), now

    def _end(self) -> None:
        living = [child.process for child in self._children if child.process is not None]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + PATIENCE + 5
        for process in living:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _begin(pool: Pool) -> "subprocess.Popen[bytes]":
    own = ["--pool", pool, "--concurrency", "1", "--parent", str(os.getpid())]
    return subprocess.Popen([sys.executable, "-c", "from hub.cli import main; main()", "worker", *own])  # noqa: S603
