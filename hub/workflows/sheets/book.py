"""A file opened as tables of cells, whatever its format; what is refused is said before anything large is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeAlias

from hub.workflows.sheets.faults import FileError

Cell: TypeAlias = str | float | bool | datetime | date | time | timedelta
"""A cell as read; an empty cell is ``""``."""

LARGEST_FILE = 50 * 2**20
MOST_ROWS = 100_000
HEADER_ROWS = 20
"""How far down the header may stand."""

MOST_COLUMNS = 300
MOST_CELLS = 6_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or a CSV file.

    ``rows``: cells from A1 on, rows may differ in length. ``merged``: (first row, first column, last row, last
    column) counted from 0. ``lost``: cells whose value could not be read, (row, column) from 0 to what is there.
    """

    name: str
    rows: list[list[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    lost: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """The tables of one file, in their order. ``from_csv``: the one table is a text file."""

    tables: tuple[Table, ...]
    from_csv: bool = False


def read_book(path: Path) -> Book:
    """Read an ``.xlsx`` or ``.csv`` file. Raises FileError, saying why and what to do; OSError stays OSError."""
    suffix = path.suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise FileError(
            f"拡張子「{suffix or 'なし'}」は読めません。Excelで .xlsx か「CSV UTF-8」として保存してください。",
            f"Files ending in {suffix or 'nothing'} are not read. Save it in Excel as .xlsx or as CSV UTF-8.",
        )
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise FileError(
            f"ファイルが大きすぎます（{size / 2**20:,.0f} MB、上限 {LARGEST_FILE // 2**20} MB）。分けてください。",
            f"The file is too large ({size / 2**20:,.0f} MB, at most {LARGEST_FILE // 2**20} MB). Split it.",
        )
    content = path.read_bytes()
    if suffix == ".csv":
        from hub.workflows.sheets.csv_text import read_csv

        return Book((Table(path.stem, read_csv(content)),), from_csv=True)
    from hub.workflows.sheets.xlsx import read_xlsx

    return Book(read_xlsx(content))


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
