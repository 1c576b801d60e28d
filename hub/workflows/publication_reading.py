"""What a publication looks at before it decides: every row it depends on, locked, as it is now."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import Assignment, Booking, Expert, Organization, Proposal, Request, Slot
from hub.models.base import columns, table_of
from hub.models.proposals import LIVE
from hub.workflows.conflicts import pairs_in_conflict
from hub.workflows.locks import lock_months, lock_rows
from hub.workflows.plan_documents import requests_of
from hub.workflows.problem_promises import refused_pairs, touching
from hub.workflows.problem_requests import read_problem_slots
from hub.workflows.proposal_ending import UNPROMISED
from hub.workflows.publication_checks import Candidate, Today, candidate_of
from hub.workflows.records import batches


def read_candidates(session: Session, plan_id: str) -> list[Candidate]:
    """Return what a plan assigns, in the order of its slots."""
    a, s, r = columns(Assignment), columns(Slot), columns(Request)
    query = (
        select(a.slot_id, a.expert_id, a.fit, a.cost, a.net_cost, a.hours)
        .add_columns(s.request_id, s.title, s.start, s.length, s.onsite_days, s.withdrawn, r.organization_code)
        .join_from(table_of(Assignment), table_of(Slot), s.id == a.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .where(a.plan_id == plan_id)
        .order_by(s.request_id, s.position)
    )
    return [candidate_of(row) for row in session.execute(query)]


def live_pairs(session: Session, request_ids: Collection[str]) -> list[Any]:
    """Return the live proposals of requests."""
    p = columns(Proposal)
    query = select(p.slot_id, p.request_id, p.expert_id, p.cost, p.net_cost).where(p.status.in_(LIVE))
    return _among(session, query, p.request_id, request_ids)


def lock_today(session: Session, plan: Any, candidates: Sequence[Candidate]) -> Today:
    """Lock all that ``candidates`` depend on, in the order of ``hub.workflows.locks``, and return how it stands."""
    experts = {candidate.expert_id for candidate in candidates}
    organizations = lock_rows(session, Organization, {candidate.organization for candidate in candidates}, key="code")
    people = lock_rows(session, Expert, experts)
    requests = lock_rows(session, Request, {candidate.request_id for candidate in candidates})
    months = lock_months(session, experts)
    then = requests_of(session, plan.id, requests)
    live = live_pairs(session, requests)
    today = Today(
        requests=requests,
        experts=people,
        organizations=organizations,
        months=months,
        planned={slot.id: slot for request in then.values() for slot in request.slots},
        team={key: request.team for key, request in then.items()},
        slots=read_problem_slots(session, plan.months, requests),
        required=_required(session, requests),
        by_slot={row.slot_id: row.expert_id for row in live},
        by_person={(row.request_id, row.expert_id): row.slot_id for row in live},
        refused=refused_pairs(session),
        in_conflict=pairs_in_conflict(session, {(one.request_id, one.expert_id) for one in candidates}),
    )
    for row in live:
        net = requests[row.request_id].budget_basis == "net"
        today.spent["request", row.request_id] += row.net_cost if net else row.cost
    for code, cost in _organization_costs(session, plan.months, organizations):
        today.spent["organization", code] += cost
    for row in _awaited(session, experts):
        taken = today.awaited[row.expert_id, row.month]
        taken[0] += row.hours
        taken[1] += 1
        taken[2] += row.onsite_days
    return today


def _required(session: Session, request_ids: Collection[str]) -> dict[str, frozenset[str]]:
    s = columns(Slot)
    query = select(s.id, s.request_id).where(s.required, s.withdrawn.is_(False))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in _among(session, query, s.request_id, request_ids):
        found[row.request_id].add(row.id)
    return defaultdict(frozenset, {key: frozenset(slots) for key, slots in found.items()})


def _organization_costs(session: Session, months: Sequence[str], codes: Collection[str]) -> list[Any]:
    """Return (code, gross yen) of every live proposal that takes time in ``months``."""
    p = columns(Proposal)
    query = select(p.organization_code, p.cost).where(p.status.in_(LIVE), touching(months))
    return _among(session, query, p.organization_code, codes)


def _awaited(session: Session, expert_ids: Collection[str]) -> list[Any]:
    """Return the bookings of offers these experts have not answered: nothing holds them, but they are out."""
    p, b = columns(Proposal), columns(Booking)
    query = (
        select(b.expert_id, b.month, b.hours, b.onsite_days)
        .join_from(table_of(Booking), table_of(Proposal), p.id == b.proposal_id)
        .where(p.status.in_(UNPROMISED))
    )
    return _among(session, query, b.expert_id, expert_ids)


def _among(session: Session, query: Any, column: Any, values: Collection[str]) -> list[Any]:
    return [row for some in batches(sorted(values)) for row in session.execute(query.where(column.in_(some)))]
