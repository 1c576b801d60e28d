"""Who writes waits for their turn without a thread, so that whoever holds a lock can always end."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from hub.errors import Busy
from hub.turns import MOST_OF_ONE, MOST_WRITERS, Turns, turns_of

THREADS = 40
"""What anyio has for everything that is not asynchronous."""


def test_more_writers_at_once_than_there_are_threads_are_all_served(still: TestClient):
    with ThreadPoolExecutor(THREADS + 5) as pool:
        asked = [pool.submit(still.post, "/api/plans", json={"title": f"計画 {n}"}) for n in range(THREADS + 5)]
        came = Counter(one.result().status_code for one in asked)
    assert came == {202: THREADS + 5}
    assert still.get("/api/plans").json()["total"] == THREADS + 5


def test_who_waits_too_long_for_a_turn_is_told_to_try_again_and_readers_are_served(still: TestClient):
    state = still.app.state  # type: ignore[attr-defined]
    state.turns = Turns(0)
    state.settings = state.settings.model_copy(update={"database_wait_seconds": 0.1})
    answer = still.post("/api/plans", json={"title": "計画"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert still.get("/api/plans").json()["total"] == 0


def test_a_turn_is_given_back_whatever_came_of_it(still: TestClient):
    state = still.app.state  # type: ignore[attr-defined]
    state.turns = Turns(1, of_one=1)
    for body, status in (({}, 422), ({"title": "計画"}, 202), ({"title": "計画", "months": []}, 422)):
        assert still.post("/api/plans", json=body).status_code == status
    assert not state.turns.taken


@pytest.mark.parametrize(("dialect", "connections", "most"), [("sqlite", 20, 1), ("postgresql", 8, 4)])
def test_writers_are_one_on_sqlite_and_at_most_half_of_the_connections_elsewhere(
    dialect: str, connections: int, most: int
):
    assert turns_of(connections, dialect).most == most
    assert turns_of(1000, dialect).most <= MOST_WRITERS < THREADS
    assert MOST_OF_ONE < MOST_WRITERS


async def at_once(turns: Turns, *persons: str | None) -> Counter[str | None]:
    """Return who had a turn at the same time, of ``persons`` who all ask at once and keep what they get."""
    having: Counter[str | None] = Counter()
    enough = asyncio.Event()

    async def ask(person: str | None) -> None:
        async with turns.turn(person, wait_seconds=10):
            having[person] += 1
            await enough.wait()

    asking = [asyncio.create_task(ask(person)) for person in persons]
    for _ in range(10 * len(persons)):
        await asyncio.sleep(0)
    found = Counter(having)
    enough.set()
    await asyncio.gather(*asking)
    assert having == Counter(persons), "everybody has had a turn in the end"
    return found


def test_one_person_takes_few_turns_and_leaves_the_rest_to_others():
    found = asyncio.run(at_once(Turns(5), *["busy"] * 9, "other", None, None, None))
    assert found == {"busy": MOST_OF_ONE, "other": 1, None: 2}


def test_who_waits_for_their_own_turn_holds_nobody_up():
    async def tried() -> None:
        turns = Turns(2, of_one=1)
        async with turns.turn("busy", wait_seconds=1):
            with pytest.raises(Busy):
                async with turns.turn("busy", wait_seconds=0.01):
                    raise AssertionError
            assert not turns.taken
            async with turns.turn("other", wait_seconds=0.01):
                assert turns.taken
        async with turns.turn("busy", wait_seconds=0.01):
            pass
        assert not turns.taken

    asyncio.run(tried())


def test_whoever_goes_while_they_wait_leaves_every_turn_as_it_was():
    async def tried() -> None:
        turns = Turns(1)
        async with turns.turn("first", wait_seconds=1):
            waiting = asyncio.create_task(turns.turn("second", wait_seconds=10).__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        for _ in range(MOST_OF_ONE):
            async with turns.turn("second", wait_seconds=0.01):
                pass
        assert not turns.taken

    asyncio.run(tried())
