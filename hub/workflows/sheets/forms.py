"""Rows that belong together: what one file says of each expert or request, and which of it holds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from hub.workflows.sheets.book import Book, Table, check_rows
from hub.workflows.sheets.columns import Column, Layout, Reading, Row, find_header, headings, read_table
from hub.workflows.sheets.faults import CellError, CellFault, column_letter
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.terms import key as heading_key

NAMES_KEPT = 4_096
"""Codes with a name beside them, remembered as judged: every body stands in many rows."""

UNREAD = frozenset({"見方", "選択肢", "誤り"})
"""Sheets of forms and of error workbooks that hold no data."""


@dataclass(slots=True)
class Entry:
    """What the file says of one expert or request. ``given``: by field, only what the file speaks of.

    ``row``: Excel row in the main sheet. ``rows``: all its rows, main sheet first. ``faulty``: one of them is wrong.
    """

    reference: str
    row: int
    given: dict[str, object] = field(default_factory=dict)
    rows: list[tuple[Reading, Row]] = field(default_factory=list)
    faulty: bool = False


@dataclass(slots=True)
class Form:
    """A file as read: ``readings`` of its sheets, main sheet first, and the entries in the order of the main sheet."""

    readings: list[Reading]
    entries: list[Entry] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[CellFault]:
        """All faults, sheet by sheet and from the top."""
        return [
            fault
            for reading in self.readings
            for fault in sorted(reading.faults, key=lambda fault: (fault.row, len(fault.column), fault.column))
        ]

    @property
    def examples(self) -> int:
        """How many example rows were left out."""
        return sum(reading.examples for reading in self.readings)


def read_sheets(book: Book, main: Layout, *details: Layout) -> Form:
    """Read the main sheet and the sheets of details the file has; others are left out. Raises FileError on its size."""
    form, unread = begun(book, main)
    for layout in details:
        table = next((table for table in unread if names(table, layout)), None)
        if table is not None:
            unread.remove(table)
            if table.rows:
                form.readings.append(read_table(table, layout))
    finish(form, unread)
    for reading in form.readings:
        reading.lay_out_rows()
        require(reading)
    return form


def read_main(book: Book, main: Layout) -> Form:
    """Read the main sheet alone, by columns; whether a required cell is empty is left to judge."""
    form, unread = begun(book, main)
    finish(form, unread)
    return form


def begun(book: Book, main: Layout) -> tuple[Form, list[Table]]:
    """Return the main sheet as read, and the tables that are left."""
    first, unread = main_table(book, main)
    check_rows(first)
    return Form([read_table(first, main)]), unread


def finish(form: Form, unread: list[Table]) -> None:
    """Say what was left out, and what was read though nobody sees it."""
    for table in unread:
        if table.name not in UNREAD and table.rows:
            form.notices.append(f"{table.name}: このシートは取り込みません / this sheet is left out")
    form.notices += [notice for reading in form.readings for notice in reading.notices]
    form.notices += [
        f"{reading.table.name}: 非表示のシートを読みました / a hidden sheet was read"
        for reading in form.readings
        if reading.table.hidden
    ]


def names(table: Table, layout: Layout) -> bool:
    """Tell whether the table has the layout's name."""
    return heading_key(table.name) in (heading_key(layout.name_ja), heading_key(layout.name_en))


def main_table(book: Book, main: Layout) -> tuple[Table, list[Table]]:
    """Return the main table, by name or else the one whose header fits best, and the other tables."""
    tables = list(book.tables)
    if not tables:
        return Table(main.name_ja, []), []
    named = next((table for table in tables if names(table, main)), None)
    chosen = named or max(tables, key=lambda table: known_headings(table, main))
    tables.remove(chosen)
    return chosen, tables


def known_headings(table: Table, layout: Layout) -> int:
    """Return how many of the layout's columns the table's header has."""
    header = find_header(table, layout)
    known = headings(layout)
    return sum(heading_key(str(cell)) in known for cell in table.rows[header]) if header >= 0 else 0


def require(reading: Reading) -> None:
    """Report each required cell that is empty; ``repeats`` are for the group to judge."""
    wanted = [
        column.key
        for column in reading.layout.columns
        if column.required and column.key in reading.places and column.key not in reading.layout.repeats
    ]
    for key in wanted:
        if any(value is None for value in reading.columns.get(key, ())):
            for row in reading.rows:
                if key not in row.values and key not in row.wrong:
                    missing(reading, row, key)


def missing(reading: Reading, row: Row, key: str) -> None:
    """Report an empty cell that has to be filled."""
    fault(reading, row, key, is_missing(reading.layout.column(key)))


def is_missing(column: Column) -> CellError:
    """Return what is said of an empty cell that has to be filled."""
    return CellError(f"「{column.ja}」は必須です。書いてください。", f"{column.en} is required.")


def fault(reading: Reading, row: Row, key: str, wrong: CellError) -> None:
    """Report a fault of one cell and mark its row."""
    row.wrong.add(key)
    reading.wrong.setdefault(row.number, row.wrong)
    reading.report(row.number, key, wrong)


def check_name(reading: Reading, row: Row, code_key: str, name_key: str, bodies: Bodies) -> None:
    """Report a code whose body is not the one named beside it."""
    code, name = row.values.get(code_key), row.values.get(name_key)
    if not isinstance(code, str) or not isinstance(name, str):
        return
    if not is_called(code, name, bodies):
        full = bodies.name_of(code) or ""
        fault(
            reading,
            row,
            name_key,
            CellError(
                f"{code} は {full} です。コードと名前のどちらかが違います。",
                f"{code} is {full}: code or name is wrong.",
            ),
        )


@lru_cache(maxsize=NAMES_KEPT)
def is_called(code: str, name: str, bodies: Bodies) -> bool:
    """Tell whether the body with ``code`` is called ``name``, with or without its prefecture."""
    full = bodies.name_of(code) or ""
    return heading_key(full).endswith(heading_key(name)) or name == bodies.name_en_of(code)


def join_details(form: Form, reading: Reading, by_reference: dict[str, Entry]) -> None:
    """Give each row of a sheet of details to its entry; a reference the main sheet does not have is a fault."""
    for row in reading.rows:
        reference = row.values.get("reference")
        if not isinstance(reference, str):
            continue
        entry = by_reference.get(reference)
        if entry is None:
            main = form.readings[0].table.name
            fault(
                reading,
                row,
                "reference",
                CellError(
                    f"「{main}」シートにない番号です。そちらにも行を書いてください。",
                    f"The sheet {main} has no such reference; add its row there.",
                ),
            )
            continue
        entry.rows.append((reading, row))


def refuse_repeated(
    rows: Iterable[tuple[Reading, Row]], identity: Callable[[Row], object], key: str, what: str
) -> None:
    """Report each row that repeats an earlier one of the same entry; an identity of None is left out."""
    first: dict[object, tuple[Reading, Row]] = {}
    for reading, row in rows:
        same = identity(row)
        if same is None:
            continue
        if same in first:
            before_reading, before = first[same]
            column = before_reading.places.get(key, 0)
            place = f"{before_reading.table.name}!{column_letter(column)}{before.number}"
            fault(reading, row, key, CellError(f"{what}が {place} と重なっています。", f"Already given at {place}."))
        else:
            first[same] = (reading, row)


def of_sheet(entry: Entry, reading: Reading | None) -> Sequence[tuple[Reading, Row]]:
    """Return the entry's rows in one sheet."""
    return [(source, row) for source, row in entry.rows if source is reading]


def settle(form: Form) -> None:
    """Mark the entries that have a fault in any of their rows; all of them where a sheet could not be read."""
    broken = any(reading.unread for reading in form.readings)
    for entry in form.entries:
        entry.faulty = broken or any(row.wrong for _, row in entry.rows)
