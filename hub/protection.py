"""What stands around every request: a bound on its size, a line in the log, and an answer when something breaks."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.logging import Following, following, log_event, new_reference

REQUEST_ID = "X-Request-ID"
SAFE_REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""An id from in front is taken in these forms alone: anything else could hold words, a name or a number of somebody."""
OWN_ID = re.compile(r"[a-z]{2,5}_[0-9a-f]{30}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATIC = "/static"
NO_ROUTE, OTHER = "(none)", "OTHER"

Broken = Callable[[Request, str], Response]
"""Makes the answer to a request that broke, with the reference number the log says more under."""
Refuse = Callable[[Request, int], Response]
"""Makes the answer to a request that is refused with a status."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and what came of it. ``route``: as it is declared, such as ``/plans/{plan_id}``."""

    method: str
    route: str
    status: int
    seconds: float
    happened: tuple[str, ...]


Observe = Callable[[Answered], None]
"""Takes note of an answered request."""


class BodyLimit:
    """Refuses (413) a body of more than ``largest`` bytes, told beforehand or found while reading."""

    def __init__(self, app: ASGIApp, largest: int, refuse: Refuse) -> None:
        self.app = app
        self.largest = largest
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its body stays within the bound."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) > self.largest:
            await self.refuse(Request(scope), 413)(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.largest:
                raise HTTPException(413)
            return message

        await self.app(scope, bounded, send)


class RequestLog:
    """Logs each request by its route, without what was typed, and answers (500) one that broke with a number.

    Every answer carries the request's id, which is in every line of the log about it.
    """

    def __init__(self, app: ASGIApp, broken: Broken, observe: Observe) -> None:
        self.app = app
        self.broken = broken
        self.observe = observe
        self._paths: dict[int, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say in the log what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with following(request_id_of(scope)) as request:
            await self._followed(request, scope, receive, send)

    async def _followed(self, request: Following, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request.request_id
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as fault:
            reference = new_reference()
            log_event("request_failed", level=logging.ERROR, fault=fault, reference=reference, **self._told(scope))
            if status:
                raise
            await self.broken(Request(scope), reference)(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            told = self._told(scope)
            log_event("request", status=status, milliseconds=round(seconds * 1000), **told)
            self.observe(Answered(told["method"], self._route(scope), status, seconds, tuple(request.happened)))

    def _told(self, scope: Scope) -> dict[str, Any]:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        ids = {name: str(value) for name, value in scope.get("path_params", {}).items() if OWN_ID.fullmatch(str(value))}
        path = self._route(scope)
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", value)
        return {"method": method, "path": path}

    def _route(self, scope: Scope) -> str:
        """Return the route of a request as it is declared; what no route takes is not told, for anybody may type it."""
        route: Any = scope.get("route")
        if route is None:
            return STATIC if scope["path"].startswith(STATIC + "/") else NO_ROUTE
        if id(route) not in self._paths:
            # Looked for once a route, and no further than to it: the others' are made when somebody asks for them.
            found = (at.path for at in iter_route_contexts(scope["app"].routes) if at.original_route is route)
            self._paths[id(route)] = next(found, None) or NO_ROUTE
        return self._paths[id(route)]


def request_id_of(scope: Scope) -> str:
    """Return the id that what stands in front gave a request, if it has a safe form, or else a new one."""
    told = Headers(scope=scope).get(REQUEST_ID, "")
    return told if SAFE_REQUEST_ID.fullmatch(told) else secrets.token_hex(16)
