"""The rules of eligibility: each alone, their order, the funnel, and why not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from matching.eligibility import first_block
from matching.pairs import RULES
from matching.problem import (
    Expert,
    Link,
    Location,
    Organization,
    Policy,
    Problem,
    ReadyPair,
    Request,
    SkillNeed,
    Slot,
    Subsidy,
)
from matching.scoring import eligible_pairs
from tests.matching import reference
from tests.matching.strategies import problems

HERE = Location(36.115, 137.954)
EXPERT = Expert(
    id="e",
    hours=(20.0, 20.0),
    max_engagements=(1, 1),
    onsite_days=(1.0, 1.0),
    talent_types=("D",),
    skills={"TE1-08": 3, "SE1-02": 2},
    roles=("SW3",),
    hourly_rate=5_000.0,
    base=Location(36.65, 138.18),
    max_travel_minutes=124.0,
)
SLOT = Slot("s", "D", 0, 2, 10.0, onsite_days=1.0, role="SW3", needs=(SkillNeed("TE1-08", 3, mandatory=True),))
REQUEST = Request("r", "o", (SLOT,), budget=106_080.0)
PROBLEM = Problem(
    ("2026-04", "2026-05"),
    (EXPERT,),
    (Organization("o", location=HERE), Organization("p")),
    (REQUEST,),
    policy=Policy(security_floor=2),
)


def change(part, **changes):
    """Return the eligible problem with its expert, slot, request or itself changed."""
    if part == "expert":
        return replace(PROBLEM, experts=(replace(EXPERT, **changes),))
    if part == "slot":
        return replace(PROBLEM, requests=(replace(REQUEST, slots=(replace(SLOT, **changes),)),))
    if part == "request":
        return replace(PROBLEM, requests=(replace(REQUEST, **changes),))
    return replace(PROBLEM, **changes)


def rule_of(problem):
    """Return the first rule against the pair, having seen that the funnel says the same."""
    rule = first_block(problem, "s", "e")
    removing = [step.rule for step in eligible_pairs(problem).funnel[0] if step.removed]
    assert removing == ([] if rule is None else [rule])
    return rule


REFUSED = [
    ("talent_type", "slot", {"talent_type": "X"}),
    ("role", "slot", {"role": "BA1"}),
    ("mandatory_skills", "expert", {"skills": {"TE1-08": 2, "SE1-02": 2}}),
    ("mandatory_skills", "slot", {"needs": (SkillNeed("DU1-01", 1, mandatory=True),)}),
    ("security_floor", "expert", {"skills": {"TE1-08": 3, "SE3-01": 4, "SE1-02": 1}}),
    ("availability", "expert", {"hours": (20.0, 14.0)}),
    ("engagement_limit", "expert", {"max_engagements": (1, 0)}),
    ("work_mode", "expert", {"work_modes": ("remote",)}),
    ("onsite_days", "expert", {"onsite_days": (0.5, 1.0)}),
    ("travel_time", "expert", {"max_travel_minutes": 123.0}),
    ("travel_time", "expert", {"base": None}),
    ("travel_time", "problem", {"organizations": (Organization("o"), Organization("p"))}),
    ("rate_ceiling", "slot", {"rate_ceiling": 4_999.0}),
    ("request_budget", "request", {"budget": 106_079.0}),
    ("conflict_of_interest", "expert", {"conflicts": ("elsewhere", "o")}),
    ("forbidden", "problem", {"forbidden": (Link("s", "e"),)}),
]


def test_the_pair_the_other_tests_change_is_eligible_to_the_last_yen_and_minute():
    assert rule_of(PROBLEM) is None
    assert len(eligible_pairs(PROBLEM)) == 1


@pytest.mark.parametrize(("rule", "part", "changes"), REFUSED)
def test_each_rule_alone_refuses(rule, part, changes):
    assert rule_of(change(part, **changes)) == rule


def test_every_rule_has_been_seen_to_refuse():
    assert {rule for rule, _, _ in REFUSED} == set(RULES)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("slot", {"role": None}),
        ("slot", {"needs": (SkillNeed("DU1-01", 4),)}),
        ("expert", {"skills": {"TE1-08": 4, "SE2-05": 2}}),
        ("problem", {"policy": Policy(security_floor=0)}),
        ("expert", {"max_travel_minutes": None, "base": None}),
        ("slot", {"rate_ceiling": 5_000.0}),
        ("request", {"budget": None}),
        ("expert", {"conflicts": ("p",)}),
        ("problem", {"forbidden": (Link("s", "another"),), "experts": (EXPERT, replace(EXPERT, id="another"))}),
    ],
)
def test_what_a_rule_does_not_forbid_stays_eligible(part, changes):
    problem = change(part, **changes)

    assert first_block(problem, "s", "e") is None
    assert 0 in eligible_pairs(problem).expert


def test_only_active_months_count():
    assert rule_of(change("slot", start=1, length=1)) is None
    early = replace(EXPERT, hours=(0.0, 20.0), max_engagements=(0, 1), onsite_days=(0.0, 1.0))
    problem = replace(change("slot", start=1, length=1), experts=(early,))
    assert rule_of(problem) is None


@pytest.mark.parametrize(
    ("onsite_days", "remote_ok", "modes", "eligible"),
    [
        (0.0, True, ("remote",), True),
        (0.0, True, ("onsite",), False),
        (0.0, False, ("remote",), False),
        (0.0, False, ("onsite",), True),
        (1.0, True, ("onsite",), True),
        (1.0, True, ("remote",), False),
        (1.0, True, (), False),
    ],
)
def test_work_modes(onsite_days, remote_ok, modes, eligible):
    problem = change("slot", onsite_days=onsite_days, remote_ok=remote_ok)
    problem = replace(problem, experts=(replace(EXPERT, work_modes=modes),))

    assert (rule_of(problem) is None) == eligible


def test_hours_include_travel_only_when_the_policy_counts_it():
    tight = change("expert", hours=(10.0, 10.0))

    assert rule_of(tight) == "availability"
    assert rule_of(replace(tight, policy=Policy(travel_counts=False))) is None


def test_hours_that_differ_in_the_last_bit_only_are_enough():
    problem = change("slot", hours=0.1 + 0.2, onsite_days=0.0)

    assert rule_of(replace(problem, experts=(replace(EXPERT, hours=(0.3, 0.3)),))) is None


def test_a_net_budget_looks_at_the_cost_after_the_subsidy():
    subsidy = Subsidy(rates={"2026": 0.5})
    net = replace(change("request", budget=53_040.0, budget_basis="net"), subsidy=subsidy)

    assert rule_of(net) is None
    assert rule_of(replace(net, subsidy=Subsidy(rates={"2026": 0.5}, heads={"o": 0}))) == "request_budget"
    assert rule_of(replace(net, subsidy=None)) == "request_budget"


def test_serving_an_organization_in_conflict_blocks_as_being_asked_by_it_does():
    problem = change("request", beneficiaries=("p",))

    assert rule_of(replace(problem, experts=(replace(EXPERT, conflicts=("p",)),))) == "conflict_of_interest"
    assert rule_of(replace(problem, experts=(replace(EXPERT, conflicts=("o",)),))) == "conflict_of_interest"


def test_the_first_of_several_rules_is_named():
    problem = replace(change("slot", role="BA1", rate_ceiling=1.0), forbidden=(Link("s", "e"),))

    assert first_block(problem, "s", "e") == "role"


def test_pins_and_pairs_in_force_that_are_not_eligible_are_left_out_and_named():
    problem = replace(change("slot", role="BA1"), pins=(Link("s", "e"),), previous=(Link("s", "e"),))
    table = eligible_pairs(problem)

    assert len(table) == 0
    assert table.blocked_by == {(0, 0): "role"}
    assert eligible_pairs(replace(PROBLEM, pins=(Link("s", "e"),))).blocked_by == {}


def test_ready_made_pairs_know_one_rule_only():
    pair = ReadyPair("e", "s", 0.5, 0.0, 0.0, 1.0)
    listed = replace(change("slot", role="BA1"), pairs=(pair,))

    assert first_block(listed, "s", "e") is None
    assert first_block(replace(listed, pairs=()), "s", "e") == "pairs"


@pytest.mark.parametrize(("slot", "expert"), [("s", "nobody"), ("nothing", "e")])
def test_asking_about_what_is_not_there_is_an_error(slot, expert):
    with pytest.raises(KeyError):
        first_block(PROBLEM, slot, expert)


@given(problems(least=1))
@settings(max_examples=100, deadline=None)
def test_why_not_names_the_rule_the_reference_names_for_every_pair(problem):
    table = eligible_pairs(problem)
    named = dict(table.blocked_by)
    for s, (request, slot) in enumerate(problem.seats()):
        for e, expert in enumerate(problem.experts):
            rule = reference.Pair(problem, request, slot, expert).first_block()
            assert first_block(problem, slot.id, expert.id) == rule
            asked = Link(slot.id, expert.id) in (*problem.pins, *problem.previous)
            assert named.pop((s, e), None) == (rule if asked else None)
    assert not named


@given(problems())
@settings(max_examples=50, deadline=None)
def test_the_funnel_starts_with_everybody_and_ends_with_the_eligible(problem):
    table = eligible_pairs(problem)
    seats = list(problem.seats())

    assert len(table.funnel) == len(seats)
    for position, steps in enumerate(table.funnel):
        assert [step.rule for step in steps] == list(RULES)
        left = len(problem.experts)
        for step in steps:
            assert step.left == left - step.removed
            left = step.left
        assert left == (table.slot == position).sum()
