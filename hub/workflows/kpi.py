"""The figures a coordinator answers for, of one fiscal year (年度, from April): reach, fill, time, declines, equity.

Read by column queries, grouped by the database. No figure names a person. What each counts is said where it is read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, union
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.models import Change, Engagement, Organization, Proposal, Request, RequestBeneficiary, Slot
from hub.models.base import columns, table_of
from hub.models.organizations import KINDS
from hub.workflows.japanese_days import FIRST_OF_FISCAL_YEAR, JAPAN, last_day_of_fiscal_year
from hub.workflows.visibility import areas_seen, visible
from skill_standards import Target, load_targets

READING = "figures.read"
TARGET = "governments_with_external_people"
FEW = 10
"""Shares and medians of fewer than this many are shown as weak: one more or less would move them far."""
ASKED = ("open", "in_plan", "staffed", "running", "closed")
"""Where a request stands whose slots were asked for in public: reviewed and opened, and not withdrawn."""
DECLINES = {"decline_as_expert": "expert", "decline_as_organization": "organization"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Local governments with external people in the year: ``confirmed`` by both sides, of these with work ``begun``.

    ``served``: with those that share a person asked for by another one. ``target``: national, whoever looks.
    """

    confirmed: int
    begun: int
    served: int
    target: Target


@dataclass(frozen=True, slots=True)
class Share:
    """Of ``asked`` slots that begin in the year, ``filled`` have a proposal both sides accepted."""

    asked: int
    filled: int

    @property
    def share(self) -> float | None:
        """``filled`` of ``asked``, None where nothing was asked."""
        return self.filled / self.asked if self.asked else None

    @property
    def weak(self) -> bool:
        """Whether so few were asked that the share says little."""
        return 0 < self.asked < FEW


@dataclass(frozen=True, slots=True)
class KindShare:
    """The share of one kind of organization, and how many organizations asked."""

    kind: str
    organizations: int
    slots: Share


@dataclass(frozen=True, slots=True)
class Waiting:
    """Days from the opening of a request, within the year, to its first offer.

    ``days``: of each request that has one, shortest first. ``still``: how many have none yet. ``unrecorded``: how many
    with a first offer in the year have no record of being opened, as those that were imported; they are not counted.
    """

    days: tuple[float, ...]
    still: int
    unrecorded: int

    @property
    def median(self) -> float | None:
        """The middle one, None without any."""
        return median(self.days) if self.days else None

    @property
    def quarters(self) -> tuple[float, float] | None:
        """A quarter of the requests waited no longer than the first, and a quarter no less than the second."""
        if len(self.days) < 2:
            return None
        low, _, high = quantiles(self.days, n=4, method="inclusive")
        return low, high

    @property
    def weak(self) -> bool:
        """Whether there are so few that the median says little."""
        return 0 < len(self.days) < FEW


@dataclass(frozen=True, slots=True)
class Decline:
    """How often a ``side`` declined within the year for the reason of a code."""

    side: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Kpi:
    """All figures of a fiscal year. ``areas``: the prefectures they are of, None for the whole country.

    ``lapsed``: proposals nobody answered in time, within the year.
    """

    year: int
    areas: tuple[str, ...] | None
    reach: Reach
    fill: Share
    kinds: tuple[KindShare, ...]
    waiting: Waiting
    declines: tuple[Decline, ...]
    lapsed: int


def read_kpi(session: Session, year: int, *, actor: Actor = LOCAL) -> Kpi:
    """Return the figures of fiscal ``year`` as far as ``actor`` may see. Raises Forbidden."""
    areas = areas_seen(actor, READING)
    kinds = _by_kind(session, actor, year)
    asked, filled = (sum(getattr(row.slots, name) for row in kinds) for name in ("asked", "filled"))
    return Kpi(
        year=year,
        areas=areas,
        reach=_reach(session, actor, year),
        fill=Share(asked, filled),
        kinds=kinds,
        waiting=_waiting(session, actor, year),
        declines=_declines(session, actor, year),
        lapsed=_lapsed(session, actor, year),
    )


def years_with_figures(session: Session, today: int) -> tuple[int, ...]:
    """Return the fiscal years in which slots begin or work is done, and the present one (``today``), newest first."""
    s, n = columns(Slot), columns(Engagement)
    month, year = func.substr(s.start, 6, 2), func.substr(s.start, 1, 4)
    starts = session.execute(select(year, case((month < f"{FIRST_OF_FISCAL_YEAR:02}", 1), else_=0)).distinct())
    works = session.execute(select(n.fiscal_year).distinct()).scalars()
    return tuple(sorted({today, *(int(year) - before for year, before in starts), *works}, reverse=True))


def slots_of_year(year: int) -> ColumnElement[bool]:
    """Return the condition that a slot begins in fiscal ``year`` and was asked for in public."""
    s, r = columns(Slot), columns(Request)
    begins = s.start.between(f"{year}-{FIRST_OF_FISCAL_YEAR:02}", f"{year + 1}-{FIRST_OF_FISCAL_YEAR - 1:02}")
    return and_(begins, s.withdrawn.is_(False), r.status.in_(ASKED))


def is_filled() -> ColumnElement[bool]:
    """Return the condition that both sides accepted a proposal for a slot, and the work was not broken off."""
    s, p = columns(Slot), columns(Proposal)
    return exists(select(p.id).where(p.slot_id == s.id, p.status == "confirmed"))


def asked_and_filled(actor: Actor, year: int, *by: ColumnElement[Any]) -> Select[Any]:
    """Return the query of (``by``…, asked, filled, organizations) over the slots of ``year``."""
    s, r, o = columns(Slot), columns(Request), columns(Organization)
    return (
        select(*by, func.count(), func.count(case((is_filled(), 1))), func.count(o.code.distinct()))
        .join_from(table_of(Slot), table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .where(slots_of_year(year), visible(actor, READING, o.code))
        .group_by(*by)
    )


def moments_of(year: int) -> tuple[datetime, datetime]:
    """Return when fiscal ``year`` begins in Japan, and when the next one does."""
    first = datetime(year, FIRST_OF_FISCAL_YEAR, 1, tzinfo=JAPAN)
    return first, first.replace(year=year + 1)


def _by_kind(session: Session, actor: Actor, year: int) -> tuple[KindShare, ...]:
    found = session.execute(asked_and_filled(actor, year, columns(Organization).kind))
    told = [KindShare(kind, bodies, Share(asked, filled)) for kind, asked, filled, bodies in found]
    return tuple(sorted(told, key=lambda row: KINDS.index(row.kind)))


def _reach(session: Session, actor: Actor, year: int) -> Reach:
    n, b, o = columns(Engagement), columns(RequestBeneficiary), columns(Organization)
    at_work = _at_work(year)
    begun = and_(at_work, n.status != "terms")
    asking = select(n.organization_code.label("code"))
    serving = select(b.organization_code.label("code")).join_from(
        table_of(Engagement), table_of(RequestBeneficiary), b.request_id == n.request_id
    )
    told = (asking.where(at_work), asking.where(begun), union(asking.where(at_work), serving.where(at_work)))
    confirmed, working, served = (
        session.execute(
            select(func.count(o.code.distinct())).where(
                o.code.in_(select(query.subquery().c.code)), o.kind != "other", visible(actor, READING, o.code)
            )
        ).scalar_one()
        for query in told
    )
    return Reach(confirmed, working, served, load_targets()[TARGET])


def _at_work(year: int) -> ColumnElement[bool]:
    """Return the condition that an engagement touches fiscal ``year``; broken off before any work it does not."""
    n = columns(Engagement)
    first, last = last_day_of_fiscal_year(year - 1) + timedelta(days=1), last_day_of_fiscal_year(year)
    ends = case((n.status == "broken_off", n.broken_off_on), else_=n.last_day)
    return and_(n.first_day <= last, ends >= first)


def _waiting(session: Session, actor: Actor, year: int) -> Waiting:
    c, p, r = columns(Change), columns(Proposal), columns(Request)
    opened = (
        select(c.subject_id, func.min(c.at).label("at"))
        .where(c.subject_kind == "request", c.move == "open")
        .group_by(c.subject_id)
        .subquery("opened")
    )
    offered = select(p.request_id, func.min(p.created_at).label("at")).group_by(p.request_id).subquery("offered")
    begins, ends = moments_of(year)
    counted = case((opened.c.at.is_(None), offered.c.at), else_=opened.c.at)
    query = (
        select(opened.c.at.label("opened"), offered.c.at.label("offered"), r.status)
        .join_from(table_of(Request), opened, opened.c.subject_id == r.id, isouter=True)
        .join(offered, offered.c.request_id == r.id, isouter=True)
        .where(counted >= begins, counted < ends, visible(actor, READING, r.organization_code))
    )
    days, still, unrecorded = [], 0, 0
    for row in session.execute(query):
        if row.opened is None:
            unrecorded += 1
        elif row.offered is None:
            still += row.status in ("open", "in_plan")
        else:
            days.append(max(0.0, (row.offered - row.opened) / timedelta(days=1)))
    return Waiting(tuple(sorted(days)), still, unrecorded)


def _declines(session: Session, actor: Actor, year: int) -> tuple[Decline, ...]:
    c = columns(Change)
    query = _proposal_changes(actor, year, DECLINES, c.move, c.reason_code).group_by(c.move, c.reason_code)
    found = [Decline(DECLINES[move], reason or "other", count) for move, reason, count in session.execute(query)]
    return tuple(sorted(found, key=lambda row: (row.side, -row.count, row.reason)))


def _lapsed(session: Session, actor: Actor, year: int) -> int:
    found = session.execute(_proposal_changes(actor, year, ("lapse",))).scalar_one()
    return int(found)


def _proposal_changes(actor: Actor, year: int, moves: Collection[str], *by: ColumnElement[Any]) -> Select[Any]:
    """Return the query of (``by``…, count) over moves of proposals within the year."""
    c, p = columns(Change), columns(Proposal)
    begins, ends = moments_of(year)
    return (
        select(*by, func.count())
        .join_from(table_of(Change), table_of(Proposal), p.id == c.subject_id)
        .where(c.subject_kind == "proposal", c.move.in_(moves), c.at >= begins, c.at < ends)
        .where(visible(actor, READING, p.organization_code))
    )
