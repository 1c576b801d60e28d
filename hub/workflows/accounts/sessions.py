"""Sessions of browsers: begun, found with the roles of this moment, listed, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SECOND_FACTOR_ROLES, Actor, Grant
from hub.auth.permissions import require
from hub.auth.secrets import hash_of, new_secret
from hub.errors import Forbidden, NotFound, SignInNeeded
from hub.models import Account, AccountGrant, ApiToken, Credential, OneTimeLink, Passkey, SignedInSession, SignInCount
from hub.models.base import columns, new_id, table_of
from hub.models.sign_in import AGENT_LENGTH
from hub.workflows.accounts.people import grants_of
from hub.workflows.audit import record

IDLE = timedelta(hours=1)
"""How long a session lives without being used."""
LONGEST = timedelta(hours=12)
"""How long a session lives at all: a working day."""
SEEN_EVERY = timedelta(minutes=1)
"""How exact the idle limit is: a session that is used is not written more often."""
MOST_SESSIONS = 20
"""Of one account at once: browsers people forget about stay no doors for ever."""
FRESH = timedelta(minutes=10)
"""How long who has signed in need not prove again who they are, where they have no password to do so."""
KEPT_AFTER = timedelta(days=30)
"""How long a token that has expired stays in its person's list."""

Missing = Literal["nothing", "second_factor", "enrolment"]
"""What a session lacks: nothing; the second factor there is; a second factor to be set up, since a role asks for it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session or a token stands for, as of this moment. ``session``: its id, None for a token.

    ``name`` and ``mail`` are for their own pages. ``stale``: the use of the session has to be written down.
    ``fresh``: its person has just proved who they are. ``per_minute``: how many requests a token may send, None: as the
    settings say.
    """

    actor: Actor
    missing: Missing = "nothing"
    session: str | None = None
    token: str | None = None
    name: str = ""
    mail: str = ""
    stale: bool = False
    fresh: bool = False
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One of a person's sessions; ``agent``: what its browser says of itself."""

    id: str
    agent: str
    made_at: datetime
    seen_at: datetime
    second_factor: bool


def begin_session(session: Session, account_id: str, agent: str, now: datetime, *, second_factor: bool = False) -> str:
    """Begin a session and return its secret for the browser. ``second_factor``: it was proved with the first.

    Beyond ``MOST_SESSIONS`` the one that was not used for longest ends.
    """
    secret, s = new_secret(), columns(SignedInSession)
    longest_unused = select(s.id).where(s.account_id == account_id).order_by(s.seen_at.desc(), s.id)
    over = session.execute(longest_unused.offset(MOST_SESSIONS - 1)).scalars().all()
    if over:
        session.execute(delete(table_of(SignedInSession)).where(s.id.in_(over)))
    row = SignedInSession(
        id=new_id("ses"),
        token_hash=hash_of(secret),
        account_id=account_id,
        made_at=now,
        seen_at=now,
        expires_at=now + LONGEST,
        second_factor_at=now if second_factor else None,
        agent="".join(letter for letter in agent if letter.isprintable())[:AGENT_LENGTH],
    )
    session.add(row)
    session.flush()
    return secret


def confirm_second_factor(session: Session, session_id: str, now: datetime) -> str:
    """Mark a session as confirmed by the second factor, and return its new secret: the old one ends."""
    secret, s = new_secret(), columns(SignedInSession)
    moved = update(table_of(SignedInSession)).where(s.id == session_id)
    done = session.execute(moved.values(token_hash=hash_of(secret), second_factor_at=now, seen_at=now))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise SignInNeeded
    return secret


def find_session(session: Session, secret: str, now: datetime) -> SignedIn | None:
    """Return who a session's secret stands for, with their roles of now; None when it has ended or never was."""
    told = {"secret": hash_of(secret), "now": now, "unused_since": now - IDLE}
    rows = session.connection().execute(_session_query(), told).all()
    if not rows:
        return None
    row, grants = rows[0], grants_in(rows)
    return SignedIn(
        actor=Actor(row.account_id, grants, row.expert_id),
        missing=what_is_missing(grants, enrolled=is_enrolled(row), confirmed=row.second_factor_at is not None),
        session=row.id,
        name=row.name,
        mail=row.mail,
        stale=row.seen_at < now - SEEN_EVERY,
        fresh=(row.second_factor_at or row.made_at) > now - FRESH,
    )


@cache
def _session_query() -> Select[Any]:
    s = columns(SignedInSession)
    query = with_person(SignedInSession, s.made_at, s.seen_at, s.second_factor_at)
    moment = {"type_": s.expires_at.type}
    ended = (s.expires_at > bindparam("now", **moment), s.seen_at > bindparam("unused_since", **moment))
    return query.where(s.token_hash == bindparam("secret"), *ended)


def with_person(model: type[SignedInSession] | type[ApiToken], *own: ColumnElement[Any]) -> Select[Any]:
    """Return rows of ``model`` with their ``own`` columns and whose they are, one for each role; of who is active.

    To be made once and kept: it is asked for at every request, and making it costs more than the database's answer.
    """
    m, a, c, g, p = (columns(each) for each in (model, Account, Credential, AccountGrant, Passkey))
    has_passkey = select(p.id).where(p.account_id == m.account_id).exists()
    return (
        select(m.id, m.account_id, *own, a.expert_id, a.name, a.mail)
        .add_columns(c.totp_secret.is_not(None).label("has_totp"), has_passkey.label("has_passkey"), g.role, g.scope)
        .join_from(table_of(model), table_of(Account), a.id == m.account_id)
        .join(table_of(Credential), c.account_id == a.id, isouter=True)
        .join(table_of(AccountGrant), g.account_id == a.id, isouter=True)
        .where(a.active)
        .order_by(g.role, g.scope)
    )


def is_enrolled(row: Any) -> bool:
    """Return whether a second factor is set up, by a row of ``with_person``."""
    return bool(row.has_totp or row.has_passkey)


def grants_in(rows: Sequence[Any]) -> tuple[Grant, ...]:
    """Return the roles in rows of an account joined with them; a row without one is of an account without any."""
    return tuple(Grant(row.role, row.scope) for row in rows if row.role is not None)


def what_is_missing(grants: Sequence[Grant], *, enrolled: bool, confirmed: bool) -> Missing:
    """Return what has to be done before a session may do what ``grants`` allow.

    ``confirmed``: a second factor was proved, here or at the provider who let the person in.
    """
    if confirmed:
        return "nothing"
    if enrolled:
        return "second_factor"
    return "enrolment" if any(grant.role in SECOND_FACTOR_ROLES for grant in grants) else "nothing"


def mark_seen(session: Session, session_id: str, now: datetime) -> None:
    """Write down that a session is in use."""
    s = columns(SignedInSession)
    session.execute(update(table_of(SignedInSession)).where(s.id == session_id).values(seen_at=now))


def hold_to(session: Session, signed: SignedIn) -> None:
    """Make sure, within a transaction that changes something, that who acts is still who they were when it began.

    Who takes a role away, or ends the session or the token, waits for this transaction or is seen by it: nothing is
    changed by a right that was gone. Raises SignInNeeded, or Forbidden when the roles are others by now.
    """
    if signed.session is not None:
        held = _held(SignedInSession, signed.session)
    elif signed.token is not None:
        held = _held(ApiToken, signed.token)
    else:
        return
    if session.execute(held).first() is None:
        raise SignInNeeded
    if grants_of(session, signed.actor.id, locked=True) != signed.actor.grants:
        raise Forbidden


def _held(model: type[SignedInSession] | type[ApiToken], row_id: str) -> Select[Any]:
    c = columns(model)
    return select(c.id).where(c.id == row_id).with_for_update(read=True, key_share=True)


def list_sessions(session: Session, actor: Actor, now: datetime) -> list[SessionRow]:
    """Return one's own sessions that have not ended, the latest used first."""
    require(actor, "account.own")
    s = columns(SignedInSession)
    query = (
        select(s.id, s.agent, s.made_at, s.seen_at, s.second_factor_at.is_not(None))
        .where(s.account_id == actor.id, s.expires_at > now, s.seen_at > now - IDLE)
        .order_by(s.seen_at.desc(), s.id)
    )
    return [SessionRow(*row[:4], bool(row[4])) for row in session.execute(query)]


def end_session(session: Session, actor: Actor, session_id: str) -> None:
    """End one of one's own sessions. Raises NotFound for others'."""
    s = columns(SignedInSession)
    gone = delete(table_of(SignedInSession)).where(s.id == session_id, s.account_id == actor.id)
    if session.execute(gone).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("セッション", "session")
    record(session, actor, "account:end_session", "account", actor.id)


def end_other_sessions(session: Session, actor: Actor, kept: str | None) -> None:
    """End all of one's own sessions but one."""
    require(actor, "account.own")
    s = columns(SignedInSession)
    gone = session.execute(delete(table_of(SignedInSession)).where(s.account_id == actor.id, s.id != kept))
    if gone.rowcount:  # type: ignore[attr-defined]
        record(session, actor, "account:end_session", "account", actor.id)


def end_secret(session: Session, secret: str) -> None:
    """End the session a browser had when another one begins in it."""
    s = columns(SignedInSession)
    session.execute(delete(table_of(SignedInSession)).where(s.token_hash == hash_of(secret)))


def sign_out(session: Session, signed: SignedIn) -> None:
    """End the session one acts in."""
    s = columns(SignedInSession)
    gone = session.execute(delete(table_of(SignedInSession)).where(s.id == signed.session))
    if gone.rowcount == 1:  # type: ignore[attr-defined]
        record(session, signed.actor, "account:sign_out", "account", signed.actor.id)


def purge_sign_in(session: Session, now: datetime) -> int:
    """Remove what has ended: sessions, links, counts, and tokens that ended a while ago; return how many."""
    s, n, k, t = (columns(model) for model in (SignedInSession, OneTimeLink, SignInCount, ApiToken))
    ended = (
        (SignedInSession, (s.expires_at <= now) | (s.seen_at <= now - IDLE)),
        (OneTimeLink, n.expires_at <= now),
        (SignInCount, k.ends_at <= now),
        (ApiToken, t.expires_at <= now - KEPT_AFTER),
    )
    count = 0
    for model, condition in ended:
        count += session.execute(delete(table_of(model)).where(condition)).rowcount  # type: ignore[attr-defined]
    return count
