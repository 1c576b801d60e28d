"""Charts: well-formed, named, escaped, and lengths that tell the truth."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from seed_data.municipalities import municipalities
from web.assets import assets
from web.charts.bars import Bar, Step, bars, fit_bar, funnel
from web.charts.files import MARGIN as PADDING
from web.charts.files import WIDTH as FILE_WIDTH
from web.charts.files import chart_rules, svg_file
from web.charts.heat import HeatCell, HeatRow, ground_of, heat_map
from web.charts.map import HEIGHT, MARGIN, WIDTH, Place, Trip, assignment_map, project
from web.charts.months import MonthColumn, month_columns
from web.charts.tiles import BOUNDS, COLUMNS, DARK_FROM, PLACES, ROWS, STEPS, Tile, step_of, tile_map

HOSTILE = "<script>alert('x')</script>&\""


def parsed(markup):
    return ElementTree.fromstring(str(markup))


def widths(markup, style):
    return [float(e.get("width").rstrip("%")) for e in parsed(markup).iter("rect") if e.get("class") == style]


@pytest.mark.parametrize(
    "markup",
    [
        bars("a", HOSTILE, HOSTILE, [Bar(HOSTILE, 0.5, HOSTILE), Bar("b", -0.1, "−0.1")]),
        funnel("a", HOSTILE, HOSTILE, Step(HOSTILE, 9, "9"), [Step(HOSTILE, 0, HOSTILE)]),
        month_columns("a", HOSTILE, HOSTILE, [MonthColumn(HOSTILE, 3, HOSTILE)]),
        assignment_map("a", HOSTILE, HOSTILE, [], [Place(35, 139, HOSTILE)], outline=HOSTILE),
        heat_map("a", HOSTILE, HOSTILE, [HOSTILE], [HeatRow(HOSTILE, [HeatCell(HOSTILE, HOSTILE, "even", HOSTILE)])]),
        tile_map("a", HOSTILE, HOSTILE, [Tile("01", HOSTILE, 0.5, HOSTILE, HOSTILE, HOSTILE)]),
    ],
)
def test_a_chart_is_well_formed_named_described_and_escaped(markup):
    root = parsed(markup)
    assert root.get("role") == "img"
    assert root.find("title").text == HOSTILE
    assert root.find("desc").text == HOSTILE
    assert root.get("aria-labelledby") == root.find("title").get("id")
    assert root.get("aria-describedby") == root.find("desc").get("id")
    assert not list(root.iter("script"))
    assert not any("style" in element.attrib for element in root.iter()), "an inline style would break the CSP"


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8))
def test_lengths_of_bars_are_in_proportion(values):
    drawn = widths(bars("a", "t", "d", [Bar("x", value, "x") for value in values]), "fill")
    positive = [value for value in values if value]
    assert len(drawn) == len(positive)
    for width, value in zip(drawn, positive, strict=True):
        assert width == pytest.approx(100 * value / max(positive), abs=0.01)


def test_a_negative_part_runs_the_other_way_from_the_same_zero():
    root = parsed(bars("a", "t", "d", [Bar("x", 3, "3"), Bar("y", -1, "−1")]))
    plus, minus = list(root.iter("rect"))
    assert (plus.get("x"), plus.get("width")) == ("25%", "75%")
    assert (minus.get("x"), minus.get("width"), minus.get("class")) == ("0%", "25%", "fill-minus")


def test_nobody_left_and_nothing_at_all_still_make_a_chart():
    assert widths(funnel("a", "t", "d", Step("s", 0, "0"), []), "fill") == []
    assert widths(bars("a", "t", "d", []), "fill") == []
    assert widths(fit_bar(2.0), "fill") == widths(fit_bar(1.0), "fill")
    assert widths(fit_bar(-1.0), "fill") == [0]


@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "x", "y"),
    [
        ("宗谷岬", 45.52, 141.94, None, 0.3),
        ("犬吠埼", 35.71, 140.87, 339.5, None),
        ("佐多岬", 31.0, 130.66, None, 365.6),
        ("沖縄本島の西端", 26.1, 127.64, 78.6, None),
    ],
)
def test_a_place_falls_where_the_outlines_have_it(name, latitude, longitude, x, y):
    found = project(latitude, longitude)
    assert x is None or found[0] == pytest.approx(x, abs=0.6), name
    assert y is None or found[1] == pytest.approx(y, abs=0.6), name


def test_every_municipality_lies_on_the_sheet():
    for place in municipalities():
        x, y = project(place.latitude, place.longitude)
        assert -MARGIN <= x <= WIDTH and 0 <= y <= HEIGHT, place.name_ja


def test_remote_work_is_dashed_and_a_trip_to_the_own_town_draws_no_arc():
    home, away = Place(35.7, 139.7, "新宿区"), Place(36.1, 138.0, "塩尻市")
    trips = [Trip(home, away, remote=True), Trip(home, away, remote=False), Trip(home, home, remote=False)]
    arcs = [e.get("class") for e in parsed(assignment_map("a", "t", "d", trips, [], outline=None)).iter("path")]
    assert arcs == ["arc remote", "arc"]


TILES = [Tile(code, code, number / 46, f"{number}", "x", code) for number, code in enumerate(sorted(PLACES))]


def test_every_prefecture_has_a_tile_of_its_own_within_the_grid():
    assert sorted(PLACES) == sorted({place.prefecture_code for place in municipalities()})
    assert len(set(PLACES.values())) == len(PLACES) == 47
    assert all(0 <= column < COLUMNS and 0 <= row < ROWS for column, row in PLACES.values())


def test_tiles_lie_about_where_the_prefectures_do():
    offices = {place.prefecture_code: place for place in municipalities() if place.kind == "prefecture"}
    pairs = [(one, other) for one in PLACES for other in PLACES if one < other]
    wrong = [
        (one, other)
        for one, other in pairs
        if "47" not in (one, other)  # 沖縄 stands in the corner, as on most maps
        and (
            ((offices[one].longitude - offices[other].longitude) * (PLACES[one][0] - PLACES[other][0]) < 0)
            or ((offices[one].latitude - offices[other].latitude) * (PLACES[one][1] - PLACES[other][1]) > 0)
        )
    ]
    assert len(wrong) < 0.2 * len(pairs), wrong


def test_a_tile_has_the_colour_of_its_share_and_says_it_in_text():
    tiles = [*TILES[:46], Tile("47", "沖縄", None, "–", "なし", "沖縄県: 枠なし")]
    root = parsed(tile_map("a", "t", "d", tiles))
    groups = list(root.iter("g"))
    assert len(groups) == 47
    for tile, group in zip(tiles, groups, strict=True):
        step = "none" if tile.share is None else f"step-{step_of(tile.share)}"
        rect, (title, *texts) = group.find("rect"), [e.text for e in group if e.tag != "rect"]
        assert rect.get("class") == f"tile {step}"
        assert [title, *texts] == [tile.told, tile.name, tile.text, tile.word]
        dark = tile.share is not None and step_of(tile.share) >= DARK_FROM
        assert all(("on-dark" in (e.get("class") or "")) == dark for e in group.findall("text"))


def test_steps_begin_at_their_bounds():
    assert [step_of(bound) for bound in BOUNDS] == list(range(1, STEPS))
    assert [step_of(share) for share in (0.0, 0.249, 0.999)] == [0, 0, 3]


def test_tiles_do_not_overlap_and_hold_their_text():
    for name in ("神奈川", "Kagoshima"):
        root = parsed(tile_map("a", "t", "d", [Tile(code, name, 1.0, "100%", "すべて", "x") for code in PLACES]))
        boxes = {(float(e.get("x")), float(e.get("y"))) for e in root.iter("rect")}
        wide, high = (float(next(root.iter("rect")).get(side)) for side in ("width", "height"))
        assert len(boxes) == 47 and wide >= 14 * 3
        for side, size in ((0, wide), (1, high)):
            starts = sorted({box[side] for box in boxes})
            assert all(after - before > size for before, after in pairwise(starts))
        assert root.get("viewBox").split()[2:] == [root.get("width"), root.get("height")]
        texts = [float(e.get("y")) for e in root.iter("text")]
        assert max(texts) < float(root.get("height"))


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colour_of(name):
    return re.search(rf"\.chart \.{name} {{ fill: (#[0-9a-f]{{6}})", chart_rules())[1]


def test_text_on_every_colour_can_be_read():
    ink = re.search(r"\.chart text { fill: (#[0-9a-f]{6})", chart_rules())[1]
    for step in range(STEPS):
        assert contrast(colour_of(f"step-{step}"), "#ffffff" if step >= DARK_FROM else ink) >= 4.5, step
    lights = [luminance(colour_of(f"step-{step}")) for step in range(STEPS)]
    assert lights == sorted(lights, reverse=True), "more is darker"


@pytest.mark.parametrize(
    ("ratio", "ground"),
    [
        (None, "none"),
        (0.0, "short-2"),
        (0.49, "short-2"),
        (0.5, "short-1"),
        (0.99, "short-1"),
        (1.0, "even"),
        (1.5, "spare-1"),
        (3.0, "spare-2"),
    ],
)
def test_a_ratio_is_short_below_one(ratio, ground):
    assert ground_of(ratio) == ground


def test_a_cell_of_the_heat_map_stands_under_its_column_and_beside_its_row():
    rows = [
        HeatRow(label, [HeatCell(f"{label}{place}", "x", "even", "t") for place in "東西"])
        for label in ("企画", "とても長いスキルの名前・もっと長いスキルの名前")
    ]
    root = parsed(heat_map("a", "t", "d", ["東", "西"], rows))
    heads = {e.text: e.get("x") for e in root.findall("text")}
    for row, group in zip(rows, root.findall("g"), strict=True):
        labels = group.findall("text")
        assert "".join(e.text for e in labels) == row.label
        boxes = [cell.find("rect") for cell in group.findall("g")]
        for place, cell, box in zip("東西", group.findall("g"), boxes, strict=True):
            texts = cell.findall("text")
            assert [e.text for e in texts] == [f"{row.label}{place}", "x"]
            assert {e.get("x") for e in texts} == {heads[place]}
            top, high = float(box.get("y")), float(box.get("height"))
            assert all(top < float(e.get("y")) < top + high for e in (*texts, *labels))


def test_names_too_long_for_a_heat_map_are_cut_and_their_cells_stay_where_they_are():
    root = parsed(heat_map("a", "t", "d", ["東"], [HeatRow("長" * 80, [HeatCell("1", "x", "even", "t")])]))
    labels = [e.text for e in root.find("g").findall("text")]
    assert len(labels) == 2 and all(label.endswith("…") for label in labels)
    assert float(next(root.iter("rect")).get("x")) > 14 * max(map(len, labels))


def test_grounds_of_the_heat_map_can_be_read_and_diverge():
    ink = re.search(r"\.chart text { fill: (#[0-9a-f]{6})", chart_rules())[1]
    for name in ("short-2", "short-1", "spare-1", "spare-2"):
        assert contrast(colour_of(name), ink) >= 4.5, name
    assert luminance(colour_of("short-2")) < luminance(colour_of("short-1"))
    assert luminance(colour_of("spare-2")) < luminance(colour_of("spare-1"))


def test_a_chart_as_a_file_stands_alone():
    columns = month_columns("a", HOSTILE, "d", [MonthColumn("4月", 3, "3")])
    root = ElementTree.fromstring(svg_file(columns))
    assert root.get("width") == str(FILE_WIDTH + 2 * PADDING)
    assert root.find("*/*/{*}title").text == HOSTILE
    style = root.find("{*}style").text
    assert "var(" not in style and ".chart .fill {" in style and "@media" not in style
    assert "font-size: 14px" in style
    used = {name for one in root.iter() for name in (one.get("class") or "").split()} - {"chart", "map"}
    assert used and all(f".{name} " in style for name in used)


def test_a_chart_of_fixed_size_keeps_it_in_a_file():
    markup = tile_map("a", "t", "d", TILES)
    whole, page = ElementTree.fromstring(svg_file(markup)), parsed(markup)
    assert float(whole.get("width")) == float(page.get("width")) + 2 * PADDING
    assert float(whole.get("height")) == float(page.get("height")) + 2 * PADDING
    used = {name for one in whole.iter() for name in (one.get("class") or "").split()} - {"chart", "fixed"}
    assert used and all(f".{name} " in whole.find("{*}style").text for name in used)


def test_a_map_as_a_file_has_its_outline_in_it():
    outline = assets().get("vendor/japan.svg")
    assert outline is not None
    markup = assignment_map("a", "t", "d", [], [Place(35, 139, "x")], outline=outline.url)
    content = svg_file(markup)
    assert b"data:image/svg+xml;base64," in content and b"/static/" not in content
    root = ElementTree.fromstring(content)
    assert float(root.get("height")) > HEIGHT


def test_what_is_no_chart_is_no_file():
    with pytest.raises(ValueError, match="height"):
        svg_file(Markup("<p>x</p>"))
