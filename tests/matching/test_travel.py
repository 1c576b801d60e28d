"""Journeys: the published prices, and nothing that falls with distance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.problem import Location
from matching.travel import (
    across_the_sea,
    air_fare,
    journey,
    journeys,
    lodging_yen,
    one_way_minutes,
    rail_fare,
    straight_km,
)
from seed_data.municipalities import municipalities
from tests.matching import reference
from tests.matching.strategies import places

NAGANO = Location(36.65, 138.18)
TOKYO = Location(35.6895, 139.6917)
OSAKA = Location(34.6863, 135.5200)
SAPPORO = Location(43.0642, 141.3469)
FUKUOKA = Location(33.6064, 130.4183)
NAHA = Location(26.2124, 127.6809)
AOMORI = Location(40.8244, 140.7400)

kilometres = st.lists(st.floats(0, 20_100), min_size=2, max_size=20).map(sorted).map(np.array)


@pytest.mark.parametrize(
    ("km", "yen"),
    [(556.4, 8_910), (91, 1_690), (100, 1_690), (71, 1_340), (80, 1_340), (13, 240), (48, 860), (10, 200), (0, 200)],
)
def test_rail_fares_are_the_published_ones(km, yen):
    assert rail_fare(np.array([float(km)])).tolist() == [yen]


def test_straight_distances_are_those_of_the_calibration():
    """東京–大阪 is 403.1 km straight between the stations; the prefectural offices lie a little closer."""
    assert straight_km(np.array([[TOKYO.lat, TOKYO.lon]]), OSAKA)[0] == pytest.approx(396, abs=1)
    assert straight_km(np.array([[0.0, 0.0]]), Location(0.0, 180.0))[0] == pytest.approx(np.pi * 6371)


@given(kilometres)
def test_minutes_and_fares_never_fall_with_distance(km):
    for grows in (one_way_minutes(km), rail_fare(km), air_fare(km)):
        assert (np.diff(grows) >= 0).all()


@pytest.mark.parametrize(
    ("straight", "minutes"),
    [
        (0.0, 42),
        (50.0, 107),
        (100 / 1.3, 142),
        (100.1 / 1.3, 142),  # the published rule would say 118
        (300 / 1.3, 210),
        (300.1 / 1.3, 210),  # the published rule would say 172
        (500.0, 289),
        (500.1, 289),
        (1_617.0, 289),
        (2_000.0, 321),
    ],
)
def test_minutes_one_way(straight, minutes):
    assert one_way_minutes(np.array([straight])).tolist() == [minutes]


def test_a_short_visit_goes_by_ordinary_train_and_comes_back_the_same_day():
    one = journey(Location(36.115, 137.954), NAGANO)

    assert one == pytest.approx((81.69, 124, 2 * 1_520, 0), abs=0.01)


def test_a_long_visit_takes_the_express_and_a_night():
    """東京–大阪 by this model: route 514 km, 8,360 yen and 60 % more for the express; a night for 13,000."""
    one = journey(TOKYO, OSAKA, lodging_yen("271004"))

    assert (one.minutes, one.nights) == (243, 1)
    assert one.yen == 2 * (8_360 + 5_016) + 13_000


@pytest.mark.parametrize(
    ("a", "b", "by_air"),
    [
        (TOKYO, SAPPORO, True),
        (SAPPORO, TOKYO, True),
        (NAHA, FUKUOKA, True),
        (TOKYO, FUKUOKA, False),
        (AOMORI, SAPPORO, False),
    ],
)
def test_one_flies_across_the_sea_beyond_500_km(a, b, by_air):
    straight = straight_km(np.array([[a.lat, a.lon]]), b)
    one = journey(a, b, lodging=0)

    assert (one.yen == 2 * air_fare(straight)[0]) == by_air


def test_the_north_of_honshu_is_not_hokkaido():
    oma, matsumae = Location(41.527, 140.907), Location(41.430, 140.110)

    assert journey(TOKYO, oma, 0).yen == 2 * (11_550 + 6_930)
    assert journey(TOKYO, matsumae, 0).yen == 2 * 27_787


def test_the_sea_divides_the_municipalities_as_the_map_does():
    """北海道, 沖縄 and the islands of 鹿児島 and 東京 south of 九州, and nobody else."""
    register = municipalities()
    places = np.array([[m.latitude, m.longitude] for m in register])
    across = {m.code for m, sea in zip(register, across_the_sea(places), strict=True) if sea}

    assert {m.code for m in register if m.prefecture_code in ("01", "47")} <= across
    assert {code[:2] for code in across} == {"01", "47", "13", "46"}
    assert sum(code[:2] == "13" for code in across) == 1  # 小笠原村
    assert (
        sum(code[:2] == "46" for code in across) == 16
    )  # 種子島, 屋久島, 奄美; 三島村 and 十島村 have their offices in 鹿児島市


def test_air_fares_have_a_cap():
    assert air_fare(np.array([0.0, 1_500.0, 9_000.0])).tolist() == [15_000, 45_000, 45_000]


@pytest.mark.parametrize(
    ("organization", "yen"),
    [
        ("131016", 21_000),
        ("130001", 21_000),
        ("202151", 11_000),
        ("13101", 11_000),
        ("E13", 11_000),
        ("\uff11\uff13\uff10\uff10\uff10\uff11", 11_000),
    ],
)
def test_lodging_follows_the_prefecture_of_a_code_of_six_digits(organization, yen):
    assert lodging_yen(organization) == yen


@given(places(), places())
def test_journeys_agree_with_the_reference_there_and_back(a, b):
    there, back = journey(a, b), journey(b, a)

    assert there == pytest.approx(back)
    assert (there.minutes, there.yen) == reference.visit(a, b, "another id")


def test_what_is_not_known_is_not_made_up():
    bases = np.array([[np.nan, np.nan], [36.0, 138.0]])
    some, none = journeys(bases, TOKYO), journeys(bases, None)

    assert np.isnan(some.straight_km).tolist() == [True, False]
    assert (some.minutes[0], some.yen[0], some.nights[0]) == (0, 0, 0)
    assert some.minutes[1] > 0
    assert np.isnan(none.straight_km).all()
    assert not none.minutes.any()
    assert not none.yen.any()
