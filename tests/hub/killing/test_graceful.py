"""A web process told to end lets its readers go, and one that works hands its run over."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine

from hub.auth.actor import LOCAL
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.plans import queue_plan
from matching.problem import Limits
from tests.hub.databases import on_sqlite
from tests.hub.killing.test_killed_worker import check_runs, states
from tests.hub.killing.test_killing import ROOT

PATIENCE = 60


@contextmanager
def served(settings: Settings, **told: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Serve the hub from a process of its own, and give it with its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"HUB_DATA_FOLDER": str(settings.data_folder), "HUB_SIGN_IN": "local", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from hub.cli import main; main()", "serve", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={**os.environ, **environment, **told}, cwd=ROOT, **quiet)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield process, port
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@on_sqlite
def test_a_web_process_told_to_end_lets_its_readers_go_and_puts_its_run_back(seeded: Engine, settings: Settings):
    with transaction(seeded) as session:
        plan = queue_plan(session, LOCAL, "試し", limits=Limits(seconds=60, gap=0.0))
        waiting = queue_plan(session, LOCAL, "試し", limits=Limits(seconds=60, gap=0.0))
    with served(settings, HUB_EXPLAIN_SECONDS="60") as (process, port):
        reader = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        reader.request("GET", f"/plans/{waiting}/progress")
        stream = reader.getresponse()
        assert stream.readline().startswith(b"id: ")
        deadline = time.monotonic() + PATIENCE
        while states(seeded)[plan][0] != "running":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        stream.read()  # to its end
        reader.close()
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
    assert states(seeded)[plan] in {("queued", 1), ("ready", 1)}
    check_runs(seeded)
