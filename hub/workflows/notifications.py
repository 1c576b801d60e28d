"""Notifications: who is told what, in the service and by mail, each person once for each event.

``tell`` writes in the caller's transaction: when the change is undone, nobody is told of it.
"""

from collections.abc import Collection
from functools import cache

from sqlalchemy import Insert, Select, bindparam, func, insert, literal, select
from sqlalchemy.orm import Session

from hub.db.calls import SEND_MAIL, call
from hub.models import Account, Change, MailPreference, Notification, OutgoingMail
from hub.models.base import columns, new_id, table_of, utc_now
from hub.workflows.events import SERVICE_ONLY
from hub.workflows.records import batches, insert_new


def tell(
    session: Session,
    event: str,
    kind: str,
    subject_id: str,
    recipients: Collection[str],
    *,
    occasion: str | None = None,
) -> int:
    """Tell ``recipients`` (ids of accounts) of ``event`` about the thing ``subject_id`` of ``kind``; return how many
    had not been told yet.

    One person is told once of one event, subject and ``occasion``. ``occasion`` None: the latest move of the subject,
    so that what happens again is told again, and a duty that runs twice tells nothing twice; a reminder gives its
    deadline.
    """
    if not recipients:
        return 0
    told, now = occasion if occasion is not None else _latest_move(session, kind, subject_id), utc_now()
    rows = [
        {
            "id": new_id("ntf"),
            "account_id": account,
            "event": event,
            "kind": kind,
            "subject_id": subject_id,
            "occasion": told,
            "created_at": now,
        }
        # Two that tell the same people insert in one order, so that neither waits for the other in vain.
        for account in sorted(set(recipients))
    ]
    fresh = insert_new(session, Notification, rows, columns(Notification).id)
    if fresh and event not in SERVICE_ONLY:
        call(session, SEND_MAIL)
        for some in batches(sorted(made for (made,) in fresh)):
            session.execute(_mailing(), {"fresh": some, "told": event, "due": now})
    return len(fresh)


def _latest_move(session: Session, kind: str, subject_id: str) -> str:
    return str(session.execute(_latest(), {"kind": kind, "subject": subject_id}).scalar() or 0)


@cache
def _latest() -> Select[int]:
    c = columns(Change)
    return select(func.max(c.position)).where(c.subject_kind == bindparam("kind"), c.subject_id == bindparam("subject"))


@cache
def _mailing() -> Insert:
    """Return what has mail sent about ``fresh`` notifications to who is active and has not switched it off."""
    n, a, p, m = columns(Notification), columns(Account), columns(MailPreference), columns(OutgoingMail)
    told = bindparam("told", type_=m.template.type)
    refused = select(p.account_id).where(p.event == told, p.mail.is_(False))
    wanted = (
        select(n.id, n.account_id, told, literal("waiting"), literal(0), bindparam("due", type_=m.due_at.type))
        .join_from(table_of(Notification), table_of(Account), a.id == n.account_id)
        .where(n.id.in_(bindparam("fresh", expanding=True)), a.active, a.id.not_in(refused))
    )
    names = ["notification_id", "account_id", "template", "status", "attempt", "due_at"]
    return insert(table_of(OutgoingMail)).from_select(names, wanted)
