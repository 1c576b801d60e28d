# ruff: noqa: DTZ001  a cell of Excel knows no time zone
import math
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.workflows.sheets.faults import CellError, column_letter
from hub.workflows.sheets.months import format_month, looks_like_month, parse_month
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.values import format_number, read_integer, read_number, read_text, read_yes_no
from seed_data.municipalities import municipalities

MONTHS = st.builds(lambda year, month: f"{year}-{month:02d}", st.integers(1950, 2100), st.integers(1, 12))


@pytest.mark.parametrize(
    "written",
    [
        "2026-10",
        "2026/10",
        "2026年10月",
        "2026.10",
        "２０２６年１０月",
        "令和8年10月",
        "令和８年１０月",
        "R8.10",
        "r8/10",
        "Ｒ８．１０",
        "2026/10/01",
        "2026年10月1日",
        "202610",
        202610.0,
        date(2026, 10, 1),
        datetime(2026, 10, 1),
    ],
)
def test_a_month_is_read_however_it_is_written(written):
    assert parse_month(written) == "2026-10"


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("平成31年4月", "2019-04"),
        ("令和元年5月", "2019-05"),
        ("R1.5", "2019-05"),
        ("H2.12", "1990-12"),
        ("S64.1", "1989-01"),
    ],
)
def test_eras_meet_where_they_change(written, month):
    assert parse_month(written) == month


@pytest.mark.parametrize(
    "written",
    [
        "2026.1",
        "平成31年5月",
        "令和0年5月",
        "令和元年4月",
        "2026-13",
        "2026-0",
        "1900-01",
        "10月",
        "2026年",
        "来月",
        "2026-10-15",
        2026.1,
        46296.0,
        True,
        date(2026, 10, 15),
        datetime(2026, 10, 1, 9),
        time(9),
        timedelta(3),
        "",
        "2026-10-",
        "99999999",
    ],
)
def test_what_is_no_month_is_refused_in_both_languages(written):
    with pytest.raises(CellError) as caught:
        parse_month(written)
    assert caught.value.ja
    assert caught.value.en


@given(MONTHS)
def test_a_month_reads_back_as_written(month):
    assert parse_month(format_month(month)) == month
    assert looks_like_month(format_month(month))


@given(st.text(max_size=30))
def test_no_text_makes_the_month_reader_fail_otherwise(text):
    try:
        month = parse_month(text)
    except CellError:
        return
    assert parse_month(month) == month


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("６，０００円", 6000),
        ("6,000", 6000),
        ("¥6000", 6000),
        ("￥6000", 6000),
        (" 40時間 ", 40),
        ("180分", 180),
        ("1.5", 1.5),
        (6000.0, 6000),
        ("+3", 3),
        ("1e3", 1000),
    ],
)
def test_a_number_is_read_with_its_unit_and_in_full_width(written, number):
    assert read_number(written, 0, 10_000) == number


@pytest.mark.parametrize(
    "written",
    [
        True,
        False,
        math.nan,
        math.inf,
        "NaN",
        "inf",
        "-1",
        -1.0,
        "1,00",
        "6千円",
        "十",
        "",
        "1_000",
        date(1900, 2, 9),
        time(3),
        "12 34",
        "0x10",
        10_001,
    ],
)
def test_what_is_no_number_in_range_is_refused(written):
    with pytest.raises(CellError):
        read_number(written, 0, 10_000)


def test_a_fraction_is_no_whole_number():
    with pytest.raises(CellError, match="整数"):
        read_integer(2.5, 0, 10)


@given(st.floats(0, 1e12, allow_nan=False))
def test_a_number_reads_back_as_written(number):
    assert read_number(format_number(number), 0, 1e12) == number


@pytest.mark.parametrize("name", ["髙橋", "﨑山", "①", "ｱﾝﾄﾞｳ", "Ⅲ", "葛󠄀城"])
def test_names_keep_the_characters_that_were_typed(name):
    assert read_text(f"　{name} ", 100) == name


@pytest.mark.parametrize("text", ["a\x00b", "a\x07", "\ud800", "\ufffe", "a\nb", "a\tb", "x" * 101])
def test_control_characters_and_overlong_text_are_refused(text):
    with pytest.raises(CellError):
        read_text(text, 100)


def test_a_paragraph_may_have_line_breaks():
    assert read_text("a\r\nb\tc", 100, lines=True) == "a\nb\tc"


@pytest.mark.parametrize("value", [True, date(2026, 1, 2), time(1), timedelta(1)])
def test_a_text_is_no_date_and_no_truth_value(value):
    with pytest.raises(CellError):
        read_text(value, 100)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("はい", True),
        ("○", True),
        ("可", True),
        (True, True),
        (1.0, True),
        ("いいえ", False),
        ("×", False),
        ("No", False),
        (0.0, False),
    ],
)
def test_yes_and_no_are_read_as_people_write_them(written, meant):
    assert read_yes_no(written) is meant


def test_neither_yes_nor_no_is_refused():
    with pytest.raises(CellError):
        read_yes_no("たぶん")


@given(st.sampled_from(municipalities()))
def test_the_code_of_any_municipality_is_read_as_text_number_or_full_width(place):
    bodies = Bodies()
    assert bodies.read(place.code) == place.code
    assert bodies.read(place.code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))) == place.code
    if not place.code.startswith("0"):
        assert bodies.read(float(place.code)) == place.code


@given(st.sampled_from(municipalities()))
def test_a_code_that_lost_a_digit_is_questioned_by_name_and_never_guessed(place):
    for short in (
        place.code[:5],
        float(place.code[:5]),
        place.code.lstrip("0") if place.code[0] == "0" else place.code[:5],
    ):
        with pytest.raises(CellError) as caught:
            Bodies().read(short)
        if isinstance(short, str) or place.code[0] != "0":
            assert place.full_name_ja in caught.value.ja
            assert place.code in caught.value.ja


@given(st.sampled_from(municipalities()), st.integers(1, 9))
def test_a_wrong_check_digit_is_answered_with_the_right_code(place, step):
    wrong = place.code[:5] + str((int(place.code[5]) + step) % 10)
    with pytest.raises(CellError) as caught:
        Bodies().read(wrong)
    assert f"{place.full_name_ja} なら {place.code}" in caught.value.ja


def test_a_name_in_place_of_a_code_is_answered_with_every_body_of_that_name():
    with pytest.raises(CellError) as caught:
        Bodies().read("府中市")
    assert "132063" in caught.value.ja
    assert "342084" in caught.value.ja


@pytest.mark.parametrize("code", ["999999", "1234", "1234567", "", "２０", "塩尻"])
def test_an_unknown_code_is_refused(code):
    with pytest.raises(CellError):
        Bodies().read(code)


def test_a_body_only_the_service_knows_is_accepted():
    assert Bodies({"990001": "塩尻商工会議所"}).read("990001") == "990001"


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_excel_names_them(index, letters):
    assert column_letter(index) == letters
