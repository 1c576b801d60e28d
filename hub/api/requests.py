"""Requests as JSON: written, found, read, and moved along their way."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from hub.api.answers import Told, Version, reason_of
from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.requests import RequestStatus
from hub.workflows import request_moves
from hub.workflows.drafts import RequestDraft
from hub.workflows.paging import Page
from hub.workflows.request_editing import create_request, edit_request
from hub.workflows.request_rows import RequestFilter, RequestPage, RequestRow
from hub.workflows.requests import find_requests, read_request
from matching.problem import TalentType
from seed_data.samples import GateStage

router = APIRouter(prefix="/requests", tags=["requests"], route_class=OnceRoute)

Word = Annotated[str | None, Query(max_length=100)]
Draft = Annotated[RequestDraft, Depends(body_of(RequestDraft))]


@dataclass(frozen=True, slots=True)
class RequestMade:
    """The id of a new request."""

    id: str


def wanted_requests(
    *,
    text: Annotated[str, Query(max_length=200)] = "",
    status: RequestStatus | None = None,
    organization: Annotated[str | None, Query(pattern="^[0-9]{6}$")] = None,
    prefecture: Annotated[str | None, Query(pattern="^[0-9]{2}$")] = None,
    gate: GateStage | None = None,
    theme: Word = None,
    talent_type: TalentType | None = None,
    role: Word = None,
    stage: Word = None,
    skill: Word = None,
) -> RequestFilter:
    """Return which requests the address asks for."""
    return RequestFilter(text, status, organization, prefecture, gate, theme, talent_type, role, stage, skill)


@router.get("", dependencies=[decides("request.list")])
def list_requests(
    session: ReadingSession,
    actor: ActorDep,
    wanted: Annotated[RequestFilter, Depends(wanted_requests)],
    paging: PagingDep,
) -> Page[RequestRow]:
    """List requests, a page at a time."""
    return find_requests(session, wanted, paging, actor=actor)


@router.get("/{request_id}", dependencies=[decides("request.read")])
def show_request(session: ReadingSession, actor: ActorDep, request_id: str) -> RequestPage:
    """Return everything about one request and its slots. 404 when there is none."""
    return read_request(session, request_id, actor=actor)


@router.post("", status_code=201, openapi_extra=described(RequestDraft), dependencies=[decides("request.create")])
def write_request(session: WritingSession, actor: ActorDep, told: Draft, response: Response) -> RequestMade:
    """Keep a new draft; the status told does not count. 422 names every fault."""
    request_id = create_request(session, actor, told)
    log_event("request_created", request=request_id, actor=actor.id)
    response.headers["Location"] = f"/api/requests/{request_id}"
    return RequestMade(request_id)


@router.put(
    "/{request_id}", status_code=204, openapi_extra=described(RequestDraft), dependencies=[decides("request.edit")]
)
def rewrite_request(
    session: WritingSession, actor: ActorDep, request_id: str, told: Draft, version: Version = None
) -> None:
    """Make a request what is told; its status stays. 409 with both versions when somebody else was faster."""
    edit_request(session, actor, request_id, told, version)
    log_event("request_edited", request=request_id, actor=actor.id)


@router.post("/{request_id}/submit", status_code=204, dependencies=[decides("request.submit")])
def submit_request(session: WritingSession, actor: ActorDep, request_id: str, version: Version = None) -> None:
    """Submit a draft for approval. 409 if it is not a draft; 422 names what is missing."""
    request_moves.submit(session, actor, request_id, version)
    _log("submitted", request_id, actor)


@router.post("/{request_id}/approve", status_code=204, dependencies=[decides("request.approve")])
def approve_request(session: WritingSession, actor: ActorDep, request_id: str, version: Version = None) -> None:
    """Approve a submitted request for its organization. 409 when it is not submitted."""
    request_moves.approve(session, actor, request_id, version)
    _log("approved", request_id, actor)


@router.post(
    "/{request_id}/send-back",
    status_code=204,
    openapi_extra=described(Told),
    dependencies=[decides("request.send_back")],
)
def send_request_back(
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    told: Annotated[Told, Depends(body_of(Told))],
    version: Version = None,
) -> None:
    """Send a request back to who wrote it, with a reason. 409 when nothing is waiting; 422 without a reason."""
    request_moves.send_back(session, actor, request_id, reason_of(told), version)
    _log("sent_back", request_id, actor)


@router.post(
    "/{request_id}/review", status_code=204, openapi_extra=described(Told), dependencies=[decides("request.review")]
)
def review_request(
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    told: Annotated[Told, Depends(body_of(Told))],
    version: Version = None,
) -> None:
    """Mark an approved request as looked through, with a remark if there is one. 409 when it is not approved."""
    request_moves.review(session, actor, request_id, reason_of(told), version)
    _log("reviewed", request_id, actor)


@router.post("/{request_id}/open", status_code=204, dependencies=[decides("request.open")])
def open_request(session: WritingSession, actor: ActorDep, request_id: str, version: Version = None) -> None:
    """Open a reviewed request: the next plan has it. 409 when it is not reviewed."""
    request_moves.open_request(session, actor, request_id, version)
    _log("opened", request_id, actor)


@router.post(
    "/{request_id}/close", status_code=204, openapi_extra=described(Told), dependencies=[decides("request.close")]
)
def close_request(
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    told: Annotated[Told, Depends(body_of(Told))],
    version: Version = None,
) -> None:
    """Close a request: what was confirmed goes on, what is out is withdrawn. 409 when it is not open."""
    request_moves.close_request(session, actor, request_id, reason_of(told), version)
    _log("closed", request_id, actor)


@router.post(
    "/{request_id}/withdraw", status_code=204, openapi_extra=described(Told), dependencies=[decides("request.withdraw")]
)
def withdraw_request(
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    told: Annotated[Told, Depends(body_of(Told))],
    version: Version = None,
) -> None:
    """Withdraw a request, with a reason. 409 once a slot of it is confirmed; 422 without a reason."""
    request_moves.withdraw_request(session, actor, request_id, reason_of(told), version)
    _log("withdrawn", request_id, actor)


def _log(what: str, request_id: str, actor: ActorDep) -> None:
    log_event(f"request_{what}", request=request_id, actor=actor.id)
