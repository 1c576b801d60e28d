"""Procrastinate's tables, functions and types, as the migrations make them on PostgreSQL."""

from pathlib import Path

from alembic.operations import Operations
from sqlalchemy import text

from hub.db.triggers import POSTGRESQL

MIGRATIONS = Path(__file__).parent / "migrations"

DROP = r"""
DO $drop$
DECLARE one text;
BEGIN
  FOREACH one IN ARRAY ARRAY(
    SELECT format('DROP TABLE %I CASCADE', relname) FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname LIKE 'procrastinate\_%'
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %I(%s) CASCADE', proname, pg_get_function_identity_arguments(oid))
    FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\_%'
    UNION ALL
    SELECT format('DROP TYPE IF EXISTS %I CASCADE', t.typname) FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typnamespace = current_schema()::regnamespace AND t.typname LIKE 'procrastinate\_%'
      AND (t.typtype = 'e' OR c.relkind = 'c'))
  LOOP EXECUTE one; END LOOP;
END
$drop$
"""


def schema_of(version: str) -> str:
    """Return the statements that make the schema of a version of Procrastinate, as the package has them."""
    return (MIGRATIONS / f"procrastinate-{version}.sql").read_text("utf-8")


def create_queue(op: Operations, version: str) -> None:
    """Make the queue's schema on PostgreSQL; SQLite keeps its queue in the memory of the process."""
    if op.get_context().dialect.name == POSTGRESQL:
        op.execute(text(schema_of(version).replace(":", r"\:")))


def drop_queue(op: Operations) -> None:
    """Take the queue's schema away, and with it what waits in it."""
    if op.get_context().dialect.name == POSTGRESQL:
        op.execute(text(DROP.replace(":", r"\:")))
