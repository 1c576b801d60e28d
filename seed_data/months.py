"""Months as ``YYYY-MM`` and their arithmetic."""

import re

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def month_number(month: str) -> int:
    """Return the months since year 0. Raises ValueError for what is not ``YYYY-MM``."""
    found = MONTH.fullmatch(month)
    if not found:
        raise ValueError(f"月は YYYY-MM で書きます / a month is written YYYY-MM: {month!r}")
    return int(found[1]) * 12 + int(found[2]) - 1


def month_name(number: int) -> str:
    """Return the month ``number`` months after year 0 as ``YYYY-MM``."""
    return f"{number // 12:04}-{number % 12 + 1:02}"


def months_from(first: str, count: int) -> tuple[str, ...]:
    """Return ``count`` months from ``first`` on."""
    start = month_number(first)
    return tuple(month_name(start + i) for i in range(count))


def refuse_gaps(months: tuple[str, ...]) -> None:
    """Raise ValueError unless ``months`` are at least one and follow one another."""
    if not months:
        raise ValueError("月が 1 つも指定されていません / at least one month is needed")
    if tuple(months) != months_from(months[0], len(months)):
        raise ValueError(f"月は続いていなければなりません / months must follow one another: {', '.join(months[:4])} …")
