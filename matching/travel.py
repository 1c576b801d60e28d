"""Journeys between two places: distance, time one way, and what a visit costs. Estimates for ranking, not settlement.

The model and what is assumed in it stand in ``docs/fit.md``. Sources: 腰塚・小林 1983 (road distance is about
proportional to straight distance); JR 本州3社 幹線 normal fare before 2026-03, whose formula gives the published
prices 東京–大阪 8,910, 91–100 km 1,690 and 71–80 km 1,340 yen; lodging ceilings of 国家公務員等の旅費支給規程.
Times, the express surcharge, air fares and the default of lodging are assumptions.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.problem import Location

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

EARTH_RADIUS_KM = 6371.0
ROUTE_PER_STRAIGHT_KM = 1.3
EXPRESS_BEYOND_KM = 100.0
EXPRESS_PERCENT = 60
AIR_BEYOND_KM = 500.0
AIR_BASE_YEN = 15_000
AIR_YEN_PER_KM = 20
AIR_MOST_YEN = 45_000
STAY_BEYOND_MINUTES = 150
LODGING_YEN = 11_000
LODGING_YEN_BY_PREFECTURE = {
    "12": 17_000,  # 千葉県, fiscal year 2026
    "13": 21_000,  # 東京都, 2026
    "23": 11_000,  # 愛知県, 2025
    "26": 20_000,  # 京都府, 2026
    "27": 13_000,  # 大阪府, 2025
    "28": 17_000,  # 兵庫県, 2026
    "40": 17_000,  # 福岡県, 2026
}
"""Ceiling of a night's lodging by the first two digits of the 団体コード; elsewhere ``LODGING_YEN``."""

_MILLI_YEN_PER_KM = ((300, 16_200), (600, 12_850), (None, 7_050))


class Journey(NamedTuple):
    """One visit: route ``km`` and ``minutes`` one way, ``yen`` there and back with lodging, ``nights`` of stay."""

    km: float
    minutes: int
    yen: int
    nights: int


@dataclass(frozen=True, slots=True)
class Journeys:
    """Visits from n bases to one place. ``straight_km`` is NaN, and the rest 0, where a place is not known.

    ``minutes``: one way, whole minutes. ``yen``: of one visit, there and back with lodging. ``nights``: of one visit.
    """

    straight_km: Floats
    minutes: Integers
    yen: Integers
    nights: Integers

    def where(self, keep: NDArray[np.bool_]) -> "Journeys":
        """Return the journeys of the bases that ``keep`` marks."""
        return Journeys(self.straight_km[keep], self.minutes[keep], self.yen[keep], self.nights[keep])


def journey(origin: Location, destination: Location, lodging: int = LODGING_YEN) -> Journey:
    """Return one visit from ``origin`` to ``destination`` with ``lodging`` yen a night."""
    one = journeys(np.array([[origin.lat, origin.lon]]), destination, lodging)
    km = float(one.straight_km[0]) * ROUTE_PER_STRAIGHT_KM
    return Journey(km, int(one.minutes[0]), int(one.yen[0]), int(one.nights[0]))


def journeys(bases: Floats, destination: Location | None, lodging: int = LODGING_YEN) -> Journeys:
    """Return the visits from ``bases`` (n × 2: latitude, longitude in degrees; NaN: not known) to ``destination``."""
    if destination is None:
        nothing = np.zeros(len(bases), dtype=np.int64)
        return Journeys(np.full(len(bases), np.nan), nothing, nothing, nothing)
    straight = straight_km(bases, destination)
    known = ~np.isnan(straight)
    km = np.where(known, straight, 0.0)
    by_air = across_the_sea(bases) | across_the_sea(np.array([[destination.lat, destination.lon]]))
    minutes = np.where(known, one_way_minutes(km), 0)
    nights = (minutes > STAY_BEYOND_MINUTES).astype(np.int64)
    route = km * ROUTE_PER_STRAIGHT_KM
    one_way = np.where(by_air & (km > AIR_BEYOND_KM), air_fare(km), rail_fare_with_express(route))
    return Journeys(straight, minutes, np.where(known, 2 * one_way + nights * lodging, 0), nights)


def straight_km(bases: Floats, destination: Location) -> Floats:
    """Return great-circle distances (haversine) in km."""
    lat, lon = np.radians(bases[:, 0]), np.radians(bases[:, 1])
    return angular_km(lat, lon, np.cos(lat), destination)


def angular_km(lat: Floats, lon: Floats, cosine: Floats, destination: Location) -> Floats:
    """Return great-circle distances (haversine) in km from places in radians; ``cosine``: of ``lat``."""
    to_lat, to_lon = np.radians(destination.lat), np.radians(destination.lon)
    half = np.sin((lat - to_lat) / 2) ** 2 + cosine * np.cos(to_lat) * np.sin((lon - to_lon) / 2) ** 2
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return distance


def one_way_minutes(straight: Floats) -> Integers:
    """Return minutes door to door, which never fall with distance.

    The speeds assumed by distance would make 101 km shorter than 100 km; the running maximum is taken instead.
    Beyond 500 km straight one flies, not faster than rail at 500 km.
    """
    route = straight * ROUTE_PER_STRAIGHT_KM
    near, far = _rail_hours(100.0), _rail_hours(300.0)
    hours = np.where(route <= 100, 0.7 + route / 60, np.maximum(near, 1.2 + route / 130))
    hours = np.where(route <= 300, hours, np.maximum(far, 1.2 + route / 180))
    at_limit = 1.2 + AIR_BEYOND_KM * ROUTE_PER_STRAIGHT_KM / 180
    hours = np.where(straight > AIR_BEYOND_KM, np.maximum(at_limit, 2.5 + straight / 700), hours)
    return np.floor(hours * 60 + 0.5).astype(np.int64)


def rail_fare(route: Floats) -> Integers:
    """Return the one-way fare in yen by route km, without the surcharge for an express."""
    km = _fare_km(route)
    milli_yen = np.zeros(len(km), dtype=np.int64)
    lower = 0
    for upper, rate in _MILLI_YEN_PER_KM:
        within = np.maximum(km - lower, 0) if upper is None else np.clip(km - lower, 0, upper - lower)
        milli_yen += within * rate
        lower = upper or lower
    without_tax = np.where(km <= 100, -(-milli_yen // 10_000) * 10, (milli_yen + 50_000) // 100_000 * 100)
    return np.where(km <= 10, 200, (without_tax * 11 + 50) // 100 * 10)


def rail_fare_with_express(route: Floats) -> Integers:
    """Return the one-way fare in yen by route km, with the surcharge for an express where one is taken."""
    fare = rail_fare(route)
    return fare + np.where(route > EXPRESS_BEYOND_KM, fare * EXPRESS_PERCENT // 100, 0)


def air_fare(straight: Floats) -> Integers:
    """Return the one-way air fare in yen: 15,000 and 20 a km, at most 45,000 (an assumption)."""
    return np.floor(np.minimum(AIR_BASE_YEN + AIR_YEN_PER_KM * straight, AIR_MOST_YEN) + 0.5).astype(np.int64)


def across_the_sea(places: Floats) -> NDArray[np.bool_]:
    """Tell which of n × 2 ``places`` are on 北海道 or the islands south of 九州, by boxes of degrees."""
    lat, lon = places[:, 0], places[:, 1]
    hokkaido = (lat > 41.6) | ((lat > 41.35) & (lon < 140.5))
    southern_islands = lat < 30.95
    return hokkaido | southern_islands


def lodging_yen(organization: str) -> int:
    """Return yen for a night where ``organization`` is, by its 団体コード of six digits; the default for other ids."""
    code = organization if len(organization) == 6 and organization.isascii() and organization.isdecimal() else ""
    return LODGING_YEN_BY_PREFECTURE.get(code[:2], LODGING_YEN)


def _rail_hours(route: float) -> float:
    return 0.7 + route / 60 if route <= 100 else 1.2 + route / 130


def _fare_km(route: Floats) -> Integers:
    """Return the km a fare is counted by: the middle of the band in which the started km lies."""
    km = np.ceil(route).astype(np.int64)
    fives = (km - 1) // 5 * 5 + 3
    tens = (km - 1) // 10 * 10 + 5
    twenties = (km - 1) // 20 * 20 + 10
    forties = (km - 601) // 40 * 40 + 620
    return np.select([km <= 10, km <= 50, km <= 100, km <= 600], [km, fives, tens, twenties], forties)
