"""The application, made once for tests that come one after another: making it takes longer than most of them.

An application that nobody serves just now is given new settings and a new state; what a test overrode is gone. Tests
of the application itself, of its log and its figures, make their own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import State

from hub.app import create_app
from hub.settings import Settings

_MADE: dict[tuple[object, ...], list[FastAPI]] = {}
_SERVED: set[int] = set()


def app_for(settings: Settings) -> FastAPI:
    """Return an application for ``settings`` that is not being served: one made before where there is one."""
    shape = (settings.largest_body, tuple(settings.allowed_hosts), settings.language)
    made = _MADE.setdefault(shape, [])
    for app in made:
        if id(app) not in _SERVED:
            _renew(app, settings)
            return app
    app = create_app(settings)
    app.router.lifespan_context = _noting(app.router.lifespan_context)
    made.append(app)
    return app


def _renew(app: FastAPI, settings: Settings) -> None:
    kept = {name: getattr(app.state, name) for name in ("plan_words", "metrics")}
    language = app.state.language
    app.dependency_overrides.clear()
    app.state = State()
    app.state.settings, app.state.language = settings, language
    for name, value in kept.items():
        setattr(app.state, name, value)


def _noting(lifespan: Any) -> Any:
    @asynccontextmanager
    async def noting(app: FastAPI) -> AsyncIterator[Any]:
        _SERVED.add(id(app))
        try:
            async with lifespan(app) as told:
                yield told
        finally:
            _SERVED.discard(id(app))

    return noting
