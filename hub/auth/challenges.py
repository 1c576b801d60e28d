"""Challenges: what a browser has to bring back within minutes, bound to whom it was given, and kept nowhere.

A challenge is the moment it was made, random bits, and the hub's own signature over both and what it is bound to: the
secret of a session, or what the browser holds before it has one. So nothing is written before somebody answers, and a
challenge of another browser, or of a session whose secret has changed since, is none. That each is good once is up to
who takes the answer (``hub.workflows.accounts.throttling.use_once``).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hub.auth.keys import Keyring

LASTS = timedelta(minutes=10)
CLOCKS_DIFFER = 2
"""Seconds by which the clocks of two web processes may differ."""
RANDOM_BYTES = 16
LONGEST = 200

Purpose = Literal["register_passkey", "confirm_passkey", "sign_in_by_passkey", "provider"]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a challenge is for: its ``purpose``, and the secret of whom it is given ``to``."""

    purpose: Purpose
    to: str


def new_challenge(keyring: Keyring, bound: Bound, now: datetime) -> str:
    """Return a challenge, of letters, digits, ``-``, ``_`` and ``.``."""
    told = f"{int(now.timestamp())}.{secrets.token_urlsafe(RANDOM_BYTES)}"
    return f"{told}.{keyring.sign(_use(bound), _text(bound, told))}"


def is_valid(keyring: Keyring, bound: Bound, challenge: str, now: datetime) -> bool:
    """Return whether the hub made ``challenge`` for this and it has not run out."""
    if not challenge.isascii() or len(challenge) > LONGEST:
        return False
    told, _, signature = challenge.rpartition(".")
    if not keyring.signed(_use(bound), _text(bound, told), signature):
        return False
    age = now.timestamp() - int(told.partition(".")[0])
    return -CLOCKS_DIFFER <= age <= LASTS.total_seconds()


def _use(bound: Bound) -> str:
    return f"challenge {bound.purpose}"


def _text(bound: Bound, told: str) -> str:
    return f"{told} {bound.to}"
