"""Dates in both calendars, money, times: what a reader sees in each language."""

from datetime import UTC, date, datetime

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from web.eras import ERAS, era_year, fiscal_year
from web.formats import NOTHING, Formats, fiscal_years

JA, EN = Formats("ja"), Formats("en")


@pytest.mark.parametrize(
    ("day", "ja", "en"),
    [
        (date(2026, 10, 1), "令和8年10月1日（2026年10月1日）", "1 Oct 2026 (Reiwa 8)"),
        (date(2019, 5, 1), "令和元年5月1日（2019年5月1日）", "1 May 2019 (Reiwa 1)"),
        (date(2019, 4, 30), "平成31年4月30日（2019年4月30日）", "30 Apr 2019 (Heisei 31)"),
        (date(1989, 1, 7), "昭和64年1月7日（1989年1月7日）", "7 Jan 1989 (Showa 64)"),
        (date(1800, 1, 1), "1800年1月1日", "1 Jan 1800"),
    ],
)
def test_a_day_is_shown_in_both_calendars(day, ja, en):
    assert JA.date(day) == ja
    assert EN.date(day) == en


@given(st.dates(min_value=date(1868, 1, 25)))
def test_every_day_since_meiji_has_exactly_one_era_and_a_year_from_one(day):
    era, year = era_year(day)
    assert year >= 1
    assert next(other for other in ERAS if other.begins <= day) == era
    assert era.begins.year + year - 1 == day.year


@given(st.dates())
def test_a_fiscal_year_runs_from_april_to_march(day):
    year = fiscal_year(day)
    assert (day.year, day.month) >= (year, 4)
    assert (day.year, day.month) < (year + 1, 4)


def test_months_of_a_fiscal_year_name_it_once():
    assert fiscal_years(("2026-04", "2027-03")) == (2026,)
    assert fiscal_years(("2027-03", "2027-04")) == (2026, 2027)
    assert JA.fiscal_year(2026) == "令和8年度（2026年度）"
    assert EN.fiscal_year(2026) == "FY2026 (Reiwa 8)"
    assert JA.fiscal_year(2019) == "令和元年度（2019年度）"


def test_a_span_of_months_names_the_second_year_only_where_it_differs():
    assert JA.months("2026-10", "2026-12") == "令和8年10月～12月（2026年）"
    assert JA.months("2026-10", "2027-03") == "令和8年10月～令和9年3月（2026～2027年）"
    assert JA.months("2026-10", "2026-10") == "令和8年10月（2026年10月）"
    assert EN.months("2026-10", "2027-03") == "Oct 2026 – Mar 2027"
    assert EN.months("2026-10", "2026-12") == "Oct – Dec 2026"


def test_money_is_whole_yen_with_thousands_grouped():
    assert JA.yen(1234567.4) == "1,234,567円"
    assert EN.yen(1234567.4) == "¥1,234,567"
    assert JA.yen(-300) == "−300円"
    assert JA.yen(-0.2) == "0円"


def test_what_is_not_known_is_a_dash():
    for formats in (JA, EN):
        shown = (formats.yen(None), formats.number(None), formats.percent(None), formats.date(None))
        assert shown == (NOTHING,) * 4
        assert formats.duration(None) == formats.seconds(None) == formats.month(None) == NOTHING


def test_durations_leave_out_what_is_zero():
    assert [JA.duration(minutes) for minutes in (0, 45, 60, 95)] == ["0分", "45分", "1時間", "1時間35分"]
    assert [EN.duration(minutes) for minutes in (0, 45, 60, 95)] == ["0 min", "45 min", "1 h", "1 h 35 min"]
    assert JA.seconds(61.4) == "1分1秒"
    assert EN.seconds(9.6) == "10 s"
    assert (JA.seconds(60), EN.seconds(60), JA.seconds(0)) == ("1分", "1 min", "0秒")
    assert (JA.seconds(0.4), EN.seconds(0.4)) == ("1秒未満", "under 1 s")


def test_an_instant_is_shown_in_japanese_time_also_when_the_database_left_out_the_zone():
    instant = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    for told in (instant, instant.replace(tzinfo=None)):
        assert JA.moment(told).endswith("21日） 00:30")


def test_signs_are_written_out():
    assert JA.signed(0.125) == "+0.12"
    assert JA.signed(-0.5) == "−0.50"
    assert JA.percent(0.0204, 1) == "2.0%"


@given(st.floats(-1e12, 1e12) | st.integers(-(10**15), 10**15), st.integers(0, 3))
def test_numbers_are_written_as_babel_writes_them(value, digits):
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    for formats in (JA, EN):
        assert formats.number(value, digits) == format_decimal(value, format=pattern, locale=formats.language)
        assert formats.amount(value) == format_decimal(value, format="#,##0.##", locale=formats.language)
