"""Accounts as such: made, read, stopped and started again; and the actor an account is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, Grant
from hub.auth.permissions import require
from hub.errors import Conflict, Invalid, NotFound
from hub.models import (
    Account,
    AccountGrant,
    ApiToken,
    Credential,
    Expert,
    OneTimeLink,
    Passkey,
    ProviderLink,
    SignedInSession,
)
from hub.models.accounts import MAIL_LENGTH
from hub.models.base import TERM_LENGTH, columns, new_id, table_of, utc_now
from hub.settings import ADDRESS
from hub.workflows.audit import record
from hub.workflows.records import insert_new
from matching.faults import Fault

MEANS = (SignedInSession, OneTimeLink, ApiToken)
"""What lets somebody in without a password: ended with the account."""


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """What an administrator tells of a person. ``expert``: the id of the profile that is theirs."""

    mail: str
    name: str
    language: str = "ja"
    expert: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An account as others manage it. ``joined``: there is a password or a link to a provider; ``second_factor``: one
    is set up.
    """

    id: str
    mail: str
    name: str
    language: str
    expert: str | None
    active: bool
    joined: bool
    second_factor: bool
    grants: tuple[Grant, ...]
    made_at: datetime


def mail_key(mail: str) -> str:
    """Return the address by which two accounts are told apart: without blanks around it, in small letters."""
    return mail.strip().casefold()


def create_account(session: Session, actor: Actor, draft: AccountDraft) -> str:
    """Make an account without roles and without a password, and return its id.

    Raises Invalid naming what is wrong, Conflict when the address or the profile has an account, NotFound without such
    a profile. Who may call this is decided by the caller's action: ``account.manage`` here, an invitation elsewhere.
    """
    require(actor, "account.manage")
    return store_account(session, actor, draft)


def store_account(session: Session, actor: Actor, draft: AccountDraft) -> str:
    """Make an account for who was allowed to already; see ``create_account``."""
    faults = draft_faults(draft)
    if faults:
        raise Invalid(faults)
    e, a, now = columns(Expert), columns(Account), utc_now()
    if draft.expert is not None and session.execute(select(e.id).where(e.id == draft.expert)).first() is None:
        raise NotFound("専門人材", "expert")
    account_id = new_id("acc")
    row = {
        "id": account_id,
        "mail": draft.mail.strip(),
        "mail_key": mail_key(draft.mail),
        "name": draft.name.strip(),
        "language": draft.language,
        "expert_id": draft.expert,
        "active": True,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    if not insert_new(session, Account, [row], a.id):
        raise Conflict(
            "このメールアドレスか専門人材には、もうアカウントがあります。",
            "This address or this expert already has an account.",
        )
    told = {"name": row["name"], "mail": row["mail"]}
    record(session, actor, "account:create", "account", account_id, after={"expert": draft.expert}, personal=told)
    return account_id


def draft_faults(draft: AccountDraft) -> list[Fault]:
    """Return what is wrong with a draft."""
    found = []
    if not ADDRESS.fullmatch(draft.mail.strip()) or len(draft.mail.strip()) > MAIL_LENGTH:
        found.append(Fault("/mail", "メールアドレスを書いてください", "write an address of mail"))
    if not draft.name.strip() or len(draft.name.strip()) > TERM_LENGTH:
        found.append(Fault("/name", f"氏名を{TERM_LENGTH}文字以内で書いてください", "write a name, not too long"))
    if draft.language not in ("ja", "en"):
        found.append(Fault("/language", "ja か en を書いてください", "write ja or en"))
    return found


def account_of_mail(session: Session, mail: str) -> str | None:
    """Return the id of the account with this address, None when there is none."""
    a = columns(Account)
    found = session.execute(select(a.id).where(a.mail_key == mail_key(mail))).scalar()
    return None if found is None else str(found)


def actor_of(session: Session, account_id: str) -> Actor:
    """Return the actor an account is now. Raises NotFound when there is none, or it is stopped."""
    a = columns(Account)
    row = session.execute(select(a.expert_id).where(a.id == account_id, a.active)).first()
    if row is None:
        raise NotFound("アカウント", "account")
    return Actor(account_id, grants_of(session, account_id), row.expert_id)


def grants_of(session: Session, account_id: str, *, locked: bool = False) -> tuple[Grant, ...]:
    """Return the roles of an account; ``locked``: nobody takes one away before this transaction ends."""
    g = columns(AccountGrant)
    query = select(g.role, g.scope).where(g.account_id == account_id).order_by(g.role, g.scope)
    if locked:
        query = query.with_for_update(read=True, key_share=True)
    return tuple(Grant(role, scope) for role, scope in session.execute(query))


def set_active(session: Session, actor: Actor, account_id: str, *, active: bool) -> None:
    """Stop an account: whoever is signed in is so no more, links and tokens end; or let it sign in again.

    Raises Forbidden, NotFound, Conflict for one's own.
    """
    require(actor, "account.manage")
    if account_id == actor.id:
        raise Conflict("自分のアカウントは止められません。", "You cannot stop your own account.")
    lock_account(session, account_id)
    a = columns(Account)
    changed = update(table_of(Account)).where(a.id == account_id, a.active.is_not(active))
    moved = session.execute(changed.values(active=active, updated_at=utc_now(), version=a.version + 1))
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        return
    if not active:
        end_means(session, account_id)
    record(session, actor, "account:enable" if active else "account:disable", "account", account_id)


def end_means(session: Session, account_id: str, *, but_session: str | None = None) -> None:
    """End whatever lets somebody in as this account without a password, except one session."""
    for model in MEANS:
        c = columns(model)
        gone = delete(table_of(model)).where(c.account_id == account_id)
        if but_session is not None and model is SignedInSession:
            gone = gone.where(c.id != but_session)
        session.execute(gone)


def lock_account(session: Session, account_id: str) -> None:
    """Have changes of one account's roles and state come one after the other. Raises NotFound."""
    a = columns(Account)
    if session.execute(select(a.id).where(a.id == account_id).with_for_update()).first() is None:
        raise NotFound("アカウント", "account")


def people(session: Session, *, ids: Sequence[str] | None = None, organization: str | None = None) -> list[Person]:
    """Return accounts by their names: those with ``ids``, or with a role in ``organization``, or all."""
    a, c, g, p = columns(Account), columns(Credential), columns(AccountGrant), columns(Passkey)
    is_linked = select(columns(ProviderLink).subject).where(columns(ProviderLink).account_id == a.id).exists()
    has_passkey = select(p.id).where(p.account_id == a.id).exists()
    query = (
        select(a.id, a.mail, a.name, a.language, a.expert_id, a.active, a.created_at)
        .add_columns((c.password_hash.is_not(None) | is_linked).label("joined"))
        .add_columns((c.totp_secret.is_not(None) | has_passkey).label("second_factor"))
        .join_from(table_of(Account), table_of(Credential), c.account_id == a.id, isouter=True)
        .order_by(a.name, a.id)
    )
    if ids is not None:
        query = query.where(a.id.in_(ids))
    if organization is not None:
        query = query.where(a.id.in_(select(g.account_id).where(g.scope == organization)))
    rows = session.execute(query).all()
    roles: dict[str, list[Grant]] = {row.id: [] for row in rows}
    grants = select(g.account_id, g.role, g.scope).where(g.account_id.in_(roles)).order_by(g.role, g.scope)
    for account, role, scope in session.execute(grants):
        roles[account].append(Grant(role, scope))
    return [_person(row, roles[row.id]) for row in rows]


def _person(row: Any, grants: Sequence[Grant]) -> Person:
    return Person(
        id=row.id,
        mail=row.mail,
        name=row.name,
        language=row.language,
        expert=row.expert_id,
        active=row.active,
        joined=bool(row.joined),
        second_factor=bool(row.second_factor),
        grants=tuple(grants),
        made_at=row.created_at,
    )
