"""What a table's columns are, and rows read by them: every fault with its cell, nothing guessed."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from hub.workflows.sheets.book import HEADER_ROWS, Cell, Table
from hub.workflows.sheets.cells import Outcome, column_of, lost_error, read_column
from hub.workflows.sheets.faults import CellError, CellFault, column_letter
from hub.workflows.sheets.months import format_month, looks_like_month, parse_month
from hub.workflows.sheets.terms import key as heading_key
from matching.faults import quote

EXAMPLE = "記入例"
"""A row whose first column says so is an example, and is not read."""

RESULT_HEADING = "取込結果"
LIKE_A_HEADING = 80.0
MARK = re.compile(r"[\s　]*(?:[*＊]|[（(]?※?\s*(?:必須|任意)[)）]?)$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``key`` (its English code), headings, what may be written, and how a cell is read.

    ``read`` gets a cell that is not empty and returns its value or raises CellError. ``choices``: all that may be
    written, when it is short enough for a drop-down list. ``about_ja``, ``about_en``: one line for the writer.
    ``offered`` off: understood when it is there, but not part of the form.
    """

    key: str
    ja: str
    en: str
    read: Callable[[Cell], object]
    about_ja: str
    about_en: str
    example: str
    required: bool = False
    choices: tuple[str, ...] = ()
    width: int = 14
    aliases: tuple[str, ...] = ()
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet: its name and columns. ``months``: reads a cell of the columns headed by months, None: has none.

    ``repeats``: keys of the columns left blank below when several rows belong together; these may be merged downwards.
    ``shown_only``: headings of columns that are exported for people and never read.
    """

    name_ja: str
    name_en: str
    columns: tuple[Column, ...]
    months: Callable[[Cell], object] | None = None
    repeats: frozenset[str] = frozenset()
    shown_only: tuple[str, ...] = ()

    def column(self, key: str) -> Column:
        """Return the column with ``key``."""
        return next(column for column in self.columns if column.key == key)


@dataclass(slots=True)
class Row:
    """A row as read. ``number``: as Excel shows it. ``values``: by column key (or month), empty cells left out.

    ``wrong``: keys of cells that have a fault.
    """

    number: int
    values: dict[str, object]
    wrong: set[str]


@dataclass(slots=True)
class Reading:
    """A table read by a layout. ``places``: column index by key. ``header``: index of the header row.

    ``numbers``: Excel's number of each row that says anything. ``columns``: by key (or month), a value for each of
    these rows, None where the cell is empty or wrong. ``rows``: the same row by row, once they are asked for.
    ``wrong``: the keys of wrong cells, by the row's number. ``unread``: the header is wrong, so no row was read.
    """

    table: Table
    layout: Layout
    header: int = -1
    places: dict[str, int] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    columns: dict[str, list[object]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    wrong: dict[int, set[str]] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    examples: int = 0
    unread: bool = False

    def has(self, key: str) -> bool:
        """Tell whether the table has the column."""
        return key in self.places

    def lay_out_rows(self) -> None:
        """Fill ``rows`` from the columns."""
        keys = list(self.columns)
        self.rows = [
            Row(
                number,
                {key: value for key, value in zip(keys, values, strict=True) if value is not None},
                self.wrong.get(number) or set(),
            )
            for number, values in zip(self.numbers, zip(*self.columns.values(), strict=True), strict=True)
        ]

    def refuse(self, row: int, key: str | int, wrong: CellError) -> None:
        """Add a fault as ``report`` does, and mark the row as wrong."""
        self.wrong.setdefault(row, set()).add(key if isinstance(key, str) else "")
        self.report(row, key, wrong)

    def report(self, row: int, key: str | int, wrong: CellError) -> None:
        """Add a fault at Excel row ``row`` in the column with ``key`` (or at a column index; -1: the whole row)."""
        index = key if isinstance(key, int) else self.places.get(key, self.months.get(key, -1))
        cells = self.table.rows
        shown = index >= 0 and 0 < row <= len(cells) and index < len(cells[row - 1])
        value = cells[row - 1][index] if shown else ""
        heading = cells[self.header][index] if index >= 0 and 0 <= self.header < len(cells) else ""
        self.faults.append(
            CellFault(
                sheet=self.table.name,
                row=row,
                column=column_letter(index) if index >= 0 else "",
                header=_shown(heading) if row != self.header + 1 else "",
                found=_shown(value),
                ja=wrong.ja,
                en=wrong.en,
            )
        )


def _shown(value: Cell) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return quote(str(value).strip())


def headings(layout: Layout) -> dict[str, str]:
    """Return the column key for each heading that is understood."""
    known: dict[str, str] = {}
    for column in layout.columns:
        for name in (column.key, column.ja, column.en, *column.aliases):
            known[heading_key(name)] = column.key
    return known


def find_header(table: Table, layout: Layout) -> int:
    """Return the index of the header row: the one with most known headings near the top; -1 if there is none."""
    known = headings(layout)
    scores = [
        len({known[name] for cell in row if isinstance(cell, str) and (name := _heading(cell)) in known})
        for row in table.rows[:HEADER_ROWS]
    ]
    best = max(scores, default=0)
    return scores.index(best) if best >= 2 else -1


def _heading(cell: Cell) -> str:
    return heading_key(MARK.sub("", str(cell)))


def read_table(table: Table, layout: Layout) -> Reading:
    """Read ``table`` by ``layout``: values, and a fault for each cell that is wrong."""
    reading = Reading(table, layout, header=find_header(table, layout))
    if reading.header < 0:
        names = "、".join(column.ja for column in layout.columns if column.required)
        reading.report(
            0,
            -1,
            CellError(f"見出しの行が見つかりません。必要な列: {names}", f"No header row. Columns needed: {names}"),
        )
        reading.unread = True
        return reading
    read_header(reading)
    reading.unread = bool(reading.faults)
    if not reading.unread:
        read_columns(reading)
        check_merged(reading)
    return reading


def read_header(reading: Reading) -> None:
    """Find which column is where; unknown headings near a known one are faults, others are left out with a notice."""
    known = headings(reading.layout)
    ignored = {heading_key(title) for title in (RESULT_HEADING, *reading.layout.shown_only)}
    row = reading.header + 1
    for index, cell in enumerate(reading.table.rows[reading.header]):
        name = _heading(cell)
        if not name or name in ignored:
            continue
        if name in known:
            if known[name] in reading.places:
                reading.report(row, index, CellError("同じ見出しの列が2つあります。", "Two columns have this heading."))
            reading.places.setdefault(known[name], index)
        elif reading.layout.months and looks_like_month(cell):
            read_month_heading(reading, index, cell)
        else:
            question_heading(reading, index, name, known)
    for column in reading.layout.columns:
        if column.required and column.key not in reading.places:
            reading.report(
                row, -1, CellError(f"「{column.ja}」の列がありません。", f"The column {column.ja} is missing.")
            )


def read_month_heading(reading: Reading, index: int, cell: Cell) -> None:
    """Note the month a column is headed by."""
    try:
        month = parse_month(cell)
    except CellError as wrong:
        reading.report(reading.header + 1, index, wrong)
        return
    if month in reading.months:
        reading.report(
            reading.header + 1,
            index,
            CellError(f"{format_month(month)}の列が2つあります。", f"Two columns are headed by {month}."),
        )
    reading.months.setdefault(month, index)


def question_heading(reading: Reading, index: int, name: str, known: dict[str, str]) -> None:
    """Ask about a heading that is nearly a known one; leave any other column out, and say so."""
    from rapidfuzz import fuzz, process

    free = [heading for heading, key in known.items() if key not in reading.places]
    near = process.extractOne(name[:100], free, scorer=fuzz.ratio, score_cutoff=LIKE_A_HEADING)
    heading = _shown(reading.table.rows[reading.header][index])
    if near is None:
        place = f"{reading.table.name}!{column_letter(index)}{reading.header + 1}"
        reading.notices.append(f"{place}: 列「{heading}」は取り込みません / column “{heading}” is left out")
        return
    meant = reading.layout.column(known[near[0]]).ja
    reading.report(
        reading.header + 1,
        index,
        CellError(f"この見出しはありません。もしかして「{meant}」ですか。", f"Unknown heading. Did you mean {meant}?"),
    )


def check_merged(reading: Reading) -> None:
    """Report merged cells from the header row on: all but the first of them are read as empty."""
    repeated = {reading.places[key] for key in reading.layout.repeats if key in reading.places}
    for first_row, first_column, last_row, last_column in reading.table.merged:
        downwards = first_row > reading.header and first_column == last_column and first_column in repeated
        if last_row < reading.header or downwards:
            continue
        wrong = CellError(
            "セルが結合されています。結合を解除し、各行に値を書いてください。",
            "Merged cells. Unmerge them and fill each row.",
        )
        reading.report(first_row + 1, first_column, wrong)
        for number in reading.numbers:
            if first_row < number <= last_row + 1:
                reading.wrong.setdefault(number, set()).add("")


Reader: TypeAlias = tuple[str, int, Callable[[Cell], object]]
"""A column's key, its index in the table, and how its cells are read."""


def readers_of(reading: Reading) -> list[Reader]:
    """Return how each column the table has is read, in the layout's order."""
    places = reading.places
    readers = [
        (column.key, places[column.key], column.read) for column in reading.layout.columns if column.key in places
    ]
    if reading.layout.months:
        readers += [(month, place, reading.layout.months) for month, place in reading.months.items()]
    return readers


def read_columns(reading: Reading) -> None:
    """Read every row below the header; one with nothing in a known column is skipped, and so is the example."""
    readers = readers_of(reading)
    table, first = reading.table, reading.header + 1
    outcomes: dict[str, list[Outcome]] = {}
    examples: dict[int, int] = {}
    for order, (key, place, read) in enumerate(readers):
        cells = column_of(table, first, place)
        outcomes[key] = read_column(cells, read)
        for (row, column), what in table.lost.items():
            if column == place and row >= first:
                outcomes[key][row - first] = lost_error(what)
        if EXAMPLE in cells or any(str(cell).strip() == EXAMPLE for cell in set(cells) if EXAMPLE in str(cell)):
            for index, cell in enumerate(cells):
                if str(cell).strip() == EXAMPLE:
                    examples.setdefault(index, order)
    skipped = blank_rows(outcomes)
    for index, order in examples.items():
        if all(outcomes[key][index] is None for key, _, _ in readers[:order]):
            reading.examples += 1
            skipped.add(index)
    keep(reading, readers, outcomes, skipped)


def blank_rows(outcomes: Mapping[str, list[Outcome]]) -> set[int]:
    """Return the rows in which every column is empty."""
    columns = iter(outcomes.values())
    blank = {index for index, outcome in enumerate(next(columns, [])) if outcome is None}
    for column in columns:
        blank = {index for index in blank if column[index] is None}
    return blank


def keep(
    reading: Reading, readers: Sequence[Reader], outcomes: Mapping[str, list[Outcome]], skipped: Collection[int]
) -> None:
    """Put the outcomes of the rows that are not skipped into ``reading``: values to columns, errors to faults."""
    first = reading.header + 2
    count = len(next(iter(outcomes.values()), []))
    kept = [index for index in range(count) if index not in skipped] if skipped else range(count)
    reading.numbers = [index + first for index in kept]
    for key, place, _ in readers:
        column = outcomes[key] if not skipped else [outcomes[key][index] for index in kept]
        if CellError in set(map(type, column)):
            for index, outcome in enumerate(column):
                if isinstance(outcome, CellError):
                    number = reading.numbers[index]
                    reading.wrong.setdefault(number, set()).add(key)
                    reading.report(number, place, outcome)
                    column[index] = None
        reading.columns[key] = column
