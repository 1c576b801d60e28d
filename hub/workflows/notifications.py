"""Notifications: who is told what, in the service and by mail, each person once for each event.

``tell`` writes in the caller's transaction: when the change is undone, nobody is told of it.
"""

from collections.abc import Collection

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

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
    n = columns(Notification)
    fresh = {account: made for made, account in insert_new(session, Notification, rows, n.id, n.account_id)}
    mails = [
        {"notification_id": fresh[account], "account_id": account, "template": event, "status": "waiting"}
        | {"attempt": 0, "due_at": now}
        for account in _wanting_mail(session, event, fresh)
    ]
    if mails:
        session.execute(insert(table_of(OutgoingMail)), mails)
    return len(fresh)


def _latest_move(session: Session, kind: str, subject_id: str) -> str:
    c = columns(Change)
    latest = select(func.max(c.position)).where(c.subject_kind == kind, c.subject_id == subject_id)
    return str(session.execute(latest).scalar() or 0)


def _wanting_mail(session: Session, event: str, accounts: Collection[str]) -> list[str]:
    """Return those of ``accounts`` that are active and have not switched off mail about ``event``."""
    if event in SERVICE_ONLY:
        return []
    a, p = columns(Account), columns(MailPreference)
    refused = select(p.account_id).where(p.event == event, p.mail.is_(False))
    found: list[str] = []
    for some in batches(sorted(accounts)):
        found += session.execute(select(a.id).where(a.id.in_(some), a.active, a.id.not_in(refused))).scalars()
    return found
