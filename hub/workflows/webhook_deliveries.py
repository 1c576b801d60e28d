"""Deliveries to webhooks: taken by one sender at a time, signed, and settled by what came of them.

As with mail (ADR 0013) a delivery is marked ``sending`` and committed before anybody is spoken to. What failed for
certain – not reached, or refused – is tried again, ever more seldom; what may or may not have arrived is not.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.auth.keys import Keyring
from hub.models import Webhook, WebhookDelivery
from hub.models.base import columns, derived_id, table_of
from hub.workflows.audit import record
from hub.workflows.events import place_of
from hub.workflows.notifications import tell
from hub.workflows.outbox import LEASE, MOST_ATTEMPTS, TOO_OLD, pause
from hub.workflows.recipients import administrators, people_of_organization
from hub.workflows.webhooks import drop_waiting

Came = Literal["sent", "again", "unknown"]
"""What came of it: taken; for certain not taken; nobody knows."""

LONG = timedelta(days=3)
"""Failing for so long, with nothing taken in between, ends a webhook."""
FEWEST_FAILURES = 5
"""But not before so many failures: where little happens, one of them says nothing."""
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery taken by a sender. ``attempt`` is its fence; ``secrets``: what to sign with, the newest first."""

    webhook_id: str
    event: str
    subject_id: str
    occasion: str
    kind: str
    happened_at: datetime
    attempt: int
    url: str
    secrets: tuple[str, ...]

    @property
    def id(self) -> str:
        """The event's id, the same at every attempt and for every webhook: who gets it twice can tell."""
        return derived_id("evt", self.event, self.subject_id, self.occasion)

    def body(self, public_url: str) -> bytes:
        """Return what is told: the kind, the id, the time, and a link for who may open it. Nothing of anybody."""
        told = {
            "id": self.id,
            "event": self.event,
            "kind": self.kind,
            "subject": self.subject_id,
            "at": self.happened_at.isoformat(),
            "link": public_url + place_of(self.kind, self.subject_id),
        }
        return json.dumps(told).encode()

    def signature(self, body: bytes, now: datetime) -> str:
        """Return the header that proves who sent ``body`` and when: ``t=seconds,v1=HMAC-SHA256 of "seconds.body"``."""
        seconds = str(int(now.timestamp()))
        signed = [hmac.new(key.encode(), seconds.encode() + b"." + body, sha256).hexdigest() for key in self.secrets]
        return ",".join([f"t={seconds}", *(f"v1={one}" for one in signed)])


def claim_delivery(session: Session, keyring: Keyring, now: datetime) -> Delivery | None:
    """Take the delivery that has waited longest, or None when none is due."""
    d, w = columns(WebhookDelivery), columns(Webhook)
    due = select(*d).where(d.status == "waiting", d.due_at <= now).order_by(d.due_at, d.webhook_id).limit(1)
    row = session.execute(due.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    hook = session.execute(select(*w).where(w.id == row.webhook_id)).one()
    attempt = row.attempt + 1
    _write(session, _same(row), status="sending", attempt=attempt, claimed_at=now)
    former = hook.former_secret if hook.former_until is not None and hook.former_until > now else None
    secrets = tuple(keyring.decrypt(sealed) for sealed in (hook.secret, former) if sealed)
    return Delivery(
        row.webhook_id, row.event, row.subject_id, row.occasion, row.kind, row.happened_at, attempt, hook.url, secrets
    )


def is_delivery_due(session: Session, now: datetime) -> bool:
    """Return whether there is a webhook to tell."""
    d = columns(WebhookDelivery)
    due = select(d.webhook_id).where(d.status == "waiting", d.due_at <= now).limit(1)
    return session.execute(due).first() is not None


def settle_delivery(session: Session, delivery: Delivery, came: Came, reply: int | None, now: datetime) -> str:
    """Write down what came of a delivery and return its status; a webhook that fails for long is given up.

    Another attempt's delivery is left alone, and its status returned.
    """
    d = columns(WebhookDelivery)
    status = {"sent": "sent", "unknown": "uncertain"}.get(came, "waiting")
    if status == "waiting" and delivery.attempt >= MOST_ATTEMPTS:
        status = "failed"
    values: dict[str, Any] = {"status": status, "reply": reply}
    values |= {"due_at": now + pause(delivery.attempt)} if status == "waiting" else {"finished_at": now}
    ours = [*_same(delivery), d.attempt == delivery.attempt, d.status.in_(("sending", "uncertain"))]
    if not _write(session, ours, **values):
        return str(session.execute(select(d.status).where(*_same(delivery))).scalar_one())
    _follow(session, delivery.webhook_id, came, now)
    return status


def give_up_lost(session: Session, now: datetime) -> int:
    """Mark ``uncertain`` what a sender took longer ago than an attempt can last; return how many."""
    d = columns(WebhookDelivery)
    lost = [d.status == "sending", d.claimed_at < now - LEASE]
    return _write(session, lost, status="uncertain", finished_at=now)


def drop_old(session: Session, now: datetime) -> int:
    """Drop what has waited too long to be news, and forget what was settled long ago; return how many."""
    d = columns(WebhookDelivery)
    dropped = _write(session, [d.status == "waiting", d.happened_at < now - TOO_OLD], status="dropped", finished_at=now)
    old = table_of(WebhookDelivery).delete().where(d.finished_at.is_not(None), d.finished_at < now - KEPT)
    return dropped + int(session.execute(old).rowcount)  # type: ignore[attr-defined]


def _follow(session: Session, webhook_id: str, came: Came, now: datetime) -> None:
    """Count failures in a row; give a webhook up that fails for long."""
    w = columns(Webhook)
    change = update(table_of(Webhook)).where(w.id == webhook_id)
    if came == "sent":
        session.execute(change.values(failing_since=None, failures=0))
        return
    hook = session.execute(select(*w).where(w.id == webhook_id).with_for_update(key_share=True)).one()
    since, failures = hook.failing_since or now, hook.failures + 1
    session.execute(change.values(failing_since=since, failures=failures))
    if hook.stopped_for is not None or now - since < LONG or failures < FEWEST_FAILURES:
        return
    session.execute(change.values(stopped_for="failing"))
    drop_waiting(session, webhook_id)
    record(session, SYSTEM, "webhook:give_up", "webhook", webhook_id, after={"failures": failures})
    code = hook.organization_code
    people = people_of_organization(session, code, "organization_admin") if code else administrators(session)
    tell(session, "webhook:given_up", "webhook", webhook_id, people, occasion=f"{since:%Y-%m-%d %H:%M}")


def _same(row: Any) -> list[ColumnElement[bool]]:
    d = columns(WebhookDelivery)
    return [
        d.webhook_id == row.webhook_id,
        d.event == row.event,
        d.subject_id == row.subject_id,
        d.occasion == row.occasion,
    ]


def _write(session: Session, conditions: list[ColumnElement[bool]], **values: Any) -> int:
    changed = session.execute(update(table_of(WebhookDelivery)).where(*conditions).values(**values))
    return int(changed.rowcount)  # type: ignore[attr-defined]
