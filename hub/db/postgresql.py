"""PostgreSQL's side of the engine: one driver, UTC, bounded waits, and errors that say nothing of a row.

Isolation: a reader has a snapshot of its own (REPEATABLE READ, READ ONLY), because a page promises one state; a writer
works at READ COMMITTED and locks what it decides on, so that waiting, and not failing, is the usual case.
"""

import select
import time
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Dialect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from hub.settings import Settings

DRIVER = "postgresql+psycopg"
PLAIN = frozenset({"postgresql", "postgres"})
APPLICATION = "talent-hub"
CONNECT_SECONDS = 10
IDLE_SECONDS = 900
"""A transaction that waits this long for its own program is ended: it would hold its locks for ever."""
MIGRATE_SECONDS = 120
MIGRATE_LOCK = 0x6875_62
"""The advisory lock of changes to the schema ("hub")."""

RESTED = "hub_rested_since"
RESTED_SECONDS = 5.0
"""A connection used within this time is not asked whether its server is there, unless there is word from it."""

ISOLATION = {"read": "REPEATABLE READ", "write": "READ COMMITTED", "migrate": "READ COMMITTED"}

VALUES = "22"
"""The class of SQLSTATE whose very message quotes a value; others do so only in their details."""


def connect_arguments(url: URL) -> dict[str, Any]:
    """Return what each connection is opened with, where ``url`` does not say otherwise."""
    usual: dict[str, Any] = {
        "application_name": APPLICATION,
        "connect_timeout": CONNECT_SECONDS,
        "client_encoding": "utf8",
    }
    return {name: value for name, value in usual.items() if name not in url.query}


def on_connect(settings: Settings, connection: Any, _record: Any) -> None:
    """Set a new connection up, in one round trip."""
    told = {
        "timezone": "'UTC'",
        "lock_timeout": round(settings.database_wait_seconds * 1000),
        "statement_timeout": round(settings.database_statement_seconds * 1000),
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
    }
    try:
        connection.execute("; ".join(f"SET {name} = {value}" for name, value in told.items()))
        connection.commit()
    except psycopg.Error:
        # The pool does not know it yet, and would leave it open.
        connection.close()
        raise


def on_checkin(connection: Any, record: Any) -> None:
    """Remember since when a connection rests."""
    if connection is not None:
        record.info[RESTED] = time.monotonic()


def on_checkout(dialect: Dialect, connection: Any, record: Any, _fairy: Any) -> None:
    """Ask the server of a connection that has rested whether it is there, and have it replaced when it is not.

    Where many come at once each question is a round trip for nothing. A server that ends says so on the connection.
    """
    since = record.info.get(RESTED)
    if since is None or (time.monotonic() - since < RESTED_SECONDS and not _has_word(connection)):
        return
    try:
        dialect.do_ping(connection)
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error


def _has_word(connection: Any) -> bool:
    if connection.closed:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def begin(connection: Connection, mode: str) -> None:
    """Let a change of the schema take its time, and wait for another process that is at one."""
    if mode == "migrate":
        connection.exec_driver_sql(
            f"SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '{MIGRATE_SECONDS}s'; "
            f"SELECT pg_advisory_xact_lock({MIGRATE_LOCK})"
        )


def hide_values(context: ExceptionContext) -> None:
    """Take the values of rows out of a driver's error: PostgreSQL quotes whole rows in its details."""
    original = context.original_exception
    state = getattr(original, "sqlstate", None)
    if state is None:
        return
    diagnosis = original.diag  # type: ignore[attr-defined]
    place = diagnosis.constraint_name or diagnosis.column_name or ""
    said = type(original).__name__ if state.startswith(VALUES) else diagnosis.message_primary or type(original).__name__
    told = f"{said} [{state}{' ' + place if place and place not in said else ''}]"
    original.args = (told,)
    if isinstance(context.sqlalchemy_exception, DBAPIError):
        context.sqlalchemy_exception.args = (f"({type(original).__module__}.{type(original).__name__}) {told}",)
