"""Pins that cannot hold: what is named cannot hold together, and nothing of it can be left out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from math import fsum

import pytest

from matching.check import check
from matching.clash import smallest_clash
from matching.plan import Conflict
from matching.problem import (
    Expert,
    Limits,
    Link,
    Organization,
    Problem,
    ReadyPair,
    Request,
    Slot,
    Subsidy,
)
from matching.solve import solve
from tests.matching.exhaustive import every_plan
from tests.matching.small_problems import small_problem

MONTHS = ("2026-04", "2026-05")


def person(name: str, hours: float = 100.0, engagements: int = 9, days: float = 9.0) -> Expert:
    return Expert(name, (hours, hours), (engagements, engagements), (days, days))


def request(name: str, slots: int = 2, **fields) -> Request:
    made = tuple(Slot(f"{name}-{n}", "D", 0, 2, 10.0, onsite_days=1.0) for n in range(slots))
    return Request(name, "M", made, **fields)


def problem_of(experts, requests, pins, *, without=(), budget=None, **fields) -> Problem:
    """Return a problem in which everyone is eligible for every slot (``without`` these), at 100 yen gross, 30 net."""
    pairs = [
        ReadyPair(e.id, s.id, 0.5, 100.0, 30.0, 10.0)
        for r in requests
        for s in r.slots
        for e in experts
        if (s.id, e.id) not in without
    ]
    return Problem(
        MONTHS,
        tuple(experts),
        (Organization("M", budget=budget),),
        tuple(requests),
        pairs=tuple(pairs),
        pins=tuple(Link(slot, expert) for slot, expert in pins),
        limits=Limits(gap=0.0, threads=1),
        **fields,
    )


def pin(slot: str, expert: str) -> Conflict:
    return Conflict("pin", slot=slot, expert=expert)


A, B = person("A"), person("B")
CASES = {
    "two people on one slot": (
        problem_of([A, B], [request("R")], [("R-0", "A"), ("R-0", "B")]),
        {pin("R-0", "A"), pin("R-0", "B"), Conflict("slot_taken_twice", slot="R-0")},
    ),
    "one person on two slots of a request": (
        problem_of([A, B], [request("R")], [("R-0", "A"), ("R-1", "A")]),
        {pin("R-0", "A"), pin("R-1", "A"), Conflict("one_slot_per_request", expert="A", request="R")},
    ),
    "more hours than a month has": (
        problem_of([person("A", hours=15.0)], [request("R", 1), request("Q", 1)], [("R-0", "A"), ("Q-0", "A")]),
        {pin("R-0", "A"), pin("Q-0", "A"), Conflict("hours", expert="A", month="2026-04")},
    ),
    "more engagements than the person takes": (
        problem_of([person("A", engagements=1)], [request("R", 1), request("Q", 1)], [("R-0", "A"), ("Q-0", "A")]),
        {pin("R-0", "A"), pin("Q-0", "A"), Conflict("max_engagements", expert="A", month="2026-04")},
    ),
    "more days on site than the person has": (
        problem_of([person("A", days=1.5)], [request("R", 1), request("Q", 1)], [("R-0", "A"), ("Q-0", "A")]),
        {pin("R-0", "A"), pin("Q-0", "A"), Conflict("onsite_days", expert="A", month="2026-04")},
    ),
    "a pair that is not eligible": (
        problem_of([A, B], [request("R")], [("R-0", "A"), ("R-1", "B")], without={("R-1", "B")}),
        {pin("R-1", "B"), Conflict("not_eligible", slot="R-1", expert="B", rule="pairs")},
    ),
    "a pair that is forbidden": (
        problem_of([A, B], [request("R")], [("R-0", "A")], forbidden=(Link("R-0", "A"),)),
        {pin("R-0", "A"), Conflict("forbidden", slot="R-0", expert="A")},
    ),
    "more than the request's budget": (
        problem_of([A, B], [request("R", budget=150.0)], [("R-0", "A"), ("R-1", "B")]),
        {pin("R-0", "A"), pin("R-1", "B"), Conflict("request_budget", request="R")},
    ),
    "more than the organization's budget": (
        problem_of([A, B], [request("R", 1), request("Q", 1)], [("R-0", "A"), ("Q-0", "B")], budget=199.0),
        {pin("R-0", "A"), pin("Q-0", "B"), Conflict("organization_budget", organization="M")},
    ),
    "a team whose other slot nobody can fill": (
        problem_of([A, B], [request("R", team="all")], [("R-0", "A")], without={("R-1", "A"), ("R-1", "B")}),
        {pin("R-0", "A"), Conflict("team", request="R")},
    ),
    "a team whose other slot only the pinned person could fill": (
        problem_of([A, B], [request("R", team="all")], [("R-0", "A")], without={("R-1", "B")}),
        {pin("R-0", "A"), Conflict("team", request="R"), Conflict("one_slot_per_request", expert="A", request="R")},
    ),
    "a team too dear once it is whole": (
        problem_of([A, B], [request("R", team="all", budget=150.0)], [("R-0", "A")]),
        {pin("R-0", "A"), Conflict("team", request="R"), Conflict("request_budget", request="R")},
    ),
    "a net budget that needs more heads than there are": (
        problem_of(
            [A, B],
            [request("R", budget=70.0, budget_basis="net")],
            [("R-0", "A"), ("R-1", "B")],
            subsidy=Subsidy(heads={"M": 1}),
        ),
        {
            pin("R-0", "A"),
            pin("R-1", "B"),
            Conflict("request_budget", request="R"),
            Conflict("heads", organization="M"),
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_clash_names_the_pins_and_what_they_run_against(name: str):
    problem, wanted = CASES[name]
    plan = solve(problem)
    assert plan.status == "infeasible"
    assert set(plan.conflicts) == wanted
    assert len(plan.conflicts) == len(wanted)
    assert (plan.objective, plan.bound, plan.gap, plan.assignments) == (None, None, None, ())
    assert {one.reason for one in plan.open_slots} == {"no_plan"}
    assert check(problem, plan) == ()


def test_of_two_clashes_one_is_named():
    problem = problem_of([A, B], [request("R"), request("Q")], [("R-0", "A"), ("R-0", "B"), ("Q-0", "A"), ("Q-1", "A")])
    assert {one.slot for one in solve(problem).conflicts if one.kind == "pin"} == {"R-0"}


def test_nothing_of_a_clash_can_be_left_out():
    seen = set()
    for seed in range(70_000, 70_300):
        problem = small_problem(seed, pins=1 + seed % 4)
        conflicts = solve(problem).conflicts
        if not conflicts:
            assert every_plan(problem)
            continue
        seen |= {one.kind for one in conflicts}
        assert not holds(problem, conflicts)
        for left_out in range(len(conflicts)):
            assert holds(problem, conflicts[:left_out] + conflicts[left_out + 1 :])
    assert {"hours", "max_engagements", "onsite_days", "slot_taken_twice", "team", "forbidden"} <= seen


def holds(problem: Problem, members: Sequence[Conflict]) -> bool:
    """Tell whether some choice of pairs keeps ``members`` and nothing else is asked."""
    pins = [one for one in members if one.kind == "pin"]
    blocked = {(one.slot, one.expert) for one in members if one.kind in ("forbidden", "not_eligible")}
    if any((one.slot, one.expert) in blocked for one in pins):
        return False
    table = {(pair.slot, pair.expert): pair for pair in problem.pairs or ()}
    if any((one.slot, one.expert) not in table for one in pins):
        return True  # without its rule, a pair that does not exist asks for nothing
    base = [table[one.slot, one.expert] for one in pins]
    return any(
        all(keeps(problem, pairs, one, net) for one in members)
        for pairs in with_teams(problem, base, members)
        for net in ways_to_count_net(problem, pairs, members)
    )


def with_teams(problem: Problem, base: list[ReadyPair], members: Sequence[Conflict]) -> Iterator[list[ReadyPair]]:
    banned = {(link.slot, link.expert) for link in problem.forbidden}
    taken = {pair.slot for pair in base}
    wanted = []
    for one in problem.requests:
        is_member = any(member.kind == "team" and member.request == one.id for member in members)
        if is_member and any(slot.id in taken for slot in one.slots):
            wanted += [slot.id for slot in one.slots if slot.required and slot.id not in taken]
    candidates = [
        [pair for pair in problem.pairs or () if pair.slot == slot and (pair.slot, pair.expert) not in banned]
        for slot in wanted
    ]
    for more in product(*candidates):
        yield [*base, *more]


def ways_to_count_net(
    problem: Problem, pairs: list[ReadyPair], members: Sequence[Conflict]
) -> Iterator[set[tuple[str, str]]]:
    heads = {} if problem.subsidy is None else problem.subsidy.heads
    persons = {(problem.seat_by_slot[pair.slot][0].organization, pair.expert) for pair in pairs}
    limited = {one.organization for one in members if one.kind == "heads"}
    free = {person for person in persons if person[0] not in limited and heads.get(person[0]) != 0}
    ways = [
        [set(some) for some in combinations([p for p in sorted(persons) if p[0] == name], heads[name])]
        or [{p for p in persons if p[0] == name}]
        for name in limited
    ]
    for way in product(*ways):
        yield free.union(*way)


def keeps(problem: Problem, pairs: list[ReadyPair], member: Conflict, net: set[tuple[str, str]]) -> bool:
    def counted(pair: ReadyPair) -> float:
        organization = problem.seat_by_slot[pair.slot][0].organization
        return pair.net_cost if pair.net_cost >= pair.cost or (organization, pair.expert) in net else pair.cost

    mine = [(pair, *problem.seat_by_slot[pair.slot]) for pair in pairs if pair.expert == member.expert]
    if member.kind == "slot_taken_twice":
        return sum(pair.slot == member.slot for pair in pairs) <= 1
    if member.kind == "one_slot_per_request":
        return sum(asked.id == member.request for _, asked, _ in mine) <= 1
    if member.kind == "request_budget":
        asked = next(one for one in problem.requests if one.id == member.request)
        spent = [pair for pair in pairs if problem.seat_by_slot[pair.slot][0].id == asked.id]
        amounts = [counted(pair) if asked.budget_basis == "net" else pair.cost for pair in spent]
        return fsum(amounts) <= asked.budget * (1 + 1e-9)
    if member.kind == "organization_budget":
        spent = [p.cost for p in pairs if problem.seat_by_slot[p.slot][0].organization == member.organization]
        return fsum(spent) <= problem.organization_by_id[member.organization].budget * (1 + 1e-9)
    if member.kind in ("hours", "max_engagements", "onsite_days"):
        month = problem.months.index(member.month)
        active = [(pair, slot) for pair, _, slot in mine if month in slot.months]
        amount = {
            "hours": lambda p, _: p.hours,
            "max_engagements": lambda *_: 1,
            "onsite_days": lambda _, s: s.onsite_days,
        }
        limit = getattr(problem.expert_by_id[member.expert], member.kind)[month]
        return fsum(amount[member.kind](pair, slot) for pair, slot in active) <= limit * (1 + 1e-9)
    return True


def test_a_pin_named_twice_counts_once():
    problem = problem_of([A, B], [request("R")], [("R-0", "A"), ("R-0", "A")])
    assert solve(problem).status == "optimal"


def test_a_pin_forces_the_whole_team():
    problem = problem_of([A, B], [request("R", team="all")], [("R-0", "A")])
    dear = replace(problem, policy=replace(problem.policy, yen_per_point=0.1))
    assert {(one.slot, one.expert) for one in solve(dear).assignments} == {("R-0", "A"), ("R-1", "B")}


def test_the_smallest_clash_of_many_members_is_found_in_few_questions():
    asked = []

    def together(part: Sequence[int]) -> bool:
        asked.append(tuple(part))
        return not {3, 40, 77} <= set(part)

    assert smallest_clash(range(100), together, lambda: False) == [3, 40, 77]
    assert len(asked) < 50


def test_when_time_is_up_the_clash_is_reported_larger_than_it_need_be():
    assert set(smallest_clash(range(10), lambda part: not {2, 5} <= set(part), lambda: True)) >= {2, 5}
