from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed_data.dice import BLOCK, Dice, Weighted
from seed_data.months import month_name, month_number, months_from

SEEDS = st.integers(0, 2**40)


@given(SEEDS, st.integers(0, 9), st.integers(0, 10**6))
def test_the_same_seed_kind_and_number_give_the_same_draws(seed, kind, number):
    first, second = Dice(seed, kind, number), Dice(seed, kind, number)
    assert [first.share() for _ in range(BLOCK + 3)] == [second.share() for _ in range(BLOCK + 3)]


@given(SEEDS, st.integers(0, 10**6))
def test_neighbouring_records_are_drawn_apart(seed, number):
    assert Dice(seed, 1, number).share() != Dice(seed, 1, number + 1).share()
    assert Dice(seed, 1, number).share() != Dice(seed, 2, number).share()


@given(SEEDS, st.integers(-5, 5), st.integers(0, 9))
def test_whole_numbers_reach_both_ends_and_no_further(seed, low, width):
    dice = Dice(seed, 0, 0)
    drawn = {dice.integer(low, low + width) for _ in range(300)}
    assert drawn <= set(range(low, low + width + 1))
    assert width > 4 or drawn == set(range(low, low + width + 1))


@given(SEEDS, st.lists(st.integers(), unique=True, max_size=8), st.integers(0, 10))
def test_a_sample_has_different_options_in_their_order(seed, options, count):
    drawn = Dice(seed, 0, 0).sample(options, count)
    assert len(drawn) == min(count, len(options))
    assert list(drawn) == [option for option in options if option in drawn]


def test_weights_are_kept_to():
    dice, options = Dice(1, 2, 3), Weighted("abc", (6, 3, 1))
    drawn = Counter(dice.draw(options) for _ in range(10_000))
    assert drawn["a"] == pytest.approx(6_000, abs=250)
    assert drawn["c"] == pytest.approx(1_000, abs=150)


@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=5), st.floats(0, 1, exclude_max=True))
def test_every_share_falls_on_an_option(weights, share):
    assert Weighted(range(len(weights)), weights).at(share) in range(len(weights))


@pytest.mark.parametrize(("options", "weights"), [((), ()), ((1, 2), (1,))])
def test_options_without_weights_are_refused(options, weights):
    with pytest.raises(ValueError, match="weights"):
        Weighted(options, weights)


@given(st.integers(12, 9_999 * 12))
def test_a_month_and_its_number_are_one_another(number):
    assert month_number(month_name(number)) == number


def test_months_run_over_the_turn_of_the_year():
    assert months_from("2026-11", 3) == ("2026-11", "2026-12", "2027-01")
