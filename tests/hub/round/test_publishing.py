from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.models.base import utc_now
from hub.workflows.drafts import MonthDraft, RequestDraft, SlotDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import set_paused, store_experts
from hub.workflows.moving import Reason
from hub.workflows.plans import queue_draft, queue_plan, read_plan_row
from hub.workflows.proposals import accept_as_expert, accept_as_organization, decline_as_expert
from hub.workflows.publication_checks import REFUSALS
from hub.workflows.publishing import Publication, close_plan, publish, undo
from hub.workflows.request_moves import close_request
from hub.workflows.request_records import read_requests, read_slots
from hub.workflows.requests import store_requests
from tests.hub.databases import on_sqlite
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    CITY,
    COORDINATOR,
    OF_NAGANO,
    REQUESTER,
    WARD,
    assigned,
    in_a_week,
    make_plan,
    moves_of,
    offer,
    person,
    solved,
    status_of,
    told_of,
)


def published(world: World, plan_id: str, *slots: str, **how: Any) -> Publication:
    with transaction(world.engine) as session:
        return publish(session, COORDINATOR, plan_id, in_a_week(), slots or None, **how)


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with reading(world.engine) as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_a_plan_goes_out_in_stages_and_what_is_out_stays(world: World):
    plan_id = solved(world.engine)
    pairs = assigned(world.engine, plan_id)
    assert set(pairs) == set(world.slots)
    first = published(world, plan_id, world.slots[0])
    assert (first.stage, len(first.proposals), first.refused) == (1, 1, ())
    second = published(world, plan_id)
    assert (second.stage, len(second.proposals)) == (2, 1)
    assert published(world, plan_id).proposals == ()
    found = rows(world, "SELECT slot_id, expert_id, stage, status FROM proposals ORDER BY stage")
    assert found == [(slot, pairs[slot], stage, "offered") for stage, slot in enumerate(world.slots, start=1)]
    booked = rows(
        world, "SELECT b.month, b.hours, b.onsite_days, b.held FROM bookings b ORDER BY b.onsite_days, b.month"
    )
    assert [(month, days, bool(held)) for month, _, days, held in booked] == [
        ("2026-10", 0.0, False),
        ("2026-11", 0.0, False),
        ("2026-10", 1.0, False),
        ("2026-11", 1.0, False),
    ]
    assert booked[0][1] == 20.0 <= booked[2][1]
    with reading(world.engine) as session:
        row = read_plan_row(session, plan_id)
    assert (row.status, row.in_force) == ("published", True)
    assert [move[0] for move in moves_of(world.engine, "plan", plan_id)] == [
        "queue",
        "start",
        "finish",
        "publish",
        "publish",
        "publish",
    ]
    assert status_of(world.engine, "requests", "r1") == "in_plan"
    (mine,) = rows(world, f"SELECT id FROM proposals WHERE expert_id = '{pairs[world.slots[0]]}'")
    assert told_of(world.engine, f"acc_{pairs[world.slots[0]]}") == [("proposal:offered", mine[0])]
    assert len(told_of(world.engine, "acc_requester")) == 2


def test_the_hours_booked_are_those_of_the_plan_with_travel(world: World):
    plan_id = solved(world.engine)
    published(world, plan_id)
    query = "SELECT DISTINCT p.slot_id, b.hours FROM bookings b JOIN proposals p ON p.id = b.proposal_id"
    assert sorted(rows(world, query)) == sorted(
        rows(world, f"SELECT slot_id, hours FROM assignments WHERE plan_id = '{plan_id}'")
    )


Change = Callable[[Session, str], object]


def close(session: Session, expert: str) -> None:
    close_request(session, COORDINATOR, "r1")


def pause(session: Session, expert: str) -> None:
    set_paused(session, COORDINATOR, expert, paused=True)


def shrink(session: Session, expert: str) -> None:
    told = read_experts(session, [expert])[expert]
    store_experts(session, {expert: replace(told, availability=(MonthDraft("2026-10", 1.0, 1, 0.0),))})


def lengthen(session: Session, expert: str) -> None:
    told = read_requests(session, ["r1"])["r1"]
    store_requests(session, {"r1": replace(told, slots=(replace(told.slots[0], length=3), told.slots[1]))})


def retool(session: Session, expert: str) -> None:
    told = read_requests(session, ["r1"])["r1"]
    store_requests(session, {"r1": replace(told, slots=(replace(told.slots[0], needs=()), told.slots[1]))})


def ask_less(session: Session, expert: str) -> None:
    told = read_requests(session, ["r1"])["r1"]
    store_requests(session, {"r1": replace(told, slots=told.slots[1:])})
    slots = list(read_slots(session, ["r1"])["r1"])
    assert len(slots) == 1


def poorer(session: Session, expert: str) -> None:
    store_requests(session, {"r1": replace(read_requests(session, ["r1"])["r1"], budget=10)})


def poorer_city(session: Session, expert: str) -> None:
    session.execute(text(f"UPDATE organizations SET budget = 10 WHERE code = '{CITY}'"))


def take_slot(session: Session, expert: str) -> None:
    other = {"e1": "e2", "e2": "e1"}[expert]
    slot = next(iter(read_slots(session, ["r1"])["r1"]))
    offer(session, slot, other, make_plan(session, "other"))


def take_person(session: Session, expert: str) -> None:
    slots = list(read_slots(session, ["r1"])["r1"])
    offer(session, slots[1], expert, make_plan(session, "other"))


def say_no(session: Session, expert: str) -> None:
    slot = next(iter(read_slots(session, ["r1"])["r1"]))
    key = offer(session, slot, expert, make_plan(session, "other"))
    decline_as_expert(session, person(expert), key, Reason("content"))


BREAKS: dict[str, Change] = {
    "request_not_open": close,
    "expert_paused": pause,
    "capacity": shrink,
    "request_changed": retool,
    "request_budget": poorer,
    "organization_budget": poorer_city,
    "slot_taken": take_slot,
    "person_taken": take_person,
    "declined": say_no,
}


@pytest.mark.parametrize("code", BREAKS)
def test_what_no_longer_holds_is_refused_by_name_and_nothing_goes_out(world: World, code: str):
    plan_id = solved(world.engine)
    slot = world.slots[0]
    expert = assigned(world.engine, plan_id)[slot]
    with transaction(world.engine) as session:
        BREAKS[code](session, expert)
    before = rows(world, "SELECT count(*) FROM proposals")
    with pytest.raises(Conflict) as caught:
        published(world, plan_id, slot)
    assert REFUSALS[code][1] in caught.value.en
    assert REFUSALS[code][0] in caught.value.ja
    assert slot in caught.value.en
    assert rows(world, "SELECT count(*) FROM proposals") == before
    assert status_of(world.engine, "plans", plan_id) == "ready"


def test_a_slot_made_longer_or_no_longer_asked_for_is_refused(world: World):
    plan_id = solved(world.engine)
    with transaction(world.engine) as session:
        lengthen(session, "e1")
    with pytest.raises(Conflict, match="has changed"):
        published(world, plan_id)
    with transaction(world.engine) as session:
        ask_less(session, "e1")
    with pytest.raises(Conflict, match="has been withdrawn"):
        published(world, plan_id, world.slots[1])


def test_what_still_holds_goes_out_when_the_rest_may_be_skipped(world: World):
    plan_id = solved(world.engine)
    pairs = assigned(world.engine, plan_id)
    with transaction(world.engine) as session:
        pause(session, pairs[world.slots[0]])
    made = published(world, plan_id, skip_refused=True)
    assert [(one.slot_id, one.code) for one in made.refused] == [(world.slots[0], "expert_paused")]
    assert len(made.proposals) == 1
    with transaction(world.engine) as session:
        pause(session, pairs[world.slots[1]])
    with pytest.raises(Conflict):
        published(world, plan_id, skip_refused=True)


def test_a_team_goes_out_whole_or_not_at_all(world: World):
    with transaction(world.engine) as session:
        store_requests(session, {"r1": replace(read_requests(session, ["r1"])["r1"], team="all")})
    plan_id = solved(world.engine)
    with pytest.raises(Conflict, match="team"):
        published(world, plan_id, world.slots[0])
    assert len(published(world, plan_id).proposals) == 2


def test_offers_out_already_count_against_a_person_s_time(
    world: World, request_told: Callable[..., RequestDraft], slot: Callable[..., SlotDraft]
):
    plan_id = solved(world.engine)
    expert = assigned(world.engine, plan_id)[world.slots[1]]
    with transaction(world.engine) as session:
        store_requests(session, {"r9": request_told(slots=(slot(hours=30.0),))})
        other = next(iter(read_slots(session, ["r9"])["r9"]))
        offer(session, other, expert, make_plan(session, "other"))
    with pytest.raises(Conflict, match="not enough time left"):
        published(world, plan_id, world.slots[1])


@on_sqlite
@pytest.mark.parametrize(
    ("deadline", "place"),
    [
        (datetime(2030, 1, 1), "/deadline"),  # noqa: DTZ001
        (utc_now() - timedelta(seconds=1), "/deadline"),
        (utc_now() + timedelta(days=400), "/deadline"),
    ],
)
def test_a_deadline_lies_ahead_and_says_its_time_zone(world: World, deadline: datetime, place: str):
    plan_id = solved(world.engine)
    with pytest.raises(Invalid) as caught, transaction(world.engine) as session:
        publish(session, COORDINATOR, plan_id, deadline, ["nothing"])
    assert [fault.place for fault in caught.value.faults] == [place, "/slots/0"]


def test_only_its_coordinators_publish_a_plan(world: World):
    plan_id = solved(world.engine)
    of_tokyo = Actor("acc_tokyo", (Grant("coordinator", "13"),))
    for actor in (OF_NAGANO, of_tokyo, REQUESTER, person("e1")):
        for act in (
            lambda session, actor=actor: publish(session, actor, plan_id, in_a_week()),
            lambda session, actor=actor: undo(session, actor, plan_id),
            lambda session, actor=actor: close_plan(session, actor, plan_id),
            lambda session, actor=actor: queue_plan(session, actor, "全国"),
        ):
            with pytest.raises(Forbidden), transaction(world.engine) as session:
                act(session)
    with pytest.raises(NotFound), transaction(world.engine) as session:
        publish(session, COORDINATOR, "nothing", in_a_week())


def test_a_prefecture_s_plan_has_its_requests_alone(world: World, request_told: Callable[..., RequestDraft]):
    with transaction(world.engine) as session:
        store_requests(session, {"r2": request_told(organization=WARD)})
        with pytest.raises(Invalid) as caught:
            queue_plan(session, COORDINATOR, "ない県", months=("2026-10",), prefecture="48")
        kept = queue_plan(session, OF_NAGANO, "長野県", prefecture="20", as_draft=True)
    assert [fault.place for fault in caught.value.faults] == ["/prefecture"]
    assert status_of(world.engine, "plans", kept) == "draft"
    with transaction(world.engine) as session:
        queue_draft(session, OF_NAGANO, kept)
    assert status_of(world.engine, "plans", kept) == "queued"
    with pytest.raises(Conflict), transaction(world.engine) as session:
        queue_draft(session, OF_NAGANO, kept)
    solved(world.engine)
    assert set(assigned(world.engine, kept)) <= set(world.slots)
    with transaction(world.engine) as session:
        assert len(publish(session, OF_NAGANO, kept, in_a_week()).proposals) == len(assigned(world.engine, kept)) > 0


def test_undo_takes_back_what_nobody_accepted(world: World):
    plan_id = solved(world.engine)
    pairs = assigned(world.engine, plan_id)
    with pytest.raises(Conflict), transaction(world.engine) as session:
        undo(session, COORDINATOR, plan_id)
    published(world, plan_id)
    with transaction(world.engine) as session:
        done = undo(session, COORDINATOR, plan_id)
    assert (done.withdrawn, done.kept, done.status) == (2, 0, "ready")
    assert status_of(world.engine, "requests", "r1") == "open"
    with reading(world.engine) as session:
        assert not read_plan_row(session, plan_id).in_force
    again = published(world, plan_id)
    assert again.stage == 2
    taken = next(key for key in again.proposals if rows(world, f"SELECT slot_id FROM proposals WHERE id = '{key}'"))
    ((expert,),) = rows(world, f"SELECT expert_id FROM proposals WHERE id = '{taken}'")
    assert expert in pairs.values()
    with transaction(world.engine) as session:
        accept_as_expert(session, person(expert), taken)
        done = undo(session, COORDINATOR, plan_id)
    assert (done.withdrawn, done.kept, done.status) == (1, 1, "published")
    assert status_of(world.engine, "proposals", taken) == "expert_accepted"
    with transaction(world.engine) as session:
        close_plan(session, COORDINATOR, plan_id)
    assert status_of(world.engine, "plans", plan_id) == "closed"
    with pytest.raises(Conflict):
        published(world, plan_id)


def test_those_not_chosen_are_told_once_every_slot_has_its_person(
    world: World, request_told: Callable[..., RequestDraft]
):
    with transaction(world.engine) as session:
        told = read_requests(session, ["r1"])["r1"]
        store_requests(session, {"r1": replace(told, slots=told.slots[:1])})
    plan_id = solved(world.engine)
    chosen = assigned(world.engine, plan_id)[world.slots[0]]
    other = {"e1": "e2", "e2": "e1"}[chosen]
    with transaction(world.engine) as session:
        passed_over = offer(session, world.slots[0], other, make_plan(session, "other"))
        undo(session, COORDINATOR, "other")
    (key,) = published(world, plan_id).proposals
    assert ("proposal:not_chosen", passed_over) not in told_of(world.engine, f"acc_{other}")
    with transaction(world.engine) as session:
        accept_as_expert(session, person(chosen), key)
        accept_as_organization(session, REQUESTER, key)
    assert status_of(world.engine, "requests", "r1") == "staffed"
    assert ("proposal:not_chosen", passed_over) in told_of(world.engine, f"acc_{other}")
    assert not [event for event, _ in told_of(world.engine, f"acc_{chosen}") if event == "proposal:not_chosen"]
    assert ("request:staffed", "r1") in told_of(world.engine, "acc_requester")


def test_an_organization_is_told_that_a_slot_found_nobody(
    world: World, request_told: Callable[..., RequestDraft], slot: Callable[..., SlotDraft]
):
    with transaction(world.engine) as session:
        store_requests(session, {"r2": request_told(slots=(slot(talent_type="X"),))})
    plan_id = solved(world.engine)
    published(world, plan_id, world.slots[0])
    published(world, plan_id)
    told = [entry for entry in told_of(world.engine, "acc_requester") if entry[0] == "request:slot_left_open"]
    assert told == [("request:slot_left_open", "r2")]
