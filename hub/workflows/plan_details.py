"""Why a slot of a plan is as it is: kept with the plan as it was found, so that a page costs one row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.errors import NotFound
from hub.models import Expert, PlanSlot, Slot
from hub.models.base import columns
from hub.workflows.expert_names import NamedExpert, named_experts
from hub.workflows.plan_reading import slot_row, slots_query
from hub.workflows.plan_rows import Alternative, NamedRemedy, NeedMet, PlanSlotPage
from hub.workflows.seeing import require_plan
from hub.workflows.suppositions import person_name
from matching.bottlenecks import BindingLimit, ScarceSkill
from matching.pairs import FunnelStep
from matching.plan import Assignment, OpenSlot, Remedy
from matching.problem import Problem, SkillNeed
from matching.problem import Slot as Seat


@dataclass(frozen=True, slots=True)
class AlternativeFound:
    """Another eligible expert for a slot, as ``hub.workflows.plan_rows.Alternative``; ``elsewhere``: ids of slots."""

    expert: str
    fit: float
    cost: float
    net_cost: float
    hours: float
    elsewhere: tuple[str, ...]
    change: float | None
    proven: bool
    impossible: bool


@dataclass(frozen=True, slots=True)
class Explanations:
    """What was worked out about a plan beyond its file.

    ``alternatives``: by slot; a slot that is not there was not looked into. ``remedied``: open slots whose remedies
    were looked for. ``limits``, ``skills``: what holds the whole plan back.
    """

    alternatives: Mapping[str, tuple[AlternativeFound, ...]] = field(default_factory=lambda: MappingProxyType({}))
    remedied: frozenset[str] = frozenset()
    limits: tuple[BindingLimit, ...] = ()
    skills: tuple[ScarceSkill, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotDetail:
    """What is kept of a slot; ``remedies``, ``alternatives`` None: there was no time to look.

    ``levels``: what each alternative has of the needs, in their order; plans of old kept none.
    """

    needs: tuple[NeedMet, ...] = ()
    funnel: tuple[FunnelStep, ...] = ()
    remedies: tuple[Remedy, ...] | None = None
    alternatives: tuple[AlternativeFound, ...] | None = None
    levels: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))


_DETAIL = TypeAdapter(SlotDetail)


def slot_detail(
    problem: Problem, slot: Seat, placed: Assignment | None, left: OpenSlot | None, found: Explanations
) -> dict[str, Any]:
    """Return what is kept of a slot that is filled (``placed``) or open (``left``), as JSON."""
    levels = problem.expert_by_id[placed.expert].skills if placed else None
    detail = SlotDetail(
        needs=tuple(_need_met(need, levels) for need in slot.needs),
        funnel=left.funnel if left else (),
        remedies=left.remedies if left and slot.id in found.remedied else None,
        alternatives=found.alternatives.get(slot.id),
        levels={
            other.expert: tuple(problem.expert_by_id[other.expert].skills.get(need.skill, 0) for need in slot.needs)
            for other in found.alternatives.get(slot.id, ())
        },
    )
    told: dict[str, Any] = _DETAIL.dump_python(detail, mode="json", fallback=dict, warnings=False)
    return told


def _need_met(need: SkillNeed, levels: Mapping[str, int] | None) -> NeedMet:
    has = None if levels is None else levels.get(need.skill, 0)
    return NeedMet(need.skill, need.level, need.weight, need.mandatory, has)


def read_plan_slot(session: Session, plan_id: str, slot_id: str, *, actor: Actor = LOCAL) -> PlanSlotPage:
    """Return everything about one slot of a plan. Raises NotFound, Unseen."""
    require_plan(session, actor, plan_id)
    d = columns(PlanSlot)
    row = session.execute(slots_query().add_columns(d.detail).where(d.plan_id == plan_id, d.slot_id == slot_id)).first()
    if row is None:
        raise NotFound("計画の枠", "slot of the plan")
    detail = _DETAIL.validate_python(row.detail, strict=False)
    others, remedies = detail.alternatives or (), detail.remedies or ()
    away = _paused(session, {o.expert for o in others} | {r.expert for r in remedies if r.expert})
    others = tuple(other for other in others if other.expert not in away)
    remedies = tuple(remedy for remedy in remedies if remedy.expert not in away)
    ids = {o.expert for o in others} | {r.expert for r in remedies if r.expert}
    people = {**_supposed(ids), **named_experts(session, ids)}
    titles = _titles(session, {key for other in others for key in other.elsewhere})
    return PlanSlotPage(
        row=slot_row(row),
        needs=detail.needs,
        funnel=detail.funnel,
        remedies=tuple(
            NamedRemedy(remedy, who.name if who else None, who.romaji if who else "")
            for remedy in remedies
            for who in (people.get(remedy.expert or ""),)
        ),
        alternatives=tuple(_alternative(other, detail.levels, people, titles) for other in others),
        remedies_sought=detail.remedies is not None,
        alternatives_sought=detail.alternatives is not None,
    )


def _alternative(
    found: AlternativeFound,
    levels: Mapping[str, tuple[int, ...]],
    people: Mapping[str, NamedExpert],
    titles: Mapping[str, str],
) -> Alternative:
    who = people.get(found.expert, NamedExpert(found.expert, found.expert, "", ""))
    return Alternative(
        expert_id=found.expert,
        name=who.name,
        romaji=who.romaji,
        affiliation=who.affiliation,
        fit=found.fit,
        cost=found.cost,
        net_cost=found.net_cost,
        hours=found.hours,
        elsewhere=tuple(titles.get(key, key) for key in found.elsewhere),
        change=found.change,
        proven=found.proven,
        impossible=found.impossible,
        imagined=person_name(found.expert) is not None,
        levels=levels.get(found.expert, ()),
    )


def _supposed(ids: Collection[str]) -> dict[str, NamedExpert]:
    """Return those of ``ids`` nobody has, because the plan supposes such a person, by what they are called."""
    told = ((key, person_name(key)) for key in ids)
    return {key: NamedExpert(key, *name, "") for key, name in told if name}


def _paused(session: Session, ids: set[str]) -> frozenset[str]:
    """Return who of them has been paused since the plan was made: nobody is led to ask them."""
    e = columns(Expert)
    return frozenset(session.execute(select(e.id).where(e.id.in_(ids), e.paused)).scalars())


def _titles(session: Session, ids: set[str]) -> dict[str, str]:
    s = columns(Slot)
    return {row.id: row.title for row in session.execute(select(s.id, s.title).where(s.id.in_(ids)))}
