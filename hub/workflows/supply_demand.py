"""Skills asked for beside those on offer, region by region: where open requests find nobody with hours left.

Demand: hours of the open slots that need a skill at a level. Supply: hours experts still have free in those months, by
where they live, who have the skill at that level or above. An expert with many skills counts under each, and so does
a slot: rows cannot be added up. How far one may travel or work online is left to the plan.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.models import Availability, Expert, ExpertSkill, Organization, Proposal, Request, SkillNeed, Slot
from hub.models.base import columns, table_of
from hub.models.proposals import HOLDING
from hub.workflows.kpi import READING
from hub.workflows.problem_requests import PLANNED
from hub.workflows.problems import MOST_MONTHS
from hub.workflows.skills import PLANNED_IN, same_skill
from hub.workflows.visibility import areas_seen, visible
from seed_data.months import month_name, month_number
from skill_standards import framework_versions

Grouping = Literal["group", "skill"]
GROUP_LENGTH = 3
"""The subcategory of a skill is the first letters of its code: TE1-08 is of TE1."""
LEVELS = (1, 2, 3, 4)
Hours = Mapping[tuple[str, int, str], float]
"""Hours by (skill or subcategory, level, region)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A skill in a region. ``demand``: hours asked for at any level; ``supply``: free hours of who has it at all.

    ``level``: the level from which supply is scarcest against demand, and ``asked`` and ``offered`` from it on; None
    where nothing is asked for. ``unmet``: hours that cannot be met even if everybody gave all their free ones.
    """

    demand: float
    supply: float
    level: int | None
    asked: float
    offered: float
    unmet: float

    @property
    def ratio(self) -> float | None:
        """``offered`` of ``asked``: below 1 is short. None where nothing is asked for."""
        return self.offered / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A skill (or subcategory) with a cell for each region, and one for the whole country (``total``)."""

    code: str
    cells: Mapping[str, Cell]
    total: Cell


@dataclass(frozen=True, slots=True)
class Unmet:
    """A skill short in a region. ``elsewhere``: whether the whole country has the hours it lacks."""

    skill: str
    region: str
    cell: Cell
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class SupplyDemand:
    """Every skill that is asked for. ``months``: of the open slots, empty without any; ``areas``: whose demand it is.

    ``slots``: how many are open; ``experts``: how many have hours free.
    """

    months: tuple[str, ...]
    areas: tuple[str, ...] | None
    slots: int
    experts: int
    rows: tuple[SkillRow, ...]
    unmet: tuple[Unmet, ...]


def read_supply_demand(session: Session, by: Grouping = "group", *, actor: Actor = LOCAL) -> SupplyDemand:
    """Return supply beside demand by subcategory or by skill; what is unmet always by skill. Raises Forbidden."""
    areas = areas_seen(actor, READING)
    months = _months(session, actor)
    if not months:
        return SupplyDemand((), areas, 0, 0, (), ())
    free = _free(months)
    by_skill = _rows(session, actor, free, months, "skill")
    return SupplyDemand(
        months=months,
        areas=areas,
        slots=session.execute(_open_slots(actor, func.count())).scalar_one(),
        experts=session.execute(select(func.count()).select_from(free).where(free.c.hours > 0)).scalar_one(),
        rows=by_skill if by == "skill" else _rows(session, actor, free, months, by),
        unmet=_unmet(by_skill),
    )


def balance(demand: Mapping[int, float], supply: Mapping[int, float]) -> Cell:
    """Return a cell from hours by level: who has a level can do what needs less, so levels nest.

    The scarcest level is the one from which the free hours are the smallest part of those asked for. What no sharing
    out can meet is the largest lack from any level on (Hall's condition for nested sets).
    """
    asked = {level: sum(hours for other, hours in demand.items() if other >= level) for level in LEVELS}
    offered = {level: sum(hours for other, hours in supply.items() if other >= level) for level in LEVELS}
    needed = [level for level in LEVELS if asked[level] > 0]
    if not needed:
        return Cell(0.0, offered[1], None, 0.0, 0.0, 0.0)
    scarcest = min(needed, key=lambda level: (offered[level] / asked[level], -level))
    unmet = max(0.0, *(asked[level] - offered[level] for level in needed))
    return Cell(asked[1], offered[1], scarcest, asked[scarcest], offered[scarcest], unmet)


def _rows(session: Session, actor: Actor, free: Any, months: tuple[str, ...], by: Grouping) -> tuple[SkillRow, ...]:
    demand, supply = _demand(session, actor, months, by), _supply(session, free, by)
    regions = sorted({region for _, _, region in (*demand, *supply)})
    return tuple(
        SkillRow(
            code,
            {region: balance(_at(demand, code, (region,)), _at(supply, code, (region,))) for region in regions},
            balance(_at(demand, code, regions), _at(supply, code, regions)),
        )
        for code in sorted({code for code, _, _ in demand})
    )


def _at(hours: Hours, code: str, regions: Iterable[str]) -> dict[int, float]:
    return {level: sum(hours.get((code, level, region), 0.0) for region in regions) for level in LEVELS}


def _unmet(rows: tuple[SkillRow, ...]) -> tuple[Unmet, ...]:
    """Return what is short, the most hours first."""
    found = [
        Unmet(row.code, region, cell, elsewhere=row.total.unmet <= 0)
        for row in rows
        for region, cell in row.cells.items()
        if cell.unmet > 0
    ]
    return tuple(sorted(found, key=lambda each: (-each.cell.unmet, each.skill, each.region)))


def _open_slots(actor: Actor, *what: Any) -> Select[Any]:
    """Return the query of ``what`` over slots of planned requests that no expert has promised to fill."""
    s, r, p, o = (columns(model) for model in (Slot, Request, Proposal, Organization))
    promised = exists(select(p.id).where(p.slot_id == s.id, p.status.in_(HOLDING)))
    return (
        select(*what)
        .join_from(table_of(Slot), table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .where(r.status.in_(PLANNED), s.withdrawn.is_(False), ~promised, visible(actor, READING, o.code))
    )


def _months(session: Session, actor: Actor) -> tuple[str, ...]:
    s = columns(Slot)
    spans = [
        (month_number(start), month_number(start) + length)
        for start, length in session.execute(_open_slots(actor, s.start, func.max(s.length)).group_by(s.start))
    ]
    if not spans:
        return ()
    first, end = min(start for start, _ in spans), max(end for _, end in spans)
    return tuple(month_name(number) for number in range(first, min(end, first + MOST_MONTHS)))


def _demand(session: Session, actor: Actor, months: tuple[str, ...], by: Grouping) -> Hours:
    """Return hours over ``months``; of a subcategory each slot's hours once, at the highest level it needs of it."""
    s, k, o = columns(Slot), columns(SkillNeed), columns(Organization)
    code = k.skill if by == "skill" else func.substr(k.skill, 1, GROUP_LENGTH)
    needed = (
        select(k.slot_id, code.label("code"), func.max(k.level).label("level")).group_by(k.slot_id, code).subquery()
    )
    query = (
        _open_slots(actor, needed.c.code, needed.c.level, o.area, s.start, s.length, func.sum(s.hours))
        .join(needed, needed.c.slot_id == s.id)
        .group_by(needed.c.code, needed.c.level, o.area, s.start, s.length)
    )
    end = month_number(months[-1]) + 1
    hours: defaultdict[tuple[str, int, str], float] = defaultdict(float)
    for key, level, area, start, length, monthly in session.execute(query):
        within = min(month_number(start) + length, end) - month_number(start)
        hours[key, level, area] += monthly * max(0, within)
    return hours


def _free(months: tuple[str, ...]) -> Any:
    """Return each expert's free hours over ``months`` by the region they live in; nobody paused or erased."""
    a, e, o = columns(Availability), columns(Expert), columns(Organization)
    left = a.hours - a.hours_committed
    return (
        select(a.expert_id, o.area, func.sum(case((left > 0, left), else_=0.0)).label("hours"))
        .join_from(table_of(Availability), table_of(Expert), e.id == a.expert_id)
        .join(table_of(Organization), o.code == e.base)
        .where(a.month.between(months[0], months[-1]), e.paused.is_(False), e.erased_at.is_(None))
        .group_by(a.expert_id, o.area)
        .subquery("free")
    )


def _supply(session: Session, free: Any, by: Grouping) -> Hours:
    """Return free hours; of a subcategory each expert's hours once, at the highest level they have in it."""
    k = columns(ExpertSkill)
    own, here = k.framework == PLANNED_IN, _in_plans()
    told = func.coalesce(func.max(case((own, k.level))), func.max(k.level))
    held = (
        select(k.expert_id, here.label("code"), told.label("level"))
        .where(here.is_not(None))
        .group_by(k.expert_id, here)
        .subquery()
    )
    if by == "group":
        group = func.substr(held.c.code, 1, GROUP_LENGTH)
        highest = select(held.c.expert_id, group.label("code"), func.max(held.c.level).label("level"))
        held = highest.group_by(held.c.expert_id, group).subquery()
    query = (
        select(held.c.code, held.c.level, free.c.area, func.sum(free.c.hours))
        .join_from(held, free, free.c.expert_id == held.c.expert_id)
        .group_by(held.c.code, held.c.level, free.c.area)
    )
    return {(code, level, area): float(hours) for code, level, area, hours in session.execute(query)}


def _in_plans() -> ColumnElement[Any]:
    """Return the code a skill of an expert has in the version plans are made in, NULL where it has none."""
    k = columns(ExpertSkill)
    told: list[tuple[ColumnElement[bool], Any]] = [(k.framework == PLANNED_IN, k.code)]
    for version in framework_versions():
        if version != PLANNED_IN:
            named = case(dict(same_skill(version)), value=k.code, else_=None)
            told.append((and_(k.framework == version, named.is_not(None)), named))
    return case(*told, else_=None)
