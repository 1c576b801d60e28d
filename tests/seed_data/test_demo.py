from dataclasses import replace

import pytest

from matching.check import check
from matching.solve import solve
from seed_data.cases import cases
from seed_data.generator import generate
from seed_data.problem import build_problem


@pytest.fixture(scope="module")
def planned():
    problem = build_problem(replace(generate(), requests=cases()))
    return problem, solve(problem)


def test_most_seats_of_the_cases_are_filled_by_the_sample_and_the_plan_holds(planned):
    problem, plan = planned
    seats = sum(1 for _ in problem.seats())
    assert plan.status == "optimal"
    assert check(problem, plan) == ()
    assert 0.6 < len(plan.assignments) / seats < 0.95


def test_the_seats_left_open_are_open_for_different_reasons(planned):
    _, plan = planned
    assert {open_slot.reason for open_slot in plan.open_slots} >= {"no_eligible_expert", "capacity_used_elsewhere"}
    last_rules = {
        [step.rule for step in open_slot.funnel if step.removed][-1]
        for open_slot in plan.open_slots
        if open_slot.reason == "no_eligible_expert"
    }
    assert last_rules >= {"role", "mandatory_skills", "travel_time", "request_budget"}
