"""What pages with passkeys share: whether they can be used here, and what their forms are made of."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request

from hub.auth.challenges import Bound, Purpose, new_challenge
from hub.auth.keys import Keyring
from hub.auth.passkeys import Party, party_of, request_options
from hub.settings import Settings
from hub.visitors import session_secret
from hub.workflows.accounts.passkeys import Ceremony


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys can be used: ``party`` None: nowhere; ``here``: at the address this page was asked for by."""

    party: Party | None
    here: bool


def place_of(request: Request) -> Place:
    """Return where passkeys can be used, as seen from this page."""
    settings: Settings = request.app.state.settings
    party = party_of(settings) if settings.sign_in == "required" else None
    return Place(party, party is not None and request.url.hostname == party.id)


def challenge_for(request: Request, keyring: Keyring, purpose: Purpose, bound_to: str = "") -> str:
    """Return a challenge for this page; ``bound_to``: what the browser holds, where it has no session yet."""
    return new_challenge(keyring, Bound(purpose, bound_to or session_secret(request)), datetime.now(UTC))


def ceremony_of(
    request: Request, keyring: Keyring, party: Party, purpose: Purpose, bound_to: str | None = None
) -> Ceremony:
    """Return where an answer belongs that this request brings."""
    told = session_secret(request) if bound_to is None else bound_to
    return Ceremony(party, keyring, datetime.now(UTC), purpose, told)


def use_options(
    request: Request, keyring: Keyring, purpose: Purpose, ids: list[str] | None = None, bound_to: str = ""
) -> str:
    """Return what a form asks a browser for, to use one of the passkeys ``ids`` or any; empty where there are none."""
    place = place_of(request)
    if place.party is None or not place.here or ids == []:
        return ""
    return request_options(place.party, challenge_for(request, keyring, purpose, bound_to), ids or ())
