"""Proposals as JSON: for the office and organizations, and apart from them, what each expert was offered."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.answers import Told, Version, reason_of
from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.proposals import ProposalStatus
from hub.workflows import proposals
from hub.workflows.paging import Page
from hub.workflows.proposal_ending import withdraw_proposal
from hub.workflows.proposal_reading import find_offers, find_proposals, proposal_history, read_offer, read_proposal
from hub.workflows.proposal_rows import Offer, ProposalFilter, ProposalHistory, ProposalPage, ProposalRow

router = APIRouter(tags=["proposals"], route_class=OnceRoute)

Id = Annotated[str | None, Query(max_length=40)]
Reason = Annotated[Told, Depends(body_of(Told))]


@dataclass(frozen=True, slots=True)
class Answered:
    """Where a proposal stands after an answer; ``confirmed``: both sides have accepted."""

    status: ProposalStatus


def _wanted(
    *,
    status: ProposalStatus | None = None,
    plan: Id = None,
    request: Id = None,
    organization: Annotated[str | None, Query(pattern="^[0-9]{6}$")] = None,
    expert: Id = None,
) -> ProposalFilter:
    return ProposalFilter(status, plan, request, organization, expert)


@router.get("/proposals", dependencies=[decides("proposal.read")])
def list_proposals(
    session: ReadingSession,
    actor: ActorDep,
    wanted: Annotated[ProposalFilter, Depends(_wanted)],
    paging: PagingDep,
) -> Page[ProposalRow]:
    """List the proposals the organization or the office of who asks may see, a page at a time."""
    return find_proposals(session, actor, wanted, paging)


@router.get("/proposals/{proposal_id}", dependencies=[decides("proposal.read")])
def show_proposal(session: ReadingSession, actor: ActorDep, proposal_id: str) -> ProposalPage:
    """Return a proposal with every move it has made. 404 when there is none."""
    return read_proposal(session, actor, proposal_id)


@router.get("/offers", dependencies=[decides("offer.read")])
def list_offers(session: ReadingSession, actor: ActorDep, paging: PagingDep) -> Page[Offer]:
    """List what the expert who asks was offered, a page at a time."""
    return find_offers(session, actor, paging)


@router.get("/offers/{proposal_id}", dependencies=[decides("offer.read")])
def show_offer(session: ReadingSession, actor: ActorDep, proposal_id: str) -> Offer:
    """Return one offer to the expert who asks. 404 when it is another's."""
    return read_offer(session, actor, proposal_id)


@router.get("/requests/{request_id}/proposals", dependencies=[decides("proposal.read")])
def show_history(session: ReadingSession, actor: ActorDep, request_id: str) -> ProposalHistory:
    """Return who was proposed, declined and accepted for a request, and how often each person was."""
    return proposal_history(session, actor, request_id)


@router.post("/offers/{proposal_id}/accept", dependencies=[decides("proposal.answer_as_expert")])
def accept_offer(session: WritingSession, actor: ActorDep, proposal_id: str, version: Version = None) -> Answered:
    """Accept as the expert. 409 names the month and what is left of it when it does not fit, or why it is too late."""
    status = proposals.accept_as_expert(session, actor, proposal_id, version)
    log_event("proposal_accepted", proposal=proposal_id, actor=actor.id, status=status)
    return Answered(status)  # type: ignore[arg-type]


@router.post(
    "/offers/{proposal_id}/decline",
    status_code=204,
    openapi_extra=described(Told),
    dependencies=[decides("proposal.answer_as_expert")],
)
def decline_offer(
    session: WritingSession, actor: ActorDep, proposal_id: str, told: Reason, version: Version = None
) -> None:
    """Decline as the expert, with a reason. 409 when it is confirmed or has ended; 422 without a reason."""
    proposals.decline_as_expert(session, actor, proposal_id, reason_of(told), version)
    log_event("proposal_declined", proposal=proposal_id, actor=actor.id)


@router.post("/proposals/{proposal_id}/accept", dependencies=[decides("proposal.answer_as_organization")])
def accept_proposal(session: WritingSession, actor: ActorDep, proposal_id: str, version: Version = None) -> Answered:
    """Accept for the organization. 409 when it has been answered, has ended, or its deadline has passed."""
    status = proposals.accept_as_organization(session, actor, proposal_id, version)
    log_event("proposal_accepted", proposal=proposal_id, actor=actor.id, status=status)
    return Answered(status)  # type: ignore[arg-type]


@router.post(
    "/proposals/{proposal_id}/decline",
    status_code=204,
    openapi_extra=described(Told),
    dependencies=[decides("proposal.answer_as_organization")],
)
def decline_proposal(
    session: WritingSession, actor: ActorDep, proposal_id: str, told: Reason, version: Version = None
) -> None:
    """Decline for the organization, with a reason. 409 when it is confirmed or has ended; 422 without a reason."""
    proposals.decline_as_organization(session, actor, proposal_id, reason_of(told), version)
    log_event("proposal_declined", proposal=proposal_id, actor=actor.id)


@router.post(
    "/proposals/{proposal_id}/withdraw",
    status_code=204,
    openapi_extra=described(Told),
    dependencies=[decides("proposal.withdraw")],
)
def take_back_proposal(
    session: WritingSession, actor: ActorDep, proposal_id: str, told: Reason, version: Version = None
) -> None:
    """Withdraw a proposal as a coordinator. 409 when it is confirmed or has ended."""
    withdraw_proposal(session, actor, proposal_id, reason_of(told), version)
    log_event("proposal_withdrawn", proposal=proposal_id, actor=actor.id)
