"""Writing xlsx: plain tables with a header people can read, and no text that a program would run as a formula.

Sheets stream into the archive row by row, so a list of any length is written in little memory. The parts of the
package are those of ECMA-376 (SpreadsheetML): text is kept in its cell (``inlineStr``), formats in ``styles.xml``.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from hub.workflows.sheets.csv_text import write_csv_rows
from hub.workflows.sheets.faults import FileError, column_letter
from hub.workflows.sheets.sheet_xml import RowWriter, Value, plain
from hub.workflows.sheets.styles import Styles

__all__ = ["Heading", "Sheet", "Value", "as_text_rows", "save_csv", "save_workbook", "write_workbook"]

ROWS_WITH_CHOICES = 2_000
MOST_ROWS_WRITTEN = 1_048_575
LONGEST_LIST = 250
"""A drop-down's words, joined, may have at most 255 characters in Excel."""

LISTS_NAME = "選択肢"
LONGEST_NAME = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
PART_ROWS = 256
"""Rows handed to the compressor at once."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Lists: TypeAlias = dict[tuple[str, ...], str]
"""Words of long drop-down lists to the letter of the column that keeps them."""


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
    out = io.BytesIO()
    save_workbook(sheets, out)
    return out.getvalue()


def save_workbook(sheets: Sequence[Sheet], out: BinaryIO) -> None:
    """Write an xlsx workbook with ``sheets`` to ``out``, row by row. Raises FileError as ``write_workbook``."""
    styles, lists, filters = Styles(), Lists(), []
    names = sheet_names([sheet.name for sheet in sheets])
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for number, sheet in enumerate(sheets, start=1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                rows = 0
                for some, text in sheet_parts(sheet, styles, lists):
                    rows += some
                    part.write(text.encode("utf-8"))
            filters.append(f"$A$1:${column_letter(len(sheet.headings) - 1)}${rows + 1}")
        if lists:
            names.append(LISTS_NAME)
            archive.writestr(f"xl/worksheets/sheet{len(names)}.xml", lists_sheet(lists, styles))
        archive.writestr("xl/styles.xml", DECLARATION + styles.xml())
        archive.writestr("xl/workbook.xml", workbook_part(names, filters))
        archive.writestr("xl/_rels/workbook.xml.rels", workbook_relations(len(names)))
        archive.writestr("_rels/.rels", package_relations())
        archive.writestr("[Content_Types].xml", content_types(len(names)))


def sheet_parts(sheet: Sheet, styles: Styles, lists: Lists) -> Iterator[tuple[int, str]]:
    """Yield the worksheet's XML in pieces, each with how many rows below the header it has."""
    yield 0, sheet_start(sheet, styles)
    writer = RowWriter(styles, [heading.number_format for heading in sheet.headings], sheet.marked)
    yield 0, writer.header([(heading.title, heading.required) for heading in sheet.headings])
    waiting: list[str] = []
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        if number > MOST_ROWS_WRITTEN:
            raise FileError(
                f"「{sheet.name}」がExcelの上限（{MOST_ROWS_WRITTEN:,} 行）を超えます。CSVで書き出してください。",
                f"“{sheet.name}” has more rows than Excel takes ({MOST_ROWS_WRITTEN:,}). Write it as CSV.",
            )
        waiting.append(writer.row(number, row))
        if len(waiting) == PART_ROWS:
            yield len(waiting), "".join(waiting)
            waiting.clear()
    yield len(waiting), "".join(waiting)
    last = column_letter(len(sheet.headings) - 1)
    yield 0, f'</sheetData><autoFilter ref="A1:{last}{number + 1}"/>{choice_lists(sheet, lists)}</worksheet>'


def sheet_start(sheet: Sheet, styles: Styles) -> str:
    """Return the XML before the rows: header frozen, columns wide enough and of their kind also where they are empty.

    An empty column is a text column too, so that a 団体コード typed there later keeps its zero.
    """
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{heading.width + 0.7:g}" customWidth="1"'
        f' style="{styles.column(heading.number_format)}"/>'
        for place, heading in enumerate(sheet.headings, start=1)
    )
    return (
        f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
        '<selection pane="bottomRight"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{widths}</cols><sheetData>"
    )


def choice_lists(sheet: Sheet, lists: Lists) -> str:
    """Return the drop-down lists of the columns that have one; other words stay allowed, the import judges them."""
    told = []
    for index, heading in enumerate(sheet.headings):
        if heading.choices:
            letter = column_letter(index)
            told.append(
                f'<dataValidation type="list" allowBlank="1" sqref="{letter}2:{letter}{ROWS_WITH_CHOICES}">'
                f"<formula1>{escape(choice_formula(heading.choices, lists))}</formula1></dataValidation>"
            )
    return f'<dataValidations count="{len(told)}">{"".join(told)}</dataValidations>' if told else ""


def choice_formula(choices: tuple[str, ...], lists: Lists) -> str:
    """Return what a drop-down takes its words from: themselves, or a column of the sheet of lists."""
    joined = ",".join(choices)
    if len(joined) <= LONGEST_LIST and not any("," in choice or '"' in choice for choice in choices):
        return f'"{joined}"'
    letter = lists.setdefault(choices, column_letter(len(lists)))
    return f"'{LISTS_NAME}'!${letter}$1:${letter}${len(choices)}"


def lists_sheet(lists: Lists, styles: Styles) -> str:
    """Return the sheet that keeps the words of long drop-down lists."""
    writer = RowWriter(styles, ["@"] * len(lists), frozenset())
    longest = max(len(choices) for choices in lists)
    rows = (
        writer.row(row, [choices[row] if row < len(choices) else None for choices in lists]) for row in range(longest)
    )
    return f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def workbook_part(names: Sequence[str], filters: Sequence[str]) -> str:
    """Return the list of sheets, with the ranges their filters cover (Excel keeps these as hidden names)."""
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    defined = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">'
        f"{escape(quoted(names[place]))}!{reach}</definedName>"
        for place, reach in enumerate(filters)
    )
    return (
        f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{defined}</definedNames></workbook>"
    )


def sheet_names(names: Sequence[str]) -> list[str]:
    """Return ``names`` as Excel takes them: at most 31 characters, no sign Excel forbids, no two alike."""
    taken: list[str] = []
    for name in names:
        base = FORBIDDEN.sub("_", name).strip("'")[:LONGEST_NAME] or "Sheet"
        told, count = base, 1
        while told.casefold() in (other.casefold() for other in taken):
            count += 1
            told = f"{base[: LONGEST_NAME - len(str(count)) - 1]}_{count}"
        taken.append(told)
    return taken


def quoted(name: str) -> str:
    """Return a sheet's name as formulas write it."""
    return "'" + name.replace("'", "''") + "'"


def workbook_relations(sheets: int) -> str:
    """Return where the workbook's sheets and styles are."""
    told = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, sheets + 1)
    )
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{told}{styles}</Relationships>'


def package_relations() -> str:
    """Return where the package's workbook is."""
    told = f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


def content_types(sheets: int) -> str:
    """Return what kind each part is of."""
    told = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{KIND}.worksheet+xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>{told}'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>'
    )


def as_text_rows(sheet: Sheet) -> Iterator[list[str]]:
    """Yield header and rows of a sheet as text, for CSV."""
    yield [heading.title for heading in sheet.headings]
    for row in sheet.rows:
        yield [plain(value) for value in row]


def save_csv(sheet: Sheet, out: BinaryIO) -> None:
    """Write one sheet as CSV to ``out``, row by row."""
    write_csv_rows(as_text_rows(sheet), out)
