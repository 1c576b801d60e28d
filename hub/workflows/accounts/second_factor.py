"""The second factor: set up with a code, asked at sign-in, replaced by recovery codes, taken away, and re-encrypted."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import NOBODY, SECOND_FACTOR_ROLES, Actor
from hub.auth.keys import Keyring
from hub.auth.permissions import require
from hub.auth.secrets import hash_of, new_recovery_code, plain_recovery_code
from hub.auth.totp import accepted_step, new_totp_secret
from hub.errors import Conflict, NotFound
from hub.logging import count_event
from hub.models import Account, Credential, Passkey, RecoveryCode, SignedInSession
from hub.models.base import columns, new_id, table_of
from hub.workflows.accounts.credentials import ensure_credential
from hub.workflows.accounts.people import end_means
from hub.workflows.accounts.throttling import OF_SECOND_FACTOR, count_attempt, forget_attempts
from hub.workflows.audit import record
from hub.workflows.notifications import tell

RECOVERY_CODES = 8

Proof = Literal["code", "recovery_code"]
"""What proved the second factor."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has as a second factor: an authenticator app (``totp``), and how many ``passkeys``."""

    totp: bool
    passkeys: int

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return self.totp or self.passkeys > 0


def begin_enrolment(session: Session, actor: Actor, keyring: Keyring) -> str:
    """Return the secret of a second factor to be set up: the same until it is confirmed. Conflict when there is one."""
    require(actor, "account.own")
    ensure_credential(session, actor.id)
    kept = _locked(session, actor.id)
    if kept.totp_secret is not None:
        raise Conflict("二要素認証はもう設定されています。", "There is a second factor already.")
    if kept.totp_pending is not None:
        return keyring.decrypt(kept.totp_pending)
    secret = new_totp_secret()
    _write(session, actor.id, totp_pending=keyring.encrypt(secret))
    record(session, actor, "account:begin_enrolment", "account", actor.id)
    return secret


def confirm_enrolment(
    session: Session, actor: Actor, keyring: Keyring, typed: str, now: datetime, *, but_session: str | None = None
) -> tuple[str, ...] | None:
    """Set the second factor up if the code is right, and return new recovery codes: nobody can read them again.

    Empty: there were passkeys before, and recovery codes. None: the code was wrong. Raises TooOften, Conflict.
    """
    require(actor, "account.own")
    kept = _locked(session, actor.id)
    if kept.totp_pending is None:
        raise Conflict("設定をはじめからやり直してください。", "Begin the set-up again.")
    step = accepted_step(keyring.decrypt(kept.totp_pending), typed, now.timestamp(), 0)
    if step is None:
        return None
    first = not factors_of(session, actor.id).any
    values = {"totp_secret": kept.totp_pending, "totp_pending": None, "totp_step": step, "totp_set_at": now}
    _write(session, actor.id, **values)
    record(session, actor, "account:enrol_second_factor", "account", actor.id)
    return begin_factors(session, actor.id, but_session) if first else more_factors(session, actor.id)


def begin_factors(session: Session, account_id: str, but_session: str | None) -> tuple[str, ...]:
    """Have an account begin to have a second factor: return its recovery codes, end what was begun without it."""
    end_means(session, account_id, but_session=but_session)
    tell_change(session, account_id)
    return _new_codes(session, account_id)


def more_factors(session: Session, account_id: str) -> tuple[str, ...]:
    """Have an account have one more; sessions and recovery codes stay, so that none are returned."""
    tell_change(session, account_id)
    return ()


def prove(session: Session, actor: Actor, keyring: Keyring, typed: str, now: datetime) -> Proof | None:
    """Return what a code proves the second factor of ``actor`` by, None when it is wrong; each is good once.

    Raises TooOften. The caller's transaction has to be committed in either case, since attempts are counted in it.
    """
    kept = _locked(session, actor.id)
    step = None
    if kept.totp_secret is not None:
        step = accepted_step(keyring.decrypt(kept.totp_secret), typed, now.timestamp(), kept.totp_step)
    proof = _used(session, actor.id, step, typed)
    if proof is None:
        record(session, actor, "account:second_factor_failed", "account", actor.id)
        count_event("sign_in_failed", level=logging.WARNING, step="second_factor")
        return None
    forget_attempts(session, keyring, OF_SECOND_FACTOR, actor.id)
    if proof == "recovery_code":
        record(session, actor, "account:use_recovery_code", "account", actor.id)
        tell_change(session, actor.id)
    else:
        record(session, actor, "account:confirm_second_factor", "account", actor.id)
    return proof


def count_code(session: Session, actor: Actor, keyring: Keyring, now: datetime) -> None:
    """Count a code before it is looked at, in a transaction of its own. Raises TooOften."""
    count_attempt(session, keyring, OF_SECOND_FACTOR, actor.id, now=now)


def tell_refused(session: Session, account_id: str, now: datetime) -> None:
    """Tell a person that somebody knows their password but not their second factor, and end what was half begun."""
    s = columns(SignedInSession)
    half = (s.account_id == account_id, s.second_factor_at.is_(None))
    session.execute(delete(table_of(SignedInSession)).where(*half))
    record(session, NOBODY, "account:end_session", "account", account_id)
    tell(session, "account:second_factor_refused", "account", account_id, [account_id], occasion=f"{now:%Y-%m-%d %H}")


def _used(session: Session, account_id: str, step: int | None, typed: str) -> Proof | None:
    """Use up the time step a code was of, else the recovery code that was typed."""
    if step is not None:
        _write(session, account_id, totp_step=step)
        return "code"
    r = columns(RecoveryCode)
    mine = (r.account_id == account_id, r.code_hash == hash_of(plain_recovery_code(typed)))
    used = session.execute(delete(table_of(RecoveryCode)).where(*mine))
    return "recovery_code" if used.rowcount == 1 else None  # type: ignore[attr-defined]


def renew_recovery_codes(session: Session, actor: Actor) -> tuple[str, ...]:
    """Return new recovery codes in place of all others. Conflict without a second factor."""
    require(actor, "account.own")
    lock_factors(session, actor.id)
    if not factors_of(session, actor.id).any:
        raise Conflict("二要素認証がまだ設定されていません。", "There is no second factor yet.")
    record(session, actor, "account:renew_recovery_codes", "account", actor.id)
    tell_change(session, actor.id)
    return _new_codes(session, actor.id)


def factors_of(session: Session, account_id: str) -> Factors:
    """Return what an account has as a second factor."""
    c, p = columns(Credential), columns(Passkey)
    totp = select(c.account_id).where(c.account_id == account_id, c.totp_secret.is_not(None))
    keys = select(func.count()).select_from(table_of(Passkey)).where(p.account_id == account_id)
    return Factors(session.execute(totp).first() is not None, session.execute(keys).scalar_one())


def count_recovery_codes(session: Session, account_id: str) -> int:
    """Return how many recovery codes are left."""
    r = columns(RecoveryCode)
    return len(session.execute(select(r.code_hash).where(r.account_id == account_id)).all())


def remove_second_factor(session: Session, actor: Actor, *, but_session: str | None = None) -> None:
    """Take one's own authenticator app away. Conflict where it is the last second factor and a role asks for one.

    The caller has had it proved who asks. Other sessions than ``but_session`` end; where it was the last, all of them,
    tokens and recovery codes.
    """
    require(actor, "account.own")
    lock_factors(session, actor.id)
    left = factors_of(session, actor.id).passkeys
    if not left:
        require_needless(actor)
    _write(session, actor.id, totp_secret=None, totp_pending=None, totp_set_at=None)
    end_factor(session, actor, actor.id, last=not left, but_session=but_session)


def reset_second_factor(session: Session, actor: Actor, account_id: str) -> None:
    """Take every second factor away from who has lost them and the recovery codes: they set one up at sign-in.

    Raises Forbidden, NotFound.
    """
    require(actor, "account.manage")
    a = columns(Account)
    if session.execute(select(a.id).where(a.id == account_id)).first() is None:
        raise NotFound("アカウント", "account")
    lock_factors(session, account_id)
    _write(session, account_id, totp_secret=None, totp_pending=None, totp_set_at=None)
    session.execute(delete(table_of(Passkey)).where(columns(Passkey).account_id == account_id))
    end_factor(session, actor, account_id, last=True)


def require_needless(actor: Actor) -> None:
    """Raise Conflict where a role of one's own asks for a second factor: the last is not taken away."""
    if any(grant.role in SECOND_FACTOR_ROLES for grant in actor.grants):
        raise Conflict(
            "あなたの役割には二要素認証が必要です。", "Your roles need a second factor; it cannot be taken away."
        )


def end_factor(session: Session, actor: Actor, account_id: str, *, last: bool, but_session: str | None = None) -> None:
    """Record that a second factor was taken away, tell its person, and end the sessions that may be proved by it.

    After the last, all that let anybody in ends. Else ``but_session`` goes on, and tokens.
    """
    if last:
        session.execute(delete(table_of(RecoveryCode)).where(columns(RecoveryCode).account_id == account_id))
        end_means(session, account_id)
    else:
        s = columns(SignedInSession)
        others = (s.account_id == account_id, s.id != (but_session or ""))
        session.execute(delete(table_of(SignedInSession)).where(*others))
    record(session, actor, "account:remove_second_factor", "account", account_id, after={"last": last})
    tell_change(session, account_id)


def renew_keys(session: Session, actor: Actor, keyring: Keyring) -> int:
    """Encrypt every secret anew with the newest key, and return how many; older keys are not needed any more."""
    require(actor, "account.manage")
    c = columns(Credential)
    sealed = c.totp_secret.is_not(None) | c.totp_pending.is_not(None)
    rows = session.execute(select(c.account_id, c.totp_secret, c.totp_pending).where(sealed).with_for_update()).all()
    for row in rows:
        values = {"totp_secret": row.totp_secret, "totp_pending": row.totp_pending}
        told = {name: keyring.renewed(value) for name, value in values.items() if value is not None}
        _write(session, row.account_id, **told)
    record(session, actor, "account:renew_keys", "account", "", after={"credentials": len(rows)})
    return len(rows)


def _new_codes(session: Session, account_id: str) -> tuple[str, ...]:
    session.execute(delete(table_of(RecoveryCode)).where(columns(RecoveryCode).account_id == account_id))
    codes = tuple(new_recovery_code() for _ in range(RECOVERY_CODES))
    session.execute(
        insert(table_of(RecoveryCode)), [{"account_id": account_id, "code_hash": hash_of(code)} for code in codes]
    )
    return codes


def lock_factors(session: Session, account_id: str) -> None:
    """Have changes of one account's second factors come one after the other."""
    ensure_credential(session, account_id)
    _locked(session, account_id)


def _locked(session: Session, account_id: str) -> Any:
    """Return an account's credentials, locked: a code sent twice at once is good once."""
    c = columns(Credential)
    query = select(c.totp_secret, c.totp_pending, c.totp_step).where(c.account_id == account_id).with_for_update()
    row = session.execute(query).first()
    if row is None:
        raise NotFound("アカウント", "account")
    return row


def _write(session: Session, account_id: str, **values: Any) -> None:
    session.execute(update(table_of(Credential)).where(columns(Credential).account_id == account_id).values(**values))


def tell_change(session: Session, account_id: str) -> None:
    """Tell a person that their second factors changed, so that they notice when it was not them."""
    tell(session, "account:second_factor_changed", "account", account_id, [account_id], occasion=new_id("occ"))
