"""Where a request stands once its slots have changed: it follows from them, and nobody sets it by hand."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.auth.permissions import Belonging
from hub.errors import NotFound
from hub.models import Proposal, Request, Slot
from hub.models.base import columns, table_of
from hub.models.proposals import LIVE
from hub.models.requests import RequestStatus
from hub.workflows.life_cycles import REQUEST
from hub.workflows.locks import lock_row
from hub.workflows.moving import Subject, move
from hub.workflows.news import tell_of_request, tell_those_not_chosen
from hub.workflows.work_begun import slots_at_work

SETTLED: tuple[RequestStatus, ...] = ("open", "in_plan", "staffed", "running")
"""Where a request stands by its slots alone."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A slot that is asked for, and the status of its live proposal (None: it has none)."""

    slot_id: str
    required: bool
    proposal: str | None


def standing(seats: Collection[Seat], at_work: Collection[str]) -> RequestStatus:
    """Return where a request with these ``seats`` stands; ``at_work``: the slots whose engagement has begun.

    It counts once all have their people. Where no slot is required, all of them count.
    """
    if _filled(seats):
        return "running" if all(seat.slot_id in at_work for seat in _needed(seats)) else "staffed"
    return "in_plan" if any(seat.proposal for seat in seats) else "open"


def _needed(seats: Collection[Seat]) -> list[Seat]:
    return [seat for seat in seats if seat.required] or list(seats)


def _filled(seats: Collection[Seat]) -> bool:
    needed = _needed(seats)
    return bool(needed) and all(seat.proposal == "confirmed" for seat in needed)


def settle(session: Session, request_id: str, locked: Any = None) -> str:
    """Bring a request to where its slots stand and return its status; call it after anything that changes them.

    ``locked``: its row, by who has locked it in this transaction and changed nothing of it since. Does nothing before
    a request is open and after it has ended. Raises NotFound.
    """
    row = locked or lock_row(session, Request, request_id)
    if row is None:
        raise NotFound("人材ニーズ", "request")
    if row.status not in SETTLED:
        return str(row.status)
    seats = seats_of(session, request_id)
    target = standing(seats, slots_at_work(session, request_id) if _filled(seats) else ())
    if target != row.status:
        subject = Subject(REQUEST, Request, row.id, row.status, Belonging(organization=row.organization_code))
        move(session, SYSTEM, subject, "settle", target=target)
        if target == "staffed":
            tell_of_request(session, row, target)
            tell_those_not_chosen(session, request_id)
    return target


def seats_of(session: Session, request_id: str) -> list[Seat]:
    """Return the slots of a request that are asked for, each with its live proposal."""
    return [Seat(*row) for row in session.execute(_seats(), {"request": request_id})]


@cache
def _seats() -> Select[Any]:
    s, p = columns(Slot), columns(Proposal)
    return (
        select(s.id, s.required, p.status)
        .join_from(table_of(Slot), table_of(Proposal), and_(p.slot_id == s.id, p.status.in_(LIVE)), isouter=True)
        .where(s.request_id == bindparam("request"), s.withdrawn.is_(False))
    )
