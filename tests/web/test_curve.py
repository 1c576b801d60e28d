"""The course of a search as a picture: stairs that are where their figures say."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts.curve import HEIGHT, UNITS, Moment, Named, curve
from web.charts.files import svg_file

HOSTILE = "<script>alert('x')</script>&\""
NAMED = Named("値", "上限", "0", "9", "0秒", "5秒")


def stairs(markup, style):
    """The corners of a line, in units of its field: (right, down)."""
    (path,) = [e for e in ElementTree.fromstring(str(markup)).iter("path") if e.get("class") == style]
    place, corners = [0.0, 0.0], []
    for step, one, other in re.findall(r"([MHV])(-?[\d.]+)(?: (-?[\d.]+))?", path.get("d")):
        if step == "M":
            place = [float(one), float(other)]
        elif step == "H":
            place[0] = float(one)
        else:
            place[1] = float(one)
        corners.append(tuple(place))
    return corners


def test_a_chart_is_well_formed_named_described_and_escaped():
    named = Named(*[HOSTILE] * 6)
    markup = curve("c", HOSTILE, HOSTILE, [Moment(0, 1, 5), Moment(3, 2, 4)], named)
    root = ElementTree.fromstring(str(markup))
    assert root.find("title").text == root.find("desc").text == HOSTILE
    assert root.get("role") == "img" and root.get("aria-labelledby") == "c-title"
    assert not list(root.iter("script")) and not any("style" in one.attrib for one in root.iter())
    assert [e.text for e in root.iter("text")].count(HOSTILE) == 6
    alone = ElementTree.fromstring(svg_file(markup))
    style = alone.find("{*}style").text
    assert ".curve " in style and ".curve.bound " in style


def test_lines_are_where_their_figures_say_and_stand_until_something_changes():
    moments = [Moment(0, None, 10), Moment(1, 2, 10), Moment(3, 6, 8), Moment(4, 6, 8)]
    markup = curve("c", "t", "d", moments, NAMED)
    value, bound = stairs(markup, "curve"), stairs(markup, "curve bound")
    assert value == [(250, 1000), (750, 1000), (750, 500), (1000, 500), (1000, 500)]
    assert bound == [(0, 0), (250, 0), (250, 0), (750, 0), (750, 250), (1000, 250), (1000, 250)]


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
def test_nothing_leaves_its_field(points):
    moments = [Moment(seconds, min(a, b), max(a, b)) for seconds, a, b in sorted(points)]
    markup = curve("c", "t", "d", moments, NAMED)
    for right, down in stairs(markup, "curve") + stairs(markup, "curve bound"):
        assert -0.1 <= right <= UNITS + 0.1 and -0.1 <= down <= UNITS + 0.1
    for text in ElementTree.fromstring(str(markup)).iter("text"):
        assert 0 < float(text.get("y")) <= HEIGHT


def test_what_the_lines_are_called_stands_apart_from_them():
    root = ElementTree.fromstring(str(curve("c", "t", "d", [Moment(0, 1, 5), Moment(3, 5, 5)], NAMED)))
    names = {e.text: float(e.get("y")) for e in root.iter("text") if e.get("class") == "strong"}
    field = float(root.find("svg").get("y"))
    assert set(names) == {"値", "上限"}
    assert all(y < field for y in names.values()) and abs(names["値"] - names["上限"]) >= 18


def test_what_is_not_known_yet_is_not_drawn():
    markup = curve("c", "t", "d", [Moment(2, 3, None)], NAMED)
    assert [e.get("class") for e in ElementTree.fromstring(str(markup)).iter("path")] == ["curve"]
    assert "path" not in curve("c", "t", "d", [], NAMED)
    assert stairs(markup, "curve") == [(1000, pytest.approx(1000))]
