"""Signing in and out, the second factor, and setting a password by a link."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.keys import Keyring
from hub.auth.passwords import LONGEST, hash_password, is_outdated, password_faults, verify_password
from hub.auth.providers import Provider
from hub.auth.secrets import new_secret
from hub.decisions import HALF, PUBLIC
from hub.dependencies import Database, DatabaseDep, HalfDep, KeyringDep, VisitorDep
from hub.errors import TooOften
from hub.visitors import (
    DEVICE,
    cookie_name,
    forget_session,
    keep_device,
    keep_session,
    keep_step,
    session_secret,
    step_of,
)
from hub.workflows.accounts.links import ask_reset, find_link, use_link
from hub.workflows.accounts.passkeys import credential_ids
from hub.workflows.accounts.second_factor import count_code, factors_of, prove, tell_refused
from hub.workflows.accounts.sessions import (
    SignedIn,
    confirm_second_factor,
    end_secret,
    find_session,
    hold_to,
    sign_out,
)
from hub.workflows.accounts.sign_in import Asked, begin_attempt, end_attempt, new_device
from hub.workflows.accounts.throttling import OF_RESETS, count_attempt, network_of
from hub.workflows.consents import asked_of
from web.addresses import local_path
from web.language import Language
from web.passkey_pages import place_of, use_options
from web.templating import render, spoken_language
from web.typed import told_at_fields

router = APIRouter()

Text = Annotated[str, Form()]
Next = Annotated[str, Query(max_length=2000)]


def address_of_visitor(request: Request) -> str:
    """Return where a request comes from, as far as trusted proxies tell."""
    return request.client.host if request.client else ""


def agent_of(request: Request) -> str:
    """Return what a browser says of itself."""
    return request.headers.get("user-agent", "")


@router.get("/sign-in", dependencies=[PUBLIC])
def ask_who(request: Request, visitor: VisitorDep, keyring: KeyringDep, *, next: Next = "/") -> Response:
    """Show the form; who has signed in already goes on."""
    if visitor is not None:
        return RedirectResponse(local_path(next), status_code=303)
    return sign_in_page(request, keyring, local_path(next))


@router.post("/sign-in", dependencies=[PUBLIC])
def sign_in(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    *,
    mail: Text = "",
    password: Text = "",
    next: Text = "",
) -> Response:
    """Begin a session and go on; 422 says the same whatever was wrong, 429 when it was tried too often."""
    asked = Asked(mail, address_of_visitor(request), request.cookies.get(cookie_name(request, DEVICE), ""))
    with database.writing() as session:
        attempt = begin_attempt(session, keyring, asked, datetime.now(UTC))
    right = verify_password(attempt.password_hash, password[: LONGEST + 1])
    kept = attempt.password_hash
    renewed = hash_password(password) if right and kept is not None and is_outdated(kept) else None
    now = datetime.now(UTC)
    with database.writing() as session:
        secret = end_attempt(session, keyring, attempt, right=right, agent=agent_of(request), now=now, new_hash=renewed)
        if secret is not None:
            end_secret(session, session_secret(request))
    if secret is None:
        said = spoken_language(request).say("メールアドレスかパスワードが違います。もう一度入力してください")
        return sign_in_page(request, keyring, local_path(next), mail, {"mail": said})
    response = signed_in(request, database, secret, next)
    keep_device(request, response, new_device(keyring, mail))
    return response


def providers_in(request: Request) -> Mapping[str, Provider]:
    """Return the providers of sign-in, by name, in the order of the settings."""
    found: Mapping[str, Provider] = request.app.state.providers
    return found


def sign_in_page(
    request: Request, keyring: Keyring, next_page: str, mail: str = "", faults: Mapping[str, str] = MappingProxyType({})
) -> Response:
    """Show the ways to sign in, of which a passkey's is bound to this browser."""
    step = step_of(request) or new_secret()
    options = use_options(request, keyring, "sign_in_by_passkey", bound_to=step)
    context = {"next": next_page, "mail": mail, "faults": faults, "passkey_options": options}
    context["providers"] = providers_in(request)
    response = render(request, "sign_in.html", context, status=422 if faults else 200)
    if options:
        keep_step(request, response, step)
    return response


def signed_in(request: Request, database: Database, secret: str, next_page: str) -> Response:
    """Send a browser on with the secret of its session: an expert who has yet to answer a text of consent, to that."""
    where = local_path(next_page)
    with database.reading() as session:
        found = find_session(session, secret, datetime.now(UTC))
        if found is not None and found.missing == "nothing" and asked_of(session, found.actor) is not None:
            where = f"/account/consent?{urlencode({'next': where})}"
    response = RedirectResponse(where, status_code=303)
    keep_session(request, response, secret)
    return response


@router.post("/sign-out", dependencies=[HALF])
def leave(request: Request, database: DatabaseDep, visitor: HalfDep) -> Response:
    """End the session."""
    with database.writing() as session:
        sign_out(session, visitor)
    response = RedirectResponse("/sign-in", status_code=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    forget_session(request, response)
    return response


@router.get("/sign-in/second-factor", dependencies=[HALF])
def ask_for_code(
    request: Request, database: DatabaseDep, keyring: KeyringDep, visitor: HalfDep, *, next: Next = "/"
) -> Response:
    """Show the forms for a code and for a passkey, as far as there are any; who needs none goes on."""
    if visitor.missing != "second_factor":
        return RedirectResponse(local_path(next), status_code=303)
    return second_factor_page(request, database, keyring, visitor, next_page=local_path(next))


def second_factor_page(
    request: Request,
    database: Database,
    keyring: Keyring,
    visitor: SignedIn,
    *,
    next_page: str,
    faults: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Show the ways to prove the second factor that a person has."""
    with database.reading() as session:
        ids, factors = credential_ids(session, visitor.actor.id), factors_of(session, visitor.actor.id)
    context = {
        "next": next_page,
        "faults": faults,
        "factors": factors,
        "passkey_place": place_of(request),
        "passkey_options": use_options(request, keyring, "confirm_passkey", ids),
    }
    return render(request, "second_factor.html", context, status=422 if faults else 200)


def count_proof(database: Database, keyring: Keyring, visitor: SignedIn, now: datetime) -> None:
    """Count an attempt at the second factor before it is looked at. Raises TooOften, and tells the person then."""
    try:
        with database.writing() as session:
            count_code(session, visitor.actor, keyring, now)
    except TooOften:
        with database.writing() as session:
            tell_refused(session, visitor.actor.id, now)
        raise


@router.post("/sign-in/second-factor", dependencies=[HALF])
def confirm_code(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    visitor: HalfDep,
    *,
    code: Text = "",
    next: Text = "",
) -> Response:
    """Confirm the second factor and go on, with a new secret of the session; 422 for a wrong code, 429 too often."""
    if visitor.missing != "second_factor" or visitor.session is None:
        return RedirectResponse(local_path(next), status_code=303)
    now = datetime.now(UTC)
    count_proof(database, keyring, visitor, now)
    with database.writing() as session:
        hold_to(session, visitor)
        proof = prove(session, visitor.actor, keyring, code, now)
        secret = confirm_second_factor(session, visitor.session, now) if proof else None
    if secret is None:
        said = spoken_language(request).say("コードが違います。いま表示されているコードを入力してください")
        return second_factor_page(
            request, database, keyring, visitor, next_page=local_path(next), faults={"code": said}
        )
    return signed_in(request, database, secret, next)


@router.get("/forgotten", dependencies=[PUBLIC])
def ask_whose(request: Request, _: KeyringDep) -> Response:
    """Show the form to ask for a new password."""
    return render(request, "forgotten.html", {"sent": False})


@router.post("/forgotten", dependencies=[PUBLIC])
def send_link(
    request: Request, database: DatabaseDep, keyring: KeyringDep, after: BackgroundTasks, *, mail: Text = ""
) -> Response:
    """Say that a link is on its way if there is such an account; nothing of the answer tells whether there is."""
    network = network_of(address_of_visitor(request))
    with database.writing() as session:
        count_attempt(session, keyring, OF_RESETS, network, now=datetime.now(UTC))
    # Looked up once the answer has left: how long it takes would tell as well.
    after.add_task(_send_link, database, mail[:1000])
    return render(request, "forgotten.html", {"sent": True})


def _send_link(database: Database, mail: str) -> None:
    with database.writing() as session:
        ask_reset(session, mail)


@router.get("/set-password", dependencies=[PUBLIC])
def ask_for_password(request: Request, database: DatabaseDep, _: KeyringDep, *, token: Next = "") -> Response:
    """Show the form of a link; opening it uses nothing up, since mail is opened by programs too. 409: it has ended."""
    with database.reading() as session:
        link = find_link(session, token, datetime.now(UTC))
    return _password_page(request, token, link.purpose, {})


@router.post("/set-password", dependencies=[PUBLIC])
def set_password(
    request: Request,
    database: DatabaseDep,
    _: KeyringDep,
    *,
    token: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Set the password; 422 shows what is wrong with it, 409 when the link has ended."""
    spoken = spoken_language(request)
    with database.reading() as session:
        link = find_link(session, token, datetime.now(UTC))
    faults = new_password_faults(password, again, link.own, spoken)
    if faults:
        return _password_page(request, token, link.purpose, faults)
    hashed = hash_password(password)
    with database.writing() as session:
        use_link(session, token, password, hashed, datetime.now(UTC))
    response = render(request, "password_set.html", {})
    forget_session(request, response)
    return response


def new_password_faults(password: str, again: str, own: tuple[str, ...], spoken: Language) -> dict[str, str]:
    """Return what is wrong with a new password typed twice, by field."""
    faults = told_at_fields(password_faults(password, own), spoken)
    if not faults and password != again:
        faults["again"] = spoken.say("2回の入力が違います。同じパスワードを入力してください")
    return faults


def _password_page(request: Request, token: str, purpose: str, faults: dict[str, str]) -> Response:
    context = {"token": token, "purpose": purpose, "faults": faults, "providers": providers_in(request)}
    return render(request, "set_password.html", context, status=422 if faults else 200)
