"""What can be done to a request from where it stands, by who looks; each is confirmed on a page of its own."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, allows
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import NotFound
from hub.logging import log_event
from hub.workflows import request_moves
from hub.workflows.life_cycles import REQUEST, Move
from hub.workflows.moving import Reason
from hub.workflows.request_rows import RequestPage
from hub.workflows.requests import read_request
from web.templating import render, spoken_language
from web.typed import NOTHING, REASON, AnyVersion, Told, Typed

router = APIRouter(prefix="/requests")

Act = Callable[[WritingSession, Actor, str, Reason, int | None], None]
ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "submit": lambda session, actor, key, _, version: request_moves.submit(session, actor, key, version),
        "approve": lambda session, actor, key, _, version: request_moves.approve(session, actor, key, version),
        "send_back": request_moves.send_back,
        "review": request_moves.review,
        "open": lambda session, actor, key, _, version: request_moves.open_request(session, actor, key, version),
        "close": request_moves.close_request,
        "withdraw": request_moves.withdraw_request,
    }
)
"""The moves a person makes, by their names in the life cycle."""
MOVING = decides(*(move.action for move in REQUEST.moves if move.name in ACTS))


def moves_for(actor: Actor, page: RequestPage) -> tuple[Move, ...]:
    """Return the moves ``actor`` may make from where the request stands."""
    thing = Belonging(organization=page.told.organization)
    return tuple(
        move for move in REQUEST.open_to(page.told.status) if move.name in ACTS and allows(actor, move.action, thing)
    )


@router.get("/{request_id}/moves/{name}", dependencies=[MOVING])
def ask_to_move(request: Request, session: ReadingSession, actor: ActorDep, request_id: str, name: str) -> Response:
    """Say what the move means and ask for its reason. 404 when it cannot be made from here by who looks."""
    return _page(request, session, actor, request_id, name)


@router.post("/{request_id}/moves/{name}", dependencies=[MOVING])
def make_move(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    name: str,
    *,
    code: Annotated[str, Form(max_length=40)] = "",
    told: Told = "",
    version: AnyVersion = None,
) -> Response:
    """Make the move; 422 shows the page again with what is missing, and nothing is changed."""
    if name not in ACTS:
        raise _unknown()
    typed = Typed({"code": code, "words": told}, spoken_language(request))
    with typed.keeping(session, REASON):
        ACTS[name](session, actor, request_id, Reason(code or None, told.strip() or None), version)
    if typed.faults:
        return _page(request, session, actor, request_id, name, form=typed.form, faults=typed.faults)
    log_event(f"request_{name}", request=request_id, actor=actor.id)
    return RedirectResponse(f"/requests/{request_id}", status_code=303)


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    request_id: str,
    name: str,
    *,
    form: Mapping[str, str] = MappingProxyType({"code": "", "words": ""}),
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    page = read_request(session, request_id, actor=actor)
    made = next((move for move in moves_for(actor, page) if move.name == name), None)
    if made is None:
        raise _unknown()
    context = {"page": page, "move": made, "form": form, "faults": faults}
    return render(request, "request_move.html", context, status=422 if faults else 200)


def _unknown() -> NotFound:
    return NotFound("操作", "action")
