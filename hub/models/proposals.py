"""Proposals (提案): a published pair of slot and expert, awaiting both answers, and the time it takes of the expert."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from hub.models.base import (
    CODE_LENGTH,
    ID_LENGTH,
    MONTH_LENGTH,
    MOST_HOURS,
    Edited,
    UtcDateTime,
    between,
    is_month,
    money,
    one_of,
)

ProposalStatus = Literal[
    "offered",
    "expert_accepted",
    "organization_accepted",
    "confirmed",
    "expert_declined",
    "organization_declined",
    "lapsed",
    "withdrawn",
    "released",
]

PROPOSAL_STATUSES: tuple[str, ...] = get_args(ProposalStatus)
LIVE = ("offered", "expert_accepted", "organization_accepted", "confirmed")
"""While a proposal is one of these, its slot is taken, and its expert has no other slot of the request."""
HOLDING = ("expert_accepted", "confirmed")
"""While a proposal is one of these, its months are held against the expert's capacity: the expert has promised them."""

OF_PROPOSAL = "proposals.id"


def _unique_while_live(name: str, *columns: str) -> Index:
    live = text(f"status IN ({', '.join(repr(status) for status in LIVE)})")
    return Index(name, *columns, unique=True, sqlite_where=live, postgresql_where=live)


class Proposal(Edited, table=True):
    """One offer. ``stage``: which publication of the plan, from 1. ``deadline``: until when both may answer.

    ``fit`` 0–1; ``cost`` and ``net_cost`` (試算) in yen over the slot, as the plan had them. ``released``: the work was
    broken off and the slot is free again.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        one_of("status", PROPOSAL_STATUSES),
        between("fit", 0, 1),
        money("cost"),
        money("net_cost"),
        between("stage", 1, 1000),
        _unique_while_live("uq_proposals_live_slot", "slot_id"),
        _unique_while_live("uq_proposals_live_person", "request_id", "expert_id"),
        Index("ix_proposals_status_deadline", "status", "deadline"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    plan_id: str = Field(foreign_key="plans.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    slot_id: str = Field(foreign_key="slots.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    request_id: str = Field(foreign_key="requests.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    organization_code: str = Field(
        foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH, index=True
    )
    expert_id: str = Field(foreign_key="experts.id", ondelete="RESTRICT", max_length=ID_LENGTH, index=True)
    status: str = Field(default="offered", max_length=30)
    stage: int = 1
    deadline: datetime = Field(sa_type=UtcDateTime, nullable=False)
    fit: float
    cost: int = Field(sa_type=BigInteger)
    net_cost: int = Field(sa_type=BigInteger)
    expert_answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    organization_answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class Booking(SQLModel, table=True):
    """What a proposal takes of its expert in one month; counted in ``availability`` while ``held``.

    Triggers do the counting, so that nothing that writes can forget it: a proposal that becomes one of ``HOLDING``
    holds its bookings, one that leaves them gives them back; the amounts of a held booking cannot change, and it cannot
    go. ``hours`` with travel.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["expert_id", "month"],
            ["availability.expert_id", "availability.month"],
            ondelete="RESTRICT",
        ),
        is_month("month"),
        between("hours", 0, MOST_HOURS),
        between("onsite_days", 0, 31),
        Index("ix_bookings_expert_id_month", "expert_id", "month"),
    )

    proposal_id: str = Field(primary_key=True, foreign_key=OF_PROPOSAL, ondelete="RESTRICT", max_length=ID_LENGTH)
    month: str = Field(primary_key=True, max_length=MONTH_LENGTH)
    expert_id: str = Field(max_length=ID_LENGTH)
    hours: float
    onsite_days: float
    held: bool = False
