"""Answers kept for a while, so that a request sent twice has its effect once."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from hub.models.base import ID_LENGTH, UtcDateTime, between

KEY_LENGTH = 255
ROUTE_LENGTH = 200
DIGEST_LENGTH = 64


class KeptAnswer(SQLModel, table=True):
    """The answer to a request with a key. ``digest``: SHA-256 of its body; ``status`` 0 until the transaction ends.

    The row is written in the transaction of the effect: both are there or neither is.
    """

    __tablename__ = "kept_answers"
    __table_args__ = (
        between("status", 0, 299),
        CheckConstraint(f"length(digest) = {DIGEST_LENGTH}", name="digest_length"),
    )

    actor_id: str = Field(primary_key=True, max_length=ID_LENGTH)
    key: str = Field(primary_key=True, max_length=KEY_LENGTH)
    route: str = Field(max_length=ROUTE_LENGTH)
    digest: str = Field(max_length=DIGEST_LENGTH)
    status: int = 0
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    body: bytes = Field(default=b"", sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=UtcDateTime, nullable=False, index=True)
