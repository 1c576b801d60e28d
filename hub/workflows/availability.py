"""An expert's months, told anew: written month by month, because what is promised is counted in them.

A month no longer told is offered no more: it goes, or, where a proposal books it, offers just what is promised of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import Session

from hub.models import Availability, Booking
from hub.models.base import columns, table_of
from hub.models.experts import ROUNDING
from hub.workflows.drafts import ExpertDraft, MonthDraft
from hub.workflows.locks import lock_months
from hub.workflows.records import batches, fetch, insert_tuples
from matching.faults import Fault

AMOUNTS = (
    ("hours", "時間", "hours"),
    ("engagements", "件数", "engagements"),
    ("onsite_days", "現地日数", "onsite days"),
)
"""What is counted in a month: its column, and its name in both languages."""

Key: TypeAlias = tuple[str, str]
NewMonth: TypeAlias = tuple[str, str, float, int, float]
"""Expert, month, hours, engagements and onsite days of a month that is not there yet."""


def below_promised(told: MonthDraft, row: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (column, ja, en) for each amount told below what ``row`` has promised of its month; None: nothing is."""
    if row is None:
        return
    for name, ja, en in AMOUNTS:
        offered, promised = getattr(told, name), getattr(row, f"{name}_committed")
        if offered < promised - ROUNDING:
            yield (
                name,
                f"{told.month} は{ja} {promised:g} が承諾済みです。{offered:g} には減らせません",
                f"{promised:g} {en} of {told.month} are promised: they cannot be lowered to {offered:g}",
            )


def month_faults(position: int, expert_id: str, told: Sequence[MonthDraft], kept: Mapping[Key, Any]) -> Iterator[Fault]:
    """Yield a fault for each amount told below what is promised of its month; ``kept``: rows by expert and month."""
    for place, month in enumerate(told):
        for name, ja, en in below_promised(month, kept.get((expert_id, month.month))):
            yield Fault(f"/{position}/availability/{place}/{name}", ja, en)


def promise_faults(session: Session, drafts: Mapping[str, ExpertDraft]) -> dict[str, list[Fault]]:
    """Return, by id, the faults of experts who would offer less of a month than is promised; a look without a lock."""
    kept = {key: row for key, row in read_months(session, sorted(drafts)).items() if row.engagements_committed}
    told = {
        expert_id: list(month_faults(0, expert_id, draft.availability, kept)) for expert_id, draft in drafts.items()
    }
    return {
        expert_id: [replace(fault, place=fault.place.removeprefix("/0")) for fault in faults]
        for expert_id, faults in told.items()
        if faults
    }


def write_months(session: Session, drafts: Mapping[str, ExpertDraft], kept: Mapping[Key, Any]) -> None:
    """Bring the months of experts to what is told, never below what is promised; ``kept``: their rows, locked."""
    told = {(key, month.month): month for key, draft in drafts.items() for month in draft.availability}
    write_told(session, told, kept)
    gone = [key for key in kept if key not in told]
    booked = _booked(session, sorted(drafts)) if gone else set()
    _update(session, [_promised(kept[key]) for key in gone if key in booked])
    leaving = [{"of_expert": expert, "of_month": month} for expert, month in gone if (expert, month) not in booked]
    _execute(session, delete(table_of(Availability)).where(*_this()), leaving)


def write_told(session: Session, told: Mapping[Key, MonthDraft], kept: Mapping[Key, Any]) -> None:
    """Add or change the months told by expert and month, and leave all others; ``kept``: the rows there are, locked."""
    new = [(*key, month.hours, month.engagements, month.onsite_days) for key, month in told.items() if key not in kept]
    add_months(session, new)
    _update(session, [_row(key, told[key]) for key in told if key in kept and _differs(told[key], kept[key])])


def add_months(session: Session, rows: Sequence[NewMonth]) -> None:
    """Add months that are not there yet."""
    insert_tuples(session, Availability, ("expert_id", "month", *(name for name, _, _ in AMOUNTS)), rows)


def locked_months(session: Session, expert_ids: Sequence[str]) -> dict[Key, Any]:
    """Lock the months of experts, and return them by expert and month."""
    return lock_months(session, expert_ids) if expert_ids else {}


def read_months(session: Session, expert_ids: Sequence[str] | None) -> dict[Key, Any]:
    """Return the months of experts by expert and month, without a lock: to look, not to decide."""
    a = columns(Availability)
    return {(row.expert_id, row.month): row for row in fetch(session, select(*a), a.expert_id, expert_ids)}


def _booked(session: Session, expert_ids: Sequence[str]) -> set[Key]:
    b = columns(Booking)
    query = select(b.expert_id, b.month).distinct()
    return {
        (expert, month)
        for some in batches(expert_ids)
        for expert, month in session.execute(query.where(b.expert_id.in_(some)))
    }


def _row(key: Key, month: MonthDraft) -> dict[str, Any]:
    return {"expert_id": key[0], "month": key[1], **{name: getattr(month, name) for name, _, _ in AMOUNTS}}


def _promised(row: Any) -> dict[str, Any]:
    """Return a month that offers no more than is promised of it."""
    own = {"expert_id": row.expert_id, "month": row.month}
    return {**own, **{name: max(0, getattr(row, f"{name}_committed")) for name, _, _ in AMOUNTS}}


def _differs(month: MonthDraft, row: Any) -> bool:
    return any(getattr(month, name) != getattr(row, name) for name, _, _ in AMOUNTS)


def _this() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    a = columns(Availability)
    return a.expert_id == bindparam("of_expert"), a.month == bindparam("of_month")


def _update(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name, _, _ in AMOUNTS}
    _execute(session, update(table_of(Availability)).where(*_this()).values(**values), [_bound(row) for row in rows])


def _bound(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {"of_expert": row["expert_id"], "of_month": row["month"]}
    return {**own, **{f"new_{name}": row[name] for name, _, _ in AMOUNTS}}


def _execute(session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        # A connection's own: a session would take an update by these parameters for one by primary key.
        session.connection().execute(statement, rows)
