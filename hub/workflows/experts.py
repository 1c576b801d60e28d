"""Experts: told, found, read, paused."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import LOCAL, Actor
from hub.auth.permissions import require
from hub.models import (
    Assignment,
    Availability,
    Expert,
    ExpertRole,
    ExpertSkill,
    ExpertStage,
    ExpertTheme,
    Organization,
    Plan,
    Request,
    Slot,
)
from hub.models.base import columns, table_of
from hub.workflows.career_records import confirmed_skills, verified_entries
from hub.workflows.expert_records import read_experts
from hub.workflows.expert_rows import Engagement, ExpertFilter, ExpertPage, ExpertRow
from hub.workflows.expert_storing import edit_expert, expert_not_found, set_paused, store_experts
from hub.workflows.organizations import full_name, matching_text
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.ratings import given_here, hub_mean, rating_columns, rating_of, shrunk
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

SORTS = ("name", "rate", "hours", "rating", "updated", "prefecture")


def experts_by_reference(session: Session, references: Sequence[str]) -> dict[str, str]:
    """Return the id of each expert with one of ``references``, the office's own numbers."""
    return ids_by_reference(session, Expert, references)


def find_experts(
    session: Session, wanted: ExpertFilter, paging: Paging = FIRST_PAGE, *, actor: Actor = LOCAL
) -> Page[ExpertRow]:
    """Return a page of experts, sorted by one of ``SORTS`` (default: name, by kana). Raises Forbidden."""
    require(actor, "expert.list")
    e, o, a = columns(Expert), columns(Organization), columns(Availability)
    skills = select(func.count()).where(columns(ExpertSkill).expert_id == e.id).scalar_subquery()
    hours = select(func.coalesce(func.sum(a.hours), 0.0)).where(a.expert_id == e.id).scalar_subquery()
    here = given_here()
    mean, count = rating_columns(here)
    shown = shrunk(mean, count, hub_mean(session))
    query = (
        select(
            *(column for column in e if not column.name.startswith("rating_")),
            full_name(o).label("place"),
            o.name_en,
            hours.label("free_hours"),
            skills.label("skills"),
            mean.label("rating_mean"),
            count.label("rating_count"),
            shown.label("rating_shown"),
        )
        .join(table_of(Organization), o.code == e.base)
        .join(here, here.c.expert_id == e.id, isouter=True)
        .where(*_conditions(wanted))
    )
    orders = {
        "name": e.family_kana + e.given_kana,
        "rate": e.hourly_rate,
        "hours": hours,
        "rating": shown,
        "updated": e.updated_at,
        "prefecture": e.base,
    }
    page = fetch_page(session, query, paging, orders, e.id)
    roles = _roles(session, [row.id for row in page.items])
    return page.showing(_list_row(row, tuple(roles[row.id])) for row in page.items)


def expert_ids(session: Session, wanted: ExpertFilter) -> list[str]:
    """Return the ids of all experts a list shows."""
    e, o = columns(Expert), columns(Organization)
    query = select(e.id).join(table_of(Organization), o.code == e.base).where(*_conditions(wanted))
    return list(session.execute(query).scalars())


def _conditions(wanted: ExpertFilter) -> list[ColumnElement[bool]]:
    e, o = columns(Expert), columns(Organization)
    found = [matching_text(wanted.text, e.search_key, o.search_key)]
    if wanted.talent_type:
        found.append({"X": e.is_x, "D": e.is_d}.get(wanted.talent_type, e.id.is_(None)))
    if wanted.work_mode:
        found.append({"remote": e.remote, "onsite": e.onsite}.get(wanted.work_mode, e.id.is_(None)))
    if wanted.paused is not None:
        found.append(e.paused.is_(wanted.paused))
    if wanted.prefecture:
        found.append(o.prefecture_code == wanted.prefecture)
    if wanted.skill:
        s = columns(ExpertSkill)
        found.append(_has(ExpertSkill, s.code == wanted.skill, s.level >= wanted.level))
    if wanted.month:
        a = columns(Availability)
        found.append(_has(Availability, a.month == wanted.month, a.hours > 0))
    told: tuple[tuple[type[SQLModel], str, str | None], ...] = (
        (ExpertRole, "role", wanted.role),
        (ExpertStage, "stage", wanted.stage),
        (ExpertTheme, "theme", wanted.theme),
    )
    return found + [_has(model, columns(model)[name] == value) for model, name, value in told if value]


def _has(model: type[SQLModel], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    part = columns(model)
    return exists(select(part.expert_id).where(part.expert_id == columns(Expert).id, *conditions))


def _roles(session: Session, ids: Sequence[str]) -> defaultdict[str, list[str]]:
    r = columns(ExpertRole)
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = select(r.expert_id, r.role).where(r.expert_id.in_(ids)).order_by(r.expert_id, r.position, r.role)
    for expert_id, role in session.execute(query):
        found[expert_id].append(role)
    return found


def _list_row(row: Any, roles: tuple[str, ...]) -> ExpertRow:
    return ExpertRow(
        id=row.id,
        reference=row.reference,
        name=f"{row.family_name} {row.given_name}".strip(),
        kana=f"{row.family_kana} {row.given_kana}".strip(),
        romaji=f"{row.given_romaji} {row.family_romaji}".strip(),
        affiliation=row.affiliation,
        talent_types=(*(("X",) if row.is_x else ()), *(("D",) if row.is_d else ())),
        roles=roles,
        base_code=row.base,
        base=row.place,
        base_en=row.name_en,
        hourly_rate=row.hourly_rate,
        work_modes=(*(("remote",) if row.remote else ()), *(("onsite",) if row.onsite else ())),
        full_time_possible=row.full_time_possible,
        free_hours=row.free_hours,
        skills=row.skills,
        rating_shown=row.rating_shown,
        rating_mean=row.rating_mean,
        rating_count=row.rating_count,
        paused=row.paused,
        updated_at=row.updated_at,
    )


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
