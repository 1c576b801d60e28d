"""Requests as JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.bodies import body_of, described
from hub.api.paging import PagingDep
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.requests import RequestStatus
from hub.workflows.paging import Page
from hub.workflows.request_rows import RequestFilter, RequestPage, RequestRow
from hub.workflows.requests import find_requests, read_request, set_status
from matching.problem import STRICT, TalentType
from seed_data.samples import GateStage

router = APIRouter(prefix="/requests", tags=["requests"])

Word = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class StatusTold:
    """Where a request stands; only an ``open`` one is planned."""

    __pydantic_config__ = STRICT
    status: RequestStatus


def _wanted(
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
    return RequestFilter(text, status, organization, prefecture, gate, theme, talent_type, role, stage, skill)


@router.get("")
def list_requests(
    session: ReadingSession, wanted: Annotated[RequestFilter, Depends(_wanted)], paging: PagingDep
) -> Page[RequestRow]:
    """List requests, a page at a time."""
    return find_requests(session, wanted, paging)


@router.get("/{request_id}")
def show_request(session: ReadingSession, request_id: str) -> RequestPage:
    """Return everything about one request and its slots. 404 when there is none."""
    return read_request(session, request_id)


@router.put("/{request_id}/status", status_code=204, openapi_extra=described(StatusTold))
def change_status(
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    told: Annotated[StatusTold, Depends(body_of(StatusTold))],
) -> None:
    """Open, close or withdraw a request. 404 when there is none."""
    set_status(session, request_id, told.status)
    log_event("request_status_changed", request=request_id, status=told.status, actor=actor.id)
