"""A workbook of what was not taken in: the faulty rows as they were, the cells in colour, what is wrong at the end."""

from collections import defaultdict

from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.columns import RESULT_HEADING, Reading
from hub.workflows.sheets.faults import CellFault, column_letter
from hub.workflows.sheets.forms import Form
from hub.workflows.sheets.workbook import Heading, Sheet, Value, write_workbook

FAULTS_SHEET = "誤り"


def error_book(form: Form) -> bytes:
    """Return the workbook: the list of faults, then each sheet with its faulty rows, ready to be mended and read again.

    All rows of an expert or request with any fault are in it, so that it can be imported on its own.
    """
    return write_workbook([*(faulty_sheet(form, reading) for reading in form.readings), fault_list(form)])


def faulty_sheet(form: Form, reading: Reading) -> Sheet:
    """Return the rows of one sheet that were not taken in."""
    header = reading.table.rows[reading.header] if reading.header >= 0 else []
    headings = [Heading(str(writable(cell) or ""), 16, "General") for cell in header]
    said: dict[int, list[CellFault]] = defaultdict(list)
    for fault in reading.faults:
        said[fault.row].append(fault)
    rows: list[list[Value]] = []
    marked: set[tuple[int, int]] = set()
    for number in faulty_rows(form, reading):
        cells = [writable(cell) for cell in reading.table.rows[number - 1][: len(header)]]
        cells += [None] * (len(header) - len(cells))
        letters = {fault.column for fault in said[number]}
        marked |= {(len(rows), index) for index in range(len(header)) if column_letter(index) in letters}
        text = "\n".join(f"{fault.header or fault.column}: {fault.ja} / {fault.en}" for fault in said[number])
        rows.append([*cells, text])
    return Sheet(reading.table.name, [*headings, Heading(RESULT_HEADING, 80)], rows, frozenset(marked))


def faulty_rows(form: Form, reading: Reading) -> list[int]:
    """Return the numbers of the rows of faulty entries, and of rows with a fault that belong to none, from the top."""
    of_entries = {
        row.number for entry in form.entries if entry.faulty for source, row in entry.rows if source is reading
    }
    return sorted(of_entries | set(reading.wrong))


def writable(cell: Cell) -> Value:
    """Return a cell as found so that it can be written again; kinds Excel has no plain form for become text."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, str | int):
        return cell
    if isinstance(cell, float):
        return cell if abs(cell) < float("inf") else str(cell)
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def fault_list(form: Form) -> Sheet:
    """Return the sheet that lists every fault."""
    headings = [
        Heading("シート", 16),
        Heading("セル", 10),
        Heading("列", 20),
        Heading("書かれていたもの", 30),
        Heading("誤りと直し方", 70),
        Heading("What is wrong", 70),
    ]
    rows = [[fault.sheet, fault.cell, fault.header, fault.found, fault.ja, fault.en] for fault in form.faults]
    return Sheet(FAULTS_SHEET, headings, rows)
