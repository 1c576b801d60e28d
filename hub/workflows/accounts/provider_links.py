"""Who an account is at a provider of sign-in: linked, ended, and signed in by (ADR 0017).

An account is linked once its person has proved both sides: that the account is theirs – signed in, or by the link of
their invitation –, and that the provider has verified the address the account was invited by. From then on the
provider's own name for them (subject) counts alone. No address signs anybody in, and nothing here makes accounts.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import NOBODY, Actor
from hub.auth.identity import Identity
from hub.auth.permissions import require
from hub.errors import NotFound
from hub.models import Account, ProviderLink
from hub.models.base import columns, new_id, table_of
from hub.workflows.accounts.credentials import ensure_credential
from hub.workflows.accounts.links import ended_link, find_link, use_up
from hub.workflows.accounts.people import end_means, mail_key
from hub.workflows.accounts.sessions import begin_session
from hub.workflows.audit import record
from hub.workflows.notifications import tell
from hub.workflows.records import insert_new


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One of a person's links to providers."""

    issuer: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an identity: the ``secret`` of a new session, or ``why`` nothing did, as the audit log says it."""

    secret: str | None = None
    why: str | None = None


def list_links(session: Session, actor: Actor) -> dict[str, LinkRow]:
    """Return one's own links, by issuer."""
    require(actor, "account.own")
    p = columns(ProviderLink)
    query = select(p.issuer, p.made_at, p.used_at).where(p.account_id == actor.id)
    return {row.issuer: LinkRow(*row) for row in session.execute(query)}


def sign_in_by_provider(session: Session, identity: Identity, agent: str, now: datetime) -> Outcome:
    """Begin a session of whoever is linked to ``identity``; a second factor proved there counts here."""
    p, a = columns(ProviderLink), columns(Account)
    mine = (p.issuer == identity.issuer, p.subject == identity.subject)
    query = select(p.account_id).join_from(table_of(ProviderLink), table_of(Account), a.id == p.account_id)
    account = session.execute(query.where(*mine, a.active)).scalar()
    if account is None:
        return _refused(session, "", "unlinked")
    session.execute(update(table_of(ProviderLink)).where(*mine).values(used_at=now))
    return _signed_in(session, account, identity, agent, now)


def link_own(session: Session, actor: Actor, identity: Identity, now: datetime) -> Outcome:
    """Link one's own account to ``identity``, signed in. Nothing happens unless the provider verified its address."""
    require(actor, "account.own")
    why = _link(session, actor, identity, now)
    return _refused(session, actor.id, why) if why else Outcome()


def link_by_invitation(session: Session, secret: str, identity: Identity, agent: str, now: datetime) -> Outcome:
    """Link the account of an invitation, which ends, and begin a session. Raises Conflict when it has ended."""
    link = find_link(session, secret, now)
    if link.purpose != "invitation":
        raise ended_link()
    why = _link(session, Actor(link.account, ()), identity, now)
    if why:
        return _refused(session, link.account, why)
    use_up(session, link, secret)
    ensure_credential(session, link.account)
    return _signed_in(session, link.account, identity, agent, now)


def unlink(session: Session, actor: Actor, issuer: str, *, but_session: str | None = None) -> None:
    """End one's own link to a provider, and other sessions and tokens with it. Raises NotFound."""
    require(actor, "account.own")
    p = columns(ProviderLink)
    gone = delete(table_of(ProviderLink)).where(p.account_id == actor.id, p.issuer == issuer)
    if session.execute(gone).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("結び付き", "link")
    end_means(session, actor.id, but_session=but_session)
    record(session, actor, "account:unlink_provider", "account", actor.id, after={"issuer": issuer})
    _tell_change(session, actor.id)


def refuse_identity(session: Session, account: str, why: str) -> None:
    """Record that what came from a provider was refused."""
    record(session, NOBODY, "account:provider_refused", "account", account, after={"why": why})


def _link(session: Session, actor: Actor, identity: Identity, now: datetime) -> str | None:
    """Link an account; return why not. One identity is of one account, and an account has one at each issuer."""
    a, p = columns(Account), columns(ProviderLink)
    invited = session.execute(select(a.mail_key).where(a.id == actor.id, a.active)).scalar()
    if identity.mail is None:
        return "mail_not_verified"
    if invited is None or mail_key(identity.mail) != invited:
        return "other_mail"
    row = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "account_id": actor.id,
        "made_at": now,
        "used_at": None,
    }
    if not insert_new(session, ProviderLink, [row], p.account_id):
        return "linked_already"
    record(session, actor, "account:link_provider", "account", actor.id, after={"issuer": identity.issuer})
    _tell_change(session, actor.id)
    return None


def _signed_in(session: Session, account: str, identity: Identity, agent: str, now: datetime) -> Outcome:
    told = {"issuer": identity.issuer, "second_factor": identity.second_factor}
    record(session, Actor(account, ()), "account:sign_in_by_provider", "account", account, after=told)
    return Outcome(begin_session(session, account, agent, now, second_factor=identity.second_factor))


def _refused(session: Session, account: str, why: str) -> Outcome:
    refuse_identity(session, account, why)
    return Outcome(why=why)


def _tell_change(session: Session, account_id: str) -> None:
    tell(session, "account:providers_changed", "account", account_id, [account_id], occasion=new_id("occ"))
