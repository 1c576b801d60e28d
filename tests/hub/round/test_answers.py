from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.db.transaction import reading, transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid, NotFound
from hub.models.base import utc_now
from hub.workflows import confirmation, proposals
from hub.workflows.drafts import MonthDraft, RequestDraft, SlotDraft
from hub.workflows.experts import store_experts
from hub.workflows.moving import Reason
from hub.workflows.proposals import (
    accept_as_expert,
    accept_as_organization,
    decline_as_expert,
    decline_as_organization,
)
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from hub.workflows.settling import Seat, standing
from tests.hub.databases import on_sqlite
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    APPROVER,
    COORDINATOR,
    REQUESTER,
    STRANGER,
    committed,
    make_plan,
    moves_of,
    offer,
    offers,
    person,
    status_of,
)

NO_TIME = Reason("no_time")


def test_an_expert_s_yes_holds_the_months_and_the_organization_s_confirms(world: World):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    assert status_of(world.engine, "requests", "r1") == "in_plan"
    assert committed(world.engine, "e1") == [(0, 0, 0)] * 3
    with transaction(world.engine) as session:
        assert accept_as_expert(session, person("e1"), proposal) == "expert_accepted"
    assert committed(world.engine, "e1") == [(20, 1, 1), (20, 1, 1), (0, 0, 0)]
    with transaction(world.engine) as session:
        assert accept_as_organization(session, REQUESTER, proposal) == "confirmed"
    assert committed(world.engine, "e1") == [(20, 1, 1), (20, 1, 1), (0, 0, 0)]
    assert moves_of(world.engine, "proposal", proposal) == [
        ("accept_as_expert", "offered", "expert_accepted", "acc_e1"),
        ("accept_as_organization", "expert_accepted", "confirmed", "acc_requester"),
    ]


def test_the_organization_may_answer_first_and_holds_nothing(world: World):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with transaction(world.engine) as session:
        assert accept_as_organization(session, APPROVER, proposal) == "organization_accepted"
    assert committed(world.engine, "e1") == [(0, 0, 0)] * 3
    with transaction(world.engine) as session:
        assert accept_as_expert(session, person("e1"), proposal) == "confirmed"
    assert committed(world.engine, "e1")[0] == (20, 1, 1)


def test_what_follows_a_confirmation_begins_in_the_same_transaction(world: World, monkeypatch: pytest.MonkeyPatch):
    begun = []
    monkeypatch.setattr(confirmation, "ON_CONFIRMED", (lambda session, actor, key: begun.append((actor.id, key)),))
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), proposal)
        assert begun == []
        accept_as_organization(session, REQUESTER, proposal)
    assert begun == [("acc_requester", proposal)]


def test_a_request_is_staffed_once_every_required_slot_is_confirmed(world: World):
    pairs = list(zip(world.slots, ("e1", "e2"), strict=True))
    for proposal, (_, expert) in zip(offers(world.engine, pairs), pairs, strict=True):
        assert status_of(world.engine, "requests", "r1") == "in_plan"
        with transaction(world.engine) as session:
            accept_as_expert(session, person(expert), proposal)
            accept_as_organization(session, REQUESTER, proposal)
    assert status_of(world.engine, "requests", "r1") == "staffed"
    assert moves_of(world.engine, "request", "r1") == [
        ("settle", "open", "in_plan", "system"),
        ("settle", "in_plan", "staffed", "system"),
    ]


@pytest.mark.parametrize(
    ("seats", "at_work", "stands"),
    [
        ([(True, None), (True, None)], "", "open"),
        ([(True, "offered"), (True, None)], "", "in_plan"),
        ([(True, "confirmed"), (True, "expert_accepted")], "a", "in_plan"),
        ([(True, "confirmed"), (True, "confirmed")], "", "staffed"),
        ([(True, "confirmed"), (True, "confirmed")], "a", "staffed"),
        ([(True, "confirmed"), (True, "confirmed")], "ab", "running"),
        ([(True, "confirmed"), (False, None)], "", "staffed"),
        ([(True, "confirmed"), (False, "offered")], "a", "running"),
        ([(True, None), (False, "confirmed")], "", "in_plan"),
        ([(False, "confirmed"), (False, None)], "", "in_plan"),
        ([(False, "confirmed"), (False, "confirmed")], "", "staffed"),
        ([], "", "open"),
    ],
)
def test_where_a_request_stands_follows_from_its_slots(seats: list[tuple[bool, str | None]], at_work: str, stands: str):
    told = [Seat(key, required, proposal) for key, (required, proposal) in zip("ab", seats, strict=False)]
    assert standing(told, at_work) == stands


def test_a_no_puts_the_slot_back_with_its_reason(world: World):
    first, second = offers(world.engine, [(world.slots[0], "e1"), (world.slots[1], "e2")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), first)
    with transaction(world.engine) as session:
        decline_as_expert(session, person("e1"), first, NO_TIME)
    assert committed(world.engine, "e1") == [(0, 0, 0)] * 3
    assert status_of(world.engine, "requests", "r1") == "in_plan"
    with transaction(world.engine) as session:
        decline_as_organization(session, APPROVER, second, Reason("other", "事情が変わった"))
    assert status_of(world.engine, "requests", "r1") == "open"
    with reading(world.engine) as session:
        kept = session.execute(text("SELECT reason_code, reason FROM changes WHERE move LIKE 'decline%' ORDER BY at"))
        assert [tuple(row) for row in kept] == [("no_time", None), ("other", "事情が変わった")]
    assert [status_of(world.engine, "proposals", key) for key in (first, second)] == [
        "expert_declined",
        "organization_declined",
    ]


@on_sqlite
@pytest.mark.parametrize("reason", [Reason(), Reason("skills"), Reason("other"), Reason("other", " ")])
def test_a_no_gives_a_reason_of_its_own_side(world: World, reason: Reason):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with pytest.raises(Invalid), transaction(world.engine) as session:
        decline_as_expert(session, person("e1"), proposal, reason)
    assert status_of(world.engine, "proposals", proposal) == "offered"


def test_nobody_answers_for_another(world: World):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    tries = (
        lambda session: accept_as_expert(session, person("e2"), proposal),
        lambda session: accept_as_expert(session, COORDINATOR, proposal),
        lambda session: accept_as_expert(session, REQUESTER, proposal),
        lambda session: accept_as_organization(session, STRANGER, proposal),
        lambda session: accept_as_organization(session, person("e1"), proposal),
        lambda session: decline_as_expert(session, person("e2"), proposal, NO_TIME),
        lambda session: decline_as_organization(session, STRANGER, proposal, Reason("cost")),
    )
    for attempt in tries:
        with pytest.raises(Forbidden), transaction(world.engine) as session:
            attempt(session)
    with pytest.raises(NotFound), transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), "nothing")
    assert status_of(world.engine, "proposals", proposal) == "offered"


def test_an_answer_is_given_once_in_time_and_on_the_version_seen(world: World):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with pytest.raises(ChangedMeanwhile), transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), proposal, version=7)
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), proposal, version=1)
    with pytest.raises(Conflict, match="expert_accepted"), transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), proposal)
    with transaction(world.engine) as session:
        late = offer(session, world.slots[1], "e2", deadline=utc_now() - timedelta(seconds=1))
    for attempt in (
        lambda session: accept_as_expert(session, person("e2"), late),
        lambda session: accept_as_organization(session, REQUESTER, late),
    ):
        with pytest.raises(Conflict, match="deadline"), transaction(world.engine) as session:
            attempt(session)


@pytest.mark.parametrize(
    ("offered", "says"),
    [
        ((30.0, 9, 9.0), "2026-11: 10 hours left, this takes 20"),
        ((99.0, 1, 9.0), "2026-11: 0 engagements left, this takes 1"),
        ((99.0, 9, 1.5), "2026-11: 0.5 onsite days left, this takes 1"),
    ],
)
def test_more_than_is_left_of_a_month_is_refused_by_name(
    world: World,
    expert: Callable[..., object],
    request_told: Callable[..., RequestDraft],
    slot: Callable[..., SlotDraft],
    offered: tuple[float, int, float],
    says: str,
):
    first, second = two_offers(world, expert, request_told, slot, MonthDraft("2026-11", *offered))
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e3"), first)
    before = committed(world.engine, "e3")
    with pytest.raises(Conflict) as caught, transaction(world.engine) as session:
        accept_as_expert(session, person("e3"), second)
    assert says in caught.value.en
    assert "2026-10" not in caught.value.en
    assert committed(world.engine, "e3") == before == [(20, 1, 1), (20, 1, 1)]
    assert status_of(world.engine, "proposals", second) == "offered"


@pytest.mark.parametrize("offered", [(30.0, 9, 9.0), (99.0, 1, 9.0), (99.0, 9, 1.5)])
def test_the_database_itself_refuses_more_than_is_left(
    world: World,
    expert: Callable[..., object],
    request_told: Callable[..., RequestDraft],
    slot: Callable[..., SlotDraft],
    offered: tuple[float, int, float],
    monkeypatch: pytest.MonkeyPatch,
):
    first, second = two_offers(world, expert, request_told, slot, MonthDraft("2026-11", *offered))
    monkeypatch.setattr(proposals, "refuse_without_room", lambda *_: None)
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e3"), first)
    with pytest.raises(Conflict, match="not enough room"), transaction(world.engine) as session:
        accept_as_expert(session, person("e3"), second)
    assert committed(world.engine, "e3") == [(20, 1, 1), (20, 1, 1)]
    assert status_of(world.engine, "proposals", second) == "offered"


def two_offers(
    world: World,
    expert: Callable[..., object],
    request_told: Callable[..., RequestDraft],
    slot: Callable[..., SlotDraft],
    tight: MonthDraft,
) -> tuple[str, str]:
    """Offer ``e3`` two slots of 20 hours and a day a month, who has ample room in October and ``tight`` in November."""
    with transaction(world.engine) as session:
        store_experts(session, {"e3": expert(availability=(MonthDraft("2026-10", 99.0, 9, 9.0), tight))})
        store_requests(session, {"r2": request_told(slots=(slot(onsite_days=1.0),))})
        other = next(iter(read_slots(session, ["r2"])["r2"]))
        make_plan(session)
        return offer(session, world.slots[0], "e3"), offer(session, other, "e3")
