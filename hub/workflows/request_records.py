"""Requests between drafts and rows: many at once, in a few statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models import PromotionPartner, Request, RequestBeneficiary, RequestTheme, SkillNeed, Slot
from hub.models.base import columns, derived_id
from hub.models.search import search_key
from hub.workflows.drafts import NeedDraft, PartnerDraft, RequestDraft, SlotDraft
from hub.workflows.records import fetch

PART_COLUMNS: Mapping[type[SQLModel], tuple[str, ...]] = {
    RequestTheme: ("request_id", "theme", "position"),
    RequestBeneficiary: ("request_id", "organization_code", "position"),
    PromotionPartner: ("request_id", "position", "role", "organization"),
}
"""What belongs to a request and is written anew when it changes, with the columns told; its slots keep their rows."""

NEED_COLUMNS = ("slot_id", "skill", "position", "level", "weight", "mandatory")

PLAIN = (
    "reference",
    "title",
    "summary",
    "status",
    "gate",
    "priority",
    "budget",
    "budget_basis",
    "team",
    "source",
    "assumed",
)
SLOT_PLAIN = (
    "title",
    "talent_type",
    "role",
    "stage",
    "start",
    "length",
    "hours",
    "onsite_days",
    "remote_ok",
    "rate_ceiling",
    "required",
)
"""Columns that are a draft's field of the same name."""


def canonical(draft: RequestDraft) -> RequestDraft:
    """Return ``draft`` as it comes back from the database."""
    return replace(draft, beneficiaries=tuple(sorted(draft.beneficiaries)))


def request_row(request_id: str, draft: RequestDraft, now: datetime) -> dict[str, Any]:
    """Return the request's own row but for when it was made and its version."""
    return {
        "id": request_id,
        **{name: getattr(draft, name) for name in PLAIN},
        "organization_code": draft.organization,
        "search_key": search_key(draft.title, draft.summary, draft.reference),
        "updated_at": now,
    }


def part_rows(drafts: Mapping[str, RequestDraft]) -> dict[type[SQLModel], list[tuple[Any, ...]]]:
    """Return the rows of what belongs to the requests but their slots, each with the values of ``PART_COLUMNS``."""
    told = drafts.items()
    return {
        RequestTheme: [(key, theme, place) for key, draft in told for place, theme in enumerate(draft.themes)],
        # Who shares a cost, and how, is told elsewhere: here they stand in no order.
        RequestBeneficiary: [(key, code, 0) for key, draft in told for code in draft.beneficiaries],
        PromotionPartner: [
            (key, place, partner.role, partner.organization)
            for key, draft in told
            for place, partner in enumerate(draft.promotion)
        ],
    }


def slot_id(request_id: str, position: int) -> str:
    """Return the id of a new slot: that of its request and place, so that a sample has the same ids every time."""
    return derived_id("slot", request_id, str(position))


def slot_row(request_id: str, position: int, slot: SlotDraft) -> dict[str, Any]:
    """Return the row of a new slot."""
    values = {name: getattr(slot, name) for name in SLOT_PLAIN}
    own = {"id": slot_id(request_id, position), "request_id": request_id, "position": position}
    return {**own, **values, "withdrawn": False}


def need_rows(of_slot: str, slot: SlotDraft) -> list[tuple[Any, ...]]:
    """Return the rows of the skills a slot needs, each with the values of ``NEED_COLUMNS``."""
    return [
        (of_slot, need.skill, place, need.level, need.weight, need.mandatory) for place, need in enumerate(slot.needs)
    ]


def read_requests(session: Session, ids: Sequence[str] | None = None) -> dict[str, RequestDraft]:
    """Return requests as they were told, by id (``ids`` None: all), without withdrawn slots; unknown ids left out."""
    r = columns(Request)
    themes = _grouped(session, RequestTheme, ("position", "theme"), ids)
    served = _grouped(session, RequestBeneficiary, ("organization_code",), ids)
    promotion = _grouped(session, PromotionPartner, ("position",), ids)
    slots = read_slots(session, ids)
    query = select(r.id, r.organization_code, *(r[name] for name in PLAIN)).order_by(r.id)
    return {
        row.id: RequestDraft(
            **{name: getattr(row, name) for name in PLAIN},
            organization=row.organization_code,
            themes=tuple(part.theme for part in themes[row.id]),
            beneficiaries=tuple(part.organization_code for part in served[row.id]),
            promotion=tuple(PartnerDraft(part.role, part.organization) for part in promotion[row.id]),
            slots=tuple(slots[row.id].values()),
        )
        for row in fetch(session, query, r.id, ids)
    }


def read_slots(session: Session, request_ids: Sequence[str] | None = None) -> defaultdict[str, dict[str, SlotDraft]]:
    """Return the slots that are asked for, by request id and slot id, in their order."""
    s, n = columns(Slot), columns(SkillNeed)
    needs: defaultdict[str, list[NeedDraft]] = defaultdict(list)
    wanted = select(n.slot_id, n.skill, n.level, n.weight, n.mandatory).join_from(SkillNeed, Slot, s.id == n.slot_id)
    for row in fetch(session, wanted.order_by(n.slot_id, n.position), s.request_id, request_ids):
        needs[row.slot_id].append(NeedDraft(row.skill, row.level, row.weight, row.mandatory))
    slots: defaultdict[str, dict[str, SlotDraft]] = defaultdict(dict)
    query = select(s.id, s.request_id, *(s[name] for name in SLOT_PLAIN)).where(s.withdrawn.is_(False))
    for row in fetch(session, query.order_by(s.request_id, s.position), s.request_id, request_ids):
        values = {name: getattr(row, name) for name in SLOT_PLAIN}
        slots[row.request_id][row.id] = SlotDraft(**values, needs=tuple(needs[row.id]))
    return slots


def _grouped(
    session: Session, model: type[SQLModel], order: Iterable[str], ids: Sequence[str] | None
) -> defaultdict[str, list[Any]]:
    part = columns(model)
    found: defaultdict[str, list[Any]] = defaultdict(list)
    query = select(*part).order_by(part.request_id, *(part[name] for name in order))
    for row in fetch(session, query, part.request_id, ids):
        found[row.request_id].append(row)
    return found
