"""The archive of a workbook: what its directory declares is judged before anything is unpacked.

Refusing takes no more than reading the directory, whatever the archive would unpack to.
"""

import io
import re
import zipfile

from hub.workflows.sheets.faults import FileError

LARGEST_UNPACKED = 256 * 2**20
MOST_PARTS = 2_000
MOST_SHEETS = 100
LARGEST_DIRECTORY = 300_000
"""Bytes; a part takes 46 and its name."""

END = b"PK\x05\x06"
END_SIZE = 22
LONGEST_COMMENT = 65_535
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
ZIP_MAGIC = b"PK"
ENCRYPTED = 0x1
NEEDED = re.compile(
    r"(\[Content_Types\]\.xml|_rels/.*|xl/_rels/.*|xl/(workbook|styles|sharedStrings)\.xml"
    r"|xl/(worksheets|chartsheets|dialogsheets|macrosheets)/.*\.xml)",
    re.IGNORECASE,
)
SHARED = re.compile(r"xl/sharedStrings\.xml", re.IGNORECASE)
TEXT_END = b"si>"
CELL_LENGTH = 32_767
LONGEST_TEXT = CELL_LENGTH * 64
"""Bytes: far more than what Excel takes in a cell, however much of it is formatted by itself."""
SHEET = re.compile(r"xl/worksheets/[^/]*\.xml", re.IGNORECASE)
MACROS = re.compile(r"xl/(vbaProject.*\.bin|macrosheets/.*)", re.IGNORECASE)
BINARY = re.compile(r"xl/workbook\.bin", re.IGNORECASE)
BROKEN = (
    "Excelのファイルとして読めません（壊れているか、別の形式です）。Excelで開いて .xlsx として保存し直してください。",
    "The file is not a readable .xlsx workbook (damaged, or another format). Open it in Excel and save it as .xlsx.",
)


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the parts a reader needs. Raises FileError for what is no plain workbook of a sensible size.

    ``zipfile.BadZipFile`` and the like for what is broken inside.
    """
    check_kind(content)
    check_directory(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        check_parts(parts)
        needed = [part for part in parts if NEEDED.fullmatch(part.filename)]
        needed.sort(key=lambda part: SHARED.fullmatch(part.filename) is None)
        return {part.filename: read_part(archive, part) for part in needed}


def read_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Return a part unpacked. Raises FileError at the first shared text that is longer than any cell can hold.

    How far texts are packed tells nothing: a long paragraph with a name in it, repeated, packs as well as one letter.
    """
    if part.file_size < LONGEST_TEXT or not SHARED.fullmatch(part.filename):
        return archive.read(part)
    pieces = []
    with archive.open(part) as unpacking:
        while piece := unpacking.read(LONGEST_TEXT):
            if len(piece) == LONGEST_TEXT and TEXT_END not in piece:
                raise FileError(
                    f"セルに入る長さ（{CELL_LENGTH:,}文字）を超える文字があります。"
                    "Excelで開いて .xlsx として保存し直してください。",
                    f"It holds a text longer than a cell takes ({CELL_LENGTH:,} characters). "
                    "Open it in Excel and save it as .xlsx.",
                )
            pieces.append(piece)
    return b"".join(pieces)


def check_kind(content: bytes) -> None:
    """Refuse what is no archive at all, by its first bytes."""
    if content.startswith(OLE_MAGIC):
        raise FileError(
            "パスワードつき、または古い形式（.xls）のファイルです。パスワードを外し .xlsx として保存し直してください。",
            "The workbook is protected by a password or in the old .xls format. Save it as .xlsx without a password.",
        )
    if not content.startswith(ZIP_MAGIC):
        raise FileError(*BROKEN)


def check_directory(content: bytes) -> None:
    """Refuse an archive without an end, or whose directory is too long to be worth reading."""
    end = content.rfind(END, max(0, len(content) - END_SIZE - LONGEST_COMMENT))
    if end < 0:
        raise FileError(*BROKEN)
    if int.from_bytes(content[end + 12 : end + 16], "little") > LARGEST_DIRECTORY:
        raise too_many_parts()


def too_many_parts() -> FileError:
    """Return what is said of an archive of too many parts."""
    return FileError(
        f"ファイルの中の部品が多すぎます（上限 {MOST_PARTS:,}）。必要なシートだけを新しいファイルに写してください。",
        f"The file has too many parts (at most {MOST_PARTS:,}). Copy the sheets you need into a new file.",
    )


def check_parts(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse, from the directory alone, an archive that is too large, has macros, a password, or too many sheets."""
    if len(parts) > MOST_PARTS:
        raise too_many_parts()
    declared = sum(part.file_size for part in parts)
    if declared > LARGEST_UNPACKED:
        size, most = f"{declared / 2**20:,.0f} MB", f"{LARGEST_UNPACKED // 2**20} MB"
        raise FileError(
            f"展開すると大きすぎます（{size}、上限 {most}）。分けてください。",
            f"Unpacked it is too large ({size}, at most {most}). Split it.",
        )
    names = [part.filename for part in parts]
    if any(part.flag_bits & ENCRYPTED for part in parts) or len(set(names)) < len(names):
        raise FileError(*BROKEN)
    if any(MACROS.fullmatch(name) for name in names):
        raise FileError(
            "マクロの入ったファイルです。マクロのない .xlsx として保存し直してください。",
            "The workbook holds macros. Save it as .xlsx without macros.",
        )
    if any(BINARY.fullmatch(name) for name in names):
        raise FileError(
            "バイナリ形式（.xlsb）のファイルです。.xlsx として保存し直してください。",
            "The workbook is in the binary format (.xlsb). Save it as .xlsx.",
        )
    check_sheets(sum(SHEET.fullmatch(name) is not None for name in names))


def check_sheets(count: int) -> None:
    """Refuse a workbook of too many sheets."""
    if count > MOST_SHEETS:
        raise FileError(
            f"シートが {count:,} 枚あります（上限 {MOST_SHEETS} 枚）。必要なシートだけを残してください。",
            f"The workbook has {count:,} sheets (at most {MOST_SHEETS}). Keep only those you need.",
        )


def repack(parts: dict[str, bytes]) -> io.BytesIO:
    """Return ``parts`` as an archive again, so that the reader unpacks nothing beyond what was declared and checked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    out.seek(0)
    return out
