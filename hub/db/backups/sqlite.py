"""Backups of SQLite: a copy by its own backup interface, put back table by table in one transaction."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from hub.db.backups.container import damaged, differing
from hub.db.engine import in_mode
from hub.db.fingerprints import Content, fingerprints
from hub.db.live import end_live
from hub.db.pace import Rest

PAGES = 256
"""Pages copied at a time: a megabyte."""


def copy_to(connection: Connection, path: Path, rest: Rest) -> None:
    """Write what ``connection`` sees, in its reading transaction, to a new database file at ``path``.

    The transaction is what makes pauses possible: the copy is of one state, where it would otherwise begin anew
    whenever somebody writes. Meanwhile the write-ahead log grows by what is written.
    """
    connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1")  # only now the state is fixed
    source: Any = connection.connection.driver_connection
    target = sqlite3.connect(path, isolation_level=None)
    descriptor = os.open(path, os.O_RDWR)
    try:
        target.execute("PRAGMA synchronous = OFF")

        def pause(status: int, remaining: int, total: int) -> None:  # noqa: ARG001
            # Flushed bit by bit: one large flush would make every writer's own wait for it.
            os.fsync(descriptor)
            rest()

        source.backup(target, pages=PAGES, progress=pause)
        # A file of its own, that needs no others beside it.
        target.execute("PRAGMA journal_mode = DELETE")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        target.close()


def put_back(engine: Engine, path: Path, wanted: Content) -> None:
    """Make the database what the file at ``path`` holds; nothing changes unless every table is as ``wanted``.

    One transaction: whoever reads meanwhile sees the old state, whoever writes waits. Raises Conflict.
    """
    _check(path)
    with in_mode(engine, "migrate").connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("ATTACH DATABASE ? AS kept", [str(path)])
        try:
            with connection.begin():
                _clear(connection)
                _fill(connection)
                if (where := differing(wanted, fingerprints(connection))) or _has_dangling(connection):
                    raise damaged(where)
                end_live(connection)
        finally:
            raw.execute("DETACH DATABASE kept")


def _check(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            good = connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    except sqlite3.DatabaseError as error:
        raise damaged() from error
    if not good:
        raise damaged()


def _clear(connection: Connection) -> None:
    """Drop everything there is. Triggers first: those of one table may speak of another."""
    query = "SELECT type, name FROM main.sqlite_master WHERE type = :type AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    for kind in ("trigger", "view", "table"):
        for row in connection.execute(text(query), {"type": kind}).all():
            connection.exec_driver_sql(f'DROP {row.type} main."{row.name}"')


def _fill(connection: Connection) -> None:
    """Make everything the attached file has, rows before indexes and triggers."""
    query = (
        "SELECT type, name, sql FROM kept.sqlite_master WHERE type = :type AND sql IS NOT NULL"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    )
    for kind in ("table", "index", "view", "trigger"):
        for row in connection.execute(text(query), {"type": kind}).all():
            connection.exec_driver_sql(row.sql)
            if kind == "table":
                connection.exec_driver_sql(f'INSERT INTO main."{row.name}" SELECT * FROM kept."{row.name}"')  # noqa: S608


def _has_dangling(connection: Connection) -> bool:
    return connection.exec_driver_sql("PRAGMA main.foreign_key_check").first() is not None
