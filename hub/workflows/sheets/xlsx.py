"""Reading xlsx: the archive's directory is checked first, then each sheet's reach, then its cells (python-calamine)."""

import posixpath
import re
import zipfile
import zlib
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from hub.workflows.sheets.book import MOST_CELLS, MOST_CELLS_IN_ALL, Table, check_extent
from hub.workflows.sheets.faults import FileError
from hub.workflows.sheets.package import BROKEN, check_sheets, repack, unpack
from hub.workflows.sheets.quick_scan import quick_reach
from hub.workflows.sheets.scan import Reach, scan_sheet

SHARED = "xl/sharedStrings.xml"
LARGEST_TEXT = 400 * 2**20
"""Bytes of text all cells together may hold once shared texts are copied into each cell that names them."""

SHARED_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?t=["']s["'][^>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})""")


def read_xlsx(content: bytes) -> tuple[Table, ...]:
    """Return the worksheets of a workbook, hidden ones too. Raises FileError."""
    try:
        parts = unpack(content)
        paths = sheet_paths(parts)
        check_sheets(len(paths))
        reaches = {name: reach_of(name, parts[path]) for name, path in paths.items()}
        check_total(reaches)
        check_shared(parts, set(paths.values()))
        packed = repack(parts)
        parts.clear()
        with CalamineWorkbook.from_filelike(packed) as workbook:
            del packed
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            return tuple(
                read_sheet(workbook, sheet.name, reaches[sheet.name], sheet.visible != SheetVisibleEnum.Visible)
                for sheet in sheets
            )
    except (
        zipfile.BadZipFile,
        zlib.error,
        CalamineError,
        expat.ExpatError,
        KeyError,
        ValueError,
        NotImplementedError,
        EOFError,
    ) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(*BROKEN) from error


def sheet_paths(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the part of the archive in which each worksheet is kept, by the sheet's name."""
    targets = {
        relation["Id"]: posixpath.normpath(posixpath.join("/xl", relation["Target"])).lstrip("/")
        for relation in elements(parts["xl/_rels/workbook.xml.rels"], "Relationship")
        if relation.get("TargetMode") != "External"
    }
    paths = {
        sheet["name"]: targets[sheet["id"]] for sheet in elements(parts["xl/workbook.xml"], "sheet") if "id" in sheet
    }
    return {name: path for name, path in paths.items() if "/worksheets/" in path}


def elements(xml: bytes, tag: str) -> list[dict[str, str]]:
    """Return the attributes, by name without namespace, of every element called ``tag``."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == tag:
            found.append({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def refuse(*_: object) -> None:
        raise FileError(*BROKEN)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    parser.Parse(xml, True)
    return found


def reach_of(name: str, xml: bytes) -> Reach:
    """Return how far the sheet reaches. Raises FileError if it is more than may be laid out."""
    quick = quick_reach(xml)
    if quick is not None and quick[0] * quick[1] <= MOST_CELLS and within(name, *quick):
        return Reach(*quick)
    # Formulas, errors, or formatted cells far away that hold nothing: only a close look tells.
    reach = scan_sheet(xml)
    check_extent(name, reach.rows, reach.columns)
    return reach


def within(name: str, rows: int, columns: int) -> bool:
    """Tell whether a table may reach that far."""
    try:
        check_extent(name, rows, columns)
    except FileError:
        return False
    return True


def check_total(reaches: dict[str, Reach]) -> None:
    """Refuse a workbook whose sheets together are too large to be laid out."""
    total = sum(reach.rows * reach.columns for reach in reaches.values())
    if total > MOST_CELLS_IN_ALL:
        raise FileError(
            f"シートを合わせると大きすぎます（{total:,} セル、上限 {MOST_CELLS_IN_ALL:,}）。シートを減らしてください。",
            f"The sheets together are too large ({total:,} cells, at most {MOST_CELLS_IN_ALL:,}). Remove some.",
        )


def check_shared(parts: dict[str, bytes], sheets: set[str]) -> None:
    """Refuse a workbook in which few long texts are named by so many cells that copying them would fill the memory."""
    shared = next((part for name, part in parts.items() if name.casefold() == SHARED.casefold()), None)
    if shared is None:
        return
    sizes = shared_sizes(shared)
    references = sum(parts[path].count(b't="s"') + parts[path].count(b"t='s'") for path in sheets)
    if max(sizes) * references <= LARGEST_TEXT:
        return
    known = len(sizes)
    named = (int(match[1]) for path in sheets for match in SHARED_CELL.finditer(parts[path]))
    if sum(sizes[index] for index in named if index < known) > LARGEST_TEXT:
        raise FileError(
            "同じ長い文字が多くのセルに入っていて、大きすぎます。分けてください。",
            "Long texts repeated in many cells make the workbook too large. Split it.",
        )


def shared_sizes(shared: bytes) -> list[int]:
    """Return the bytes each shared text takes, in their order."""
    if b":si>" not in shared:
        return [len(item) for item in shared.split(b"</si>")]
    return [len(item) for item in re.split(rb"</(?:\w+:)?si>", shared)]


def read_sheet(workbook: CalamineWorkbook, name: str, reach: Reach, hidden: bool) -> Table:
    """Return one worksheet with the cells whose value would get lost."""
    sheet = workbook.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    lost = {(row - 1, column - 1): error for (row, column), error in reach.errors.items()}
    lost |= {(row - 1, column - 1): "=" for row, column in reach.uncomputed}
    for row, column in lost:
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
    merged = tuple((first[0], first[1], last[0], last[1]) for first, last in sheet.merged_cell_ranges or ())
    return Table(name, rows, merged, lost, hidden)
