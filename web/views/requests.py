"""The requests: the list with its filters, and one request's page with advice from its stages."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.request_rows import RequestFilter
from hub.workflows.requests import find_requests, read_request
from web import gate_words
from web.addresses import address_of, paging_of
from web.choices import prefecture_choices, request_status_choices, stage_choices, talent_type_choices
from web.list_files import files_of
from web.names import Names, stages
from web.templating import render, spoken_language
from web.views.gates import standing_of
from web.views.request_moves import moves_for
from web.views.request_writing import may_create, may_edit

router = APIRouter(prefix="/requests")

Text = Annotated[str, Query(max_length=100)]


@router.get("", dependencies=[decides("request.list")])
def list_requests(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    *,
    q: Text = "",
    status: Text = "",
    stage: Text = "",
    type: Text = "",
    prefecture: Text = "",
    sort: Text = "organization",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """List requests by what is asked; htmx gets the results alone."""
    asked = RequestFilter(text=q, status=status or None, stage=stage, talent_type=type, prefecture=prefecture)
    found = find_requests(session, asked, paging_of(sort, page), actor=actor)
    names = Names(spoken_language(request))
    context = {
        "asked": asked,
        "can_create": may_create(actor),
        "found": found,
        "address": address_of("/requests", found, q=q, status=status, stage=stage, type=type, prefecture=prefecture),
        "files": files_of(
            names.language, "requests", text=q, status=status, stage=stage, talent_type=type, prefecture=prefecture
        ),
        "choices": {
            "statuses": request_status_choices(names.language),
            "types": talent_type_choices(names.language),
            "stages": stage_choices(names),
            "prefectures": prefecture_choices(names),
        },
    }
    return render(request, "requests.html", context, block="results")


@router.get("/{request_id}", dependencies=[decides("request.read")])
def show_request(request: Request, session: ReadingSession, actor: ActorDep, request_id: str) -> Response:
    """Show one request and what who looks may do to it. 404 when there is none with this id."""
    page = read_request(session, request_id, actor=actor)
    asked = {slot.told.stage for slot in page.slots}
    context = {
        "page": page,
        "advice": [stage for key, stage in stages().items() if key in asked],
        "moves": moves_for(actor, page),
        "can_edit": may_edit(actor, page),
        "standing": standing_of(session, actor, page),
        "gate_words": gate_words,
    }
    return render(request, "request.html", context)
