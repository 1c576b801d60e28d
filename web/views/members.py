"""The people of an organization: invited, with their roles, removed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import ORGANIZATION_ROLES, Actor, Grant
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Conflict, Invalid
from hub.workflows.accounts.people import AccountDraft
from hub.workflows.accounts.roles import find_members, give_role, invite, invite_again, remove_member, take_role
from hub.workflows.organizations import read_organization
from web.templating import render, spoken_language
from web.typed import told_at_fields
from web.views.sign_in import Text

router = APIRouter(prefix="/organizations/{code}/members")

MANAGE = decides("account.manage_in_organization")
Roles = Annotated[list[str] | None, Form()]


@router.get("", dependencies=[MANAGE])
def show_members(request: Request, session: ReadingSession, actor: ActorDep, code: str) -> Response:
    """Show who has a role in the organization. 403 for others' organizations."""
    return _page(request, session, actor, code, form={"mail": "", "name": "", "roles": ["requester"]}, faults={})


@router.post("", dependencies=[MANAGE])
def invite_member(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    code: str,
    *,
    mail: Text = "",
    name: Text = "",
    roles: Roles = None,
) -> Response:
    """Invite a person by mail; 422 names what is wrong."""
    spoken = spoken_language(request)
    faults = {}
    try:
        invite(session, actor, code, AccountDraft(mail, name, spoken.code), tuple(roles or ()))
    except Invalid as refused:
        faults = told_at_fields(refused.faults, spoken)
    except Conflict as refused:
        faults = {"mail": refused.text(spoken.code)}
    if faults:
        return _page(
            request, session, actor, code, form={"mail": mail, "name": name, "roles": roles or []}, faults=faults
        )
    return _back(code)


@router.post("/{account_id}/invite", dependencies=[MANAGE])
def invite_member_again(session: WritingSession, actor: ActorDep, code: str, account_id: str) -> Response:
    """Send the link again to who has not set a password. 409 when they have."""
    invite_again(session, actor, account_id)
    return _back(code)


@router.post("/{account_id}/roles", dependencies=[MANAGE])
def change_roles(
    session: WritingSession, actor: ActorDep, code: str, account_id: str, *, roles: Roles = None
) -> Response:
    """Give and take roles so that the account has exactly those told. 409 for one's own administration."""
    wanted = set(roles or ()) & set(ORGANIZATION_ROLES)
    held = {
        grant.role
        for member in find_members(session, actor, code)
        if member.id == account_id
        for grant in member.grants
    }
    for role in ORGANIZATION_ROLES:
        if role in wanted - held and held:
            give_role(session, actor, account_id, Grant(role, code))
        elif role in held - wanted and wanted:
            take_role(session, actor, account_id, Grant(role, code))
    return _back(code)


@router.post("/{account_id}/remove", dependencies=[MANAGE])
def remove(session: WritingSession, actor: ActorDep, code: str, account_id: str) -> Response:
    """Take all roles in the organization away. 404 for who has none, 409 for one's own administration."""
    remove_member(session, actor, code, account_id)
    return _back(code)


def _back(code: str) -> Response:
    return RedirectResponse(f"/organizations/{code}/members", status_code=303)


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    code: str,
    *,
    form: dict[str, object],
    faults: dict[str, str],
) -> Response:
    context = {
        "members": find_members(session, actor, code),
        "organization": read_organization(session, code),
        "roles": ORGANIZATION_ROLES,
        "form": form,
        "faults": faults,
        "me": actor.id,
    }
    return render(request, "members.html", context, status=422 if faults else 200)
