"""One's own notifications, and which of them one wants by mail."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.workflows.notification_reading import count_unread, find_notifications, mark_read
from hub.workflows.paging import Paging
from web.addresses import address_of
from web.templating import render

router = APIRouter(prefix="/notifications")


@router.get("", dependencies=[decides("notification.read")])
def list_notifications(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    *,
    unread: bool = False,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """List one's own news, the latest first."""
    found = find_notifications(session, actor, Paging(page=page), unread=unread)
    context = {
        "found": found,
        "address": address_of("/notifications", found, unread="true" if unread else None),
        "unread": unread,
        "waiting": count_unread(session, actor),
    }
    return render(request, "notifications.html", context)


@router.post("/{notification_id}/read", dependencies=[decides("notification.read")])
def read_notification(session: WritingSession, actor: ActorDep, notification_id: str) -> Response:
    """Mark one as read; again is as once. 404 when it is not one's own."""
    mark_read(session, actor, notification_id)
    return RedirectResponse("/notifications", status_code=303)
