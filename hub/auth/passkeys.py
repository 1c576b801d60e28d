"""Passkeys (WebAuthn level 3): whom browsers are told the hub is, what they are asked for, and what an answer proves.

Every ceremony asks for user verification – the finger, face or PIN of whoever holds the authenticator –, so that a
passkey is something one has and something one is or knows, at once. Which maker an authenticator is of is not asked.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hub.auth.identity import NotProved
from hub.auth.totp import ISSUER
from hub.models.sign_in import CREDENTIAL_ID_LENGTH
from hub.settings import Settings

LOCALHOST = "localhost"
BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,1364}")
TIMEOUT_MILLISECONDS = 300_000
LONGEST_ANSWER = 20_000
VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Party:
    """The hub as browsers know it (relying party): its ``id`` is a host, and passkeys work at its ``origin`` alone."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey as it is kept: ``credential_id`` and ``public_key`` (COSE) in base64url."""

    credential_id: str
    public_key: str
    sign_count: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a browser answered: the ``challenge`` it signed, which passkey it used, and whose it says that is."""

    credential: dict[str, Any]
    challenge: str
    credential_id: str
    account: str | None


def party_of(settings: Settings) -> Party | None:
    """Return what browsers know the hub by, None where they would allow no passkeys: plain HTTP, or a bare address.

    This machine itself is allowed as ``localhost``, to try it.
    """
    parts = urlsplit(settings.links_to)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    if _is_loopback(host):
        return Party(LOCALHOST, f"{parts.scheme}://{LOCALHOST}{port}")
    if parts.scheme != "https" or _is_address(host):
        return None
    return Party(host, f"https://{host}{port}")


def _is_loopback(host: str) -> bool:
    return host == LOCALHOST or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def creation_options(party: Party, challenge: str, account: str, mail: str, known: Sequence[str]) -> str:
    """Return, as JSON, what a browser makes a passkey by; ``known``: the credential ids the account has already."""
    return options_to_json(
        generate_registration_options(
            rp_id=party.id,
            rp_name=ISSUER,
            user_id=account.encode(),
            user_name=mail,
            challenge=challenge.encode(),
            timeout=TIMEOUT_MILLISECONDS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=VERIFIED
            ),
            exclude_credentials=_described(known),
        )
    )


def request_options(party: Party, challenge: str, allowed: Sequence[str] = ()) -> str:
    """Return, as JSON, what a browser uses a passkey by; ``allowed`` empty: any that it has for the hub."""
    return options_to_json(
        generate_authentication_options(
            rp_id=party.id,
            challenge=challenge.encode(),
            timeout=TIMEOUT_MILLISECONDS,
            allow_credentials=_described(allowed) or None,
            user_verification=VERIFIED,
        )
    )


def _described(ids: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def read_answer(text: str) -> Told:
    """Return what a browser answered, of which nothing is checked yet. Raises NotProved when it is none."""
    if len(text) > LONGEST_ANSWER:
        raise NotProved("malformed")
    try:
        credential = json.loads(text)
        response = credential["response"]
        signed = json.loads(base64url_to_bytes(response["clientDataJSON"]))
        challenge = base64url_to_bytes(signed["challenge"]).decode("ascii")
        handle = response.get("userHandle")
        account = base64url_to_bytes(handle).decode("utf-8") if handle else None
        is_id = BASE64URL.fullmatch(credential["id"]) is not None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise NotProved("malformed") from None
    if not is_id:
        raise NotProved("malformed")
    return Told(credential, challenge, credential["id"], account)


def check_registration(party: Party, told: Told) -> Registered:
    """Return the passkey that was made. Raises NotProved unless it was made here, now, and by its person."""
    found = _verified(verify_registration_response, party, told)
    credential_id = bytes_to_base64url(found.credential_id)
    if len(credential_id) > CREDENTIAL_ID_LENGTH:
        raise NotProved("malformed")
    return Registered(credential_id, bytes_to_base64url(found.credential_public_key), found.sign_count)


def check_use(party: Party, told: Told, kept: Registered) -> int:
    """Return the new sign count of a passkey that was used here, now, and by its person. Raises NotProved.

    A count that does not grow says that there are two of what there should be one: the authenticator was copied.
    """
    key = base64url_to_bytes(kept.public_key)
    # The library's own check of the count does not tell it from other failures, so it is given none to check.
    counted = {"credential_public_key": key, "credential_current_sign_count": 0}
    found = _verified(verify_authentication_response, party, told, **counted)
    count: int = found.new_sign_count
    if (count or kept.sign_count) and count <= kept.sign_count:
        raise NotProved("sign_count")
    return count


def _verified(verify: Callable[..., Any], party: Party, told: Told, **kept: Any) -> Any:
    """Return what the library reads in an answer given here, by who holds the authenticator. Raises NotProved."""
    try:
        return verify(
            credential=told.credential,
            expected_challenge=told.challenge.encode(),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
            **kept,
        )
    except Exception:  # whatever a library comes to that reads what anybody sent
        raise NotProved("not_verified") from None
