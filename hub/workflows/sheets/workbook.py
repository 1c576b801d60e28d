"""Writing xlsx: plain tables with a header people can read, and no text that a program would run as a formula."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as WrittenCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hub.workflows.sheets.csv_text import STARTS_A_FORMULA
from hub.workflows.sheets.faults import FileError, column_letter
from hub.workflows.sheets.values import fifteen_digits

Value: TypeAlias = str | float | datetime | None
"""What is written in a cell; text stays text whatever it looks like."""

HEADER_FILL = PatternFill("solid", fgColor="0017C1")
REQUIRED_FILL = PatternFill("solid", fgColor="8B0000")
FAULT_FILL = PatternFill("solid", fgColor="FFD6D6")
LINE = Side(style="thin", color="B3B3B3")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
WRAP = Alignment(vertical="top", wrap_text=True)
INVALID_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
ROWS_WITH_CHOICES = 2_000
MOST_ROWS_WRITTEN = 1_048_575
LONGEST_LIST = 250
"""A drop-down's words, joined, may have at most 255 characters in Excel."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column to write: its heading, width in characters, Excel number format, and words to choose from."""

    title: str
    width: int = 14
    number_format: str = "@"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to write. ``marked``: (row, column) from 0, below the header, of the cells to colour."""

    name: str
    headings: Sequence[Heading]
    rows: Iterable[Sequence[Value]]
    marked: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return an xlsx workbook with ``sheets``. Raises FileError if one has more rows than Excel takes."""
    workbook = Workbook(write_only=True)
    lists: dict[tuple[str, ...], str] = {}
    for sheet in sheets:
        fill_sheet(workbook, sheet, lists)
    if lists:
        add_lists(workbook, lists)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def fill_sheet(workbook: Workbook, sheet: Sheet, lists: dict[tuple[str, ...], str]) -> None:
    """Add one sheet: header frozen and filtered, columns wide enough, choices as drop-down lists."""
    page = workbook.create_sheet(sheet.name)
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{column_letter(len(sheet.headings) - 1)}1"
    for index, heading in enumerate(sheet.headings):
        page.column_dimensions[column_letter(index)].width = heading.width
        if heading.choices:
            add_choices(page, index, heading.choices, lists)
    page.append([header_cell(page, heading) for heading in sheet.headings])
    for number, row in enumerate(sheet.rows):
        if number >= MOST_ROWS_WRITTEN:
            raise FileError(
                f"「{sheet.name}」がExcelの上限（{MOST_ROWS_WRITTEN:,} 行）を超えます。CSVで書き出してください。",
                f"“{sheet.name}” has more rows than Excel takes ({MOST_ROWS_WRITTEN:,}). Write it as CSV.",
            )
        page.append(list(body_cells(page, sheet, number, row)))


def header_cell(page: Worksheet, heading: Heading) -> WrittenCell:
    """Return the cell of a heading."""
    cell = text_cell(page, heading.title)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = REQUIRED_FILL if heading.required else HEADER_FILL
    cell.alignment = WRAP
    cell.border = BORDER
    return cell


def body_cells(page: Worksheet, sheet: Sheet, number: int, row: Sequence[Value]) -> Iterator[WrittenCell]:
    """Yield the cells of one row."""
    for index, value in enumerate(row):
        if isinstance(value, str) and value:
            cell = text_cell(page, value)
            cell.number_format = "@"
        else:
            cell = WrittenCell(page, row=1, column=1, value=as_excel(value))
            cell.number_format = number_format(sheet.headings[index], value)
        if cell.value is not None:
            cell.alignment = WRAP
        if (number, index) in sheet.marked:
            cell.fill = FAULT_FILL
        yield cell


def as_excel(value: Value) -> Value:
    """Return a value that is no text as Excel keeps it; its own 15 digits, so that saving it there changes nothing."""
    if value == "":
        return None
    return fifteen_digits(value) if isinstance(value, float) else value


def number_format(heading: Heading, value: Value) -> str:
    """Return the Excel format of a value that is no text: the column's, or a plain one where that is text."""
    if heading.number_format != "@":
        return heading.number_format
    return "yyyy-mm-dd" if isinstance(value, datetime) else "General"


def text_cell(page: Worksheet, text: str) -> WrittenCell:
    """Return a cell that holds ``text`` as text: never a formula, also not when it is edited in Excel later."""
    cell = WrittenCell(page, row=1, column=1)
    cell.value = LOOKS_ESCAPED.sub("_x005F_", INVALID_IN_XML.sub("", text))
    cell.data_type = "s"
    if STARTS_A_FORMULA.match(text):
        cell.quotePrefix = True
    return cell


def add_choices(page: Worksheet, index: int, choices: tuple[str, ...], lists: dict[tuple[str, ...], str]) -> None:
    """Offer ``choices`` as a drop-down in the column; other words stay allowed, the import judges them."""
    joined = ",".join(choices)
    if len(joined) <= LONGEST_LIST and not any("," in choice or '"' in choice for choice in choices):
        formula = f'"{joined}"'
    else:
        letter = lists.setdefault(choices, column_letter(len(lists)))
        formula = f"{quote_sheetname(LISTS_NAME)}!${letter}$1:${letter}${len(choices)}"
    validation = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
    letter = column_letter(index)
    validation.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")
    page.data_validations.append(validation)


LISTS_NAME = "選択肢"


def add_lists(workbook: Workbook, lists: dict[tuple[str, ...], str]) -> None:
    """Add the sheet that keeps the words of long drop-down lists."""
    page = workbook.create_sheet(LISTS_NAME)
    longest = max(len(choices) for choices in lists)
    for row in range(longest):
        page.append([text_cell(page, choices[row] if row < len(choices) else "") for choices in lists])


def as_text_rows(sheet: Sheet) -> Iterator[list[str]]:
    """Yield header and rows of a sheet as text, for CSV."""
    yield from chain(
        [[heading.title for heading in sheet.headings]], ([plain(value) for value in row] for row in sheet.rows)
    )


def plain(value: Value) -> str:
    """Return a value as CSV text: 40.0 → 40, nothing → empty."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
