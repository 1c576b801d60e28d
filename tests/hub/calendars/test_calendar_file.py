"""The file calendar programs read: what is written is read back, whatever people wrote."""

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from hub.workflows.calendar_entries import Entry
from hub.workflows.calendar_file import LABELS, write_calendar

PAGES = "https://hub.example"
SPOKEN = ("ja", "en")
LONGEST_LINE = 75
"""Octets of a line without its end (RFC 5545 3.1)."""
WHEN = datetime(2026, 10, 1, 3, 4, 5, tzinfo=UTC)

written = st.text(st.characters(codec="utf-8"), min_size=1, max_size=100)
days = st.dates(date(1990, 1, 1), date(2150, 1, 1))
moments = st.integers(631_152_000, 5_680_281_600).map(lambda second: datetime.fromtimestamp(second, UTC))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(sorted(LABELS)))
    told = {
        "key": draw(st.from_regex(r"[a-z]{3}_[0-9a-f]{30}", fullmatch=True)),
        "kind": kind,
        "subject": ("engagement", "eng_1"),
        "title": draw(written),
        "organization": draw(written),
        "organization_en": draw(st.one_of(st.just(""), written)),
        "state": draw(st.sampled_from(("tentative", "confirmed", "cancelled"))),
        "version": draw(st.integers(1, 2**31 - 1)),
        "made": draw(moments),
        "changed": draw(moments),
    }
    if kind == "answer":
        return Entry(**told, at=draw(moments))
    first = draw(days)
    told |= {"first": first, "last": first + timedelta(days=draw(st.integers(0, 400)))}
    if kind == "work":
        told |= {"hours": draw(st.floats(0, 744)), "onsite_days": draw(st.floats(0, 31))}
    return Entry(**told)


def entry(**changes: object) -> Entry:
    usual = {
        "key": "eng_1",
        "kind": "work",
        "subject": ("engagement", "eng_1"),
        "title": "クラウドの設計",
        "organization": "長野県塩尻市",
        "organization_en": "Shiojiri-shi",
        "state": "confirmed",
        "version": 3,
        "made": WHEN,
        "changed": WHEN,
        "first": date(2026, 10, 1),
        "last": date(2026, 11, 30),
    }
    return Entry(**{**usual, **changes})  # type: ignore[arg-type]


def read(content: bytes) -> Calendar:
    calendar = Calendar.from_ical(content)
    assert not [error for part in calendar.walk() for error in part.errors]
    return calendar


def unescaped(value: str) -> str:
    """Read TEXT by RFC 5545 3.3.11, character by character."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def property_of(content: bytes, name: str) -> list[str]:
    unfolded = content.decode().replace("\r\n ", "")
    return [line.partition(":")[2] for line in unfolded.split("\r\n") if re.match(rf"{name}[:;]", line)]


@settings(max_examples=60, deadline=None)
@given(told=st.lists(entries(), max_size=4, unique_by=lambda one: one.key), language=st.sampled_from(SPOKEN))
def test_what_is_written_is_read_back(told: list[Entry], language: str):
    content = write_calendar(told, language, PAGES)
    events = read(content).events
    assert [str(event["uid"]) for event in events] == [f"{one.key}@digital-talent-hub" for one in told]
    for event, one in zip(events, told, strict=True):
        if one.at is not None:
            assert event["dtstart"].params["TZID"] == "Asia/Tokyo"
            assert event.decoded("dtstart") == one.at
        else:
            assert event.decoded("dtstart") == one.first
            assert event.decoded("dtend") == one.last + timedelta(days=1)
        assert (event["sequence"], event["status"]) == (one.version, one.state.upper())
        assert event.decoded("dtstamp") == event.decoded("last-modified") == one.changed
        assert event.decoded("created") == one.made
    assert content == write_calendar(told, language, PAGES)


@settings(max_examples=100, deadline=None)
@given(one=entries(), language=st.sampled_from(SPOKEN))
def test_whatever_people_wrote_stays_text_on_lines_that_programs_can_take(one: Entry, language: str):
    content = write_calendar([one], language, PAGES)
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    for line in lines:
        assert len(line) <= LONGEST_LINE
        line.decode()
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
    # However hostile, a title makes no line of its own: one event stays one event with each property once.
    assert [len(property_of(content, name)) for name in ("BEGIN", "SUMMARY", "UID")] == [4, 1, 1]
    label = LABELS[one.kind][SPOKEN.index(language)]
    shown = unescaped(property_of(content, "SUMMARY")[0])
    visible = "".join(char for char in one.title if char.isalnum() or char in "\\;,:\"'")
    assert shown.startswith(label)
    assert visible in "".join(char for char in shown if char.isalnum() or char in "\\;,:\"'")


def test_a_line_break_in_a_title_adds_no_event():
    hostile = entry(title='a\r\nEND:VEVENT\nBEGIN:VEVENT;,\\N"')
    content = write_calendar([hostile], "ja", PAGES)
    assert len(read(content).events) == 1
    (summary,) = property_of(content, "SUMMARY")
    assert unescaped(summary) == '従事 a END:VEVENT BEGIN:VEVENT;,\\N"（長野県塩尻市）'


def test_long_japanese_is_folded_between_characters():
    content = write_calendar(
        [entry(title="住民向けのオンデマンド交通の予約の仕組みの設計と調達の支援" * 3)], "ja", PAGES
    )
    folded = [line for line in content.split(b"\r\n") if line.startswith(b" ")]
    assert len(folded) > 3
    assert str(read(content).events[0]["summary"]).count("予約の仕組み") == 3


def test_the_file_says_what_it_is_and_whose_time_it_is_in():
    calendar = read(write_calendar([entry(at=WHEN, first=None, last=None)], "ja", PAGES))
    assert (calendar["version"], calendar["calscale"]) == ("2.0", "GREGORIAN")
    assert calendar["prodid"]
    (zone,) = calendar.timezones
    assert zone["tzid"] == "Asia/Tokyo"
    assert zone.to_tz().utcoffset(datetime(2026, 7, 1))  # noqa: DTZ001 == timedelta(hours=9)
    assert calendar.events[0]["dtstart"].to_ical() == b"20261001T120405"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in calendar.to_ical()


def test_each_language_is_whole():
    for kind, (ja, en) in LABELS.items():
        one = entry(kind=kind, hours=7.5, onsite_days=2.0)
        assert ja in str(read(write_calendar([one], "ja", PAGES)).events[0]["summary"])
        english = write_calendar([one], "en", PAGES).decode().replace("クラウドの設計", "")
        assert en in english.replace("\r\n ", "")
        assert not re.search("[ぁ-んァ-ン一-龠]", english)
