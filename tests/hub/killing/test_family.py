"""``talent-hub worker --concurrency 2``: a process that dies is begun again, and none outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.settings import Settings
from tests.hub.databases import on_sqlite
from tests.hub.killing.test_killing import ROOT, children_of

PATIENCE = 60


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.slow
@on_sqlite
def test_worker_processes_are_begun_again_and_never_left_behind(seeded: Engine, settings: Settings):
    told = {"HUB_DATA_FOLDER": str(settings.data_folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from hub.cli import main; main()", "worker", "--concurrency", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    parent = subprocess.Popen(command, env={**os.environ, **told}, cwd=ROOT, **quiet)
    try:
        until(lambda: len(children_of(parent.pid)) == 2)
        first, second = sorted(children_of(parent.pid))
        os.kill(first, signal.SIGKILL)
        until(lambda: len(set(children_of(parent.pid)) - {first}) == 2)
        left = set(children_of(parent.pid)) - {first}
        assert second in left
        parent.kill()
        parent.wait()
        until(lambda: all(gone(pid) for pid in left))
    finally:
        parent.kill()
        parent.wait()
