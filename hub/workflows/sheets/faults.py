"""What is wrong with a table a person filled in: by sheet, row and column, in Japanese and English."""

from dataclasses import dataclass

from matching.faults import quote


class CellError(ValueError):
    """A cell's value is not what its column takes; ``ja`` and ``en`` say what was found and how to mend it."""

    def __init__(self, ja: str, en: str) -> None:
        self.ja = ja
        self.en = en
        super().__init__(f"{ja} / {en}")


class FileError(CellError):
    """The file as a whole cannot be read: its name, size, encoding or structure."""


@dataclass(frozen=True, slots=True, order=True)
class CellFault:
    """One thing wrong in a table.

    ``row`` counts from 1 as Excel shows it, 0: the whole sheet. ``column`` is Excel's letter, "" : the whole row.
    ``header``: the column's heading, or "". ``found``: the value as a short quote, or "".
    """

    sheet: str
    row: int
    column: str
    header: str
    found: str
    ja: str
    en: str

    @property
    def cell(self) -> str:
        """The place as Excel names it: ``C12``, ``12`` (a whole row), or empty (the whole sheet)."""
        return f"{self.column}{self.row or ''}"

    @property
    def place(self) -> str:
        """Sheet, cell and heading on one line: ``専門人材!C12 ロール``."""
        where = "!".join(part for part in (quote(self.sheet), self.cell) if part)
        return f"{where} {quote(self.header)}" if self.header else where

    def __str__(self) -> str:
        found = f"「{self.found}」" if self.found else ""
        return f"{self.place}: {found}{self.ja} / {self.en}"


def column_letter(index: int) -> str:
    """Return Excel's name of the column at ``index``, counted from 0: 0 → A, 26 → AA."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters = chr(ord("A") + rest) + letters
        index -= 1
    return letters
