"""The hub served to a crowd: a process of its own, where headers say who calls, and callers that wait for a start."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request

from benchmarks.crowd import COORDINATOR, expert_actor, office
from benchmarks.processes import ROOT
from hub import dependencies
from hub.auth.actor import Actor
from hub.settings import Settings

CALLER = "X-Caller"
PATIENCE = 60
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def application() -> FastAPI:
    """Return the hub as the environment sets it, for callers who name themselves: for measuring, on no network."""
    # FastAPI works out every dependency anew at each request once one is overridden, which takes longer than the rest:
    # the callers take their place before there are routes, and what is measured is what people are served by.
    dependencies.ActorDep = Annotated[Actor, Depends(_caller)]  # type: ignore[misc]
    from hub.app import create_app

    return create_app(Settings())


async def _caller(request: Request) -> Actor:
    kind, _, name = request.headers.get(CALLER, "").partition(" ")
    return expert_actor(name) if kind == "expert" else office(name) if kind == "office" else COORDINATOR


@dataclass(frozen=True, slots=True)
class Served:
    """A process that serves the hub, and its port on this machine."""

    process: "subprocess.Popen[bytes]"
    port: int


@contextmanager
def serving(settings: Settings, application: str = f"{__name__}:application") -> Iterator[Served]:
    """Serve the hub of ``settings`` from a process of its own; ``application``: what makes it (``module:function``)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "HUB_DATA_FOLDER": str(settings.data_folder),
        "HUB_DATABASE_WAIT_SECONDS": str(settings.database_wait_seconds),
        "HUB_WORKER": "false",
        "HUB_SIGN_IN": "local",
    }
    if settings.database_url is not None:
        environment["HUB_DATABASE_URL"] = settings.database_url
    command = [sys.executable, "-m", "uvicorn", "--factory", application, "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603  (this very interpreter)
        [*command, "--log-level", "warning", "--no-access-log"], env=environment, cwd=ROOT
    )
    try:
        _wait(port, process)
        yield Served(process, port)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"no answer on port {port}")


def calling(
    port: int, caller: str, method: str, address: str, body: Any = None, *, headers: Mapping[str, str] = NO_HEADERS
) -> Callable[[], tuple[int, dict[str, Any]]]:
    """Return what calls the interface as ``caller``, on a connection opened now; it returns status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.connect()
    content = None if body is None else json.dumps(body)
    told_of = {CALLER: caller, "Content-Type": "application/json", "Accept-Language": "en", **headers}

    def call() -> tuple[int, dict[str, Any]]:
        connection.request(method, f"/api{address}", content, told_of)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        return answer.status, json.loads(told) if told else {}

    return call
