"""What is refused as a file, and what calamine alone would lose or die of."""

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from hub.workflows.sheets import book as limits
from hub.workflows.sheets import package
from hub.workflows.sheets.book import check_rows, read_book
from hub.workflows.sheets.csv_text import read_csv
from hub.workflows.sheets.expert_forms import read_experts
from hub.workflows.sheets.faults import FileError
from hub.workflows.sheets.places import Bodies


def refused(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_book(path)
    assert caught.value.en
    return caught.value.ja


def rewritten(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """Change one part of a workbook, as a program that writes odd files would."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize("name", ["a.xls", "a.txt", "a.pdf", "a", "a.xlsm", "a.ods", "a.json"])
def test_another_extension_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    assert "保存して" in refused(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a workbook",
        b"PK\x03\x04broken",
        b"PK\x05\x06" + b"\0" * 18,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100,
    ],
)
def test_a_broken_workbook_is_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert "保存し直して" in refused(path)


def test_every_cut_of_a_workbook_is_refused_or_read(book):
    path = book({"専門人材": [["管理番号", "姓"], ["E-1", "髙橋"]]})
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        refused(path)


def test_a_missing_file_and_a_folder_stay_what_they_are(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_book(tmp_path / "a.xlsx")
    (tmp_path / "b.xlsx").mkdir()
    with pytest.raises(IsADirectoryError):
        read_book(tmp_path / "b.xlsx")


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        os.truncate(file.fileno(), limits.LARGEST_FILE + 1)
    assert "大きすぎます" in refused(path)


def test_an_archive_that_declares_too_much_is_refused_from_its_directory(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(SHEET, "w") as part:
        for _ in range(301):
            part.write(b" " * 2**20)
    assert path.stat().st_size < 10**6
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    assert "展開すると大きすぎます（301 MB" in refused(path)


def test_an_archive_whose_directory_lies_is_refused(book):
    """The directory says one byte, the stream unpacks to far more: only what was declared is ever unpacked."""
    path = book({"専門人材": [["管理番号", "姓"], *(["E", "x"] for _ in range(1000))]})
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    for entry in re.finditer(rb"PK\x01\x02", bytes(content)):
        name_length = int.from_bytes(content[entry.start() + 28 : entry.start() + 30], "little")
        if bytes(content[entry.start() + 46 : entry.start() + 46 + name_length]) == SHEET.encode():
            directory = entry.start()
    content[directory + 24 : directory + 28] = (1).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    assert "Excelのファイルとして読めません" in refused(path)


def shared(book, *texts: str) -> bytes:
    """Return a workbook whose first cells hold these texts, shared as Excel shares them."""
    cells = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{row - 1}</v></c></row>' for row in range(1, len(texts) + 1)
    )
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    told = "".join(f"<si><t>{text}</t></si>" for text in texts)
    out = io.BytesIO()
    with zipfile.ZipFile(book({"a": [["b"]]})) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in (SHEET, SHARED):
                after.writestr(name, before.read(name))
        after.writestr(SHEET, sheet)
        after.writestr(SHARED, f'<sst xmlns="{MAIN}">{told}</sst>')
    return out.getvalue()


def test_a_text_longer_than_any_cell_takes_is_refused_before_the_rest_is_unpacked(book, monkeypatch):
    content = shared(book, "x" * (2 * package.LONGEST_TEXT))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(FileError, match="32,767"):
        read_book(content, "a.xlsx")


def test_long_texts_a_cell_can_hold_are_read_however_alike_they_are(book):
    texts = [f"{number}{'髙' * (package.CELL_LENGTH - 9)}" for number in range(50)]
    assert sum(len(text.encode()) for text in texts) > 2 * package.LONGEST_TEXT
    (table,) = read_book(shared(book, *texts), "a.xlsx").tables
    assert [row[0] for row in table.rows] == texts


def test_a_stray_value_far_below_is_refused_where_the_reader_alone_would_die(book, tmp_path):
    path = book({"専門人材": [["管理番号", "姓"]]})
    workbook = openpyxl.load_workbook(path)
    workbook.active["XFD1048576"] = "x"
    workbook.save(path)
    assert "右の方に残った値" in refused(path)
    for place in ("AN1048576", "XFD1"):
        other = openpyxl.load_workbook(book({"専門人材": [["管理番号", "姓"]]}, "other.xlsx"))
        other.active[place] = "x"
        other.save(tmp_path / "other.xlsx")
        assert "残った値" in refused(tmp_path / "other.xlsx")
    program = (
        "import sys, python_calamine as c; c.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()"
    )
    died = subprocess.run([sys.executable, "-c", program, path], capture_output=True, check=False)
    assert died.returncode != 0


def test_formatted_but_empty_cells_far_below_do_no_harm(book):
    path = book({"専門人材": [["管理番号", "姓"], ["E-1", "髙橋"]]})
    workbook = openpyxl.load_workbook(path)
    workbook.active["XFD1048576"].number_format = "0.00"
    workbook.save(path)
    assert len(read_book(path).tables[0].rows) == 2


@pytest.mark.parametrize("rows", [limits.MOST_ROWS, limits.MOST_ROWS + limits.HEADER_ROWS])
def test_more_rows_than_the_limit_are_refused(tmp_path, rows):
    path = tmp_path / "a.csv"
    path.write_text("管理番号,姓\n" + "E,x\n" * rows, encoding="utf-8")
    if rows == limits.MOST_ROWS:
        check_rows(read_book(path).tables[0])
        return
    with pytest.raises(FileError, match="100,000 行"):
        read_experts(read_book(path), Bodies())


@pytest.mark.parametrize("value", [b"NaN", b"1e999", b"zzz"])
def test_numbers_no_program_should_write_are_faults_of_the_file_or_stay_what_they_are(book, value):
    path = rewritten(book({"専門人材": [["管理番号"], [1.5]]}), SHEET, b"<v>1.5</v>", b"<v>" + value + b"</v>")
    try:
        cell = read_book(path).tables[0].rows[1][0]
    except FileError:
        return
    assert str(cell) in ("nan", "inf")


def test_an_xml_entity_is_refused(book):
    path = book({"専門人材": [["管理番号"], [1.5]]})
    entity = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]><worksheet '
    refused(rewritten(path, SHEET, b"<worksheet ", entity))


def test_formulas_without_a_result_and_errors_are_found_with_their_cells(book):
    path = book({"専門人材": [["管理番号", "姓", "名"], ["E-1", "=A2", "ok"], ["E-2", "x", "y"]]})
    workbook = openpyxl.load_workbook(path)
    workbook.active["C3"] = "#N/A"
    workbook.active["B4"] = "=1"
    workbook.save(path)
    table = read_book(path).tables[0]
    assert table.lost == {(1, 1): "=", (2, 2): "#N/A", (3, 1): "="}
    assert len(table.rows) == 4


def test_a_formula_with_its_result_is_read_as_that(book):
    path = book({"専門人材": [["管理番号"], ["=1+1"]]})
    rewritten(path, SHEET, b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    table = read_book(path).tables[0]
    assert table.rows[1][0] == 2
    assert table.lost == {}


def test_prefixed_names_as_other_programs_write_them_are_understood(book):
    path = book({"専門人材": [["管理番号"], ["=1+1"]]})
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(SHEET)
    prefixed = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=")
    assert read_book(rewritten(path, SHEET, xml, prefixed)).tables[0].lost == {(1, 0): "="}


def test_hidden_sheets_are_read_and_chart_sheets_are_not(book):
    path = book({"専門人材": [["管理番号"]], "隠し": [["x"]]})
    workbook = openpyxl.load_workbook(path)
    workbook["隠し"].sheet_state = "hidden"
    workbook.create_chartsheet("図")
    workbook.save(path)
    assert [table.name for table in read_book(path).tables] == ["専門人材", "隠し"]


TEXT = "管理番号,姓\r\nE-1,髙橋\r\nE-2,﨑山\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_is_read_in_the_encodings_offices_use(encoding):
    assert read_csv(TEXT.encode(encoding)) == [["管理番号", "姓"], ["E-1", "髙橋"], ["E-2", "﨑山"]]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_csv_parted_otherwise_is_read(delimiter):
    assert read_csv(TEXT.replace(",", delimiter).encode()) == [["管理番号", "姓"], ["E-1", "髙橋"], ["E-2", "﨑山"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-8") + b"E-3,\x81", "4 行目"),
        (b"PK\x03\x04\x14", "Excelのファイル"),
        ('管理番号,姓\n"E-1,髙橋\n'.encode(), "引用符"),
        (b"a,b\n" + b"x" * 1_000_001, "長すぎる"),
    ],
)
def test_csv_that_cannot_be_read_is_refused(content, said):
    with pytest.raises(FileError) as caught:
        read_csv(content)
    assert said in caught.value.ja


def test_only_what_was_checked_is_handed_to_the_reader(book):
    path = book({"専門人材": [["管理番号"]]})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.png", b"x" * 1000)
    parts = package.unpack(path.read_bytes())
    assert "xl/media/image1.png" not in parts
    with zipfile.ZipFile(io.BytesIO(package.repack(parts).getvalue())) as repacked:
        assert all(part.compress_type == zipfile.ZIP_STORED for part in repacked.infolist())
