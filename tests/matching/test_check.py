"""A plan that was changed is found out, field by field, without a solver."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from matching.check import check
from matching.interchange import read_plan, write_plan
from matching.plan import Assignment, Conflict, Remedy, Travel
from matching.problem import Limits, Link, Policy, Problem, Subsidy, Weights
from matching.remedies import with_remedies
from matching.solve import solve
from seed_data.generator import generate
from seed_data.problem import build_problem
from tests.matching.small_problems import small_problem


def scored_problem(policy: Policy | None = None) -> Problem:
    """Return a problem with scores, subsidies, heads, budgets, a pin and a plan in force: every term has a value."""
    sample = generate(experts=30, requests=9, seed=5)
    problem = build_problem(sample, sample.months, policy=policy, limits=Limits(gap=0.0, threads=1))
    subsidy = Subsidy({one.organization: 1 for one in problem.requests}, {"2026": 0.7, "2027": 0.5})
    problem = replace(problem, subsidy=subsidy)
    first = solve(problem).assignments
    kept = tuple(Link(one.slot, one.expert) for one in first[::2])
    return replace(problem, previous=kept, pins=kept[:1])


@pytest.fixture(scope="module")
def scored():
    problem = scored_problem(Policy(weights=Weights(1.0, 1.0, 0.5, 0.3), yen_per_point=900_000.0))
    return problem, solve(problem)


@pytest.fixture(scope="module")
def ordered():
    problem = scored_problem(Policy(name="maxmin", order=("coverage", "cost")))
    return problem, solve(problem)


def test_a_good_plan_has_nothing_wrong_before_and_after_its_file(scored, ordered):
    for problem, plan in (scored, ordered):
        assert check(problem, plan) == ()
        assert check(problem, read_plan(write_plan(plan))) == ()
        assert plan.status == "optimal"
        assert min(plan.terms.stability, plan.terms.equity, plan.terms.net_cost) > 0
        assert plan.terms.net_cost < plan.terms.cost
        assert plan.open_slots


def other(value: Any) -> list[Any]:
    """Return values near ``value`` that it is not."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, float):
        return [value * 1.01 + 0.01]
    return [value + "x"] if isinstance(value, str) else []


def changed(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ``value`` with one thing in it changed, and where: a figure, a text, one item left out or twice."""
    if is_dataclass(value):
        for field in fields(value):
            for where, one in changed(getattr(value, field.name), f"{place}/{field.name}"):
                yield where, replace(value, **{field.name: one})
    elif isinstance(value, dict):
        for key, item in value.items():
            for where, one in changed(item, f"{place}/{key}"):
                yield where, {**value, key: one}
            yield f"{place}/{key}", {other: kept for other, kept in value.items() if other != key}
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            for where, one in changed(item, f"{place}/{index}"):
                yield where, type(value)([*value[:index], one, *value[index + 1 :]])
        if value:
            yield place, type(value)(value[1:])
            yield place, type(value)([value[0], *value])
    else:
        for one in other(value):
            yield place, one


@pytest.mark.parametrize("which", ["scored", "ordered"])
def test_every_change_to_a_plan_is_found(which: str, request):
    problem, plan = request.getfixturevalue(which)
    seen = 0
    for place, tampered in changed(plan):
        if place.startswith("/seconds"):
            continue
        seen += 1
        violations = check(problem, tampered)
        assert violations, f"{place} was changed and nobody noticed"
        assert all(one.ja and one.en and "\n" not in str(one) for one in violations)
    assert seen > 300


def test_what_a_plan_says_of_itself_has_to_hold_together(scored):
    problem, plan = scored
    here = next(one for one in plan.assignments if one.travel is None)
    wrong = {
        "/status": [
            replace(plan, status="feasible"),
            replace(plan, status="infeasible"),
            replace(plan, bound=plan.objective * 1.5, gap=0.5 * plan.objective / max(1.0, plan.objective)),
        ],
        "/bound": [replace(plan, bound=plan.objective - 1.0)],
        "/conflicts": [replace(plan, conflicts=(Conflict("pin", slot="R1", expert="E1"),))],
        "/policy/levels": [replace(plan, policy={**plan.policy, "levels": [{"term": "fit"}]})],
        "/policy": [replace(plan, policy={**plan.policy, "levels": [], "mood": "good"})],
        "/limits": [replace(plan, limits={**plan.limits, "gap": float("nan")})],
        "/objective": [replace(plan, objective=float("inf"))],
        f"/assignments/{plan.assignments.index(here)}/travel/minutes": [
            replace(plan, assignments=tuple(_travelling(one, here) for one in plan.assignments))
        ],
    }
    for place, plans in wrong.items():
        for tampered in plans:
            assert place in {one.place for one in check(problem, tampered)}


def _travelling(one, here):
    return replace(one, travel=Travel(10.0, 0.0)) if one is here else one


def test_a_plan_is_for_one_problem_only(scored):
    problem, plan = scored
    dearer = replace(problem.experts[0], hourly_rate=problem.experts[0].hourly_rate + 1.0)
    another = replace(problem, experts=(dearer, *problem.experts[1:]))
    assert "input_digest" in {one.kind for one in check(another, plan)}


def test_a_plan_made_with_other_limits_or_another_policy_is_checked_by_those(scored):
    problem, _ = scored
    for policy in (Policy(name="fit_first"), Policy(name="cost_first", order=("cost",)), Policy(name="maxmin")):
        given = replace(problem, policy=policy, limits=Limits(seconds=5.0, gap=0.01, seed=3, threads=1))
        assert check(problem, solve(given)) == ()


def test_each_limit_is_looked_at_without_the_model():
    found = set()
    for seed in range(80_000, 80_060):
        problem = small_problem(seed)
        plan = solve(problem)
        full = every_pair(problem, plan)
        found |= {one.kind for one in check(problem, full)}
    assert found >= {
        "slot_taken_twice",
        "hours",
        "max_engagements",
        "onsite_days",
        "one_slot_per_request",
        "request_budget",
        "organization_budget",
        "heads",
        "forbidden",
        "team",
    }


def every_pair(problem: Problem, plan):
    """Return ``plan`` with every second pair assigned, whatever breaks."""
    pairs = (problem.pairs or ())[::2]
    made = tuple(Assignment(p.slot, p.expert, p.fit, p.cost, p.net_cost, p.hours) for p in pairs)
    return replace(plan, assignments=made)


def test_a_missing_pin_is_found():
    problem = small_problem(1)
    plan = solve(problem)
    first = plan.assignments[0]
    other_pairs = [p for p in problem.pairs if p.slot == first.slot and p.expert != first.expert]
    pinned = replace(problem, pins=(Link(first.slot, other_pairs[0].expert),))
    assert "pin" in {one.kind for one in check(pinned, plan)}


def test_counting_gross_while_a_head_is_left_is_found(scored):
    problem, plan = scored
    position, one = next((i, one) for i, one in enumerate(plan.assignments) if one.net_cost < one.cost)
    gross = replace(one, net_cost=one.cost)
    tampered = replace(plan, assignments=(*plan.assignments[:position], gross, *plan.assignments[position + 1 :]))
    places = {violation.place for violation in check(problem, tampered)}
    assert f"/assignments/{position}/net_cost" in places


def test_remedies_have_to_speak_of_this_problem(scored):
    problem, plan = scored
    with_some = with_remedies(problem, plan, 5.0)
    assert check(problem, with_some) == ()
    position, one = next((i, one) for i, one in enumerate(with_some.open_slots) if one.remedies)
    good = one.remedies[0]
    for bad in (
        replace(good, kind="magic"),
        replace(good, expert="nobody"),
        replace(good, change={"wishes": 3}),
        replace(good, objective=float("nan")),
        Remedy("skill_level", {"skill": "ZZ9-99", "level": 1}, None, 1.0),
        Remedy("hours", {"hours": -1.0}, None, 1.0),
    ):
        slots = list(with_some.open_slots)
        slots[position] = replace(one, remedies=(bad,))
        violations = check(problem, replace(with_some, open_slots=tuple(slots)))
        assert [v.kind for v in violations] == ["remedy"] * len(violations) != []


def test_the_check_knows_no_solver():
    code = "import sys, matching.check; print(sorted({'pulp', 'highspy'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
