"""The file of a backup: a zip of what the database's own means made, and of what has to be there afterwards."""

import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from hub.db.fingerprints import Content, Fingerprint
from hub.db.pace import Rest
from hub.errors import Conflict

FORMAT = "digital-talent-hub backup"
VERSION = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 10_000_000
PIECE = 1 << 20
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
DIGEST = re.compile(r"[0-9a-f-]{1,80}")
NAMES = {"sqlite": "hub.sqlite3", "postgresql": "hub.dump"}
"""What the database itself made, by kind: a database file, an archive of pg_dump."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``database``: its kind; ``revision``: of the schema; ``made_at``: ISO 8601, UTC."""

    database: str
    revision: str
    made_at: str
    tables: Content

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables.values())


def content_name(manifest: Manifest) -> str:
    """Return the name of the database's own file within the zip."""
    return NAMES[manifest.database]


def pour(source: IO[bytes], target: IO[bytes], rest: Rest) -> None:
    """Copy a stream piece by piece."""
    while piece := source.read(PIECE):
        target.write(piece)
        rest()


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Add the manifest, last, because it says what was written."""
    told = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
    archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return the manifest of a backup. Raises Conflict when it is none, or of a later version."""
    try:
        entry = archive.getinfo(MANIFEST)
        told: Mapping[str, Any] = json.loads(archive.read(entry)) if entry.file_size <= LARGEST_MANIFEST else {}
        if told["format"] != FORMAT:
            raise no_backup()
        if told["version"] > VERSION or told["database"] not in NAMES:
            raise Conflict(
                "この控えは新しい版のものです。その版の talent-hub で戻してください。",
                "This backup is of a newer version: restore it with that version's talent-hub.",
            )
        tables = {name: _read_fingerprint(name, table) for name, table in told["tables"].items()}
        return Manifest(told["database"], told["revision"], told["made_at"], tables)
    except (KeyError, TypeError, AttributeError, ValueError, zipfile.BadZipFile) as error:
        raise no_backup() from error


def _read_fingerprint(name: str, told: Mapping[str, Any]) -> Fingerprint:
    """Return what is told of a table. ValueError for what the hub never writes: it would end up in statements."""
    if not NAME.fullmatch(name) or not DIGEST.fullmatch(told["digest"]):
        raise ValueError
    return Fingerprint(int(told["rows"]), told["digest"])


def unpack(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> Path:
    """Write the database's own file into ``folder`` and return its path. Raises Conflict when it is damaged."""
    path = folder / content_name(manifest)
    try:
        with archive.open(content_name(manifest)) as source, path.open("xb") as target:
            shutil.copyfileobj(source, target, PIECE)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged() from error
    return path


def no_backup() -> Conflict:
    """Return the refusal of a file that is no backup."""
    return Conflict(
        "控え（talent-hub backup が作ったファイル）ではないか、途中で切れています。何も変えていません。",
        "This is not a backup that talent-hub made, or it is cut off. Nothing was changed.",
    )


def damaged(tables: tuple[str, ...] = ()) -> Conflict:
    """Return the refusal of a backup whose content is not what was put in; ``tables``: where."""
    listed = ", ".join(tables)
    where = (f"（{listed}）", f": {listed}") if tables else ("", "")
    return Conflict(
        f"控えの中身が、取ったときと違います{where[0]}。データベースは変えていません。別の控えを使ってください。",
        f"The backup is damaged{where[1]}. The database was not changed. Use another backup.",
    )


def differing(wanted: Content, found: Content) -> tuple[str, ...]:
    """Return the names of the tables that are not in both, or not the same."""
    return tuple(sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name)))
