"""The Gantt chart: bars where their months are, never over one another, and texts that stay within them."""

from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts.files import svg_file
from web.charts.gantt import NAMES, NARROWEST, Columns, GanttRow, Stretch, fitted, gantt, lanes, text_width

HOSTILE = "<script>alert('x')</script>&\""
YEAR = Columns(
    tuple(f"{month}月" for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)), ((0, "令和8年"), (9, "令和9年"))
)
MONTH = 100 * (1 - NAMES) / 12


def bar(first, last, *labels, style="planned"):
    return Stretch(first, last, labels or ("x",), "told", style)


@st.composite
def bars(draw):
    spans = draw(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=8))
    return tuple(bar(min(pair), max(pair)) for pair in spans)


def drawn(markup):
    return [e for e in ElementTree.fromstring(str(markup)).iter("rect") if e.get("class", "").startswith("stretch")]


def place(rect):
    return tuple(float(rect.get(name).rstrip("%")) for name in ("x", "width", "y", "height"))


def test_a_chart_is_well_formed_named_described_and_escaped():
    row = GanttRow(HOSTILE, HOSTILE, (Stretch(0, 11, (HOSTILE,), HOSTILE, "planned"),), (HOSTILE,) * 12, (3,))
    markup = gantt("g", HOSTILE, HOSTILE, YEAR, [row])
    root = ElementTree.fromstring(str(markup))
    assert root.find("title").text == root.find("desc").text == HOSTILE
    assert root.get("aria-labelledby") == "g-title" and root.get("aria-describedby") == "g-desc"
    assert not list(root.iter("script")) and not any("style" in one.attrib for one in root.iter())
    alone = ElementTree.fromstring(svg_file(markup))
    assert alone.find("*/*/{*}title").text == HOSTILE
    style = alone.find("{*}style").text
    assert all(f".{name} " in style for name in ("stretch", "stretch.agreed", "stretch.promised", "stretch.offered"))


@given(bars())
def test_bars_never_overlap_and_no_lane_is_used_that_is_not_needed(stretches):
    placed = lanes(stretches)
    for (one, mine), (other, its) in combinations(zip(stretches, placed, strict=True), 2):
        apart = one.last < other.first or other.last < one.first
        assert mine != its or apart
    for lane, one in zip(placed, stretches, strict=True):
        for lower in range(lane):
            assert any(
                its == lower and not (one.last < other.first or other.last < one.first)
                for other, its in zip(stretches, placed, strict=True)
            )


@given(bars())
def test_a_bar_is_where_its_months_are_and_as_long_as_they_last(stretches):
    found = [place(rect) for rect in drawn(gantt("g", "t", "d", YEAR, [GanttRow("n", "", stretches, ("",) * 12)]))]
    assert len(found) == len(stretches)
    for (x, width, _, _), one in zip(found, stretches, strict=True):
        assert x == pytest.approx(100 * NAMES + MONTH * one.first, abs=0.02)
        assert width == pytest.approx(MONTH * (one.last - one.first + 1), abs=0.02)
    for one, other in combinations(found, 2):
        across = one[0] + one[1] <= other[0] + 0.03 or other[0] + other[1] <= one[0] + 0.03
        down = one[2] + one[3] <= other[2] or other[2] + other[3] <= one[2]
        assert across or down


def test_rows_do_not_run_into_each_other():
    rows = [GanttRow(str(n), "", (bar(0, 5), bar(2, 3), bar(4, 8)), ("",) * 12) for n in range(3)]
    tops = [place(rect)[2] for rect in drawn(gantt("g", "t", "d", YEAR, rows))]
    ends = [top + 24 for top in tops]
    assert max(ends[0:3]) < min(tops[3:6]) and max(ends[3:6]) < min(tops[6:9])


def test_the_longest_label_that_fits_is_written():
    def written(last):
        markup = gantt(
            "g", "t", "d", YEAR, [GanttRow("n", "", (bar(0, last, "長野県塩尻市 月8時間", "月8時間"),), ("",) * 12)]
        )
        return ElementTree.fromstring(str(markup)).find("g/svg/text").text

    assert (written(0), written(3)) == ("月8時間", "長野県塩尻市 月8時間")


@given(st.text("あa1 ", max_size=30), st.floats(0, 200))
def test_what_is_cut_fits_and_says_that_there_is_more(text, room):
    cut = fitted(text, room)
    assert text_width(cut) <= room or not cut
    assert cut == text or not cut or (cut.endswith("…") and text.startswith(cut[:-1].rstrip()))
    assert (cut == text) == (text_width(text) <= room)


def test_a_chart_that_has_nobody_is_still_a_chart():
    assert drawn(gantt("g", "t", "d", YEAR, [])) == []
    assert NARROWEST == 960
