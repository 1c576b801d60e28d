"""Suppositions as values: each changes the problem as said, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Invalid
from hub.workflows.suppositions import (
    PERSON,
    SUPPOSITIONS,
    BudgetChanged,
    PersonAdded,
    RemoteAllowed,
    StartMoved,
    suppose,
)
from matching.problem import Expert, Organization, Problem, Request, Slot

MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07")
SEATS = (
    Slot("s1", "X", start=1, length=2, hours=10, onsite_days=2, remote_ok=False),
    Slot("s2", "D", start=0, length=1, hours=20),
)
PROBLEM = Problem(
    months=MONTHS,
    experts=(Expert("e1", (10.0,) * 4, (1,) * 4, (2.0,) * 4),),
    organizations=(Organization("202152", budget=1_000_000), Organization("202011")),
    requests=(
        Request("r1", "202152", SEATS, budget=300_000),
        Request("r2", "202011", (Slot("s3", "D", start=2, length=2, hours=5),)),
    ),
)
PERSONS = st.builds(
    PersonAdded,
    st.sampled_from(["X", "D"]),
    st.sampled_from(["01", "13", "47"]),
    st.sampled_from(["BA1", "CS1", "DE3"]),
    st.integers(1, 4),
    st.integers(1, 200),
    st.integers(0, 20_000),
)
POSSIBLE = st.one_of(
    st.builds(BudgetChanged, st.just("organization"), st.just("202152"), st.integers(1, 10**9)),
    st.builds(BudgetChanged, st.just("request"), st.just("r1"), st.integers(1, 10**9)),
    PERSONS,
)


@given(st.integers(-1_000_000, 10**9).filter(bool))
def test_a_budget_of_an_organization_changes_by_so_much_and_nothing_else_does(yen):
    told = suppose(PROBLEM, [BudgetChanged("organization", "202152", yen)])
    first, other = told.organizations
    assert (first.budget, other) == (1_000_000 + yen, PROBLEM.organizations[1])
    assert replace(told, organizations=PROBLEM.organizations) == PROBLEM


def test_a_budget_of_a_request_changes_and_nothing_else_does():
    told = suppose(PROBLEM, [BudgetChanged("request", "r1", -300_000)])
    assert told.requests == (replace(PROBLEM.requests[0], budget=0), PROBLEM.requests[1])
    assert replace(told, requests=PROBLEM.requests) == PROBLEM


@pytest.mark.parametrize("of", [RemoteAllowed("slot", "s1"), RemoteAllowed("request", "r1")])
def test_remote_work_asks_for_no_day_on_site_and_changes_nothing_else(of):
    told = suppose(PROBLEM, [of])
    slots = (replace(SEATS[0], remote_ok=True, onsite_days=0), SEATS[1])
    assert told.requests == (replace(PROBLEM.requests[0], slots=slots), PROBLEM.requests[1])
    assert replace(told, requests=PROBLEM.requests) == PROBLEM


def test_a_start_moves_every_slot_of_the_request_and_none_gets_longer():
    told = suppose(PROBLEM, [StartMoved("r1", 1)])
    assert [(slot.start, slot.length) for slot in told.requests[0].slots] == [(2, 2), (1, 1)]
    assert suppose(told, [StartMoved("r1", -1)]) == PROBLEM


@given(PERSONS)
def test_a_person_is_added_as_told_and_everybody_else_stays(person):
    told = suppose(PROBLEM, [person])
    assert told.experts[:-1] == PROBLEM.experts
    added = told.experts[-1]
    assert added.id.startswith(PERSON)
    assert added.talent_types == (person.talent_type,)
    assert added.roles == (person.role,)
    assert set(added.hours) == {person.hours}
    assert added.hourly_rate == person.rate
    assert 1 <= max(added.skills.values()) <= person.level
    assert replace(told, experts=PROBLEM.experts) == PROBLEM


@given(st.lists(POSSIBLE, min_size=1, max_size=6))
def test_the_order_of_suppositions_matters_only_for_the_numbers_of_people(several):
    forward, backward = suppose(PROBLEM, several), suppose(PROBLEM, several[::-1])
    assert replace(forward, experts=()) == replace(backward, experts=())
    people = [sorted(str(replace(one, id="")) for one in told.experts) for told in (forward, backward)]
    assert people[0] == people[1]
    assert SUPPOSITIONS.validate_json(SUPPOSITIONS.dump_json(tuple(several))) == tuple(several)


@pytest.mark.parametrize(
    ("impossible", "why"),
    [
        (BudgetChanged("organization", "202011", 1), "no budget limit"),
        (BudgetChanged("organization", "999999", 1), "not part of this plan"),
        (BudgetChanged("request", "r2", 1), "no budget limit"),
        (BudgetChanged("request", "r1", -300_006), "¥300,005 of the budget is left"),
        (BudgetChanged("request", "r1", 0), "other than 0"),
        (RemoteAllowed("slot", "s2"), "remotely already"),
        (RemoteAllowed("slot", "s9"), "not part of this plan"),
        (StartMoved("r1", -1), "within the plan's months"),
        (StartMoved("r1", 2), "within the plan's months"),
        (StartMoved("r1", 0), "other than 0"),
        (PersonAdded("X", "99", "BA1", 1, 1, 1), "choose a prefecture"),
        (PersonAdded("X", "13", "none", 1, 1, 1), "choose a prefecture"),
    ],
)
def test_what_is_not_possible_or_changes_nothing_is_refused_at_its_place(impossible, why):
    with pytest.raises(Invalid) as told:
        suppose(PROBLEM, [BudgetChanged("request", "r1", 5), impossible])
    (fault,) = told.value.faults
    assert fault.place == "/supposed/1"
    assert why in fault.en


def test_nothing_or_too_much_supposed_is_refused():
    for several in ([], [BudgetChanged("request", "r1", 5)] * 21):
        with pytest.raises(Invalid):
            suppose(PROBLEM, several)
