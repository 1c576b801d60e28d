"""Writing requests: their slots keep their ids, because plans speak of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor
from hub.errors import Invalid
from hub.models import Plan, PlanSlot, Proposal, Request, SkillNeed, Slot
from hub.models.base import columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.conflicting_offers import end_conflicting, take_offers_of_requests
from hub.workflows.draft_faults import request_faults
from hub.workflows.drafts import RequestDraft
from hub.workflows.frozen_slots import following, refuse_frozen
from hub.workflows.locks import lock_rows
from hub.workflows.organizations import known_codes
from hub.workflows.records import Stored, insert_rows, insert_tuples, remove
from hub.workflows.references import reference_faults
from hub.workflows.request_records import (
    NEED_COLUMNS,
    PART_COLUMNS,
    SLOT_PLAIN,
    canonical,
    need_rows,
    part_rows,
    read_requests,
    request_row,
    slot_row,
)
from hub.workflows.versions import differing, refuse_lost_update
from matching.faults import Fault

OWN_WORDS = frozenset({"title", "summary", "source", "assumed", "promotion", "reference"})
"""Fields that hold what people wrote."""


def store_requests(
    session: Session,
    drafts: Mapping[str, RequestDraft],
    versions: Mapping[str, int] | None = None,
    *,
    actor: Actor = SYSTEM,
) -> Stored:
    """Write requests by id: new ids are added, known ones become what is told; those told as they are stay untouched.

    Slots keep their ids by their order. One no longer told is deleted, or marked withdrawn when a plan or a proposal
    speaks of it. A request that is open or later keeps its status, which follows from its slots. ``versions``: the
    version a person saw, by id; ``actor``: who wrote it. Raises Invalid with every fault (places ``/<position>/…``),
    ChangedMeanwhile with both versions when somebody else changed one, Conflict when a slot that is out or at work
    would change; nothing is written then.
    """
    _refuse_faults(session, drafts)
    told = {request_id: canonical(draft) for request_id, draft in drafts.items()}
    locked = lock_rows(session, Request, told)
    present = read_requests(session, list(locked))
    told = {request_id: following(draft, present.get(request_id)) for request_id, draft in told.items()}
    now = utc_now()
    new = {request_id: draft for request_id, draft in told.items() if request_id not in present}
    changed = {request_id: draft for request_id, draft in told.items() if present.get(request_id, draft) != draft}
    for request_id, draft in changed.items():
        seen = (versions or {}).get(request_id)
        refuse_lost_update(present[request_id], draft, locked[request_id].version, seen)
    refuse_frozen(session, changed, present)
    out = take_offers_of_requests(
        session, [key for key, draft in changed.items() if draft.promotion != present[key].promotion]
    )
    _insert(session, new, now)
    for request_id, draft in changed.items():
        _change(session, request_row(request_id, draft, now))
        _change_slots(session, request_id, draft)
    for model in PART_COLUMNS:
        remove(session, model, "request_id", list(changed))
    _insert_parts(session, changed)
    _record(session, actor, new, {key: (present[key], draft) for key, draft in changed.items()})
    end_conflicting(session, out)
    return Stored(len(new), len(changed), len(told) - len(new) - len(changed))


def add_requests(session: Session, drafts: Mapping[str, RequestDraft], *, actor: Actor = SYSTEM) -> None:
    """Add requests under ids nobody has; the drafts were judged before. Invalid: a reference was taken meanwhile."""
    if faults := reference_faults(session, Request, {key: draft.reference for key, draft in drafts.items()}):
        raise Invalid(faults)
    _insert(session, drafts, utc_now())
    _record(session, actor, drafts, {})


def _refuse_faults(session: Session, drafts: Mapping[str, RequestDraft]) -> None:
    known = known_codes(session)
    faults = [
        Fault(f"/{position}{fault.place}", fault.ja, fault.en)
        for position, draft in enumerate(drafts.values())
        for fault in request_faults(draft, known)
    ]
    faults += reference_faults(session, Request, {key: draft.reference for key, draft in drafts.items()})
    if faults:
        raise Invalid(faults)


def _insert(session: Session, drafts: Mapping[str, RequestDraft], now: datetime) -> None:
    requests, slots, needs = [], [], []
    for request_id, draft in drafts.items():
        requests.append({**request_row(request_id, draft, now), "created_at": now, "version": 1})
        for position, slot in enumerate(draft.slots):
            row = slot_row(request_id, position, slot)
            slots.append(row)
            needs += need_rows(row["id"], slot)
    insert_rows(session, Request, requests)
    insert_rows(session, Slot, slots)
    insert_tuples(session, SkillNeed, NEED_COLUMNS, needs)
    _insert_parts(session, drafts)


def _insert_parts(session: Session, drafts: Mapping[str, RequestDraft]) -> None:
    for model, rows in part_rows(drafts).items():
        insert_tuples(session, model, PART_COLUMNS[model], rows)


def _change(session: Session, row: Mapping[str, Any]) -> None:
    r = columns(Request)
    session.execute(update(table_of(Request)).where(r.id == row["id"]).values(**row, version=r.version + 1))


def _change_slots(session: Session, request_id: str, draft: RequestDraft) -> None:
    s = columns(Slot)
    live = select(s.id).where(s.request_id == request_id, s.withdrawn.is_(False)).order_by(s.position)
    ids: Sequence[str] = session.execute(live).scalars().all()
    for key, slot in zip(ids, draft.slots, strict=False):
        values = {name: getattr(slot, name) for name in SLOT_PLAIN}
        session.execute(update(table_of(Slot)).where(s.id == key).values(**values))
    kept = ids[: len(draft.slots)]
    remove(session, SkillNeed, "slot_id", kept)
    _withdraw(session, ids[len(draft.slots) :])
    free = session.execute(select(func.coalesce(func.max(s.position), -1) + 1).where(s.request_id == request_id))
    first = free.scalar_one()
    added = [slot_row(request_id, first + i, slot) for i, slot in enumerate(draft.slots[len(ids) :])]
    keys = [*kept, *(row["id"] for row in added)]
    needs = [row for key, slot in zip(keys, draft.slots, strict=True) for row in need_rows(key, slot)]
    insert_rows(session, Slot, added)
    insert_tuples(session, SkillNeed, NEED_COLUMNS, needs)


def _withdraw(session: Session, ids: Sequence[str]) -> None:
    """Delete slots nothing speaks of, and mark the others; while a run works, any of them may be in its problem."""
    s, p, r, o = columns(Slot), columns(PlanSlot), columns(Plan), columns(Proposal)
    is_running = session.execute(select(r.id).where(r.status == "running").limit(1)).first() is not None
    spoken_of = select(p.slot_id).where(p.slot_id.in_(ids)).union(select(o.slot_id).where(o.slot_id.in_(ids)))
    planned = set(ids if is_running else session.execute(spoken_of).scalars())
    remove(session, Slot, "id", [key for key in ids if key not in planned])
    if planned:
        session.execute(update(table_of(Slot)).where(s.id.in_(planned)).values(withdrawn=True))


def _record(
    session: Session,
    actor: Actor,
    new: Mapping[str, RequestDraft],
    changed: Mapping[str, tuple[RequestDraft, RequestDraft]],
) -> None:
    """Record what is new, and what is different of the others: what was new at first follows from every edit since."""
    for request_id, draft in new.items():
        told = {"status": draft.status, "organization": draft.organization, "slots": len(draft.slots)}
        record(session, actor, "request:create", "request", request_id, after=told)
    for request_id, (stored, draft) in changed.items():
        kept = _for_the_record(*differing(stored, draft))
        record(session, actor, "request:edit", "request", request_id, **kept)


def _for_the_record(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what the records keep of an edit: codes and numbers apart from what people wrote."""
    plain = {"before": _codes(before), "after": _codes(after)}
    words = {"before": _words(before), "after": _words(after)}
    return {**plain, "personal": words if words["before"] or words["after"] else None}


def _codes(fields: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in fields.items() if name not in OWN_WORDS}
    if "slots" in found:
        found["slots"] = [{name: slot[name] for name in slot if name != "title"} for slot in found["slots"]]
    return found


def _words(fields: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in fields.items() if name in OWN_WORDS}
    if "slots" in fields:
        found["slots"] = [slot["title"] for slot in fields["slots"]]
    return found
