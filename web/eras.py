"""Japanese eras (元号): years as both calendars write them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Era:
    """An era with its first day and the year that counts as 1."""

    name_ja: str
    name_en: str
    begins: date


ERAS = (
    Era("令和", "Reiwa", date(2019, 5, 1)),
    Era("平成", "Heisei", date(1989, 1, 8)),
    Era("昭和", "Showa", date(1926, 12, 25)),
    Era("大正", "Taisho", date(1912, 7, 30)),
    Era("明治", "Meiji", date(1868, 1, 25)),
)


def era_year(day: date) -> tuple[Era, int] | None:
    """Return the era of ``day`` and the year within it, counted from 1; None before 明治."""
    for era in ERAS:
        if day >= era.begins:
            return era, day.year - era.begins.year + 1
    return None


def fiscal_year(day: date) -> int:
    """Return the fiscal year of ``day``: from 1 April to 31 March of the next year."""
    return day.year if day.month >= 4 else day.year - 1
