"""What holds of a hub at every moment, whatever people did and in whatever order: asserted on its database."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading
from hub.models import (
    AuditRecord,
    Availability,
    Booking,
    Change,
    Engagement,
    Expert,
    Organization,
    Plan,
    Proposal,
    Request,
)
from hub.models.base import columns, table_of
from hub.models.experts import ROUNDING
from hub.models.proposals import HOLDING, LIVE
from hub.workflows.audit_verifying import verify
from hub.workflows.life_cycles import ENGAGEMENT, LIFE_CYCLES, PLAN, PROPOSAL, REQUEST
from hub.workflows.proposal_ending import UNCONFIRMED, UNPROMISED
from hub.workflows.settling import SETTLED, seats_of, standing
from hub.workflows.work_begun import slots_at_work

AUDITOR = Actor("acc_auditor", (Grant("auditor"),))
MOVES = {f"{cycle.kind}:{move.name}" for cycle in LIFE_CYCLES for move in cycle.moves}
KNOWN = {
    (cycle.kind, move.name, source, move.target)
    for cycle in LIFE_CYCLES
    for move in cycle.moves
    for source in move.sources
}
STANDING = ((REQUEST, Request), (PLAN, Plan), (PROPOSAL, Proposal), (ENGAGEMENT, Engagement))

BEGUN_BY = {"request": "request:create", "proposal": "proposal:offer", "expert": "expert:create"}
"""The record of a thing's first version, by kind."""


def assert_all(engine: Engine) -> None:
    """Assert everything there is to assert."""
    with reading(engine) as session:
        assert broken_months(session) == []
        assert_bookings(session)
        assert_seats(session)
        assert_budgets(session)
        assert_requests(session)
        assert_moves(session)
        assert_audit(session)


def broken_months(session: Session) -> list[str]:
    """Return the months where the count is not the sum of what is held, or is more than what is offered."""
    a, b = columns(Availability), columns(Booking)
    sums: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0, 0.0])
    for row in session.execute(select(*b).where(b.held)):
        taken = sums[row.expert_id, row.month]
        taken[0], taken[1], taken[2] = taken[0] + row.hours, taken[1] + 1, taken[2] + row.onsite_days
    found = []
    for row in session.execute(select(*a)):
        promised = (row.hours_committed, row.engagements_committed, row.onsite_days_committed)
        offered = (row.hours, row.engagements, row.onsite_days)
        held = sums.pop((row.expert_id, row.month), [0.0, 0, 0.0])
        within = all(one <= most + ROUNDING for one, most in zip(promised, offered, strict=True))
        if not within or list(promised) != pytest.approx(held, abs=ROUNDING):
            found.append(f"{row.expert_id} {row.month}: promised {promised}, held {held}, offered {offered}")
    return found + [f"{expert} {month}: held, and not offered at all" for expert, month in sums]


def assert_bookings(session: Session) -> None:
    """A month is held exactly while its proposal is promised; of work broken off, what was worked stays."""
    b, p = columns(Booking), columns(Proposal)
    status = {row.id: row.status for row in session.execute(select(p.id, p.status))}
    bookings = session.execute(select(b.proposal_id, b.held)).all()
    assert set(status) == {row.proposal_id for row in bookings}
    for row in bookings:
        assert status[row.proposal_id] == "released" or bool(row.held) == (status[row.proposal_id] in HOLDING)


def assert_seats(session: Session) -> None:
    """A slot has one person, a person one slot of a request; who is paused has no offer to answer."""
    p, e = columns(Proposal), columns(Expert)
    live = session.execute(select(p.slot_id, p.request_id, p.expert_id, p.status).where(p.status.in_(LIVE))).all()
    paused = set(session.execute(select(e.id).where(e.paused)).scalars())
    assert _most(row.slot_id for row in live) <= 1
    assert _most((row.request_id, row.expert_id) for row in live) <= 1
    assert not [row for row in live if row.expert_id in paused and row.status in UNPROMISED]


def assert_budgets(session: Session) -> None:
    """What is offered or promised of a request, and of an organization, is within what each may spend."""
    p, r, o = columns(Proposal), columns(Request), columns(Organization)
    spent: Counter[tuple[str, str]] = Counter()
    query = select(p.request_id, p.organization_code, p.cost, p.net_cost, r.budget_basis)
    for row in session.execute(query.join(table_of(Request), r.id == p.request_id).where(p.status.in_(LIVE))):
        spent["request", row.request_id] += row.net_cost if row.budget_basis == "net" else row.cost
        spent["organization", row.organization_code] += row.cost
    budgets = {("request", row.id): row.budget for row in session.execute(select(r.id, r.budget))}
    budgets |= {("organization", row.code): row.budget for row in session.execute(select(o.code, o.budget))}
    assert {key: cost for key, cost in spent.items() if budgets[key] is not None and cost > budgets[key]} == {}


def assert_requests(session: Session) -> None:
    """An open request stands where its slots put it; of any other nothing is waiting for an answer."""
    r, p = columns(Request), columns(Proposal)
    waiting = set(session.execute(select(p.request_id).where(p.status.in_(UNCONFIRMED))).scalars())
    for key, status in session.execute(select(r.id, r.status)).all():
        if status in SETTLED:
            assert status == standing(seats_of(session, key), slots_at_work(session, key))
        else:
            assert key not in waiting


def assert_moves(session: Session) -> None:
    """Each move is one of the tables, begins where the last one ended, and says who; a row stands where they led."""
    c = columns(Change)
    last: dict[tuple[str, str], str] = {}
    initial = {cycle.kind: cycle.initial for cycle in LIFE_CYCLES}
    for row in session.execute(select(*c).order_by(c.subject_kind, c.subject_id, c.position)).all():
        subject = (row.subject_kind, row.subject_id)
        assert (row.subject_kind, row.move, row.from_status, row.to_status) in KNOWN
        assert row.from_status == last.get(subject, initial[row.subject_kind])
        assert row.actor_id
        last[subject] = row.to_status
    for cycle, model in STANDING:
        rows = session.execute(select(columns(model).id, columns(model).status)).all()
        assert {row.id: row.status for row in rows} == {
            row.id: last.get((cycle.kind, row.id), cycle.initial) for row in rows
        }


def assert_audit(session: Session) -> None:
    """The log is as it was written, has every move once and nothing that did not happen, and every new version."""
    a, c = columns(AuditRecord), columns(Change)
    assert verify(session, AUDITOR).findings == ()
    recorded = Counter(tuple(row) for row in session.execute(select(a.action, a.kind, a.subject_id)))
    made = Counter(
        (f"{row.subject_kind}:{row.move}", row.subject_kind, row.subject_id)
        for row in session.execute(select(c.subject_kind, c.move, c.subject_id))
    )
    assert {key: times for key, times in recorded.items() if key[0] in MOVES} == made
    of_kind = Counter(kind for _, kind, _ in recorded.elements())
    begun = {kind: _count(session, a, action) for kind, action in BEGUN_BY.items()}
    # The rest of a slot is the request's new version too.
    assert _edits(session, Request) == of_kind["request"] - begun["request"] + _count(session, a, "slot:shorten")
    assert _edits(session, Proposal) == of_kind["proposal"] - begun["proposal"]
    assert _edits(session, Expert) == of_kind["expert"] - begun["expert"]


def _edits(session: Session, model: Any) -> int:
    return int(session.execute(select(func.coalesce(func.sum(columns(model).version - 1), 0))).scalar_one())


def _count(session: Session, a: Any, action: str) -> int:
    return int(session.execute(select(func.count()).where(a.action == action)).scalar_one())


def _most(values: Iterable[object]) -> int:
    return max(Counter(values).values(), default=0)
