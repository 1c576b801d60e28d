"""The hub served to people whose deeds are told apart: ``uvicorn --factory tests.hub.killing.web:application``.

Who acts, and by which deed's number, is in headers; the settings are in the environment.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI, Request

from hub import dependencies
from hub.app import create_app
from hub.auth.actor import Actor, Grant
from hub.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
DEED, CALLER = "X-Deed", "X-Caller"
PATIENCE = 60


def application() -> FastAPI:
    """Return the hub, for callers who name themselves."""
    app = create_app(Settings())
    app.dependency_overrides[dependencies._actor] = _caller
    return app


def _caller(request: Request) -> Actor:
    role, _, scope = request.headers.get(CALLER, "").partition(" ")
    who = request.headers.get(DEED, "")
    if role == "expert":
        return Actor(who, (Grant("expert"),), expert=scope)
    return Actor(who, (Grant(role, scope),))  # type: ignore[arg-type]


@contextmanager
def serving(settings: Settings) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Serve the hub of ``settings`` from a process of its own; give it and its port. It is killed at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    told = {"HUB_DATA_FOLDER": str(settings.data_folder), "HUB_WORKER": "false"}
    if settings.database_url:
        told["HUB_DATABASE_URL"] = settings.database_url
    command = [sys.executable, "-m", "uvicorn", "--factory", f"{__name__}:application", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--log-level", "critical", "--no-access-log"], env={**os.environ, **told}, cwd=ROOT
    )
    try:
        _wait(port, process)
        yield process, port
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended before it answered"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no answer on port {port}")


def call(port: int, deed: str, caller: str, method: str, address: str, body: object = None) -> int:
    """Call the interface and return the status. ``deed`` is the key of the request, too. Raises OSError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {DEED: deed, CALLER: caller, "Content-Type": "application/json"}
    if method == "POST":
        headers["Idempotency-Key"] = deed
    try:
        connection.request(method, f"/api{address}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
    except http.client.HTTPException as broken:
        raise ConnectionError(str(broken)) from broken
    else:
        return answer.status
    finally:
        connection.close()
