"""Days as the offices count them: in Japanese time, with fiscal years (年度) from April."""

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

from seed_data.months import month_name, month_number

JAPAN = timezone(timedelta(hours=9), "JST")
"""Japan keeps one time all year, so that no list of zones is needed."""
FIRST_OF_FISCAL_YEAR = 4


def today_in_japan() -> date:
    """Return the day it is in Japan."""
    return datetime.now(JAPAN).date()


def day_in_japan(moment: datetime) -> date:
    """Return the day it is in Japan at an aware ``moment``."""
    return moment.astimezone(JAPAN).date()


def fiscal_year(day: date) -> int:
    """Return the fiscal year of ``day``: 2025 (令和7年度) runs from April 2025 to March 2026."""
    return day.year if day.month >= FIRST_OF_FISCAL_YEAR else day.year - 1


def last_day_of_fiscal_year(year: int) -> date:
    """Return the 31st of March that ends fiscal ``year``."""
    return date(year + 1, FIRST_OF_FISCAL_YEAR, 1) - timedelta(days=1)


def month_of(day: date) -> str:
    """Return the month of ``day`` as ``YYYY-MM``."""
    return f"{day.year:04}-{day.month:02}"


def first_day(month: str) -> date:
    """Return the first day of ``month``."""
    number = month_number(month)
    return date(number // 12, number % 12 + 1, 1)


def last_day(month: str) -> date:
    """Return the last day of ``month``."""
    first = first_day(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def months_of(first: date, last: date) -> tuple[str, ...]:
    """Return the months that ``first`` to ``last`` touch, in order; none when ``last`` comes before."""
    return tuple(month_name(n) for n in range(month_number(month_of(first)), month_number(month_of(last)) + 1))
