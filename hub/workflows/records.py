"""Rows by the thousand: written and read in a few statements, whatever their number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, column, delete, insert, table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models.base import table_of

T = TypeVar("T")

AT_ONCE = 5_000
"""Ids in one statement; SQLite takes 32,766 values."""
FEW = 500
"""Whole rows in one statement with its values."""

Rows: TypeAlias = dict[type[SQLModel], list[dict[str, Any]]]
"""Rows to write, by table; those referred to come first."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many things were new, changed, or already there as told."""

    created: int
    changed: int
    unchanged: int


def write(session: Session, rows: Rows) -> None:
    """Insert ``rows``, table by table."""
    for model, told in rows.items():
        if told:
            session.execute(insert(table_of(model)), told)


def insert_new(
    session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]], *returning: ColumnElement[Any]
) -> list[Any]:
    """Insert the ``rows`` whose keys are not there yet, and return ``returning`` of those that were inserted.

    Who inserts a key that another transaction has just inserted waits for it to end.
    """
    statement = _inserting(session.get_bind().dialect.name, model, *returning)
    added: list[Any] = []
    for some in batches(rows, FEW):
        result = session.execute(statement, some)
        added += result.all() if returning else ()
    return added


@cache
def _inserting(dialect: str, model: type[SQLModel], *returning: ColumnElement[Any]) -> Any:
    made = (postgresql if dialect == "postgresql" else sqlite).insert(table_of(model)).on_conflict_do_nothing()
    return made.returning(*returning) if returning else made


def insert_tuples(
    session: Session, model: type[SQLModel], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert ``rows``, each the plain values of the columns ``names``; all other columns take the database's defaults.

    SQLite's driver takes tuples as they are: a third of the time of a dictionary a row, which counts with 100,000.
    """
    if not rows:
        return
    # Its own columns alone: the table as the model knows it would add what it fills in by default.
    statement = insert(table(table_of(model).name, *(column(name) for name in names)))
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def fetch(session: Session, query: Select[Any], key: ColumnElement[str], ids: Sequence[str] | None) -> Iterator[Any]:
    """Yield the rows of ``query`` whose ``key`` is one of ``ids`` (None: all)."""
    if ids is None:
        yield from session.execute(query)
        return
    for some in batches(ids):
        yield from session.execute(query.where(key.in_(some)))


def remove(session: Session, model: type[SQLModel], key: str, ids: Sequence[str]) -> None:
    """Delete the rows of ``model`` whose column ``key`` is one of ``ids``."""
    whole = table_of(model)
    for some in batches(ids):
        session.execute(delete(whole).where(whole.c[key].in_(some)))


def batches(ids: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Yield ``ids`` in lists of at most ``size``: by default short enough for one statement."""
    rest = iter(ids)
    while some := list(islice(rest, size)):
        yield some
