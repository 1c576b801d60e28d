"""A calendar as the file calendar programs read: iCalendar (RFC 5545), in Japanese or English.

The same entries make the same bytes, whenever the file is asked for.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDatetime, vDuration, vText

from hub.workflows.calendar_entries import Entry, EntryKind
from hub.workflows.events import place_of
from hub.workflows.japanese_days import JAPAN

ZONE = "Asia/Tokyo"
HERE = "digital-talent-hub"
"""What makes the hub's keys unlike those of other calendars."""
READ_AGAIN = timedelta(hours=6)
MADE_BY = {"ja": "-//Digital Talent Hub//Calendar//JA", "en": "-//Digital Talent Hub//Calendar//EN"}
NAME = {"ja": "デジタル人材ハブの予定", "en": "Digital talent hub"}
LABELS: dict[EntryKind, tuple[str, str]] = {
    "work": ("従事", "Engagement"),
    "onsite": ("現地", "On site"),
    "answer": ("提案の回答期限", "Answer to a proposal due"),
    "report": ("活動報告の期限", "Activity report due"),
    "questionnaire": ("アンケートの期限（団体が回答）", "Questionnaire due (from the organization)"),
}


class _Text(vText):
    """Text escaped by RFC 5545 3.3.11 alone: the library takes a backslash before a capital N for a line break."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def write_calendar(entries: Iterable[Entry], language: str, pages: str) -> bytes:
    """Return the file in ``language`` (``ja`` or ``en``); ``pages``: where the hub's pages are, without a slash."""
    calendar = Calendar()
    calendar.add("prodid", MADE_BY[language])
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        calendar[name] = _Text(NAME[language])
    calendar["x-wr-timezone"] = _Text(ZONE)
    # RFC 7986, and what programs read that were there before it.
    calendar.add("refresh-interval", vDuration(READ_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(READ_AGAIN))
    calendar.add_component(_zone())
    for entry in entries:
        calendar.add_component(_event(entry, language, pages))
    written: bytes = calendar.to_ical()
    return written


def _zone() -> Timezone:
    """Return Japan's time, one all year."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE)
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  (local time by definition)
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "JST")
    zone.add_component(standard)
    return zone


def _event(entry: Entry, language: str, pages: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.key}@{HERE}")
    # Without a METHOD, DTSTAMP is when the entry was last changed (RFC 5545 3.8.7.2), as LAST-MODIFIED is.
    for name, moment in (("dtstamp", entry.changed), ("last-modified", entry.changed), ("created", entry.made)):
        event.add(name, moment)
    event.add("sequence", entry.version)
    _add_time(event, entry)
    event["summary"] = _Text(_summary(entry, language))
    event.add("status", entry.state.upper())
    event.add("class", "PRIVATE")
    # Who works some hours a month is not away all month; who is on site is.
    event.add("transp", "OPAQUE" if entry.kind == "onsite" else "TRANSPARENT")
    event.add("url", f"{pages}{place_of(*entry.subject)}")
    if entry.kind == "onsite":
        event["location"] = _Text(_body(entry, language))
    if entry.hours is not None and entry.onsite_days is not None:
        event["description"] = _Text(_amounts(entry.hours, entry.onsite_days, language))
    return event


def _add_time(event: Event, entry: Entry) -> None:
    if entry.first is not None and entry.last is not None:
        event.add("dtstart", entry.first)
        # The end of whole days is the day after the last one (RFC 5545 3.6.1).
        event.add("dtend", entry.last + timedelta(days=1))
    elif entry.at is not None:
        begins = vDatetime(entry.at.astimezone(JAPAN).replace(tzinfo=None))
        # Set here: the library drops it from what a moment is made with when the moment has no zone of its own.
        begins.params["TZID"] = ZONE
        event["dtstart"] = begins


def _summary(entry: Entry, language: str) -> str:
    ja, en = LABELS[entry.kind]
    if language == "ja":
        return _line(f"{ja} {entry.title}（{entry.organization}）")
    return _line(f"{en}: {entry.title} ({_body(entry, language)})")


def _body(entry: Entry, language: str) -> str:
    return _line(entry.organization if language == "ja" else entry.organization_en or entry.organization)


def _amounts(hours: float, days: float, language: str) -> str:
    if language == "ja":
        return f"月{hours:g}時間まで（移動を含む）、現地は月{days:g}日まで"
    return f"Up to {hours:g} h a month, travel included; up to {days:g} days a month on site"


def _line(text: str) -> str:
    """Return ``text`` on one line, without the control characters the format does not take."""
    shown = "".join(" " if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} else one for one in text)
    return " ".join(shown.split())
