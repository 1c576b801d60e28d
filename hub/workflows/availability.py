"""An expert's months, told anew: written month by month, because what is promised is counted in them.

A month no longer told is offered no more: it goes, or, where a proposal books it, offers just what is promised of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from hub.models import Availability, Booking
from hub.models.base import columns, table_of
from hub.models.experts import ROUNDING
from hub.workflows.drafts import ExpertDraft, MonthDraft
from hub.workflows.locks import lock_months
from hub.workflows.records import batches
from matching.faults import Fault

AMOUNTS = (
    ("hours", "時間", "hours"),
    ("engagements", "件数", "engagements"),
    ("onsite_days", "現地日数", "onsite days"),
)
"""What is counted in a month: its column, and its name in both languages."""

Key = tuple[str, str]


def month_faults(position: int, expert_id: str, told: Sequence[MonthDraft], kept: Mapping[Key, Any]) -> Iterator[Fault]:
    """Yield a fault for each amount told below what is promised of its month; ``kept``: rows by expert and month."""
    for place, month in enumerate(told):
        row = kept.get((expert_id, month.month))
        for name, ja, en in AMOUNTS:
            offered = getattr(month, name)
            promised = getattr(row, f"{name}_committed") if row is not None else 0
            if offered < promised - ROUNDING:
                yield Fault(
                    f"/{position}/availability/{place}/{name}",
                    f"{month.month} は{ja} {promised:g} が承諾済みです。{offered:g} には減らせません",
                    f"{promised:g} {en} of {month.month} are promised: they cannot be lowered to {offered:g}",
                )


def write_months(session: Session, drafts: Mapping[str, ExpertDraft], kept: Mapping[Key, Any]) -> None:
    """Bring the months of experts to what is told, never below what is promised; ``kept``: their rows, locked."""
    told = {(key, month.month): month for key, draft in drafts.items() for month in draft.availability}
    booked = _booked(session, sorted(drafts))
    new = [_row(key, told[key]) for key in told if key not in kept]
    changed = [_row(key, told[key]) for key in told if key in kept and _differs(told[key], kept[key])]
    gone = [key for key in kept if key not in told]
    changed += [_promised(kept[key]) for key in gone if key in booked]
    _execute(session, insert(table_of(Availability)), new)
    a = columns(Availability)
    this = (a.expert_id == bindparam("of_expert"), a.month == bindparam("of_month"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name, _, _ in AMOUNTS}
    _execute(session, update(table_of(Availability)).where(*this).values(**values), [_bound(row) for row in changed])
    leaving = [{"of_expert": expert, "of_month": month} for expert, month in gone if (expert, month) not in booked]
    _execute(session, delete(table_of(Availability)).where(*this), leaving)


def locked_months(session: Session, expert_ids: Sequence[str]) -> dict[Key, Any]:
    """Lock the months of experts, and return them by expert and month."""
    return lock_months(session, expert_ids) if expert_ids else {}


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


def _bound(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {"of_expert": row["expert_id"], "of_month": row["month"]}
    return {**own, **{f"new_{name}": row[name] for name, _, _ in AMOUNTS}}


def _execute(session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        # A connection's own: a session would take an update by these parameters for one by primary key.
        session.connection().execute(statement, rows)
