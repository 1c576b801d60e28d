"""Two experts and a request of two slots, in a database of its own."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from hub.db.transaction import reading, transaction
from hub.workflows.drafts import ExpertDraft, RequestDraft, SlotDraft
from hub.workflows.experts import store_experts
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from tests.hub.round.world import CITY
from tests.hub.workflows.accounts import add_account


@dataclass(frozen=True, slots=True)
class World:
    """A database with experts ``e1``, ``e2`` (40 hours, 2 engagements, 4 days a month) and the open request ``r1``."""

    engine: Engine
    slots: tuple[str, ...]


@pytest.fixture
def world(
    registered: Engine,
    expert: Callable[..., ExpertDraft],
    request_told: Callable[..., RequestDraft],
    slot: Callable[..., SlotDraft],
) -> World:
    with transaction(registered) as session:
        add_account(session, "acc_requester", ("requester", CITY))
        add_account(session, "acc_approver", ("approver", CITY))
        add_account(session, "acc_coordinator", ("coordinator", ""))
        store_experts(session, {"e1": expert(), "e2": expert(given_name="次郎")})
        store_requests(session, {"r1": request_told(slots=(slot(onsite_days=1.0), slot(title="二つ目")))})
    with transaction(registered) as session:
        for key in ("e1", "e2"):
            add_account(session, f"acc_{key}", ("expert", ""), expert=key)
    with reading(registered) as session:
        slots = tuple(read_slots(session, ["r1"])["r1"])
    return World(registered, slots)
