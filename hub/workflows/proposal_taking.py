"""A proposal taken to be moved: locked with its request, and the months its bookings count in."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.auth.permissions import Belonging
from hub.errors import Conflict, NotFound
from hub.models import Availability, Booking, Proposal, Request
from hub.models.base import columns, table_of
from hub.models.experts import ROUNDING
from hub.workflows.life_cycles import PROPOSAL
from hub.workflows.locks import lock_row, lock_rows
from hub.workflows.moving import Subject

CAPACITY = "ck_availability_"
"""How the names of the checks begin that keep what is promised within what is offered."""


def take_proposal(session: Session, proposal_id: str) -> Any:
    """Lock a proposal and its request, and return its row as it is now. Raises NotFound."""
    p = columns(Proposal)
    request_id = session.execute(select(p.request_id).where(p.id == proposal_id)).scalar()
    if request_id is None:
        raise proposal_not_found()
    lock_row(session, Request, request_id)
    return lock_row(session, Proposal, proposal_id)


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


def no_room(session: Session, proposal_id: str) -> Conflict:
    """Return the conflict of a proposal that does not fit: each month with what it takes and what is left."""
    found = list(_shortages(session, proposal_id))
    ja = "、".join(f"{month}: {unit_ja} 残り {left:g}、この提案 {takes:g}" for month, unit_ja, _, left, takes in found)
    en = ", ".join(
        f"{month}: {left:g} {unit_en} left, this takes {takes:g}" for month, _, unit_en, left, takes in found
    )
    return Conflict(
        f"空きが足りないため承諾できません（{ja}）。提供できる時間を増やすか、この提案を辞退してください。",
        f"There is not enough room to accept this ({en}). Offer more time, or decline this proposal.",
    )


def _shortages(session: Session, proposal_id: str) -> Iterator[tuple[str, str, str, float, float]]:
    """Yield (month, unit in Japanese, in English, left, taken) where a proposal takes more than is left."""
    a, b = columns(Availability), columns(Booking)
    query = (
        select(*a, b.hours.label("takes_hours"), b.onsite_days.label("takes_days"))
        .join_from(table_of(Booking), table_of(Availability), (a.expert_id == b.expert_id) & (a.month == b.month))
        .where(b.proposal_id == proposal_id, b.held.is_(False))
        .order_by(a.month)
    )
    for row in session.execute(query):
        for ja, en, left, takes in (
            ("時間", "hours", row.hours - row.hours_committed, row.takes_hours),
            ("同時に受けられる件数", "engagements", row.engagements - row.engagements_committed, 1),
            ("現地の日数", "onsite days", row.onsite_days - row.onsite_days_committed, row.takes_days),
        ):
            if takes > left + ROUNDING:
                yield row.month, ja, en, max(left, 0.0), takes
