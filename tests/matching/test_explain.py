"""Explanations and remedies: each counterfactual is what solving the changed problem gives."""

from dataclasses import replace

import numpy as np
import pytest

from matching.explain import explain_pair, explain_plan, explain_slot
from matching.problem import (
    Expert,
    Limits,
    Link,
    Organization,
    Problem,
    Rating,
    ReadyPair,
    Request,
    SkillNeed,
    Slot,
)
from matching.remedies import remedies_for, with_remedies
from matching.scoring import eligible_pairs
from matching.solve import solve
from matching.splice import COLUMNS, with_expert, with_request
from seed_data.generator import generate
from seed_data.problem import build_problem
from tests.matching.exhaustive import best, every_plan
from tests.matching.small_problems import small_problem

EXACT = Limits(gap=0.0, threads=1)
MONTHS = ("2026-04", "2026-05", "2026-06")
CLOSE = 1e-6


def person(name: str, **fields) -> Expert:
    given = {
        "hours": (20.0,) * 3,
        "max_engagements": (3,) * 3,
        "onsite_days": (5.0,) * 3,
        "talent_types": ("D",),
        "skills": {"SE1-01": 2, "TE1-01": 2},
        "hourly_rate": 1_000.0,
        **fields,
    }
    return Expert(name, **given)


def needing(name: str, **fields) -> Request:
    """Return a request of one slot that person() is just good enough for."""
    needs = (SkillNeed("TE1-01", 2, mandatory=True),)
    given = {"hours": 10.0, "needs": needs, "rate_ceiling": 1_000.0, **fields}
    budget = given.pop("budget", None)
    return Request(name, "M", (Slot(f"{name}-1", "D", 0, 2, **given),), budget=budget)


def scored(experts, requests, **fields) -> Problem:
    organizations = (Organization("M", budget=fields.pop("organization_budget", None)),)
    return Problem(MONTHS, tuple(experts), organizations, tuple(requests), limits=EXACT, **fields)


REMEDIES = {
    "skill_level": (
        scored([person("A", skills={"SE1-01": 2, "TE1-01": 1})], [needing("R")]),
        {"skill": "TE1-01", "level": 1},
    ),
    "remote": (scored([person("A", work_modes=("remote",))], [needing("R", remote_ok=False)]), {"onsite_days": 0.0}),
    "hours": (scored([person("A", hours=(20.0, 7.25, 20.0))], [needing("R")]), {"hours": 2.75}),
    "budget": (scored([person("A")], [needing("R", budget=15_000.0)]), {"yen": 5_000.0, "request": "R"}),
    "rate_ceiling": (scored([person("A", hourly_rate=1_250.0)], [needing("R")]), {"yen": 250.0}),
    "later": (scored([person("A", hours=(0.0, 20.0, 20.0))], [needing("R")]), {"months": 1}),
}


@pytest.mark.parametrize("kind", REMEDIES)
def test_the_smallest_change_that_fills_the_slot_is_found(kind: str):
    problem, change = REMEDIES[kind]
    plan = solve(problem)
    assert [one.reason for one in plan.open_slots] in (["no_eligible_expert"], ["budget"])
    found = {one.kind: one for one in remedies_for(problem, plan, "R-1", 20.0)}
    assert found[kind].change == change
    assert found[kind].expert == "A"
    assert found[kind].objective > plan.objective


def test_an_organization_with_more_money_is_a_remedy():
    problem = scored([person("A")], [needing("R")], organization_budget=12_000.0)
    plan = solve(problem)
    found = remedies_for(problem, plan, "R-1", 20.0)
    assert [(one.kind, one.change) for one in found] == [("budget", {"yen": 8_000.0, "organization": "M"})]


def test_moving_somebody_says_from_where_and_what_it_costs():
    problem = scored([person("A")], [needing("R", hours=20.0), needing("Q", hours=15.0)])
    plan = solve(problem)
    left_open = plan.open_slots[0].slot
    move = next(one for one in remedies_for(problem, plan, left_open, 20.0) if one.kind == "move")
    assert (move.expert, move.change) == ("A", {"slot": plan.assignments[0].slot})
    assert move.objective <= plan.objective


def test_a_remedy_is_what_solving_the_changed_problem_gives():
    sample = generate(experts=25, requests=14, seed=2)
    problem = replace(build_problem(sample, sample.months), limits=EXACT)
    plan = with_remedies(problem, solve(problem), 30.0)
    remote = {one.slot: r for one in plan.open_slots for r in one.remedies if r.kind == "remote"}
    assert remote
    for slot_id, remedy in remote.items():
        requests = tuple(
            replace(
                request,
                slots=tuple(
                    replace(slot, remote_ok=True, onsite_days=0.0) if slot.id == slot_id else slot
                    for slot in request.slots
                ),
            )
            for request in problem.requests
        )
        changed = solve(replace(problem, requests=requests))
        assert slot_id in {one.slot for one in changed.assignments}
        assert remedy.objective == pytest.approx(changed.objective, abs=CLOSE)


def test_remedies_come_for_open_slots_of_plans_only():
    problem = scored([person("A")], [needing("R")])
    plan = solve(problem)
    with pytest.raises(ValueError, match="R-1 is filled"):
        remedies_for(problem, plan, "R-1", 1.0)
    with pytest.raises(KeyError):
        remedies_for(problem, plan, "nothing", 1.0)
    clash = replace(problem, pins=(Link("R-1", "A"), Link("R-1", "A")), forbidden=(Link("R-1", "A"),))
    assert remedies_for(clash, solve(clash), "R-1", 1.0) == ()


def test_no_time_means_no_remedies():
    problem = scored([person("A")], [needing("R", hours=20.0), needing("Q", hours=15.0)])
    plan = solve(problem)
    assert with_remedies(problem, plan, 0.0) == plan
    assert with_remedies(problem, plan, 30.0, stop=lambda: True) == plan


def test_an_alternative_is_worth_what_pinning_it_gives():
    checked = 0
    for seed in range(100_000, 100_050):
        problem = small_problem(seed)
        plan = solve(problem)
        for _, slot in problem.seats():
            for one in explain_slot(problem, plan, slot.id, seconds=30.0, most=9).alternatives:
                pinned = replace(problem, pins=(Link(slot.id, one.expert),))
                plans = every_plan(pinned)
                assert (one.objective is None) == (not plans) == bool(one.conflicts)
                if plans:
                    checked += 1
                    assert one.proven
                    assert one.objective == pytest.approx(best(pinned, plans), abs=CLOSE)
                    assert one.delta <= CLOSE
                    assert any(change.slot == slot.id and change.after == one.expert for change in one.changes)
    assert checked > 30


def test_an_assigned_slot_shows_its_parts_and_who_fits_next_best():
    sample = generate(experts=40, requests=20, seed=4)
    problem = replace(build_problem(sample, sample.months), limits=EXACT)
    plan = solve(problem)
    one = plan.assignments[0]
    found = explain_slot(problem, plan, one.slot)
    assert found.assignment == one
    assert sum(found.assignment.parts.values()) == pytest.approx(one.fit, abs=1e-5)
    fits = [other.fit for other in found.alternatives]
    assert fits == sorted(fits, reverse=True)
    assert one.expert not in {other.expert for other in found.alternatives}
    assert found.funnel[-1].left == len(found.alternatives) + found.others + 1


def test_why_not_names_the_rule_that_blocks_or_what_would_be_lost():
    requests = [needing("R"), needing("Q", hours=15.0)]
    problem = scored([person("A"), person("B", talent_types=("X",)), person("C", hourly_rate=900.0)], requests)
    plan = solve(problem)
    assert explain_pair(problem, plan, "R-1", "B").rule == "talent_type"
    taken = next(one for one in plan.assignments if one.slot == "R-1")
    assert explain_pair(problem, plan, "R-1", taken.expert).alternative is None
    other = ({"A", "C"} - {taken.expert}).pop()
    lost = explain_pair(problem, plan, "R-1", other).alternative
    assert lost.delta <= 0
    with pytest.raises(KeyError):
        explain_pair(problem, plan, "R-1", "nobody")


def test_a_price_is_what_one_unit_more_is_worth():
    # Two equal people of 10 hours each for slots of 5 hours worth 2, 2 and 1 point: hours are short by five.
    pairs = [ReadyPair("A", f"S{n}", fit, 0.0, 0.0, 5.0) for n, fit in enumerate((1.0, 1.0, 0.0))]
    requests = [Request(f"R{n}", f"M{n}", (Slot(f"S{n}", "D", 0, 1, 5.0),)) for n in range(3)]
    problem = Problem(
        MONTHS[:1],
        (Expert("A", (10.0,), (9,), (0.0,)),),
        tuple(Organization(f"M{n}") for n in range(3)),
        tuple(requests),
        pairs=tuple(pairs),
        limits=EXACT,
    )
    plan = solve(problem)
    limit = explain_plan(problem, plan).limits[0]
    assert (limit.kind, limit.expert, limit.month, limit.used, limit.limit) == ("hours", "A", "2026-04", 10.0, 10.0)
    more = replace(problem, experts=(Expert("A", (15.0,), (9,), (0.0,)),))
    gain = solve(more).objective - plan.objective
    assert limit.price == pytest.approx(gain / 5.0)
    assert limit.worth == pytest.approx(gain)


def test_the_price_of_a_budget_is_per_yen():
    pairs = [ReadyPair(name, f"S{n}", 0.5, 100_000.0, 100_000.0, 5.0) for n, name in enumerate("AB")]
    request = Request("R", "M", tuple(Slot(f"S{n}", "D", 0, 1, 5.0) for n in range(2)), budget=100_000.0)
    people = tuple(Expert(name, (10.0,), (9,), (0.0,)) for name in "AB")
    problem = Problem(MONTHS[:1], people, (Organization("M"),), (request,), pairs=tuple(pairs), limits=EXACT)
    limit = explain_plan(problem, solve(problem)).limits[0]
    assert (limit.kind, limit.request, limit.unit) == ("request_budget", "R", "yen")
    assert limit.price * 100_000.0 == pytest.approx(1.5 + 0.25 - 0.1)


def test_scarce_skills_are_counted_by_open_slots_and_prefecture():
    problem = scored([person("A", skills={"SE1-01": 2, "TE1-01": 1})], [needing("R"), needing("Q")])
    places = (Organization("202151"), Organization("M"))
    moved = (replace(problem.requests[0], organization="202151"), problem.requests[1])
    problem = replace(problem, organizations=places, requests=moved)
    skills = explain_plan(problem, solve(problem)).skills
    assert [(one.skill, one.level, one.open_slots, one.slots, one.experts) for one in skills] == [
        ("TE1-01", 2, 2, 2, 0)
    ]
    assert skills[0].by_prefecture == {"20": 1}


@pytest.mark.parametrize("seed", range(3))
def test_after_a_small_change_the_pairs_are_those_of_the_changed_problem(seed: int):
    sample = generate(experts=30, requests=12, seed=seed)
    problem = build_problem(sample, sample.months)
    pairs = eligible_pairs(problem)
    seats = [request.id for request, _ in problem.seats()]
    number = [one.id for one in problem.requests].index(seats[int(np.bincount(pairs.slot).argmax())])
    request = problem.requests[number]
    slots = tuple(replace(slot, needs=(), remote_ok=True, onsite_days=0.0) for slot in request.slots)
    most_wanted = int(np.bincount(pairs.expert).argmax())
    expert = problem.experts[most_wanted]
    praised = replace(expert, rating=Rating(5.0, 50), talent_types=("X", "D"), work_modes=("remote", "onsite"))
    for changed, spliced in (
        with_request(problem, pairs, number, replace(request, slots=slots)),
        with_expert(problem, pairs, most_wanted, praised),
    ):
        wanted = eligible_pairs(changed)
        assert len(wanted) != len(pairs) or not np.array_equal(wanted.fit, pairs.fit)
        for name in COLUMNS:
            assert np.array_equal(getattr(spliced, name), getattr(wanted, name)), name


def test_in_a_large_problem_what_lies_near_is_solved_again_and_said_to_be_unproven(monkeypatch):
    monkeypatch.setattr("matching.whatif.WHOLE_UP_TO", 0)
    sample = generate(experts=40, requests=20, seed=4)
    problem = replace(build_problem(sample, sample.months), limits=EXACT)
    plan = solve(problem)
    for one in plan.assignments[:6]:
        for other in explain_slot(problem, plan, one.slot).alternatives:
            pinned = solve(replace(problem, pins=(Link(one.slot, other.expert),)))
            assert not other.proven or other.objective is None
            if other.objective is not None:
                assert other.objective <= pinned.objective + CLOSE
