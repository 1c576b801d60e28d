"""Experts found: one list for the office, and for organizations what each expert lets them see.

Whatever is hidden can be neither read nor searched for, sorted by or counted: filters, orders and figures all go
through ``Sight``, and so hold for nobody where the value is not shown.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import LOCAL, Actor
from hub.auth.disclosure import OFFICE
from hub.auth.permissions import allows, may_ever
from hub.errors import Forbidden
from hub.models import Availability, Expert, ExpertRole, ExpertSkill, ExpertStage, ExpertTheme, Organization
from hub.models.base import columns, table_of
from hub.workflows.disclosure_choices import Sight
from hub.workflows.expert_rows import ExpertFilter, ExpertRow
from hub.workflows.introductions import asking_organizations
from hub.workflows.organizations import full_name, matching_text
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.ratings import given_here, hub_mean, rating_columns, shrunk

SORTS = ("name", "rate", "hours", "rating", "updated", "prefecture")


def find_experts(
    session: Session, wanted: ExpertFilter, paging: Paging = FIRST_PAGE, *, actor: Actor = LOCAL
) -> Page[ExpertRow]:
    """Return a page of experts as ``actor`` sees them, sorted by one of ``SORTS`` (default: name, by kana).

    Who is paused is found by nobody, unless the office asks for those who are (``wanted.paused``).

    An organization sees who is not paused while it has an open request, else nobody. Raises Forbidden.
    """
    sight, among = _sight(session, actor, wanted)
    e, o, a = columns(Expert), columns(Organization), columns(Availability)
    skills = select(func.count()).where(columns(ExpertSkill).expert_id == e.id).scalar_subquery()
    hours = select(func.coalesce(func.sum(a.hours), 0.0)).where(a.expert_id == e.id).scalar_subquery()
    here = given_here()
    mean, count = rating_columns(here)
    shown = sight.value("rating", shrunk(mean, count, hub_mean(session)))
    query = (
        select(
            e.id,
            *(sight.value(part, e[name]).label(name) for part, names in LISTED.items() for name in names),
            sight.value("prefecture", o.prefecture_code).label("prefecture_code"),
            sight.value("base", full_name(o)).label("place"),
            sight.value("base", o.name_en).label("name_en"),
            sight.value("availability", hours).label("free_hours"),
            sight.value("skills", skills).label("skills"),
            sight.value("rating", mean).label("rating_mean"),
            sight.value("rating", count).label("rating_count"),
            shown.label("rating_shown"),
        )
        .join(table_of(Organization), o.code == e.base)
        .join(here, here.c.expert_id == e.id, isouter=True)
        .where(among, *_conditions(wanted, sight))
    )
    orders = _orders(sight, hours, shown)
    page = fetch_page(session, query, paging, orders, e.id)
    roles = _roles(session, [row.id for row in page.items])
    return page.showing(_list_row(row, tuple(roles[row.id]), whole=sight.whole) for row in page.items)


LISTED = {
    "name": ("family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji"),
    "affiliation": ("affiliation",),
    "kinds": ("is_x", "is_d"),
    "base": ("base",),
    "rate": ("hourly_rate",),
    "conditions": ("remote", "onsite", "full_time_possible"),
    "office": ("reference", "paused", "updated_at"),
}
"""Columns of an expert's own row that a list shows, by the part they belong to."""


def _orders(sight: Sight, hours: ColumnElement[Any], rating: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """Return what a list is sorted by: where a value is hidden there is none."""
    e, o = columns(Expert), columns(Organization)
    return {
        "name": sight.value("name", e.family_kana + e.given_kana),
        "rate": sight.value("rate", e.hourly_rate),
        "hours": sight.value("availability", hours),
        "rating": rating,
        "updated": sight.value("office", e.updated_at),
        "prefecture": e.base if sight.whole else sight.value("prefecture", o.prefecture_code),
    }


def expert_ids(session: Session, wanted: ExpertFilter) -> list[str]:
    """Return the ids of all experts a list of the office's shows."""
    e, o = columns(Expert), columns(Organization)
    query = select(e.id).join(table_of(Organization), o.code == e.base)
    shown = query.where(e.erased_at.is_(None), *_conditions(wanted, Sight(OFFICE)))
    return list(session.execute(shown).scalars())


def _sight(session: Session, actor: Actor, wanted: ExpertFilter) -> tuple[Sight, ColumnElement[bool]]:
    """Return how ``actor`` sees experts, and which of them are there for them. Raises Forbidden."""
    e = columns(Expert)
    if allows(actor, "expert.list_whole"):
        return Sight(OFFICE), and_(e.erased_at.is_(None), true() if wanted.paused else e.paused.is_(False))
    if not may_ever(actor, "expert.list"):
        raise Forbidden
    asking = asking_organizations(session, actor)
    return Sight("organizations"), and_(e.erased_at.is_(None), e.paused.is_(False)) if asking else false()


def _conditions(wanted: ExpertFilter, sight: Sight) -> list[ColumnElement[bool]]:
    e, o = columns(Expert), columns(Organization)
    place = o.search_key if sight.whole else case((sight.sees("base"), o.search_key), else_="")
    found = [matching_text(wanted.text, sight.text(), place)]

    def asked(part: str, *conditions: ColumnElement[bool]) -> None:
        found.append(and_(sight.sees(part), *conditions))

    if wanted.talent_type:
        asked("kinds", {"X": e.is_x, "D": e.is_d}.get(wanted.talent_type, e.id.is_(None)))
    if wanted.work_mode:
        asked("conditions", {"remote": e.remote, "onsite": e.onsite}.get(wanted.work_mode, e.id.is_(None)))
    # Whoever may not see who is paused is shown those who are not, as ``_sight`` has it.
    if wanted.paused is not None and (wanted.paused or sight.whole):
        asked("office", e.paused.is_(wanted.paused))
    if wanted.prefecture:
        asked("prefecture", o.prefecture_code == wanted.prefecture)
    if wanted.skill:
        s = columns(ExpertSkill)
        asked("skills", _has(ExpertSkill, s.code == wanted.skill, s.level >= wanted.level))
    if wanted.month:
        a = columns(Availability)
        asked("availability", _has(Availability, a.month == wanted.month, a.hours > 0))
    told: tuple[tuple[type[SQLModel], str, str | None], ...] = (
        (ExpertRole, "role", wanted.role),
        (ExpertStage, "stage", wanted.stage),
        (ExpertTheme, "theme", wanted.theme),
    )
    for model, name, value in told:
        if value:
            asked("kinds", _has(model, columns(model)[name] == value))
    return found


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


def _list_row(row: Any, roles: tuple[str, ...], *, whole: bool) -> ExpertRow:
    named, kinds, modes = row.family_name is not None, row.is_x is not None, row.remote is not None
    return ExpertRow(
        id=row.id,
        whole=whole,
        reference=row.reference,
        name=f"{row.family_name} {row.given_name}".strip() if named else None,
        kana=f"{row.family_kana} {row.given_kana}".strip() if named else None,
        romaji=f"{row.given_romaji} {row.family_romaji}".strip() if named else None,
        affiliation=row.affiliation,
        talent_types=_chosen(X=row.is_x, D=row.is_d) if kinds else None,
        roles=roles if kinds else None,
        prefecture_code=row.prefecture_code,
        base_code=row.base,
        base=row.place,
        base_en=row.name_en,
        hourly_rate=row.hourly_rate,
        work_modes=_chosen(remote=row.remote, onsite=row.onsite) if modes else None,
        full_time_possible=row.full_time_possible,
        free_hours=row.free_hours,
        skills=row.skills,
        rating_shown=row.rating_shown,
        rating_mean=row.rating_mean,
        rating_count=row.rating_count,
        paused=row.paused,
        updated_at=row.updated_at,
    )


def _chosen(**told: bool) -> tuple[str, ...]:
    return tuple(name for name, holds in told.items() if holds)
