"""The hub served to people whose deeds are told apart: who acts, and by which deed's number, is in headers."""

from fastapi import FastAPI, Request

from benchmarks.crowd_serving import CALLER
from hub import dependencies
from hub.app import create_app
from hub.auth.actor import Actor, Grant
from hub.settings import Settings

DEED = "X-Deed"


def application() -> FastAPI:
    """Return the hub as the environment sets it, for callers who name themselves."""
    app = create_app(Settings())
    app.dependency_overrides[dependencies._actor] = _caller
    return app


def _caller(request: Request) -> Actor:
    role, _, scope = request.headers.get(CALLER, "").partition(" ")
    who = request.headers.get(DEED, "")
    if role == "expert":
        return Actor(who, (Grant("expert"),), expert=scope)
    return Actor(who, (Grant(role, scope),))  # type: ignore[arg-type]
