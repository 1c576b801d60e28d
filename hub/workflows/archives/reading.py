"""Taking an archive in: into a database that holds nothing yet, and compared with the archive before it counts."""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from sqlalchemy import Table, delete, text
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.db.emptiness import tables_with_rows
from hub.db.schema import newest
from hub.db.triggers import suspended
from hub.errors import Conflict
from hub.workflows.archives.manifest import Manifest, TableContent, damaged, file_name, no_archive, read_manifest
from hub.workflows.archives.rows import AT_ONCE, Rows, rows_of, tables
from hub.workflows.archives.writing import content_of

BATCH_BYTES = 1 << 20
LONGEST_LINE = 1 << 28
"""A file within a row may be large; without a bound a damaged archive would fill the memory."""

Progress = Callable[[int, int], None]


def import_whole(session: Session, actor: Actor, source: IO[bytes], progress: Progress = lambda *_: None) -> Manifest:
    """Store every row of an archive as it was, what triggers would count included; ``session`` comes of ``replacing``.

    ``progress``: (rows, of how many). The database has the newest schema, and holds nothing but what migrating puts
    there. Afterwards every table is read again and compared. Raises Forbidden, and Conflict when the database holds
    data, or the archive is none, is damaged, or is of another version.
    """
    require(actor, "import.whole")
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise no_archive() from error
    with archive:
        manifest = read_manifest(archive)
        _refuse(session, manifest)
        with suspended(session.connection()):
            for table in reversed(tables()):
                session.execute(delete(table))
            done = 0
            for table in tables():
                _store(session, archive, table, manifest.tables[table.name])
                done += manifest.tables[table.name].rows
                progress(done, manifest.rows)
    for table in tables():
        if content_of(session, table) != manifest.tables[table.name]:
            raise damaged(table.name)
    _check_references(session)
    return manifest


def _refuse(session: Session, manifest: Manifest) -> None:
    if manifest.revision != newest():
        raise Conflict(
            f"書き出した版の表の形（{manifest.revision}）が、この版（{newest()}）と違います。"
            "同じ版にそろえ、talent-hub migrate のあとで書き出し直してください。",
            f"The archive's tables ({manifest.revision}) are not this version's ({newest()}). Use the same version on"
            " both sides: run talent-hub migrate there and export again.",
        )
    expected = {table.name: tuple(column.name for column in table.c) for table in tables()}
    if {name: table.columns for name, table in manifest.tables.items()} != expected:
        raise no_archive()
    if tables_with_rows(session.connection()):
        raise Conflict(
            "データベースにはもうデータがあります。空のデータベースに取り込んでください。",
            "The database already holds data. Import into an empty database.",
        )


def _store(session: Session, archive: zipfile.ZipFile, table: Table, wanted: TableContent) -> None:
    """Insert the rows of a table, batch by batch; its lines have to be those that were written."""
    rows = rows_of(table, session.connection().dialect.name)
    digest, count = hashlib.sha256(), 0
    try:
        with archive.open(file_name(table.name)) as file:
            for batch in _batches(file, digest.update, rows):
                count += len(batch)
                session.connection().execute(rows.statement, batch)
    except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged(table.name) from error
    if (count, digest.hexdigest()) != (wanted.rows, wanted.digest):
        raise damaged(table.name)


def _batches(file: IO[bytes], seen: Callable[[bytes], None], rows: Rows) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    while line := file.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise ValueError
        seen(line)
        batch.append(rows.values(line))
        size += len(line)
        if len(batch) >= AT_ONCE or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _check_references(session: Session) -> None:
    """Refuse rows that name rows which are not there; PostgreSQL has done so row by row."""
    if session.connection().dialect.name == "sqlite":
        found = session.execute(text("PRAGMA foreign_key_check")).first()
        if found is not None:
            raise damaged(str(found[0]))
