"""Passkeys of an account: made, named, removed, and used – as a second factor, or to sign in without a password.

What went wrong is returned, not raised: attempts and failures are kept by the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import NOBODY, Actor
from hub.auth.challenges import LASTS, Bound, Purpose, is_valid
from hub.auth.identity import NotProved
from hub.auth.keys import Keyring
from hub.auth.passkeys import Party, Registered, Told, check_registration, check_use, read_answer
from hub.auth.permissions import require
from hub.errors import Conflict, Invalid, NotFound
from hub.models import Account, Passkey
from hub.models.base import TERM_LENGTH, columns, new_id, table_of
from hub.workflows.accounts.second_factor import (
    begin_factors,
    end_factor,
    factors_of,
    lock_factors,
    more_factors,
    require_needless,
)
from hub.workflows.accounts.sessions import begin_session
from hub.workflows.accounts.throttling import OF_SECOND_FACTOR, forget_attempts, use_once
from hub.workflows.audit import record
from hub.workflows.records import insert_new
from matching.faults import Fault

MOST_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Where an answer of a browser belongs: the hub as it is known, its keys, the moment, what the challenge is ``for``
    and ``bound_to``: the secret of a session, or of a browser that has none yet.
    """

    party: Party
    keyring: Keyring
    now: datetime
    purpose: Purpose
    bound_to: str


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One of a person's passkeys."""

    id: str
    name: str
    made_at: datetime
    used_at: datetime | None


def list_passkeys(session: Session, actor: Actor) -> list[PasskeyRow]:
    """Return one's own passkeys, the first made first."""
    require(actor, "account.own")
    p = columns(Passkey)
    query = select(p.id, p.name, p.made_at, p.used_at).where(p.account_id == actor.id).order_by(p.made_at, p.id)
    return [PasskeyRow(*row) for row in session.execute(query)]


def credential_ids(session: Session, account_id: str) -> list[str]:
    """Return the credential ids of an account's passkeys, as its browser is told them."""
    p = columns(Passkey)
    return list(session.execute(select(p.credential_id).where(p.account_id == account_id).order_by(p.id)).scalars())


def add_passkey(
    session: Session, actor: Actor, ceremony: Ceremony, answer: str, name: str, *, but_session: str | None = None
) -> tuple[str, ...] | None:
    """Add a passkey and return the recovery codes that come with the first second factor, empty where there was one.

    None: the answer proves nothing, or the passkey is somebody's already. Raises Invalid for its name, Conflict when
    there are too many.
    """
    require(actor, "account.own")
    faults = name_faults(name)
    if faults:
        raise Invalid(faults)
    lock_factors(session, actor.id)
    factors = factors_of(session, actor.id)
    if factors.passkeys >= MOST_PASSKEYS:
        raise Conflict("パスキーが多すぎます。使わないものを外してください。", "Too many passkeys: remove some.")
    try:
        made = check_registration(ceremony.party, _answered(session, ceremony, answer))
    except NotProved as refused:
        _record_failure(session, actor.id, refused.why)
        return None
    p, passkey_id = columns(Passkey), new_id("pky")
    row = {
        "id": passkey_id,
        "account_id": actor.id,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "name": name.strip(),
        "made_at": ceremony.now,
        "used_at": None,
    }
    if not insert_new(session, Passkey, [row], p.id):
        _record_failure(session, actor.id, "known")
        return None
    record(session, actor, "account:add_passkey", "account", actor.id, after={"passkey": passkey_id})
    return more_factors(session, actor.id) if factors.any else begin_factors(session, actor.id, but_session)


def name_faults(name: str) -> list[Fault]:
    """Return what is wrong with the name of a passkey."""
    if name.strip() and len(name.strip()) <= TERM_LENGTH:
        return []
    ja = f"どの端末か分かる名前を、{TERM_LENGTH}文字以内で書いてください"
    return [Fault("/name", ja, "write a name that tells which device it is, not too long")]


def rename_passkey(session: Session, actor: Actor, passkey_id: str, name: str) -> None:
    """Rename one of one's own passkeys. Raises Invalid, NotFound for others'."""
    require(actor, "account.own")
    faults = name_faults(name)
    if faults:
        raise Invalid(faults)
    p = columns(Passkey)
    named = update(table_of(Passkey)).where(p.id == passkey_id, p.account_id == actor.id).values(name=name.strip())
    if session.execute(named).rowcount != 1:  # type: ignore[attr-defined]
        raise no_passkey()
    record(session, actor, "account:rename_passkey", "account", actor.id, after={"passkey": passkey_id})


def remove_passkey(session: Session, actor: Actor, passkey_id: str, *, but_session: str | None = None) -> None:
    """Remove one of one's own passkeys. NotFound for others'; Conflict where it is the last second factor and a role
    asks for one. The caller has had it proved who asks.

    Other sessions than ``but_session`` end; after the last second factor all of them, tokens and recovery codes.
    """
    require(actor, "account.own")
    lock_factors(session, actor.id)
    p, factors = columns(Passkey), factors_of(session, actor.id)
    mine = (p.id == passkey_id, p.account_id == actor.id)
    if session.execute(select(p.id).where(*mine)).first() is None:
        raise no_passkey()
    last = factors.passkeys == 1 and not factors.totp
    if last:
        require_needless(actor)
    session.execute(delete(table_of(Passkey)).where(*mine))
    record(session, actor, "account:remove_passkey", "account", actor.id, after={"passkey": passkey_id})
    end_factor(session, actor, actor.id, last=last, but_session=but_session)


def prove_by_passkey(session: Session, actor: Actor, ceremony: Ceremony, answer: str) -> bool:
    """Return whether an answer proves the second factor of ``actor``; attempts were counted before."""
    try:
        _use(session, ceremony, _answered(session, ceremony, answer), account=actor.id)
    except NotProved as refused:
        _record_failure(session, actor.id, refused.why)
        return False
    forget_attempts(session, ceremony.keyring, OF_SECOND_FACTOR, actor.id)
    record(session, actor, "account:use_passkey", "account", actor.id, after={"as": "second_factor"})
    return True


def sign_in_by_passkey(session: Session, ceremony: Ceremony, answer: str, agent: str) -> str | None:
    """Return the secret of a new session of whose passkey answered, with the second factor in it; None: of nobody."""
    whose = ""
    try:
        told = _answered(session, ceremony, answer)
        whose = _owner(session, told.credential_id)
        _require_named(told, whose)
        _use(session, ceremony, told, account=whose)
    except NotProved as refused:
        _record_failure(session, whose, refused.why)
        return None
    record(session, Actor(whose, ()), "account:use_passkey", "account", whose, after={"as": "sign_in"})
    return begin_session(session, whose, agent, ceremony.now, second_factor=True)


def _answered(session: Session, ceremony: Ceremony, answer: str) -> Told:
    """Return an answer to a challenge that was given to whom it comes from, a while ago, and not answered before."""
    told = read_answer(answer)
    bound = Bound(ceremony.purpose, ceremony.bound_to)
    if not ceremony.bound_to or not is_valid(ceremony.keyring, bound, told.challenge, ceremony.now):
        raise NotProved("challenge")
    if not use_once(session, told.challenge, ceremony.now + LASTS):
        raise NotProved("replayed")
    return told


def _require_named(told: Told, whose: str) -> None:
    """Raise NotProved unless an authenticator that found a passkey by itself says whose it is, and is right."""
    if not whose or told.account != whose:
        raise NotProved("other_account" if whose else "unknown")


def _owner(session: Session, credential_id: str) -> str:
    p = columns(Passkey)
    return session.execute(select(p.account_id).where(p.credential_id == credential_id)).scalar() or ""


def _use(session: Session, ceremony: Ceremony, told: Told, *, account: str) -> None:
    """Write down that a passkey of ``account`` was used. Raises NotProved."""
    kept: Any = _kept(session, told.credential_id)
    if kept is None or kept.account_id != account or told.account not in {None, account}:
        raise NotProved("unknown" if kept is None else "other_account")
    count = check_use(ceremony.party, told, Registered(told.credential_id, kept.public_key, kept.sign_count))
    values = {"sign_count": count, "used_at": ceremony.now}
    session.execute(update(table_of(Passkey)).where(columns(Passkey).id == kept.id).values(**values))


def _kept(session: Session, credential_id: str) -> Any:
    """Return a passkey of who is active, locked: two answers with one count do not both come through."""
    p, a = columns(Passkey), columns(Account)
    query = (
        select(p.id, p.account_id, p.public_key, p.sign_count)
        .join_from(table_of(Passkey), table_of(Account), a.id == p.account_id)
        .where(p.credential_id == credential_id, a.active)
        .with_for_update(of=table_of(Passkey))
    )
    return session.execute(query).first()


def _record_failure(session: Session, account_id: str, why: str) -> None:
    record(session, NOBODY, "account:passkey_failed", "account", account_id, after={"why": why})


def no_passkey() -> NotFound:
    """Return the fault of a passkey that is not there, or is somebody else's."""
    return NotFound("パスキー", "passkey")
