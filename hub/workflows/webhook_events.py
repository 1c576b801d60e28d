"""What other systems can be told of: the moves of life cycles, written together with what is to be told of them."""

from functools import cache

from sqlalchemy import Insert, String, bindparam, cast, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from hub.db.calls import TELL_WEBHOOKS, call
from hub.models import Change, Webhook, WebhookDelivery, WebhookEvent
from hub.models.base import columns, table_of, utc_now
from hub.workflows.events import EVENTS
from hub.workflows.life_cycles import LIFE_CYCLES

TEST = "webhook:test"
INTERNAL = ("plan",)
"""Of coordinators alone: no other system is told."""
ANNOUNCED: tuple[str, ...] = tuple(
    event
    for event in EVENTS
    if event in {f"{cycle.kind}:{move.target}" for cycle in LIFE_CYCLES for move in cycle.moves}
    and event.partition(":")[0] not in INTERNAL
)
"""The events there are, by the names people are told of them, in the order of ``EVENTS``."""


def announce(session: Session, kind: str, status: str, subject_id: str, organization: str | None) -> None:
    """Have whoever asked for it told that a thing of ``organization`` came to stand at ``status``.

    Written in the transaction of the move, after it: its place among the subject's moves tells it from others.
    """
    event = f"{kind}:{status}"
    if event in ANNOUNCED:
        told = {"told": event, "of_kind": kind, "subject": subject_id, "whose": organization, "now": utc_now()}
        if session.execute(_announcing(), told).rowcount > 0:  # type: ignore[attr-defined]
            call(session, TELL_WEBHOOKS)


@cache
def _announcing() -> Insert:
    """Return what adds a delivery for each webhook that is told of an event. Made once."""
    w, e, d, c = columns(Webhook), columns(WebhookEvent), columns(WebhookDelivery), columns(Change)
    kind, subject = bindparam("of_kind", type_=d.kind.type), bindparam("subject", type_=d.subject_id.type)
    told, now = bindparam("told", type_=d.event.type), bindparam("now", type_=d.due_at.type)
    whose = bindparam("whose", type_=w.organization_code.type)
    move = select(func.max(c.position)).where(c.subject_kind == kind, c.subject_id == subject).scalar_subquery()
    asked = (
        select(e.webhook_id, told, subject, cast(move, String), kind, now, literal("waiting"), literal(0), now)
        .join_from(table_of(WebhookEvent), table_of(Webhook), w.id == e.webhook_id)
        .where(e.event == told, w.stopped_for.is_(None))
        .where(or_(w.organization_code.is_(None), w.organization_code == whose))
    )
    names = ["webhook_id", "event", "subject_id", "occasion", "kind", "happened_at", "status", "attempt", "due_at"]
    return insert(table_of(WebhookDelivery)).from_select(names, asked).execution_options(preserve_rowcount=True)
