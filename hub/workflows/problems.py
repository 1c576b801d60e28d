"""The matching problem as the database has it now: requests to plan, experts who are not paused, and what holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.models import (
    Assignment,
    Expert,
    Organization,
    Plan,
    Request,
    Slot,
)
from hub.models.base import columns, table_of
from hub.workflows.left_out import LeftOut, paused_experts, slots_accepted
from hub.workflows.problem_experts import location_of, read_problem_experts
from hub.workflows.problem_promises import Promises, read_promises
from hub.workflows.problem_requests import is_planned, read_problem_requests, what_is_left
from hub.workflows.subsidies import subsidy_for
from hub.workflows.suppositions import Sentence, Supposition
from matching import problem as m
from seed_data.months import month_name, month_number

MOST_MONTHS = 36
"""Months one plan may look at."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is to plan: experts who are not paused, open requests and their slots."""

    experts: int
    requests: int
    slots: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A problem, and what had to stay out of it."""

    problem: m.Problem
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a plan is asked for: months (no gaps), policy, limits, and pairs that must or must not be.

    ``prefecture``: whose requests (two digits), None: everybody's. ``base``: the plan whose problem is taken as it was
    kept, with what is ``supposed`` (in words as well: ``told``); None: the problem is built from the rows as they are.
    """

    months: tuple[str, ...]
    policy: m.Policy
    limits: m.Limits
    pins: tuple[m.Link, ...] = ()
    forbidden: tuple[m.Link, ...] = ()
    prefecture: str | None = None
    base: str | None = None
    supposed: tuple[Supposition, ...] = ()
    told: tuple[Sentence, ...] = ()


def count_what_there_is(session: Session, prefecture: str | None = None) -> Counts:
    """Return how much there is to plan."""
    e, r, s = columns(Expert), columns(Request), columns(Slot)
    is_open = (is_planned(prefecture),)
    slots = select(func.count()).join_from(table_of(Slot), table_of(Request), r.id == s.request_id)
    return Counts(
        experts=session.execute(select(func.count()).where(e.paused.is_(False))).scalar_one(),
        requests=session.execute(select(func.count()).where(*is_open)).scalar_one(),
        slots=session.execute(slots.where(*is_open, s.withdrawn.is_(False))).scalar_one(),
    )


def usual_months(session: Session, prefecture: str | None = None) -> tuple[str, ...]:
    """Return the months from the first to the last of all slots of planned requests, at most ``MOST_MONTHS``.

    Empty when no request is planned.
    """
    s, r = columns(Slot), columns(Request)
    query = (
        select(s.start, func.max(s.length))
        .join_from(table_of(Slot), table_of(Request), r.id == s.request_id)
        .where(is_planned(prefecture), s.withdrawn.is_(False))
        .group_by(s.start)
    )
    spans = [(month_number(start), month_number(start) + length) for start, length in session.execute(query)]
    if not spans:
        return ()
    first, end = min(start for start, _ in spans), max(end for _, end in spans)
    return tuple(month_name(number) for number in range(first, min(end, first + MOST_MONTHS)))


def build_problem(session: Session, question: Question) -> Snapshot:
    """Return the problem ``question`` asks for, by the rows as they are now.

    Ids are those of the rows, in their order, so that the same rows give the same file. Raises Conflict when a pinned
    slot or expert is not part of it.
    """
    promises = read_promises(session, question.months)
    experts, unasked = read_problem_experts(session, question.months)
    requests, outside = read_problem_requests(session, question.months, question.prefecture, promises)
    organizations = _organizations(session, requests, promises.organization_cost)
    subsidy, notes = subsidy_for(question.months, organizations)
    here = {slot.id for request in requests for slot in request.slots}, {expert.id for expert in experts}
    pins = _pins(question, promises, *here)
    built = m.Problem(
        months=question.months,
        experts=experts,
        organizations=organizations,
        requests=requests,
        pins=pins,
        forbidden=_present(_forbidden(question, promises), *here),
        previous=_present(_previous(session, promises), *here),
        subsidy=_heads_left(subsidy, promises.heads),
        policy=question.policy,
        limits=question.limits,
    )
    e = columns(Expert)
    paused = session.execute(select(func.count()).where(e.paused, e.erased_at.is_(None))).scalar_one()
    kept = slots_accepted(_accepted_here(session, question, promises))
    told = [*outside, kept, paused_experts(paused), unasked, *(LeftOut("subsidy", 1, ja, en) for ja, en in notes)]
    return Snapshot(built, tuple(entry for entry in told if entry.count))


def _present(links: Iterable[m.Link], slots: set[str], experts: set[str]) -> tuple[m.Link, ...]:
    """Return the links both of whose ends are in the problem; the others could have no effect."""
    return tuple(link for link in links if link.slot in slots and link.expert in experts)


def _pins(question: Question, promises: Promises, slots: set[str], experts: set[str]) -> tuple[m.Link, ...]:
    """Return the pins that are still to be decided. Raises Conflict when one cannot be."""
    pins = tuple(pin for pin in question.pins if promises.taken.get(pin.slot) != pin.expert)
    if any(pin.slot not in slots or pin.expert not in experts for pin in pins):
        raise Conflict(
            "固定した枠または専門人材が対象から外れています（受付の終了、休止、期間外、承諾済み）。固定を見直してください。",
            "A pinned slot or expert is no longer part of the problem (closed, paused, outside the months, accepted).",
        )
    if promises.forbidden.intersection(pins):
        raise Conflict(
            "固定した組のうち、辞退されたもの、または同じ人材ニーズの別の枠を承諾した人のものがあります。固定を見直してください。",
            "A pinned pair has been declined, or the expert has accepted another slot of the request. Review the pins.",
        )
    return pins


def _forbidden(question: Question, promises: Promises) -> tuple[m.Link, ...]:
    more = promises.forbidden.difference(question.forbidden)
    return (*question.forbidden, *sorted(more, key=lambda link: (link.slot, link.expert)))


def _previous(session: Session, promises: Promises) -> tuple[m.Link, ...]:
    """Return the pairs a change costs for: what is out with people, and for other slots the plan in force."""
    out = {link.slot for link in promises.previous}
    links = (link for link in _links_in_force(session) if link.slot not in out and link not in promises.forbidden)
    return tuple(sorted((*promises.previous, *links), key=lambda link: link.slot))


def _heads_left(subsidy: m.Subsidy | None, used: Mapping[str, int]) -> m.Subsidy | None:
    if subsidy is None or not used:
        return subsidy
    return replace(subsidy, heads={key: max(0, limit - used.get(key, 0)) for key, limit in subsidy.heads.items()})


def _accepted_here(session: Session, question: Question, promises: Promises) -> int:
    """Return how many accepted slots the planned requests have."""
    s, r = columns(Slot), columns(Request)
    query = select(s.id).join_from(table_of(Slot), table_of(Request), r.id == s.request_id)
    rows = session.execute(query.where(is_planned(question.prefecture), s.withdrawn.is_(False))).scalars()
    return sum(slot in promises.taken for slot in rows)


def _links_in_force(session: Session) -> tuple[m.Link, ...]:
    a, p = columns(Assignment), columns(Plan)
    query = select(a.slot_id, a.expert_id).join_from(table_of(Assignment), table_of(Plan), p.id == a.plan_id)
    rows = session.execute(query.where(p.in_force).order_by(a.slot_id))
    return tuple(m.Link(slot, expert) for slot, expert in rows)


def _organizations(
    session: Session, requests: Iterable[m.Request], spent: Mapping[str, float]
) -> tuple[m.Organization, ...]:
    wanted = {code for request in requests for code in (request.organization, *request.served)}
    o = columns(Organization)
    query = select(o.code, o.kind, o.latitude, o.longitude, o.budget).order_by(o.code)
    return tuple(
        m.Organization(row.code, row.kind, location_of(row), what_is_left(row.budget, spent.get(row.code, 0.0)))
        for row in session.execute(query)
        if row.code in wanted
    )
