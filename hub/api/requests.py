"""Requests as JSON."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.api.paging import PagingDep
from hub.dependencies import ReadingSession
from hub.models.requests import RequestStatus
from hub.workflows.paging import Page
from hub.workflows.request_rows import RequestFilter, RequestPage, RequestRow
from hub.workflows.requests import find_requests, read_request
from matching.problem import TalentType
from seed_data.samples import GateStage

router = APIRouter(prefix="/requests", tags=["requests"])

Word = Annotated[str | None, Query(max_length=100)]


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
