"""Writing experts: told whole, kept by id, and paused so that no offer stays out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor, hub_for
from hub.auth.permissions import Belonging, require
from hub.errors import Invalid, NotFound
from hub.models import Expert, Proposal
from hub.models.base import columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.availability import add_months, locked_months, month_faults, write_months
from hub.workflows.conflicting_offers import end_conflicting, take_offers_of_experts
from hub.workflows.disclosure_choices import read_choices
from hub.workflows.draft_faults import expert_faults, places_of_one
from hub.workflows.drafts import ExpertDraft
from hub.workflows.expert_records import PART_COLUMNS, canonical, expert_row, part_rows, read_experts
from hub.workflows.locks import lock_row, lock_rows
from hub.workflows.organizations import known_codes
from hub.workflows.proposal_ending import UNPROMISED, withdraw_all
from hub.workflows.proposal_taking import take_proposals
from hub.workflows.records import Stored, batches, insert_rows, insert_tuples, remove
from hub.workflows.references import reference_faults
from hub.workflows.standing_consents import refuse_without_consent
from hub.workflows.versions import differing, refuse_lost_update
from matching.faults import Fault

CODES = frozenset(
    {
        "talent_types", "external_types", "roles", "stages", "themes", "availability", "hourly_rate", "current_rate",
        "base", "max_travel_minutes", "work_modes", "full_time_possible", "regions", "conflicts", "rating_mean",
        "rating_count", "paused",
    }
)  # fmt: skip
"""Fields of codes and numbers; the others hold what a person wrote."""


def store_experts(
    session: Session,
    drafts: Mapping[str, ExpertDraft],
    versions: Mapping[str, int] | None = None,
    *,
    actor: Actor = SYSTEM,
) -> Stored:
    """Write experts by id: new ids are added, known ones become what is told; those told as they are stay untouched.

    ``versions``: the version a person saw, by id. One who is paused thereby has no offer any more (``actor``: by whom).
    Raises Invalid with every fault (places ``/<position>/…``), also where less would be offered of a month than is
    promised; ChangedMeanwhile with both versions when somebody else changed one; NotFound for who was erased. Nothing
    is written then.
    """
    _refuse_faults(session, drafts)
    told = {expert_id: canonical(draft) for expert_id, draft in drafts.items()}
    locked = lock_rows(session, Expert, told)
    if any(row.erased_at is not None for row in locked.values()):
        raise expert_not_found()
    present = read_experts(session, list(locked))
    new = {expert_id: draft for expert_id, draft in told.items() if expert_id not in present}
    changed = {expert_id: draft for expert_id, draft in told.items() if present.get(expert_id, draft) != draft}
    for expert_id, draft in changed.items():
        seen = (versions or {}).get(expert_id)
        refuse_lost_update(present[expert_id], draft, locked[expert_id].version, seen)
    refuse_without_consent(session, [key for key, draft in changed.items() if locked[key].paused and not draft.paused])
    _withdraw_offers(session, actor, [key for key, draft in changed.items() if draft.paused and not locked[key].paused])
    declaring = [key for key, draft in changed.items() if _may_conflict(present[key], draft)]
    out = take_offers_of_experts(session, declaring)
    months = locked_months(session, sorted(changed))
    _refuse_too_little(drafts, changed, months)
    now = utc_now()
    _insert(session, new, now)
    _change(session, changed, months, now)
    _record(session, actor, new, {key: (present[key], draft) for key, draft in changed.items()})
    end_conflicting(session, out)
    return Stored(len(new), len(changed), len(told) - len(new) - len(changed))


def add_experts(session: Session, drafts: Mapping[str, ExpertDraft], *, actor: Actor = SYSTEM) -> None:
    """Add experts under ids nobody has; the drafts were judged before. Invalid: a reference was taken meanwhile."""
    if faults := reference_faults(session, Expert, {key: draft.reference for key, draft in drafts.items()}):
        raise Invalid(faults)
    _insert(session, drafts, utc_now())
    _record(session, actor, drafts, {})


def edit_expert(session: Session, actor: Actor, expert_id: str, draft: ExpertDraft, version: int | None = None) -> None:
    """Make an expert what ``draft`` says. ``version``: the one a person saw.

    What others said of the person (``rating_…``) stays. Raises NotFound, Forbidden, Invalid, ChangedMeanwhile.
    """
    require(actor, "expert.edit", Belonging(expert=expert_id))
    row = lock_row(session, Expert, expert_id)
    if row is None or row.erased_at is not None:
        raise expert_not_found()
    stored = read_experts(session, [expert_id])[expert_id]
    draft = replace(draft, rating_mean=stored.rating_mean, rating_count=stored.rating_count)
    with places_of_one():
        store_experts(session, {expert_id: draft}, None if version is None else {expert_id: version}, actor=actor)


def set_paused(session: Session, actor: Actor, expert_id: str, *, paused: bool) -> None:
    """Take an expert out of every later plan, or back in; once out, what they have not accepted is withdrawn.

    Raises NotFound, Forbidden, Conflict for who withdrew their consent to being matched.
    """
    require(actor, "expert.pause", Belonging(expert=expert_id))
    row = lock_row(session, Expert, expert_id)
    if row is None or row.erased_at is not None:
        raise expert_not_found()
    if not paused:
        refuse_without_consent(session, [expert_id])
    e = columns(Expert)
    values = {"paused": paused, "updated_at": utc_now(), "version": e.version + 1}
    session.execute(update(table_of(Expert)).where(e.id == expert_id).values(**values))
    done = {"before": {"paused": row.paused}, "after": {"paused": paused}}
    record(session, actor, "expert:pause" if paused else "expert:resume", "expert", expert_id, **done)
    if paused:
        _withdraw_offers(session, actor, [expert_id])


def expert_not_found() -> NotFound:
    """Return the fault of an expert who is not there."""
    return NotFound("専門人材", "expert")


def _refuse_faults(session: Session, drafts: Mapping[str, ExpertDraft]) -> None:
    known = known_codes(session)
    faults = [
        Fault(f"/{position}{fault.place}", fault.ja, fault.en)
        for position, draft in enumerate(drafts.values())
        for fault in expert_faults(draft, known)
    ]
    faults += reference_faults(session, Expert, {key: draft.reference for key, draft in drafts.items()})
    if faults:
        raise Invalid(faults)


def _refuse_too_little(
    drafts: Mapping[str, ExpertDraft], changed: Mapping[str, ExpertDraft], months: Mapping[tuple[str, str], Any]
) -> None:
    faults = [
        fault
        for position, (expert_id, draft) in enumerate(drafts.items())
        if expert_id in changed
        for fault in month_faults(position, expert_id, draft.availability, months)
    ]
    if faults:
        raise Invalid(faults)


def _may_conflict(stored: ExpertDraft, told: ExpertDraft) -> bool:
    """Return whether an edit can bring a conflict of interest that was not there."""
    return not set(told.conflicts) <= set(stored.conflicts) or told.affiliation != stored.affiliation


def _withdraw_offers(session: Session, actor: Actor, expert_ids: Sequence[str]) -> None:
    """Withdraw what these experts have been offered and not accepted; both sides are told."""
    p = columns(Proposal)
    query = select(p.id).where(p.status.in_(UNPROMISED))
    ids = [key for some in batches(expert_ids) for key in session.execute(query.where(p.expert_id.in_(some))).scalars()]
    if ids:
        rows = [row for row in take_proposals(session, ids) if row.status in UNPROMISED]
        withdraw_all(session, hub_for(actor), rows)


def _insert(session: Session, drafts: Mapping[str, ExpertDraft], now: datetime) -> None:
    rows = [{**expert_row(key, draft, now, {}), "created_at": now, "version": 1} for key, draft in drafts.items()]
    insert_rows(session, Expert, rows)
    _insert_parts(session, drafts)
    months = [
        (key, month.month, month.hours, month.engagements, month.onsite_days)
        for key, draft in drafts.items()
        for month in draft.availability
    ]
    add_months(session, months)


def _insert_parts(session: Session, drafts: Mapping[str, ExpertDraft]) -> None:
    for model, rows in part_rows(drafts).items():
        insert_tuples(session, model, PART_COLUMNS[model], rows)


def _change(
    session: Session, drafts: Mapping[str, ExpertDraft], months: Mapping[tuple[str, str], Any], now: datetime
) -> None:
    e, choices = columns(Expert), read_choices(session, drafts)
    for expert_id, draft in drafts.items():
        values = {**expert_row(expert_id, draft, now, choices[expert_id]), "version": e.version + 1}
        session.execute(update(table_of(Expert)).where(e.id == expert_id).values(**values))
    for model in PART_COLUMNS:
        remove(session, model, "expert_id", list(drafts))
    _insert_parts(session, drafts)
    write_months(session, drafts, months)


def _record(
    session: Session,
    actor: Actor,
    new: Collection[str],
    changed: Mapping[str, tuple[ExpertDraft, ExpertDraft]],
) -> None:
    """Record who is new, and what is different of the others: what was new at first follows from every edit since."""
    for expert_id in new:
        record(session, actor, "expert:create", "expert", expert_id, after={"version": 1})
    for expert_id, (stored, told) in changed.items():
        before, after = differing(stored, told)
        words = {"before": _words(before), "after": _words(after)}
        record(
            session,
            actor,
            "expert:edit",
            "expert",
            expert_id,
            before={name: value for name, value in before.items() if name in CODES},
            after={name: value for name, value in after.items() if name in CODES},
            personal=words if words["before"] or words["after"] else None,
        )


def _words(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in CODES}
