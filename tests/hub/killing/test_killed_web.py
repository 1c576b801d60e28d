"""A web process killed at any moment: what it answered stays, what it did not is done once when it is asked again."""

import os
import random
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from itertools import islice
from typing import TypeAlias

import pytest
from sqlalchemy import Engine, text

from benchmarks.crowd_serving import calling, serving
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from tests.hub.killing.test_killing import check_whole, rows
from tests.hub.killing.web import DEED
from tests.hub.round.world import make_plan, offer

APPLICATION = "tests.hub.killing.web:application"
OFFERS, DEEDS, AT_ONCE = 60, 200, 4
MIX = {"yes": 30, "agreed": 30, "no": 6, "not_this": 6, "withdraw": 6, "pause": 6, "resume": 6}

Deed: TypeAlias = tuple[str, str, str, str, object]
"""Caller, method, address, the thing it is about, body."""


def offers_of(engine: Engine) -> list[tuple[str, str, str]]:
    """Offer slots to experts, and return (proposal, expert, organization) of each."""
    with transaction(engine) as session:
        make_plan(session)
        slots = session.execute(text("SELECT id FROM slots ORDER BY id")).scalars().all()
        experts = session.execute(text("SELECT id FROM experts ORDER BY id")).scalars().all()
        for number, slot in enumerate(slots[:OFFERS]):
            offer(session, slot, experts[number % len(experts)])
    found = rows(engine, "SELECT id, expert_id, organization_code FROM proposals ORDER BY id")
    return [(str(key), str(expert), str(organization)) for key, expert, organization in found]


def deeds(offers: list[tuple[str, str, str]], chance: random.Random) -> list[Deed]:
    """Return what people do, at random."""
    made: list[Deed] = []
    for kind in chance.choices(list(MIX), list(MIX.values()), k=DEEDS):
        key, expert, organization = chance.choice(offers)
        as_expert, as_office = f"expert {expert}", f"requester {organization}"
        made.append(
            {
                "yes": (as_expert, "POST", f"/offers/{key}/accept", key, None),
                "agreed": (as_office, "POST", f"/proposals/{key}/accept", key, None),
                "no": (as_expert, "POST", f"/offers/{key}/decline", key, {"code": "no_time"}),
                "not_this": (as_office, "POST", f"/proposals/{key}/decline", key, {"code": "cost"}),
                "withdraw": ("coordinator ", "POST", f"/proposals/{key}/withdraw", key, {}),
                "pause": ("coordinator ", "PUT", f"/experts/{expert}/paused", expert, {"paused": True}),
                "resume": ("coordinator ", "PUT", f"/experts/{expert}/paused", expert, {"paused": False}),
            }[kind]
        )
    return made


def status_of(port: int, deed: str, caller: str, method: str, address: str, body: object) -> int:
    """Ask for a deed, by a key of its own where a request takes one, and return the status."""
    key = {"Idempotency-Key": deed} if method == "POST" else {}
    return calling(port, caller, method, address, body, headers={DEED: deed, **key})()[0]


def ask(pool: ThreadPoolExecutor, port: int, wanted: dict[int, Deed]) -> dict[int, "Future[int]"]:
    """Begin to ask for each of ``wanted``."""
    return {
        number: pool.submit(status_of, port, f"op_{number}", caller, method, address, body)
        for number, (caller, method, address, _, body) in wanted.items()
    }


def answered(asked: dict[int, "Future[int]"]) -> dict[int, int]:
    """Return the status of those that got an answer."""
    return {number: future.result() for number, future in asked.items() if future.exception() is None}


def check_answered(engine: Engine, wanted: dict[int, Deed], statuses: dict[int, int]) -> None:
    """Check that what was answered well is there, what was refused is not, and nothing is there twice."""
    assert {status for status in statuses.values() if status >= 500} == set()
    query = "SELECT actor_id, subject_id FROM changes WHERE subject_kind = 'proposal' AND actor_id LIKE 'op_%'"
    moved = rows(engine, query)
    assert len(moved) == len(set(moved))
    recorded = {actor for (actor,) in rows(engine, "SELECT actor_id FROM audit_records")}
    for number, status in statuses.items():
        _, method, _, subject, _ = wanted[number]
        if method == "POST":
            assert ((f"op_{number}", subject) in moved) == (status < 300)
        elif status < 300:
            assert f"op_{number}" in recorded


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_web_process_killed_among_its_answers_loses_none_and_doubles_none(
    seeded: Engine, settings: Settings, seed: int
):
    chance = random.Random(seed)
    wanted = dict(enumerate(deeds(offers_of(seeded), chance)))
    first = dict(islice(wanted.items(), DEEDS // 4 + chance.randrange(DEEDS // 4)))
    rest = {number: deed for number, deed in wanted.items() if number not in first}
    with ThreadPoolExecutor(AT_ONCE) as pool, serving(settings, APPLICATION) as served:
        statuses = answered(ask(pool, served.port, first))
        assert len(statuses) == len(first)
        under_way = ask(pool, served.port, rest)
        next(islice(as_completed(under_way.values()), chance.randrange(40), None))
        time.sleep(chance.uniform(0, 0.02))
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
        statuses |= answered(under_way)
    assert len(first) < len(statuses) < len(wanted), "killed in the midst"
    check_answered(seeded, wanted, statuses)
    check_whole(seeded)
    with ThreadPoolExecutor(AT_ONCE) as pool, serving(settings, APPLICATION) as served:
        unanswered = {number: deed for number, deed in wanted.items() if number not in statuses}
        again = answered(ask(pool, served.port, unanswered))
    assert len(again) == len(unanswered)
    check_answered(seeded, wanted, statuses | again)
    check_whole(seeded)
    with reading(seeded) as session:
        assert session.execute(text("SELECT count(*) FROM proposals WHERE status = 'confirmed'")).scalar_one() > 0
