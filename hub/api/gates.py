"""Reviews at a request's stage gates (計画策定 → 社会実証 → 実装・展開) as JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from hub.api.answers import Told, Version, reason_of
from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows.gates import (
    GateReviewDraft,
    GateReviewRead,
    confirm_review,
    find_reviews,
    propose_review,
    send_review_back,
)
from hub.workflows.paging import Page
from seed_data.samples import GateStage

router = APIRouter(tags=["stage gates"], route_class=OnceRoute)

OF_REQUEST = "/requests/{request_id}/gate-reviews"


@dataclass(frozen=True, slots=True)
class ReviewMade:
    """The id of a new review."""

    id: str


@dataclass(frozen=True, slots=True)
class GatePassed:
    """The gate the request stands at now."""

    gate: GateStage


@router.get(OF_REQUEST, dependencies=[decides("gate.read")])
def list_reviews(session: ReadingSession, actor: ActorDep, request_id: str, paging: PagingDep) -> Page[GateReviewRead]:
    """List the reviews of a request, the first first, a page at a time."""
    return find_reviews(session, actor, request_id, paging)


@router.post(
    OF_REQUEST, status_code=201, openapi_extra=described(GateReviewDraft), dependencies=[decides("request.review_gate")]
)
def make_review(
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    told: Annotated[GateReviewDraft, Depends(body_of(GateReviewDraft))],
) -> ReviewMade:
    """Propose a decision at the gate the request stands at. 409 while another waits; 422 without findings."""
    review_id = propose_review(session, actor, request_id, told)
    log_event("gate_review_proposed", request=request_id, review=review_id, actor=actor.id)
    return ReviewMade(review_id)


@router.post("/gate-reviews/{review_id}/confirm", dependencies=[decides("request.pass_gate")])
def confirm_proposed(session: WritingSession, actor: ActorDep, review_id: str, version: Version = None) -> GatePassed:
    """Confirm a review as a coordinator; one that passes moves the request to the next gate. 409 when it is decided."""
    gate = confirm_review(session, actor, review_id, version=version)
    log_event("gate_review_confirmed", review=review_id, actor=actor.id)
    return GatePassed(gate)  # type: ignore[arg-type]


@router.post(
    "/gate-reviews/{review_id}/send-back",
    status_code=204,
    openapi_extra=described(Told),
    dependencies=[decides("request.pass_gate")],
)
def return_review(
    session: WritingSession,
    actor: ActorDep,
    review_id: str,
    told: Annotated[Told, Depends(body_of(Told))],
    version: Version = None,
) -> None:
    """Send a review back as a coordinator, in ``words`` with what to mend. 422 without them."""
    send_review_back(session, actor, review_id, reason_of(told), version=version)
    log_event("gate_review_sent_back", review=review_id, actor=actor.id)
