import math
import re
import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed_data import municipalities as register
from seed_data.municipalities import CodeError, Municipality, by_code, check_digit, complete_code, municipalities

PREFECTURES = [m for m in municipalities() if m.kind == "prefecture"]
MUNICIPALITIES = [m for m in municipalities() if m.kind != "prefecture"]

# City halls of the 20 designated cities, from general knowledge (degrees).
CITY_HALLS = {
    "札幌市": (43.0621, 141.3544),
    "仙台市": (38.2682, 140.8694),
    "さいたま市": (35.8617, 139.6455),
    "千葉市": (35.6074, 140.1065),
    "横浜市": (35.4503, 139.6342),
    "川崎市": (35.5309, 139.7029),
    "相模原市": (35.5714, 139.3733),
    "新潟市": (37.9162, 139.0364),
    "静岡市": (34.9756, 138.3828),
    "浜松市": (34.7108, 137.7261),
    "名古屋市": (35.1815, 136.9066),
    "京都市": (35.0116, 135.7681),
    "大阪市": (34.6937, 135.5023),
    "堺市": (34.5733, 135.4830),
    "神戸市": (34.6901, 135.1955),
    "岡山市": (34.6551, 133.9195),
    "広島市": (34.3853, 132.4553),
    "北九州市": (33.8834, 130.8752),
    "福岡市": (33.5902, 130.4017),
    "熊本市": (32.8031, 130.7079),
}
# Offices of other cities, from general knowledge; none of them is in the repairs.
OTHER_HALLS = {
    "202151": (36.1150, 137.9535),  # 塩尻市
    "012106": (43.1962, 141.7759),  # 岩見沢市
    "162116": (36.7303, 137.0755),  # 射水市
    "282090": (35.5445, 134.8202),  # 豊岡市
    "232025": (34.9543, 137.1743),  # 岡崎市
    "072028": (37.4948, 139.9298),  # 会津若松市
    "152021": (37.4463, 138.8512),  # 長岡市
    "022012": (40.8222, 140.7475),  # 青森市
    "392014": (33.5588, 133.5312),  # 高知市
    "422011": (32.7503, 129.8779),  # 長崎市
    "472018": (26.2122, 127.6792),  # 那覇市
    "212032": (36.1461, 137.2522),  # 高山市
    "325252": (36.0965, 133.0963),  # 海士町
    "473821": (24.4680, 123.0045),  # 与那国町
}
# Islands more than 60 km from the rest of their prefecture, and why that is right.
FAR_ISLANDS = {
    "134210": "小笠原村: 1,000 km south of Tokyo",
    "473821": "与那国町: the western end of Japan",
    "422096": "対馬市: half way to Korea",
}


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(h))


def place(municipality: Municipality) -> tuple[float, float]:
    return municipality.latitude, municipality.longitude


def hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the convex hull, anticlockwise (Andrew's monotone chain)."""

    def half(ordered):
        chain = []
        for p in ordered:
            while len(chain) > 1 and turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    ordered = sorted(set(points))
    return half(ordered) + half(reversed(ordered))


def turn(a, b, p) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def distance_to_hull(p, corners) -> float:
    """Return 0 inside, else the distance to the nearest edge, in the unit of the points."""
    edges = [*pairwise(corners), (corners[-1], corners[0])]
    if all(turn(a, b, p) >= 0 for a, b in edges):
        return 0.0
    return min(distance_to_edge(p, a, b) for a, b in edges)


def distance_to_edge(p, a, b) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)))
    return math.hypot(p[0] - a[0] - along * dx, p[1] - a[1] - along * dy)


def flat(municipality: Municipality, middle: float) -> tuple[float, float]:
    scale = 111.2
    return municipality.longitude * scale * math.cos(math.radians(middle)), municipality.latitude * scale


def test_every_municipality_is_present_once():
    assert len({m.code for m in municipalities()}) == len(municipalities()) == 1741 + 47
    assert len({m.full_name_ja for m in municipalities()}) == 1741 + 47
    assert [m.code for m in municipalities()] == sorted(m.code for m in municipalities())


def test_the_kinds_are_counted_as_the_ministry_counts_them():
    kinds = Counter(m.kind for m in municipalities())
    assert kinds == {
        "prefecture": 47,
        "designated_city": 20,
        "core_city": 62,
        "city": 792 - 20 - 62,
        "special_ward": 23,
        "town": 743,
        "village": 183,
    }


def test_the_kind_agrees_with_the_last_character_of_the_name():
    suffix = {
        "city": "市",
        "designated_city": "市",
        "core_city": "市",
        "special_ward": "区",
        "town": "町",
        "village": "村",
    }
    assert all(m.name_ja.endswith(suffix[m.kind]) for m in MUNICIPALITIES)


def test_every_code_has_its_check_digit_and_belongs_to_its_prefecture():
    names = {p.prefecture_code: p.name_ja for p in PREFECTURES}
    for m in municipalities():
        assert check_digit(m.code[:5]) == m.code[5], m
        assert names[m.prefecture_code] == m.prefecture_ja, m


def test_the_six_northern_villages_are_not_counted():
    assert not [m for m in municipalities() if m.code.startswith("0169") and m.code > "016942"]
    assert next(m.code for m in municipalities() if m.code > "016942") == "020001"


def test_every_name_has_kana_and_romaji():
    for m in municipalities():
        assert re.fullmatch(r"[ぁ-ゖー]+", m.kana), m
        assert re.fullmatch(r"[A-Z][A-Za-z]+(-(shi|ku|cho|machi|mura|son|ken|fu|to))?", m.name_en), m
        assert "-" in m.name_en or m.name_ja == "北海道"


def test_kana_and_romaji_agree_on_the_function_word():
    readings = {"cho": "ちょう", "machi": "まち", "mura": "むら", "son": "そん", "shi": "し", "ku": "く"}
    for m in MUNICIPALITIES:
        assert m.kana.endswith(readings[m.name_en.rsplit("-")[-1]]), m


def test_small_kana_are_written_small():
    assert by_code("112160").kana == "はにゅうし"
    assert not [m for m in municipalities() if re.search("じよう|しよう|りゆう|きよう|じゆく|じゆう", m.kana)]


def test_every_place_is_inside_japan():
    assert all(20.4 < m.latitude < 45.6 and 122.9 < m.longitude < 149.0 for m in municipalities())


def test_places_are_within_60_km_of_the_rest_of_their_prefecture():
    far = {}
    for prefecture in PREFECTURES:
        members = [m for m in MUNICIPALITIES if m.prefecture_code == prefecture.prefecture_code]
        for m in members:
            rest = hull([flat(other, m.latitude) for other in members if other is not m])
            if distance_to_hull(flat(m, m.latitude), rest) > 60:
                far[m.code] = m.name_ja
    assert set(far) == set(FAR_ISLANDS), far


def test_prefectural_offices_are_within_their_prefecture():
    for prefecture in PREFECTURES:
        members = [m for m in MUNICIPALITIES if m.prefecture_code == prefecture.prefecture_code]
        assert min(kilometres(place(prefecture), place(m)) for m in members) < 12, prefecture


def test_designated_cities_are_within_5_km_of_their_city_halls():
    designated = {m.name_ja: m for m in MUNICIPALITIES if m.kind == "designated_city"}
    assert designated.keys() == CITY_HALLS.keys()
    assert {n: d for n, h in CITY_HALLS.items() if (d := kilometres(h, place(designated[n]))) > 5} == {}


def test_other_offices_are_within_5_km_and_about_1_km_in_the_middle():
    distances = sorted(kilometres(hall, place(by_code(code))) for code, hall in OTHER_HALLS.items())
    assert distances[-1] < 5
    assert distances[len(distances) // 2] < 1.5


def test_municipalities_left_out_of_the_coordinates_source_have_a_place():
    assert by_code("435066").name_ja == "湯前町"
    assert by_code("133621").name_ja == "利島村"
    assert kilometres(place(by_code("133621")), place(by_code("133612"))) < 40  # 大島町


def test_areas_cover_japan():
    areas = Counter(m.area for m in PREFECTURES)
    assert areas == {
        "北海道": 1,
        "東北": 6,
        "関東": 7,
        "中部": 9,
        "近畿": 7,
        "中国": 5,
        "四国": 4,
        "九州・沖縄": 8,
    }


def test_the_register_loads_within_a_tenth_of_a_second_and_only_once():
    register.municipalities.cache_clear()
    started = time.process_time()
    first = municipalities()
    assert time.process_time() - started < 0.1
    assert municipalities() is first


def test_an_unknown_code_is_a_key_error():
    with pytest.raises(KeyError):
        by_code("999999")


@pytest.mark.parametrize(
    ("digits", "complete"), [("20215", "202151"), ("01000", "010006"), ("13101", "131016"), ("202151", "202151")]
)
def test_a_code_is_completed_with_its_check_digit(digits, complete):
    assert complete_code(digits) == complete


@pytest.mark.parametrize("digits", ["", "2021", "2021511", "2021a", "２０２１５", "20215 ", "-0215"])
def test_what_is_no_code_is_refused(digits):
    with pytest.raises(CodeError):
        complete_code(digits)


@given(st.from_regex(r"[0-9]{5}", fullmatch=True), st.integers(1, 9))
def test_only_the_right_check_digit_is_accepted(digits, shift):
    right = complete_code(digits)
    assert complete_code(right) == right
    with pytest.raises(CodeError, match=right):
        complete_code(digits + str((int(right[5]) + shift) % 10))
