"""CSV as Japanese offices exchange it: UTF-8 with or without BOM, or CP932 (Shift_JIS of Windows)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from hub.workflows.sheets.book import Cell, check_extent
from hub.workflows.sheets.faults import FileError

BOM = b"\xef\xbb\xbf"
STARTS_A_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
"""What a spreadsheet program may run as a formula when a CSV file is opened (OWASP: CSV injection)."""

ESCAPED = re.compile(r"'+[=+\-@＝＋－＠\t\r]")
LONGEST_FIELD = 1_000_000
PIECE = 65_536


def harmless(text: str) -> str:
    """Return ``text`` so that no spreadsheet program takes it for a formula: with an apostrophe in front if needed."""
    return f"'{text}" if STARTS_A_FORMULA.match(text) else text


def as_typed(text: str) -> str:
    """Undo ``harmless``."""
    return text[1:] if ESCAPED.match(text) else text


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return ``rows`` as CSV that Excel opens rightly: UTF-8 with BOM, CRLF, nothing that runs as a formula."""
    out = io.BytesIO()
    write_csv_rows(rows, out)
    return out.getvalue()


def write_csv_rows(rows: Iterable[Sequence[str]], out: BinaryIO) -> None:
    """Write ``rows`` to ``out`` as ``write_csv`` returns them, some at a time."""
    out.write(BOM)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(field) for field in row])
        if text.tell() > PIECE:
            out.write(text.getvalue().encode("utf-8"))
            text.seek(0)
            text.truncate()
    out.write(text.getvalue().encode("utf-8"))


def read_csv(content: bytes) -> list[list[Cell]]:
    """Return the rows of a CSV file. Raises FileError if it is no text in a known encoding, or too large."""
    text = decode(content)
    first_line = text.partition("\n")[0]
    delimiter = max(",\t;", key=first_line.count)
    csv.field_size_limit(LONGEST_FIELD)
    rows: list[list[Cell]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([as_typed(field) for field in record])
            if len(rows) % 1000 == 0:
                check_extent("CSV", len(rows), len(record))
    except csv.Error as error:
        raise FileError(
            f'CSVの {len(rows) + 1} 行目を読めません。引用符「"」の閉じ忘れか、長すぎる値がないか確かめてください。',
            f"Record {len(rows) + 1} of the CSV cannot be read: an unclosed quote, or a value that is too long.",
        ) from error
    check_extent("CSV", len(rows), max((len(row) for row in rows), default=0))
    return rows


def decode(content: bytes) -> str:
    """Return ``content`` as text. UTF-8 is tried first: CP932 text is hardly ever valid UTF-8 by accident."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileError(
            "中身はExcelのファイルです。拡張子を .xlsx にするか、CSVとして保存し直してください。",
            "The content is an Excel workbook. Rename it to .xlsx, or save it as CSV.",
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError(
            "文字コードがUTF-16です。Excelで「CSV UTF-8」として保存し直してください。",
            "The file is UTF-16. Save it in Excel as “CSV UTF-8”.",
        )
    furthest = 0
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    # The encoding that gets furthest is the one the writer meant.
    line = content.count(b"\n", 0, furthest) + 1
    raise FileError(
        f"{line} 行目の文字を読めません。文字コードをUTF-8かShift_JIS（CP932）にして保存し直してください。",
        f"Line {line} is neither UTF-8 nor Shift_JIS (CP932). Save the file as “CSV UTF-8”.",
    )
