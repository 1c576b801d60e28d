"""Experts: told, found, read, paused."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.models import Assignment, Expert, Organization, Plan, Request, Slot
from hub.models.base import columns, table_of
from hub.workflows.career_records import confirmed_skills, verified_entries
from hub.workflows.expert_finding import SORTS, expert_ids, find_experts
from hub.workflows.expert_records import read_experts
from hub.workflows.expert_rows import Engagement, ExpertPage
from hub.workflows.expert_storing import edit_expert, expert_not_found, set_paused, store_experts
from hub.workflows.organizations import full_name
from hub.workflows.ratings import rating_of
from hub.workflows.references import ids_by_reference
from hub.workflows.seeing import require_expert, sees_plans
from hub.workflows.skills import skills_in_force

__all__ = [
    "SORTS",
    "edit_expert",
    "expert_ids",
    "experts_by_reference",
    "find_experts",
    "read_expert",
    "set_paused",
    "store_experts",
]


def experts_by_reference(session: Session, references: Sequence[str]) -> dict[str, str]:
    """Return the id of each expert with one of ``references``, the office's own numbers."""
    return ids_by_reference(session, Expert, references)


def read_expert(session: Session, expert_id: str, *, actor: Actor = LOCAL) -> ExpertPage:
    """Return everything about one expert that ``actor`` may see. Raises NotFound, Unseen."""
    require_expert(session, actor, expert_id)
    e, o = columns(Expert), columns(Organization)
    told = read_experts(session, [expert_id]).get(expert_id)
    if told is None:
        raise expert_not_found()
    query = select(e.version, e.created_at, e.updated_at, full_name(o).label("place"), o.name_en)
    row = session.execute(query.join(table_of(Organization), o.code == e.base).where(e.id == expert_id)).one()
    conflicts = select(o.code, full_name(o)).where(o.code.in_(told.conflicts)).order_by(o.code)
    skills = skills_in_force(told.skills)
    return ExpertPage(
        id=expert_id,
        version=row.version,
        told=told,
        base=row.place,
        base_en=row.name_en,
        conflicts=tuple((code, name) for code, name in session.execute(conflicts)),
        carried=tuple(sorted(skills.carried.items())),
        asked=skills.asked,
        engagements=_engagements(session, expert_id) if sees_plans(actor) else (),
        rating=rating_of(session, expert_id),
        verified=verified_entries(session, expert_id),
        confirmed=confirmed_skills(session, expert_id),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _engagements(session: Session, expert_id: str) -> tuple[Engagement, ...]:
    a, p, s, r, o = (columns(model) for model in (Assignment, Plan, Slot, Request, Organization))
    query = (
        select(a.plan_id, s.id, s.title, r.id, r.title, full_name(o), s.start, s.length, a.hours)
        .join_from(table_of(Assignment), table_of(Plan), p.id == a.plan_id)
        .join(table_of(Slot), s.id == a.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .where(a.expert_id == expert_id, p.in_force)
        .order_by(s.start, s.id)
    )
    return tuple(Engagement(*row) for row in session.execute(query))
