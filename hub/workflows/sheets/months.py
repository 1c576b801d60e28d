"""Months as people write them: 2026-10, 2026/10, 2026年10月, 令和8年10月, R8.10, and real dates of Excel."""

import re
from datetime import date, datetime

from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.values import normal

FIRST_YEAR, LAST_YEAR = 1950, 2100
ERAS: tuple[tuple[str, str, tuple[int, int], tuple[int, int]], ...] = (
    ("令和", "R", (2019, 5), (LAST_YEAR, 12)),
    ("平成", "H", (1989, 1), (2019, 4)),
    ("昭和", "S", (1926, 12), (1989, 1)),
)
"""Name, letter, first and last month of each era."""

SEPARATOR = r"\s*[-/.年]\s*"
REST = rf"{SEPARATOR}(?P<month>[0-9]{{1,2}})\s*月?(?:{SEPARATOR.replace('年', '月')}?0?1\s*日?)?"
WESTERN = re.compile(rf"(?P<year>[0-9]{{4}}){REST}")
JAPANESE = re.compile(rf"(?P<era>令和|平成|昭和|[RHS])\s*(?P<year>[0-9]{{1,2}}|元){REST}", re.IGNORECASE)
LOST_ZERO = re.compile(r"[0-9]{4}\.1")
COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})")


def looks_like_month(value: Cell) -> bool:
    """Tell whether ``value`` is meant as a month, so that a column headed by it is one month's."""
    if isinstance(value, date):
        return True
    if not isinstance(value, str):
        return False
    text = normal(value)
    return bool(WESTERN.fullmatch(text) or JAPANESE.fullmatch(text))


def parse_month(value: Cell) -> str:
    """Return the month as ``YYYY-MM``. A date counts when it is the first of a month. Raises CellError."""
    if isinstance(value, date):
        if value.day != 1 or (isinstance(value, datetime) and value.time() != value.time().min):
            raise CellError(
                f"日付（{value:%Y-%m-%d}）ではなく月を書いてください。例: {value:%Y年%m月}",
                f"Write a month, not a day ({value:%Y-%m-%d}): {value:%Y-%m}.",
            )
        return checked(value.year, value.month)
    text = normal(value)
    if LOST_ZERO.fullmatch(text):
        raise CellError(
            "10月の0が数値として消えた形に見えます。2026年1月か2026年10月のように書いてください。",
            "A number drops the 0 of month 10. Write 2026-01 or 2026-10.",
        )
    if match := WESTERN.fullmatch(text) or COMPACT.fullmatch(text):
        return checked(int(match["year"]), int(match["month"]))
    if match := JAPANESE.fullmatch(text):
        return from_era(match["era"], 1 if match["year"] == "元" else int(match["year"]), int(match["month"]))
    raise CellError(
        "月として読めません。2026年10月、2026-10、令和8年10月 のように書いてください。",
        "Not a month. Write 2026-10, 2026年10月 or 令和8年10月.",
    )


def from_era(name: str, year: int, month: int) -> str:
    """Return the month of an era's year. Raises CellError outside the era (平成31年5月)."""
    era, _, first, last = next(era for era in ERAS if name.upper() in era[:2])
    western = first[0] + year - 1
    if year < 1 or not first <= (western, month) <= last:
        raise CellError(
            f"{era}にその月はありません。西暦で書くと確実です。例: 2019-05 は 令和元年5月。",
            f"The era {era} has no such month. The western year is safest: 2019-05.",
        )
    return checked(western, month)


def checked(year: int, month: int) -> str:
    """Return ``YYYY-MM`` if both parts are sensible. Raises CellError."""
    if not 1 <= month <= 12:
        raise CellError(f"{month}月という月はありません。", f"There is no month {month}.")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(
            f"{year}年は範囲外です（{FIRST_YEAR}〜{LAST_YEAR}年）。",
            f"The year {year} is not in {FIRST_YEAR}–{LAST_YEAR}.",
        )
    return f"{year:04d}-{month:02d}"


def format_month(month: str) -> str:
    """Return ``YYYY-MM`` as a heading people read: ``2026年10月``."""
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月"
