"""Signing in at a provider (OpenID Connect), and linking one's account to one (ADR 0017).

A person is sent to the provider by an ordinary link: a form would be stopped by the policy that keeps forms on this
site. What the browser holds meanwhile (``Journey``) says what for, and ties the answer to it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.challenges import LASTS, Bound, is_valid, new_challenge
from hub.auth.identity import Identity, NotProved
from hub.auth.keys import Keyring
from hub.auth.providers import Provider
from hub.auth.secrets import new_secret
from hub.decisions import PUBLIC
from hub.dependencies import (
    Database,
    DatabaseDep,
    KeyringDep,
    ProvidersDep,
    SettingsDep,
    SignedInDep,
    VisitorDep,
    WritingSession,
)
from hub.errors import Conflict, NotFound, SignInNeeded
from hub.settings import Settings
from hub.visitors import end_journey, journey_of, keep_journey, session_secret
from hub.workflows.accounts.provider_links import (
    Outcome,
    link_by_invitation,
    link_own,
    refuse_identity,
    sign_in_by_provider,
    unlink,
)
from hub.workflows.accounts.sessions import SignedIn, end_secret, hold_to
from hub.workflows.accounts.throttling import OF_PROVIDERS, count_attempt, network_of, take_back_attempt, use_once
from web.addresses import local_path
from web.views.account import OWN
from web.views.sign_in import Next, address_of_visitor, agent_of, signed_in

router = APIRouter()

Answer = Annotated[str, Query(max_length=4000)]
LONGEST_HELD = 3000
"""Characters of a cookie; browsers keep about 4,000 with its name. An address too long for it is not gone back to."""

REFUSALS: Mapping[str, tuple[str, str]] = {
    "unlinked": (
        "このサインイン先は、まだアカウントと結び付いていません。招待のメールのリンクから始めるか、パスワードでサインインして、"
        "「自分のアカウント」で結び付けてください。",
        "This sign-in is not linked to an account yet. Begin with the link of your invitation, or sign in with your"
        " password and link it on the page of your account.",
    ),
    "mail_not_verified": (
        "サインイン先が、あなたのメールアドレスを確認済みと伝えていません。サインイン先でメールアドレスを確認してください。",
        "The provider does not say that your address of mail is verified. Verify it there first.",
    ),
    "other_mail": (
        "サインイン先のメールアドレスが、招待されたアドレスと違います。同じアドレスの利用者でサインインしてください。",
        "The address at the provider is not the one you were invited by. Sign in there as the user of that address.",
    ),
    "linked_already": (
        "このサインイン先は、もう結び付いています。別の利用者に替えるには、先に結び付きを解いてください。",
        "This provider is linked already. To change to another user there, end that link first.",
    ),
    "cancelled": (
        "サインイン先で取りやめました。もう一度始めるか、ほかの方法でサインインしてください。",
        "The sign-in was stopped at the provider. Begin again, or sign in another way.",
    ),
}
OTHER = (
    "サインイン先の答えを確かめられませんでした。もう一度、サインインのページから始めてください。",
    "What came from the provider could not be verified. Begin again on the sign-in page.",
)


@dataclass(frozen=True, slots=True)
class Journey:
    """What a browser holds while its person is at a provider. ``secret``: 256 random bits; ``next``: where to go on.

    ``invitation``: the secret of the link to be used, else empty; ``session``: the session to be linked, else empty.
    """

    secret: str
    next: str
    invitation: str = ""
    session: str = ""

    def packed(self) -> str:
        """Return the journey as the value of a cookie."""
        return urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def _unpacked(told: str) -> Journey | None:
    try:
        found = json.loads(urlsafe_b64decode(told.encode()))
        return Journey(**{name: str(found[name]) for name in Journey.__slots__})
    except (ValueError, TypeError, KeyError):
        return None


def _provider(providers: Mapping[str, Provider], name: str) -> Provider:
    if name not in providers:
        raise NotFound("サインイン先", "provider")
    return providers[name]


@router.get("/sign-in/with/{name}", dependencies=[PUBLIC])
def go_to_provider(
    request: Request,
    keyring: KeyringDep,
    providers: ProvidersDep,
    name: str,
    *,
    settings: SettingsDep,
    visitor: VisitorDep,
    next: Next = "/",
    invitation: Next = "",
) -> Response:
    """Send a person to a provider to sign in, or to link the account they are invited to. 503 when it is down."""
    provider = _provider(providers, name)
    elsewhere = _led_to(request, settings)
    if elsewhere is not None:
        return elsewhere
    if visitor is not None and not invitation:
        return RedirectResponse(local_path(next), status_code=303)
    return _sent(request, keyring, provider, Journey(new_secret(), local_path(next), invitation))


def _led_to(request: Request, settings: Settings) -> Response | None:
    """Return the way to this page at the address the provider leads back to: cookies of another are not sent there."""
    if request.url.hostname == urlsplit(settings.links_to).hostname:
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{settings.links_to}{request.url.path}{query}", status_code=303)


@router.get("/account/providers/{name}/link", dependencies=[OWN])
def link_provider(
    request: Request, keyring: KeyringDep, providers: ProvidersDep, visitor: SignedInDep, name: str
) -> Response:
    """Send a person to a provider to link their account to it. 503 when it is down."""
    journey = Journey(new_secret(), "/account", session=visitor.session or "")
    return _sent(request, keyring, _provider(providers, name), journey)


@router.post("/account/providers/{name}/unlink", dependencies=[OWN])
def unlink_provider(session: WritingSession, providers: ProvidersDep, visitor: SignedInDep, name: str) -> Response:
    """End the link to a provider; other sessions and tokens end. 404 without one."""
    unlink(session, visitor.actor, _provider(providers, name).issuer, but_session=visitor.session)
    return RedirectResponse("/account", status_code=303)


def _sent(request: Request, keyring: Keyring, provider: Provider, journey: Journey) -> Response:
    held = journey.packed()
    if len(held) > LONGEST_HELD:
        held = replace(journey, next="/").packed()
    state = new_challenge(keyring, _bound(provider, held), datetime.now(UTC))
    response = RedirectResponse(provider.address(state, held), status_code=303)
    keep_journey(request, response, held)
    response.headers["Cache-Control"] = "no-store"
    return response


def _bound(provider: Provider, held: str) -> Bound:
    return Bound("provider", f"{provider.name} {held}")


@router.get("/sign-in/with/{name}/callback", dependencies=[PUBLIC])
def come_back(
    request: Request,
    database: DatabaseDep,
    keyring: KeyringDep,
    providers: ProvidersDep,
    name: str,
    *,
    visitor: VisitorDep,
    code: Answer = "",
    state: Answer = "",
    error: Answer = "",
    iss: Answer = "",
) -> Response:
    """Take a person's answer from a provider: begin a session, or link. 409 says why not, 503 when it is down."""
    provider, journey = _provider(providers, name), _unpacked(journey_of(request))
    if journey is None:
        raise _refusal("state")  # nobody set out here: not even worth a record
    try:
        _require_begun(request, database, keyring, provider, state)
        if error:
            raise NotProved("cancelled" if error == "access_denied" else "provider_error")  # noqa: TRY301
        identity = provider.identify(code, state, journey_of(request), iss, datetime.now(UTC))
    except NotProved as refused:
        with database.writing() as session:
            refuse_identity(session, "", refused.why)
        raise _refusal(refused.why) from None
    with database.writing() as session:
        outcome = _arrived(request, session, visitor, journey, identity)
        if outcome.why is None:
            take_back_attempt(session, keyring, OF_PROVIDERS, network_of(address_of_visitor(request)))
    if outcome.why is not None:
        raise _refusal(outcome.why)
    if outcome.secret is None:
        response: Response = RedirectResponse(local_path(journey.next), status_code=303)
    else:
        response = signed_in(request, database, outcome.secret, journey.next)
    end_journey(request, response)
    return response


def _require_begun(request: Request, database: Database, keyring: Keyring, provider: Provider, state: str) -> None:
    """Raise NotProved unless this browser set out with ``state`` and has not come back with it; TooOften."""
    now = datetime.now(UTC)
    valid = is_valid(keyring, _bound(provider, journey_of(request)), state, now)
    with database.writing() as session:
        count_attempt(session, keyring, OF_PROVIDERS, network_of(address_of_visitor(request)), now=now)
        fresh = valid and use_once(session, state, now + LASTS)
    if not fresh:
        raise NotProved("replayed" if valid else "state")


def _arrived(
    request: Request, session: WritingSession, visitor: SignedIn | None, journey: Journey, identity: Identity
) -> Outcome:
    """Do what the journey was for."""
    now, agent = datetime.now(UTC), agent_of(request)
    if journey.session:
        # The account of the session that set out, and of nobody who signed in meanwhile.
        if visitor is None or visitor.session != journey.session or visitor.missing != "nothing":
            raise SignInNeeded
        hold_to(session, visitor)
        return link_own(session, visitor.actor, identity, now)
    if journey.invitation:
        outcome = link_by_invitation(session, journey.invitation, identity, agent, now)
    else:
        outcome = sign_in_by_provider(session, identity, agent, now)
    if outcome.secret is not None:
        end_secret(session, session_secret(request))
    return outcome


def _refusal(why: str) -> Conflict:
    return Conflict(*REFUSALS.get(why, OTHER))
