"""The database engine: SQLite by default, PostgreSQL by URL, each with the care it needs.

An engine begins a transaction by one of three modes (an execution option): ``read`` sees one state of the database
throughout and refuses writes, ``write`` takes SQLite's one write lock at once (``BEGIN IMMEDIATE``), so that no two
writers decide on the same stale value – on PostgreSQL a writer locks the rows it decides on (``with_for_update``) –,
and ``migrate`` changes the schema, one process at a time.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy import create_engine as sqlalchemy_engine

from hub.db import postgresql, sqlite
from hub.settings import Settings

MODE = "hub_mode"
PRIVATE = 0o700
RENEWED_SECONDS = 1800
"""A connection older than this is opened anew: a failover or a firewall may have ended it unseen."""

Mode = Literal["read", "write", "migrate"]


def database_url(settings: Settings) -> URL:
    """Return the URL of ``settings`` with its driver: plain ``postgresql://`` means psycopg."""
    url = make_url(settings.url)
    return url.set(drivername=postgresql.DRIVER) if url.drivername in postgresql.PLAIN else url


def create_engine(settings: Settings) -> Engine:
    """Return an engine for ``settings``; the data folder is made, readable by its owner alone, when it is missing."""
    url = database_url(settings)
    options: dict[str, Any] = {
        # SQLAlchemy's errors would otherwise print the values of a row, and with them people's names.
        "hide_parameters": True,
        # PostgreSQL refuses NaN in JSON, SQLite would keep it.
        "json_serializer": partial(json.dumps, allow_nan=False),
    }
    if url.get_backend_name() == "postgresql" or url.database:
        options |= {
            "pool_size": settings.database_connections,
            "max_overflow": 0,
            "pool_timeout": settings.database_wait_seconds,
        }
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        engine = sqlalchemy_engine(url, **options)
        event.listen(engine, "connect", partial(sqlite.on_connect, settings))
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", sqlite.name_overflow)
        return engine
    options |= {"pool_recycle": RENEWED_SECONDS}
    engine = sqlalchemy_engine(url, connect_args=postgresql.connect_arguments(url), **options)
    event.listen(engine, "connect", partial(postgresql.on_connect, settings))
    event.listen(engine, "checkin", postgresql.on_checkin)
    event.listen(engine, "checkout", partial(postgresql.on_checkout, engine.dialect))
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "handle_error", postgresql.hide_values)
    return engine


def in_mode(engine: Engine, mode: Mode) -> Engine:
    """Return ``engine`` beginning its transactions by ``mode``; connections are shared."""
    options: dict[str, Any] = {MODE: mode}
    if engine.dialect.name == "postgresql":
        options |= {"postgresql_readonly": mode == "read", "isolation_level": postgresql.ISOLATION[mode]}
    return engine.execution_options(**options)


def _mode(connection: Connection) -> Mode:
    mode: Mode = connection.get_execution_options().get(MODE, "read")
    return mode


def _begin_sqlite(connection: Connection) -> None:
    sqlite.begin(connection, _mode(connection))


def _begin_postgresql(connection: Connection) -> None:
    postgresql.begin(connection, _mode(connection))
