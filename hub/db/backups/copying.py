"""A backup made while people work, and put back: both whole or not at all."""

import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine

from hub.db.backups import postgresql, sqlite
from hub.db.backups.container import (
    NAMES,
    Manifest,
    no_backup,
    pour,
    read_manifest,
    unpack,
    write_manifest,
)
from hub.db.emptiness import refuse_content
from hub.db.engine import in_mode
from hub.db.fingerprints import Content, fingerprints
from hub.db.pace import Pace, Rest
from hub.db.schema import revisions
from hub.errors import Conflict

PACKED = 1
"""zlib's level: most of the room for a quarter of the time."""


def back_up(engine: Engine, target: IO[bytes], folder: Path, pace: Callable[[], Rest] = Pace) -> Manifest:
    """Write a backup of one state of the database to ``target``, resting by ``pace`` so that people can go on writing.

    ``folder`` has room for a copy of an SQLite database. Raises Conflict when the database has no tables yet, or when
    PostgreSQL's programs are missing.
    """
    rest, kind = pace(), engine.dialect.name
    if kind == "postgresql":
        postgresql.program("pg_dump")
    form = zipfile.ZIP_DEFLATED if kind == "sqlite" else zipfile.ZIP_STORED  # pg_dump compresses by itself
    with (
        in_mode(engine, "read").connect() as connection,
        zipfile.ZipFile(target, "w", form, compresslevel=PACKED) as archive,
    ):
        made_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        if kind == "postgresql":
            schema, state = postgresql.schema_of(connection), postgresql.keep_state(connection)
            with archive.open(NAMES[kind], "w", force_zip64=True) as packed:
                postgresql.dump(engine, schema, state, packed, rest)
            found = fingerprints(connection, rest)
        else:
            found = _packed_copy(connection, archive, folder, rest)
        manifest = Manifest(kind, _revision(connection), made_at, found)
        write_manifest(archive, manifest)
    return manifest


def _packed_copy(connection: Connection, archive: zipfile.ZipFile, folder: Path, rest: Rest) -> Content:
    """Copy an SQLite database into the archive by way of a file in ``folder``; return what it holds."""
    with tempfile.TemporaryDirectory(prefix=".hub-backup-", dir=folder) as name:
        copy = Path(name) / NAMES["sqlite"]
        sqlite.copy_to(connection, copy, rest)
        found = fingerprints(connection, rest)
        with copy.open("rb") as source, archive.open(copy.name, "w", force_zip64=True) as packed:
            pour(source, packed, rest)
    return found


def restore(engine: Engine, source: IO[bytes], *, replace: bool = False) -> Manifest:
    """Make the database row by row what a backup of its kind holds, in one transaction; a failure leaves the old data.

    Whoever is connected meanwhile waits and then sees what was restored. The schema is the backup's, which may be older
    than this version's (``hub.db.schema.migrate`` brings it up to date). Raises Conflict when the file is no sound
    backup, is of the other kind or a later version, or when the database holds anything and ``replace`` is False.
    """
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise no_backup() from error
    with archive, tempfile.TemporaryDirectory(prefix="hub-restore-") as name:
        manifest = read_manifest(archive)
        _refuse_other_kind(engine, manifest)
        if manifest.revision not in revisions():
            raise Conflict(
                f"この控えの表の形（{manifest.revision}）を、この版は知りません。新しい版で戻してください。",
                f"This version does not know the backup's tables ({manifest.revision}): restore it with a newer one.",
            )
        if not replace:
            with in_mode(engine, "read").connect() as connection:
                refuse_content(connection)
        path = unpack(archive, manifest, Path(name))
        if manifest.database == "postgresql":
            with in_mode(engine, "read").connect() as connection:
                schema = postgresql.schema_of(connection)
            postgresql.put_back(engine, path, manifest.tables, schema)
        else:
            sqlite.put_back(engine, path, manifest.tables)
    return manifest


def _refuse_other_kind(engine: Engine, manifest: Manifest) -> None:
    if manifest.database != engine.dialect.name:
        raise Conflict(
            f"この控えは {manifest.database} のもので、ここは {engine.dialect.name} です。移すには"
            " talent-hub export --all と import --all を使ってください。",
            f"This backup is of {manifest.database}, and this is {engine.dialect.name}. To move between them, use"
            " talent-hub export --all and import --all.",
        )


def _revision(connection: Connection) -> str:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise Conflict(
            "データベースにまだ表がありません。控えるものがありません。",
            "The database has no tables yet: there is nothing to back up.",
        )
    return found
