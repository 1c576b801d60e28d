"""One's own account: roles, sessions, password, second factor, tokens."""

from datetime import UTC, datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.passwords import hash_password
from hub.auth.permissions import allows
from hub.auth.scopes import SCOPES
from hub.auth.totp import enrolment_address
from hub.decisions import HALF, decides
from hub.dependencies import (
    ActorDep,
    Database,
    DatabaseDep,
    HalfDep,
    KeyringDep,
    ReadingSession,
    SettingsDep,
    SignedInDep,
    WritingSession,
)
from hub.errors import Invalid, SecondFactorNeeded
from hub.settings import Settings
from hub.visitors import keep_session
from hub.workflows.accounts.credentials import change_password, password_of
from hub.workflows.accounts.passkeys import list_passkeys
from hub.workflows.accounts.provider_links import list_links
from hub.workflows.accounts.second_factor import (
    begin_enrolment,
    confirm_enrolment,
    count_recovery_codes,
    factors_of,
    remove_second_factor,
    renew_recovery_codes,
)
from hub.workflows.accounts.sessions import (
    SignedIn,
    confirm_second_factor,
    end_other_sessions,
    end_session,
    hold_to,
    list_sessions,
)
from hub.workflows.accounts.tokens import MOST_DAYS, list_tokens, make_token, revoke_token
from web.addresses import local_path
from web.passkey_pages import place_of
from web.templating import render, spoken_language
from web.typed import told_at_fields
from web.views.own_password import password_faults_of
from web.views.sign_in import Next, Text, new_password_faults, providers_in

router = APIRouter(prefix="/account")

OWN = decides("account.own")


@router.get("", dependencies=[OWN])
def show_account(
    request: Request, session: ReadingSession, visitor: SignedInDep, actor: ActorDep, settings: SettingsDep
) -> Response:
    """Show one's own account."""
    now = datetime.now(UTC)
    context = {
        "sessions": list_sessions(session, actor, now),
        "here_session": visitor.session,
        "api_tokens": list_tokens(session, actor),
        "usual_requests": settings.token_requests,
        "most_requests": settings.most_token_requests,
        "now": now,
        "factors": factors_of(session, actor.id),
        "passkeys": list_passkeys(session, actor),
        "providers": providers_in(request),
        "links": list_links(session, actor),
        "passkey_place": place_of(request),
        "codes_left": count_recovery_codes(session, actor.id),
        "grants": actor.grants,
        "declaring": sorted(
            {grant.scope for grant in actor.grants if grant.role in ("approver", "organization_admin")}
        ),
        "all_webhooks": allows(actor, "webhook.manage"),
        "organizations": sorted({grant.scope for grant in actor.grants if grant.role == "organization_admin"}),
    }
    return render(request, "account.html", context)


@router.post("/sessions/end-others", dependencies=[OWN])
def end_others(session: WritingSession, visitor: SignedInDep, actor: ActorDep) -> Response:
    """End all of one's sessions but this one."""
    end_other_sessions(session, actor, visitor.session)
    return RedirectResponse("/account", status_code=303)


@router.post("/sessions/{session_id}/end", dependencies=[OWN])
def end_one(session: WritingSession, actor: ActorDep, session_id: str) -> Response:
    """End one of one's sessions. 404 for others'."""
    end_session(session, actor, session_id)
    return RedirectResponse("/account", status_code=303)


@router.get("/password", dependencies=[OWN])
def ask_for_passwords(request: Request) -> Response:
    """Show the form to change one's password."""
    return render(request, "password.html", {"faults": {}})


@router.post("/password", dependencies=[OWN])
def change_own_password(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: SignedInDep,
    *,
    current: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Change one's password; other sessions and all tokens end. 422 names what is wrong, 429 too often."""
    spoken = spoken_language(request)
    with database.reading() as session:
        own = password_of(session, visitor.actor.id)[1]
    faults = password_faults_of(database, keyring, visitor, current, spoken)
    faults |= new_password_faults(password, again, own, spoken)
    if faults:
        return render(request, "password.html", {"faults": faults}, status=422)
    hashed = hash_password(password)
    with database.writing() as session:
        hold_to(session, visitor)
        change_password(session, visitor.actor, password, hashed, known=True, but_session=visitor.session)
    return RedirectResponse("/account", status_code=303)


@router.get("/second-factor", dependencies=[HALF])
def show_enrolment(
    request: Request, database: DatabaseDep, keyring: KeyringDep, visitor: HalfDep, *, next: Next = "/"
) -> Response:
    """Show the secret of a second factor to be set up, as a picture and as text; who has one goes to their account."""
    if visitor.missing == "second_factor":
        raise SecondFactorNeeded(enrolled=True)
    with database.reading() as session:
        enrolled = factors_of(session, visitor.actor.id).totp
    if enrolled:
        return RedirectResponse("/account", status_code=303)
    return _enrolment_page(request, database, keyring, visitor, next_page=local_path(next), faults={})


@router.post("/second-factor", dependencies=[HALF])
def enrol(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: HalfDep,
    *,
    code: Text = "",
    current: Text = "",
    next: Text = "",
) -> Response:
    """Set the second factor up and show its recovery codes, once. 422 for a wrong code, 409 when there is one.

    Who has passkeys already types the password: a session somebody took is no way to add a factor of their own.
    """
    if visitor.missing == "second_factor" or visitor.session is None:
        raise SecondFactorNeeded(enrolled=True)
    faults = {}
    if _has_passkeys(database, visitor):
        faults = password_faults_of(database, keyring, visitor, current, spoken_language(request))
    if faults:
        return _enrolment_page(request, database, keyring, visitor, next_page=local_path(next), faults=faults)
    now = datetime.now(UTC)
    secret = None
    with database.writing() as session:
        hold_to(session, visitor)
        codes = confirm_enrolment(session, visitor.actor, keyring, code, now, but_session=visitor.session)
        if codes is not None:
            secret = confirm_second_factor(session, visitor.session, now)
    if codes is None or secret is None:
        said = spoken_language(request).say("コードが違います。いま表示されているコードを入力してください")
        return _enrolment_page(request, database, keyring, visitor, next_page=local_path(next), faults={"code": said})
    return confirmed_page(request, secret, codes, local_path(next))


def _has_passkeys(database: Database, visitor: SignedIn) -> bool:
    with database.reading() as session:
        return factors_of(session, visitor.actor.id).passkeys > 0


def confirmed_page(request: Request, secret: str, codes: tuple[str, ...], next_page: str) -> Response:
    """Show new recovery codes, once, or go on where there are none, with the new secret of the session."""
    if codes:
        # The forms of this page belong to the session as it is called from now on.
        context = {"codes": codes, "next": next_page}
        response: Response = render(request, "recovery_codes.html", context, session_secret=secret)
    else:
        response = RedirectResponse(next_page, status_code=303)
    keep_session(request, response, secret)
    return response


def _enrolment_page(
    request: Request,
    database: Database,
    keyring: KeyringDep,
    visitor: SignedIn,
    *,
    next_page: str,
    faults: dict[str, str],
) -> Response:
    with database.writing() as session:
        secret = begin_enrolment(session, visitor.actor, keyring)
    picture = segno.make(enrolment_address(secret, visitor.mail), error="m")
    context = {
        "picture": picture.svg_inline(scale=5, svgclass="qr", lineclass="qr-line", omitsize=True),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "next": next_page,
        "faults": faults,
        "asked_for": visitor.missing == "enrolment",
        "asks_password": _has_passkeys(database, visitor),
        "passkey_place": place_of(request),
    }
    return render(request, "enrol.html", context, status=422 if faults else 200)


@router.post("/recovery-codes", dependencies=[OWN])
def renew_codes(
    request: Request, database: DatabaseDep, keyring: KeyringDep, visitor: SignedInDep, *, current: Text = ""
) -> Response:
    """Show new recovery codes, once, in place of the old ones. 422 without the password."""
    faults = password_faults_of(database, keyring, visitor, current, spoken_language(request))
    if faults:
        return _ask_password(request, "/account/recovery-codes", faults)
    with database.writing() as session:
        hold_to(session, visitor)
        codes = renew_recovery_codes(session, visitor.actor)
    return render(request, "recovery_codes.html", {"codes": codes, "next": "/account"})


@router.get("/recovery-codes", dependencies=[OWN])
def ask_to_renew_codes(request: Request) -> Response:
    """Ask for the password before recovery codes are made anew."""
    return _ask_password(request, "/account/recovery-codes", {})


@router.get("/second-factor/remove", dependencies=[OWN])
def ask_to_remove(request: Request) -> Response:
    """Ask for the password before the second factor is taken away."""
    return _ask_password(request, "/account/second-factor/remove", {})


@router.post("/second-factor/remove", dependencies=[OWN])
def remove(
    request: Request, database: DatabaseDep, keyring: KeyringDep, visitor: SignedInDep, *, current: Text = ""
) -> Response:
    """Take the second factor away; sessions end. 422 without the password, 409 where a role asks for one."""
    faults = password_faults_of(database, keyring, visitor, current, spoken_language(request))
    if faults:
        return _ask_password(request, "/account/second-factor/remove", faults)
    with database.writing() as session:
        hold_to(session, visitor)
        remove_second_factor(session, visitor.actor, but_session=visitor.session)
    return RedirectResponse("/account", status_code=303)


def _ask_password(request: Request, address: str, faults: dict[str, str]) -> Response:
    context = {"address": address, "faults": faults, "removing": address.endswith("/remove")}
    return render(request, "confirm_password.html", context, status=422 if faults else 200)


@router.get("/tokens/new", dependencies=[OWN])
def ask_for_token(request: Request, settings: SettingsDep) -> Response:
    """Show the form for a new token."""
    usual = min(settings.token_requests, settings.most_token_requests)
    form = {"name": "", "scopes": [], "days": "90", "per_minute": str(usual)}
    return _token_page(request, settings, form, {})


@router.post("/tokens", dependencies=[OWN])
def make_own_token(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    *,
    name: Text = "",
    settings: SettingsDep,
    days: Text = "",
    per_minute: Text = "",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a token and show it, once. 422 names what is wrong."""
    spoken = spoken_language(request)
    try:
        secret = make_token(
            session,
            actor,
            name,
            scopes or [],
            _number(days),
            per_minute=_number(per_minute) if per_minute.strip() else None,
            most_per_minute=settings.most_token_requests,
        )
    except Invalid as refused:
        faults = told_at_fields(refused.faults, spoken)
        form = {"name": name, "scopes": scopes or [], "days": days, "per_minute": per_minute}
        return _token_page(request, settings, form, faults)
    return render(request, "token.html", {"secret": secret})


def _number(typed: str) -> int:
    """Return a whole number that was typed, zero for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 0


def _token_page(request: Request, settings: Settings, form: dict[str, Any], faults: dict[str, str]) -> Response:
    context = {
        "form": form,
        "faults": faults,
        "scopes": list(SCOPES),
        "most_days": MOST_DAYS,
        "most_requests": settings.most_token_requests,
    }
    return render(request, "token_new.html", context, status=422 if faults else 200)


@router.post("/tokens/{token_id}/revoke", dependencies=[OWN])
def revoke_own_token(session: WritingSession, actor: ActorDep, token_id: str) -> Response:
    """End a token at once. 404 for others'."""
    revoke_token(session, actor, token_id)
    return RedirectResponse("/account", status_code=303)
