"""How many requests a token may send: so many a minute, from a bucket that fills up again bit by bit.

A bucket is one moment, ``spent_until``: when all that was taken from it will have come back (the generic cell rate
algorithm). A web process takes a handful at a time and counts within it by itself, so that hardly any request writes:

- On PostgreSQL the buckets are rows, shared by all processes. What is granted in any minute is at most the limit and
  the bucket, ``Pace.most_in_a_minute``; a process may use what it took up to a minute later, so that ``p`` processes
  let through at most ``p`` handfuls more, never more in the long run. What a process took and did not use is lost: a
  client is refused too early by a handful a minute and process at most.
- On SQLite one process serves the hub and keeps the buckets by itself: nothing is written, the limit holds exactly,
  and a restart fills the buckets up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from hub.db.transaction import transaction
from hub.errors import SignInNeeded, TooOften
from hub.models import ApiToken
from hub.models.base import columns, table_of

MINUTE = timedelta(minutes=1)
LEAST_BUCKET = 10
"""Requests a client may send at once, however slow it is to be: pages of a list, say."""
MOST_REMEMBERED = 10_000
"""Tokens a process remembers; those it has not heard of for a minute are forgotten first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a token may send: ``per_minute`` requests."""

    per_minute: int

    @property
    def bucket(self) -> int:
        """Requests that may come at once: of ten seconds, and at least ``LEAST_BUCKET``."""
        return min(self.per_minute, max(LEAST_BUCKET, self.per_minute // 6))

    @property
    def handful(self) -> int:
        """Requests a process takes at a time."""
        return max(1, self.bucket // 4)

    @property
    def each(self) -> timedelta:
        """The time in which one request comes back."""
        return MINUTE / self.per_minute

    @property
    def most_in_a_minute(self) -> int:
        """The most that is granted within a minute."""
        return self.per_minute + self.bucket


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from a bucket: ``count`` requests; with none, one more from ``again_at`` on."""

    count: int
    spent_until: datetime
    again_at: datetime


def take(pace: Pace, spent_until: datetime | None, wanted: int, now: datetime) -> Taken:
    """Return what a bucket gives: at most ``wanted``, and no more than is in it. ``spent_until`` None: it is full."""
    spent = max(spent_until or now, now)
    left = int((now + pace.bucket * pace.each - spent) / pace.each)
    count = max(0, min(wanted, left))
    return Taken(count, spent + count * pace.each, spent - (pace.bucket - 1) * pace.each)


@dataclass(slots=True)
class _Held:
    """What this process holds of a token's bucket; ``spent_until``: the bucket itself, where it is kept here."""

    lock: Lock = field(default_factory=Lock)
    left: int = 0
    ends_at: datetime | None = None
    again_at: datetime | None = None
    spent_until: datetime | None = None


Buckets = Callable[[str, Pace, datetime], Taken]
"""Takes a handful from a token's bucket."""


class TokenPaces:
    """Counts the requests of tokens in one web process. ``shared``: where the buckets are, None: here."""

    def __init__(self, shared: Buckets | None = None) -> None:
        self._shared = shared
        self._held: dict[str, _Held] = {}
        self._lock = Lock()

    def count(self, token_id: str, pace: Pace, now: datetime) -> None:
        """Count a request. Raises TooOften when the bucket is empty, SignInNeeded when the token is gone."""
        held = self._of(token_id, now)
        # Requests of one token wait for one another while a handful is taken, so that only one of them takes it.
        with held.lock:
            if held.again_at is not None and now < held.again_at:
                raise _too_fast(held.again_at - now)
            if held.left == 0 or held.ends_at is None or now >= held.ends_at:
                self._take(token_id, held, pace, now)
            held.left -= 1

    def _take(self, token_id: str, held: _Held, pace: Pace, now: datetime) -> None:
        if self._shared is None:
            taken = take(pace, held.spent_until, 1, now)
            held.spent_until = taken.spent_until
        else:
            taken = self._shared(token_id, pace, now)
        held.left, held.ends_at, held.again_at = taken.count, now + MINUTE, None
        if taken.count == 0:
            held.again_at = taken.again_at
            raise _too_fast(taken.again_at - now)

    def _of(self, token_id: str, now: datetime) -> _Held:
        with self._lock:
            if len(self._held) > MOST_REMEMBERED:
                self._held = {known: held for known, held in self._held.items() if held.ends_at and now < held.ends_at}
            return self._held.setdefault(token_id, _Held())


def paces_for(engine: Engine) -> TokenPaces:
    """Return what counts tokens' requests in this process: with the others on PostgreSQL, by itself on SQLite."""
    if engine.dialect.name == "sqlite":
        return TokenPaces()

    def shared(token_id: str, pace: Pace, now: datetime) -> Taken:
        with transaction(engine) as session:
            return take_shared(session, token_id, pace, now)

    return TokenPaces(shared)


def take_shared(session: Session, token_id: str, pace: Pace, now: datetime) -> Taken:
    """Take a handful from the bucket in a token's row. Raises SignInNeeded when the token is gone."""
    t = columns(ApiToken)
    mine = t.id == token_id
    # Those who act by the token hold its row (FOR KEY SHARE) and are not waited for.
    row = session.execute(select(t.spent_until).where(mine).with_for_update(key_share=True)).first()
    if row is None:
        raise SignInNeeded
    taken = take(pace, row.spent_until, pace.handful, now)
    if taken.count:
        session.execute(update(table_of(ApiToken)).where(mine).values(spent_until=taken.spent_until))
    return taken


def _too_fast(wait: timedelta) -> TooOften:
    return TooOften(max(1, -int(-wait.total_seconds() // 1)))
