"""A file opened as tables of cells, whatever its format; what is refused is said before anything large is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, TypeAlias

from hub.workflows.sheets.faults import FileError
from matching.faults import quote

Cell: TypeAlias = str | float | bool | datetime | date | time | timedelta
"""A cell as read; an empty cell is ``""``."""

LARGEST_FILE = 50 * 2**20
MOST_ROWS = 100_000
HEADER_ROWS = 20
"""How far down the header may stand."""

MOST_COLUMNS = 300
MOST_CELLS = 6_000_000
MOST_CELLS_IN_ALL = 10_000_000
"""Of one sheet, and of all sheets of a workbook."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or a CSV file.

    ``rows``: cells from A1 on, rows may differ in length. ``merged``: (first row, first column, last row, last
    column) counted from 0. ``lost``: cells whose value could not be read, (row, column) from 0 to what is there.
    ``hidden``: people do not see the sheet.
    """

    name: str
    rows: list[list[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    lost: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The tables of one file, in their order. ``from_csv``: the one table is a text file."""

    tables: tuple[Table, ...]
    from_csv: bool = False


def read_book(source: Path | bytes | BinaryIO, name: str | None = None) -> Book:
    """Read an ``.xlsx`` or ``.csv`` file: one on the disk, or one sent (its bytes, or open for reading them).

    ``name``: what the sender called it, for its ending; a path says so itself. Raises FileError, saying why and what
    to do; OSError stays OSError.
    """
    told = Path(name if name is not None else source.name if isinstance(source, Path) else "")
    suffix = told.suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise FileError(
            f"拡張子「{quote(suffix) or 'なし'}」は読めません。Excelで .xlsx か「CSV UTF-8」として保存してください。",
            f"Files ending in {quote(suffix) or 'nothing'} are not read. Save it in Excel as .xlsx or as CSV UTF-8.",
        )
    content = content_of(source)
    if suffix == ".csv":
        from hub.workflows.sheets.csv_text import read_csv

        return Book((Table(told.stem, read_csv(content)),), from_csv=True)
    from hub.workflows.sheets.xlsx import read_xlsx

    return Book(read_xlsx(content))


def content_of(source: Path | bytes | BinaryIO) -> bytes:
    """Return the bytes of a file. Raises FileError when they are too many, before they are all read."""
    if isinstance(source, bytes):
        check_size(len(source))
        return source
    if isinstance(source, Path):
        check_size(source.stat().st_size)
        return source.read_bytes()
    content = source.read(LARGEST_FILE + 1)
    check_size(len(content))
    return content


def check_size(size: int) -> None:
    """Refuse a file of too many bytes."""
    if size > LARGEST_FILE:
        raise FileError(
            f"ファイルが大きすぎます（上限 {LARGEST_FILE // 2**20} MB）。分けてください。",
            f"The file is too large (at most {LARGEST_FILE // 2**20} MB). Split it.",
        )


def check_extent(name: str, rows: int, columns: int) -> None:
    """Refuse a table that reaches too far, before its cells are laid out in memory."""
    if columns > MOST_COLUMNS:
        raise FileError(
            f"「{name}」が {columns:,} 列目まであります（上限 {MOST_COLUMNS} 列）。右の方に残った値を消してください。",
            f"“{name}” reaches column {columns:,} (at most {MOST_COLUMNS}). Clear what is left far to the right.",
        )
    if rows * columns > MOST_CELLS:
        raise FileError(
            f"「{name}」が大きすぎます（{rows:,} 行 × {columns} 列）。分けるか、下の方に残った値を消してください。",
            f"“{name}” is too large ({rows:,} rows × {columns} columns). Split it, or clear what is left far below.",
        )


def check_rows(table: Table) -> None:
    """Refuse a main sheet of more rows than may be taken in at once; sheets of details may be longer."""
    rows = len(table.rows)
    if rows > MOST_ROWS + HEADER_ROWS:
        raise FileError(
            f"「{table.name}」が {rows:,} 行あります（上限 {MOST_ROWS:,} 行）。分けてください。",
            f"“{table.name}” has {rows:,} rows (at most {MOST_ROWS:,}). Split it.",
        )
