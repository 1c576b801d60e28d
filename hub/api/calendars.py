"""An expert's calendar as iCalendar: for who signed in, and at a private address for calendar programs.

The secret of the address is a query's value, because queries are not logged; it is told once, so none of these routes
keeps its answer for a repeated request.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.descriptions import CALENDAR
from hub.api.faults import KEPT_NOWHERE, speech
from hub.decisions import PUBLIC, decides
from hub.dependencies import ActorDep, ReadingSession, SettingsDep, WritingSession
from hub.logging import log_event
from hub.workflows import calendar_feeds
from hub.workflows.calendar_entries import Entry, read_calendar
from hub.workflows.calendar_feeds import bearer_of, record_calendar, record_reading
from hub.workflows.calendar_file import write_calendar

router = APIRouter(tags=["calendars"])

PRIVATE_ADDRESS = "/api/calendar.ics"


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """The private address of a subscription; it cannot be shown again."""

    address: str


@dataclass(frozen=True, slots=True)
class SubscriptionRead:
    """When a subscription was made, and the last day (in Japan) it was read."""

    made_at: datetime
    handed_out_on: date | None


@dataclass(frozen=True, slots=True)
class Writer:
    """How a calendar is written here: in the language asked for, with links to the hub's ``pages``."""

    language: str
    pages: str

    def file(self, entries: Iterable[Entry], language: str | None = None) -> Response:
        """Return ``entries`` as a file; ``language`` instead of the one asked for."""
        content = write_calendar(entries, language or self.language, self.pages)
        headers = {"Content-Disposition": 'attachment; filename="calendar.ics"', "Vary": "Accept-Language"}
        return Response(content, media_type="text/calendar; charset=utf-8", headers={**headers, **KEPT_NOWHERE})


def _writer(request: Request, settings: SettingsDep) -> Writer:
    return Writer(speech(request).pick("ja", "en"), settings.links_to)


WriterDep = Annotated[Writer, Depends(_writer)]


@router.get(
    "/experts/{expert_id}/calendar.ics",
    response_class=Response,
    responses=CALENDAR,
    dependencies=[decides("calendar.read")],
)
def show_calendar(
    session: ReadingSession, log: WritingSession, actor: ActorDep, writer: WriterDep, expert_id: str
) -> Response:
    """Return what one may read of an expert's calendar. 404 when there is no such expert, 403 when it is others'."""
    made = writer.file(read_calendar(session, actor, expert_id))
    record_calendar(log, actor, expert_id)
    return made


@router.get("/calendar.ics", response_class=Response, responses=CALENDAR, dependencies=[PUBLIC])
def show_subscribed_calendar(
    session: ReadingSession,
    log: WritingSession,
    writer: WriterDep,
    token: Annotated[str, Query(max_length=200)],
) -> Response:
    """Return the calendar of the subscription with this address, in its person's language. 404 when it has ended."""
    bearer = bearer_of(session, token)
    made = writer.file(read_calendar(session, bearer.actor, bearer.expert), bearer.language)
    record_reading(log, bearer)
    return made


@router.get("/experts/{expert_id}/calendar-subscription", dependencies=[decides("calendar.unsubscribe")])
def show_subscription(session: ReadingSession, actor: ActorDep, expert_id: str) -> SubscriptionRead:
    """Return when the subscription was made and last read; its address cannot be shown. 404 when there is none."""
    found = calendar_feeds.read_subscription(session, actor, expert_id)
    return SubscriptionRead(found.made_at, found.handed_out_on)


@router.post("/experts/{expert_id}/calendar-subscription", dependencies=[decides("calendar.subscribe")])
def subscribe(session: WritingSession, actor: ActorDep, settings: SettingsDep, expert_id: str) -> NewSubscription:
    """Make the private address of one's own calendar, or make it anew: an earlier one ends. 403 for others."""
    token = calendar_feeds.subscribe(session, actor, expert_id)
    log_event("calendar_subscribed", expert=expert_id, actor=actor.id)
    return NewSubscription(f"{settings.links_to}{PRIVATE_ADDRESS}?token={token}")


@router.delete(
    "/experts/{expert_id}/calendar-subscription", status_code=204, dependencies=[decides("calendar.unsubscribe")]
)
def unsubscribe(session: WritingSession, actor: ActorDep, expert_id: str) -> None:
    """End the subscription: its address leads nowhere from now on. 404 when there is none, 403 for others."""
    calendar_feeds.unsubscribe(session, actor, expert_id)
    log_event("calendar_unsubscribed", expert=expert_id, actor=actor.id)
