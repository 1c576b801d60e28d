"""Days as people type them: 令和8年4月1日, R8.4.1, 2026-04-01, 2026/4/1, in full or half width."""

import re
import unicodedata
from datetime import date

from web.eras import ERAS

LETTERS = {era.name_ja: era.name_en[0] for era in ERAS}
WESTERN = re.compile(r"(?P<year>[0-9]{4})\s*[-/.年]\s*(?P<month>[0-9]{1,2})\s*[-/.月]\s*(?P<day>[0-9]{1,2})\s*日?")
COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
JAPANESE = re.compile(
    rf"(?P<era>{'|'.join((*LETTERS, *LETTERS.values()))})\s*(?P<year>[0-9]{{1,2}}|元)"
    r"\s*[-/.年]\s*(?P<month>[0-9]{1,2})\s*[-/.月]\s*(?P<day>[0-9]{1,2})\s*日?",
    re.IGNORECASE,
)


def read_day(typed: str) -> date | None:
    """Return the day typed; None when it is none, or when its era had no such day (平成31年5月1日)."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if found := WESTERN.fullmatch(text) or COMPACT.fullmatch(text):
        return _day(int(found["year"]), found)
    if found := JAPANESE.fullmatch(text):
        place = next(at for at, era in enumerate(ERAS) if found["era"].upper() in {era.name_ja, LETTERS[era.name_ja]})
        era, year = ERAS[place], 1 if found["year"] == "元" else int(found["year"])
        day = _day(era.begins.year + year - 1, found)
        ended = ERAS[place - 1].begins if place else date.max
        return day if day and year and era.begins <= day < ended else None
    return None


def _day(year: int, found: "re.Match[str]") -> date | None:
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        return None
