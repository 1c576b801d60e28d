"""What every table shares: ids, moments in UTC, names of constraints, and the checks used more than once."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from hub.db.faults import NoTimeZone

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING_CONVENTION

ID_LENGTH = 40
CODE_LENGTH = 6
MONTH_LENGTH = 7
TERM_LENGTH = 100
TEXT_LENGTH = 20_000
MOST_YEN = 1_000_000_000_000_000
MOST_HOURS = 744
"""Hours of a month with 31 days."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in, UTC coming out, also from SQLite, which knows no time zones."""

    impl = DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return ``value`` in UTC. NoTimeZone when it says no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise NoTimeZone("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return ``value`` as an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """Return an opaque id such as ``exp_3kq…``: 120 random bits behind ``prefix``."""
    return f"{prefix}_{secrets.token_hex(15)}"


def derived_id(prefix: str, *parts: str) -> str:
    """Return the id that belongs to ``parts``, the same every time: for samples, so that a demo is reproducible."""
    return f"{prefix}_{blake2b(chr(0).join(parts).encode(), digest_size=15).hexdigest()}"


def columns(model: type[SQLModel]) -> Any:
    """Return the columns of ``model``'s table, for column queries."""
    return table_of(model).c


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of ``model``."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def between(column: str, low: float, high: float, *, name: str | None = None) -> CheckConstraint:
    """Return a check that ``column`` lies within both limits; on SQLite the upper one also keeps text out."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=name or f"{column}_range")


def money(column: str) -> CheckConstraint:
    """Return a check that ``column`` is an amount of yen, not negative."""
    return between(column, 0, MOST_YEN, name=f"{column}_not_negative")


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """Return a check that ``column`` holds one of ``values``."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def is_month(column: str) -> CheckConstraint:
    """Return a check that ``column`` is a month as ``YYYY-MM``, in words both databases know."""
    months = ", ".join(f"'-{month:02d}'" for month in range(1, 13))
    return CheckConstraint(
        f"length({column}) = {MONTH_LENGTH} AND substr({column}, 5, 3) IN ({months}) "
        f"AND CAST(substr({column}, 1, 4) AS INTEGER) BETWEEN 1900 AND 2199",
        name=f"{column}_format",
    )


def not_empty(column: str) -> CheckConstraint:
    """Return a check that ``column`` has a character other than blanks."""
    return CheckConstraint(f"length(trim({column})) > 0", name=f"{column}_not_empty")


class Timestamps(SQLModel):
    """When a row was made and last changed, in UTC."""

    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)


class Edited(Timestamps):
    """A row people edit: ``version`` counts its changes, so that two at once are noticed."""

    version: int = Field(default=1, nullable=False)
