"""Plans as JSON: queue a run, follow it, read its result, take its files along."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import Session

from hub.api.answers import Told, reason_of
from hub.api.bodies import body_of, described
from hub.api.faults import KEPT_NOWHERE
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.plans import DocumentKind
from hub.workflows.exports import export_plan_file, people_of_plan, record_export
from hub.workflows.paging import Page
from hub.workflows.plan_rows import PlanPage, PlanRow, PlanSlotFilter, PlanSlotPage, PlanSlotRow
from hub.workflows.plans import (
    end_force,
    find_plan_slots,
    find_plans,
    put_in_force,
    queue_draft,
    queue_plan,
    read_plan,
    read_plan_slot,
    request_stop,
)
from hub.workflows.publishing import Publication, Undone, close_plan, publish, undo
from matching.problem import STRICT, Limits, Link, Policy, TalentType

router = APIRouter(prefix="/plans", tags=["plans"], route_class=OnceRoute)

Word = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """What a run is asked for. ``months`` None: from the first to the last of all open slots.

    ``prefecture``: only its requests (two digits). ``draft``: keep it, and queue it later.
    """

    __pydantic_config__ = STRICT
    title: str
    policy: Policy | None = None
    limits: Limits | None = None
    months: tuple[str, ...] | None = None
    pins: tuple[Link, ...] = ()
    forbidden: tuple[Link, ...] = ()
    prefecture: str | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class PublicationAsked:
    """What of a plan goes out. ``slots`` None: all of it. ``skip_refused``: leave out what no longer holds."""

    __pydantic_config__ = STRICT
    deadline: datetime
    slots: tuple[str, ...] | None = None
    skip_refused: bool = False


@dataclass(frozen=True, slots=True)
class PlanQueued:
    """The id of a queued run."""

    id: str


@router.get("", dependencies=[decides("plan.read")])
def list_plans(session: ReadingSession, actor: ActorDep, paging: PagingDep) -> Page[PlanRow]:
    """List plans, a page at a time."""
    return find_plans(session, paging, actor=actor)


@router.post("", status_code=202, openapi_extra=described(PlanAsked), dependencies=[decides("plan.run")])
def start_plan(
    session: WritingSession,
    actor: ActorDep,
    asked: Annotated[PlanAsked, Depends(body_of(PlanAsked))],
    response: Response,
) -> PlanQueued:
    """Queue a run; it is solved in the background. 422 names every fault, 409 when no request is open."""
    plan_id = queue_plan(
        session,
        actor,
        asked.title,
        asked.policy,
        asked.limits,
        months=asked.months,
        pins=asked.pins,
        forbidden=asked.forbidden,
        prefecture=asked.prefecture,
        as_draft=asked.draft,
    )
    log_event("plan_drafted" if asked.draft else "plan_queued", plan=plan_id, actor=actor.id)
    response.headers["Location"] = f"/api/plans/{plan_id}"
    return PlanQueued(plan_id)


@router.get("/{plan_id}", dependencies=[decides("plan.read")])
def show_plan(session: ReadingSession, actor: ActorDep, plan_id: str) -> PlanPage:
    """Return everything about one run but its slots. 404 when there is none."""
    return read_plan(session, plan_id, actor=actor)


@router.post("/{plan_id}/stop", status_code=202, dependencies=[decides("plan.run")])
def stop_plan(session: WritingSession, actor: ActorDep, plan_id: str) -> None:
    """Ask a run to end with the best plan so far; one that has not begun is cancelled. 409 when it has ended."""
    request_stop(session, actor, plan_id)
    log_event("plan_stop_asked", plan=plan_id, actor=actor.id)


@router.put("/{plan_id}/in-force", status_code=204, dependencies=[decides("plan.publish")])
def begin_force(session: WritingSession, actor: ActorDep, plan_id: str) -> None:
    """Put a finished plan in force: the next run tries to keep it. 409 when it is not finished."""
    put_in_force(session, actor, plan_id)
    log_event("plan_in_force", plan=plan_id, actor=actor.id)


@router.delete("/{plan_id}/in-force", status_code=204, dependencies=[decides("plan.publish")])
def leave_force(session: WritingSession, actor: ActorDep, plan_id: str) -> None:
    """Take a plan out of force. 404 when it is not in force."""
    end_force(session, actor, plan_id)
    log_event("plan_out_of_force", plan=plan_id, actor=actor.id)


@router.post("/{plan_id}/queue", status_code=202, dependencies=[decides("plan.run")])
def queue_kept_plan(session: WritingSession, actor: ActorDep, plan_id: str) -> None:
    """Queue a plan kept as a draft. 409 when it has been queued already."""
    queue_draft(session, actor, plan_id)
    log_event("plan_queued", plan=plan_id, actor=actor.id)


@router.post(
    "/{plan_id}/publications",
    status_code=201,
    openapi_extra=described(PublicationAsked),
    dependencies=[decides("plan.publish")],
)
def publish_plan(
    session: WritingSession,
    actor: ActorDep,
    plan_id: str,
    asked: Annotated[PublicationAsked, Depends(body_of(PublicationAsked))],
) -> Publication:
    """Offer what the plan assigns to both sides. 409 names what no longer holds, and nothing goes out then."""
    made = publish(session, actor, plan_id, asked.deadline, asked.slots, skip_refused=asked.skip_refused)
    log_event("plan_published", plan=plan_id, actor=actor.id, stage=made.stage, proposals=len(made.proposals))
    return made


@router.post("/{plan_id}/undo", openapi_extra=described(Told), dependencies=[decides("plan.undo")])
def undo_plan(
    session: WritingSession, actor: ActorDep, plan_id: str, told: Annotated[Told, Depends(body_of(Told))]
) -> Undone:
    """Withdraw what nobody has accepted; what somebody accepted stays. 409 when the plan is not published."""
    done = undo(session, actor, plan_id, reason_of(told))
    log_event("plan_undone", plan=plan_id, actor=actor.id, withdrawn=done.withdrawn, kept=done.kept)
    return done


@router.post("/{plan_id}/close", status_code=204, openapi_extra=described(Told), dependencies=[decides("plan.close")])
def end_plan(
    session: WritingSession, actor: ActorDep, plan_id: str, told: Annotated[Told, Depends(body_of(Told))]
) -> None:
    """Close a plan: nothing more of it is published. 409 when it has no result or is closed."""
    close_plan(session, actor, plan_id, reason_of(told))
    log_event("plan_closed", plan=plan_id, actor=actor.id)


def wanted_slots(
    *,
    text: Annotated[str, Query(max_length=200)] = "",
    filled: bool | None = None,
    reason: Word = None,
    prefecture: Annotated[str | None, Query(pattern="^[0-9]{2}$")] = None,
    stage: Word = None,
    talent_type: TalentType | None = None,
    request: Word = None,
) -> PlanSlotFilter:
    """Return which slots of a plan the address asks for."""
    return PlanSlotFilter(text, filled, reason, prefecture, stage, talent_type, request)


@router.get("/{plan_id}/slots", dependencies=[decides("plan.read")])
def list_slots(
    session: ReadingSession,
    actor: ActorDep,
    plan_id: str,
    wanted: Annotated[PlanSlotFilter, Depends(wanted_slots)],
    paging: PagingDep,
) -> Page[PlanSlotRow]:
    """List a plan's slots, each with who fills it or why nobody does."""
    return find_plan_slots(session, plan_id, wanted, paging, actor=actor)


@router.get("/{plan_id}/slots/{slot_id}", dependencies=[decides("plan.read")])
def show_slot(session: ReadingSession, actor: ActorDep, plan_id: str, slot_id: str) -> PlanSlotPage:
    """Return why one slot is as it is: needs, funnel, remedies, alternatives."""
    return read_plan_slot(session, plan_id, slot_id, actor=actor)


@router.get("/{plan_id}/problem", dependencies=[decides("export.run")])
def take_problem(session: ReadingSession, records: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Return the problem the plan was made for, as a file of interchange. 404 until the run has begun."""
    return _file(session, records, actor, plan_id, "problem")


@router.get("/{plan_id}/plan", dependencies=[decides("export.run")])
def take_plan(session: ReadingSession, records: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Return the plan as a file of interchange. 404 until it is finished."""
    return _file(session, records, actor, plan_id, "plan")


def _file(session: Session, records: Session, actor: Actor, plan_id: str, kind: DocumentKind) -> Response:
    """Return a file; that it was handed out is in ``records``, whose transaction ends before the file leaves."""
    content = export_plan_file(session, plan_id, kind, actor=actor)
    record_export(records, actor, kind, "json", plan_id, people=people_of_plan(session, plan_id, kind))
    headers = {"Content-Disposition": f'attachment; filename="{plan_id}-{kind}.json"', **KEPT_NOWHERE}
    return Response(content, media_type="application/json", headers=headers)
