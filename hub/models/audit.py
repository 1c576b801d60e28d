"""The audit log: a chain of records nobody changes, and beside it the personal details that may be erased."""

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text
from sqlmodel import Field, SQLModel

from hub.models.base import ID_LENGTH, between

ACTION_LENGTH = 80
KIND_LENGTH = 40
MOMENT_LENGTH = 27
"""``2026-11-21T09:30:00.000000Z``."""
HASH_LENGTH = 64
"""SHA-256 in hexadecimal."""
MOST_RECORDS = 9_000_000_000_000_000

OF_RECORD = "audit_records.seq"
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A number that is SQLite's own key of a row, which is always an integer."""


def _hash(column: str) -> CheckConstraint:
    return CheckConstraint(f"length({column}) = {HASH_LENGTH}", name=f"{column}_length")


class AuditRecord(SQLModel, table=True):
    """One thing that happened. ``seq`` counts from 1 without gaps; triggers refuse every change and removal.

    ``at`` is the text that was hashed (UTC, microseconds), ``before`` and ``after`` canonical JSON of codes, ids and
    numbers. ``commitment``: salted hash of the record's ``AuditDetail``, None when it has none. ``previous``: the hash
    of the record before; ``hash``: of this one with it. ``subject_id`` may be empty (a list, the whole hub).
    """

    __tablename__ = "audit_records"
    __table_args__ = (
        between("seq", 1, MOST_RECORDS),
        CheckConstraint(f"length(at) = {MOMENT_LENGTH}", name="at_length"),
        _hash("commitment"),
        _hash("previous"),
        _hash("hash"),
        Index("ix_audit_records_at", "at"),
        Index("ix_audit_records_actor_id", "actor_id", "seq"),
        Index("ix_audit_records_subject", "kind", "subject_id", "seq"),
    )

    seq: int = Field(primary_key=True, sa_type=NUMBER, sa_column_kwargs={"autoincrement": False})
    at: str = Field(max_length=MOMENT_LENGTH)
    actor_id: str = Field(max_length=ID_LENGTH)
    action: str = Field(max_length=ACTION_LENGTH)
    kind: str = Field(max_length=KIND_LENGTH)
    subject_id: str = Field(max_length=ID_LENGTH)
    before: str | None = Field(default=None, sa_type=Text, nullable=True)
    after: str | None = Field(default=None, sa_type=Text, nullable=True)
    commitment: str | None = Field(default=None, max_length=HASH_LENGTH, nullable=True)
    previous: str = Field(max_length=HASH_LENGTH)
    hash: str = Field(max_length=HASH_LENGTH)


class AuditDetail(SQLModel, table=True):
    """The personal part of a record: canonical JSON and the random ``salt`` its commitment was made with.

    It may be deleted, which is itself recorded, and never changed. Without the salt the commitment tells nothing.
    """

    __tablename__ = "audit_details"
    __table_args__ = (_hash("salt"),)

    seq: int = Field(
        primary_key=True,
        foreign_key=OF_RECORD,
        ondelete="RESTRICT",
        sa_type=NUMBER,
        sa_column_kwargs={"autoincrement": False},
    )
    salt: str = Field(max_length=HASH_LENGTH)
    content: str = Field(sa_type=Text)


class AuditHead(SQLModel, table=True):
    """The one row that says where the chain ends; locked last in a transaction, so that records are in one order."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="id_one"), between("seq", 0, MOST_RECORDS), _hash("hash"))

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=HASH_LENGTH)
