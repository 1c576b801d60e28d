"""What a database holds, told by a count and a digest for each table: two that agree hold the same rows.

The digests of SQLite and of PostgreSQL are made differently, each where its rows are; they compare databases of one
kind. Moving from one kind to the other has digests of its own (``hub.workflows.archives``).
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, text

from hub.db.pace import Rest, without_rest
from hub.db.queue_names import is_queue

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A table's content: how many ``rows``, and a ``digest`` (hexadecimal) of them all."""

    rows: int
    digest: str


Content = dict[str, Fingerprint]


def fingerprints(connection: Connection, rest: Rest = without_rest) -> Content:
    """Return the fingerprint of every table, by name, as ``connection`` sees them in its transaction.

    On PostgreSQL they are those of the schema its tables are made in, but for the queue's: they hold nobody's data.
    """
    names = sorted(name for name in inspect(connection).get_table_names() if not is_queue(name))
    if connection.dialect.name == "sqlite":
        return {name: _of_sqlite(connection, name, rest) for name in names}
    connection.exec_driver_sql(TEXT_FORM)
    found = {}
    for name in names:
        row = connection.execute(text(digest_query(name))).one()
        found[name] = Fingerprint(row.rows, row.digest)
        rest()
    return found


class _Text(bytes):
    """Text as SQLite stores it, told apart from a blob of the same bytes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"t{super().__repr__()}"


def _of_sqlite(connection: Connection, table: str, rest: Rest) -> Fingerprint:
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"]
    order = ", ".join(f'"{column}"' for column in key) or "rowid"
    # The columns in one order whatever the order they were added in: migrating up and down may change that.
    listed = ", ".join(
        f'"{name}"' for name in sorted(column["name"] for column in inspect(connection).get_columns(table))
    )
    raw: Any = connection.connection.driver_connection
    kept, raw.text_factory = raw.text_factory, _Text
    digest, rows = hashlib.sha256(), 0
    try:
        cursor = raw.execute(f'SELECT {listed} FROM "{table}" ORDER BY {order}')  # noqa: S608
        while some := cursor.fetchmany(AT_ONCE):
            rows += len(some)
            digest.update("\n".join(map(repr, some)).encode() + b"\n")
            rest()
    finally:
        raw.text_factory = kept
    return Fingerprint(rows, digest.hexdigest())


TEXT_FORM = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'iso_8601'; "
    "SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1"
)
"""What decides how PostgreSQL writes a row as text: the same for a dump and for what came of it."""


def digest_query(table: str) -> str:
    """Return the statement that counts and digests a table of PostgreSQL, where it is and in whatever order.

    The digest is the sum of 120 bits of each row's SHA-256, in two halves. ``TEXT_FORM`` has to hold.
    """
    halves = (f"coalesce(sum(('x' || substr(h, {start}, 15))::bit(60)::bigint), 0)" for start in (1, 16))
    hashed = f"SELECT encode(sha256(convert_to(t::text, 'UTF8')), 'hex') AS h FROM \"{table}\" AS t"  # noqa: S608
    return f"SELECT count(*) AS rows, concat_ws('-', {', '.join(halves)}) AS digest FROM ({hashed}) AS hashed"  # noqa: S608
