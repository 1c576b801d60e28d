import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Invalid
from hub.workflows.scheme_needs import Beneficiary
from hub.workflows.shared_posts import claimed_by_members, claimed_by_prefecture, split_cost
from skill_standards import Cost, load_subsidy_rules

RULES = load_subsidy_rules()
TOWNS = (Beneficiary("202011", 12), Beneficiary("202029", 6), Beneficiary("202037", 6))
YEN = st.integers(min_value=0, max_value=10**10)
COSTS = st.dictionaries(st.integers(min_value=2022, max_value=2027), st.builds(Cost, YEN, YEN), min_size=1, max_size=3)
PERSONS = st.lists(COSTS, min_size=1, max_size=4)
MEMBERS = st.lists(st.floats(min_value=0, max_value=1e7), min_size=1, max_size=12).filter(lambda w: sum(w) > 0)
MODES = st.sampled_from(("days", "equal", "population"))


def bodies(weights: list[float]) -> tuple[Beneficiary, ...]:
    return tuple(Beneficiary(f"{i:06}", weight) for i, weight in enumerate(weights))


@pytest.mark.parametrize(
    ("mode", "expected"), [("days", (500, 250, 250)), ("population", (500, 250, 250)), ("equal", (334, 333, 333))]
)
def test_a_cost_splits_by_days_by_population_or_equally(mode, expected):
    assert tuple(share.yen for share in split_cost(1000, TOWNS, mode)) == expected


def test_odd_yen_go_to_the_largest_remainder():
    members = bodies([1, 1, 1.5])
    assert [share.yen for share in split_cost(10, members, "days")] == [3, 3, 4]
    assert [share.yen for share in split_cost(11, members, "population")] == [3, 3, 5]


def test_the_prefecture_claims_and_the_members_share_what_remains():
    post = claimed_by_prefecture(
        RULES, [{2025: Cost(24_000_000)}], {2025: 500_000}, TOWNS, "days", travel_eligible=True
    )
    assert post.total.net == 10_150_000
    assert [share.yen for share in post.shares] == [5_075_000, 2_537_500, 2_537_500]


def test_each_member_claims_for_its_share():
    members = claimed_by_members(RULES, [{2025: Cost(12_000_000)}], {}, TOWNS, "days", travel_eligible=True)
    assert [(one.organization, one.burden.gross, one.burden.net) for one in members] == [
        ("202011", 6_000_000, 1_800_000),
        ("202029", 3_000_000, 900_000),
        ("202037", 3_000_000, 900_000),
    ]


def test_recruiting_and_travel_outside_a_contract_are_shared_and_not_counted():
    members = claimed_by_members(
        RULES, [{2025: Cost(1_000_000, 200_000)}], {2025: 100_000}, TOWNS[:1], "equal", travel_eligible=False
    )
    (one,) = members
    assert (one.burden.gross, one.burden.grant) == (1_300_000, 700_000)


@pytest.mark.parametrize(
    ("members", "places"),
    [
        ((), ["/beneficiaries"]),
        ((Beneficiary("1", 1), Beneficiary("2")), ["/beneficiaries/1/weight"]),
        (
            (Beneficiary("1", -1), Beneficiary("2", float("nan"))),
            ["/beneficiaries/0/weight", "/beneficiaries/1/weight"],
        ),
        ((Beneficiary("1", 0), Beneficiary("2", 0)), ["/beneficiaries"]),
    ],
)
def test_weights_that_cannot_be_are_named(members, places):
    with pytest.raises(Invalid) as raised:
        split_cost(100, members, "population")
    assert [fault.place for fault in raised.value.faults] == places


@given(cost=st.integers(min_value=0, max_value=10**14), weights=MEMBERS, mode=MODES)
def test_the_shares_add_up_to_the_cost(cost, weights, mode):
    shares = split_cost(cost, bodies(weights), mode)
    assert sum(share.yen for share in shares) == cost
    assert all(share.yen >= 0 for share in shares)


@given(persons=PERSONS, recruit=st.dictionaries(st.just(2025), YEN), weights=MEMBERS, mode=MODES, travel=st.booleans())
def test_either_way_the_members_bear_what_the_whole_costs_less_what_counts(persons, recruit, weights, mode, travel):
    members = bodies(weights)
    whole = sum(c.work + c.travel for costs in persons for c in costs.values()) + sum(recruit.values())
    post = claimed_by_prefecture(RULES, persons, recruit, members, mode, travel_eligible=travel)
    assert sum(share.yen for share in post.shares) == post.total.net <= post.total.gross == whole
    own = claimed_by_members(RULES, persons, recruit, members, mode, travel_eligible=travel)
    assert sum(one.burden.gross for one in own) == whole
    for one in own:
        assert 0 <= one.burden.net <= one.burden.gross
        assert all(year.confirmed or year.net == year.gross for year in one.burden.estimates)
