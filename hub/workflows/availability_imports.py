"""Availability taken in: months of experts who are registered, laid over those stored, never below what is promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.models import Expert
from hub.models.base import columns, table_of, utc_now
from hub.workflows.availability import (
    Key,
    NewMonth,
    add_months,
    below_promised,
    locked_months,
    read_months,
    write_told,
)
from hub.workflows.drafts import MonthDraft
from hub.workflows.import_results import Imported, Orders
from hub.workflows.locks import lock_rows
from hub.workflows.records import batches, fetch
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
ONE_AND_NONE = (1, 0.0)
"""Engagements and onsite days of a month that is new, where the file says nothing of them."""


@dataclass(slots=True)
class _Changes:
    """Months to write: ``new`` ones as they are stored, ``told`` by expert and month in place of those there are.

    ``unchanged``: how many others are as they were.
    """

    new: list[NewMonth] = field(default_factory=list)
    told: dict[Key, MonthDraft] = field(default_factory=dict)
    unchanged: int = 0

    def experts(self) -> set[str]:
        """Return whose months these are."""
        return {row[0] for row in self.new} | {expert for expert, _ in self.told}


def import_availability(session: Session, book: Book, orders: Orders) -> Imported:
    """Take in a file of availability. Counts are of months; months and experts the file leaves out stay."""
    form, told = read_availability(book)
    reading = form.readings[0]
    owners = _owners(session, reading, told)
    ids = sorted(set(owners.values()))
    kept = _rows_kept(session, ids, locked=orders.may_write(len(form.faults)))
    changes = _changes(reading, told, owners, kept)
    written = orders.may_write(len(form.faults))
    if written:
        add_months(session, changes.new)
        write_told(session, changes.told, kept)
        _touch(session, changes.experts())
    orders.done(len(reading.numbers), len(reading.numbers))
    return Imported(
        created=len(changes.new),
        changed=len(changes.told),
        unchanged=changes.unchanged,
        faulty=len(reading.numbers) if reading.unread else len(reading.wrong),
        written=written,
        faults=tuple(form.faults),
        notices=tuple(form.notices),
        examples=form.examples,
        form=form,
    )


def _rows_kept(session: Session, expert_ids: Sequence[str], *, locked: bool) -> Mapping[Key, Any]:
    """Return the months stored; ``locked``: nobody promises or changes any of them until the transaction ends."""
    if not locked:
        return read_months(session, expert_ids)
    lock_rows(session, Expert, expert_ids)
    return locked_months(session, expert_ids)


def _touch(session: Session, expert_ids: set[str]) -> None:
    """Note that the experts changed, so that a page opened before notices."""
    e = columns(Expert)
    for some in batches(sorted(expert_ids)):
        changed = update(table_of(Expert)).where(e.id.in_(some))
        session.execute(changed.values(version=e.version + 1, updated_at=utc_now()))


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


def _changes(reading: Reading, told: MonthsTold, owners: dict[str, str], kept: Mapping[Key, Any]) -> _Changes:
    """Return what of the months told is new or different; one told twice, or below what is promised, is reported."""
    keys = list(zip(map(owners.get, told.references), told.months, strict=True))
    _refuse_repeated(reading, told, keys)
    changes = _changed(reading, told, keys, kept) if kept else _Changes()
    # A row in which something is wrong is mended and taken in whole.
    wrong = reading.wrong
    amounts = zip(told.rows, keys, told.hours, told.engagements, told.onsite_days, strict=True)
    once, none = ONE_AND_NONE
    changes.new = [
        (expert, month, hours, once if engagements is None else engagements, none if days is None else days)
        for number, (expert, month), hours, engagements, days in amounts
        if expert is not None and number not in wrong and (expert, month) not in kept
    ]
    return changes


def _changed(
    reading: Reading, told: MonthsTold, keys: Sequence[tuple[str | None, str]], kept: Mapping[Key, Any]
) -> _Changes:
    """Return what differs from the months ``kept``, and count what does not; what is below a promise is reported."""
    changes = _Changes()
    as_before: list[int] = []
    wrong = frozenset(reading.wrong)
    rows: dict[Key, int] = {}
    for position, (number, (expert_id, month)) in enumerate(zip(told.rows, keys, strict=True)):
        if number in wrong or expert_id is None or (before := kept.get((expert_id, month))) is None:
            continue
        engagements, days = told.engagements[position], told.onsite_days[position]
        draft = MonthDraft(
            month,
            told.hours[position],
            before.engagements if engagements is None else engagements,
            before.onsite_days if days is None else days,
        )
        if _same(draft, before):
            as_before.append(number)
            continue
        _refuse_below_promised(reading, told, position, draft, before)
        changes.told[expert_id, month] = draft
        rows[expert_id, month] = number
    changes.told = {key: draft for key, draft in changes.told.items() if rows[key] not in reading.wrong}
    changes.unchanged = sum(number not in reading.wrong for number in as_before)
    return changes


def _refuse_below_promised(reading: Reading, told: MonthsTold, position: int, draft: MonthDraft, row: Any) -> None:
    """Report each amount below what is promised of its month, at its cell."""
    for name, ja, en in below_promised(draft, row):
        key = name if name in reading.places and not told.headed else told.cell(position)
        reading.refuse(told.rows[position], key, CellError(ja, en))


def _refuse_repeated(reading: Reading, told: MonthsTold, pairs: Sequence[tuple[str | None, str]]) -> None:
    """Report each month of an expert that an earlier row or column tells too; ``pairs``: of (expert, month)."""
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


def _same(draft: MonthDraft, row: Any) -> bool:
    """Tell whether both say the same to the 15 digits a spreadsheet keeps."""
    told = draft.hours, draft.engagements, draft.onsite_days
    kept = row.hours, row.engagements, row.onsite_days
    return told == kept or [fifteen_digits(value) for value in told] == [fifteen_digits(value) for value in kept]
