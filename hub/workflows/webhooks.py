"""Webhooks: registered, tried, given new secrets, stopped and started, by administrators; each change is recorded.

An organization's administrator manages those of its own events, an administrator of the system those of all.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.keys import Keyring
from hub.auth.permissions import Belonging, require, require_new
from hub.auth.secrets import new_secret
from hub.errors import Conflict, Invalid, NotFound
from hub.models import Webhook, WebhookDelivery, WebhookEvent
from hub.models.base import columns, new_id, table_of, utc_now
from hub.outgoing.faults import OutgoingFault
from hub.outgoing.targets import target_of
from hub.settings import Settings
from hub.workflows.audit import record
from hub.workflows.organizations import read_organization
from hub.workflows.webhook_events import ANNOUNCED, TEST
from matching.faults import Fault

PREFIX = "whs_"
"""What every secret begins with, so that one in a public place is found."""
MOST = 20
"""Webhooks of one organization, or of all."""
OVERLAP = timedelta(hours=24)
"""How long the former secret signs besides the new one."""
LAST = 20
"""Deliveries shown."""


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """A webhook as somebody asks for it. ``organization`` None: for the events of all."""

    organization: str | None
    url: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """A webhook without its secret. ``stopped_for``: ``person``, ``failing``, or None while it is told."""

    id: str
    organization: str | None
    url: str
    events: tuple[str, ...]
    made_at: datetime
    failing_since: datetime | None
    stopped_for: str | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery: of which event, when it happened, and how it stands."""

    event: str
    subject_id: str
    happened_at: datetime
    status: str
    attempts: int
    reply: int | None
    finished_at: datetime | None


def whose(organization: str | None) -> Belonging:
    """Return whose the webhooks of ``organization`` are; None: of all, the system's."""
    return Belonging(organization=organization)


def register(
    session: Session, actor: Actor, keyring: Keyring, settings: Settings, draft: WebhookDraft
) -> tuple[str, str]:
    """Add a webhook and return its id and secret, which cannot be shown again. Raises Forbidden, NotFound, Invalid."""
    require_new(actor, "webhook.manage", whose(draft.organization))
    if draft.organization is not None:
        read_organization(session, draft.organization)
    faults = [*_url_faults(draft.url, settings), *_event_faults(draft.events), *_number_faults(session, draft)]
    if faults:
        raise Invalid(faults)
    secret, made = new_secret(PREFIX), new_id("whk")
    row = {"id": made, "organization_code": draft.organization, "url": draft.url, "secret": keyring.encrypt(secret)}
    session.execute(insert(table_of(Webhook)).values(**row, made_at=utc_now(), failures=0))
    _write_events(session, made, draft.events)
    told = {"organization": draft.organization, "events": sorted(draft.events)}
    record(session, actor, "webhook:register", "webhook", made, after=told, personal={"url": draft.url})
    return made, secret


def change_events(session: Session, actor: Actor, webhook_id: str, events: Collection[str]) -> None:
    """Tell a webhook of ``events`` and no others from now on. Raises NotFound, Unseen, Invalid."""
    found = take_webhook(session, actor, webhook_id)
    if faults := _event_faults(events):
        raise Invalid(faults)
    session.execute(delete(table_of(WebhookEvent)).where(columns(WebhookEvent).webhook_id == webhook_id))
    _write_events(session, webhook_id, events)
    before, after = {"events": sorted(found.events)}, {"events": sorted(events)}
    record(session, actor, "webhook:change_events", "webhook", webhook_id, before=before, after=after)


def rotate(session: Session, actor: Actor, keyring: Keyring, webhook_id: str) -> str:
    """Return a new secret, which cannot be shown again; the former signs besides for a day. Raises NotFound, Unseen."""
    take_webhook(session, actor, webhook_id)
    secret, w = new_secret(PREFIX), columns(Webhook)
    _change(
        session,
        webhook_id,
        former_secret=w.secret,
        former_until=utc_now() + OVERLAP,
        secret=keyring.encrypt(secret),
    )
    record(session, actor, "webhook:rotate", "webhook", webhook_id)
    return secret


def send_test(session: Session, actor: Actor, webhook_id: str) -> None:
    """Have a webhook told of a test. Raises NotFound, Unseen; Conflict while it is stopped."""
    found = take_webhook(session, actor, webhook_id)
    if found.stopped_for is not None:
        raise Conflict("止まっている通知先は試せません。先に再開してください。", "It is stopped: start it again first.")
    now = utc_now()
    row = {"webhook_id": webhook_id, "event": TEST, "kind": "webhook", "subject_id": webhook_id}
    times = {"occasion": new_id("try")[:40], "happened_at": now, "due_at": now}
    session.execute(insert(table_of(WebhookDelivery)).values(**row, **times, status="waiting", attempt=0))
    record(session, actor, "webhook:test", "webhook", webhook_id)


def stop(session: Session, actor: Actor, webhook_id: str) -> None:
    """Tell a webhook nothing more, nor what it was yet to be told. Raises NotFound, Unseen."""
    if take_webhook(session, actor, webhook_id).stopped_for is None:
        _change(session, webhook_id, stopped_for="person")
        drop_waiting(session, webhook_id)
        record(session, actor, "webhook:stop", "webhook", webhook_id)


def start(session: Session, actor: Actor, webhook_id: str) -> None:
    """Tell a webhook again, of what happens from now on. Raises NotFound, Unseen."""
    if take_webhook(session, actor, webhook_id).stopped_for is not None:
        _change(session, webhook_id, stopped_for=None, failing_since=None, failures=0)
        record(session, actor, "webhook:start", "webhook", webhook_id)


def list_webhooks(session: Session, actor: Actor, organization: str | None) -> Sequence[WebhookRow]:
    """Return the webhooks of an organization (None: those of all), the oldest first. Raises Forbidden."""
    require_new(actor, "webhook.manage", whose(organization))
    w = columns(Webhook)
    rows = session.execute(select(*w).where(_of(organization)).order_by(w.made_at, w.id)).all()
    return [_row(session, row) for row in rows]


def read_webhook(session: Session, actor: Actor, webhook_id: str) -> tuple[WebhookRow, Sequence[DeliveryRow]]:
    """Return a webhook and its last deliveries, the latest first. Raises NotFound, Unseen."""
    found = take_webhook(session, actor, webhook_id)
    d = columns(WebhookDelivery)
    query = select(d.event, d.subject_id, d.happened_at, d.status, d.attempt, d.reply, d.finished_at)
    latest = query.where(d.webhook_id == webhook_id).order_by(d.happened_at.desc(), d.subject_id).limit(LAST)
    return found, [DeliveryRow(*row) for row in session.execute(latest)]


def take_webhook(session: Session, actor: Actor, webhook_id: str) -> WebhookRow:
    """Return a webhook that ``actor`` manages. Raises NotFound, and Unseen, told the same, for others'."""
    row = session.execute(select(*columns(Webhook)).where(columns(Webhook).id == webhook_id)).first()
    if row is None:
        raise NotFound("通知先", "webhook")
    require(actor, "webhook.manage", whose(row.organization_code))
    return _row(session, row)


def drop_waiting(session: Session, webhook_id: str) -> None:
    """Drop what a webhook was yet to be told."""
    d = columns(WebhookDelivery)
    waiting = (d.webhook_id == webhook_id, d.status == "waiting")
    session.execute(update(table_of(WebhookDelivery)).where(*waiting).values(status="dropped", finished_at=utc_now()))


def _of(organization: str | None) -> Any:
    w = columns(Webhook)
    return w.organization_code.is_(None) if organization is None else w.organization_code == organization


def _row(session: Session, row: Any) -> WebhookRow:
    e = columns(WebhookEvent)
    events = session.execute(select(e.event).where(e.webhook_id == row.id)).scalars().all()
    return WebhookRow(
        row.id,
        row.organization_code,
        row.url,
        tuple(sorted(events, key=lambda event: ANNOUNCED.index(event) if event in ANNOUNCED else len(ANNOUNCED))),
        row.made_at,
        row.failing_since,
        row.stopped_for,
    )


def _change(session: Session, webhook_id: str, **values: Any) -> None:
    session.execute(update(table_of(Webhook)).where(columns(Webhook).id == webhook_id).values(**values))


def _write_events(session: Session, webhook_id: str, events: Collection[str]) -> None:
    rows = [{"webhook_id": webhook_id, "event": event} for event in sorted(set(events))]
    session.execute(insert(table_of(WebhookEvent)), rows)


def _url_faults(url: str, settings: Settings) -> list[Fault]:
    try:
        target_of(url, settings.outgoing_ports, http=settings.outgoing_http)
    except OutgoingFault as fault:
        return [Fault("/url", fault.ja, fault.en)]
    return []


def _number_faults(session: Session, draft: WebhookDraft) -> list[Fault]:
    there = session.execute(select(columns(Webhook).url).where(_of(draft.organization))).scalars().all()
    if draft.url in there:
        return [Fault("/url", "この通知先はもう登録されています", "it is registered already")]
    return [Fault("/url", f"通知先は {MOST} 件までです", f"there can be {MOST} at most")] if len(there) >= MOST else []


def _event_faults(events: Collection[str]) -> list[Fault]:
    if not events or not set(events) <= set(ANNOUNCED):
        return [Fault("/events", "伝える出来事を1つ以上選んでください", "choose at least one event of the list")]
    return []
