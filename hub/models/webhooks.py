"""Webhooks: other systems that are told of what happens, and what each is yet to be told."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field, SQLModel

from hub.models.base import CODE_LENGTH, ID_LENGTH, UtcDateTime, between, not_empty, one_of, utc_now
from hub.models.notifications import EVENT_LENGTH, KIND_LENGTH, MOST_ATTEMPTS, OCCASION_LENGTH

DeliveryStatus = Literal["waiting", "sending", "sent", "failed", "uncertain", "dropped"]

DELIVERY_STATUSES: tuple[str, ...] = get_args(DeliveryStatus)
LONGEST_URL = 2000


class Webhook(SQLModel, table=True):
    """An address that is told of events: of one organization's, or of all (``organization_code`` None).

    ``secret``: what deliveries are signed with, encrypted with a key that is not in the database; ``former_secret``
    signs besides until ``former_until``. ``failing_since``: when the first of the failures in a row was; None: none.
    ``stopped_for``: why it is not told any more, None while it is.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        not_empty("url"),
        CheckConstraint("stopped_for IS NULL OR stopped_for IN ('person', 'failing')", name="stopped_for_known"),
        between("failures", 0, 1_000_000),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    organization_code: str | None = Field(
        default=None, foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, nullable=True
    )
    url: str = Field(max_length=LONGEST_URL)
    secret: str = Field(sa_type=Text)
    former_secret: str | None = Field(default=None, sa_type=Text, nullable=True)
    former_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    failures: int = 0
    stopped_for: str | None = Field(default=None, max_length=20, nullable=True)


class WebhookEvent(SQLModel, table=True):
    """An event a webhook is told of."""

    __tablename__ = "webhook_events"

    webhook_id: str = Field(primary_key=True, foreign_key="webhooks.id", ondelete="CASCADE", max_length=ID_LENGTH)
    event: str = Field(primary_key=True, max_length=EVENT_LENGTH, index=True)


class WebhookDelivery(SQLModel, table=True):
    """One event for one address, at most once unless it failed. It holds ids and the event's name, and no content.

    ``occasion`` tells two events of one subject apart: which of its moves it was. ``attempt`` is the fence of the
    sender at work. ``reply``: the last status of the receiver (0: not reached).
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("status", DELIVERY_STATUSES),
        between("attempt", 0, MOST_ATTEMPTS),
        Index("ix_webhook_deliveries_status_due_at", "status", "due_at"),
    )

    webhook_id: str = Field(primary_key=True, foreign_key="webhooks.id", ondelete="CASCADE", max_length=ID_LENGTH)
    event: str = Field(primary_key=True, max_length=EVENT_LENGTH)
    subject_id: str = Field(primary_key=True, max_length=ID_LENGTH)
    occasion: str = Field(primary_key=True, max_length=OCCASION_LENGTH)
    kind: str = Field(max_length=KIND_LENGTH)
    happened_at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    status: str = Field(default="waiting", max_length=20)
    attempt: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    reply: int | None = Field(default=None, nullable=True)
