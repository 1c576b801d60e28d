"""What an archive says of itself."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hub.errors import Conflict

FORMAT = "digital-talent-hub archive"
VERSION = 1
NAME = "manifest.json"
LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class TableContent:
    """What a table holds: ``columns`` in order, how many ``rows``, and the SHA-256 (hexadecimal) of its lines."""

    columns: tuple[str, ...]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. ``revision``: of the schema; ``made_at``: ISO 8601, UTC; ``tables`` by name."""

    revision: str
    made_at: str
    tables: Mapping[str, TableContent]

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables.values())


def file_name(table: str) -> str:
    """Return the name of a table's file within the archive."""
    return f"tables/{table}.jsonl"


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Add the manifest."""
    told = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
    archive.writestr(NAME, json.dumps(told, ensure_ascii=False, indent=1))


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return the manifest of an archive. Raises Conflict when it is none, or of a later version."""
    try:
        entry = archive.getinfo(NAME)
        told: Mapping[str, Any] = json.loads(archive.read(entry)) if entry.file_size <= LARGEST else {}
        if told["format"] != FORMAT:
            raise no_archive()
        if told["version"] > VERSION:
            raise Conflict(
                "この書き出しは新しい版のものです。その版の talent-hub で取り込んでください。",
                "This archive is of a newer version: import it with that version's talent-hub.",
            )
        tables = {
            str(name): TableContent(tuple(table["columns"]), int(table["rows"]), str(table["digest"]))
            for name, table in told["tables"].items()
        }
        return Manifest(str(told["revision"]), str(told["made_at"]), tables)
    except (KeyError, TypeError, AttributeError, ValueError, zipfile.BadZipFile) as error:
        raise no_archive() from error


def no_archive() -> Conflict:
    """Return the refusal of a file that is no archive."""
    return Conflict(
        "talent-hub export --all が作ったファイルではないか、途中で切れています。何も取り込んでいません。",
        "This is not a file that talent-hub export --all made, or it is cut off. Nothing was imported.",
    )


def damaged(table: str) -> Conflict:
    """Return the refusal of an archive whose content is not what was put in."""
    return Conflict(
        f"{table}: 中身が、書き出したときと違います。何も取り込んでいません。もう一度書き出してください。",
        f"{table}: the content is not what was exported. Nothing was imported. Export it again.",
    )
