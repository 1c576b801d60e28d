"""How the service is, in figures: how many runs and letters are in which state. No ids, and nothing of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hub.models import OutgoingMail, Plan, WebhookDelivery
from hub.models.base import columns
from hub.models.notifications import MAIL_STATUSES
from hub.models.plans import RUN_STATUSES
from hub.models.webhooks import DELIVERY_STATUSES


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """Counts by status, every status named; ``oldest_queued``: seconds the run that waits longest has waited, or 0."""

    runs: Mapping[str, int]
    mail: Mapping[str, int]
    webhooks: Mapping[str, int]
    oldest_queued: float


def count_service(session: Session, now: datetime) -> ServiceFigures:
    """Return the figures of this moment."""
    p, m, d = columns(Plan), columns(OutgoingMail), columns(WebhookDelivery)
    runs = _by_status(session, p.status)
    mail, hooks = _by_status(session, m.status), _by_status(session, d.status)
    first = session.execute(select(func.min(p.created_at)).where(p.status == "queued")).scalar_one()
    return ServiceFigures(
        {status: runs.get(status, 0) for status in RUN_STATUSES},
        {status: mail.get(status, 0) for status in MAIL_STATUSES},
        {status: hooks.get(status, 0) for status in DELIVERY_STATUSES},
        max(0.0, (now - first).total_seconds()) if first else 0.0,
    )


def _by_status(session: Session, status: ColumnElement[str]) -> dict[str, int]:
    return {found: int(count) for found, count in session.execute(select(status, func.count()).group_by(status))}
