"""The service is told to end: what it is answering is answered, nothing new is taken, and it ends well."""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.hub.databases import SQLITE, Databases

COMMAND = Path(sys.executable).parent / "talent-hub"
PATIENCE = 30.0


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@contextmanager
def serving(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[str]]:
    told = {"HUB_DATA_FOLDER": str(folder), "HUB_SIGN_IN": "local", "HUB_WORKER": "false", "HUB_LOG_FORMAT": "json"}
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port)],
        env={**os.environ, **told, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def refuses(port: int) -> bool:
    """Wait until nobody takes a connection at ``port`` any more."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
                time.sleep(0.05)
        except OSError:
            return True
    return False


@pytest.mark.slow
def test_what_is_under_way_is_finished_and_nothing_new_is_taken(databases: Databases, tmp_path: Path):
    folder, port = tmp_path / "data", free_port()
    with databases.copied(SQLITE, "seeded", folder), serving(folder, port) as process:
        assert ask(port, "GET", "/health/ready")[0] == 200
        answers: list[tuple[int, str]] = []
        with closing(sqlite3.connect(folder / "hub.sqlite3", isolation_level=None)) as other:
            # Whoever changes something waits for this transaction, and is under way until it ends.
            other.execute("BEGIN IMMEDIATE")
            asking = threading.Thread(
                target=lambda: answers.append(ask(port, "POST", "/api/plans", '{"title": "under way"}'))
            )
            asking.start()
            time.sleep(1.0)
            for _ in range(2):  # who came later has been answered: what came before has been taken, however slow all is
                assert ask(port, "GET", "/health/ready")[0] == 200
            process.send_signal(signal.SIGTERM)
            assert refuses(port)
            assert (process.poll(), answers) == (None, [])
            other.execute("ROLLBACK")
        asking.join(PATIENCE)
        _, log = process.communicate(timeout=PATIENCE)
    assert [status for status, _ in answers] == [202]
    assert process.returncode == 0
    assert '"event": "ended"' in log
    assert "Traceback" not in log
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM plans WHERE title = 'under way'").fetchone() == (1,)


@pytest.mark.slow
def test_what_is_no_request_or_never_whole_is_not_waited_for_and_leaves_no_words(databases: Databases, tmp_path: Path):
    folder, port = tmp_path / "data", free_port()
    with databases.copied(SQLITE, "registered", folder), serving(folder, port, HUB_STOP_SECONDS="1") as process:
        assert "server" not in dict(head(port))
        for line in (b"HANAKO 090-1234-5678\r\n\r\n", "GET /髙橋花子 HTTP/1.1\r\n\r\n".encode(), b"\x16\x03\x01hanako"):
            with closing(socket.create_connection(("127.0.0.1", port))) as odd, suppress(OSError):
                odd.sendall(line)
                odd.settimeout(5)
                said = odd.recv(4096)
                assert said == b"" or b" 400 " in said.partition(b"\r\n")[0] + b" "
        with closing(socket.create_connection(("127.0.0.1", port))) as slow:
            # A body that is announced and never sent.
            slow.sendall(b"POST /api/plans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in log
    assert not [word for word in ("anako", "ANAKO", "090", "花子", "\\u82b1") if word in log]
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM plans").fetchone() == (0,)


def head(port: int) -> list[tuple[str, str]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/health/live")
        return [(name.lower(), value) for name, value in connection.getresponse().getheaders()]
