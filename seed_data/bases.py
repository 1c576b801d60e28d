"""Where experts live: about 60 % in the Tokyo area, the rest mostly in other large cities.

Source of the share: 総務省「デジタルビジネス/地域社会DX懇談会」報告書 第4章 (l. 742–743), from the census of 2020.
"""

from functools import cache

from seed_data.dice import Dice, Weighted
from seed_data.municipalities import Municipality, municipalities

TOKYO_AREA = frozenset({"11", "12", "13", "14"})  # 埼玉・千葉・東京・神奈川
TOKYO_AREA_SHARE = 0.6
# How many experts one municipality of a kind has against another: our assumption, after their usual sizes.
PEOPLE_OF_KIND = {
    "designated_city": 20.0,
    "special_ward": 6.0,
    "core_city": 6.0,
    "city": 0.9,
    "town": 0.12,
    "village": 0.04,
}


@cache
def _places(in_tokyo_area: bool) -> Weighted[Municipality]:
    places = [
        m
        for m in municipalities()
        if m.kind != "prefecture" and (m.prefecture_code in TOKYO_AREA) == in_tokyo_area and not is_remote_island(m)
    ]
    return Weighted(places, [PEOPLE_OF_KIND[m.kind] for m in places])


def is_remote_island(municipality: Municipality) -> bool:
    """Return whether it is an island municipality of Tokyo: in the prefecture, but not in the Tokyo area."""
    return municipality.prefecture_code == "13" and municipality.latitude < 35.0


def draw_base(dice: Dice) -> Municipality:
    """Return the municipality an expert lives in."""
    return dice.draw(_places(dice.chance(TOKYO_AREA_SHARE)))
