"""Every move of a thing from one state to the next: who, when and why."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.models.base import ID_LENGTH, TERM_LENGTH, TEXT_LENGTH, UtcDateTime, utc_now


class Change(SQLModel, table=True):
    """One move. ``subject_kind``: which life cycle; ``position`` counts the moves of one subject from 1.

    ``actor_id``: an account, or ``system``. ``reason_code``: one of the move's codes; ``reason``: the person's words.
    """

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_at", "at"),)

    subject_kind: str = Field(primary_key=True, max_length=20)
    subject_id: str = Field(primary_key=True, max_length=ID_LENGTH)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    move: str = Field(max_length=40)
    from_status: str = Field(max_length=30)
    to_status: str = Field(max_length=30)
    actor_id: str = Field(max_length=ID_LENGTH)
    reason_code: str | None = Field(default=None, max_length=TERM_LENGTH)
    reason: str | None = Field(default=None, max_length=TEXT_LENGTH)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
