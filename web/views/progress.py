"""A run's progress as server-sent events: the part of the page that a reader without scripts loads anew."""

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from hub.decisions import decides
from hub.dependencies import ActorDep, FeedDep, ReadingSession
from hub.progress_feed import UNDER_WAY
from hub.workflows.plan_reading import read_followed
from web.templating import render_part, spoken_language
from web.views.runs import progress_of

router = APIRouter(prefix="/plans")

HEART_BEAT = 10
"""Seconds between two comments that keep the connection open."""
LEAVE_SECONDS = 2
"""Seconds a reader has to be let go when the process is told to end."""
END = "end"
"""The event after which there is nothing more to come."""


@router.get("/{plan_id}/progress", dependencies=[decides("plan.read")])
def send_progress(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    feed: FeedDep,
    *,
    plan_id: str,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> EventSourceResponse:
    """Send the run whenever it changes, by its sequence number, until it ends; not what ``Last-Event-ID`` names."""
    run = read_followed(session, plan_id, actor=actor)
    spoken = spoken_language(request)
    last = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else None

    leaving = anyio.Event()

    async def events() -> AsyncIterator[ServerSentEvent]:
        newest = run
        async for newest in feed.follow(run, last, leaving):
            part = render_part(request, "run.html", "progress", progress_of(newest, spoken))
            yield ServerSentEvent(part, id=str(newest.row.sequence))
        if newest.row.status not in UNDER_WAY:
            yield ServerSentEvent("", event=END, id=str(newest.row.sequence))

    return EventSourceResponse(events(), ping=HEART_BEAT, shutdown_event=leaving, shutdown_grace_period=LEAVE_SECONDS)
