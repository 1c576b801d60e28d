"""The outbox: mail waiting to be sent, taken by one sender at a time and never sent twice.

``claim_mail`` marks a mail ``sending``; its transaction is committed before the server is spoken to. When the sender
dies in between, nobody can know whether the mail left, so it becomes ``uncertain`` and stays unsent. Only what the
server definitely refused, or what never reached it, is tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.models import Account, MailPreference, Notification, OutgoingMail
from hub.models.base import columns, table_of
from hub.workflows.accounts.links import LINK, mint
from hub.workflows.events import place_of
from hub.workflows.notifications import tell
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.recipients import administrators

Result = Literal["sent", "again", "refused", "unknown"]
"""What came of sending: accepted; not now; never; nobody knows."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 12
"""With these pauses a mail is tried for about a day."""
LEASE = timedelta(minutes=15)
"""How long one attempt may take; a sender bounds its own below this."""
TOO_OLD = timedelta(days=7)
"""A mail that could not be sent for so long (no server was set, say) says nothing new."""
TROUBLES = ("uncertain", "failed")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail taken by a sender. ``attempt`` is its fence; ``path``: the page it leads to. ``address`` is not kept."""

    id: str
    attempt: int
    address: str
    language: str
    event: str
    path: str


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """A mail that did not (or not surely) arrive: whose it is, what it was about, and the server's last answer."""

    id: str
    account: str
    event: str
    kind: str
    subject: str
    status: str
    attempts: int
    reply: int | None
    finished_at: datetime | None


def claim_mail(session: Session, now: datetime) -> Letter | None:
    """Take the mail that has waited longest, or None when none is due. What nobody wants any more is dropped."""
    m, n, a = columns(OutgoingMail), columns(Notification), columns(Account)
    due = select(*m).where(m.status == "waiting", m.due_at <= now).order_by(m.due_at, m.notification_id).limit(1)
    while (row := session.execute(due.with_for_update(skip_locked=True)).first()) is not None:
        asked = select(n.event, n.kind, n.subject_id, a.mail, a.language, a.active)
        to = session.execute(
            asked.join_from(table_of(Notification), table_of(Account), a.id == n.account_id).where(
                n.id == row.notification_id
            )
        ).one()
        # The secret of a one-time link is made here, and leaves with the letter alone.
        path = mint(session, to.subject_id, now) if to.kind == LINK else place_of(to.kind, to.subject_id)
        if path is None or not to.active or _refused(session, row.account_id, to.event):
            _write(session, [m.notification_id == row.notification_id], status="dropped", finished_at=now)
            continue
        attempt = row.attempt + 1
        _write(session, [m.notification_id == row.notification_id], status="sending", attempt=attempt, claimed_at=now)
        return Letter(row.notification_id, attempt, to.mail, to.language, to.event, path)
    return None


def is_mail_due(session: Session, now: datetime) -> bool:
    """Return whether there is mail to send."""
    m = columns(OutgoingMail)
    due = select(m.notification_id).where(m.status == "waiting", m.due_at <= now).limit(1)
    return session.execute(due).first() is not None


def settle_mail(session: Session, letter: Letter, result: Result, reply: int | None, now: datetime) -> str:
    """Write down what came of a letter and return its status; ``reply``: the server's last code, None without one.

    A sender that was given up on (``uncertain``) may still tell what it knows. Another attempt's letter is left alone,
    and its status returned.
    """
    m = columns(OutgoingMail)
    status = {"sent": "sent", "refused": "failed", "unknown": "uncertain"}.get(result, "waiting")
    if status == "waiting" and letter.attempt >= MOST_ATTEMPTS:
        status = "failed"
    values: dict[str, Any] = {"status": status, "reply": reply}
    values |= {"due_at": now + pause(letter.attempt)} if status == "waiting" else {"finished_at": now}
    ours = [m.notification_id == letter.id, m.attempt == letter.attempt, m.status.in_(("sending", "uncertain"))]
    if not _write(session, ours, **values):
        return str(session.execute(select(m.status).where(m.notification_id == letter.id)).scalar_one())
    if status in TROUBLES:
        _tell_administrators(session, status, now)
    return status


def pause(attempt: int) -> timedelta:
    """Return how long to wait after the ``attempt``-th try (from 1): twice as long each time, up to a limit."""
    longest: timedelta = LONGEST_PAUSE
    return min(FIRST_PAUSE * int(2 ** (attempt - 1)), longest)


def give_up_lost(session: Session, now: datetime) -> int:
    """Mark ``uncertain`` what a sender took longer ago than an attempt can last; return how many."""
    m = columns(OutgoingMail)
    lost = _write(session, [m.status == "sending", m.claimed_at < now - LEASE], status="uncertain", finished_at=now)
    if lost:
        _tell_administrators(session, "uncertain", now)
    return lost


def drop_old(session: Session, now: datetime) -> int:
    """Drop mail that has waited too long to be news; return how many."""
    m, n = columns(OutgoingMail), columns(Notification)
    old = select(n.id).where(n.created_at < now - TOO_OLD)
    conditions = [m.status == "waiting", m.notification_id.in_(old)]
    return _write(session, conditions, status="dropped", finished_at=now)


def find_mail_troubles(
    session: Session, actor: Actor, paging: Paging = FIRST_PAGE, statuses: Sequence[str] = TROUBLES
) -> Page[MailTrouble]:
    """Return a page of mail that did not surely arrive, the latest first. Raises Forbidden."""
    require(actor, "mail.watch")
    m, n = columns(OutgoingMail), columns(Notification)
    query = (
        select(m.notification_id, m.account_id, n.event, n.kind, n.subject_id, m.status, m.attempt, m.reply)
        .add_columns(m.finished_at)
        .join_from(table_of(OutgoingMail), table_of(Notification), n.id == m.notification_id)
        .where(m.status.in_(statuses))
    )
    latest = Paging(paging.page, paging.size, "finished_at", descending=True)
    page = fetch_page(session, query, latest, {"finished_at": m.finished_at}, m.notification_id)
    return page.showing(MailTrouble(*row) for row in page.items)


def _tell_administrators(session: Session, status: str, now: datetime) -> None:
    # Once a day: a server that is away would otherwise fill their lists.
    event = "mail:uncertain" if status == "uncertain" else "mail:failed"
    tell(session, event, "mail", "", administrators(session), occasion=f"{now:%Y-%m-%d}")


def _refused(session: Session, account: str, event: str) -> bool:
    p = columns(MailPreference)
    wants = session.execute(select(p.mail).where(p.account_id == account, p.event == event)).scalar()
    return wants is False


def _write(session: Session, conditions: Sequence[ColumnElement[bool]], **values: Any) -> int:
    changed = session.execute(update(table_of(OutgoingMail)).where(*conditions).values(**values))
    return int(changed.rowcount)  # type: ignore[attr-defined]
