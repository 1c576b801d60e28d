"""Reading xlsx: the archive's directory is checked first, then each sheet's reach, then its cells (python-calamine)."""

import io
import posixpath
import re
import zipfile
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from hub.workflows.sheets.book import Cell, Table, check_extent
from hub.workflows.sheets.faults import FileError
from hub.workflows.sheets.scan import Reach, scan_sheet

LARGEST_UNPACKED = 300 * 2**20
MOST_PARTS = 2_000
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
NEEDED = re.compile(
    r"(\[Content_Types\]\.xml|_rels/.*|xl/_rels/.*|xl/(workbook|styles|sharedStrings)\.xml"
    r"|xl/(worksheets|chartsheets|dialogsheets|macrosheets)/.*\.xml)",
    re.IGNORECASE,
)
BROKEN = (
    "Excelのファイルとして読めません（壊れているか、別の形式です）。Excelで開いて .xlsx として保存し直してください。",
    "The file is not a readable .xlsx workbook (damaged, or another format). Open it in Excel and save it as .xlsx.",
)


def read_xlsx(content: bytes) -> tuple[Table, ...]:
    """Return the worksheets of a workbook, hidden ones too. Raises FileError."""
    if content.startswith(OLE_MAGIC):
        raise FileError(
            "パスワードつき、または古い形式（.xls）のファイルです。パスワードを外し .xlsx として保存し直してください。",
            "The workbook is protected by a password or in the old .xls format. Save it as .xlsx without a password.",
        )
    try:
        parts = unpack(content)
        paths = sheet_paths(parts)
        reaches = {name: reach_of(name, parts[path]) for name, path in paths.items()}
        with CalamineWorkbook.from_filelike(repack(parts)) as workbook:
            names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            return tuple(read_sheet(workbook, name, reaches[name]) for name in names)
    except (
        zipfile.BadZipFile,
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


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the parts a reader needs. What the archive's directory declares is added up before anything unpacks."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        declared = sum(part.file_size for part in parts)
        if declared > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
            size, most = f"{declared / 2**20:,.0f} MB", f"{LARGEST_UNPACKED // 2**20} MB"
            raise FileError(
                f"展開すると大きすぎます（{size}、上限 {most}）。分けてください。",
                f"Unpacked it is too large ({size}, at most {most}). Split it.",
            )
        return {part.filename: archive.read(part) for part in parts if NEEDED.fullmatch(part.filename)}


def repack(parts: dict[str, bytes]) -> io.BytesIO:
    """Return ``parts`` as an archive again, so that the reader unpacks nothing beyond what was declared and checked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    out.seek(0)
    return out


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

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return found


def reach_of(name: str, xml: bytes) -> Reach:
    """Return how far the sheet reaches. Raises FileError if it is more than may be laid out."""
    reach = scan_sheet(xml)
    check_extent(name, reach.rows, reach.columns)
    return reach


def read_sheet(workbook: CalamineWorkbook, name: str, reach: Reach) -> Table:
    """Return one worksheet with the cells whose value would get lost."""
    sheet = workbook.get_sheet_by_name(name)
    rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    lost = {(row - 1, column - 1): error for (row, column), error in reach.errors.items()}
    lost |= {(row - 1, column - 1): "=" for row, column in reach.uncomputed}
    for row, column in lost:
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
    merged = tuple((first[0], first[1], last[0], last[1]) for first, last in sheet.merged_cell_ranges or ())
    return Table(name, rows, merged, lost)
