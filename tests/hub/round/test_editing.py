import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid
from hub.workflows.drafts import ExpertDraft, MonthDraft, RequestDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import edit_expert, set_paused, store_experts
from hub.workflows.proposals import accept_as_expert
from hub.workflows.request_editing import create_request, edit_request
from hub.workflows.request_moves import approve, submit
from hub.workflows.request_records import read_requests
from hub.workflows.requests import store_requests
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    APPROVER,
    COORDINATOR,
    REQUESTER,
    STRANGER,
    committed,
    moves_of,
    offers,
    person,
    status_of,
    told_of,
)


def stored(world: World, request_id: str = "r1") -> RequestDraft:
    with reading(world.engine) as session:
        return read_requests(session, [request_id])[request_id]


def expert_now(world: World, key: str = "e1") -> ExpertDraft:
    with reading(world.engine) as session:
        return read_experts(session, [key])[key]


def test_its_people_edit_a_draft_and_a_coordinator_an_open_one(world: World, request_told: Callable[..., RequestDraft]):
    with transaction(world.engine) as session:
        key = create_request(session, REQUESTER, request_told())
        edit_request(session, REQUESTER, key, request_told(title="別の題", status="open"))
    assert (stored(world, key).title, stored(world, key).status) == ("別の題", "draft")
    with transaction(world.engine) as session:
        submit(session, REQUESTER, key)
    for actor in (REQUESTER, COORDINATOR):
        with pytest.raises(Conflict, match="submitted"), transaction(world.engine) as session:
            edit_request(session, actor, key, request_told())
    for actor in (REQUESTER, STRANGER, APPROVER):
        with pytest.raises(Forbidden), transaction(world.engine) as session:
            edit_request(session, actor, "r1", replace(stored(world), priority=2.0))
    with pytest.raises(Forbidden), transaction(world.engine) as session:
        create_request(session, STRANGER, request_told())
    with transaction(world.engine) as session:
        edit_request(session, COORDINATOR, "r1", replace(stored(world), priority=2.0, title="新しい題"))
    with reading(world.engine) as session:
        kept = session.execute(text("SELECT before, after FROM audit_records WHERE action = 'request:edit'")).all()
    before, after = (json.loads(part) if isinstance(part, str) else part for part in kept[-1])
    assert (before, after) == ({"priority": 1.0}, {"priority": 2.0})


def test_a_fault_of_one_draft_is_named_below_it(world: World, request_told: Callable[..., RequestDraft]):
    with pytest.raises(Invalid) as caught, transaction(world.engine) as session:
        create_request(session, REQUESTER, request_told(priority=0.0))
    assert [fault.place for fault in caught.value.faults] == ["/priority"]


def test_who_edits_an_old_version_sees_both(world: World):
    with transaction(world.engine) as session:
        edit_request(session, COORDINATOR, "r1", replace(stored(world), priority=2.0, budget=5), version=1)
    with pytest.raises(ChangedMeanwhile) as caught, transaction(world.engine) as session:
        edit_request(session, COORDINATOR, "r1", replace(stored(world), priority=3.0, budget=5), version=1)
    fault = caught.value
    assert (fault.stored, fault.told, fault.version) == ({"priority": 2.0}, {"priority": 3.0}, 2)
    with transaction(world.engine) as session:
        edit_request(session, COORDINATOR, "r1", stored(world), version=1)
    with transaction(world.engine) as session:
        edit_expert(session, person("e1"), "e1", replace(expert_now(world), hourly_rate=1), version=1)
    with pytest.raises(ChangedMeanwhile) as caught, transaction(world.engine) as session:
        edit_expert(session, person("e1"), "e1", replace(expert_now(world), hourly_rate=2), version=1)
    assert (caught.value.stored, caught.value.told) == ({"hourly_rate": 1}, {"hourly_rate": 2})


@pytest.mark.parametrize("change", [{"hours": 21.0}, {"length": 1}, {"start": "2026-11"}, {"onsite_days": 0.0}])
def test_the_time_of_a_slot_that_is_out_does_not_change(world: World, change: dict[str, object]):
    offers(world.engine, [(world.slots[0], "e1")])
    told = stored(world)
    first, second = told.slots
    with pytest.raises(Conflict, match="クラウドの設計"), transaction(world.engine) as session:
        edit_request(session, COORDINATOR, "r1", replace(told, slots=(replace(first, **change), second)))
    with transaction(world.engine) as session:
        edit_request(session, COORDINATOR, "r1", replace(told, slots=(first, replace(second, hours=7.0))))
        edit_request(session, COORDINATOR, "r1", replace(told, slots=(replace(first, title="別名"),)))
    assert status_of(world.engine, "requests", "r1") == "in_plan"


def test_a_request_that_is_out_keeps_its_organization_a_sufficient_budget_and_its_status(world: World):
    offers(world.engine, [(world.slots[0], "e1")])
    told = stored(world)
    for change in ({"organization": "131041"}, {"budget": 99_999}):
        with pytest.raises(Conflict), transaction(world.engine) as session:
            store_requests(session, {"r1": replace(told, **change)})
    with pytest.raises(Conflict), transaction(world.engine) as session:
        store_requests(session, {"r1": replace(told, status="withdrawn")})
    with transaction(world.engine) as session:
        store_requests(session, {"r1": replace(told, status="open", budget=100_000)})
    assert stored(world).status == "in_plan"


def test_months_with_promises_stay_and_others_go(world: World):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), proposal)
    told = expert_now(world)
    with transaction(world.engine) as session:
        store_experts(session, {"e1": replace(told, availability=(MonthDraft("2027-01", 5.0, 1, 0.0),))})
    assert expert_now(world).availability == (
        MonthDraft("2026-10", 20.0, 1, 1.0),
        MonthDraft("2026-11", 20.0, 1, 1.0),
        MonthDraft("2027-01", 5.0, 1, 0.0),
    )
    with transaction(world.engine) as session:
        store_experts(session, {"e1": told})
    assert expert_now(world) == told
    assert committed(world.engine, "e1")[:2] == [(20, 1, 1)] * 2


@pytest.mark.parametrize(
    ("month", "place", "says"),
    [
        (MonthDraft("2026-10", 19.0, 2, 4.0), "/availability/0/hours", "20 hours of 2026-10 are promised"),
        (MonthDraft("2026-10", 40.0, 0, 4.0), "/availability/0/engagements", "1 engagements of 2026-10 are promised"),
        (MonthDraft("2026-10", 40.0, 2, 0.0), "/availability/0/onsite_days", "1 onsite days of 2026-10 are promised"),
    ],
)
def test_less_than_is_promised_cannot_be_offered(world: World, month: MonthDraft, place: str, says: str):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), proposal)
    told = expert_now(world)
    with pytest.raises(Invalid) as caught, transaction(world.engine) as session:
        edit_expert(session, person("e1"), "e1", replace(told, availability=(month, *told.availability[1:])))
    assert [(fault.place, fault.en) for fault in caught.value.faults] == [
        (place, f"{says}: they cannot be lowered to {getattr(month, place.rsplit('/', 1)[1]):g}")
    ]
    assert expert_now(world) == told


@pytest.mark.parametrize("by_editing", [False, True])
def test_who_pauses_has_no_open_offer_and_keeps_what_was_accepted(world: World, *, by_editing: bool):
    accepted, waiting = offers(world.engine, [(world.slots[0], "e1"), (world.slots[1], "e2")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), accepted)
    with transaction(world.engine) as session:
        for key in ("e1", "e2"):
            if by_editing:
                edit_expert(session, person(key), key, replace(read_experts(session, [key])[key], paused=True))
            else:
                set_paused(session, person(key), key, paused=True)
    assert [status_of(world.engine, "proposals", key) for key in (accepted, waiting)] == [
        "expert_accepted",
        "withdrawn",
    ]
    assert moves_of(world.engine, "proposal", waiting) == [("withdraw", "offered", "withdrawn", "acc_e2")]
    for account in ("acc_e2", "acc_requester"):
        assert ("proposal:withdrawn", waiting) in told_of(world.engine, account)
    with pytest.raises(Forbidden), transaction(world.engine) as session:
        set_paused(session, person("e1"), "e2", paused=False)
    with transaction(world.engine) as session:
        set_paused(session, LOCAL, "e2", paused=False)
    assert not expert_now(world, "e2").paused


def test_a_slot_once_proposed_is_kept_when_it_is_no_longer_asked_for(world: World):
    (proposal,) = offers(world.engine, [(world.slots[1], "e1")])
    with transaction(world.engine) as session:
        set_paused(session, LOCAL, "e1", paused=True)
    told = stored(world)
    with transaction(world.engine) as session:
        edit_request(session, COORDINATOR, "r1", replace(told, slots=told.slots[:1]))
    with reading(world.engine) as session:
        query = text("SELECT withdrawn FROM slots WHERE id = :id")
        assert session.execute(query, {"id": world.slots[1]}).scalar_one()
    assert status_of(world.engine, "proposals", proposal) == "withdrawn"


def test_approving_needs_a_request_that_waits(world: World):
    with pytest.raises(Conflict), transaction(world.engine) as session:
        approve(session, APPROVER, "r1")
