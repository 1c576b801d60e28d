"""A table's rows as lines of JSON, the same for the same rows whatever the database, and back."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Insert,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    bindparam,
    cast,
    insert,
    select,
)
from sqlalchemy import column as bare_column
from sqlalchemy import table as bare_table
from sqlmodel import SQLModel

import hub.models  # noqa: F401  (makes every table known)
from hub.db.live import LIVE_TABLES
from hub.models.base import UtcDateTime

AT_ONCE = 1_000
LARGE_AT_ONCE = 8
"""Rows in memory at a time, and of a table that has files in it."""

Coder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """How the rows of a table are read, told and written on one kind of database."""

    name: str
    columns: tuple[str, ...]
    query: Select[Any]
    statement: Insert
    _told: tuple[Coder | None, ...]
    _meant: tuple[Coder | None, ...]

    def lines(self, connection: Connection) -> Iterator[bytes]:
        """Yield each row in the order of its key as a line of JSON, few of them in memory at a time.

        Raises ValueError for a number that is none.
        """
        for row in connection.execute(self.query):
            values = (
                value if coder is None or value is None else coder(value)
                for coder, value in zip(self._told, row, strict=True)
            )
            line = json.dumps(dict(zip(self.columns, values, strict=True)), ensure_ascii=False, allow_nan=False)
            yield line.encode() + b"\n"

    def values(self, line: bytes) -> dict[str, Any]:
        """Return the values to store that a line tells. Raises ValueError or TypeError when it is no row of this."""
        told = json.loads(line)
        if not isinstance(told, dict) or tuple(told) != self.columns:
            raise ValueError
        return {
            name: value if coder is None or value is None else coder(value)
            for coder, (name, value) in zip(self._meant, told.items(), strict=True)
        }


def tables() -> tuple[Table, ...]:
    """Return every table of the hub that an archive holds, each behind those its foreign keys name."""
    return tuple(table for table in SQLModel.metadata.sorted_tables if table.name not in LIVE_TABLES)


def rows_of(table: Table, dialect: str) -> Rows:
    """Return how to read, tell and write ``table`` on a kind of database (``sqlite`` or ``postgresql``)."""
    postgresql = dialect == "postgresql"
    # JSON stays the text it is: reading it and writing it anew could change its numbers.
    kept = bare_table(
        table.name, *(bare_column(c.name, Text() if _is_json(c) and not postgresql else c.type) for c in table.c)
    )
    read = [cast(kept.c[c.name], Text).label(c.name) if _is_json(c) and postgresql else kept.c[c.name] for c in table.c]
    written: Mapping[str, Any] = {
        c.name: cast(bindparam(c.name, type_=Text()), JSON) if _is_json(c) and postgresql else bindparam(c.name)
        for c in table.c
    }
    size = LARGE_AT_ONCE if any(isinstance(c.type, LargeBinary) for c in table.c) else AT_ONCE
    # Byte by byte, as SQLite orders text, and not by a language.
    order = [
        kept.c[c.name].collate("C") if postgresql and isinstance(c.type, String) else kept.c[c.name]
        for c in table.primary_key
    ]
    return Rows(
        table.name,
        tuple(c.name for c in table.c),
        select(*read).order_by(*order).execution_options(yield_per=size),
        insert(kept).values(written),
        tuple(_telling(c) for c in table.c),
        tuple(_meaning(c) for c in table.c),
    )


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _telling(column: Column[Any]) -> Coder | None:
    if isinstance(column.type, UtcDateTime | Date):
        return lambda value: value.isoformat()
    if isinstance(column.type, LargeBinary):
        return lambda value: base64.b64encode(value).decode()
    return None


def _meaning(column: Column[Any]) -> Coder | None:
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(column.type, Date):
        return date.fromisoformat
    if isinstance(column.type, LargeBinary):
        return lambda text: base64.b64decode(text, validate=True)
    return None
