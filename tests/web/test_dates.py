"""Days as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.dates import read_day
from web.eras import era_year

FIRST_OF_APRIL = date(2026, 4, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-01", "2026/4/1", "2026.4.1", "2026年4月1日", "20260401", "令和8年4月1日", "R8.4.1", "r8-4-1",
        "Ｒ８．４．１",
        "　２０２６－０４－０１　", "令和 8 年 4 月 1 日",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(typed):
    assert read_day(typed) == FIRST_OF_APRIL


@pytest.mark.parametrize(
    "typed",
    ["", "4月1日", "2026-13-01", "2026-02-30", "平成31年5月1日", "令和0年5月1日",
     "令和元年4月30日", "R8.4", "昨日", "8.4.1", "X8.4.1"],
)  # fmt: skip
def test_what_is_no_day_is_none(typed):
    assert read_day(typed) is None


def test_the_first_year_of_an_era_may_be_written_in_words():
    assert read_day("令和元年5月1日") == read_day("R1.5.1") == date(2019, 5, 1)
    assert read_day("平成31年4月30日") == date(2019, 4, 30)


@given(st.dates(min_value=date(1868, 1, 25), max_value=date(2100, 12, 31)))
def test_every_day_is_read_back_in_both_calendars(day):
    era, year = era_year(day)
    assert read_day(f"{era.name_ja}{year}年{day.month}月{day.day}日") == day
    assert read_day(f"{era.name_en[0]}{year}.{day.month}.{day.day}") == day
    assert read_day(day.isoformat()) == day
