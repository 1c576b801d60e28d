"""Availability as a sheet: one row an expert, a column for each month; reading it back changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.workflows.drafts import MonthDraft
from hub.workflows.sheets.availability_layout import availability_layout
from hub.workflows.sheets.expert_sheets import month_cell, month_headings, usual
from hub.workflows.sheets.wording import Wording
from hub.workflows.sheets.workbook import Sheet, Value

NUMBERS = {"engagements": "0", "onsite_days": "General"}


@dataclass(frozen=True, slots=True)
class TimeTold:
    """A person's months. ``reference``: what a table names the person by."""

    reference: str
    name: str
    months: Mapping[str, MonthDraft]


def availability_sheets(people: Sequence[TimeTold], wording: Wording) -> list[Sheet]:
    """Return the sheet of the people's months."""
    layout = availability_layout()
    months = sorted({month for person in people for month in person.months})
    headings = [wording.heading(column, NUMBERS) for column in layout.columns if column.offered]
    return [Sheet(wording.sheet(layout), [*headings, *month_headings(months, wording)], rows(people, months))]


def rows(people: Sequence[TimeTold], months: Sequence[str]) -> Iterator[list[Value]]:
    """Yield each person's row."""
    for person in people:
        engagements, onsite_days = usual(tuple(person.months.values()))
        cells = [month_cell(person.months.get(month), engagements, onsite_days) for month in months]
        yield [person.reference, person.name, engagements, onsite_days, *cells]
