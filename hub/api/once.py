"""Requests with an ``Idempotency-Key``: sent twice, done once, answered the same.

``APIRouter(route_class=OnceRoute)`` lets every POST of a router take the header. The answer is kept in the transaction
of the effect, so both are there or neither is. Faults are not kept: after one, the same key is free again.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session

from hub.api.faults import KEPT_NOWHERE
from hub.dependencies import ActorDep, WritingSession
from hub.workflows.idempotency import Answer, Asked, asked_of, begin, forget, keep

REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("content-type", "location")
TAKEN = "taken_key"


class _Replay(Exception):  # noqa: N818  (the answer from before, on its way out)
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.status)


async def _body(request: Request) -> bytes:
    return await request.body()


async def _take_key(
    request: Request,
    actor: ActorDep,
    session: WritingSession,
    body: Annotated[bytes, Depends(_body)],
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="A new value for each request; the same one when it is repeated."),
    ] = None,
) -> None:
    if key is None:
        return
    asked = asked_of(actor, key, f"{request.method} {request.url.path}", body)
    before = await run_in_threadpool(begin, session, asked)
    if before is not None:
        raise _Replay(before)
    setattr(request.state, TAKEN, (session, asked))


class OnceRoute(APIRoute):
    """A route that takes an ``Idempotency-Key`` when it is a POST."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            # Before everything else: whoever repeats a request waits here for the first one's end.
            options["dependencies"] = [Depends(_take_key), *(options.get("dependencies") or ())]
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that keeps an answer before its transaction is committed, or gives the one from before."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            try:
                response = await handle(request)
            except _Replay as replay:
                return _again(replay.answer)
            taken: tuple[Session, Asked] | None = getattr(request.state, TAKEN, None)
            if taken is not None:
                await run_in_threadpool(_remember, *taken, response)
            return response

        return once


def _remember(session: Session, asked: Asked, response: Response) -> None:
    if response.status_code >= 300:
        forget(session, asked)
        return
    headers = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
    keep(session, asked, Answer(response.status_code, headers, bytes(response.body)))


def _again(answer: Answer) -> Response:
    return Response(answer.body, answer.status, {**answer.headers, **KEPT_NOWHERE, REPLAYED: "true"})
