"""Two experts and a request of two slots, in a database of its own."""

from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from hub.db.transaction import reading, transaction
from hub.workflows.experts import store_experts
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from tests.hub import drafts
from tests.hub.databases import Databases
from tests.hub.round.world import CITY
from tests.hub.workflows.accounts import add_account


@dataclass(frozen=True, slots=True)
class World:
    """A database with experts ``e1``, ``e2`` (40 hours, 2 engagements, 4 days a month) and the open request ``r1``."""

    engine: Engine
    slots: tuple[str, ...]


def fill(engine: Engine) -> None:
    with transaction(engine) as session:
        add_account(session, "acc_requester", ("requester", CITY))
        add_account(session, "acc_approver", ("approver", CITY))
        add_account(session, "acc_coordinator", ("coordinator", ""))
        store_experts(session, {"e1": drafts.expert(), "e2": drafts.expert(given_name="次郎")})
        seats = (drafts.slot(onsite_days=1.0), drafts.slot(title="二つ目"))
        store_requests(session, {"r1": drafts.request(slots=seats)})
    with transaction(engine) as session:
        for key in ("e1", "e2"):
            add_account(session, f"acc_{key}", ("expert", ""), expert=key)


@pytest.fixture(scope="session", autouse=True)
def contents(databases: Databases) -> None:
    databases.add("world", fill, on="registered")


@pytest.fixture
def world(registered: Engine) -> World:
    with reading(registered) as session:
        return World(registered, tuple(read_slots(session, ["r1"])["r1"]))
