"""How people's months are used: the hours they offer, what they have promised of them, what is proposed, what is left.

Two readers: a plan's schedule, for the office, and one person's year, for the office and for that person. What is
planned and not yet proposed is the office's own: it is added for who may read plans and for nobody else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.models import Assignment, Availability, Booking, Organization, Plan, Proposal, Request, Slot
from hub.models.base import columns, table_of
from hub.models.proposals import LIVE
from hub.workflows.organizations import full_name
from hub.workflows.records import batches
from hub.workflows.seeing import seen_plans, sees_plans
from hub.workflows.visibility import visible
from seed_data.months import month_name, month_number

SpanKind = Literal["planned", "agreed", "promised", "offered"]
"""Planned; planned, and the person has said yes; promised (elsewhere); offered to them, without their answer."""

PROPOSED: tuple[SpanKind, ...] = ("planned", "agreed", "offered")
"""What of a person's time is proposed, where promises are told apart."""

MOVED_NOWHERE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Span:
    """Months in a row, ``first`` to ``last``, that take the same ``hours`` (a month, with travel).

    ``title``: of the slot, and ``organization``: empty where who looks may not know whose it is; ``place``: the
    organization without its prefecture.
    """

    kind: SpanKind
    first: str
    last: str
    hours: float
    slot_id: str
    title: str
    organization: str
    organization_en: str
    place: str


@dataclass(frozen=True, slots=True)
class MonthUse:
    """Hours of a month: ``told``: offered to the hub, None: nothing told; ``promised``; ``proposed`` beside that."""

    month: str
    told: float | None
    promised: float
    proposed: float

    @property
    def left(self) -> float | None:
        """What is left of it, less than nothing where more is taken than is offered now."""
        return None if self.told is None else self.told - self.promised - self.proposed


@dataclass(frozen=True, slots=True)
class PersonTime:
    """One person's months, and what takes them, by its first month. ``imagined``: supposed by the plan, nobody real."""

    expert_id: str
    name: str
    romaji: str
    imagined: bool
    months: tuple[MonthUse, ...]
    spans: tuple[Span, ...]


def read_person_time(
    session: Session, actor: Actor, expert_id: str, name: tuple[str, str], months: Sequence[str]
) -> PersonTime:
    """Return how one person's ``months`` (in a row) are used, as far as ``actor`` may know; ``name``: also in Latin.

    The person sees what they were offered and have promised; who reads plans, also the plan in force. Raises Forbidden.
    """
    require(actor, "expert.read_whole", Belonging(expert=expert_id))
    spans = booked_spans(session, actor, [expert_id], months, own=actor.expert == expert_id)[expert_id]
    if sees_plans(actor):
        known = {span.slot_id for span in spans}
        p = columns(Plan)
        in_force = planned_spans(session, [expert_id], months, p.in_force & seen_plans(actor))[expert_id]
        spans = [*spans, *(span for span in in_force if span.slot_id not in known)]
    offers = offered_hours(session, [expert_id], months)
    return person_time(expert_id, name, months, offers, spans)


def person_time(
    expert_id: str,
    name: tuple[str, str],
    months: Sequence[str],
    offers: Mapping[tuple[str, str], float],
    spans: Iterable[Span],
    *,
    imagined: bool = False,
) -> PersonTime:
    """Return a person's months with the hours of ``offers`` (by expert and month) and what ``spans`` take of them."""
    promised: defaultdict[str, float] = defaultdict(float)
    proposed: defaultdict[str, float] = defaultdict(float)
    ordered = tuple(sorted(spans, key=lambda span: (span.first, span.kind, span.slot_id)))
    for span in ordered:
        taken = proposed if span.kind in PROPOSED else promised
        for month in months:
            if span.first <= month <= span.last:
                taken[month] += span.hours
    uses = tuple(MonthUse(m, offers.get((expert_id, m)), promised[m], proposed[m]) for m in months)
    return PersonTime(expert_id, *name, imagined, uses, ordered)


def offered_hours(session: Session, ids: Collection[str], months: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return the hours offered by expert and month."""
    a = columns(Availability)
    query = select(a.expert_id, a.month, a.hours).where(a.month.between(months[0], months[-1]))
    rows = (row for some in batches(sorted(ids)) for row in session.execute(query.where(a.expert_id.in_(some))))
    return {(row.expert_id, row.month): row.hours for row in rows}


def booked_spans(
    session: Session, actor: Actor, ids: Collection[str], months: Sequence[str], *, own: bool = False
) -> defaultdict[str, list[Span]]:
    """Return by expert what they have promised, and what is offered to them; without names where ``actor`` sees none.

    ``own``: ``actor`` is the expert. Raises Forbidden.
    """
    b, p, s, o = columns(Booking), columns(Proposal), columns(Slot), columns(Organization)
    named = visible(actor, "offer.read" if own else "proposal.read", p.organization_code, p.expert_id)
    query = (
        select(
            b.expert_id,
            b.month,
            b.hours,
            b.held,
            p.id,
            p.slot_id,
            s.title,
            full_name(o).label("whole_name"),
            o.name_en,
            o.name,
        )
        .add_columns(named.label("named"))
        .join_from(table_of(Booking), table_of(Proposal), p.id == b.proposal_id)
        .join(table_of(Slot), s.id == p.slot_id)
        .join(table_of(Organization), o.code == p.organization_code)
        .where(b.month.between(months[0], months[-1]), or_(b.held, p.status.in_(LIVE)))
        .order_by(b.expert_id, p.id, b.month)
    )
    rows = (row for some in batches(sorted(ids)) for row in session.execute(query.where(b.expert_id.in_(some))))
    found: defaultdict[str, list[Span]] = defaultdict(list)
    last = None
    for row in rows:
        span = _booked(row)
        if last == (row.id, row.held) and _follows(found[row.expert_id][-1], span):
            found[row.expert_id][-1] = replace(found[row.expert_id][-1], last=row.month)
        else:
            found[row.expert_id].append(span)
        last = (row.id, row.held)
    return found


def _booked(row: Any) -> Span:
    names = (row.title, row.whole_name, row.name_en, row.name) if row.named else ("", "", "", "")
    return Span("promised" if row.held else "offered", row.month, row.month, row.hours, row.slot_id, *names)


def _follows(before: Span, span: Span) -> bool:
    return month_number(before.last) + 1 == month_number(span.first) and before.hours == span.hours


def planned_spans(
    session: Session,
    ids: Collection[str],
    months: Sequence[str],
    which: ColumnElement[bool],
    moved: Mapping[str, int] = MOVED_NOWHERE,
) -> defaultdict[str, list[Span]]:
    """Return by expert what plans give them within ``months``.

    ``which``: the condition on the plan; ``moved``: by how many months it supposes that a request begins later.
    """
    a, p, s, r, o = (columns(model) for model in (Assignment, Plan, Slot, Request, Organization))
    query = (
        select(
            a.expert_id,
            a.hours,
            s.id,
            s.request_id,
            s.title,
            s.start,
            s.length,
            full_name(o).label("whole_name"),
            o.name_en,
            o.name,
        )
        .join_from(table_of(Assignment), table_of(Plan), p.id == a.plan_id)
        .join(table_of(Slot), s.id == a.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .where(which)
        .order_by(a.expert_id, s.start, s.id)
    )
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for some in batches(sorted(ids)):
        for row in session.execute(query.where(a.expert_id.in_(some))):
            found[row.expert_id] += planned(row, row.hours, moved, months)
    return found


def planned(row: Any, hours: float, moved: Mapping[str, int], months: Sequence[str]) -> Iterator[Span]:
    """Yield what the slot of ``row`` takes of somebody in ``months``: one span, or none.

    ``row``: id, request_id, title, start and length of the slot, and what its organization is called.
    """
    start = month_number(row.start) + moved.get(row.request_id, 0)
    first, last = max(month_name(start), months[0]), min(month_name(start + row.length - 1), months[-1])
    if first <= last:
        yield Span("planned", first, last, hours, row.id, row.title, row.whole_name, row.name_en, row.name)
