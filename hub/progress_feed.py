"""The progress of runs for all readers of this process: one look at the rows for everybody, none while nobody reads.

A reader holds no connection of the database and no thread, only a place to wait. Several web processes look each for
itself: the row is what they share.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
from sqlalchemy import Engine

from hub.db.transaction import reading
from hub.logging import log_event
from hub.workflows.plan_reading import followed_now
from hub.workflows.plan_rows import FollowedRun

EVERY = 0.5
"""Seconds between two looks; workers write as often."""
MOST_SECONDS = 600.0
"""How long one reader is served before they have to ask, and be allowed to, again."""
UNDER_WAY = ("draft", "queued", "running")


@dataclass
class _Topic:
    readers: int = 0
    run: FollowedRun | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)


class ProgressFeed:
    """Tells readers of runs. Used from one event loop alone."""

    def __init__(self, engine: Engine, every: float = EVERY, most_seconds: float = MOST_SECONDS) -> None:
        self._engine = engine
        self._every = every
        self._most_seconds = most_seconds
        self._topics: dict[str, _Topic] = {}
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def readers(self) -> int:
        """How many read at present."""
        return sum(topic.readers for topic in self._topics.values())

    async def follow(
        self, run: FollowedRun, last: int | None = None, leaving: anyio.Event | None = None
    ) -> AsyncIterator[FollowedRun]:
        """Yield the run as it is now and at each change, whole each time, until it has ended or time is up.

        ``run``: as the reader was allowed to see it. ``last``: the ``sequence`` they saw last; it is not told again.
        ``leaving``: once set, the reader is let go.
        """
        topic = self._topics.setdefault(run.row.id, _Topic())
        topic.readers += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="progress-feed")
        until = time.monotonic() + self._most_seconds
        seen = last
        try:
            while True:
                newest = run if topic.run is None or topic.run.row.sequence < run.row.sequence else topic.run
                if newest.row.sequence != seen:
                    seen = newest.row.sequence
                    yield newest
                left = until - time.monotonic()
                is_over = self._closed or (leaving is not None and leaving.is_set())
                if newest.row.status not in UNDER_WAY or left <= 0 or is_over:
                    return
                await _either(topic.news, leaving, left)
        finally:
            topic.readers -= 1
            if not topic.readers:
                self._topics.pop(run.row.id, None)

    async def close(self) -> None:
        """Let every reader go."""
        self._closed = True
        for topic in self._topics.values():
            topic.news.set()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        while self._topics:
            try:
                runs = await asyncio.to_thread(self._read, tuple(self._topics))
            except Exception as fault:  # the next look may come through; readers wait meanwhile
                log_event("progress_not_read", level=logging.WARNING, fault=fault)
                runs = {}
            for plan_id, run in runs.items():
                topic = self._topics.get(plan_id)
                if topic is not None and (topic.run is None or run.row.sequence > topic.run.row.sequence):
                    topic.run = run
                    topic.news.set()
                    topic.news = asyncio.Event()
            await asyncio.sleep(self._every)

    def _read(self, plan_ids: tuple[str, ...]) -> dict[str, FollowedRun]:
        with reading(self._engine) as session:
            return followed_now(session, plan_ids)


async def _either(news: asyncio.Event, leaving: anyio.Event | None, seconds: float) -> None:
    """Wait for one of both, or until time is up."""
    waits = [asyncio.ensure_future(event.wait()) for event in (news, leaving) if event is not None]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
