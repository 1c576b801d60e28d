"""Notifications (お知らせ): who is told what, once; the mail about it waiting to be sent; and who wants none."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.models.accounts import OF_ACCOUNT
from hub.models.base import ID_LENGTH, UtcDateTime, between, not_empty, one_of, utc_now

MailStatus = Literal["waiting", "sending", "sent", "failed", "uncertain", "dropped"]

MAIL_STATUSES: tuple[str, ...] = get_args(MailStatus)
EVENT_LENGTH = 80
KIND_LENGTH = 40
OCCASION_LENGTH = 40
MOST_ATTEMPTS = 1000


class Notification(SQLModel, table=True):
    """One person told of one event, at most once. ``event``: ``subject:what``; what it is about: ``kind`` and its id.

    ``occasion`` tells two events of one subject apart: which move it was, or which deadline.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("account_id", "event", "kind", "subject_id", "occasion", name="uq_notifications_once"),
        not_empty("event"),
        Index("ix_notifications_account_id_created_at", "account_id", "created_at"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH)
    event: str = Field(max_length=EVENT_LENGTH)
    kind: str = Field(max_length=KIND_LENGTH)
    subject_id: str = Field(max_length=ID_LENGTH)
    occasion: str = Field(max_length=OCCASION_LENGTH)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class OutgoingMail(SQLModel, table=True):
    """A mail about a notification; it holds nobody's name or address, which are looked up when it is sent.

    ``attempt`` is the fence of the sender at work: it grows with each claim. ``sending`` is committed before the server
    is spoken to; what is found ``sending`` without a sender has an unknown end and becomes ``uncertain``, which is not
    sent again. ``reply``: the last code of the server (0: no connection).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("status", MAIL_STATUSES),
        between("attempt", 0, MOST_ATTEMPTS),
        Index("ix_outbox_status_due_at", "status", "due_at"),
    )

    notification_id: str = Field(
        primary_key=True, foreign_key="notifications.id", ondelete="CASCADE", max_length=ID_LENGTH
    )
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH, index=True)
    template: str = Field(max_length=EVENT_LENGTH)
    status: str = Field(default="waiting", max_length=20)
    attempt: int = 0
    due_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    reply: int | None = Field(default=None, nullable=True)


class MailPreference(SQLModel, table=True):
    """Whether an account wants mail about an event; without a row it does. In the service everybody is told."""

    __tablename__ = "mail_preferences"

    account_id: str = Field(primary_key=True, foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH)
    event: str = Field(primary_key=True, max_length=EVENT_LENGTH)
    mail: bool
