from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.interchange import read_problem, write_problem
from matching.problem import Limits, Policy, Subsidy
from matching.vocabulary import Vocabulary
from seed_data.cases import cases
from seed_data.generator import generate
from seed_data.municipalities import by_code, municipalities
from seed_data.problem import build_problem
from skill_standards import load_framework, load_stages, load_themes

FRAMEWORK = load_framework("1.2")
VOCABULARY = Vocabulary(
    skills=frozenset(FRAMEWORK.skills),
    roles=frozenset(FRAMEWORK.roles),
    stages=frozenset(stage.id for stage in load_stages()),
    themes=frozenset(theme.id for theme in load_themes()),
    places={m.code: m.location for m in municipalities()},
)


def demo():
    sample = generate()
    return replace(sample, requests=(*sample.requests, *cases()))


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_what_is_generated_is_a_problem_the_library_accepts(seed):
    problem = build_problem(generate(5, 5, seed))
    assert read_problem(write_problem(problem), VOCABULARY) == problem


def test_generated_experts_and_the_cases_make_one_problem():
    problem = build_problem(demo())
    assert read_problem(write_problem(problem), VOCABULARY) == problem
    assert len(problem.requests) == 40 + len(cases())


def test_an_expert_keeps_what_the_sample_says():
    sample = generate(1, 1)
    person, expert = sample.experts[0], build_problem(sample).experts[0]
    assert expert.id == person.key
    assert expert.skills == {skill.code: skill.level for skill in person.skills}
    assert expert.hours == tuple(one.hours for one in person.availability)
    assert expert.max_engagements == tuple(one.engagements for one in person.availability)
    assert expert.onsite_days == tuple(one.onsite_days for one in person.availability)
    assert expert.base == by_code(person.base).location
    assert (expert.hourly_rate, expert.roles, expert.conflicts) == (person.hourly_rate, person.roles, person.conflicts)
    assert (expert.rating is None) == (person.rating_mean is None)


def test_a_request_keeps_what_the_sample_says():
    sample = replace(generate(1, 0), requests=cases())
    asked = next(case for case in cases() if case.key == "tottori-standardization")
    request = next(request for request in build_problem(sample).requests if request.id == asked.key)
    assert request.organization == asked.organization
    assert request.budget == asked.budget and request.budget_basis == "net"
    assert request.beneficiaries == asked.beneficiaries
    assert [slot.start for slot in request.slots] == [0, 0, 3]
    assert [len(slot.needs) for slot in request.slots] == [len(slot.needs) for slot in asked.slots]


def test_organizations_are_those_that_ask_or_are_served():
    problem = build_problem(demo())
    named = {code for request in problem.requests for code in (request.organization, *request.served)}
    assert {organization.id for organization in problem.organizations} == named
    assert all(organization.location == by_code(organization.id).location for organization in problem.organizations)


def test_a_shorter_horizon_that_cuts_slots_off_is_refused_with_each_slot_named():
    sample = generate(2, 6)
    late = [slot.key for request in sample.requests for slot in request.slots if slot.start > sample.months[2]]
    with pytest.raises(ValueError) as caught:
        build_problem(sample, sample.months[:3])
    assert late and all(f"{key}: " in str(caught.value) for key in late)


def test_a_longer_horizon_leaves_months_the_sample_does_not_know_empty():
    sample = generate(2, 2, months=("2026-05", "2026-06"))
    problem = build_problem(sample, ("2026-04", "2026-05", "2026-06", "2026-07"))
    for expert, person in zip(problem.experts, sample.experts, strict=True):
        assert expert.hours == (0, *(one.hours for one in person.availability), 0)
    starts = {slot.key: slot.start for request in sample.requests for slot in request.slots}
    assert all(problem.months[slot.start] == starts[slot.id] for _, slot in problem.seats())


def test_months_with_gaps_are_refused():
    with pytest.raises(ValueError, match="follow"):
        build_problem(generate(1, 1), ("2026-04", "2026-06"))


def test_policy_limits_and_subsidy_are_handed_on():
    policy, limits, subsidy = Policy(name="fair_first"), Limits(seconds=5), Subsidy(rates={"2025": 0.7})
    problem = build_problem(generate(1, 1), policy=policy, limits=limits, subsidy=subsidy)
    assert (problem.policy, problem.limits, problem.subsidy) == (policy, limits, subsidy)


def test_an_organization_not_in_the_register_is_a_key_error():
    sample = generate(1, 1)
    unknown = replace(sample.requests[0], organization="000000")
    with pytest.raises(KeyError):
        build_problem(replace(sample, requests=(unknown,)))
