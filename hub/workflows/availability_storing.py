"""Months of experts written by themselves: added or changed in place, never deleted, whatever else the row holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.models import Availability, Expert
from hub.models.base import columns, table_of, utc_now
from hub.workflows.records import batches, fetch

FIELDS = ("expert_id", "month", "hours", "engagements", "onsite_days")
ROWS_AT_ONCE = 20_000


class MonthRow(NamedTuple):
    """What an expert can take on in a month, as it is stored."""

    expert_id: str
    month: str
    hours: float
    engagements: int
    onsite_days: float


@dataclass(frozen=True, slots=True)
class RefusedMonth:
    """A row the database refuses, by its position among those told, and the field its rule is about."""

    position: int
    field: str


def read_months(session: Session, expert_ids: Sequence[str]) -> dict[tuple[str, str], tuple[float, int, float]]:
    """Return (hours, engagements, onsite days) of every month of the experts, by (expert, month)."""
    a = columns(Availability)
    query = select(*(a[name] for name in FIELDS))
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in fetch(session, query, a.expert_id, expert_ids)}


def store_months(session: Session, rows: Sequence[MonthRow], *, valid_only: bool = False) -> list[RefusedMonth]:
    """Write ``rows``, one for each expert and month; months not told stay. Return those the database refuses.

    With any refused nothing is written, unless ``valid_only``. The experts' versions go up.
    """
    with session.begin_nested() as whole:
        refused: list[RefusedMonth] = []
        for first in range(0, len(rows), ROWS_AT_ONCE):
            _attempt(session, rows, first, min(first + ROWS_AT_ONCE, len(rows)), refused)
        if refused and not valid_only:
            whole.rollback()
            return refused
        left_out = {one.position for one in refused}
        _touch(session, {row.expert_id for position, row in enumerate(rows) if position not in left_out})
    return refused


def _attempt(session: Session, rows: Sequence[MonthRow], first: int, last: int, refused: list[RefusedMonth]) -> None:
    """Write the rows from ``first`` to below ``last``; where the database refuses some, find them by halving."""
    try:
        with session.begin_nested():
            _upsert(session, rows[first:last])
    except IntegrityError as error:
        if last - first == 1:
            refused.append(RefusedMonth(first, field_of(error)))
            return
        middle = (first + last) // 2
        _attempt(session, rows, first, middle, refused)
        _attempt(session, rows, middle, last, refused)


def _upsert(session: Session, rows: Sequence[MonthRow]) -> None:
    connection = session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    insert: Any = sqlite.insert if is_sqlite else postgresql.insert
    statement = insert(table_of(Availability))
    told = {name: statement.excluded[name] for name in FIELDS[2:]}
    statement = statement.on_conflict_do_update(index_elements=FIELDS[:2], set_=told)
    if is_sqlite:
        # The driver takes the tuples as they are; a dictionary a row would double the time.
        compiled = statement.compile(dialect=connection.dialect, column_keys=FIELDS)
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.execute(statement, [row._asdict() for row in rows])


def _touch(session: Session, expert_ids: set[str]) -> None:
    """Note that the experts changed, so that a page opened before notices."""
    e = columns(Expert)
    for some in batches(sorted(expert_ids)):
        changed = update(table_of(Expert)).where(e.id.in_(some))
        session.execute(changed.values(version=e.version + 1, updated_at=utc_now()))


def field_of(error: IntegrityError) -> str:
    """Return the field of a month that the broken rule is about; its name is in every database's message."""
    said = str(error.orig)
    return next(
        (field for field, word in (("engagements", "engagement"), ("onsite_days", "day")) if word in said), "hours"
    )
