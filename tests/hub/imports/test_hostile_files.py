"""Files that somebody bent on harm would send, and files broken in every way chance finds.

Each is taken in whole or refused with words and a place; nothing breaks, and what is refused changes nothing.
"""

import io
import json
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.app import create_app
from hub.db.engine import in_mode
from hub.db.faults import meaning
from hub.db.transaction import reading
from hub.workflows.drafts import REQUEST
from hub.workflows.imports import import_file
from hub.workflows.sheets.faults import FileError
from tests.hub import drafts
from tests.hub.databases import SQLITE, Databases
from tests.hub.imports.conftest import EXPERT, laid_out
from tests.hub.round.world import COORDINATOR

HOST = "http://localhost"
SHEET, BOOK, SHARED = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = ("experts", "requests", "availability", "audit_records", "changes", "notifications")


def workbook(rows: list[Any]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "専門人材"
    for row in laid_out(rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


GOOD = workbook([EXPERT])
CSV = "\r\n".join(",".join(f'"{value}"' for value in row) for row in laid_out([EXPERT])).encode()


def changed(content: bytes, told: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """Return a workbook with some of its parts made anew, or with more of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            made = told.get(name, before.read(name))
            after.writestr(name, made(before.read(name)) if callable(made) else made)
        for name in told.keys() - set(before.namelist()):
            made = told[name]
            assert isinstance(made, bytes)
            after.writestr(name, made)
    return out.getvalue()


def sheet(cells: str, before: str = "") -> bytes:
    """Return a good workbook whose one sheet is ``cells``, with ``before`` in front of its XML."""
    xml = f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    return changed(GOOD, {SHEET: xml.encode()})


def named(*names: str, content: bytes = b"x") -> bytes:
    """Return a good workbook with more parts of these names."""
    out = io.BytesIO(GOOD)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "a") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(SHEET, "w", force_zip64=True) as part:
        for _ in range(size // 2**20):
            part.write(b" " * 2**20)
    return out.getvalue()


def nested_bomb() -> bytes:
    inner = bomb(50 * 2**20)
    return named("xl/inner.xlsx", "xl/media/inner.zip", content=inner)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
WIDE = f'<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="{MAIN}"/>'
RELATIONS = "xl/_rels/workbook.xml.rels"
HOSTILE: dict[str, bytes] = {
    "external entity": sheet(CELL.format("&x;"), OUTSIDE),
    "external entity by parameter": sheet(
        CELL.format("x"), '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'
    ),
    "billion laughs": sheet(CELL.format("&l9;"), f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'),
    "external entity in the shared texts": changed(
        sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
        {SHARED: f'{OUTSIDE}<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'.encode()},
    ),
    "external entity in the workbook": changed(
        GOOD, {BOOK: lambda old: old.replace(b"<workbook", OUTSIDE.encode() + b"<workbook", 1)}
    ),
    "deep nesting": sheet("<row>" * 100_000),
    "deep nesting in a text": sheet(CELL.format("<r>" * 50_000 + "x" + "</r>" * 50_000)),
    "a cell far away": sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a cell beyond": sheet('<row r="99999999"><c r="ZZZZZZ99999999"><v>1</v></c></row>'),
    "a cell before the first": sheet('<row r="0"><c r="A0"><v>1</v></c></row>'),
    "a negative row": sheet('<row r="-1"><c r="A-1"><v>1</v></c></row>'),
    "a shared text that is not there": sheet('<row r="1"><c r="A1" t="s"><v>99999999999</v></c></row>'),
    "a negative shared text": sheet('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'),
    "huge numbers": sheet(f'<row r="1"><c r="A1"><v>{"9" * 100_000}</v></c></row>'),
    "zip bomb": bomb(400 * 2**20),
    "macros": named("xl/vbaProject.bin"),
    "twice the same part": named(SHEET, SHEET),
    "UTF-16": sheet(CELL.format("x")).replace(b"<?xml", "<?xml".encode("utf-16")),
    "UTF-16 told": changed(GOOD, {SHEET: WIDE.encode("utf-16")}),
    "lone surrogates": sheet(CELL.format("&#xD800;")),
    "NUL": sheet(CELL.format("&#0;")),
    "NUL itself": sheet(CELL.format("a\0b")),
    "no sheets": changed(GOOD, {BOOK: f'<workbook xmlns="{MAIN}"><sheets/></workbook>'.encode()}),
    "a sheet that is elsewhere": changed(
        GOOD, {RELATIONS: lambda old: old.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")}
    ),
    "a sheet on the network": changed(
        GOOD,
        {
            RELATIONS: lambda old: old.replace(
                b'Target="/xl/worksheets/sheet1.xml"', b'TargetMode="External" Target="http://127.0.0.1:9/sheet1.xml"'
            )
        },
    ),
    "empty": b"",
    "a program": b"MZ\x90\0" * 1000,
    "HTML": b"<html><script>alert(1)</script></html>",
}  # fmt: skip
HARMLESS: dict[str, bytes] = {
    "external link": named("xl/externalLinks/externalLink1.xml", content=b"<externalLink/>"),
    "zip bomb within": nested_bomb(),
    "path traversal": named("../../../../tmp/hub-was-here", "/tmp/hub-was-here", "..\\..\\hub-was-here"),
    "a folder for a part": named("xl/media/"),
}


@dataclass(frozen=True)
class Sent:
    """The application, and what is in its database."""

    client: TestClient
    engine: Engine

    def counts(self) -> tuple[int, ...]:
        with self.engine.connect() as connection:
            return tuple(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES)

    def send(self, content: bytes, name: str = "a.xlsx", kind: str = "experts") -> Any:
        return self.client.post(f"/api/imports/{kind}", files={"file": (name, content, XLSX)})


@pytest.fixture(scope="module")
def sent(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    folder = tmp_path_factory.mktemp("hostile") / "data"
    with databases.copied(SQLITE, "registered", folder) as made:
        app = create_app(made.model_copy(update={"worker": False}))
        with TestClient(app, base_url=HOST) as client:
            yield Sent(client, app.state.engine)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_in_words_and_changes_nothing(sent: Sent, name: str, tmp_path):
    before = sent.counts()
    answer = sent.send(HOSTILE[name])
    assert answer.status_code == 422, answer.text[:500]
    faults = answer.json()["error"]["faults"]
    assert faults
    assert all(fault["message"] for fault in faults)
    assert "root:" not in answer.text
    assert sent.counts() == before


@pytest.mark.parametrize("name", HARMLESS)
def test_what_a_workbook_holds_besides_is_left_alone(sent: Sent, name: str):
    answer = sent.client.post("/api/imports/experts?dry_run=true", files={"file": ("a.xlsx", HARMLESS[name], XLSX)})
    told = answer.json()
    assert (answer.status_code, told["created"] + told["unchanged"]) == (200, 1)


def test_a_part_with_a_path_is_never_written(sent: Sent):
    assert sent.send(HARMLESS["path traversal"]).status_code == 200
    assert not Path("/tmp/hub-was-here").exists()
    assert not Path("hub-was-here").exists()


FORMULAS = ["=1+1", '=HYPERLINK("http://x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_that_looks_like_a_formula_comes_out_as_text(sent: Sent, formula: str):
    key = f"F{FORMULAS.index(formula)}"
    person = {**EXPERT, "管理番号": key, "名": "x" + formula}
    if sent.send(workbook([person])).status_code == 422:
        assert formula[0] in "\t\r"  # no name has these
        return
    out = sent.client.get("/api/exports/experts.xlsx").content
    (cells,) = [row for row in openpyxl.load_workbook(io.BytesIO(out)).worksheets[0].iter_rows() if row[0].value == key]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def whole(engine: Engine, content: bytes, name: str) -> None:
    """Take a file in, whatever it is: all that may come of it is that it is in, or refused in words, unchanged."""
    with Session(in_mode(engine, "write")) as session:  # what is taken in is undone at the end
        connection = session.connection().connection.driver_connection
        assert connection is not None
        before = connection.total_changes
        try:
            taken = import_file(session, content, "experts", name=name, actor=COORDINATOR)
        except FileError as fault:
            refused, said = True, [fault]
        except SQLAlchemyError as fault:
            assert meaning(fault) is not None
            return
        else:
            refused, said = not taken.written, list(taken.faults)
        assert all(fault.ja and fault.en for fault in said)
        assert not refused or (said and connection.total_changes == before)


ODD = [b"\0", b"&", b"<", b'"', b"\xed\xa0\x80", b","]


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """Return ``content`` with a few bytes changed, cut out, put in or doubled."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(made)))
        length = draw(st.integers(0, 40))
        kind = draw(st.sampled_from(("change", "cut", "insert", "double", "end")))
        if kind == "change":
            made[at : at + length] = draw(st.binary(max_size=40))
        elif kind == "cut":
            del made[at : at + length]
        elif kind == "insert":
            made[at:at] = draw(
                st.binary(max_size=40) | st.sampled_from([b"\0", b"&", b"<", b'"', b"\xed\xa0\x80", b","])
            )
        elif kind == "double":
            made[at:at] = made[at : at + length]
        else:
            del made[at:]
    return bytes(made)


UNHURRIED = settings(
    max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@UNHURRIED
@given(content=mutated(GOOD))
def test_a_workbook_with_any_bytes_changed_is_in_or_refused(sent: Sent, content: bytes):
    whole(sent.engine, content, "a.xlsx")


@UNHURRIED
@given(data=st.data(), part=st.sampled_from([SHEET, BOOK, RELATIONS, "xl/styles.xml"]))
def test_a_workbook_whose_parts_are_changed_within_is_in_or_refused(sent: Sent, data: st.DataObject, part: str):
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        told = data.draw(mutated(archive.read(part)))
    whole(sent.engine, changed(GOOD, {part: told}), "a.xlsx")


@UNHURRIED
@given(content=mutated(CSV))
def test_a_csv_with_any_bytes_changed_is_in_or_refused(sent: Sent, content: bytes):
    whole(sent.engine, content, "a.csv")


def test_the_files_that_are_changed_are_good_ones(sent: Sent):
    for content, name in ((GOOD, "a.xlsx"), (CSV, "a.csv")):
        with reading(sent.engine) as session:
            assert import_file(session, content, "experts", name=name, actor=COORDINATOR, dry_run=True).faulty == 0


ASKED = json.dumps(REQUEST.dump_python(drafts.request(status="draft"), mode="json"), ensure_ascii=False).encode()
DEEP = 200_000
JSON: dict[str, bytes] = {
    "nesting": b"[" * DEEP + b"]" * DEEP,
    "nesting of objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "nesting in a field": ASKED.replace(b'"themes": [', b'"themes": [' + b"[" * 10_000, 1),
    "huge number": ASKED.replace(b'"hours": 20.0', b'"hours": ' + b"9" * 100_000, 1),
    "huge exponent": ASKED.replace(b'"hours": 20.0', b'"hours": 1e999999', 1),
    "NaN": ASKED.replace(b'"hours": 20.0', b'"hours": NaN', 1),
    "Infinity": ASKED.replace(b'"hours": 20.0', b'"hours": -Infinity', 1),
    "the same key twice": ASKED[:-1] + b', "title": "x"}',
    "lone surrogate": ASKED.replace(b'"title": "', b'"title": "\\ud800', 1),
    "lone surrogate as bytes": ASKED.replace(b'"title": "', b'"title": "\xed\xa0\x80', 1),
    "NUL": ASKED.replace(b'"title": "', b'"title": "\\u0000', 1),
    "NUL itself": ASKED.replace(b'"title": "', b'"title": "\0', 1),
    "UTF-16": ASKED.decode().encode("utf-16"),
    "UTF-32": ASKED.decode().encode("utf-32"),
    "Shift_JIS": b'{"title": "\x83\x65"}',
    "unknown key": ASKED[:-1] + b', "__proto__": {"admin": true}}',
    "a text for a list": ASKED.replace(b'"themes": [', b'"themes": "', 1),
    "comments": b"/* x */" + ASKED,
    "two values": ASKED + ASKED,
    "nothing": b"",
    "null": b"null",
}  # fmt: skip


@pytest.mark.parametrize("name", JSON)
def test_hostile_json_is_refused_in_words_and_changes_nothing(sent: Sent, name: str):
    assert JSON[name] != ASKED
    before = sent.counts()
    answer = sent.client.post("/api/requests", content=JSON[name], headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text[:300]
    assert answer.json()["error"]["message"]
    assert sent.counts() == before


@UNHURRIED
@given(content=mutated(ASKED))
def test_json_with_any_bytes_changed_is_in_or_refused(sent: Sent, content: bytes):
    before = sent.counts()
    answer = sent.client.post("/api/requests", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (201, 400, 404, 422), answer.text[:300]
    assert (sent.counts() == before) == (answer.status_code != 201)


def test_json_with_a_byte_order_mark_and_as_it_is_are_taken(sent: Sent):
    for content in (ASKED, b"\xef\xbb\xbf" + ASKED):
        answer = sent.client.post("/api/requests", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in (201, 422), answer.text[:300]
    assert sent.client.post("/api/requests", content=ASKED).status_code == 201
