"""One's own notifications: listed, and marked as read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import NotFound
from hub.models import Notification
from hub.models.base import columns, table_of, utc_now
from hub.workflows.events import place_of, words_of
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """One notification; ``ja`` and ``en``: the event in words; ``path``: the page it leads to."""

    id: str
    event: str
    ja: str
    en: str
    kind: str
    subject_id: str
    path: str
    created_at: datetime
    read_at: datetime | None


def find_notifications(
    session: Session, actor: Actor, paging: Paging = FIRST_PAGE, *, unread: bool = False
) -> Page[NotificationRow]:
    """Return a page of ``actor``'s own notifications, the latest first; ``unread``: only those not read yet."""
    require(actor, "notification.read")
    n = columns(Notification)
    query = select(n.id, n.event, n.kind, n.subject_id, n.created_at, n.read_at).where(n.account_id == actor.id)
    if unread:
        query = query.where(n.read_at.is_(None))
    latest = Paging(paging.page, paging.size, "created_at", descending=True)
    page = fetch_page(session, query, latest, {"created_at": n.created_at}, n.id)
    return page.showing(
        NotificationRow(
            row.id,
            row.event,
            words_of(row.event).ja,
            words_of(row.event).en,
            row.kind,
            row.subject_id,
            place_of(row.kind, row.subject_id),
            row.created_at,
            row.read_at,
        )
        for row in page.items
    )


def count_unread(session: Session, actor: Actor) -> int:
    """Return how many of ``actor``'s own notifications are not read yet."""
    n = columns(Notification)
    asked = select(func.count()).select_from(table_of(Notification))
    return int(session.execute(asked.where(n.account_id == actor.id, n.read_at.is_(None))).scalar_one())


def mark_read(session: Session, actor: Actor, notification_id: str) -> None:
    """Mark one's own notification as read; again is as once. Raises NotFound, also for another person's."""
    n = columns(Notification)
    own = (n.id == notification_id, n.account_id == actor.id)
    seen = update(table_of(Notification)).where(*own).values(read_at=func.coalesce(n.read_at, utc_now()))
    if session.execute(seen).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("お知らせ", "notification")
