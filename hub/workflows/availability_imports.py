"""Availability taken in: months of experts who are registered, laid over those stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import Expert
from hub.models.base import columns
from hub.workflows.availability_storing import MonthRow, RefusedMonth, read_months, store_months
from hub.workflows.import_results import Imported, MayWrite, Progress
from hub.workflows.records import fetch
from hub.workflows.sheets.availability_forms import MonthsTold, read_availability
from hub.workflows.sheets.book import Book
from hub.workflows.sheets.columns import Reading
from hub.workflows.sheets.faults import CellError, column_letter
from hub.workflows.sheets.terms import key as folded
from hub.workflows.sheets.values import fifteen_digits

NOBODY = CellError(
    "この番号の専門人材は登録されていません。先に専門人材を登録するか、番号を直してください。",
    "No expert has this reference. Register the expert first, or mend the reference.",
)
COMMITTED = CellError(
    "すでに約束した分（提案や従事）を下回るため、変えられません。約束した分以上にしてください。",
    "It is below what is already promised. Write at least that much.",
)
ONE_AND_NONE = (1, 0.0)
"""Engagements and onsite days of a month that is new, where the file says nothing of them."""


@dataclass(slots=True)
class _Changes:
    """Months to write, each with its position among those told, and how many of them are new or left as they are."""

    rows: list[MonthRow] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    created: int = 0
    unchanged: int = 0


def import_availability(session: Session, book: Book, may_write: MayWrite, progress: Progress | None) -> Imported:
    """Take in a file of availability. Counts are of months; months and experts the file leaves out stay."""
    form, told = read_availability(book)
    reading = form.readings[0]
    owners = _owners(session, reading, told)
    changes = _changes(session, reading, told, owners)
    written = may_write(len(form.faults))
    refused = store_months(session, changes.rows, valid_only=may_write(1)) if written else []
    for one in refused:
        _report_refused(reading, told, changes.positions[one.position], one)
    if progress:
        progress(len(reading.numbers), len(reading.numbers))
    return Imported(
        created=changes.created,
        changed=len(changes.rows) - changes.created - len(refused),
        unchanged=changes.unchanged,
        faulty=len(reading.numbers) if reading.unread else len(reading.wrong),
        written=written and may_write(len(refused)),
        faults=tuple(form.faults),
        notices=tuple(form.notices),
        examples=form.examples,
        form=form,
    )


def _owners(session: Session, reading: Reading, told: MonthsTold) -> dict[str, str]:
    """Return the id of each expert named, by reference or id; report those nobody has, and names that differ."""
    e = columns(Expert)
    named = list(dict.fromkeys(told.references))
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    query = select(e.id, e.reference, e.family_name + e.given_name)
    for column in (e.id, e.reference):
        for key, reference, name in fetch(session, query, column, named):
            owners[key if column is e.id else reference] = key
            names[key] = name
    positions = (
        {number: position for position, number in enumerate(reading.numbers)} if "name" in reading.columns else {}
    )
    checked: dict[tuple[str, object], bool] = {}
    last = 0
    for number, reference in zip(told.rows, told.references, strict=True):
        if number == last:
            continue
        last = number
        owner = owners.get(reference)
        if owner is None:
            reading.refuse(number, "reference", NOBODY)
        elif positions:
            written = reading.columns["name"][positions[number]]
            pair = (owner, written)
            if pair not in checked:
                checked[pair] = written is None or folded(str(written)) == folded(names[owner])
            if not checked[pair]:
                reading.refuse(number, "name", _other_name(reference, names[owner]))
    return owners


def _other_name(reference: str, name: str) -> CellError:
    return CellError(
        f"{reference} は {name} です。番号と氏名のどちらかが違います。",
        f"{reference} is {name}: the reference or the name is wrong.",
    )


def _changes(session: Session, reading: Reading, told: MonthsTold, owners: dict[str, str]) -> _Changes:
    """Return what of the months told is new or different; one told twice is reported."""
    present = read_months(session, list(dict.fromkeys(owners.values())))
    changes = _Changes()
    _refuse_repeated(reading, told, [owners.get(reference) for reference in told.references])
    for position, (number, reference, month, hours, engagements, days) in enumerate(
        zip(told.rows, told.references, told.months, told.hours, told.engagements, told.onsite_days, strict=True)
    ):
        if reading.wrong and number in reading.wrong:
            continue
        owner = owners[reference]
        before = present.get((owner, month))
        usual = ONE_AND_NONE if before is None else before[1:]
        row = MonthRow(
            owner,
            month,
            hours,
            usual[0] if engagements is None else engagements,
            usual[1] if days is None else days,
        )
        if before is not None and (before == row[2:] or _same(before, row[2:])):
            changes.unchanged += 1
            continue
        changes.created += before is None
        changes.rows.append(row)
        changes.positions.append(position)
    return changes


def _refuse_repeated(reading: Reading, told: MonthsTold, owners: Sequence[str | None]) -> None:
    """Report each month of an expert that an earlier row or column tells too."""
    pairs = list(zip(owners, told.months, strict=True))
    if len(set(pairs)) == len(pairs):
        return
    first: dict[tuple[str | None, str], int] = {}
    for position, pair in enumerate(pairs):
        before = first.setdefault(pair, position)
        if before != position and pair[0] is not None:
            key = told.cell(before)
            column = column_letter(reading.places.get(key, reading.months.get(key, 0)))
            place = f"{column}{told.rows[before]}"
            wrong = CellError(
                f"同じ人の同じ月が {place} にもあります。", f"The same month of this person is at {place}."
            )
            reading.refuse(told.rows[position], told.cell(position), wrong)


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    """Tell whether both are the same to the 15 digits a spreadsheet keeps."""
    return [fifteen_digits(value) for value in one] == [fifteen_digits(value) for value in other]


def _report_refused(reading: Reading, told: MonthsTold, position: int, refused: RefusedMonth) -> None:
    """Report, at its cell, a month the database would not take."""
    key = told.cell(position)
    if not told.headed and refused.field in reading.places:
        key = refused.field
    reading.refuse(told.rows[position], key, COMMITTED)
