"""Conflicts of interest of an organization: companies and people it must not be matched with."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, allows
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Invalid, NotFound, Unseen
from hub.logging import log_event
from hub.workflows.declared_conflicts import Declaration, declare, read_declaration
from hub.workflows.organizations import read_organization
from hub.workflows.shown_experts import look_at_expert
from web.templating import render, spoken_language
from web.typed import NOTHING, told_at_fields
from web.views.sign_in import Text

router = APIRouter(prefix="/organizations/{code}/conflicts")

Chosen = Annotated[list[str] | None, Form()]


@router.get("", dependencies=[decides("conflict.read")])
def show_declaration(request: Request, session: ReadingSession, actor: ActorDep, code: str) -> Response:
    """Show what the organization declared, to be changed by who may."""
    return _page(request, session, actor, code, read_declaration(session, actor, code))


@router.post("", dependencies=[decides("conflict.declare")])
def change_declaration(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    code: str,
    *,
    vendors: Text = "",
    experts: Chosen = None,
) -> Response:
    """Keep what is declared: companies, one a line, and the people that stay ticked; 422 shows the page again."""
    told = Declaration(tuple(experts or ()), tuple(line.strip() for line in vendors.splitlines() if line.strip()))
    try:
        declare(session, actor, code, told)
    except Invalid as refused:
        spoken = spoken_language(request)
        faults = told_at_fields(refused.faults, spoken)
        return _page(request, session, actor, code, told, faults=faults)
    log_event("conflicts_declared", organization=code, actor=actor.id)
    return RedirectResponse(f"/organizations/{code}/conflicts", status_code=303)


@router.post("/people", dependencies=[decides("conflict.declare")])
def add_person(session: WritingSession, actor: ActorDep, code: str, *, expert: Text = "") -> Response:
    """Declare one person more. 404 for who is not there for the organization."""
    before = read_declaration(session, actor, code)
    declare(session, actor, code, Declaration((*before.experts, expert), before.vendors))
    log_event("conflicts_declared", organization=code, actor=actor.id)
    return RedirectResponse(f"/organizations/{code}/conflicts", status_code=303)


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    code: str,
    told: Declaration,
    *,
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    context = {
        "organization": read_organization(session, code),
        "people": [(expert_id, _name(session, actor, expert_id)) for expert_id in told.experts],
        "vendors": "\n".join(told.vendors),
        "can_change": allows(actor, "conflict.declare", Belonging(organization=code)),
        "faults": faults,
    }
    return render(request, "conflicts.html", context, status=422 if faults else 200)


def _name(session: ReadingSession, actor: Actor, expert_id: str) -> str | None:
    """Return the name of a person where who looks may see it now."""
    try:
        shown, _ = look_at_expert(session, actor, expert_id)
    except (NotFound, Unseen):
        return None
    return shown.name
