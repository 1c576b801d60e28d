"""One-time links that set a password or link a provider: an invitation, or after one was forgotten.

The secret of a link is made when its mail is written (``hub.workflows.outbox``) and kept as a hash: neither the
database nor the outbox ever holds it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import NOBODY, Actor
from hub.auth.passwords import password_faults
from hub.auth.permissions import require
from hub.auth.secrets import hash_of, new_secret
from hub.errors import Conflict, Invalid
from hub.models import Account, OneTimeLink
from hub.models.base import columns, new_id, table_of, utc_now
from hub.models.sign_in import LinkPurpose
from hub.workflows.accounts.credentials import store_password
from hub.workflows.accounts.people import account_of_mail
from hub.workflows.audit import record
from hub.workflows.notifications import tell

LASTS: dict[LinkPurpose, timedelta] = {"invitation": timedelta(days=7), "reset": timedelta(hours=1)}
ASKED_AGAIN = timedelta(minutes=5)
"""A person gets no more mail about forgotten passwords than one in this time, whoever asks for it."""
PATH = "/set-password"
LINK = "link"
"""The kind of subject a letter with a link is about."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that can be used. ``own``: words of the account that make no good password."""

    id: str
    account: str
    purpose: str
    own: tuple[str, ...]


def make_link(session: Session, account_id: str, purpose: LinkPurpose, *, by_mail: bool = True) -> str:
    """Make an account's link and have it mailed; an earlier one ends. Returns its id."""
    link_id = _store(session, account_id, purpose)
    if not by_mail:
        return link_id
    if purpose == "invitation":
        tell(session, "account:invited", LINK, link_id, [account_id], occasion="")
    else:
        tell(session, "account:reset_asked", LINK, link_id, [account_id], occasion="")
    return link_id


def _store(session: Session, account_id: str, purpose: LinkPurpose) -> str:
    n, now, link_id = columns(OneTimeLink), utc_now(), new_id("lnk")
    session.execute(delete(table_of(OneTimeLink)).where(n.account_id == account_id, n.purpose == purpose))
    row = OneTimeLink(id=link_id, account_id=account_id, purpose=purpose, made_at=now, expires_at=now + LASTS[purpose])
    session.add(row)
    session.flush()
    return link_id


def ask_reset(session: Session, mail: str) -> None:
    """Send whoever has this address a link to set a new password. Nobody learns from it whether anybody has it."""
    account_id = account_of_mail(session, mail)
    a, n = columns(Account), columns(OneTimeLink)
    if account_id is None or session.execute(select(a.id).where(a.id == account_id, a.active)).first() is None:
        return
    newest = select(n.id).where(n.account_id == account_id, n.purpose == "reset", n.made_at > utc_now() - ASKED_AGAIN)
    if session.execute(newest).first() is not None:
        return
    record(session, NOBODY, "account:ask_reset", "account", account_id)
    make_link(session, account_id, "reset")


def offer_reset(session: Session, actor: Actor, account_id: str, *, by_mail: bool = True) -> str:
    """Make the link by which a person sets a new password, as an administrator; return its id. Raises Forbidden."""
    require(actor, "account.manage")
    record(session, actor, "account:ask_reset", "account", account_id)
    return make_link(session, account_id, "reset", by_mail=by_mail)


def mint(session: Session, link_id: str, now: datetime) -> str | None:
    """Make the secret of a link and return the path of its page; an earlier secret of it ends. None: it has ended."""
    n, secret = columns(OneTimeLink), new_secret()
    made = update(table_of(OneTimeLink)).where(n.id == link_id, n.expires_at > now).values(token_hash=hash_of(secret))
    found = session.execute(made).rowcount == 1  # type: ignore[attr-defined]
    return f"{PATH}?token={secret}" if found else None


def find_link(session: Session, secret: str, now: datetime) -> OpenLink:
    """Return the link a secret opens; looking at it uses nothing up. Raises Conflict when it was used or has ended."""
    n, a = columns(OneTimeLink), columns(Account)
    query = (
        select(n.id, n.account_id, n.purpose, a.mail, a.name)
        .join_from(table_of(OneTimeLink), table_of(Account), a.id == n.account_id)
        .where(n.token_hash == hash_of(secret), n.expires_at > now, a.active)
    )
    row = session.execute(query).first()
    if row is None:
        raise ended_link()
    return OpenLink(row.id, row.account_id, row.purpose, (row.mail, row.name))


def use_link(session: Session, secret: str, password: str, hashed: str, now: datetime) -> str:
    """Set a password by a link, once, and return the account's id; all sessions and tokens of the account end.

    ``hashed``: of ``password``, made beforehand, since it takes a while. Raises Conflict when the link was used or has
    ended, Invalid when the password is not good enough, which uses nothing up.
    """
    link = find_link(session, secret, now)
    faults = password_faults(password, link.own)
    if faults:
        raise Invalid(faults)
    use_up(session, link, secret)
    store_password(session, Actor(link.account, ()), link.account, hashed, by_link=link.purpose)
    return link.account


def use_up(session: Session, link: OpenLink, secret: str) -> None:
    """Use a link, once. Raises Conflict when somebody was faster."""
    n = columns(OneTimeLink)
    gone = delete(table_of(OneTimeLink)).where(n.id == link.id, n.token_hash == hash_of(secret))
    if session.execute(gone).rowcount != 1:  # type: ignore[attr-defined]
        raise ended_link()


def ended_link() -> Conflict:
    """Return the fault of a link that was used, replaced or is too old."""
    return Conflict(
        "このリンクは使えません。もう使われたか、新しいリンクが出たか、期限が過ぎています。もう一度申し込んでください。",
        "This link cannot be used: it was used before, a newer one was sent, or its time is over. Ask for a new one.",
    )
