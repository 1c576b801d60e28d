"""One's own notifications as JSON, and which of them one wants by mail."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.workflows.mail_preferences import Preference, read_preferences, write_preferences
from hub.workflows.notification_reading import NotificationRow, find_notifications, mark_read
from hub.workflows.outbox import MailTrouble, find_mail_troubles
from hub.workflows.paging import Page
from matching.problem import STRICT

router = APIRouter(tags=["notifications"], route_class=OnceRoute)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Whether mail is wanted, by event; of events not named it is."""

    __pydantic_config__ = STRICT
    mail: dict[str, bool]


@router.get("/notifications", dependencies=[decides("notification.read")])
def list_notifications(
    session: ReadingSession, actor: ActorDep, paging: PagingDep, *, unread: bool = False
) -> Page[NotificationRow]:
    """List one's own notifications, the latest first, a page at a time."""
    return find_notifications(session, actor, paging, unread=unread)


@router.post("/notifications/{notification_id}/read", status_code=204, dependencies=[decides("notification.read")])
def read_notification(session: WritingSession, actor: ActorDep, notification_id: str) -> None:
    """Mark one's own notification as read; again is as once. 404 when there is none."""
    mark_read(session, actor, notification_id)


@router.get("/mail-troubles", dependencies=[decides("mail.watch")])
def list_mail_troubles(session: ReadingSession, actor: ActorDep, paging: PagingDep) -> Page[MailTrouble]:
    """List mail that failed, or that may or may not have arrived, the latest first; for administrators and auditors."""
    return find_mail_troubles(session, actor, paging)


@router.get("/me/notification-preferences", dependencies=[decides("notification.read")])
def show_preferences(session: ReadingSession, actor: ActorDep) -> tuple[Preference, ...]:
    """Return for each event whether one wants mail about it."""
    return read_preferences(session, actor)


@router.put(
    "/me/notification-preferences", openapi_extra=described(Preferences), dependencies=[decides("notification.read")]
)
def change_preferences(
    session: WritingSession, actor: ActorDep, told: Annotated[Preferences, Depends(body_of(Preferences))]
) -> tuple[Preference, ...]:
    """Choose which events one wants mail about. 422 names unknown events, 404 when one has no account."""
    write_preferences(session, actor, told.mail)
    return read_preferences(session, actor)
