"""Cells read by the column: what is written many times over is read once.

A sheet of 100,000 rows has few distinct months, codes or amounts in a column; each is judged once and looked up for
the others. Texts, which differ in every row, are judged together as far as that is certain.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from hub.workflows.sheets.book import Cell, Table
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.values import is_empty
from matching.faults import quote

Outcome: TypeAlias = object
"""The value of a cell, None when it is empty, or the CellError that says what is wrong with it."""

UNCOMPUTED_JA = "数式の計算結果がファイルに保存されていません。Excelで開いて保存し直すか、値として貼り付けてください。"
UNCOMPUTED_EN = "The formula's result was not saved in the file. Open and save it in Excel, or paste it as a value."


@runtime_checkable
class ReadsTogether(Protocol):
    """A reader of cells that can judge many at once."""

    def together(self, cells: Iterable[Cell]) -> Mapping[Cell, Outcome] | None:
        """Return the outcome of each cell, or None where they have to be judged one by one."""


def column_of(table: Table, first: int, place: int) -> list[Cell]:
    """Return the cells of the column at ``place`` from the row at index ``first`` on; rows may be of any length."""
    rows = table.rows[first:]
    try:
        return [row[place] for row in rows]
    except IndexError:
        return [row[place] if place < len(row) else "" for row in rows]


def read_column(cells: Sequence[Cell], read: Callable[[Cell], object]) -> list[Outcome]:
    """Return the outcome of each cell of a column."""
    if bool in set(map(type, cells)):
        # TRUE and 1 are equal as keys, and not the same in a cell.
        told = [(type(cell), cell) for cell in cells]
        by_pair = {pair: outcome_of(pair[1], read) for pair in dict.fromkeys(told)}
        return [by_pair[pair] for pair in told]
    distinct = dict.fromkeys(cells)
    known = read.together(distinct) if isinstance(read, ReadsTogether) else None
    if known is None:
        known = {cell: outcome_of(cell, read) for cell in distinct}
    return list(map(known.__getitem__, cells))


def outcome_of(cell: Cell, read: Callable[[Cell], object]) -> Outcome:
    """Return the outcome of one cell."""
    if is_empty(cell):
        return None
    try:
        return read(cell)
    except CellError as wrong:
        return wrong


def lost_error(what: str) -> CellError:
    """Return what is said of a cell whose value is not in the file: ``=`` a formula without result, else an error."""
    if what == "=":
        return CellError(UNCOMPUTED_JA, UNCOMPUTED_EN)
    return CellError(
        f"Excelのエラー（{quote(what)}）です。正しい値を書いてください。",
        f"An Excel error ({quote(what)}). Write the value.",
    )
