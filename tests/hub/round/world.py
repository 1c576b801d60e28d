"""A small hub to play rounds in: people of both sides, experts, requests, and offers made without a solver."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.models import Booking, Plan, Proposal, Request, Slot
from hub.models.base import columns, new_id, table_of, utc_now
from hub.models.plans import NOTHING_YET
from hub.workflows.paging import Paging
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.plans import find_plan_slots, queue_plan
from hub.workflows.problems import Question, build_problem
from hub.workflows.runs import claim_next, complete_plan, record_problem
from hub.workflows.settling import settle
from matching.problem import Limits, Policy, Problem
from matching.solve import solve
from seed_data.months import month_name, month_number

MONTHS = ("2026-10", "2026-11", "2026-12")
CITY, WARD = "202151", "131041"
"""塩尻市 and 新宿区."""

COORDINATOR = Actor("acc_coordinator", (Grant("coordinator"),))
OF_NAGANO = Actor("acc_nagano", (Grant("coordinator", "20"),))
REQUESTER = Actor("acc_requester", (Grant("requester", CITY),))
APPROVER = Actor("acc_approver", (Grant("approver", CITY),))
STRANGER = Actor("acc_stranger", (Grant("requester", WARD), Grant("approver", WARD)))


def person(expert_id: str) -> Actor:
    """Return the account of an expert."""
    return Actor(f"acc_{expert_id}", (Grant("expert"),), expert=expert_id)


def make_plan(session: Session, plan_id: str = "plan_1", status: str = "published") -> str:
    """Store a finished plan with nothing in it."""
    now = utc_now()
    row = {
        "id": plan_id,
        "title": "試し",
        "status": status,
        "result": "optimal",
        "months": ["2026-10", "2026-11", "2026-12"],
        "policy": {"name": "balanced"},
        "limits": {"seconds": 1},
        "in_force": False,
        "stop_requested": False,
        "attempt": 1,
        "left_out": [],
        "summary": {},
        "created_at": now,
        "updated_at": now,
        "version": 1,
        **NOTHING_YET,
        "objective": 1.0,
    }
    session.execute(insert(table_of(Plan)), [row])
    return plan_id


def offer(session: Session, slot_id: str, expert_id: str, plan_id: str = "plan_1", **changes: Any) -> str:
    """Store an offer of a slot with its bookings, as a publication does, and return its id."""
    s, r = columns(Slot), columns(Request)
    query = select(s.request_id, r.organization_code, s.start, s.length, s.hours, s.onsite_days)
    seat = session.execute(query.join_from(table_of(Slot), table_of(Request)).where(s.id == slot_id)).one()
    now, proposal_id = utc_now(), new_id("prop")
    row = {
        "id": proposal_id,
        "plan_id": plan_id,
        "slot_id": slot_id,
        "request_id": seat.request_id,
        "organization_code": seat.organization_code,
        "expert_id": expert_id,
        "status": "offered",
        "stage": 1,
        "deadline": now + timedelta(days=7),
        "fit": 0.5,
        "cost": 100_000,
        "net_cost": 30_000,
        "created_at": now,
        "updated_at": now,
        "version": 1,
        **changes,
    }
    session.execute(insert(table_of(Proposal)), [row])
    first = month_number(seat.start)
    booked = {"proposal_id": proposal_id, "expert_id": expert_id, "hours": seat.hours, "onsite_days": seat.onsite_days}
    months = [month_name(first + i) for i in range(seat.length)]
    session.execute(insert(table_of(Booking)), [{**booked, "month": month, "held": False} for month in months])
    settle(session, seat.request_id)
    return proposal_id


def offers(engine: Engine, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Store a plan and its offers of (slot, expert)."""
    with transaction(engine) as session:
        make_plan(session)
        return [offer(session, slot, expert) for slot, expert in pairs]


def solved(engine: Engine, **asked: Any) -> str:
    """Queue a plan and solve it here, and return its id."""
    with transaction(engine) as session:
        plan_id = queue_plan(session, COORDINATOR, "試し", limits=Limits(seconds=10), **asked)
        claim = claim_next(session)
        assert claim is not None
        snapshot = build_problem(session, claim.question)
        record_problem(session, claim, snapshot)
        complete_plan(session, claim, snapshot.problem, solve(snapshot.problem))
    return plan_id


def assigned(engine: Engine, plan_id: str) -> dict[str, str]:
    """Return whom a plan gives each slot it fills."""
    with reading(engine) as session:
        rows = find_plan_slots(session, plan_id, PlanSlotFilter(filled=True), Paging(size=100)).items
    return {row.slot_id: row.assigned.expert_id for row in rows if row.assigned}


def problem_now(engine: Engine, months: tuple[str, ...] = MONTHS, **asked: Any) -> Problem:
    """Return the problem the next plan would work on."""
    with reading(engine) as session:
        return build_problem(session, Question(months, Policy(), Limits(), **asked)).problem


def in_a_week() -> datetime:
    """Return a deadline."""
    return utc_now() + timedelta(days=7)


def told_of(engine: Engine, account: str) -> list[tuple[str, str]]:
    """Return (event, subject) of everything an account was told, in order."""
    query = text("SELECT event, subject_id FROM notifications WHERE account_id = :id ORDER BY created_at, id")
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(query, {"id": account})]


def status_of(engine: Engine, table: str, row_id: str) -> str:
    """Return where a row stands."""
    with reading(engine) as session:
        return str(session.execute(text(f"SELECT status FROM {table} WHERE id = :id"), {"id": row_id}).scalar_one())


def committed(engine: Engine, expert_id: str) -> list[tuple[float, int, float]]:
    """Return what is promised of each month, in order."""
    query = text(
        "SELECT hours_committed, engagements_committed, onsite_days_committed FROM availability"
        " WHERE expert_id = :id ORDER BY month"
    )
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(query, {"id": expert_id})]


def moves_of(engine: Engine, kind: str, subject_id: str) -> list[tuple[str, str, str, str]]:
    """Return (move, from, to, who) of each change of a subject."""
    query = text(
        "SELECT move, from_status, to_status, actor_id FROM changes WHERE subject_kind = :kind AND subject_id = :id"
        " ORDER BY position"
    )
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(query, {"kind": kind, "id": subject_id})]
