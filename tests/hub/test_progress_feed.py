"""Readers of a run's progress: told what is new and no more, whole each time, and holding nothing while they wait."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

from sqlalchemy import Engine

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.progress_feed import ProgressFeed
from hub.workflows.plan_reading import read_followed
from hub.workflows.plan_rows import FollowedRun, PlanRow
from hub.workflows.plans import queue_plan, request_stop
from hub.workflows.runs import claim_next, fail_plan, leases, put_back_lost, record_progress
from matching.progress import Progress
from tests.hub.databases import on_sqlite

EVERY = 0.02


def queue(engine: Engine) -> str:
    with transaction(engine) as session:
        return queue_plan(session, LOCAL, "試し")


def now(engine: Engine, plan: str) -> FollowedRun:
    with reading(engine) as session:
        return read_followed(session, plan)


async def told(feed: ProgressFeed, run: FollowedRun, last: int | None = None) -> list[PlanRow]:
    return [one.row async for one in feed.follow(run, last)]


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not reached():
            await asyncio.sleep(0.01)


def played(engine: Engine, play: Callable[[ProgressFeed], Awaitable[None]], **how: float) -> None:
    async def main() -> None:
        feed = ProgressFeed(engine, every=EVERY, **how)
        await play(feed)
        await feed.close()

    asyncio.run(main())


def test_each_reader_is_told_every_change_in_its_order_also_where_the_run_begins_again(seeded: Engine):
    plan, seen = queue(seeded), []

    def found(filled: int) -> None:
        with transaction(seeded) as session:
            (lease,) = leases(session)
            claim = claims[-1]
            assert lease.attempt == claim.attempt
            record_progress(session, claim, Progress("solve", 1.0, float(filled), 9.0, None, filled, 30))

    claims = []

    def claim() -> None:
        with transaction(seeded) as session:
            claims.append(claim_next(session))

    def lose() -> None:
        with transaction(seeded) as session:
            put_back_lost(session, leases(session))

    def end() -> None:
        with transaction(seeded) as session:
            fail_plan(session, claims[-1], "だめ", "no")

    async def play(feed: ProgressFeed) -> None:
        readers = [asyncio.create_task(told(feed, now(seeded, plan))) for _ in range(2)]
        await until(lambda: feed.readers == 2)
        for step in (claim, lambda: found(3), lambda: found(5), lose, claim, lambda: found(1), end):
            await asyncio.to_thread(step)
            await asyncio.sleep(4 * EVERY)
        seen.extend([await reader for reader in readers])
        assert feed.readers == 0

    played(seeded, play)
    for rows in seen:
        numbers = [row.sequence for row in rows]
        assert numbers == sorted(set(numbers))
        assert rows[-1].status == "failed"
    every = [(row.status, row.attempt, row.filled) for row in seen[0]]
    assert every[0] == ("queued", 0, 0)
    assert ("running", 1, 5) in every
    assert ("running", 2, 1) in every


@on_sqlite
def test_who_comes_back_is_told_only_what_they_have_not_seen(seeded: Engine):
    plan = queue(seeded)
    first = now(seeded, plan)

    async def play(feed: ProgressFeed) -> None:
        again = asyncio.create_task(told(feed, first, first.row.sequence))
        await until(lambda: feed.readers == 1)
        with transaction(seeded) as session:
            request_stop(session, LOCAL, plan)
        (last,) = await again
        assert (last.status, last.sequence > first.row.sequence) == ("cancelled", True)
        assert await told(feed, now(seeded, plan), last.sequence) == []

    played(seeded, play)


@on_sqlite
def test_a_reader_is_let_go_when_time_is_up_or_the_process_ends(seeded: Engine):
    plan = queue(seeded)

    async def time_is_up(feed: ProgressFeed) -> None:
        assert [row.status for row in await told(feed, now(seeded, plan))] == ["queued"]

    async def closing(feed: ProgressFeed) -> None:
        reader = asyncio.create_task(told(feed, now(seeded, plan)))
        await until(lambda: feed.readers == 1)
        await feed.close()
        assert [row.status for row in await asyncio.wait_for(reader, 5)] == ["queued"]

    played(seeded, time_is_up, most_seconds=0.1)
    played(seeded, closing)


def test_a_hundred_readers_hold_no_connection_and_no_thread(seeded: Engine):
    plan = queue(seeded)

    async def play(feed: ProgressFeed) -> None:
        feed._every = 0.3
        readers = [asyncio.create_task(told(feed, now(seeded, plan))) for _ in range(100)]
        await until(lambda: feed.readers == 100)
        await until(lambda: seeded.pool.checkedout() == 0)  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)
        assert seeded.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert threading.active_count() < 20
        await feed.close()
        await asyncio.gather(*readers)

    played(seeded, play)
