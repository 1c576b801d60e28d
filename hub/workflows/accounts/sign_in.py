"""Signing in with a password, in steps, so that no transaction waits while the password is compared.

``begin_attempt`` counts the attempt and says what to compare with; the caller compares (``hub.auth.passwords``), which
takes as long for a name nobody has; ``end_attempt`` writes down how it went. The answer is the same for every way a
sign-in fails.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import NOBODY, Actor
from hub.auth.keys import Keyring
from hub.auth.secrets import new_secret
from hub.logging import count_event
from hub.models import Account, Credential
from hub.models.base import columns, table_of
from hub.workflows.accounts.credentials import renew_hash
from hub.workflows.accounts.people import mail_key
from hub.workflows.accounts.sessions import begin_session
from hub.workflows.accounts.throttling import (
    OF_ACCOUNT_HERE,
    OF_ADDRESS,
    count_attempt,
    forget_attempts,
    network_of,
    take_back_attempt,
)
from hub.workflows.audit import record

DEVICE = "device"
LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in somebody asks for: ``name`` as typed, from ``address``; ``device``: what the browser kept, or empty."""

    name: str
    address: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was counted. ``account`` and ``password_hash`` None: nobody signs in by this name."""

    account: str | None
    password_hash: str | None
    here: tuple[str, str]
    network: str | None


def begin_attempt(session: Session, keyring: Keyring, asked: Asked, now: datetime) -> Attempt:
    """Count a sign-in and return what its password has to be compared with. Raises TooOften before it is compared."""
    name = mail_key(asked.name[:LONGEST_NAME])
    network = network_of(asked.address)
    known = device_of(keyring, name, asked.device)
    here = (name, known or network)
    if known is None:
        count_attempt(session, keyring, OF_ADDRESS, network, now=now)
    count_attempt(session, keyring, OF_ACCOUNT_HERE, *here, now=now)
    a, c = columns(Account), columns(Credential)
    query = (
        select(a.id, c.password_hash)
        .join_from(table_of(Account), table_of(Credential), c.account_id == a.id)
        .where(a.mail_key == name, a.active, c.password_hash.is_not(None))
    )
    row = session.execute(query).first()
    counted = network if known is None else None
    return Attempt(row.id, row.password_hash, here, counted) if row else Attempt(None, None, here, counted)


def end_attempt(
    session: Session,
    keyring: Keyring,
    attempt: Attempt,
    *,
    right: bool,
    agent: str,
    now: datetime,
    new_hash: str | None = None,
) -> str | None:
    """Write down how a sign-in went and return the secret of a new session, None when the password was wrong.

    ``new_hash``: the same password hashed with today's parameters, where the kept one is of older ones.
    """
    if not right or attempt.account is None or attempt.password_hash is None or not _is_still(session, attempt):
        # Who was meant is in the record where there is such an account; what was typed never is.
        record(session, NOBODY, "account:sign_in_failed", "account", attempt.account or "")
        count_event("sign_in_failed", level=logging.WARNING, step="password")
        return None
    forget_attempts(session, keyring, OF_ACCOUNT_HERE, *attempt.here)
    if attempt.network is not None:
        take_back_attempt(session, keyring, OF_ADDRESS, attempt.network)
    if new_hash is not None:
        renew_hash(session, attempt.account, attempt.password_hash, new_hash)
    record(session, Actor(attempt.account, ()), "account:sign_in", "account", attempt.account)
    return begin_session(session, attempt.account, agent, now)


def _is_still(session: Session, attempt: Attempt) -> bool:
    """Return whether the password compared with is still the account's: it may have been changed meanwhile."""
    a, c = columns(Account), columns(Credential)
    query = (
        select(c.account_id)
        .join_from(table_of(Credential), table_of(Account), a.id == c.account_id)
        .where(c.account_id == attempt.account, c.password_hash == attempt.password_hash, a.active)
        .with_for_update(of=table_of(Credential))
    )
    return session.execute(query).first() is not None


def new_device(keyring: Keyring, name: str) -> str:
    """Return what a browser keeps to be known again as one that signed in by ``name``; it lets nobody in."""
    nonce = new_secret()
    return f"{nonce}.{keyring.sign(DEVICE, f'{mail_key(name)} {nonce}')}"


def device_of(keyring: Keyring, name: str, kept: str) -> str | None:
    """Return which browser this is if it signed in by ``name`` before, else None."""
    nonce, _, signature = kept.partition(".")
    return nonce if keyring.signed(DEVICE, f"{name} {nonce}", signature) else None
