"""Many people at once, with transactions of their own and over HTTP: counted, never timed."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.crowd import COORDINATOR, HOURS, Offer, accepting, attempt, expert_actor, office, prepare, rush
from benchmarks.crowd_serving import calling, serving
from hub.db.engine import create_engine
from hub.db.transaction import reading
from hub.settings import Settings
from hub.workflows.drafts import EXPERT, REQUEST, MonthDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import edit_expert, set_paused
from hub.workflows.moving import Reason
from hub.workflows.proposal_ending import withdraw_proposal
from hub.workflows.proposals import accept_as_expert, accept_as_organization, decline_as_expert
from hub.workflows.request_editing import edit_request
from hub.workflows.request_records import read_requests
from tests.hub.round.invariants import assert_all

pytestmark = pytest.mark.slow

AT_ONCE, FITTING = 50, 8


@pytest.fixture
def patient(settings: Settings) -> Settings:
    """Return settings with time enough for everybody's turn on the slowest machine: what counts here is the outcome."""
    return settings.model_copy(update={"database_wait_seconds": 300.0})


@pytest.fixture
def crowded(registered: Engine, patient: Settings) -> Iterator[Engine]:
    """Return a database with the register, whose writers wait for each other."""
    registered.dispose()
    made = create_engine(patient)
    yield made
    made.dispose()


def test_of_fifty_acceptances_at_once_those_that_fit_succeed(crowded: Engine):
    (offers,) = prepare(crowded, experts=1, each=AT_ONCE, fitting=FITTING)
    came = Counter(answer.told for answer in rush([accepting(crowded, offer) for offer in offers]))
    assert came == {"expert_accepted": FITTING, "Conflict": AT_ONCE - FITTING}
    assert_all(crowded)


def test_of_fifty_acceptances_at_once_over_http_those_that_fit_succeed(crowded: Engine, patient: Settings):
    (offers,) = prepare(crowded, experts=1, each=AT_ONCE, fitting=FITTING)
    with serving(patient) as served:
        calls = [
            calling(served.port, f"expert {offer.expert}", "POST", f"/offers/{offer.id}/accept") for offer in offers
        ]
        came = [answer.told for answer in rush(calls)]
    assert Counter(status for status, _ in came) == {200: FITTING, 409: AT_ONCE - FITTING}
    for status, told in came:
        if status == 409:
            assert told["error"]["code"] == "conflict"
            assert "2026-10: 0 hours left, this takes 10" in told["error"]["message"]
    assert_all(crowded)


def test_both_sides_of_fifty_offers_answer_at_once_and_none_is_confirmed_twice(crowded: Engine):
    (offers,) = prepare(crowded, experts=1, each=AT_ONCE, fitting=FITTING)
    sides = [accepting(crowded, offer) for offer in offers]
    sides += [_accept_for_the_organization(crowded, offer) for offer in offers]
    came = Counter(answer.told for answer in rush(sides))
    assert came["Conflict"] == AT_ONCE - FITTING
    assert came["confirmed"] == FITTING
    assert came["expert_accepted"] + came["organization_accepted"] == AT_ONCE
    assert came.total() == 2 * AT_ONCE
    assert_all(crowded)


def _accept_for_the_organization(engine: Engine, offer: Offer) -> Callable[[], str]:
    return lambda: attempt(engine, lambda s: accept_as_organization(s, office(offer.organization), offer.id))


Act = Callable[[Session, Offer, random.Random], object]


def _change_capacity(session: Session, offer: Offer, chance: random.Random) -> None:
    told = read_experts(session, [offer.expert])[offer.expert]
    room = chance.randint(0, 12)
    months = tuple(MonthDraft(month.month, room * HOURS, room, 0.0) for month in told.availability)
    edit_expert(session, expert_actor(offer.expert), offer.expert, replace(told, availability=months))


def _edit(session: Session, offer: Offer, chance: random.Random) -> None:
    told = read_requests(session, [offer.request])[offer.request]
    slots = tuple(replace(slot, hours=chance.choice((HOURS, 2 * HOURS))) for slot in told.slots)
    title = f"{told.title[:20]} {chance.randint(0, 99)}"
    edit_request(session, COORDINATOR, offer.request, replace(told, title=title, slots=slots))


def _pause(session: Session, offer: Offer, chance: random.Random) -> None:
    set_paused(session, expert_actor(offer.expert), offer.expert, paused=chance.random() < 0.1)


ACTS: tuple[Act, ...] = (
    lambda s, offer, _: accept_as_expert(s, expert_actor(offer.expert), offer.id),
    lambda s, offer, _: accept_as_expert(s, expert_actor(offer.expert), offer.id),
    lambda s, offer, _: accept_as_organization(s, office(offer.organization), offer.id),
    lambda s, offer, _: decline_as_expert(s, expert_actor(offer.expert), offer.id, Reason("no_time")),
    lambda s, offer, _: withdraw_proposal(s, COORDINATOR, offer.id),
    _change_capacity,
    _edit,
    _pause,
)
REFUSALS = {"Conflict", "Invalid", "ChangedMeanwhile"}


def test_a_storm_of_answers_cancellations_edits_and_changes_breaks_no_month(crowded: Engine):
    offers = [offer for crowd in prepare(crowded, experts=3, each=AT_ONCE, fitting=FITTING) for offer in crowd]

    def client(number: int) -> Callable[[], list[str]]:
        chance = random.Random(number)

        def act() -> list[str]:
            told = []
            for _ in range(6):
                offer, one = chance.choice(offers), chance.choice(ACTS)
                came = attempt(crowded, lambda s, offer=offer, one=one: one(s, offer, chance))
                told.append(came if isinstance(came, str) and came[0].isupper() else "done")
            return told

        return act

    came = Counter(told for answer in rush([client(number) for number in range(AT_ONCE)]) for told in answer.told)
    assert set(came) <= {"done", *REFUSALS}
    assert came["done"] >= AT_ONCE
    assert_all(crowded)


def _calls(port: int, offer: Offer, engine: Engine, chance: random.Random) -> list[tuple[str, str, str, Any]]:
    """Return what a client of the storm asks for, in order: caller, method, address, body."""
    with reading(engine) as session:
        expert = EXPERT.dump_python(read_experts(session, [offer.expert])[offer.expert], mode="json")
        request = REQUEST.dump_python(read_requests(session, [offer.request])[offer.request], mode="json")
    room = chance.randint(0, 12)
    for month in expert["availability"]:
        month |= {"hours": room * HOURS, "engagements": room}
    request["title"] = f"書き直し {chance.randint(0, 99)}"
    person, asking = f"expert {offer.expert}", f"office {offer.organization}"
    calls = [
        (person, "POST", f"/offers/{offer.id}/accept", None),
        (asking, "POST", f"/proposals/{offer.id}/accept", None),
        (person, "POST", f"/offers/{offer.id}/decline", {"code": "no_time"}),
        ("coordinator", "POST", f"/proposals/{offer.id}/withdraw", {}),
        (person, "PUT", f"/experts/{offer.expert}", expert),
        ("coordinator", "PUT", f"/requests/{offer.request}", request),
    ]
    return chance.sample(calls, k=4)


def test_a_storm_over_http_breaks_no_month_and_is_never_answered_as_broken(crowded: Engine, patient: Settings):
    offers = [offer for crowd in prepare(crowded, experts=3, each=AT_ONCE, fitting=FITTING) for offer in crowd]
    with serving(patient) as served:

        def client(number: int) -> Callable[[], list[int]]:
            chance = random.Random(number)
            calls = [
                calling(served.port, *call) for call in _calls(served.port, chance.choice(offers), crowded, chance)
            ]
            return lambda: [call()[0] for call in calls]

        came = Counter(
            status for answer in rush([client(number) for number in range(AT_ONCE)]) for status in answer.told
        )
    assert set(came) <= {200, 204, 409, 422}
    assert came[200] + came[204] >= AT_ONCE
    assert_all(crowded)
