"""Why a slot is open: each reason in a problem where it is the true one, and never a reason that is not."""

from dataclasses import replace

import pytest

from matching.plan import OpenReason
from matching.problem import (
    Expert,
    Limits,
    Link,
    Organization,
    Policy,
    Problem,
    ReadyPair,
    Request,
    Slot,
    Subsidy,
    Weights,
)
from matching.solve import solve
from tests.matching.exhaustive import every_plan
from tests.matching.small_problems import small_problem

MONTHS = ("2026-04", "2026-05")
EXACT = Limits(gap=0.0, threads=1)


def expert(name: str, **fields) -> Expert:
    given = {"hours": (20.0, 20.0), "max_engagements": (2, 2), "onsite_days": (4.0, 4.0), **fields}
    return Expert(name, **given)


def request(name: str, *slots: str, **fields) -> Request:
    return Request(name, "M", tuple(Slot(slot, "D", 0, 2, 8.0, onsite_days=1.0) for slot in slots), **fields)


def pair(who: str, slot: str, *, cost: float = 0.0, fit: float = 0.5, hours: float = 8.0) -> ReadyPair:
    return ReadyPair(who, slot, fit, cost, cost, hours)


def reasons(pairs, experts, requests, **fields) -> dict[str, OpenReason]:
    fields.setdefault("limits", EXACT)
    organizations = (Organization("M", budget=fields.pop("budget", None)),)
    problem = Problem(MONTHS, tuple(experts), organizations, tuple(requests), pairs=tuple(pairs), **fields)
    return {one.slot: one.reason for one in solve(problem).open_slots}


def test_nobody_is_eligible():
    assert reasons([], [expert("A")], [request("R", "S")]) == {"S": "no_eligible_expert"}


def test_the_only_pair_is_forbidden():
    found = reasons([pair("A", "S")], [expert("A")], [request("R", "S")], forbidden=(Link("S", "A"),))
    assert found == {"S": "no_eligible_expert"}


def test_the_only_person_never_has_the_hours():
    assert reasons([pair("A", "S", hours=20.5)], [expert("A")], [request("R", "S")]) == {"S": "no_eligible_expert"}


@pytest.mark.parametrize(
    "limited", [{"hours": (20.0, 15.0)}, {"max_engagements": (1, 2)}, {"onsite_days": (4.0, 1.5)}], ids=str
)
def test_the_only_person_is_used_elsewhere(limited):
    pairs = [pair("A", "S", fit=0.9), pair("A", "T", fit=0.1)]
    found = reasons(pairs, [expert("A", **limited)], [request("R", "S"), request("Q", "T")])
    assert found == {"T": "capacity_used_elsewhere"}


def test_the_only_person_has_the_other_slot_of_the_request():
    pairs = [pair("A", "S", fit=0.9), pair("A", "T", fit=0.1)]
    assert reasons(pairs, [expert("A")], [request("R", "S", "T")]) == {"T": "capacity_used_elsewhere"}


@pytest.mark.parametrize("limit", [{"asked": {"budget": 150.0}}, {"budget": 150.0}], ids=["request", "organization"])
def test_the_money_is_spent(limit):
    asked = limit.pop("asked", {})
    pairs = [pair("A", "S", cost=100.0, fit=0.9), pair("B", "T", cost=100.0, fit=0.1)]
    assert reasons(pairs, [expert("A"), expert("B")], [request("R", "S", "T", **asked)], **limit) == {"T": "budget"}


def test_nobody_is_cheap_enough_for_the_whole_budget():
    assert reasons([pair("A", "S", cost=200.0)], [expert("A")], [request("R", "S", budget=150.0)]) == {"S": "budget"}


def test_a_head_that_is_used_makes_the_next_person_too_dear():
    pairs = [ReadyPair("A", "S", 0.9, 100.0, 30.0, 8.0), ReadyPair("B", "T", 0.1, 100.0, 30.0, 8.0)]
    found = reasons(
        pairs,
        [expert("A"), expert("B")],
        [request("R", "S"), request("Q", "T", budget=50.0, budget_basis="net")],
        subsidy=Subsidy(heads={"M": 1}),
        policy=Policy(weights=Weights(coverage=0.0, fit=1.0, equity=0.0), yen_per_point=1e9),
        pins=(Link("S", "A"),),
        previous=(),
    )
    # B takes the head, because A's slot can be paid without it.
    assert found == {}
    kept = reasons(
        pairs,
        [expert("A"), expert("B")],
        [request("R", "S", budget=50.0, budget_basis="net"), request("Q", "T", budget=50.0, budget_basis="net")],
        subsidy=Subsidy(heads={"M": 1}),
        pins=(Link("S", "A"),),
    )
    assert kept == {"T": "budget"}


def test_a_team_lacks_somebody():
    found = reasons([pair("A", "S")], [expert("A")], [request("R", "S", "T", team="all")])
    assert found == {"S": "team_incomplete", "T": "no_eligible_expert"}


def test_a_team_lacks_somebody_who_is_used_elsewhere():
    pairs = [pair("A", "S"), pair("B", "T"), pair("B", "U", fit=1.0)]
    found = reasons(
        pairs,
        [expert("A"), expert("B", max_engagements=(1, 1))],
        [request("R", "S", "T", team="all"), request("Q", "U", priority=9.0)],
    )
    assert found == {"S": "team_incomplete", "T": "capacity_used_elsewhere"}


def test_a_team_each_of_whose_slots_needs_the_same_person():
    found = reasons([pair("A", "S"), pair("A", "T")], [expert("A")], [request("R", "S", "T", team="all")])
    assert found == {"S": "capacity_used_elsewhere", "T": "capacity_used_elsewhere"}


def test_a_team_that_is_too_dear_together():
    pairs = [pair("A", "S", cost=100.0), pair("B", "T", cost=100.0)]
    found = reasons(pairs, [expert("A"), expert("B")], [request("R", "S", "T", team="all", budget=150.0)])
    assert found == {"S": "budget", "T": "budget"}


def test_a_team_or_slot_that_costs_more_than_it_is_worth():
    pairs = [pair("A", "S", cost=9e6), pair("B", "T"), pair("A", "U", cost=9e6)]
    found = reasons(pairs, [expert("A"), expert("B")], [request("R", "S", "T", team="all"), request("Q", "U")])
    assert set(found.values()) == {"not_worth_its_cost"}


def test_a_slot_that_cost_coming_first_leaves_open():
    policy = Policy(order=("cost",))
    found = reasons([pair("A", "S", cost=10.0)], [expert("A")], [request("R", "S")], policy=policy)
    assert found == {"S": "not_worth_its_cost"}


def test_a_search_that_was_stopped_left_a_team_open_that_pays():
    # The plan to begin with takes only pairs that pay alone; the dear one here pays with its team.
    pairs = [pair("A", "S", fit=1.0), pair("B", "T", fit=0.0, cost=1.6e6)]
    people, team = [expert("A"), expert("B")], request("R", "S", "T", team="all")
    stopped = reasons(pairs, people, [team], limits=replace(EXACT, seconds=1e-9))
    assert stopped == {"S": "search_stopped", "T": "search_stopped"}
    assert reasons(pairs, people, [team]) == {}


def test_a_reason_is_never_at_odds_with_what_could_be_added():
    seen: set[OpenReason] = set()
    for seed in range(90_000, 90_200):
        problem = small_problem(seed)
        plan = solve(problem)
        have = {(one.slot, one.expert) for one in plan.assignments}
        feasible = {frozenset((p.slot, p.expert) for p in other.pairs) for other in every_plan(problem)}
        eligible = {p.slot for p in problem.pairs} - {link.slot for link in problem.forbidden}
        for one in plan.open_slots:
            seen.add(one.reason)
            addable = [
                p for p in problem.pairs if p.slot == one.slot and frozenset({*have, (p.slot, p.expert)}) in feasible
            ]
            ever = any(one.slot in {slot for slot, _ in other} for other in feasible)
            if one.reason == "no_eligible_expert":
                assert not ever
            if one.reason in ("budget", "capacity_used_elsewhere", "team_incomplete"):
                assert not addable
                assert one.slot in eligible or any(link.slot == one.slot for link in problem.forbidden)
            if addable:
                assert one.reason == "not_worth_its_cost"
            assert one.reason not in ("search_stopped", "no_plan")
    assert seen == {
        "no_eligible_expert",
        "budget",
        "capacity_used_elsewhere",
        "team_incomplete",
        "not_worth_its_cost",
    }
