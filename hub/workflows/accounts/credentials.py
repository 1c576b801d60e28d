"""Passwords as kept: set by a link or by their person, and what ends when one changes."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.passwords import password_faults
from hub.auth.permissions import require
from hub.errors import Invalid
from hub.models import Account, Credential
from hub.models.base import columns, new_id, table_of, utc_now
from hub.workflows.accounts.people import end_means, lock_account
from hub.workflows.audit import record
from hub.workflows.notifications import tell
from hub.workflows.records import insert_new
from matching.faults import Fault


def store_password(
    session: Session,
    actor: Actor,
    account_id: str,
    hashed: str,
    *,
    by_link: str | None = None,
    but_session: str | None = None,
) -> None:
    """Keep a password's hash. Sessions (except ``but_session``), links and tokens end, and the person is told.

    Whoever knew the old password, or took a session, is out.
    """
    lock_account(session, account_id)
    ensure_credential(session, account_id)
    c = columns(Credential)
    values = {"password_hash": hashed, "password_set_at": utc_now()}
    session.execute(update(table_of(Credential)).where(c.account_id == account_id).values(**values))
    end_means(session, account_id, but_session=but_session)
    record(session, actor, "account:set_password", "account", account_id, after={"by_link": by_link})
    tell(session, "account:password_changed", "account", account_id, [account_id], occasion=new_id("occ"))


def password_of(session: Session, account_id: str) -> tuple[str | None, tuple[str, ...]]:
    """Return an account's hash, and the words of the account that make no good password."""
    a, c = columns(Account), columns(Credential)
    query = (
        select(c.password_hash, a.mail, a.name)
        .join_from(table_of(Account), table_of(Credential), c.account_id == a.id, isouter=True)
        .where(a.id == account_id)
    )
    row = session.execute(query).one()
    return row.password_hash, (row.mail, row.name)


def change_password(
    session: Session,
    actor: Actor,
    password: str,
    hashed: str,
    *,
    known: bool,
    but_session: str | None = None,
) -> None:
    """Change one's own password. ``known``: the present one was given and is right; ``hashed``: of the new one.

    Raises Invalid naming what is wrong.
    """
    require(actor, "account.own")
    faults = [*password_faults(password, password_of(session, actor.id)[1])]
    if not known:
        faults.insert(0, Fault("/current", "今のパスワードが違います", "this is not the present password"))
    if faults:
        raise Invalid(faults)
    store_password(session, actor, actor.id, hashed, but_session=but_session)


def renew_hash(session: Session, account_id: str, old: str, new: str) -> None:
    """Keep the same password's hash made with today's parameters, unless another password came meanwhile."""
    c = columns(Credential)
    mine = (c.account_id == account_id, c.password_hash == old)
    session.execute(update(table_of(Credential)).where(*mine).values(password_hash=new))


def ensure_credential(session: Session, account_id: str) -> None:
    """Have an account own a row to keep its credentials in."""
    insert_new(session, Credential, [{"account_id": account_id, "totp_step": 0}])
