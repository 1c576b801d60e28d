"""Writing the whole hub into an archive."""

import hashlib
import zipfile
from datetime import UTC, datetime
from typing import IO

from sqlalchemy import Table
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.db.schema import newest
from hub.errors import Conflict
from hub.workflows.archives.manifest import Manifest, TableContent, file_name, write_manifest
from hub.workflows.archives.rows import rows_of, tables

PACKED = 6


def export_whole(session: Session, actor: Actor, target: IO[bytes]) -> Manifest:
    """Write every row of every table to ``target``, as the reading ``session`` sees them: one state, row by row.

    The database has the newest schema. Raises Forbidden, and Conflict for a row no archive can hold.
    """
    require(actor, "export.whole")
    made_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    found = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKED) as archive:
        for table in tables():
            with archive.open(file_name(table.name), "w", force_zip64=True) as file:
                found[table.name] = content_of(session, table, file)
        manifest = Manifest(str(newest()), made_at, found)
        write_manifest(archive, manifest)
    return manifest


def content_of(session: Session, table: Table, file: IO[bytes] | None = None) -> TableContent:
    """Return what ``table`` holds as an archive says it; its lines are written to ``file`` where one is given."""
    connection = session.connection()
    rows = rows_of(table, connection.dialect.name)
    digest, count = hashlib.sha256(), 0
    try:
        for line in rows.lines(connection):
            count += 1
            digest.update(line)
            if file is not None:
                file.write(line)
    except ValueError as error:
        raise Conflict(
            f"{table.name}: {count + 1} 行目に、書き出せない値（数でない数など）があります。",
            f"{table.name}: row {count + 1} has a value that cannot be exported, such as a number that is none.",
        ) from error
    return TableContent(rows.columns, count, digest.hexdigest())
