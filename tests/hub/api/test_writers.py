"""Who writes waits for their turn without a thread, so that whoever holds a lock can always end."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from hub.dependencies import MOST_WRITERS, writers_of
from hub.settings import Settings

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
    state.writers = asyncio.Semaphore(0)
    state.settings = state.settings.model_copy(update={"database_wait_seconds": 0.1})
    answer = still.post("/api/plans", json={"title": "計画"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert still.get("/api/plans").json()["total"] == 0


def test_a_turn_is_given_back_whatever_came_of_it(still: TestClient):
    state = still.app.state  # type: ignore[attr-defined]
    state.writers = asyncio.Semaphore(1)
    for body, status in (({}, 422), ({"title": "計画"}, 202), ({"title": "計画", "months": []}, 422)):
        assert still.post("/api/plans", json=body).status_code == status
    assert not state.writers.locked()


@pytest.mark.parametrize(("dialect", "connections", "most"), [("sqlite", 20, 1), ("postgresql", 8, 4)])
def test_writers_are_one_on_sqlite_and_at_most_half_of_the_connections_elsewhere(
    dialect: str, connections: int, most: int
):
    assert writers_of(Settings(database_connections=connections), dialect)._value == most
    assert writers_of(Settings(database_connections=1000), dialect)._value <= MOST_WRITERS < THREADS
