"""What earlier proposals leave to a plan: what was accepted stays, what is offered costs a change, a no is a no."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from hub.models import Booking, Change, Proposal, Request, Slot
from hub.models.base import columns, table_of
from hub.models.proposals import HOLDING
from hub.workflows.conflicts import partner_links
from hub.workflows.life_cycles import DECLINE_EXPERT
from matching.problem import Link

ASK_AGAIN_AFTER = frozenset({"no_time"})
"""After a no for these reasons the same person may be asked again: time is what changes from plan to plan."""
FINAL = tuple(code for code in DECLINE_EXPERT if code not in ASK_AGAIN_AFTER)
PUBLISHED = ("offered", "organization_accepted")
"""Out with the expert, who has not promised anything yet: a plan may choose another, at the price of a change."""


@dataclass(frozen=True, slots=True)
class Promises:
    """What holds whatever the next plan says.

    ``taken``: slots whose expert has accepted, with the expert. ``request_cost``: what they take of a request's budget,
    by its basis; ``organization_cost``: gross, of an organization's; ``heads``: persons counted net, by organization.
    ``previous``: pairs that are out. ``forbidden``: pairs that cannot be (somebody said no, or has another slot of the
    request).
    """

    taken: Mapping[str, str]
    request_cost: Mapping[str, float]
    organization_cost: Mapping[str, float]
    heads: Mapping[str, int]
    previous: tuple[Link, ...]
    forbidden: frozenset[Link]


def read_promises(session: Session, months: Sequence[str]) -> Promises:
    """Return what proposals have promised by now; organizations' budgets and heads count what touches ``months``."""
    p, r = columns(Proposal), columns(Request)
    query = (
        select(p.slot_id, p.request_id, p.organization_code, p.expert_id, p.cost, p.net_cost, r.budget_basis)
        .add_columns(touching(months).label("touches"))
        .join(table_of(Request), r.id == p.request_id)
        .where(p.status.in_(HOLDING))
        .order_by(p.slot_id)
    )
    held = session.execute(query).all()
    request_cost: defaultdict[str, float] = defaultdict(float)
    organization_cost: defaultdict[str, float] = defaultdict(float)
    heads: defaultdict[str, int] = defaultdict(int)
    for row in held:
        request_cost[row.request_id] += row.net_cost if row.budget_basis == "net" else row.cost
        if row.touches:
            organization_cost[row.organization_code] += row.cost
            heads[row.organization_code] += row.net_cost < row.cost
    out = select(p.slot_id, p.expert_id).where(p.status.in_(PUBLISHED)).order_by(p.slot_id)
    return Promises(
        taken={row.slot_id: row.expert_id for row in held},
        request_cost=request_cost,
        organization_cost=organization_cost,
        heads=heads,
        previous=tuple(Link(slot, expert) for slot, expert in session.execute(out)),
        forbidden=frozenset((*_elsewhere(session, held), *refused_pairs(session), *partner_links(session))),
    )


def touching(months: Sequence[str]) -> Any:
    """Return the condition that a proposal takes time in ``months``."""
    p, b = columns(Proposal), columns(Booking)
    return exists(select(b.proposal_id).where(b.proposal_id == p.id, b.month.between(months[0], months[-1])))


def _elsewhere(session: Session, held: Iterable[Any]) -> list[Link]:
    """Return who has accepted a slot with the other slots of its request: a person has one slot of a request."""
    s = columns(Slot)
    by_request: defaultdict[str, list[Any]] = defaultdict(list)
    for row in held:
        by_request[row.request_id].append(row)
    query = select(s.id, s.request_id).where(s.request_id.in_(by_request), s.withdrawn.is_(False))
    return [
        Link(slot, row.expert_id)
        for slot, request in session.execute(query)
        for row in by_request[request]
        if row.slot_id != slot
    ]


def refused_pairs(session: Session) -> frozenset[Link]:
    """Return the pairs somebody said no to: the expert to every slot of the request, the organization to the pair."""
    p, c, s = columns(Proposal), columns(Change), columns(Slot)
    by_expert = (c.move == "decline_as_expert") & c.reason_code.in_(FINAL)
    query = (
        select(s.id, p.expert_id)
        .join_from(table_of(Proposal), table_of(Change), (c.subject_id == p.id) & (c.subject_kind == "proposal"))
        .join(table_of(Slot), s.request_id == p.request_id)
        .where(or_(by_expert, (c.move == "decline_as_organization") & (s.id == p.slot_id)))
        .distinct()
    )
    return frozenset(Link(slot, expert) for slot, expert in session.execute(query))
