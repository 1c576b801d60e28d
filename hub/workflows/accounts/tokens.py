"""API tokens: a key for another system, made by the person it acts for, shown once, limited and ended at will."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.auth.scopes import SCOPES, actions_of
from hub.auth.secrets import hash_of, new_secret
from hub.errors import Invalid, NotFound
from hub.models import ApiToken
from hub.models.base import TERM_LENGTH, columns, new_id, table_of, utc_now
from hub.models.sign_in import MOST_PER_MINUTE
from hub.workflows.accounts.sessions import SignedIn, grants_in, is_enrolled, what_is_missing, with_person
from hub.workflows.audit import record
from hub.workflows.japanese_days import day_in_japan
from matching.faults import Fault

PREFIX = "dth_"
"""What every token begins with, so that one in a public place is found."""
MOST_DAYS = 365
MOST_TOKENS = 50


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One of a person's tokens; its secret cannot be shown. ``per_minute`` None: as the settings say."""

    id: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    used_on: date | None
    per_minute: int | None


def make_token(
    session: Session,
    actor: Actor,
    name: str,
    scopes: Collection[str],
    days: int,
    *,
    per_minute: int | None = None,
    most_per_minute: int = MOST_PER_MINUTE,
) -> str:
    """Make a token of one's own for ``days`` and return its secret, which is kept nowhere. Raises Invalid.

    ``per_minute``: how many requests it may send, at most ``most_per_minute``; None: as many as the settings say.
    """
    require(actor, "account.own")
    faults = _faults(name, scopes, days, per_minute, most_per_minute)
    if len(list_tokens(session, actor)) >= MOST_TOKENS:
        faults.append(Fault("/name", "トークンが多すぎます。使わないものを消してください", "too many: revoke some"))
    if faults:
        raise Invalid(faults)
    secret, now = new_secret(PREFIX), utc_now()
    row = ApiToken(
        id=new_id("tok"),
        token_hash=hash_of(secret),
        account_id=actor.id,
        name=name.strip(),
        scopes=sorted(set(scopes)),
        made_at=now,
        expires_at=now + timedelta(days=days),
        per_minute=per_minute,
    )
    session.add(row)
    session.flush()
    told = {"scopes": row.scopes, "days": days, "per_minute": per_minute}
    record(session, actor, "token:make", "token", row.id, after=told)
    return secret


def _faults(name: str, scopes: Collection[str], days: int, per_minute: int | None, most_per_minute: int) -> list[Fault]:
    faults = []
    if not name.strip() or len(name.strip()) > TERM_LENGTH:
        ja = f"何に使うトークンか、{TERM_LENGTH}文字以内で書いてください"
        faults.append(Fault("/name", ja, "write what the token is for, not too long"))
    if not scopes or not set(scopes) <= SCOPES.keys():
        faults.append(Fault("/scopes", "できることを1つ以上選んでください", "choose at least one scope of the list"))
    if not 1 <= days <= MOST_DAYS:
        faults.append(Fault("/days", f"1から{MOST_DAYS}までの日数を書いてください", f"write 1 to {MOST_DAYS} days"))
    if per_minute is not None and not 1 <= per_minute <= most_per_minute:
        ja, en = f"1から{most_per_minute}までの回数を書いてください", f"write 1 to {most_per_minute} requests"
        faults.append(Fault("/per_minute", ja, en))
    return faults


def list_tokens(session: Session, actor: Actor) -> list[TokenRow]:
    """Return one's own tokens, the latest first."""
    require(actor, "account.own")
    t = columns(ApiToken)
    query = select(t.id, t.name, t.scopes, t.made_at, t.expires_at, t.used_on, t.per_minute)
    rows = session.execute(query.where(t.account_id == actor.id).order_by(t.made_at.desc(), t.id))
    return [TokenRow(r.id, r.name, tuple(r.scopes), r.made_at, r.expires_at, r.used_on, r.per_minute) for r in rows]


def revoke_token(session: Session, actor: Actor, token_id: str) -> None:
    """End one of one's own tokens at once. Raises NotFound for others'."""
    require(actor, "account.own")
    t = columns(ApiToken)
    gone = delete(table_of(ApiToken)).where(t.id == token_id, t.account_id == actor.id)
    if session.execute(gone).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("トークン", "token")
    record(session, actor, "token:revoke", "token", token_id)


def find_token(session: Session, secret: str, now: datetime) -> SignedIn | None:
    """Return whom a token's secret stands for, with their roles of now; None when it has ended or never was."""
    rows = session.connection().execute(_token_query(), {"secret": hash_of(secret), "now": now}).all()
    if not rows:
        return None
    row, grants = rows[0], grants_in(rows)
    return SignedIn(
        actor=Actor(row.account_id, grants, row.expert_id, actions_of(row.scopes)),
        # Made by who had confirmed it, if there is one; a role may ask for a second factor there is not yet.
        missing=what_is_missing(grants, enrolled=False, confirmed=is_enrolled(row)),
        token=row.id,
        name=row.name,
        mail=row.mail,
        stale=row.used_on != day_in_japan(now),
        per_minute=row.per_minute,
    )


@cache
def _token_query() -> Select[Any]:
    t = columns(ApiToken)
    query = with_person(ApiToken, t.scopes, t.used_on, t.per_minute)
    return query.where(t.token_hash == bindparam("secret"), t.expires_at > bindparam("now", type_=t.expires_at.type))


def mark_used(session: Session, token_id: str, now: datetime) -> None:
    """Write down the day a token was last used."""
    t = columns(ApiToken)
    session.execute(update(table_of(ApiToken)).where(t.id == token_id).values(used_on=day_in_japan(now)))
