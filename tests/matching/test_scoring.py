"""Fit, cost and the table of pairs: as docs/fit.md says, and monotone."""

import dataclasses
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.pairs import PARTS
from matching.problem import (
    Expert,
    Link,
    Location,
    Organization,
    Policy,
    Problem,
    Rating,
    ReadyPair,
    Request,
    SkillNeed,
    Slot,
    Subsidy,
)
from matching.scoring import POINTS, eligible_pairs
from tests.matching import reference
from tests.matching.strategies import PLACES, SKILLS, STAGES, THEMES, problems

DOCUMENTATION = (Path(__file__).parents[2] / "docs/fit.md").read_text()
EXPERT = Expert(
    id="E1",
    hours=(40.0, 40.0),
    max_engagements=(2, 2),
    onsite_days=(4.0, 4.0),
    talent_types=("D",),
    skills={"TE1-08": 3, "SE1-02": 2},
    roles=("SW3",),
    stages=("development",),
    hourly_rate=6000.0,
    base=Location(36.65, 138.18),
    max_travel_minutes=180.0,
    rating=Rating(4.5, 3),
)
SLOT = Slot(
    id="R1-1",
    talent_type="D",
    start=0,
    length=2,
    hours=24.0,
    onsite_days=1.0,
    stage="development",
    needs=(SkillNeed("TE1-08", 3, 2.0, True), SkillNeed("DU3-02", 2)),
)
PROBLEM = Problem(
    months=("2026-03", "2026-04"),
    experts=(EXPERT,),
    organizations=(Organization("202151", location=Location(36.115, 137.954)),),
    requests=(Request("R1", "202151", (SLOT,), budget=900_000.0),),
)


def with_slot(**changes):
    request = replace(PROBLEM.requests[0], slots=(replace(SLOT, **changes),))
    return replace(PROBLEM, requests=(request,))


def with_expert(**changes):
    return replace(PROBLEM, experts=(replace(EXPERT, **changes),))


def part(table, name, row=0):
    return table.parts[row, PARTS.index(name)]


def test_the_example_of_the_documentation_comes_out_as_printed():
    table = eligible_pairs(PROBLEM)

    assert table.parts[0].tolist() == [0.4, 0.15, 0.0, 0.056872, 0.065602, 0.03875]
    assert table.fit.tolist() == [0.711224]
    assert table.travel_minutes.tolist() == [124]
    assert table.travel_yen.tolist() == [6_080]
    assert table.cost.tolist() == [294_080]
    assert table.hours.tolist() == [pytest.approx(24 + 2 * 124 / 60)]
    for printed in ("124 minutes", "28.13", "294,080", "0.056872", "0.065602", "0.03875", "0.711224"):
        assert printed in DOCUMENTATION


@given(problems(most_experts=5, most_requests=3))
@settings(max_examples=300, deadline=None)
def test_the_table_agrees_with_the_slow_reference(problem):
    table = eligible_pairs(problem)
    expected, funnels = reference.eligible_pairs(problem)

    rows = list(zip(table.slot.tolist(), table.expert.tolist(), strict=True))
    assert rows == sorted(expected)
    for row, key in enumerate(rows):
        pair = expected[key]
        assert table.hours[row] == pytest.approx(pair.hours, rel=1e-12)
        assert (table.cost[row], table.net_cost[row]) == (pair.cost, pair.net_cost)
        assert (table.travel_minutes[row], table.travel_yen[row]) == (pair.minutes, pair.travel_yen)
        parts = pair.parts()
        assert table.parts[row] == pytest.approx([parts[name] for name in PARTS], abs=1.5e-6)
    if problem.experts:
        assert [[(s.rule, s.removed, s.left) for s in steps] for steps in table.funnel] == funnels


@given(problems())
@settings(max_examples=100, deadline=None)
def test_parts_are_points_within_their_limits_and_add_up_to_the_fit(problem):
    table = eligible_pairs(problem)

    assert table.parts.shape == (len(table), len(PARTS))
    assert (table.parts >= 0).all()
    assert (table.parts <= [POINTS[name] for name in PARTS]).all()
    assert np.abs(table.parts.sum(axis=1) - table.fit).max(initial=0) <= 1e-12
    assert ((table.fit >= 0) & (table.fit <= 1)).all()


def test_the_parts_together_can_reach_one():
    assert sum(POINTS.values()) == pytest.approx(1.0)
    assert tuple(POINTS) == PARTS


def betterments(expert, draw):
    """Yield the expert with one thing better each: skills, experience, hours, place, rating."""
    skill = draw(st.sampled_from(SKILLS))
    level = min(expert.skills.get(skill, 0) + draw(st.integers(1, 2)), 4)
    yield replace(expert, skills={**expert.skills, skill: max(level, expert.skills.get(skill, 0))})
    yield replace(expert, stages=tuple({*expert.stages, draw(st.sampled_from(STAGES))}))
    yield replace(expert, themes=tuple({*expert.themes, draw(st.sampled_from(THEMES))}))
    yield replace(expert, hours=tuple(hours + draw(st.floats(0, 30)) for hours in expert.hours))
    yield replace(expert, onsite_days=tuple(days + draw(st.floats(0, 2)) for days in expert.onsite_days))
    if expert.rating is not None and expert.rating.mean < 5:
        yield replace(expert, rating=Rating(5.0, expert.rating.count))


@given(problems(most_experts=1, least=1), st.data())
@settings(max_examples=150, deadline=None)
def test_more_skill_experience_or_hours_never_lower_a_fit_nor_cost_a_pair(problem, data):
    before = eligible_pairs(problem)

    for better in betterments(problem.experts[0], data.draw):
        after = eligible_pairs(replace(problem, experts=(better,)))
        rows = np.isin(after.slot, before.slot)
        assert after.slot[rows].tolist() == before.slot.tolist()
        assert (after.parts[rows] >= before.parts).all()
        assert (after.fit[rows] >= before.fit).all()


@given(
    problems(most_experts=1, most_requests=1, least=1),
    st.sampled_from(PLACES),
    st.sampled_from(PLACES),
    st.floats(0, 1),
)
@settings(max_examples=200, deadline=None)
def test_a_nearer_base_never_lowers_a_fit_nor_costs_a_pair(problem, here, far, share):
    near = Location(here.lat + share * (far.lat - here.lat), here.lon + share * (far.lon - here.lon))
    assume(reference.distance(near, here) <= reference.distance(far, here))
    problem = replace(problem, organizations=tuple(replace(o, location=here) for o in problem.organizations))
    if reference.across_the_sea(near) != reference.across_the_sea(far):
        # The one exception docs/fit.md names: across the sea a nearer base may have the dearer fare.
        problem = replace(problem, requests=(replace(problem.requests[0], budget=None),))

    after, before = (
        eligible_pairs(replace(problem, experts=(replace(problem.experts[0], base=base),))) for base in (near, far)
    )
    rows = np.isin(after.slot, before.slot)
    assert after.slot[rows].tolist() == before.slot.tolist()
    assert (after.parts[rows] >= before.parts).all()
    assert (after.travel_minutes[rows] <= before.travel_minutes).all()


@given(levels=st.tuples(st.integers(0, 4), st.integers(0, 4)))
def test_a_surplus_in_one_skill_never_hides_a_gap_in_another(levels):
    skills = {skill: level for skill, level in zip(("TE1-08", "SE1-02"), levels, strict=True) if level}
    needs = (SkillNeed("TE1-08", 2), SkillNeed("SE1-02", 3))
    problem = replace(
        with_slot(needs=needs), experts=(replace(EXPERT, skills=skills),), policy=Policy(security_floor=0)
    )

    full = part(eligible_pairs(problem), "skills") == POINTS["skills"]
    assert full == (levels[0] >= 2 and levels[1] >= 3)


def test_a_slot_that_names_no_needs_stage_or_theme_gives_full_points_for_them():
    table = eligible_pairs(with_slot(needs=(), stage=None))

    assert part(table, "skills") == POINTS["skills"]
    assert part(table, "experience") == POINTS["experience"]


def test_skills_that_span_business_and_technology_bridge():
    table = eligible_pairs(with_expert(skills={"TE1-08": 4, "SE1-01": 1, "BT2-01": 3}))

    assert part(table, "bridging") == 0.0375  # 0.05 · min(3, 4) / 4


def test_few_evaluations_hardly_move_the_rating():
    one, many = (part(eligible_pairs(with_expert(rating=Rating(5.0, count))), "rating") for count in (1, 1000))

    assert one == 0.0375  # (3.5 · 5 + 5) / 6 / 5 of 0.05
    assert many == pytest.approx(0.05, abs=1e-4)
    assert part(eligible_pairs(with_expert(rating=None)), "rating") == 0.035


def test_travel_takes_no_hours_when_the_policy_says_so():
    table = eligible_pairs(replace(PROBLEM, policy=Policy(travel_counts=False)))

    assert table.hours.tolist() == [24.0]
    assert table.travel_yen.tolist() == [6_080]


def test_a_place_nobody_knows_costs_no_journey_and_gives_half_the_proximity():
    table = eligible_pairs(with_expert(base=None, max_travel_minutes=None))

    assert table.travel_minutes.tolist() == [0]
    assert table.travel_yen.tolist() == [0]
    assert part(table, "proximity") == 0.035


def test_a_base_may_be_the_code_of_an_organization():
    table = eligible_pairs(with_expert(base="202151"))

    assert table.travel_minutes.tolist() == [42]  # the way to the station and from it
    assert part(table, "proximity") == 0.07


@pytest.mark.parametrize(
    ("subsidy", "back"),
    [
        (None, 0),
        (Subsidy(), 0),
        (Subsidy(rates={"2025": 0.7}), 102_928),  # one of two months lies in fiscal year 2025
        (Subsidy(rates={"2025": 0.7, "2026": 0.5}), 102_928 + 73_520),
        (Subsidy(rates={"2025": 0.7}, travel_eligible=False), 100_800),
        (Subsidy(rates={"2025": 0.7}, heads={"202151": 0}), 0),
        (Subsidy(rates={"2025": 0.7}, heads={"202151": 1}), 102_928),
    ],
)
def test_the_subsidy_of_each_fiscal_year_comes_off_the_cost_of_its_months(subsidy, back):
    table = eligible_pairs(replace(PROBLEM, subsidy=subsidy))

    assert table.cost.tolist() == [294_080]
    assert table.net_cost.tolist() == [294_080 - back]


def test_a_subsidy_that_comes_out_whole_is_not_rounded_down():
    """In binary 0.7 · 90 is a little less than 63."""
    problem = replace(with_slot(hours=10.0, onsite_days=0.0, length=1), experts=(replace(EXPERT, hourly_rate=9.0),))
    table = eligible_pairs(replace(problem, subsidy=Subsidy(rates={"2025": 0.7})))

    assert table.cost.tolist() == [90]
    assert table.net_cost.tolist() == [27]


def test_the_published_example_of_the_subsidy_comes_out():
    """The special tax grant's worked example: 1,920,000 a year at 0.7 brings 1,344,000 back."""
    months = (*(f"2025-{month:02d}" for month in range(4, 13)), "2026-01", "2026-02", "2026-03")
    slot = replace(SLOT, length=12, hours=32.0, onsite_days=0.0)
    problem = replace(
        PROBLEM,
        months=months,
        experts=(
            replace(EXPERT, hours=(32.0,) * 12, max_engagements=(1,) * 12, onsite_days=(0.0,) * 12, hourly_rate=5000.0),
        ),
        requests=(Request("R1", "202151", (slot,)),),
        subsidy=Subsidy(rates={"2025": 0.7}),
    )
    table = eligible_pairs(problem)

    assert table.cost.tolist() == [1_920_000]
    assert table.net_cost.tolist() == [1_920_000 - 1_344_000]


def test_ready_made_pairs_come_back_as_they_are_in_order_with_what_is_missing_counted():
    pairs = (
        ReadyPair("B", "s2", 0.123456789, 10.5, 3.25, 7.0),
        ReadyPair("B", "s1", 0.5, 1.0, 1.0, 0.0),
        ReadyPair("A", "s2", 1.0, 2.0, 2.0, 1.0),
    )
    months = {"hours": (0.0,), "max_engagements": (0,), "onsite_days": (0.0,)}
    problem = Problem(
        months=("2026-04",),
        experts=(Expert("A", **months), Expert("B", **months)),
        organizations=(Organization("o"),),
        requests=(Request("R", "o", (Slot("s1", "X", 0, 1, 9.0), Slot("s2", "D", 0, 1, 9.0))),),
        pairs=pairs,
        pins=(Link("s1", "A"), Link("s2", "A")),
        forbidden=(Link("s1", "B"),),
    )
    table = eligible_pairs(problem)

    assert list(zip(table.slot.tolist(), table.expert.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 1)]
    assert table.fit.tolist() == [0.5, 1.0, 0.123456789]
    assert table.net_cost.tolist() == [1.0, 2.0, 3.25]
    assert table.parts.shape == (3, 0)
    assert [[dataclasses.astuple(step) for step in steps] for steps in table.funnel] == [
        [("pairs", 1, 1)],
        [("pairs", 0, 2)],
    ]
    assert table.blocked_by == {(0, 0): "pairs"}


def test_no_slots_and_no_experts_make_an_empty_table():
    assert len(eligible_pairs(replace(PROBLEM, requests=()))) == 0
    table = eligible_pairs(replace(PROBLEM, experts=()))
    assert len(table) == 0
    assert [step.left for step in table.funnel[0]] == [0] * 13
