"""What a written workbook is, as another program (openpyxl) sees it."""

import io
import secrets
from datetime import UTC, date, datetime

import openpyxl
import pytest

from hub.workflows.sheets import workbook as writing
from hub.workflows.sheets.faults import FileError
from hub.workflows.sheets.workbook import Heading, Sheet, save_workbook, write_workbook
from hub.workflows.sheets.xlsx import read_xlsx

HEADINGS = (Heading("団体コード", 12), Heading("額", 10, "#,##0"), Heading("日", 12), Heading("分", 9, "0.00"))


def loaded(*sheets, **options):
    return openpyxl.load_workbook(io.BytesIO(write_workbook(sheets)), **options)


def test_codes_stay_text_numbers_numbers_and_dates_dates():
    rows = [["012025", 3_000_000, date(2026, 4, 1), 1.5], ["131041", None, datetime(2026, 4, 1, 0, 30, tzinfo=UTC), 2]]
    page = loaded(Sheet("表", HEADINGS, rows)).active
    assert [(cell.value, cell.data_type, cell.number_format) for cell in page[2]] == [
        ("012025", "s", "@"),
        (3_000_000, "n", "#,##0"),
        (datetime(2026, 4, 1), "d", "yyyy-mm-dd"),  # noqa: DTZ001  a cell of Excel knows no time zone
        (1.5, "n", "0.00"),
    ]
    # A moment is told in Japan's time.
    assert page["C3"].value == datetime(2026, 4, 1, 9, 30)  # noqa: DTZ001  as above


def test_the_header_is_frozen_and_every_row_filtered():
    page = loaded(Sheet("表", HEADINGS, [["1"], ["2"]])).active
    assert page.freeze_panes == "B2"
    assert page.auto_filter.ref == "A1:D3"
    assert page["A1"].font.b


def test_an_empty_text_column_keeps_the_zero_of_a_code_typed_later():
    page = loaded(Sheet("表", HEADINGS, [])).active
    assert page.column_dimensions["A"].number_format == "@"


@pytest.mark.parametrize("text", ["=1+1", "+81", "-5", "@x", "\tx", "\rx", "＝1", "'=1"])
def test_text_that_a_program_might_run_is_text_and_comes_back_as_it_was(text):
    content = write_workbook([Sheet("表", HEADINGS, [[text]])])
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert read_xlsx(content)[0].rows[1][0] == text


@pytest.mark.parametrize("text", ["a&b<c>d", " blanks ", "two\nlines", "_x0041_", "]]>", "髙橋", "🙂", "葛󠄀城"])
def test_any_text_comes_back_as_it_was(text):
    assert read_xlsx(write_workbook([Sheet("表", HEADINGS, [[text]])]))[0].rows[1][0] == text


def test_names_excel_does_not_take_are_made_ones_it_takes():
    sheets = [Sheet(name, HEADINGS, []) for name in ("a[b]:*?/\\c", "x" * 40, "x" * 40, "", "X" * 31)]
    names = loaded(*sheets).sheetnames
    assert names == ["a_b______c", "x" * 31, "x" * 29 + "_2", "Sheet", "X" * 29 + "_3"]


def test_more_rows_than_excel_takes_are_refused(monkeypatch):
    monkeypatch.setattr(writing, "MOST_ROWS_WRITTEN", 2)
    with pytest.raises(FileError, match="CSV"):
        write_workbook([Sheet("表", HEADINGS, [["1"], ["2"], ["3"]])])


def test_rows_are_written_as_they_come_and_not_gathered():
    """The writer asks for a row only when those before it are on their way: a list of any length fits."""
    out = io.BytesIO()
    seen: list[int] = []

    def rows():
        for number in range(3 * writing.PART_ROWS):
            if number % writing.PART_ROWS == 0:
                seen.append(out.tell())
            yield [secrets.token_hex(200)]

    save_workbook([Sheet("表", HEADINGS, rows())], out)
    assert seen == sorted(set(seen))
