"""Files to measure imports by: tables of any length as office programs write them, and workbooks meant to do harm."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl

from hub.workflows.drafts import ExpertDraft, RequestDraft, expert_of, request_of
from hub.workflows.sheets.expert_sheets import expert_sheets
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_sheets import request_sheets
from hub.workflows.sheets.workbook import Sheet
from seed_data.generator import generate

SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MONTHS = 24
BASE = 2_000
"""Invented people and needs of which the longer lists are made, each with a number and a name of its own."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SEED = 7
MEGABYTE = 2**20

Row = Sequence[Any]


def availability_rows(count: int) -> Iterator[Row]:
    """Yield a header and ``count`` rows of availability, one a month, of people called ``E-000000`` and on."""
    yield "管理番号", "月", "空き時間", "同時件数", "現地日数"
    for number in range(count):
        person, month = divmod(number, MONTHS)
        name = f"{2026 + month // 12}年{month % 12 + 1}月"
        yield reference(person), name, 10 + (person + month) % 60, 1 + person % 3, (person + month) % 8


def reference(person: int) -> str:
    """Return the number of an expert."""
    return f"E-{person:06d}"


def experts(count: int) -> Iterator[tuple[str, ExpertDraft]]:
    """Yield ``count`` experts with their numbers, no two of one name."""
    told = [expert_of(person) for person in generate(min(count, BASE), 0, SEED).experts]
    for number in range(count):
        draft = told[number % len(told)]
        yield reference(number), replace(draft, reference=None, given_name=f"{draft.given_name}{number // len(told)}")


def requests(slots: int) -> Iterator[tuple[str, RequestDraft]]:
    """Yield requests of ``slots`` slots together, or a few more."""
    told = [request_of(need) for need in generate(0, BASE, SEED).requests]
    number = total = 0
    while total < slots:
        draft = replace(told[number % len(told)], reference=None, status="open")
        yield f"R-{number:06d}", draft
        number, total = number + 1, total + len(draft.slots)


def rows_of(kind: str, count: int) -> Iterator[Row]:
    """Yield a header and ``count`` rows of a kind of table."""
    if kind == "availability":
        return availability_rows(count)
    if kind == "experts":
        sheet = expert_sheets(list(experts(count)), Bodies(), short=True)[0]
        return _table(sheet, count, leave_out=2)
    return _table(request_sheets(list(requests(count)), Bodies(), short=True)[0], count)


def _table(sheet: Sheet, count: int, leave_out: int = 0) -> Iterator[Row]:
    """Yield header and rows of a sheet without its last columns (what others said of a person)."""
    end = len(sheet.headings) - leave_out
    yield [heading.title for heading in sheet.headings][:end]
    for _, row in zip(range(count), sheet.rows, strict=False):
        yield row[:end]


def write_as_office(rows: Iterator[Row], name: str, path: Path) -> None:
    """Write rows as Excel does: texts shared between cells, no format."""
    workbook = openpyxl.Workbook(write_only=True)
    page = workbook.create_sheet(name)
    for row in rows:
        page.append(row)
    workbook.save(path)


def hostile() -> Iterator[tuple[str, str, bytes]]:
    """Yield workbooks meant to do harm: what is wrong, a name, the content. One at a time, they are large."""
    usual = _usual()
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    yield "unpacks to 300 MB", "a.xlsx", _with(usual, {SHEET: b" " * (300 * MEGABYTE)})
    yield "declares 4 GB in 16 parts", "a.xlsx", _declaring(usual, 16, 256 * MEGABYTE)
    yield "wrong extension: a PDF called .xlsx", "a.xlsx", b"%PDF-1.7\n" + b"x" * MEGABYTE
    yield "wrong extension: .xls", "a.xls", usual
    yield "broken zip: half a file", "a.xlsx", usual[: len(usual) // 2]
    yield "broken zip: 40 MB without an end", "a.xlsx", b"PK\x03\x04" + b"\0" * (40 * MEGABYTE)
    yield "encrypted, or .xls inside", "a.xlsx", ole + b"\0" * MEGABYTE
    yield "macros", "a.xlsx", _with(usual, {"xl/vbaProject.bin": b"x" * 1000})
    yield "1,900 sheets", "a.xlsx", _with(usual, {f"xl/worksheets/s{i}.xml": b"" for i in range(1_900)})
    yield "60,000 parts", "a.xlsx", _with(usual, {f"xl/media/{i}.png": b"" for i in range(60_000)})
    yield "a cell in Excel's last row and column", "a.xlsx", _with(usual, {SHEET: _sheet(cell("XFD1048576", 1))})
    corners = cell("A1", 1) + cell("A1048576", 1) + cell("XFD1048576", 1)
    yield "17 billion cells between three", "a.xlsx", _with(usual, {SHEET: _sheet(corners)})
    named = "".join(f'<c r="A{row}" t="s"><v>0</v></c>' for row in range(1, 100))
    text = f'<sst xmlns="{MAIN}"><si><t>{"x" * (30 * MEGABYTE)}</t></si></sst>'.encode()
    yield "a text of 30 MB named by 99 cells", "a.xlsx", _with(usual, {SHEET: _sheet(named), SHARED: text})
    entity = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]>' + _sheet(cell("A1", 1))
    yield "an XML entity that grows", "a.xlsx", _with(usual, {SHEET: entity})


def cell(place: str, value: int) -> str:
    """Return a cell's XML."""
    return f'<c r="{place}"><v>{value}</v></c>'


def _sheet(cells: str) -> bytes:
    return f'<worksheet xmlns="{MAIN}"><sheetData><row>{cells}</row></sheetData></worksheet>'.encode()


def _usual() -> bytes:
    out = io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.active.append(["管理番号", "姓"])
    workbook.save(out)
    return out.getvalue()


def _with(usual: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook with parts added to it, or in place of its own."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(usual)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after,
    ):
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, before.read(name))
        for name, part in parts.items():
            after.writestr(name, part)
    return out.getvalue()


def _declaring(usual: bytes, count: int, size: int) -> bytes:
    """Return a workbook whose directory declares ``count`` more parts of ``size`` bytes each."""
    marked = _with(usual, {f"xl/media/{number}.bin": b"x" for number in range(count)})
    told, wanted = struct.pack("<III", zlib.crc32(b"x"), 3, 1), struct.pack("<III", zlib.crc32(b"x"), 3, size)
    start = marked.index(b"PK\x01\x02")
    return marked[:start] + marked[start:].replace(told, wanted)
