"""Rows by the thousand: written and read in a few statements, whatever their number."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Dialect, Select, Table, delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models.base import table_of

T = TypeVar("T")

AT_ONCE = 5_000
"""Ids in one statement; SQLite takes 32,766 values."""
FEW = 500
"""Whole rows in one statement with its values."""
MOST_VALUES = 32_766
"""Values of one statement: SQLite takes no more."""

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


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows``, by the names of the first, as ``insert_tuples`` does."""
    if rows:
        insert_tuples(session, model, tuple(rows[0]), [tuple(row.values()) for row in rows])


def insert_tuples(
    session: Session, model: type[SQLModel], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert ``rows``, each the values of the columns ``names``; all other columns take the database's defaults.

    Hundreds of rows a statement, whose text is made once: half the time of a statement a row, and a fifth of what the
    making of a statement from dictionaries takes, which counts with 100,000.
    """
    if not rows:
        return
    connection = session.connection()
    whole, dialect = table_of(model), connection.dialect
    most = min(FEW, MOST_VALUES // len(names))
    full = _insertion(whole, names, most, dialect) if len(rows) >= most else ""
    for some in batches(_bound(whole, names, rows, dialect), most):
        text = full if len(some) == most else _insertion(whole, names, len(some), dialect)
        connection.exec_driver_sql(text, tuple(chain.from_iterable(some)))


def _insertion(whole: Table, names: Sequence[str], count: int, dialect: Dialect) -> str:
    """Return the statement that inserts ``count`` rows."""
    quoted = dialect.identifier_preparer.quote
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    row = f"({','.join([mark] * len(names))})"
    return (
        f"INSERT INTO {quoted(whole.name)} ({','.join(map(quoted, names))})"  # noqa: S608  (names of the models)
        f" VALUES {','.join([row] * count)}"
    )


def _bound(
    whole: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], dialect: Dialect
) -> Sequence[tuple[Any, ...]]:
    """Return the rows as the driver takes them: what a column's type does to a value, done."""
    changing = {
        place: process
        for place, name in enumerate(names)
        if (process := whole.c[name].type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    if not changing:
        return rows
    columns = [
        _each(changing[place], column) if place in changing else column
        for place, column in enumerate(zip(*rows, strict=True))
    ]
    return list(zip(*columns, strict=True))


def _each(process: Callable[[Any], Any], column: Sequence[Any]) -> list[Any]:
    if isinstance(column[0], datetime):
        # Rows written together bear the same moments.
        known = {value: process(value) for value in set(column)}
        return [known[value] for value in column]
    return list(map(process, column))


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
