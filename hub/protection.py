"""What stands around every request: a bound on its size, a line in the log, and an answer when something breaks."""

import logging
import time
from collections.abc import Callable

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.logging import log_event, new_reference

LONGEST_PATH = 200

Broken = Callable[[Request, str], Response]
"""Makes the answer to a request that broke, with the reference number the log says more under."""
Refuse = Callable[[Request, int], Response]
"""Makes the answer to a request that is refused with a status."""


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
    """Logs each request without its query, and answers (500) one that broke with a number to find it by."""

    def __init__(self, app: ASGIApp, broken: Broken) -> None:
        self.app = app
        self.broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say in the log what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        told = {"method": scope["method"], "path": scope["path"][:LONGEST_PATH]}
        try:
            await self.app(scope, receive, watched)
        except Exception as fault:
            reference = new_reference()
            log_event("request_failed", level=logging.ERROR, fault=fault, reference=reference, **told)
            if status:
                raise
            await self.broken(Request(scope), reference)(scope, receive, watched)
        log_event("request", status=status, milliseconds=round((time.perf_counter() - began) * 1000), **told)
