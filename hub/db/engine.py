"""The database engine: SQLite by default, with the care it needs; PostgreSQL by URL.

An engine begins a transaction by one of three modes (an execution option): ``read`` refuses writes, ``write`` takes
SQLite's one write lock at once (``BEGIN IMMEDIATE``), so that no two writers decide on the same stale value, and
``migrate`` has foreign keys off, because SQLite changes a table by making it anew.
"""

import sqlite3
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy import create_engine as sqlalchemy_engine

from hub.settings import Settings

MODE = "hub_mode"
BUSY_MILLISECONDS = 15_000
PRIVATE = 0o700

Mode = Literal["read", "write", "migrate"]


def create_engine(settings: Settings) -> Engine:
    """Return an engine for ``settings``; the data folder is made, readable by its owner alone, when it is missing."""
    url = make_url(settings.url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    # SQLAlchemy's errors would otherwise print the values of a row, and with them people's names.
    engine = sqlalchemy_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def in_mode(engine: Engine, mode: Mode) -> Engine:
    """Return ``engine`` beginning its transactions by ``mode``; connections are shared."""
    return engine.execution_options(**{MODE: mode, "postgresql_readonly": mode == "read"})


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions would begin too late and without the lock.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {BUSY_MILLISECONDS}"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    mode: Mode = connection.get_execution_options().get(MODE, "read")
    # Both pragmas are without effect inside a transaction, and a connection comes back from the pool as it was left.
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if mode == 'migrate' else 'ON'}")
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if mode == 'read' else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
