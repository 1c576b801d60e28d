"""The tests' own PostgreSQL server never outlives the process that began it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.postgresql import ROLE, running

HOLDER = """
import sys, time
from tests.postgresql import running
with running() as server:
    print(server.url.query["host"], flush=True)
    time.sleep(600)
"""
SECONDS = 20


def begun() -> tuple["subprocess.Popen[str]", Path, int]:
    """Begin a process that holds a server; return it, the server's folder and process."""
    root = Path(__file__).resolve().parents[1]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    folder = Path(holder.stdout.readline().strip())
    with psycopg.connect(host=str(folder), user=ROLE, dbname="postgres") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    return holder, folder, int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_the_process_that_began_it_however_that_ends(monkeypatch: pytest.MonkeyPatch, how: int):
    monkeypatch.delenv("HUB_TEST_POSTGRESQL_URL", raising=False)
    holder, folder, server = begun()
    holder.send_signal(how)
    holder.communicate()
    deadline = time.monotonic() + SECONDS
    while (is_running(server) or folder.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(server)
    assert not folder.exists()


def test_a_server_that_is_given_is_used_and_left_without_a_trace(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HUB_TEST_POSTGRESQL_URL", raising=False)
    with running() as own:
        plain = own.url.set(drivername="postgresql").render_as_string(hide_password=False)
        monkeypatch.setenv("HUB_TEST_POSTGRESQL_URL", plain)
        with running() as given:
            made = given.make()
            assert made.query == own.url.query
        with psycopg.connect(plain) as connection:
            found = connection.execute("SELECT datname FROM pg_database").fetchall()
        assert {name for (name,) in found} == {"postgres", "template0", "template1"}
