"""Charts: well-formed, named, escaped, and lengths that tell the truth."""

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
from web.charts.files import svg_file
from web.charts.map import HEIGHT, MARGIN, WIDTH, Place, Trip, assignment_map, project
from web.charts.months import MonthColumn, month_columns

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
