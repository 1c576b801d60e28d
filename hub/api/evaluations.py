"""Evaluations by both sides as JSON: each unseen by the other until both are in, or 30 days have passed."""

from typing import Annotated

from fastapi import APIRouter, Depends

from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.evaluations import Side
from hub.workflows.evaluations import EvaluationDraft, EvaluationRead, evaluate, read_evaluations

router = APIRouter(prefix="/engagements/{engagement_id}/evaluations", tags=["evaluations"], route_class=OnceRoute)


@router.get("", dependencies=[decides("evaluation.read")])
def show_evaluations(session: ReadingSession, actor: ActorDep, engagement_id: str) -> tuple[EvaluationRead, ...]:
    """Return what who asks may see by now: their own side's, and the other's once it is open. At most two."""
    return read_evaluations(session, actor, engagement_id)


@router.post(
    "/{side}",
    status_code=201,
    openapi_extra=described(EvaluationDraft),
    dependencies=[decides("evaluation.give_as_expert", "evaluation.give_as_organization")],
)
def give_evaluation(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    side: Side,
    told: Annotated[EvaluationDraft, Depends(body_of(EvaluationDraft))],
) -> None:
    """Give one side's evaluation, once. 409 before the work has ended; 422 names every fault."""
    evaluate(session, actor, engagement_id, side, told)
    log_event("evaluation_given", engagement=engagement_id, actor=actor.id, side=side)
