"""A look at a worksheet's XML before it is read: how far it reaches, and cells whose value would get lost.

A reader that lays a sheet out as a full grid needs memory for every cell up to the last one, so one stray value in
the last row of Excel would take hundreds of gigabytes: the reach is measured here first. Errors (#N/A) and formulas
saved without a result are read as empty, so they are found here too.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from hub.workflows.sheets.faults import FileError

VALUE_TAGS = frozenset({"v", "is"})


@dataclass(slots=True)
class Reach:
    """What a worksheet holds: last row and column with a value (from 1; 0: none), and the cells without a value.

    ``errors``: (row, column) from 1 to the error as shown. ``uncomputed``: formulas whose result was not saved.
    """

    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)


class _Scanner:
    """Follows the elements of one worksheet; expat calls the methods."""

    def __init__(self) -> None:
        self.reach = Reach()
        self.row = 0
        self.column = 0
        self.kind = ""
        self.formula = False
        self.text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.EntityDeclHandler = self.refuse_entity

    def refuse_entity(self, *_: object) -> None:
        """Refuse a file that defines entities of its own: no office program writes them."""
        raise FileError("Excelのファイルとして読めません。", "The file is not a readable Excel workbook.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note where the cell is, and whether it has a formula or a value."""
        name = tag.rpartition(" ")[2]
        if name == "row":
            self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
        elif name == "c":
            self.place(attributes.get("r"))
            self.kind = attributes.get("t", "n")
            self.formula = False
            self.text = []
        elif name == "f":
            self.formula = True
        elif name in VALUE_TAGS:
            self.reach.rows = max(self.reach.rows, self.row)
            self.reach.columns = max(self.reach.columns, self.column)
            if self.formula or self.kind == "e":
                self.parser.CharacterDataHandler = self.text.append

    def end(self, tag: str) -> None:
        """Decide, at the end of a cell, whether its value would get lost."""
        name = tag.rpartition(" ")[2]
        if name in VALUE_TAGS:
            self.parser.CharacterDataHandler = None
        elif name == "c" and (self.formula or self.kind == "e"):
            value = "".join(self.text)
            if self.kind == "e":
                self.reach.errors[self.row, self.column] = value or "#N/A"
            elif not value and self.kind != "str":
                self.reach.uncomputed.add((self.row, self.column))

    def place(self, reference: str | None) -> None:
        """Move to the cell called ``reference`` (``AB12``), or to the next one of the row."""
        if reference is None:
            self.column += 1
            return
        letters = reference.rstrip("0123456789")
        self.column = 0
        for letter in letters.upper():
            self.column = self.column * 26 + ord(letter) - ord("A") + 1
        if len(reference) > len(letters):
            self.row = int(reference[len(letters) :])


def scan_sheet(xml: bytes) -> Reach:
    """Return what the worksheet in ``xml`` holds. Raises FileError if it is not well-formed XML."""
    scanner = _Scanner()
    try:
        scanner.parser.Parse(xml, True)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            "シートの中身が壊れていて読めません。Excelで開いて保存し直してください。",
            "The sheet is damaged. Open it in Excel and save it again.",
        ) from error
    return scanner.reach
