import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill_standards import StandardsError, aide_burden, load_subsidy_rules, pool_burden, share_burden
from skill_standards.subsidy import CIO_AIDE, PREF_SUPPORT

RULES = load_subsidy_rules()
YEN = st.integers(min_value=0, max_value=10**9)
YEARS = st.integers(min_value=2018, max_value=2030)


def test_one_aide_four_days_a_month_at_40000_yen():
    estimate = aide_burden(RULES.for_year(2025), [4 * 12 * 40_000], recruit=300_000)
    assert (estimate.personnel_grant, estimate.recruit_grant, estimate.net) == (1_344_000, 210_000, 666_000)


def test_of_four_aides_the_three_dearest_count_and_recruiting_is_capped():
    estimate = aide_burden(RULES.for_year(2025), [2_000_000, 6_000_000, 3_000_000, 4_000_000], recruit=1_500_000)
    assert estimate.eligible == 13_000_000
    assert (estimate.personnel_grant, estimate.recruit_grant, estimate.net) == (9_100_000, 700_000, 6_700_000)


def test_a_municipalitys_share_of_a_prefectures_person():
    estimate = share_burden(RULES.for_year(2025, PREF_SUPPORT), 3_000_000)
    assert (estimate.personnel_grant, estimate.net) == (2_100_000, 900_000)


def test_a_shared_person_above_the_cap_is_counted_to_the_cap_and_split_by_weight():
    pool = pool_burden(RULES.for_year(2025, PREF_SUPPORT), 24_000_000, 500_000, weights=[2, 1, 1])
    assert (pool.total.personnel_grant, pool.total.recruit_grant) == (14_000_000, 350_000)
    assert pool.total.net == 10_150_000
    assert pool.shares == (5_075_000, 2_537_500, 2_537_500)


@pytest.mark.parametrize(("year", "heads"), [(2021, 1), (2022, 1), (2023, 1), (2024, 3), (2025, 3)])
def test_the_number_of_persons_follows_the_year(year, heads):
    rule = RULES.for_year(year)
    assert (rule.confirmed, rule.rate, rule.heads, rule.confidence) == (True, 0.7, heads, "high")


def test_recruiting_cost_counts_from_2022():
    grants = [aide_burden(RULES.for_year(year), [], recruit=100_000).grant for year in (2021, 2022)]
    assert grants == [0, 70_000]


@pytest.mark.parametrize("measure", [CIO_AIDE, PREF_SUPPORT])
@pytest.mark.parametrize("year", [2020, 2026, 2027])
def test_a_year_without_a_confirmed_rule_counts_nothing_and_says_so(year, measure):
    rule = RULES.for_year(year, measure)
    assert (rule.confirmed, rule.rate, rule.confidence) == (False, 0.0, None)
    assert rule.note_ja.startswith(f"{year}年度") and "確認できていません" in rule.note_ja
    assert rule.note_en.startswith(f"FY{year}") and "no rule is confirmed" in rule.note_en
    estimate = share_burden(rule, 3_000_000) if measure == PREF_SUPPORT else aide_burden(rule, [3_000_000], 10)
    assert (estimate.grant, estimate.confirmed) == (0, False)


def test_the_doubtful_first_years_of_the_prefectures_measure_are_not_confirmed():
    assert [RULES.for_year(year, PREF_SUPPORT).confirmed for year in range(2021, 2026)] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_an_estimate_is_labelled_with_its_rule_year_and_source():
    estimate = aide_burden(RULES.for_year(2025), [1_000_000])
    assert (estimate.label_ja, estimate.label_en) == ("試算", "estimate")
    assert (estimate.rule.measure, estimate.rule.fiscal_year) == ("CIO_AIDE", 2025)
    assert estimate.rule.source == "S-REP l. 845-846"
    assert "下回る" in RULES.caution.ja


def test_amounts_are_rounded_down_by_the_rate_as_written():
    assert aide_burden(RULES.for_year(2025), [10]).personnel_grant == 7  # in binary 0.7 * 10 may fall short of 7
    assert aide_burden(RULES.for_year(2025), [1]).personnel_grant == 0
    assert aide_burden(RULES.for_year(2025), [90, 0, 0]).personnel_grant == 63


@given(year=YEARS, appoint=st.lists(YEN, max_size=6), recruit=YEN)
def test_a_burden_never_exceeds_the_cost_nor_falls_below_the_part_that_is_not_counted(year, appoint, recruit):
    estimate = aide_burden(RULES.for_year(year), appoint, recruit)
    assert estimate.net + estimate.grant == estimate.gross == sum(appoint) + recruit
    assert 0 <= estimate.grant <= 0.7 * estimate.gross + 1e-6 * estimate.gross
    assert estimate.recruit_grant <= 700_000
    assert estimate.personnel_grant <= estimate.eligible <= sum(appoint)


@given(appoint=st.lists(YEN, max_size=6), more=YEN)
def test_paying_more_never_costs_less(appoint, more):
    rule = RULES.for_year(2025)
    assert aide_burden(rule, [*appoint, more]).net >= aide_burden(rule, appoint).net
    assert (
        share_burden(RULES.for_year(2025, PREF_SUPPORT), more + 1).net
        >= share_burden(RULES.for_year(2025, PREF_SUPPORT), more).net
    )


@given(
    year=YEARS,
    personnel=YEN,
    recruit=YEN,
    weights=st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=20).filter(lambda w: sum(w) > 0),
)
def test_the_shares_of_a_pool_are_whole_yen_in_proportion_and_add_up(year, personnel, recruit, weights):
    pool = pool_burden(RULES.for_year(year, PREF_SUPPORT), personnel, recruit, weights)
    assert sum(pool.shares) == pool.total.net
    assert all(share == 0 for share, weight in zip(pool.shares, weights, strict=True) if weight == 0)
    for share, weight in zip(pool.shares, weights, strict=True):
        assert abs(share - pool.total.net * weight / sum(weights)) < 1.001


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: aide_burden(RULES.for_year(2025), [1, -1]), "appoint[1]"),
        (lambda: aide_burden(RULES.for_year(2025), [], 1.5), "recruit"),
        (lambda: share_burden(RULES.for_year(2025, PREF_SUPPORT), float("nan")), "share"),
        (lambda: pool_burden(RULES.for_year(2025, PREF_SUPPORT), True, 0, [1]), "personnel"),
        (lambda: pool_burden(RULES.for_year(2025, PREF_SUPPORT), 1, 0, []), "weights"),
        (lambda: pool_burden(RULES.for_year(2025, PREF_SUPPORT), 1, 0, [0, 0]), "weights"),
        (lambda: pool_burden(RULES.for_year(2025, PREF_SUPPORT), 1, 0, [1, float("nan")]), "weights"),
        (lambda: pool_burden(RULES.for_year(2025, PREF_SUPPORT), 1, 0, [1, float("inf")]), "weights"),
    ],
)
def test_an_amount_that_is_none_is_refused_by_name(call, key):
    with pytest.raises(StandardsError) as raised:
        call()
    assert raised.value.key == key


def test_an_unknown_measure_is_an_error():
    with pytest.raises(KeyError):
        RULES.for_year(2025, "OTHER")
