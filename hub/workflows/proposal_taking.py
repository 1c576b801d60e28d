"""A proposal taken to be moved: locked with its request, and the months its bookings count in."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.auth.permissions import Belonging
from hub.errors import Conflict, NotFound
from hub.logging import count_event
from hub.models import Availability, Booking, Proposal, Request
from hub.models.base import columns, table_of
from hub.models.experts import ROUNDING
from hub.workflows.life_cycles import PROPOSAL
from hub.workflows.locks import lock_row, lock_rows
from hub.workflows.moving import Subject

CAPACITY = "ck_availability_"
"""How the names of the checks begin that keep what is promised within what is offered."""
Shortage: TypeAlias = tuple[str, str, str, float, float]
"""(month, unit in Japanese, in English, left, taken)."""
AWAITING_EXPERT = ("offered", "organization_accepted")
"""The expert has yet to answer."""


def look_at_proposal(session: Session, proposal_id: str) -> tuple[Any, Sequence[Any]]:
    """Return a proposal's row and its months that are not held yet, with what each takes and what there is.

    Locks nothing. Raises NotFound.
    """
    rows = session.execute(_looking(), {"proposal": proposal_id}).all()
    if not rows:
        raise proposal_not_found()
    return rows[0], [row for row in rows if row.month is not None]


def take_proposal(session: Session, proposal_id: str) -> Any:
    """Lock a proposal and its request, and return its row as it is now. Raises NotFound."""
    return take_with_request(session, proposal_id)[0]


def take_with_request(session: Session, proposal_id: str) -> tuple[Any, Any]:
    """Lock a proposal and its request, and return both rows as they are now. Raises NotFound."""
    request = session.execute(_locking_request(), {"proposal": proposal_id}).first()
    row = lock_row(session, Proposal, proposal_id)
    if row is None:
        raise proposal_not_found()
    return row, request


def take_proposals(session: Session, proposal_ids: list[str]) -> list[Any]:
    """Lock proposals and their requests, and return the rows as they are now, by id."""
    p = columns(Proposal)
    requests = session.execute(select(p.request_id).where(p.id.in_(proposal_ids)).distinct()).scalars().all()
    lock_rows(session, Request, requests)
    return list(lock_rows(session, Proposal, proposal_ids).values())


def subject_of(row: Any, version: int | None = None) -> Subject:
    """Return a proposal's row as what moves; ``version``: the one a person saw."""
    return Subject(PROPOSAL, Proposal, row.id, row.status, belonging_of(row), version)


def belonging_of(row: Any) -> Belonging:
    """Return whose a proposal is: the organization that asked and the expert it is made to."""
    return Belonging(organization=row.organization_code, expert=row.expert_id)


def proposal_not_found() -> NotFound:
    """Return the fault of a proposal that is not there."""
    return NotFound("提案", "proposal")


def is_about_capacity(error: IntegrityError) -> bool:
    """Return whether the database refused to promise more than is offered."""
    told = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or str(error.orig)
    return CAPACITY in told


def refuse_without_room(takings: Sequence[Any], months: Mapping[str, Any] | None = None) -> None:
    """Raise Conflict when ``takings`` do not fit, with each month, what is taken and what is left.

    ``months``: what there is, as it was locked; None: as it was when the takings were read.
    """
    if found := list(_shortages(takings, months)):
        count_event("capacity_conflict")
        raise no_room(found)


def no_room(found: Sequence[Shortage] = ()) -> Conflict:
    """Return the conflict of a proposal that does not fit; ``found`` empty: the database said so, without a figure."""
    ja = "、".join(f"{month}: {unit_ja} 残り {left:g}、この提案 {takes:g}" for month, unit_ja, _, left, takes in found)
    en = ", ".join(
        f"{month}: {left:g} {unit_en} left, this takes {takes:g}" for month, _, unit_en, left, takes in found
    )
    ja, en = (f"（{ja}）", f" ({en})") if found else ("", "")
    return Conflict(
        f"空きが足りないため承諾できません{ja}。提供できる時間を増やすか、この提案を辞退してください。",
        f"There is not enough room to accept this{en}. Offer more time, or decline this proposal.",
    )


def _shortages(takings: Sequence[Any], months: Mapping[str, Any] | None) -> Iterator[Shortage]:
    for taken in takings:
        there = taken if months is None else months.get(taken.month)
        if there is None:
            continue
        for ja, en, left, takes in (
            ("時間", "hours", there.hours - there.hours_committed, taken.takes_hours),
            ("同時に受けられる件数", "engagements", there.engagements - there.engagements_committed, 1),
            ("現地の日数", "onsite days", there.onsite_days - there.onsite_days_committed, taken.takes_days),
        ):
            if takes > left + ROUNDING:
                yield taken.month, ja, en, max(left, 0.0), takes


# Both are made once: while many accept at once, everybody waits for what is done in between.
@cache
def _looking() -> Select[Any]:
    """Return what gives a ``proposal`` once for each of its months not held yet, by month; once without any."""
    p, a, b = columns(Proposal), columns(Availability), columns(Booking)
    offered = (a.hours, a.hours_committed, a.engagements, a.engagements_committed)
    free = and_(b.proposal_id == p.id, b.held.is_(False))
    return (
        select(*p, a.month, *offered, a.onsite_days, a.onsite_days_committed)
        .add_columns(b.hours.label("takes_hours"), b.onsite_days.label("takes_days"))
        .join_from(table_of(Proposal), table_of(Booking), free, isouter=True)
        .join(table_of(Availability), (a.expert_id == b.expert_id) & (a.month == b.month), isouter=True)
        .where(p.id == bindparam("proposal"))
        .order_by(a.month)
    )


@cache
def _locking_request() -> Select[Any]:
    p, r = columns(Proposal), columns(Request)
    of_it = select(p.request_id).where(p.id == bindparam("proposal")).scalar_subquery()
    return select(r.id, r.status, r.organization_code).where(r.id == of_it).with_for_update(key_share=True)
