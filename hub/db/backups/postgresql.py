"""Backups of PostgreSQL: its own programs pg_dump, pg_restore and psql, held to one state and one transaction."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from sqlalchemy import Connection, Engine, text

from hub.db.backups.container import damaged, pour
from hub.db.fingerprints import TEXT_FORM, Content, digest_query
from hub.db.live import LIVE_TABLES
from hub.db.pace import Rest
from hub.db.postgresql import MIGRATE_LOCK, MIGRATE_SECONDS
from hub.db.queue_names import PREFIX
from hub.errors import Conflict

DEBIAN = Path("/usr/lib/postgresql")
DIFFERS = "differs from the backup"
TOLD_LINES = 3

EVERYTHING = """
DO $clear$
DECLARE one text;
BEGIN
  FOREACH one IN ARRAY ARRAY(
    SELECT format('DROP %s IF EXISTS %I.%I CASCADE',
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
      n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i'))
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %I.%I(%s) CASCADE',
      n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = current_schema()
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT format('DROP TYPE IF EXISTS %I.%I CASCADE', n.nspname, t.typname)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_class r ON r.oid = t.typrelid
    WHERE n.nspname = current_schema() AND (t.typtype IN ('e', 'd') OR r.relkind = 'c')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e'))
  LOOP EXECUTE one; END LOOP;
END
$clear$;
"""
"""Drops all that lies in the schema of the hub, but what belongs to an extension, or goes with a column."""


def keep_state(connection: Connection) -> str:
    """Return the name of the state ``connection`` reads, for pg_dump; the transaction may take hours."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
    return str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


def dump(engine: Engine, schema: str, state: str, target: IO[bytes], rest: Rest) -> None:
    """Write the state named ``state`` to ``target`` as an archive of pg_dump (custom format).

    Raises Conflict when pg_dump is not there or fails, with what it says.
    """
    options = ("--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={state}")
    what = (f"--schema={_exactly(schema)}", f"--exclude-table-data={_exactly(schema)}.{PREFIX}*")
    with _running(engine, "pg_dump", *options, *what, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        # Read at leisure: pg_dump and the server wait for us, and the people at work do not.
        pour(process.stdout, target, rest)


def put_back(engine: Engine, path: Path, wanted: Content, schema: str) -> None:
    """Make the database what the archive at ``path`` holds; nothing changes unless every table is as ``wanted``.

    One transaction of psql: clear, restore, compare. Raises Conflict.
    """
    with _running(engine, "pg_restore", "--list", str(path), connect=False, stdout=subprocess.DEVNULL):
        pass  # an archive it cannot read is better said now than by what is missing afterwards
    with tempfile.TemporaryDirectory(prefix="hub-restore-") as name:
        before, after = Path(name) / "before.sql", Path(name) / "after.sql"
        before.write_text(_preparing(schema), "utf-8")
        after.write_text(_comparing(schema, wanted), "utf-8")
        archive = (f"--schema={schema}", "--no-owner", "--no-privileges", "--file=-", str(path))
        rules = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse")
        steps = ("--output=/dev/null", f"--file={before}", "--file=-", f"--file={after}")
        with (
            _running(engine, "pg_restore", *archive, connect=False, stdout=subprocess.PIPE) as reading,
            _running(engine, "psql", *rules, *steps, stdin=reading.stdout),
        ):
            assert reading.stdout is not None
            reading.stdout.close()  # so that pg_restore notices when psql has ended


def _preparing(schema: str) -> str:
    # What pg_restore writes sets its own, unbounded, waits: the locks are all taken by the clearing.
    return (
        f"SET client_min_messages = warning;\nSET LOCAL lock_timeout = '{MIGRATE_SECONDS}s';\n"
        f"SET search_path = {_quoted(schema)};\n"
        f"SELECT pg_advisory_xact_lock({MIGRATE_LOCK});\n{EVERYTHING}"
    )


def _comparing(schema: str, wanted: Content) -> str:
    """Return statements that fail unless the tables are as wanted, those of the manifest and no other."""
    lines = [f"SET LOCAL search_path = {_quoted(schema)};", f"{TEXT_FORM};"]
    names = ", ".join(_literal(name) for name in sorted(wanted)) or "NULL"
    strays = (
        f"SELECT FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT IN ({names})"
        f" AND NOT starts_with(tablename, '{PREFIX}')"
    )
    lines.append(_refusing(f"EXISTS ({strays})", "more tables than in the backup"))
    for name, table in sorted(wanted.items()):
        told = _literal(f"{int(table.rows)}:{table.digest}")
        found = f"SELECT concat(rows, ':', digest) FROM ({digest_query(name)}) AS found"  # noqa: S608
        lines.append(_refusing(f"({found}) <> {told}", name))
    # Compared first, then ended: in the same transaction, so that nobody is let in by what came back.
    lines += [_ending(name) for name in LIVE_TABLES if name in wanted]
    return "\n".join(lines)


def _ending(name: str) -> str:
    return f"DELETE FROM {name};"  # noqa: S608  (constants of hub.db.live)


def _refusing(condition: str, what: str) -> str:
    told = _literal(f"{DIFFERS}: {what}")
    return f"DO $compare$ BEGIN IF {condition} THEN RAISE EXCEPTION '%', {told}; END IF; END $compare$;"


@contextmanager
def _running(
    engine: Engine, name: str, *words: str, connect: bool = True, **streams: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program of PostgreSQL; its failure raises Conflict with what it said. It never outlives the block."""
    command = [program(name), *words]
    environment = {**os.environ, "LC_MESSAGES": "C", "PGAPPNAME": f"talent-hub {name}"}
    if connect:
        told, secret = connection_words(engine)
        command += [f"--dbname={told}", "--no-password"]
        environment |= secret
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, stderr=said, **streams)  # noqa: S603
        try:
            yield process
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if code:
            said.seek(0)
            raise _failed(name, said.read().decode("utf-8", "replace"))


def _failed(name: str, said: str) -> Conflict:
    if (found := re.search(rf"{DIFFERS}: (.*)", said)) is not None:
        return damaged((found[1].strip(),))
    # Details and contexts quote rows; the first lines say what went wrong.
    lines = [line for line in said.splitlines() if not re.match(r"(DETAIL|CONTEXT|HINT|LINE [0-9]+|\s)", line)]
    told = " ".join(line.strip() for line in lines[:TOLD_LINES]) or "?"
    return Conflict(
        f"{name} が失敗しました。データベースは変えていません: {told}",
        f"{name} failed; the database was not changed: {told}",
    )


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL: the one in PATH, else the newest of Debian's. Raises Conflict."""
    found = shutil.which(name)
    if found is not None:
        return found
    versions = [path for path in DEBIAN.glob(f"*/bin/{name}") if path.parent.parent.name.isdigit()]
    if versions:
        return str(max(versions, key=lambda path: int(path.parent.parent.name)))
    raise Conflict(
        f"{name} がありません。PostgreSQLのクライアント（Debianでは postgresql-client）を入れて、もう一度どうぞ。",
        f"{name} is not there. Install PostgreSQL's client programs (Debian: postgresql-client) and run this again.",
    )


def connection_words(engine: Engine) -> tuple[str, dict[str, str]]:
    """Return how to connect as ``engine`` does, and apart from it the password, which no list of processes may show."""
    _, told = engine.dialect.create_connect_args(engine.url)
    password = told.pop("password", None)
    told = {name: value for name, value in told.items() if name != "context"}
    return psycopg.conninfo.make_conninfo(**told), {} if password is None else {"PGPASSWORD": str(password)}


def schema_of(connection: Connection) -> str:
    """Return the schema the hub's tables are made in. Raises Conflict when there is none."""
    found = connection.execute(text("SELECT current_schema()")).scalar()
    if found is None:
        raise Conflict(
            "表を置くスキーマがありません。search_path を確かめてください。",
            "There is no schema for the tables: check search_path.",
        )
    return str(found)


def _exactly(name: str) -> str:
    """Return a pattern of pg_dump that means this name only."""
    return '"' + name.replace('"', '""') + '"'


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
