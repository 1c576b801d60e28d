"""Requests: told, found, read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.errors import NotFound
from hub.models import (
    Assignment,
    Expert,
    Organization,
    Plan,
    Request,
    RequestTheme,
    SkillNeed,
    Slot,
)
from hub.models.base import columns, table_of
from hub.workflows.expert_names import japanese_name, latin_name
from hub.workflows.organizations import full_name, matching_text
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.references import ids_by_reference
from hub.workflows.request_records import read_requests, read_slots
from hub.workflows.request_rows import RequestFilter, RequestPage, RequestRow, SlotOnPage
from hub.workflows.request_storing import store_requests
from hub.workflows.seeing import require_request, seen_requests, sees_plans
from seed_data.months import month_name, month_number

__all__ = ["SORTS", "find_requests", "read_request", "request_ids", "requests_by_reference", "store_requests"]

SORTS = ("title", "organization", "priority", "budget", "start", "slots", "updated")


def requests_by_reference(session: Session, references: Sequence[str]) -> dict[str, str]:
    """Return the id of each request with one of ``references``, the office's own numbers."""
    return ids_by_reference(session, Request, references)


def find_requests(
    session: Session, wanted: RequestFilter, paging: Paging = FIRST_PAGE, *, actor: Actor = LOCAL
) -> Page[RequestRow]:
    """Return a page of the requests ``actor`` sees, sorted by one of ``SORTS`` (default: title). Raises Forbidden."""
    r, o, s = columns(Request), columns(Organization), columns(Slot)
    live = (s.request_id == r.id, s.withdrawn.is_(False))
    start = select(func.min(s.start)).where(*live).scalar_subquery()
    slots = select(func.count()).where(*live).scalar_subquery()
    query = (
        select(*r, full_name(o).label("place"), o.name_en, slots.label("slots"))
        .join(table_of(Organization), o.code == r.organization_code)
        .where(seen_requests(actor), *_conditions(wanted))
    )
    orders = {
        "title": r.title,
        "organization": r.organization_code,
        "priority": r.priority,
        "budget": r.budget,
        "start": start,
        "slots": slots,
        "updated": r.updated_at,
    }
    page = fetch_page(session, query, paging, orders, r.id)
    ids = [row.id for row in page.items]
    themes, seats = _themes(session, ids), _seats(session, ids)
    filled = _filled(session, ids) if sees_plans(actor) else None
    return page.showing(_list_row(row, themes[row.id], seats[row.id], filled) for row in page.items)


def request_ids(session: Session, wanted: RequestFilter, *, actor: Actor = LOCAL) -> list[str]:
    """Return the ids of all requests a list shows ``actor``. Raises Forbidden."""
    r, o = columns(Request), columns(Organization)
    query = select(r.id).join(table_of(Organization), o.code == r.organization_code)
    shown = query.where(seen_requests(actor), *_conditions(wanted))
    return list(session.execute(shown).scalars())


def _conditions(wanted: RequestFilter) -> list[ColumnElement[bool]]:
    r, o, s = columns(Request), columns(Organization), columns(Slot)
    found = [matching_text(wanted.text, r.search_key, o.search_key)]
    told: tuple[tuple[ColumnElement[Any], str | None], ...] = (
        (r.status, wanted.status),
        (r.organization_code, wanted.organization),
        (o.prefecture_code, wanted.prefecture),
        (r.gate, wanted.gate),
    )
    found += [column == value for column, value in told if value]
    if wanted.theme:
        t = columns(RequestTheme)
        found.append(exists(select(t.request_id).where(t.request_id == r.id, t.theme == wanted.theme)))
    of_slots = [
        column == value
        for column, value in ((s.talent_type, wanted.talent_type), (s.role, wanted.role), (s.stage, wanted.stage))
        if value
    ]
    if wanted.skill:
        n = columns(SkillNeed)
        of_slots.append(exists(select(n.slot_id).where(n.slot_id == s.id, n.skill == wanted.skill)))
    if of_slots:
        found.append(exists(select(s.id).where(s.request_id == r.id, s.withdrawn.is_(False), *of_slots)))
    return found


def _themes(session: Session, ids: Sequence[str]) -> defaultdict[str, list[str]]:
    t = columns(RequestTheme)
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = select(t.request_id, t.theme).where(t.request_id.in_(ids)).order_by(t.request_id, t.position, t.theme)
    for request_id, theme in session.execute(query):
        found[request_id].append(theme)
    return found


def _seats(session: Session, ids: Sequence[str]) -> defaultdict[str, list[Any]]:
    s = columns(Slot)
    found: defaultdict[str, list[Any]] = defaultdict(list)
    query = select(s.request_id, s.talent_type, s.start, s.length).where(s.withdrawn.is_(False), s.request_id.in_(ids))
    for row in session.execute(query):
        found[row.request_id].append(row)
    return found


def _filled(session: Session, ids: Sequence[str]) -> Mapping[str, int] | None:
    """Return how many slots of each request the plan in force fills, None when no plan is in force."""
    a, p, s = columns(Assignment), columns(Plan), columns(Slot)
    plan = session.execute(select(p.id).where(p.in_force)).scalar()
    if plan is None:
        return None
    query = (
        select(s.request_id, func.count().label("filled"))
        .join_from(table_of(Assignment), table_of(Slot), s.id == a.slot_id)
        .where(a.plan_id == plan, s.request_id.in_(ids))
        .group_by(s.request_id)
    )
    return {row.request_id: row.filled for row in session.execute(query)}


def _list_row(row: Any, themes: Sequence[str], seats: Sequence[Any], filled: Mapping[str, int] | None) -> RequestRow:
    kinds = {seat.talent_type for seat in seats}
    return RequestRow(
        id=row.id,
        reference=row.reference,
        title=row.title,
        organization_code=row.organization_code,
        organization=row.place,
        organization_en=row.name_en,
        status=row.status,
        gate=row.gate,
        priority=row.priority,
        budget=row.budget,
        budget_basis=row.budget_basis,
        team=row.team,
        themes=tuple(themes),
        slots=row.slots,
        talent_types=tuple(kind for kind in ("X", "D") if kind in kinds),
        start=min((seat.start for seat in seats), default=None),
        end=max((last_month(seat.start, seat.length) for seat in seats), default=None),
        filled=None if filled is None else filled.get(row.id, 0),
        updated_at=row.updated_at,
    )


def last_month(start: str, length: int) -> str:
    """Return the last of ``length`` months from ``start`` on."""
    return month_name(month_number(start) + length - 1)


def read_request(session: Session, request_id: str, *, actor: Actor = LOCAL) -> RequestPage:
    """Return everything about one request ``actor`` may see. Raises NotFound, Unseen."""
    require_request(session, actor, request_id)
    r, o = columns(Request), columns(Organization)
    told = read_requests(session, [request_id]).get(request_id)
    if told is None:
        raise _not_found()
    query = select(r.version, r.created_at, r.updated_at, full_name(o).label("place"), o.name_en)
    joined = query.join(table_of(Organization), o.code == r.organization_code)
    row = session.execute(joined.where(r.id == request_id)).one()
    served = select(o.code, full_name(o)).where(o.code.in_(told.beneficiaries)).order_by(o.code)
    placed = _placed(session, request_id) if sees_plans(actor) else {}
    slots = read_slots(session, [request_id])[request_id]
    return RequestPage(
        id=request_id,
        version=row.version,
        told=told,
        organization=row.place,
        organization_en=row.name_en,
        beneficiaries=tuple((code, name) for code, name in session.execute(served)),
        slots=tuple(
            SlotOnPage(key, slot, last_month(slot.start, slot.length), *placed.get(key, (None, None, "")))
            for key, slot in slots.items()
        ),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _placed(session: Session, request_id: str) -> dict[str, tuple[str, str, str]]:
    """Return (id, name, romaji) of the expert each slot has in the plan in force."""
    a, p, s, e = (columns(model) for model in (Assignment, Plan, Slot, Expert))
    query = (
        select(a.slot_id, e.id, japanese_name(e), latin_name(e))
        .join_from(table_of(Assignment), table_of(Plan), p.id == a.plan_id)
        .join(table_of(Slot), s.id == a.slot_id)
        .join(table_of(Expert), e.id == a.expert_id)
        .where(p.in_force, s.request_id == request_id)
    )
    found = session.execute(query)
    return {slot: (expert, name.strip(), romaji.strip()) for slot, expert, name, romaji in found}


def _not_found() -> NotFound:
    return NotFound("人材ニーズ", "request")
