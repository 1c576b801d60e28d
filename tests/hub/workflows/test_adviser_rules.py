from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.workflows.adviser_rules import (
    JAPAN,
    Period,
    Wish,
    deadlines,
    fiscal_year_of,
    next_deadline,
    questionnaire_period,
    report_due,
    used_up,
    wish_faults,
)
from hub.workflows.scheme_needs import PastUse
from skill_standards import load_schemes
from skill_standards.schemes import Scheme


def adviser(year: int = 2025) -> Scheme:
    return next(one for one in load_schemes(year) if one.id == "regional_adviser")


def test_the_year_has_nine_deadlines_at_three_in_the_afternoon_in_japan():
    found = deadlines(adviser())
    assert len(found) == 9
    assert {(moment.hour, moment.minute, moment.utcoffset()) for moment in found} == {(15, 0, timedelta(hours=9))}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2025, 4, 30, 6, 0, tzinfo=UTC), (4, 30)),  # 15:00 in Japan, on the minute
        (datetime(2025, 4, 30, 6, 0, 1, tzinfo=UTC), (5, 30)),
        (datetime(2025, 4, 30, 14, 59, tzinfo=JAPAN), (4, 30)),
        (datetime(2025, 8, 30, 0, 0, tzinfo=JAPAN), (9, 30)),
        (datetime(2024, 1, 1, tzinfo=UTC), (4, 30)),
    ],
)
def test_the_next_deadline_is_told_to_the_minute(now, expected):
    found = next_deadline(adviser(), now)
    assert (found.month, found.day) == expected


def test_after_the_last_deadline_none_is_left_and_an_unconfirmed_year_has_none():
    assert next_deadline(adviser(), datetime(2025, 12, 19, 15, 1, tzinfo=JAPAN)) is None
    assert next_deadline(adviser(2026), datetime(2026, 4, 1, tzinfo=JAPAN)) is None


def test_a_moment_without_its_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        next_deadline(adviser(), datetime(2025, 4, 30, 15, 0))  # noqa: DTZ001


def test_a_moment_belongs_to_the_fiscal_year_of_its_day_in_japan():
    assert fiscal_year_of(datetime(2026, 3, 31, 14, 59, tzinfo=UTC)) == 2025
    assert fiscal_year_of(datetime(2026, 3, 31, 15, 0, tzinfo=UTC)) == 2026
    assert fiscal_year_of(date(2026, 3, 31)) == 2025


def test_the_report_is_due_seven_days_after_the_last_day():
    assert report_due(adviser(), date(2026, 2, 25)) == date(2026, 3, 4)
    assert report_due(adviser(2026), date(2026, 8, 1)) is None


def test_the_questionnaire_comes_in_the_next_fiscal_year():
    assert questionnaire_period(adviser(), date(2026, 3, 31)) == Period(date(2026, 4, 1), date(2027, 3, 31))
    assert questionnaire_period(adviser(2026), date(2026, 8, 1)) is None


PAST = (PastUse("r1", "e1", 2025), PastUse("r1", "e2", 2024), PastUse("r2", "e3", 2025))


@pytest.mark.parametrize(
    ("project", "who", "expected"),
    [("r1", "e1", True), ("r1", "e2", False), ("r1", "e3", False), ("r2", "e3", True), ("r2", "e1", False)],
)
def test_an_adviser_comes_once_a_year_to_a_project(project, who, expected):
    assert used_up(adviser(), PAST, project, who) == expected


def test_an_unconfirmed_year_bars_nobody():
    assert not used_up(adviser(2026), (PastUse("r1", "e1", 2026),), "r1", "e1")


def places(wishes: list[Wish], **changes: object) -> list[str]:
    return [fault.place for fault in wish_faults(adviser(), wishes, "r1", PAST, **changes)]


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ([], []),
        ([Wish(1, "e5"), Wish(2, "e6")], []),
        ([Wish(2, "e5"), Wish(1, "e6")], []),
        ([Wish(1, "e5"), Wish(1, "e6")], ["/wishes/1/rank"]),
        ([Wish(1, "e5"), Wish(3, "e6")], ["/wishes/1/rank"]),
        ([Wish(0, "e5")], ["/wishes/0/rank"]),
        ([Wish(1, "e5"), Wish(2, "e5")], ["/wishes/1/adviser"]),
        ([Wish(1, "e1"), Wish(2, "e2")], ["/wishes/0/adviser"]),
    ],
)
def test_wishes_are_ranked_without_gaps_and_name_nobody_twice_or_again(wishes, expected):
    assert places(wishes) == expected


def test_wishes_are_as_many_as_the_scheme_says_where_it_says_so():
    from dataclasses import replace

    four = [Wish(i, f"w{i}") for i in range(1, 5)]
    assert wish_faults(adviser(), four, "r1") == ()
    limited = replace(adviser(), wishes=replace(adviser().wishes, most=3))
    (fault,) = wish_faults(limited, four, "r1")
    assert (fault.place, "3人まで" in fault.ja, "at most 3" in fault.en) == ("/wishes", True, True)
    assert wish_faults(limited, four[:3], "r1") == ()


@given(st.permutations(range(1, 8)))
def test_any_order_of_whole_ranks_is_right(ranks):
    assert wish_faults(adviser(), [Wish(rank, f"w{rank}") for rank in ranks], "r1") == ()


@given(st.lists(st.integers(min_value=-2, max_value=9), max_size=8))
def test_ranks_have_a_fault_exactly_when_they_are_not_one_to_n(ranks):
    faults = wish_faults(adviser(), [Wish(rank, f"w{i}") for i, rank in enumerate(ranks)], "r1")
    assert bool(faults) == (sorted(ranks) != list(range(1, len(ranks) + 1)))
