"""Requests that may come twice: the answer is kept beside its effect, and a repeat gets it again and does nothing.

The key's row is written first. A second request with the same key waits for the first one's transaction to end: then it
finds the answer, or, when the first was undone, it is the first itself.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.errors import Invalid
from hub.models import KeptAnswer
from hub.models.base import columns, table_of, utc_now
from hub.models.idempotency import KEY_LENGTH, ROUTE_LENGTH
from hub.workflows.records import insert_new
from matching.faults import Fault

KEPT = timedelta(hours=24)
"""How long an answer is kept; a later repeat is a request of its own."""
PLACE = "/header/idempotency-key"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given: ``headers`` are those that say something about the effect."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with a key: whose, on which route, and the SHA-256 of its body."""

    actor: str
    key: str
    route: str
    digest: str


def asked_of(actor: Actor, key: str, route: str, body: bytes) -> Asked:
    """Return the request with ``key``. Raises Invalid when the key cannot be one."""
    if not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()):
        ja = f"英数字と記号で {KEY_LENGTH} 文字以内の、要求ごとに新しい値にしてください"
        en = f"give a new value for each request, of at most {KEY_LENGTH} ASCII characters"
        raise Invalid([Fault(PLACE, ja, en)])
    return Asked(actor.id, key, route[:ROUTE_LENGTH], sha256(body).hexdigest())


def begin(session: Session, asked: Asked) -> Answer | None:
    """Take the key and return None, or the answer kept from before. Call it before anything else is done.

    Raises Invalid when the key came before with another body or to another route.
    """
    k, now = columns(KeptAnswer), utc_now()
    own = (k.actor_id == asked.actor, k.key == asked.key)
    session.execute(delete(table_of(KeptAnswer)).where(*own, k.expires_at <= now))
    empty = Answer(0)
    row = {
        "actor_id": asked.actor,
        "key": asked.key,
        "route": asked.route,
        "digest": asked.digest,
        "status": empty.status,
        "headers": empty.headers,
        "body": empty.body,
        "expires_at": now + KEPT,
    }
    if insert_new(session, KeptAnswer, [row], k.key):
        return None
    found = session.execute(select(k.route, k.digest, k.status, k.headers, k.body).where(*own)).one()
    if (found.route, found.digest) != (asked.route, asked.digest):
        ja = "このキーは、前に別の内容の要求で使われています。新しいキーで送ってください"
        en = "this key came before with another request; send a new key"
        raise Invalid([Fault(PLACE, ja, en)])
    return Answer(found.status, dict(found.headers), found.body)


def keep(session: Session, asked: Asked, answer: Answer) -> None:
    """Keep the answer to a request whose key was taken in this transaction."""
    k = columns(KeptAnswer)
    values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    own = (k.actor_id == asked.actor, k.key == asked.key)
    session.execute(update(table_of(KeptAnswer)).where(*own).values(**values))


def forget(session: Session, asked: Asked) -> None:
    """Free a key again whose request came to nothing."""
    k = columns(KeptAnswer)
    session.execute(delete(table_of(KeptAnswer)).where(k.actor_id == asked.actor, k.key == asked.key))


def purge(session: Session, now: datetime) -> int:
    """Delete the answers whose time is over; return how many."""
    k = columns(KeptAnswer)
    gone = session.execute(delete(table_of(KeptAnswer)).where(k.expires_at <= now))
    return int(gone.rowcount)  # type: ignore[attr-defined]
