"""What a file says of availability: months of experts, whichever of the two ways they are laid out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from hub.workflows.sheets.availability_layout import availability_layout
from hub.workflows.sheets.book import Book
from hub.workflows.sheets.columns import Reading
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.forms import Form, is_missing, read_main

NO_MONTHS = CellError(
    "月がありません。見出しに「2026年10月」のような月の列を作るか、「月」と「空き時間」の列を作ってください。",
    "No months: head columns by months (2026-10), or give the columns 月 (month) and 空き時間 (hours).",
)
BOTH = CellError(
    "月が見出しにも「月」の列にもあります。どちらか片方にしてください。",
    "Months stand both in headings and in the column 月; keep one.",
)


@dataclass(slots=True)
class MonthsTold:
    """Months of experts, in columns of equal length. ``None``: the file says nothing of it.

    ``rows``: Excel's row of each; ``cells``: the key of its cell, where all are the same kind (``hours``) that alone.
    """

    rows: list[int] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    hours: list[float] = field(default_factory=list)
    engagements: list[int | None] = field(default_factory=list)
    onsite_days: list[float | None] = field(default_factory=list)
    headed: bool = False

    def cell(self, position: int) -> str:
        """Return the key of the cell a month's hours come from."""
        return self.months[position] if self.headed else "hours"


def read_availability(book: Book) -> tuple[Form, MonthsTold]:
    """Return the file as read, with every fault in it, and the months of its rows without one."""
    form = read_main(book, availability_layout())
    reading = form.readings[0]
    if not reading.unread:
        check_shape(reading)
    if reading.unread:
        return form, MonthsTold()
    keys = ("reference",) if reading.months else ("reference", "month", "hours")
    for key in keys:
        for position, value in enumerate(reading.columns[key]):
            number = reading.numbers[position]
            if value is None and key not in reading.wrong.get(number, ()):
                reading.refuse(number, key, is_missing(reading.layout.column(key)))
    return form, headed_months(reading) if reading.months else listed_months(reading)


def check_shape(reading: Reading) -> None:
    """Report a table that has its months nowhere, or in two places."""
    if reading.months and (reading.has("month") or reading.has("hours")):
        reading.report(reading.header + 1, "month" if reading.has("month") else "hours", BOTH)
        reading.unread = True
    elif not reading.months and not (reading.has("month") and reading.has("hours")):
        reading.report(reading.header + 1, -1, NO_MONTHS)
        reading.unread = True


def listed_months(reading: Reading) -> MonthsTold:
    """Return the months of a table with one row a month."""
    count = len(reading.numbers)
    told: list[list[Any]] = [
        reading.numbers,
        *(reading.columns.get(key, [None] * count) for key in ("reference", "month", "hours")),
        *(reading.columns.get(key, [None] * count) for key in ("engagements", "onsite_days")),
    ]
    if reading.wrong:
        right = [number not in reading.wrong for number in reading.numbers]
        told = [[value for value, keep in zip(column, right, strict=True) if keep] for column in told]
    return MonthsTold(*told)  # type: ignore[arg-type]  # the columns in the order of the fields


def headed_months(reading: Reading) -> MonthsTold:
    """Return the months of a table with one row an expert; an empty cell says nothing of its month."""
    told = MonthsTold(headed=True)
    names = list(reading.months)
    for number, reference, usual, cells in rows_of(reading, names):
        if number in reading.wrong:
            continue
        for month, cell in zip(names, cells, strict=True):
            if cell is not None:
                hours, engagements, days = cell
                told.rows.append(number)
                told.references.append(reference)
                told.months.append(month)
                told.hours.append(hours)
                told.engagements.append(usual[0] if engagements is None else engagements)
                told.onsite_days.append(usual[1] if days is None else days)
    return told


def rows_of(reading: Reading, months: list[str]) -> Iterator[tuple[int, Any, tuple[Any, Any], tuple[Any, ...]]]:
    """Yield row number, reference, (engagements, days) of all months, and the cells of the months."""
    columns = reading.columns
    usual = (
        zip(columns.get("engagements", repeat(None)), columns.get("onsite_days", repeat(None)), strict=False)
        if {"engagements", "onsite_days"} & columns.keys()
        else repeat((None, None))
    )
    cells = zip(*(columns[month] for month in months), strict=True)
    yield from zip(reading.numbers, columns["reference"], usual, cells, strict=False)
