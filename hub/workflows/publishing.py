"""Plans published in stages: offers go out to both sides, and come back while nobody has accepted one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, hub_for
from hub.auth.permissions import require
from hub.errors import Conflict, Invalid
from hub.models import Booking, PlanSlot, Proposal, Request, Slot
from hub.models.base import columns, new_id, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.disclosures import note_reading
from hub.workflows.introductions import Viewer
from hub.workflows.moving import NO_REASON, Reason, move
from hub.workflows.news import tell_of_open_slots, tell_of_proposal
from hub.workflows.plan_taking import plan_belonging, plan_subject, take_plan
from hub.workflows.plans import take_force
from hub.workflows.problem_requests import is_planned
from hub.workflows.proposal_ending import withdraw_all
from hub.workflows.proposal_taking import take_proposals
from hub.workflows.publication_checks import Candidate, Refusal, sift
from hub.workflows.publication_reading import live_pairs, lock_today, read_candidates
from hub.workflows.records import write
from hub.workflows.settling import settle
from hub.workflows.suppositions import refuse_supposed
from matching.faults import Fault

LONGEST = timedelta(days=366)
"""How far off a deadline may be."""
MOST_NAMED = 20
"""Refused slots a message names."""
ACCEPTED = ("expert_accepted", "organization_accepted", "confirmed", "released")
"""Somebody said yes: what a plan that is undone leaves as it is."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What went out: which ``stage`` of the plan (from 1), the new proposals, and what no longer held."""

    stage: int
    proposals: tuple[str, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """How many proposals were withdrawn, and how many stay because a side accepted; ``status``: the plan's."""

    withdrawn: int
    kept: int
    status: str


def publish(
    session: Session,
    actor: Actor,
    plan_id: str,
    deadline: datetime,
    slot_ids: Collection[str] | None = None,
    *,
    skip_refused: bool = False,
) -> Publication:
    """Offer what a plan assigns to both sides, who may answer until ``deadline``; ``slot_ids`` None: all of it.

    What is out already stays. What no longer holds is refused by name and nothing goes out, unless ``skip_refused``.
    Raises NotFound, Forbidden, Invalid (deadline, unknown slots), Conflict, also for a plan that rests on something
    supposed.
    """
    plan = take_plan(session, plan_id)
    require(actor, "plan.publish", plan_belonging(plan))
    refuse_supposed(plan)
    wanted = _wanted(session, plan, deadline, slot_ids)
    out = {(row.slot_id, row.expert_id) for row in live_pairs(session, {one.request_id for one in wanted})}
    fresh = [one for one in wanted if (one.slot_id, one.expert_id) not in out]
    held, refused = sift(fresh, lock_today(session, plan, fresh))
    if refused and (not skip_refused or not held):
        raise _refusal(refused)
    stage = _next_stage(session, plan_id)
    proposals = _offer(session, plan_id, stage, deadline, held)
    for key, one in zip(proposals, held, strict=True):
        # Each by itself: it discloses the expert to the organization, and the need to the expert.
        pair = {"slot": one.slot_id, "expert": one.expert_id, "organization": one.organization}
        record(session, actor, "proposal:offer", "proposal", key, after={"plan": plan_id, "stage": stage, **pair})
        note_reading(session, [one.expert_id], Viewer("partners", "", one.organization, "offer"))
    move(session, actor, plan_subject(plan), "publish")
    take_force(session, plan_id)
    for request_id in sorted({candidate.request_id for candidate in held}):
        settle(session, request_id)
    _tell(session, plan_id, frozenset(proposals))
    return Publication(stage, proposals, tuple(refused))


def undo(session: Session, actor: Actor, plan_id: str, reason: Reason = NO_REASON) -> Undone:
    """Withdraw what nobody has accepted. With nothing accepted the plan is ready again, else it stays published.

    Raises NotFound, Forbidden, Conflict when the plan is not published.
    """
    plan = take_plan(session, plan_id)
    require(actor, "plan.undo", plan_belonging(plan))
    p = columns(Proposal)
    ids = session.execute(select(p.id).where(p.plan_id == plan_id, p.status == "offered")).scalars().all()
    rows = [row for row in take_proposals(session, list(ids)) if row.status == "offered"]
    kept = select(func.count()).where(p.plan_id == plan_id, p.status.in_(ACCEPTED))
    accepted = session.execute(kept).scalar_one()
    status = plan.status
    if accepted == 0 or status != "published":
        status = move(session, actor, plan_subject(plan), "undo", reason=reason, in_force=False).target
    withdrawn = withdraw_all(session, hub_for(actor), rows)
    return Undone(withdrawn, accepted, status)


def close_plan(session: Session, actor: Actor, plan_id: str, reason: Reason = NO_REASON) -> None:
    """Close a plan: nothing more of it is published, and what is out goes on. Raises NotFound, Forbidden, Conflict."""
    move(session, actor, plan_subject(take_plan(session, plan_id)), "close", reason=reason, in_force=False)


def _wanted(session: Session, plan: Any, deadline: datetime, slot_ids: Collection[str] | None) -> list[Candidate]:
    """Return the assignments asked for. Raises Invalid, Conflict when the plan has none to give."""
    faults = []
    if deadline.tzinfo is None:
        faults.append(Fault("/deadline", "時間帯（例 +09:00）を書いてください", "give the time zone, +09:00"))
    elif not utc_now() < deadline <= utc_now() + LONGEST:
        faults.append(Fault("/deadline", "今より後、1年以内にしてください", "choose a moment within a year from now"))
    assigned = {candidate.slot_id: candidate for candidate in read_candidates(session, plan.id)}
    for position, slot_id in enumerate(slot_ids or ()):
        if slot_id not in assigned:
            ja, en = "この計画では誰も割り当てていない枠です", "the plan assigns nobody to this slot"
            faults.append(Fault(f"/slots/{position}", ja, en))
    if faults:
        raise Invalid(faults)
    wanted = [one for key, one in assigned.items() if slot_ids is None or key in slot_ids]
    if not wanted:
        raise Conflict("公開する割り当てがありません。", "There is nothing to publish.")
    return wanted


def _refusal(refused: Sequence[Refusal]) -> Conflict:
    named = refused[:MOST_NAMED]
    more = len(refused) - len(named)
    ja = "、".join(f"「{one.title}」（{one.slot_id}）: {one.ja}" for one in named)
    en = "; ".join(f"“{one.title}” ({one.slot_id}): {one.en}" for one in named)
    if more:
        ja, en = f"{ja}、ほか {more} 件", f"{en}; {more} more"
    return Conflict(
        f"公開できない枠があるため、何も公開していません。{ja}。それらを除いて公開するか、計画を作り直してください。",
        f"Nothing was published, because some slots no longer hold. {en}. Publish without them, or make a new plan.",
    )


def _tell(session: Session, plan_id: str, proposals: Collection[str]) -> None:
    """Tell both sides of what went out, and organizations of slots the plan found nobody for."""
    p, d, s, r = (columns(model) for model in (Proposal, PlanSlot, Slot, Request))
    new = select(*p).where(p.plan_id == plan_id, p.status == "offered").order_by(p.id)
    for row in session.execute(new).all():
        if row.id in proposals:
            tell_of_proposal(session, row, "offered")
    open_slots = (
        select(r.id, r.organization_code)
        .join_from(table_of(PlanSlot), table_of(Slot), s.id == d.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .where(d.plan_id == plan_id, d.reason.is_not(None), s.withdrawn.is_(False), is_planned(None))
        .distinct()
        .order_by(r.id)
    )
    tell_of_open_slots(session, plan_id, [(row.id, row.organization_code) for row in session.execute(open_slots)])


def _next_stage(session: Session, plan_id: str) -> int:
    p = columns(Proposal)
    last = session.execute(select(func.max(p.stage)).where(p.plan_id == plan_id)).scalar()
    return (last or 0) + 1


def _offer(
    session: Session, plan_id: str, stage: int, deadline: datetime, held: Sequence[Candidate]
) -> tuple[str, ...]:
    """Store the proposals and what each would take of its expert's months."""
    now = utc_now()
    ids = [new_id("prop") for _ in held]
    rows = [
        {
            "id": key,
            "plan_id": plan_id,
            "slot_id": one.slot_id,
            "request_id": one.request_id,
            "organization_code": one.organization,
            "expert_id": one.expert_id,
            "status": "offered",
            "stage": stage,
            "deadline": deadline,
            "fit": one.fit,
            "cost": one.cost,
            "net_cost": one.net_cost,
            "created_at": now,
            "updated_at": now,
            "version": 1,
        }
        for key, one in zip(ids, held, strict=True)
    ]
    bookings = [
        {"proposal_id": key, "month": month, "expert_id": one.expert_id, "hours": one.hours}
        | {"onsite_days": one.days, "held": False}
        for key, one in zip(ids, held, strict=True)
        for month in one.months
    ]
    write(session, {Proposal: rows, Booking: bookings})
    return tuple(ids)
