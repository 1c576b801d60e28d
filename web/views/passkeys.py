"""Passkeys: made, named and removed on pages of one's own account, and used to sign in.

A page carries what the browser's own dialogue is asked for; its script (``passkeys.js``) puts the answer into the form,
which is sent like any other. Without scripts a password and an authenticator app do the same.
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.passkeys import Party, creation_options
from hub.decisions import HALF, PUBLIC
from hub.dependencies import ActorDep, DatabaseDep, HalfDep, KeyringDep, ReadingSession, SignedInDep
from hub.errors import Conflict, SecondFactorNeeded
from hub.visitors import session_secret, step_of
from hub.workflows.accounts.passkeys import (
    add_passkey,
    credential_ids,
    list_passkeys,
    name_faults,
    no_passkey,
    prove_by_passkey,
    remove_passkey,
    rename_passkey,
    sign_in_by_passkey,
)
from hub.workflows.accounts.sessions import SignedIn, confirm_second_factor, end_secret, hold_to
from hub.workflows.accounts.throttling import OF_ADDRESS, count_attempt, network_of, take_back_attempt
from web.addresses import local_path
from web.language import N_, Language
from web.passkey_pages import ceremony_of, challenge_for, place_of
from web.templating import render, spoken_language
from web.typed import told_at_fields
from web.views.account import OWN, confirmed_page
from web.views.own_password import password_faults_of
from web.views.sign_in import (
    Next,
    Text,
    address_of_visitor,
    agent_of,
    count_proof,
    second_factor_page,
    sign_in_page,
    signed_in,
)

router = APIRouter()

REFUSED = N_("パスキーを確かめられませんでした。もう一度試すか、ほかの方法を使ってください")
NOTHING_CAME = N_("ブラウザーからパスキーが届きませんでした。JavaScriptを使えるブラウザーで、もう一度試してください")


def _party(request: Request) -> Party:
    found = place_of(request).party
    if found is None:
        raise Conflict(
            "ここではパスキーを使えません。管理者が HUB_PUBLIC_URL を https:// の住所にすると、使えます。",
            "Passkeys cannot be used here. The administrator has to set HUB_PUBLIC_URL to an https:// address.",
        )
    return found


def _said(spoken: Language, answer: str) -> dict[str, str]:
    return {"passkey": spoken.say(REFUSED if answer else NOTHING_CAME)}


@router.get("/account/passkeys/new", dependencies=[HALF])
def ask_for_passkey(
    request: Request, database: DatabaseDep, keyring: KeyringDep, visitor: HalfDep, *, next: Next = "/account"
) -> Response:
    """Show the form for a new passkey. 409 where browsers allow none."""
    _require_allowed(visitor)
    return _new_page(request, database, keyring, visitor, form={"name": "", "next": local_path(next)}, faults={})


@router.post("/account/passkeys", dependencies=[HALF])
def make_passkey(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: HalfDep,
    *,
    name: Text = "",
    current: Text = "",
    answer: Text = "",
    next: Text = "",
) -> Response:
    """Add a passkey, and show recovery codes with the first. 422 names what is wrong, 409 where there are too many."""
    _require_allowed(visitor)
    spoken, party, form = spoken_language(request), _party(request), {"name": name, "next": local_path(next)}
    faults = told_at_fields(name_faults(name), spoken)
    if visitor.missing == "nothing":
        faults |= password_faults_of(database, keyring, visitor, current, spoken)
    if faults:
        return _new_page(request, database, keyring, visitor, form=form, faults=faults)
    ceremony = ceremony_of(request, keyring, party, "register_passkey")
    secret = None
    with database.writing() as session:
        hold_to(session, visitor)
        codes = add_passkey(session, visitor.actor, ceremony, answer, name, but_session=visitor.session)
        if codes is not None and visitor.session is not None:
            secret = confirm_second_factor(session, visitor.session, ceremony.now)
    if codes is None or secret is None:
        return _new_page(request, database, keyring, visitor, form=form, faults=_said(spoken, answer))
    return confirmed_page(request, secret, codes, form["next"])


def _require_allowed(visitor: SignedIn) -> None:
    if visitor.missing == "second_factor" or visitor.session is None:
        raise SecondFactorNeeded(enrolled=True)


def _new_page(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: SignedIn,
    *,
    form: dict[str, str],
    faults: dict[str, str],
) -> Response:
    party, place = _party(request), place_of(request)
    with database.reading() as session:
        known = credential_ids(session, visitor.actor.id)
    challenge = challenge_for(request, keyring, "register_passkey")
    context = {
        "form": form,
        "faults": faults,
        "place": place,
        "options": creation_options(party, challenge, visitor.actor.id, visitor.mail, known) if place.here else "",
        "asks_password": visitor.missing == "nothing",
    }
    return render(request, "passkey_new.html", context, status=422 if faults else 200)


@router.get("/account/passkeys/{passkey_id}", dependencies=[OWN])
def show_passkey(request: Request, session: ReadingSession, actor: ActorDep, passkey_id: str) -> Response:
    """Show one of one's passkeys, to rename or remove it. 404 for others'."""
    return _passkey_page(request, session, actor, passkey_id, {})


def _passkey_page(
    request: Request, session: ReadingSession, actor: ActorDep, passkey_id: str, faults: dict[str, str]
) -> Response:
    found = next((row for row in list_passkeys(session, actor) if row.id == passkey_id), None)
    if found is None:
        raise no_passkey()
    return render(request, "passkey.html", {"passkey": found, "faults": faults}, status=422 if faults else 200)


@router.post("/account/passkeys/{passkey_id}/name", dependencies=[OWN])
def name_passkey(
    request: Request, database: DatabaseDep, visitor: SignedInDep, passkey_id: str, *, name: Text = ""
) -> Response:
    """Rename a passkey. 422 for no name, 404 for others'."""
    spoken = spoken_language(request)
    faults = told_at_fields(name_faults(name), spoken)
    if faults:
        with database.reading() as session:
            return _passkey_page(request, session, visitor.actor, passkey_id, faults)
    with database.writing() as session:
        hold_to(session, visitor)
        rename_passkey(session, visitor.actor, passkey_id, name)
    return RedirectResponse("/account", status_code=303)


@router.post("/account/passkeys/{passkey_id}/remove", dependencies=[OWN])
def drop_passkey(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: SignedInDep,
    passkey_id: str,
    *,
    current: Text = "",
) -> Response:
    """Remove a passkey. 422 without the password, 409 for the last second factor that a role asks for."""
    faults = password_faults_of(database, keyring, visitor, current, spoken_language(request))
    if faults:
        with database.reading() as session:
            return _passkey_page(request, session, visitor.actor, passkey_id, faults)
    with database.writing() as session:
        hold_to(session, visitor)
        remove_passkey(session, visitor.actor, passkey_id, but_session=visitor.session)
    return RedirectResponse("/account", status_code=303)


@router.post("/sign-in/second-factor/passkey", dependencies=[HALF])
def confirm_passkey(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: HalfDep,
    *,
    answer: Text = "",
    next: Text = "",
) -> Response:
    """Confirm the second factor and go on, with a new secret of the session; 422 when it proves nothing, 429."""
    if visitor.missing != "second_factor" or visitor.session is None:
        return RedirectResponse(local_path(next), status_code=303)
    ceremony = ceremony_of(request, keyring, _party(request), "confirm_passkey")
    count_proof(database, keyring, visitor, ceremony.now)
    with database.writing() as session:
        hold_to(session, visitor)
        proved = prove_by_passkey(session, visitor.actor, ceremony, answer)
        secret = confirm_second_factor(session, visitor.session, ceremony.now) if proved else None
    if secret is None:
        said = _said(spoken_language(request), answer)
        return second_factor_page(request, database, keyring, visitor, next_page=local_path(next), faults=said)
    return signed_in(request, database, secret, next)


@router.post("/sign-in/passkey", dependencies=[PUBLIC])
def sign_in_with_passkey(
    request: Request, database: DatabaseDep, keyring: KeyringDep, *, answer: Text = "", next: Text = ""
) -> Response:
    """Begin a session by a passkey alone and go on; 422 when it proves nothing, 429 when it was tried too often."""
    ceremony = ceremony_of(request, keyring, _party(request), "sign_in_by_passkey", step_of(request))
    network = network_of(address_of_visitor(request))
    with database.writing() as session:
        count_attempt(session, keyring, OF_ADDRESS, network, now=datetime.now(UTC))
    with database.writing() as session:
        secret = sign_in_by_passkey(session, ceremony, answer, agent_of(request))
        if secret is not None:
            take_back_attempt(session, keyring, OF_ADDRESS, network)
            end_secret(session, session_secret(request))
    if secret is None:
        return sign_in_page(request, keyring, local_path(next), "", _said(spoken_language(request), answer))
    return signed_in(request, database, secret, next)
