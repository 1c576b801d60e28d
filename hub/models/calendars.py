"""Calendar subscriptions: the private address a calendar program reads an expert's calendar at, without signing in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.models.accounts import OF_ACCOUNT
from hub.models.base import ID_LENGTH, UtcDateTime, utc_now
from hub.models.experts import OF_EXPERT

TOKEN_HASH_LENGTH = 64


class CalendarFeed(SQLModel, table=True):
    """An expert's one subscription. ``token_hash``: SHA-256 of the address's secret, which is kept nowhere.

    ``account_id``: whose it is; it stops with the account. ``handed_out_on``: the last day (in Japan) it was read.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint(f"length(token_hash) = {TOKEN_HASH_LENGTH}", name="token_hash_length"),
    )

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH, index=True)
    token_hash: str = Field(max_length=TOKEN_HASH_LENGTH)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    handed_out_on: date | None = None
