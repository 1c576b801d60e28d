"""Calendar subscriptions: a private address for calendar programs, which cannot sign in; made anew or ended at will."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, Grant
from hub.auth.permissions import Belonging, require
from hub.errors import NotFound
from hub.models import Account, AccountGrant, CalendarFeed
from hub.models.base import columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.disclosures import note_files
from hub.workflows.japanese_days import today_in_japan
from hub.workflows.records import insert_new

RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class Subscription:
    """An expert's subscription; its address cannot be read again. ``handed_out_on``: the last day it was read."""

    made_at: datetime
    handed_out_on: date | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a subscription's address stands for: ``actor``, the account as its expert, reading in its ``language``."""

    actor: Actor
    expert: str
    language: str
    handed_out_on: date | None


def subscribe(session: Session, actor: Actor, expert_id: str) -> str:
    """Make the expert's subscription, or make its address anew, and return the secret of the address: shown once.

    An earlier address ends. Raises Forbidden for others than the expert, NotFound without an account.
    """
    require(actor, "calendar.subscribe", Belonging(expert=expert_id))
    a, f = columns(Account), columns(CalendarFeed)
    mine = (a.id == actor.id, a.expert_id == expert_id, a.active)
    if session.execute(select(a.id).where(*mine).with_for_update()).first() is None:
        raise NotFound("アカウント", "account")
    token = secrets.token_urlsafe(RANDOM_BYTES)
    told = {"account_id": actor.id, "token_hash": hash_of(token), "made_at": utc_now(), "handed_out_on": None}
    made = insert_new(session, CalendarFeed, [{"expert_id": expert_id, **told}], f.expert_id)
    if not made:
        session.execute(update(table_of(CalendarFeed)).where(f.expert_id == expert_id).values(**told))
    record(session, actor, "calendar:subscribe", "expert", expert_id, after={"anew": not made})
    return token


def unsubscribe(session: Session, actor: Actor, expert_id: str) -> None:
    """End the expert's subscription: its address leads nowhere from now on. Raises Forbidden, NotFound."""
    require(actor, "calendar.unsubscribe", Belonging(expert=expert_id))
    f = columns(CalendarFeed)
    gone = session.execute(delete(table_of(CalendarFeed)).where(f.expert_id == expert_id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise no_subscription()
    record(session, actor, "calendar:unsubscribe", "expert", expert_id)


def read_subscription(session: Session, actor: Actor, expert_id: str) -> Subscription:
    """Return when the expert's subscription was made and last read. Raises Forbidden, NotFound."""
    require(actor, "calendar.unsubscribe", Belonging(expert=expert_id))
    f = columns(CalendarFeed)
    row = session.execute(select(f.made_at, f.handed_out_on).where(f.expert_id == expert_id)).first()
    if row is None:
        raise no_subscription()
    return Subscription(row.made_at, row.handed_out_on)


def bearer_of(session: Session, token: str) -> Bearer:
    """Return whom an address's secret stands for.

    Raises NotFound for one that never was or has ended, and when its account has ended or is no expert's any more.
    """
    f, a, g = columns(CalendarFeed), columns(Account), columns(AccountGrant)
    query = (
        select(f.expert_id, f.account_id, f.handed_out_on, a.language)
        .join_from(table_of(CalendarFeed), table_of(Account), a.id == f.account_id)
        .join(table_of(AccountGrant), g.account_id == a.id)
        .where(f.token_hash == hash_of(token), a.active, a.expert_id == f.expert_id, g.role == "expert")
    )
    row = session.execute(query).first()
    if row is None:
        raise no_subscription()
    as_expert = Actor(row.account_id, (Grant("expert"),), expert=row.expert_id)
    return Bearer(as_expert, row.expert_id, row.language, row.handed_out_on)


def record_reading(session: Session, bearer: Bearer, today: date | None = None) -> None:
    """Record that a subscription was read: the first time on a day, since programs read it many times."""
    today = today or today_in_japan()
    if bearer.handed_out_on == today:
        return
    f = columns(CalendarFeed)
    earlier = or_(f.handed_out_on.is_(None), f.handed_out_on < today)
    first = update(table_of(CalendarFeed)).where(f.expert_id == bearer.expert, earlier).values(handed_out_on=today)
    if session.execute(first).rowcount == 1:  # type: ignore[attr-defined]
        record_calendar(session, bearer.actor, bearer.expert, subscribed=True)


def record_calendar(session: Session, actor: Actor, expert_id: str, *, subscribed: bool = False) -> None:
    """Record that a calendar was handed out; ``subscribed``: to a calendar program, not to who signed in."""
    record(session, actor, "calendar:hand_out", "expert", expert_id, after={"form": "ics", "subscribed": subscribed})
    if actor.expert != expert_id:
        note_files(session, actor, [expert_id], "calendar")


def hash_of(token: str) -> str:
    """Return what is kept of an address's secret. No salt and no key: nobody guesses 256 bits."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def no_subscription() -> NotFound:
    """Return the fault of a subscription that is not there."""
    return NotFound("予定表の購読", "calendar subscription")
