"""Engagements as JSON: found, read, agreed on, planned, ended or broken off, and what they cost."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.answers import Code, Id, Seen, Version
from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.engagements import EngagementStatus
from hub.models.evaluations import Side
from hub.workflows import engagements
from hub.workflows.breaking_off import break_off
from hub.workflows.cases import share_case
from hub.workflows.engagement_costs import EngagementCost, engagement_cost
from hub.workflows.engagement_days import plan_days
from hub.workflows.engagement_ending import end
from hub.workflows.engagement_history import WorkStep, engagement_history
from hub.workflows.engagement_reading import find_engagements, read_engagement
from hub.workflows.engagement_rows import EngagementFilter, EngagementPage, EngagementRow, TermsDraft
from hub.workflows.engagement_terms import edit_terms
from hub.workflows.moving import Reason
from hub.workflows.paging import Page
from matching.problem import STRICT

router = APIRouter(prefix="/engagements", tags=["engagements"], route_class=OnceRoute)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The terms a person has read and agrees to: ``terms_version`` of the engagement."""

    __pydantic_config__ = STRICT
    terms_version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an engagement stands after an agreement: it begins once all have agreed and its first day has come."""

    status: EngagementStatus


@dataclass(frozen=True, slots=True)
class PlannedDays:
    """All days on site that are planned; those worked already stay beside them."""

    __pydantic_config__ = STRICT
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """Why (``docs/life-cycles.md`` has the codes), and the ``last_day`` of work; None: no work was done."""

    __pydantic_config__ = STRICT
    code: str
    words: str | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The months that are the expert's again, and that the slot asks for anew."""

    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether a side lets others read by name how the work went."""

    __pydantic_config__ = STRICT
    shared: bool


def _wanted(
    *,
    status: EngagementStatus | None = None,
    organization: Code = None,
    expert: Id = None,
    request: Id = None,
    scheme: Annotated[str | None, Query(max_length=40)] = None,
) -> EngagementFilter:
    return EngagementFilter(status, organization, expert, request, scheme)


@router.get("", dependencies=[decides("engagement.read")])
def list_engagements(
    session: ReadingSession,
    actor: ActorDep,
    wanted: Annotated[EngagementFilter, Depends(_wanted)],
    paging: PagingDep,
) -> Page[EngagementRow]:
    """List the engagements of who asks: one's own, one's organization's or those it is served by, or the office's."""
    return find_engagements(session, actor, wanted, paging)


@router.get("/{engagement_id}", dependencies=[decides("engagement.read")])
def show_engagement(session: ReadingSession, actor: ActorDep, engagement_id: str) -> EngagementPage:
    """Return an engagement with its terms, booked months and days. 404 when there is none, 403 when it is others'."""
    return read_engagement(session, actor, engagement_id)


@router.put(
    "/{engagement_id}/terms",
    status_code=204,
    openapi_extra=described(TermsDraft),
    dependencies=[decides("engagement.edit_terms")],
)
def rewrite_terms(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    told: Annotated[TermsDraft, Depends(body_of(TermsDraft))],
    version: Seen,
) -> None:
    """Change the terms, which takes every agreement back. 409 with both versions when somebody else was faster."""
    edit_terms(session, actor, engagement_id, told, version)
    _log("terms_edited", engagement_id, actor)


@router.post(
    "/{engagement_id}/agreements/{side}",
    openapi_extra=described(Agreement),
    dependencies=[decides("engagement.agree_as_expert", "engagement.agree_as_organization")],
)
def agree_for_side(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    side: Side,
    told: Annotated[Agreement, Depends(body_of(Agreement))],
) -> Standing:
    """Agree to the terms for one side. 409 when they have changed since, 422 names what breaks a rule of the scheme."""
    status = engagements.agree(session, actor, engagement_id, side, told.terms_version)
    _log("agreed", engagement_id, actor)
    return Standing(status)  # type: ignore[arg-type]


@router.post(
    "/{engagement_id}/consent",
    openapi_extra=described(Agreement),
    dependencies=[decides("engagement.consent_as_dispatching_body")],
)
def consent_to_send(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    told: Annotated[Agreement, Depends(body_of(Agreement))],
) -> Standing:
    """Consent for the body whose staff the expert is. 409 when the terms have changed since."""
    status = engagements.consent(session, actor, engagement_id, told.terms_version)
    _log("consented", engagement_id, actor)
    return Standing(status)  # type: ignore[arg-type]


@router.put(
    "/{engagement_id}/days",
    status_code=204,
    openapi_extra=described(PlannedDays),
    dependencies=[decides("engagement.plan_days")],
)
def rewrite_days(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    told: Annotated[PlannedDays, Depends(body_of(PlannedDays))],
    version: Seen,
) -> None:
    """Make these the planned days on site. 409 when the expert is elsewhere on one; 422 beyond what is booked."""
    plan_days(session, actor, engagement_id, told.days, version)
    _log("days_planned", engagement_id, actor)


@router.post("/{engagement_id}/end", status_code=204, dependencies=[decides("engagement.end")])
def end_engagement(session: WritingSession, actor: ActorDep, engagement_id: str, version: Version = None) -> None:
    """End an engagement whose work is done and told. 409 names what is missing."""
    end(session, actor, engagement_id, version=version)
    _log("ended", engagement_id, actor)


@router.post(
    "/{engagement_id}/break-off", openapi_extra=described(BrokenOff), dependencies=[decides("engagement.break_off")]
)
def break_engagement_off(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    told: Annotated[BrokenOff, Depends(body_of(BrokenOff))],
    version: Version = None,
) -> GivenBack:
    """Break an engagement off after its last day of work. 422 without a reason or where work would be lost."""
    reason = Reason(told.code, told.words)
    months = break_off(session, actor, engagement_id, reason, told.last_day, version=version)
    _log("broken_off", engagement_id, actor)
    return GivenBack(months)


@router.get("/{engagement_id}/history", dependencies=[decides("engagement.read")])
def show_history(session: ReadingSession, actor: ActorDep, engagement_id: str) -> tuple[WorkStep, ...]:
    """Return every move of the engagement, its logs and its report: who, when, why."""
    return engagement_history(session, actor, engagement_id)


@router.get("/{engagement_id}/cost", dependencies=[decides("engagement.read")])
def show_cost(session: ReadingSession, actor: ActorDep, engagement_id: str) -> EngagementCost:
    """Return what the signed-off months cost and how the organizations share it: an estimate (試算), and no bill."""
    return engagement_cost(session, actor, engagement_id)


@router.put(
    "/{engagement_id}/case/{side}",
    status_code=204,
    openapi_extra=described(Sharing),
    dependencies=[decides("case.share_as_expert", "case.share_as_organization")],
)
def share_as_case(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    side: Side,
    told: Annotated[Sharing, Depends(body_of(Sharing))],
) -> None:
    """Let others read by name how the work went, for one side, or no longer."""
    share_case(session, actor, engagement_id, side, shared=told.shared)
    _log("case_shared" if told.shared else "case_unshared", engagement_id, actor)


def _log(what: str, engagement_id: str, actor: ActorDep) -> None:
    log_event(f"engagement_{what}", engagement=engagement_id, actor=actor.id)
