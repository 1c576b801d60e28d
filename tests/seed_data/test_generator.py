import re
import time
from collections import Counter
from statistics import mean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed_data.attainments import SECURITY
from seed_data.bases import TOKYO_AREA
from seed_data.conditions import HIGHEST_RATE
from seed_data.generator import generate
from seed_data.months import month_number, months_from
from seed_data.municipalities import by_code, municipalities
from seed_data.profiles import load_profiles
from seed_data.requests import GATES, YEN_PER_HOUR, YEN_PER_VISIT
from seed_data.scenarios import load_scenarios
from skill_standards import load_framework, load_stages, load_themes

FRAMEWORK = load_framework("1.2")
STAGES = {stage.id for stage in load_stages()}
THEMES = {theme.id for theme in load_themes()}
PREFECTURES = {m.prefecture_code for m in municipalities()}


@pytest.fixture(scope="module")
def large():
    return generate(2_000, 2_000, seed=7)


def test_the_same_seed_gives_the_same_sample_and_another_seed_another():
    assert generate(8, 8, seed=3) == generate(8, 8, seed=3)
    assert generate(8, 8, seed=3).experts != generate(8, 8, seed=4).experts
    assert generate(8, 8, seed=3).requests != generate(8, 8, seed=4).requests


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_larger_sample_begins_with_the_smaller_one(experts, requests, seed):
    small, large = generate(experts, requests, seed), generate(experts + 3, requests + 5, seed)
    assert large.experts[:experts] == small.experts
    assert large.requests[:requests] == small.requests


@given(st.integers(0, 2**32), st.integers(1, 24), st.sampled_from(["2025-11", "2026-04", "1999-12"]))
@settings(max_examples=40, deadline=None)
def test_experts_and_requests_keep_to_the_standards_and_the_months(seed, length, first):
    months = months_from(first, length)
    sample = generate(3, 3, seed, months)
    for expert in sample.experts:
        check_expert(expert, months)
    for request in sample.requests:
        check_request(request, months)


def check_expert(expert, months):
    assert {skill.code for skill in expert.skills} <= FRAMEWORK.skills.keys()
    assert len({skill.code for skill in expert.skills}) == len(expert.skills)
    assert all(1 <= skill.level <= 4 and skill.framework == "1.2" and skill.evidence for skill in expert.skills)
    assert set(expert.roles) <= FRAMEWORK.roles.keys() and len(set(expert.roles)) == len(expert.roles) > 0
    assert expert.talent_types[0] == FRAMEWORK.roles[expert.roles[0]].talent_type
    assert expert.stages and set(expert.stages) <= STAGES
    assert expert.themes and set(expert.themes) <= THEMES
    assert tuple(one.month for one in expert.availability) == months
    for one in expert.availability:
        assert one.hours >= 0 and one.engagements >= 0 and 0 <= one.onsite_days <= 31
        assert one.hours or not one.engagements
        assert "onsite" in expert.work_modes or one.onsite_days == 0
    assert 0 <= expert.hourly_rate <= HIGHEST_RATE
    assert expert.current_rate is None or 0 < expert.current_rate <= 1.1 * expert.hourly_rate + 100
    assert by_code(expert.base).kind != "prefecture"
    assert set(expert.regions) <= PREFECTURES
    assert all(by_code(code) for code in expert.conflicts)
    assert (expert.rating_mean is None) == (expert.rating_count == 0)
    assert expert.rating_mean is None or 1 <= expert.rating_mean <= 5
    for entry in expert.career:
        assert entry.stage in expert.stages and entry.theme in expert.themes
        assert entry.started < (entry.ended or months[0])
        assert entry.ended is None or entry.ended < months[0]


def check_request(request, months):
    assert by_code(request.organization)
    assert all(by_code(code).prefecture_code == request.organization[:2] for code in request.beneficiaries)
    assert set(request.themes) <= THEMES
    assert 1 <= len(request.slots) <= 4
    assert request.team == "any" or len(request.slots) > 1
    assert request.slots[0].required
    assert request.assumed and request.source is None
    for slot in request.slots:
        assert slot.stage in STAGES
        assert slot.role is None or slot.role in FRAMEWORK.roles
        assert slot.needs and any(need.mandatory for need in slot.needs)
        assert {need.skill for need in slot.needs} <= FRAMEWORK.skills.keys()
        assert all(1 <= need.level <= 4 for need in slot.needs)
        start = month_number(slot.start) - month_number(months[0])
        assert 0 <= start <= start + slot.length <= len(months)
        assert slot.length > 0 and slot.hours > 0


def test_about_60_percent_live_in_the_tokyo_area():
    for seed in (0, 1, 7):
        sample = generate(2_000, 0, seed)
        share = mean(expert.base[:2] in TOKYO_AREA for expert in sample.experts)
        assert share == pytest.approx(0.60, abs=0.03)


def test_the_rest_live_all_over_japan_and_mostly_in_cities(large):
    rest = [by_code(expert.base) for expert in large.experts if expert.base[:2] not in TOKYO_AREA]
    assert len({m.prefecture_code for m in rest}) >= 40
    kinds = Counter(m.kind for m in rest)
    assert kinds["designated_city"] + kinds["core_city"] > kinds["city"] > kinds["town"] > kinds["village"]


def test_nearly_everyone_has_some_security_skill_and_security_people_all_do(large):
    has = [any(skill.code.startswith(SECURITY) for skill in expert.skills) for expert in large.experts]
    assert 0.90 < mean(has) < 0.98
    security = [one for one, expert in zip(has, large.experts, strict=True) if expert.roles[0].startswith("CS")]
    assert security and all(security)


def test_levels_hang_together_with_the_role(large):
    def average(role, subcategory):
        codes = [skill.code for skill in FRAMEWORK.skills_of(subcategory)]
        levels = [
            {skill.code: skill.level for skill in expert.skills}
            for expert in large.experts
            if expert.roles == (role,) and len(expert.talent_types) == 1
        ]
        return mean(known.get(code, 0) for known in levels for code in codes)

    assert average("CS2", "SE2") > average("BA3", "SE2") + 1
    assert average("BA3", "BT1") > average("SW3", "BT1") > average("DE3", "BT1")
    assert average("DS2", "DU2") > average("SW2", "DU2") + 0.5


def test_veterans_know_more_than_beginners(large):
    def level(expert):
        return sum(skill.level for skill in expert.skills)

    years = {expert: int(re.search(r"を(\d+)年経験", expert.summary)[1]) for expert in large.experts}
    old = [level(expert) for expert, year in years.items() if year > 24]
    young = [level(expert) for expert, year in years.items() if year < 9]
    assert mean(old) > 1.15 * mean(young)


def test_both_talent_types_are_there_and_some_bridge_them(large):
    types = Counter(expert.talent_types for expert in large.experts)
    bridging = types["X", "D"] + types["D", "X"]
    assert 0.23 < bridging / len(large.experts) < 0.33
    assert types["X",] > 400 and types["D",] > 400


def test_the_turn_of_the_fiscal_year_leaves_less_time(large):
    def hours(month):
        return mean(one.hours for expert in large.experts for one in expert.availability if one.month.endswith(month))

    assert hours("-03") < 0.75 * hours("-06")
    assert hours("-04") < 0.85 * hours("-06")


def test_engagements_already_held_take_time_away(large):
    def hours(ongoing):
        experts = [e for e in large.experts if sum(entry.ended is None for entry in e.career) == ongoing]
        return mean(one.hours for expert in experts for one in expert.availability)

    assert hours(1) < 0.88 * hours(0)
    assert hours(2) < 0.85 * hours(1)


def test_pay_follows_the_published_examples(large):
    paid = sorted(expert.hourly_rate for expert in large.experts if expert.hourly_rate)
    assert 20_000 / 8 < median(paid) < 50_000 / 8
    assert 0.02 < 1 - len(paid) / len(large.experts) < 0.07  # pro bono
    assert mean(20_000 / 8 * 0.5 <= rate <= 50_000 / 8 * 1.4 for rate in paid) > 0.9


def test_some_have_conflicts_ratings_travel_limits_and_some_work_only_remotely(large):
    experts = large.experts
    assert 0.04 < mean(bool(expert.conflicts) for expert in experts) < 0.11
    assert 0.5 < mean(expert.rating_count > 0 for expert in experts) < 0.6
    assert mean(expert.max_travel_minutes is None for expert in experts) > 0.02
    assert 0.15 < mean(expert.work_modes == ("remote",) for expert in experts) < 0.3
    assert 0.02 < mean(expert.full_time_possible for expert in experts) < 0.25


def test_names_have_katakana_and_romaji(large):
    for expert in large.experts[:200]:
        assert re.fullmatch(r"[ァ-ヶ]+ [ァ-ヶ]+", expert.name_kana)
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", expert.name_romaji)
        assert expert.name_romaji.endswith(expert.family_romaji)


def test_the_demo_has_no_two_people_of_one_name():
    names = [expert.name for expert in generate().experts]
    assert len(set(names)) == len(names) == 60


def test_kinds_of_organizations_come_in_their_real_proportions(large):
    real = Counter(m.kind for m in municipalities())
    drawn = Counter(by_code(request.organization).kind for request in large.requests)
    for kind, number in real.items():
        assert drawn[kind] / len(large.requests) == pytest.approx(number / len(municipalities()), abs=0.035), kind


def test_requests_have_one_to_four_slots_and_teams_mix_x_and_d(large):
    sizes = Counter(len(request.slots) for request in large.requests)
    assert set(sizes) == {1, 2, 3, 4}
    teams = [request for request in large.requests if len(request.slots) > 1]
    assert mean(len({slot.talent_type for slot in request.slots}) == 2 for request in teams) > 0.5
    assert 0.2 < mean(request.team == "all" for request in teams) < 0.4
    assert any(not slot.required for request in teams for slot in request.slots)


def test_slots_stand_in_the_order_of_the_stages(large):
    number = {stage.id: stage.no for stage in load_stages()}
    for request in large.requests:
        stages = [number[slot.stage] for slot in request.slots]
        assert stages == sorted(stages)


def test_budgets_sometimes_bind_and_sometimes_do_not(large):
    def usual(request):
        return sum(s.length * (s.hours * YEN_PER_HOUR + s.onsite_days * YEN_PER_VISIT) for s in request.slots)

    given = [request for request in large.requests if request.budget is not None]
    assert 0.68 < len(given) / len(large.requests) < 0.82
    tight = mean(request.budget < usual(request) for request in given)
    assert 0.2 < tight < 0.5
    assert {request.budget_basis for request in given} == {"gross", "net"}


def test_prefectures_ask_for_their_municipalities(large):
    asked = [request for request in large.requests if by_code(request.organization).kind == "prefecture"]
    assert asked and all(2 <= len(request.beneficiaries) <= 6 for request in asked)


def test_every_theme_and_most_stages_are_asked_for(large):
    assert {theme for request in large.requests for theme in request.themes} == THEMES
    assert {slot.stage for request in large.requests for slot in request.slots} == STAGES - {"use"}


def test_the_material_names_only_what_the_standards_have():
    profiles = load_profiles()
    assert profiles.roles.keys() == FRAMEWORK.roles.keys()
    assert all({*profile.next} <= FRAMEWORK.roles.keys() for profile in profiles.roles.values())
    assert {theme for profile in profiles.roles.values() for theme in profile.themes} == THEMES
    assert profiles.deeds.keys() == STAGES == GATES.keys()
    assert profiles.evidence.keys() == FRAMEWORK.categories.keys()
    for scenario in load_scenarios():
        assert scenario.theme in THEMES
        for slot in scenario.slots:
            assert slot.stage in STAGES
            assert slot.role is None or slot.role in FRAMEWORK.roles
            assert slot.role is None or FRAMEWORK.roles[slot.role].talent_type == slot.talent_type
            assert slot.needs.keys() <= FRAMEWORK.skills.keys()
            assert any(mandatory for _, _, mandatory in slot.needs.values())


@pytest.mark.parametrize(
    "arguments",
    [
        {"experts": -1},
        {"requests": -1},
        {"seed": -1},
        {"months": ()},
        {"months": ("2026-04", "2026-06")},
        {"months": ("2026-4",)},
        {"months": ("2026-13",)},
    ],
)
def test_what_cannot_be_generated_is_refused(arguments):
    with pytest.raises(ValueError, match="/"):
        generate(**arguments)


def test_nothing_can_be_generated_too():
    sample = generate(0, 0)
    assert sample.experts == sample.requests == ()


def test_two_thousand_by_three_thousand_takes_seconds():
    started = time.process_time()
    generate(2_000, 3_000, seed=1)
    assert time.process_time() - started < 10
