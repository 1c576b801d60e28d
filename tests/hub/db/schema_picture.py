"""The whole schema of a database as plain values: everything a migration could lose without anybody noticing."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from hub.db.engine import in_mode

Picture = dict[str, Any]

_BLANKS = re.compile(r"\s+")

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
       a.attidentity, a.attgenerated
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0
  AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT c.relname, k.conname, pg_get_constraintdef(k.oid), k.convalidated
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = current_schema()::regnamespace
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
TRIGGERS = """
SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
FUNCTIONS = """
SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
OTHERS = """
SELECT relkind::text, relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('S', 'v', 'm')
UNION ALL
SELECT 'type', typname FROM pg_type WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'd')
UNION ALL
SELECT 'type', relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'c'
"""


def picture(engine: Engine) -> Picture:
    """Return tables, columns, types, defaults, keys, checks, indexes, triggers and functions, by kind and name."""
    with in_mode(engine, "read").connect() as connection:
        found = _of_sqlite(connection) if engine.dialect.name == "sqlite" else _of_postgresql(connection)
        return dict(sorted(found))


def without_triggers(schema: Picture) -> Picture:
    """Return what the models know: triggers, their functions, Alembic's table and the queue are of migrations alone."""
    return {
        key: value
        for key, value in schema.items()
        if not key.startswith(("trigger ", "function "))
        and "alembic_version" not in key
        and "procrastinate_" not in key
    }


def _plain(written: object) -> str:
    return _BLANKS.sub(" ", str(written)).strip()


def _of_postgresql(connection: Connection) -> Iterator[tuple[str, Any]]:
    for kind, query in (
        ("column", COLUMNS),
        ("constraint", CONSTRAINTS),
        ("index", INDEXES),
        ("trigger", TRIGGERS),
        ("function", FUNCTIONS),
        ("other", OTHERS),
    ):
        for row in connection.execute(text(query.replace("::", r"\:\:"))):
            if kind == "function":
                yield f"{kind} {row[0]}", tuple(map(_plain, row[1:]))
            elif kind == "other":
                yield f"{kind} {row[0]} {row[1]}", ()
            else:
                yield f"{kind} {row[0]}.{row[1]}", tuple(map(_plain, row[2:]))


def _of_sqlite(connection: Connection) -> Iterator[tuple[str, Any]]:
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
    for kind, name, table, written in rows:
        if kind in ("index", "trigger", "view") and written is not None:
            yield f"{kind} {table}.{name}", _plain(written).replace('"', "")
        if kind == "table":
            yield from _of_table(connection, name)


def _of_table(connection: Connection, table: str) -> Iterator[tuple[str, Any]]:
    for _, name, kind, required, default, key, hidden in connection.exec_driver_sql(f"PRAGMA table_xinfo({table})"):
        # Quotes around a number are the dialect's own choice.
        yield f"column {table}.{name}", (kind, required, str(default).strip("'"), key, hidden)
    found = inspect(connection)
    yield f"primary key {table}", str(found.get_pk_constraint(table))
    for number, check in enumerate(found.get_check_constraints(table)):
        yield f"check {table}.{check['name'] or f'unnamed {number}'}", _plain(check["sqltext"])
    for key in found.get_foreign_keys(table):
        yield f"foreign key {table}.{key['name']}", {name: value for name, value in key.items() if name != "name"}
    for unique in found.get_unique_constraints(table):
        yield f"unique {table}.{unique['name']}", unique["column_names"]
