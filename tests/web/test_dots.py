"""Need beside have: marks where their levels are, in words and in shape."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts.dots import Had, Need, dots, place
from web.charts.files import svg_file
from web.language import language
from web.skill_charts import judged

HOSTILE = "<script>alert('x')</script>&\""
SCALE = ("0", "1", "2", "3", "4")
levels = st.integers(0, 4)


def share(text):
    return float(text.rstrip("%")) / 100


def parsed(markup):
    return ElementTree.fromstring(str(markup))


def test_a_plot_is_well_formed_named_described_and_escaped():
    markup = dots("d", HOSTILE, HOSTILE, [Need(HOSTILE, HOSTILE, 3, (Had(HOSTILE, 1, HOSTILE),))], SCALE)
    root = parsed(markup)
    assert root.find("title").text == root.find("desc").text == HOSTILE
    assert root.get("role") == "img" and root.get("aria-describedby") == "d-desc"
    assert not list(root.iter("script")) and not any("style" in one.attrib for one in root.iter())
    style = ElementTree.fromstring(svg_file(markup)).find("{*}style").text
    assert all(f".{name} " in style for name in ("tick", "link", "link.below", "place"))


@given(st.lists(st.tuples(levels, st.lists(levels, max_size=3)), max_size=5))
def test_marks_are_where_their_levels_are_and_a_line_joins_them(told):
    needs = [Need("n", "", needed, tuple(Had("p", has, "") for has in had)) for needed, had in told]
    root = parsed(dots("d", "t", "d", needs, SCALE))
    pairs = [(needed, has) for needed, had in told for has in had]
    ticks = [share(e.get("x1")) for e in root.iter("line") if e.get("class") == "tick"]
    circles = [share(e.get("cx")) for e in root.iter("circle")]
    assert ticks == [pytest.approx(place(needed, 5), abs=1e-4) for needed, _ in pairs]
    assert circles == [pytest.approx(place(has, 5), abs=1e-4) for _, has in pairs]
    links = [e for e in root.iter("line") if e.get("class", "").startswith("link")]
    apart = [(needed, has) for needed, has in pairs if needed != has]
    assert [e.get("class") for e in links] == ["link below" if has < needed else "link" for needed, has in apart]
    for line, (needed, has) in zip(links, apart, strict=True):
        assert share(line.get("x1")) == pytest.approx(place(needed, 5), abs=1e-4)
        assert share(line.get("x2")) == pytest.approx(place(has, 5), abs=1e-4)
    heights = [float(e.get("cy")) for e in root.iter("circle")]
    assert all(after - before >= 40 for before, after in pairwise(heights))


def test_levels_are_as_far_apart_as_they_are_and_stay_on_the_scale():
    steps = [place(level + 1, 5) - place(level, 5) for level in range(4)]
    assert steps == [pytest.approx(steps[0])] * 4
    assert place(9, 5) == place(4, 5) and place(-1, 5) == place(0, 5)


def test_how_a_level_stands_is_said_in_words():
    ja, en = language("ja"), language("en")
    assert [judged(3, has, ja) for has in (0, 3, 4)] == ["あと3レベル", "ちょうど", "1レベル上"]
    assert len({judged(3, has, en) for has in (2, 3, 4)}) == 3
