"""SQLite's side of the engine: WAL, nothing lost, foreign keys on, and transactions that say what they are."""

import sqlite3
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import ExceptionContext

from hub.db.faults import BeyondTheDatabase
from hub.settings import Settings

SYNCHRONOUS = "FULL"
"""A transaction is on the disk before it is confirmed."""
PREPARED = "hub_prepared_for"
"""The mode a connection is prepared for."""


def on_connect(settings: Settings, connection: sqlite3.Connection, _record: Any) -> None:
    """Set a new connection up. A writer waits for the one before it as long as ``settings`` say."""
    # The driver's own transactions would begin too late and without the lock.
    connection.isolation_level = None
    waits = round(settings.database_wait_seconds * 1000)
    for pragma in ("journal_mode = WAL", f"synchronous = {SYNCHRONOUS}", f"busy_timeout = {waits}"):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection, mode: str) -> None:
    """Begin a transaction by its mode."""
    _prepare(connection, mode)
    if mode == "read":
        # Waits for nobody and is what every request begins with: without the statement's own machinery a tenth of it.
        _driver(connection).execute("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare(connection: Connection, mode: str) -> None:
    """Set what a mode checks and refuses, unless the connection came back from the pool as it has to be.

    Both pragmas are without effect inside a transaction, and nothing else sets them.
    """
    if connection.info.get(PREPARED) == mode:
        return
    connection.info.pop(PREPARED, None)
    raw = _driver(connection)
    raw.execute(f"PRAGMA foreign_keys = {'OFF' if mode == 'migrate' else 'ON'}")
    raw.execute(f"PRAGMA query_only = {'ON' if mode == 'read' else 'OFF'}")
    connection.info[PREPARED] = mode


def _driver(connection: Connection) -> sqlite3.Connection:
    raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return raw


def name_overflow(context: ExceptionContext) -> None:
    """Raise BeyondTheDatabase for the bare OverflowError of sqlite3, which could come from anywhere in a program."""
    if isinstance(context.original_exception, OverflowError):
        raise BeyondTheDatabase("an integer of more than 64 bits") from context.original_exception
