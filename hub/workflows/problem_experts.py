"""The experts of a matching problem, from rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models import (
    Availability,
    Expert,
    ExpertRole,
    ExpertSkill,
    ExpertStage,
    ExpertTheme,
    Organization,
)
from hub.models.base import columns, table_of
from hub.workflows.conflicts import conflicts_of
from hub.workflows.left_out import LeftOut, skills_to_ask_about
from hub.workflows.ratings import given_here, rating_columns
from hub.workflows.skills import PLANNED_IN, same_skill
from matching import problem as m


def read_problem_experts(session: Session, months: Sequence[str]) -> tuple[tuple[m.Expert, ...], LeftOut]:
    """Return the experts who are not paused, by id, and how many of their levels wait for their word."""
    e, o = columns(Expert), columns(Organization)
    levels, asked = _levels(session)
    roles = _listed(session, ExpertRole, "role", "position")
    stages = _listed(session, ExpertStage, "stage")
    themes = _listed(session, ExpertTheme, "theme")
    conflicts = conflicts_of(session)
    free = _free(session, months)
    nothing = ((0.0,) * len(months), (0,) * len(months), (0.0,) * len(months))
    here = given_here()
    # Not drawn to any mean here: the fit does that itself (``matching.expert_columns``).
    mean, count = rating_columns(here)
    query = (
        select(
            e.id, e.is_x, e.is_d, e.remote, e.onsite, e.hourly_rate, e.max_travel_minutes, mean.label("rating_mean"),
            count.label("rating_count"), o.latitude, o.longitude,
        )
        .join(table_of(Organization), o.code == e.base)
        .join(here, here.c.expert_id == e.id, isouter=True)
        .where(e.paused.is_(False))
        .order_by(e.id)
    )  # fmt: skip
    experts = []
    for row in session.execute(query):
        hours, engagements, days = free.get(row.id, nothing)
        experts.append(
            m.Expert(
                id=row.id,
                hours=hours,
                max_engagements=engagements,
                onsite_days=days,
                talent_types=(*(("X",) if row.is_x else ()), *(("D",) if row.is_d else ())),
                skills=levels.get(row.id, {}),
                roles=roles[row.id],
                stages=stages[row.id],
                themes=themes[row.id],
                hourly_rate=float(row.hourly_rate),
                base=location_of(row),
                max_travel_minutes=row.max_travel_minutes,
                work_modes=(*(("remote",) if row.remote else ()), *(("onsite",) if row.onsite else ())),
                conflicts=tuple(sorted(conflicts.get(row.id, ()))),
                rating=None if row.rating_mean is None else m.Rating(row.rating_mean, row.rating_count),
            )
        )
    present = {expert.id for expert in experts}
    return tuple(experts), skills_to_ask_about(sum(count for key, count in asked.items() if key in present))


def location_of(row: Any) -> m.Location | None:
    """Return the point of a row with latitude and longitude."""
    return None if row.latitude is None or row.longitude is None else m.Location(row.latitude, row.longitude)


def _levels(session: Session) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Return each expert's levels that count, and how many levels of another version wait for the person's word."""
    s = columns(ExpertSkill)
    levels: defaultdict[str, dict[str, int]] = defaultdict(dict)
    asked: defaultdict[str, int] = defaultdict(int)
    query = select(s.expert_id, s.framework, s.code, s.level).order_by(s.expert_id, s.framework, s.code)
    # "1.2" sorts before "2.0": a level told in the version plans are made in is there before one carried over.
    for expert_id, framework, code, level in session.execute(query):
        own = levels[expert_id]
        here = code if framework == PLANNED_IN else same_skill(framework).get(code)
        if here is None:
            asked[expert_id] += 1
        else:
            own.setdefault(here, level)
    return {key: dict(sorted(own.items())) for key, own in levels.items()}, asked


def _listed(session: Session, model: type[SQLModel], name: str, *first: str) -> Mapping[str, tuple[str, ...]]:
    part = columns(model)
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    order = (part.expert_id, *(part[column] for column in first), part[name])
    gathered: defaultdict[str, list[str]] = defaultdict(list)
    for expert_id, value in session.execute(select(part.expert_id, part[name]).order_by(*order)):
        gathered[expert_id].append(value)
    found.update({key: tuple(values) for key, values in gathered.items()})
    return found


Free = tuple[tuple[float, ...], tuple[int, ...], tuple[float, ...]]


def _free(session: Session, months: Sequence[str]) -> dict[str, Free]:
    """Return hours, engagements and onsite days by expert, one each for ``months``, without what is promised.

    A month not told is not free.
    """
    a = columns(Availability)
    told: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    query = select(
        a.expert_id,
        a.month,
        _left(a, "hours").label("hours"),
        _left(a, "engagements").label("engagements"),
        _left(a, "onsite_days").label("onsite_days"),
    )
    for row in session.execute(query.where(a.month.between(months[0], months[-1]))):
        told[row.expert_id][row.month] = row
    free = {}
    for expert_id, by_month in told.items():
        rows = [by_month.get(month) for month in months]
        free[expert_id] = (
            tuple(row.hours if row else 0.0 for row in rows),
            tuple(row.engagements if row else 0 for row in rows),
            tuple(row.onsite_days if row else 0.0 for row in rows),
        )
    return free


def _left(table: Any, column: str) -> ColumnElement[Any]:
    """Return what is offered of ``column`` less what is promised; sums of fractions may be off by a hair."""
    promised = table[f"{column}_committed"]
    return case((promised <= 0, table[column]), (promised >= table[column], 0), else_=table[column] - promised)
