from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, NotFound
from hub.jobs.duties import DUTIES
from hub.jobs.tasks import Work
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.drafts import RequestDraft
from hub.workflows.moving import Reason
from hub.workflows.paging import Paging
from hub.workflows.proposal_ending import lapse_due, withdraw_proposal
from hub.workflows.proposal_reading import (
    OFFER_SORTS,
    SORTS,
    find_offers,
    find_proposals,
    proposal_history,
    read_offer,
    read_proposal,
)
from hub.workflows.proposal_rows import Offer, ProposalFilter, Tally
from hub.workflows.proposals import (
    accept_as_expert,
    accept_as_organization,
    decline_as_expert,
    decline_as_organization,
)
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    COORDINATOR,
    OF_NAGANO,
    REQUESTER,
    STRANGER,
    WARD,
    committed,
    make_plan,
    moves_of,
    offer,
    offers,
    person,
    status_of,
    told_of,
)

EVERYTHING = ProposalFilter()


def test_what_nobody_answers_lapses_once_and_gives_back_its_time(world: World):
    due = utc_now() + timedelta(days=7)
    first, second = offers(world.engine, [(world.slots[0], "e1"), (world.slots[1], "e2")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), first)
    with transaction(world.engine) as session:
        assert lapse_due(session, due - timedelta(days=1)) == 0
    later = due + timedelta(days=1)
    with transaction(world.engine) as session:
        assert lapse_due(session, later, at_once=1) == 1
    with transaction(world.engine) as session:
        assert lapse_due(session, later) == 1
    with transaction(world.engine) as session:
        assert lapse_due(session, later) == 0
    assert {status_of(world.engine, "proposals", key) for key in (first, second)} == {"lapsed"}
    assert committed(world.engine, "e1") == [(0, 0, 0)] * 3
    assert status_of(world.engine, "requests", "r1") == "open"
    assert moves_of(world.engine, "proposal", second) == [("lapse", "offered", "lapsed", "system")]
    for account in ("acc_e2", "acc_requester", "acc_coordinator"):
        assert told_of(world.engine, account).count(("proposal:lapsed", second)) == 1


def test_what_is_confirmed_does_not_lapse_and_the_worker_looks_by_itself(world: World):
    first, second = offers(world.engine, [(world.slots[0], "e1"), (world.slots[1], "e2")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), first)
        accept_as_organization(session, REQUESTER, first)
        session.execute(text("UPDATE proposals SET deadline = '2026-01-01'"))
    lapse, work = next(duty for duty in DUTIES if duty.name == "lapse"), Work(world.engine, Settings())
    assert (work.do(lapse), work.do(lapse)) == (1, 0)
    assert [status_of(world.engine, "proposals", key) for key in (first, second)] == ["confirmed", "lapsed"]


def test_a_coordinator_of_the_area_withdraws_what_is_not_confirmed(world: World):
    first, second = offers(world.engine, [(world.slots[0], "e1"), (world.slots[1], "e2")])
    of_tokyo = Actor("acc_tokyo", (Grant("coordinator", "13"),))
    for actor in (of_tokyo, REQUESTER, person("e1")):
        with pytest.raises(Forbidden), transaction(world.engine) as session:
            withdraw_proposal(session, actor, first)
    with transaction(world.engine) as session:
        withdraw_proposal(session, OF_NAGANO, first)
        accept_as_expert(session, person("e2"), second)
        accept_as_organization(session, REQUESTER, second)
    with pytest.raises(Conflict), transaction(world.engine) as session:
        withdraw_proposal(session, OF_NAGANO, second)


@pytest.fixture
def busy(world: World, request_told: Callable[..., RequestDraft]) -> World:
    """Return a world where e1 declined one slot and accepted another, and a ward of another prefecture asks as well."""
    with transaction(world.engine) as session:
        store_requests(session, {"r2": request_told(organization=WARD)})
        other = next(iter(read_slots(session, ["r2"])["r2"]))
        make_plan(session)
        no = offer(session, world.slots[0], "e1")
        decline_as_expert(session, person("e1"), no, Reason("other", "本人の事情"))
        refused = offer(session, world.slots[0], "e2")
        decline_as_organization(session, REQUESTER, refused, Reason("cost"))
        yes = offer(session, world.slots[1], "e1")
        accept_as_expert(session, person("e1"), yes)
        accept_as_organization(session, REQUESTER, yes)
        offer(session, other, "e1")
    return world


def test_who_was_asked_for_a_request_and_how_often_each_person(busy: World):
    with reading(busy.engine) as session:
        whole = proposal_history(session, COORDINATOR, "r1")
        own = proposal_history(session, REQUESTER, "r1")
    assert [row.status for row in whole.proposals] == ["confirmed", "organization_declined", "expert_declined"]
    nobody = Tally(0, 0, 0, 0, 0, 0, 0)
    assert whole.people == {
        "e1": Tally(3, 1, 1, 1, 0, 0, 0),
        "e2": Tally(1, 0, 0, 0, 1, 0, 0),
    }
    assert own.people["e1"] == Tally(2, 1, 1, 1, 0, 0, 0)
    assert nobody not in whole.people.values()
    for actor in (STRANGER, person("e1")):
        with reading(busy.engine) as session, pytest.raises(Forbidden):
            proposal_history(session, actor, "r1")
    with reading(busy.engine) as session, pytest.raises(NotFound):
        proposal_history(session, COORDINATOR, "nothing")


@pytest.mark.parametrize(("actor", "count"), [(COORDINATOR, 4), (OF_NAGANO, 3), (REQUESTER, 3), (STRANGER, 1)])
def test_each_sees_the_proposals_of_their_own(busy: World, actor: Actor, count: int):
    with reading(busy.engine) as session:
        for sort in SORTS:
            page = find_proposals(session, actor, EVERYTHING, Paging(sort=sort))
            assert page.total == len({row.id for row in page.items}) == count
        seen = {row.id for row in page.items}
        for row in find_proposals(session, COORDINATOR, EVERYTHING).items:
            if row.id in seen:
                assert read_proposal(session, actor, row.id).row == row
            else:
                with pytest.raises(Forbidden):
                    read_proposal(session, actor, row.id)


def test_proposals_are_found_by_what_is_asked(busy: World):
    with reading(busy.engine) as session:
        for wanted, count in (
            (ProposalFilter(status="confirmed"), 1),
            (ProposalFilter(request="r2"), 1),
            (ProposalFilter(expert="e2"), 1),
            (ProposalFilter(organization=WARD), 1),
            (ProposalFilter(plan="plan_1"), 4),
            (ProposalFilter(plan="nothing"), 0),
        ):
            assert find_proposals(session, COORDINATOR, wanted).total == count


def test_a_person_s_own_words_are_for_the_office_alone(busy: World):
    with reading(busy.engine) as session:
        key = find_proposals(session, COORDINATOR, ProposalFilter(status="expert_declined")).items[0].id
        office, organization = (read_proposal(session, actor, key).steps[-1] for actor in (OF_NAGANO, REQUESTER))
    assert (office.reason_code, office.reason) == ("other", "本人の事情")
    assert (organization.reason_code, organization.reason) == ("other", None)


def test_an_expert_sees_their_own_offers_and_no_score(busy: World):
    with reading(busy.engine) as session:
        for sort in OFFER_SORTS:
            found = find_offers(session, person("e1"), Paging(sort=sort))
            assert found.total == 3
        assert find_offers(session, person("e2")).total == 1
        mine = found.items[0]
        assert read_offer(session, person("e1"), mine.id) == mine
        with pytest.raises(NotFound):
            read_offer(session, person("e2"), mine.id)
        for look in (find_offers, lambda session, actor: find_proposals(session, actor, EVERYTHING)):
            actor = COORDINATOR if look is find_offers else person("e1")
            with pytest.raises(Forbidden):
                look(session, actor)
    names = {field.name for field in fields(Offer)}
    assert not {name for name in names if any(word in name for word in ("fit", "cost", "plan", "rank", "expert"))}
