from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from hub.db.transaction import reading, transaction
from hub.errors import Conflict
from hub.workflows.drafts import RequestDraft, SlotDraft
from hub.workflows.life_cycles import DECLINE_EXPERT
from hub.workflows.moving import Reason
from hub.workflows.problem_promises import read_promises
from hub.workflows.proposals import (
    accept_as_expert,
    accept_as_organization,
    decline_as_expert,
    decline_as_organization,
)
from hub.workflows.publishing import publish
from hub.workflows.request_records import read_requests, read_slots
from hub.workflows.requests import store_requests
from matching.problem import Link
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    CITY,
    COORDINATOR,
    MONTHS,
    REQUESTER,
    WARD,
    assigned,
    in_a_week,
    make_plan,
    offer,
    offers,
    person,
    problem_now,
    solved,
    status_of,
)


def slots_of(world: World) -> set[str]:
    return {slot.id for request in problem_now(world.engine).requests for slot in request.slots}


def accepted(world: World, slot: int = 0, expert: str = "e1") -> str:
    (proposal,) = offers(world.engine, [(world.slots[slot], expert)])
    with transaction(world.engine) as session:
        accept_as_expert(session, person(expert), proposal)
    return proposal


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_was_accepted_is_out_of_the_next_problem_with_its_time(world: World, *, confirmed: bool):
    proposal = accepted(world)
    if confirmed:
        with transaction(world.engine) as session:
            accept_as_organization(session, REQUESTER, proposal)
    problem = problem_now(world.engine)
    assert slots_of(world) == {world.slots[1]}
    busy = problem.expert_by_id["e1"]
    assert (busy.hours, busy.max_engagements, busy.onsite_days) == ((20.0, 20.0, 40.0), (1, 1, 2), (3.0, 3.0, 4.0))
    assert problem.forbidden == (Link(world.slots[1], "e1"),)
    assert problem.previous == ()


@pytest.mark.parametrize("by_organization", [False, True])
def test_what_is_only_out_may_change_at_a_price(world: World, *, by_organization: bool):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    if by_organization:
        with transaction(world.engine) as session:
            accept_as_organization(session, REQUESTER, proposal)
    problem = problem_now(world.engine)
    assert slots_of(world) == set(world.slots)
    assert problem.previous == (Link(world.slots[0], "e1"),)
    assert problem.forbidden == ()
    assert problem.expert_by_id["e1"].hours == (40.0,) * 3


@pytest.mark.parametrize("code", DECLINE_EXPERT)
def test_who_declined_is_not_asked_for_the_request_again_but_for_lack_of_time(world: World, code: str):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with transaction(world.engine) as session:
        decline_as_expert(session, person("e1"), proposal, Reason(code, "ほかの事情"))
    expected = set() if code == "no_time" else {Link(slot, "e1") for slot in world.slots}
    assert set(problem_now(world.engine).forbidden) == expected


def test_a_pair_the_organization_declined_is_not_proposed_again(world: World):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with transaction(world.engine) as session:
        decline_as_organization(session, REQUESTER, proposal, Reason("skills"))
    assert problem_now(world.engine).forbidden == (Link(world.slots[0], "e1"),)


@pytest.mark.parametrize(("basis", "left"), [("gross", 400_000), ("net", 470_000)])
def test_budgets_are_what_the_accepted_leave_of_them(world: World, basis: str, left: int):
    with transaction(world.engine) as session:
        told = read_requests(session, ["r1"])["r1"]
        store_requests(session, {"r1": replace(told, budget=500_000, budget_basis=basis)})
        session.execute(text(f"UPDATE organizations SET budget = 150000 WHERE code = '{CITY}'"))
    accepted(world)
    problem = problem_now(world.engine)
    assert [request.budget for request in problem.requests] == [left]
    assert [organization.budget for organization in problem.organizations] == [50_000]
    with reading(world.engine) as session:
        assert read_promises(session, MONTHS).heads == {CITY: 1}
        later = read_promises(session, ("2027-01",))
    assert (later.heads, later.organization_cost) == ({}, {})


def test_heads_that_are_used_are_not_given_again(world: World):
    with transaction(world.engine) as session:
        told = read_requests(session, ["r1"])["r1"]
        session.execute(text("UPDATE availability SET month = '2025' || substr(month, 5)"))
        store_requests(session, {"r1": replace(told, slots=tuple(replace(s, start="2025-10") for s in told.slots))})
    heads = []
    for step in (lambda: None, lambda: accepted(world)):
        step()
        subsidy = problem_now(world.engine, ("2025-10", "2025-11")).subsidy
        assert subsidy is not None
        heads.append(subsidy.heads[CITY])
    assert heads == [3, 2]


def test_the_rest_of_a_team_is_still_all_or_none(world: World, slot: Callable[..., SlotDraft]):
    with transaction(world.engine) as session:
        told = read_requests(session, ["r1"])["r1"]
        slots = (*told.slots, slot(title="三つ目", talent_type="X"))
        store_requests(session, {"r1": replace(told, team="all", slots=slots)})
    accepted(world)
    (request,) = problem_now(world.engine).requests
    assert (request.team, len(request.slots)) == ("all", 2)
    # Nobody is there for the third, so nobody is for the second: what was accepted stays all the same.
    plan_id = solved(world.engine)
    assert assigned(world.engine, plan_id) == {}


def test_the_next_plan_keeps_what_was_accepted_and_fills_the_rest(world: World):
    first = solved(world.engine)
    pairs = assigned(world.engine, first)
    with transaction(world.engine) as session:
        made = publish(session, COORDINATOR, first, in_a_week())
        keys = {row.expert_id: row.id for row in session.execute(text("SELECT expert_id, id FROM proposals"))}
    stays, goes = pairs[world.slots[0]], pairs[world.slots[1]]
    assert len(made.proposals) == 2
    with transaction(world.engine) as session:
        accept_as_expert(session, person(stays), keys[stays])
        decline_as_expert(session, person(goes), keys[goes], Reason("no_time"))
    second = solved(world.engine)
    assert assigned(world.engine, second) == {world.slots[1]: goes}
    with transaction(world.engine) as session:
        publish(session, COORDINATOR, second, in_a_week())
    assert status_of(world.engine, "proposals", keys[stays]) == "expert_accepted"


def test_a_pin_on_what_was_accepted_is_kept_by_itself_and_one_against_it_is_refused(world: World):
    accepted(world)
    problem = problem_now(world.engine, pins=(Link(world.slots[0], "e1"),))
    assert problem.pins == ()
    for pin in (Link(world.slots[0], "e2"), Link(world.slots[1], "e1")):
        with pytest.raises(Conflict, match="pinned"):
            problem_now(world.engine, pins=(pin,))


def test_a_problem_has_its_prefecture_s_requests_alone(world: World, request_told: Callable[..., RequestDraft]):
    with transaction(world.engine) as session:
        store_requests(session, {"r2": request_told(organization=WARD)})
    for prefecture, expected in ((None, {"r1", "r2"}), ("20", {"r1"}), ("13", {"r2"}), ("01", set())):
        problem = problem_now(world.engine, prefecture=prefecture)
        assert {request.id for request in problem.requests} == expected


def test_a_request_that_is_staffed_is_not_planned(world: World):
    with transaction(world.engine) as session:
        told = read_requests(session, ["r1"])["r1"]
        slots = (told.slots[0], replace(told.slots[1], required=False))
        store_requests(session, {"r1": replace(told, slots=slots)})
    proposal = accepted(world)
    with transaction(world.engine) as session:
        accept_as_organization(session, REQUESTER, proposal)
    assert status_of(world.engine, "requests", "r1") == "staffed"
    assert problem_now(world.engine).requests == ()


def test_offers_of_others_do_not_take_a_person_s_time(
    world: World, request_told: Callable[..., RequestDraft], slot: Callable[..., SlotDraft]
):
    with transaction(world.engine) as session:
        store_requests(session, {"r2": request_told(slots=(slot(hours=40.0),))})
        other = next(iter(read_slots(session, ["r2"])["r2"]))
        make_plan(session)
        offer(session, other, "e1")
    assert problem_now(world.engine).expert_by_id["e1"].hours == (40.0,) * 3
