from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill_standards import (
    Cost,
    StandardsError,
    aide_burden_over_years,
    load_subsidy_rules,
    pool_burden_over_years,
    share_burden_over_years,
    shares_of,
)

RULES = load_subsidy_rules()
YEN = st.integers(min_value=0, max_value=10**9)
YEARS = st.integers(min_value=2020, max_value=2028)
COSTS = st.dictionaries(YEARS, st.builds(Cost, YEN, YEN), max_size=3)
PERSONS = st.lists(COSTS, max_size=5)
RECRUIT = st.dictionaries(YEARS, YEN, max_size=2)
WEIGHTS = st.lists(st.floats(min_value=0, max_value=1e9), min_size=1, max_size=30).filter(lambda w: sum(w) > 0)


def test_a_post_over_the_turn_of_the_year_is_counted_by_each_year_s_rule():
    burden = aide_burden_over_years(RULES, [{2025: Cost(1_000_000), 2026: Cost(1_000_000)}], travel_eligible=False)
    assert [(one.rule.fiscal_year, one.grant, one.confirmed) for one in burden.estimates] == [
        (2025, 700_000, True),
        (2026, 0, False),
    ]
    assert (burden.gross, burden.grant, burden.net, burden.confirmed) == (2_000_000, 700_000, 1_300_000, False)
    assert [warning.en.split(":")[0] for warning in burden.warnings[1:]] == ["FY2026"]


def test_the_limit_of_persons_holds_in_each_year_by_itself():
    persons = [{2023: Cost(5_000_000), 2024: Cost(1_000_000)}, {2023: Cost(2_000_000), 2024: Cost(6_000_000)}]
    burden = aide_burden_over_years(RULES, persons, travel_eligible=False)
    assert [one.eligible for one in burden.estimates] == [5_000_000, 7_000_000]


def test_the_worked_examples_hold_for_the_engine_over_years():
    one = aide_burden_over_years(RULES, [{2025: Cost(1_920_000)}], {2025: 300_000}, travel_eligible=True)
    assert (one.grant, one.net) == (1_344_000 + 210_000, 666_000)
    four = [{2025: Cost(yen)} for yen in (6_000_000, 4_000_000, 3_000_000, 2_000_000)]
    assert aide_burden_over_years(RULES, four, {2025: 1_500_000}, travel_eligible=True).net == 6_700_000
    assert share_burden_over_years(RULES, [{2025: 3_000_000}]).net == 900_000


def test_travel_counts_only_where_it_is_said_to():
    persons = [{2025: Cost(1_000_000, travel=200_000)}]
    counted, left = (aide_burden_over_years(RULES, persons, travel_eligible=switch) for switch in (True, False))
    assert (counted.gross, counted.grant) == (1_200_000, 840_000)
    assert (left.gross, left.grant, left.net) == (1_200_000, 700_000, 500_000)
    pools = [pool_burden_over_years(RULES, persons, travel_eligible=switch) for switch in (True, False)]
    assert [pool.net for pool in pools] == [360_000, 500_000]


def test_the_cap_of_a_pool_holds_for_each_person_and_recruiting_is_capped_once():
    persons = [{2025: Cost(24_000_000)}, {2025: Cost(10_000_000)}]
    burden = pool_burden_over_years(RULES, persons, {2025: 2_000_000}, travel_eligible=False)
    (year,) = burden.estimates
    assert (year.personnel_grant, year.recruit_grant) == (14_000_000 + 7_000_000, 700_000)
    assert burden.net == 36_000_000 - 21_700_000


def test_the_cap_of_a_share_holds_for_each_shared_person():
    burden = share_burden_over_years(RULES, [{2025: 24_000_000}, {2025: 10_000_000}])
    assert burden.grant == 14_000_000 + 7_000_000


@pytest.mark.parametrize(("index", "warned"), [(None, False), (0.99, False), (1.0, True), (1.3, True)])
def test_a_body_that_may_receive_nothing_is_warned_and_no_figure_changes(index, warned):
    burden = share_burden_over_years(RULES, [{2025: 3_000_000}], financial_strength=index)
    assert burden.net == 900_000
    assert any("不交付団体では" in warning.ja for warning in burden.warnings) == warned
    assert burden.warnings[0] == RULES.caution


@given(persons=PERSONS, recruit=RECRUIT, travel=st.booleans())
def test_a_burden_is_never_negative_nor_more_than_the_cost(persons, recruit, travel):
    for reckon in (aide_burden_over_years, pool_burden_over_years):
        burden = reckon(RULES, persons, recruit, travel_eligible=travel)
        whole = sum(c.work + c.travel for costs in persons for c in costs.values()) + sum(recruit.values())
        assert 0 <= burden.net <= burden.gross == whole
        assert all(0 <= one.net <= one.gross for one in burden.estimates)


@given(persons=PERSONS, recruit=RECRUIT, travel=st.booleans())
def test_a_year_without_a_confirmed_rule_never_lowers_the_burden(persons, recruit, travel):
    for reckon in (aide_burden_over_years, pool_burden_over_years):
        for one in reckon(RULES, persons, recruit, travel_eligible=travel).estimates:
            assert one.confirmed or one.net == one.gross


@given(persons=PERSONS, recruit=RECRUIT, more=st.builds(Cost, YEN, YEN), year=YEARS, travel=st.booleans())
def test_more_cost_never_means_less_to_bear(persons, recruit, more, year, travel):
    for reckon in (aide_burden_over_years, pool_burden_over_years):
        before = reckon(RULES, persons, recruit, travel_eligible=travel).net
        assert reckon(RULES, [*persons, {year: more}], recruit, travel_eligible=travel).net >= before
        dearer = [{key: Cost(c.work + more.work, c.travel + more.travel) for key, c in p.items()} for p in persons]
        assert reckon(RULES, dearer, recruit, travel_eligible=travel).net >= before


@given(total=st.integers(min_value=0, max_value=10**15), weights=WEIGHTS)
def test_shares_add_up_and_each_is_its_exact_part_rounded(total, weights):
    shares = shares_of(total, weights)
    whole = sum(Fraction(weight) for weight in weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * Fraction(weight) / whole) < 1


@given(total=st.integers(min_value=0, max_value=10**9), n=st.integers(min_value=1, max_value=50))
def test_equal_shares_differ_by_a_yen_at_most_and_the_first_bear_it(total, n):
    shares = shares_of(total, [1] * n)
    assert shares == tuple(sorted(shares, reverse=True))
    assert shares[0] - shares[-1] <= 1


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: aide_burden_over_years(RULES, [{2025: Cost(-1)}], travel_eligible=True), "persons[0][2025].work"),
        (
            lambda: aide_burden_over_years(RULES, [{2025: Cost(1, 1.5)}], travel_eligible=False),
            "persons[0][2025].travel",
        ),
        (lambda: pool_burden_over_years(RULES, [], {2025: True}, travel_eligible=True), "recruit[2025]"),
        (lambda: share_burden_over_years(RULES, [{2025: 1}], financial_strength=float("nan")), "financial_strength"),
        (lambda: share_burden_over_years(RULES, [{2025: 1}], financial_strength=-1), "financial_strength"),
        (lambda: shares_of(-1, [1]), "total"),
        (lambda: shares_of(1, [0]), "weights"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_by_name(call, key):
    with pytest.raises(StandardsError) as raised:
        call()
    assert raised.value.key == key
