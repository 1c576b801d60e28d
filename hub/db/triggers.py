"""Triggers in migrations: written once for both databases, and kept when SQLite makes a table anew.

Alembic's batch mode copies a table into a new one and drops the old, and with it, silently, its triggers and its
unnamed CHECKs; a trigger of another table that speaks of it makes the renaming fail. Change a table that may have
triggers with ``batch_keeping_triggers``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from alembic.operations import BatchOperations, Operations
from sqlalchemy import Connection, inspect, text

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class Action:
    """What a trigger does. ``when``: ``BEFORE UPDATE OF held``; ``condition``: its WHEN, empty for always.

    ``body``: the statements between BEGIN and END, in SQLite's words or in PL/pgSQL (there with its RETURN);
    ``declare``: PL/pgSQL's variables.
    """

    when: str
    body: str
    condition: str = ""
    declare: str = ""


def create_trigger(op: Operations, name: str, table: str, *, sqlite: Action, postgresql: Action) -> None:
    """Create a trigger for each row of ``table``; on PostgreSQL with a function of the same name."""
    if op.get_context().dialect.name == SQLITE:
        op.execute(_plain(_sqlite_statement(name, table, sqlite)))
        return
    declared = f"DECLARE {postgresql.declare} " if postgresql.declare else ""
    condition = f" WHEN ({postgresql.condition})" if postgresql.condition else ""
    op.execute(
        _plain(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
            f"{declared}BEGIN\n{postgresql.body}\nEND\n$body$"
        )
    )
    op.execute(
        _plain(f"CREATE TRIGGER {name} {postgresql.when} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()")
    )


def drop_trigger(op: Operations, name: str, table: str) -> None:
    """Drop what ``create_trigger`` made."""
    if op.get_context().dialect.name == SQLITE:
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


@contextmanager
def batch_keeping_triggers(op: Operations, table: str, **options: Any) -> Iterator[BatchOperations]:
    """Change ``table`` as ``op.batch_alter_table`` does; every trigger that speaks of it is there again afterwards.

    Raises RuntimeError, before anything is changed, when the table has a CHECK without a name: SQLite would lose it.
    """
    context = op.get_context()
    if context.dialect.name != SQLITE or context.as_sql or context.connection is None:
        with op.batch_alter_table(table, **options) as batch:
            yield batch
        return
    connection = context.connection
    if any(check["name"] is None for check in inspect(connection).get_check_constraints(table)):
        raise RuntimeError(f"{table} has a CHECK without a name, which changing the table would lose: name it first")
    triggers = _speaking_of(connection, table)
    for name in triggers:
        op.execute(f'DROP TRIGGER "{name}"')
    with op.batch_alter_table(table, **options) as batch:
        yield batch
    for statement in triggers.values():
        op.execute(_plain(statement))


def _sqlite_statement(name: str, table: str, action: Action) -> str:
    condition = f" WHEN {action.condition}" if action.condition else ""
    return f"CREATE TRIGGER {name} {action.when} ON {table} FOR EACH ROW{condition}\nBEGIN\n{action.body}\nEND"


def _speaking_of(connection: Connection, table: str) -> dict[str, str]:
    """Return the statements of the triggers on ``table`` and of those on other tables that name it."""
    rows = connection.execute(
        text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
    )
    word = re.compile(rf"\b{re.escape(table)}\b", re.IGNORECASE)
    return {row.name: row.sql for row in rows if row.tbl_name == table or word.search(row.sql)}


def _plain(statement: str) -> Any:
    """Return a statement whose colons name no parameters."""
    return text(statement.replace(":", r"\:"))
