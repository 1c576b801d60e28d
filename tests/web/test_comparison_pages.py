"""Comparing conditions on the pages, without a script."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest

from hub.jobs.tasks import Work
from web.charts.front import Axis, Dot, front_chart
from web.views.comparisons import typed_points

FINE = {
    "title": "公平さ",
    "axis": "equity",
    "points": "0、２",
    "policy": "balanced",
    "first": "2026-04",
    "last": "2026-06",
    "seconds": "5",
}


def the_front_can_be_kept(played, page, told):
    """The files say what the page says."""
    assert f"{page}/front.svg" in told
    heads, *rows = csv.reader(io.StringIO(played.ja.get(f"{page}/front.csv").content.decode("utf-8-sig")))
    assert heads[0] == "団体の公平"
    assert [row[0] for row in rows] == ["0", "2"]
    shown = re.findall(r'data-label="埋まった枠">(\d+)／(\d+)<', told)
    assert [(row[3], row[4]) for row in rows] == shown
    picture = ElementTree.fromstring(played.en.get(f"{page}/front.svg").content)
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}circle"))) == told.count("<circle")
    assert played.ja.get("/comparisons/cmp_none/front.csv").status_code == 404


def test_a_comparison_goes_from_the_form_to_a_kept_plan(played):
    form = played.ja.get("/comparisons/new").text
    months = re.findall(r'<option value="(\d{4}-\d\d)"', form)
    asked = played.ja.post("/comparisons", data={**FINE, "first": months[0], "last": months[-1]})
    assert asked.status_code == 303
    page = asked.headers["location"]
    assert "順番を待っています" in played.ja.get(page).text
    assert played.ja.get(f"{page}/front.svg").status_code == 404
    work = Work(played.engine, played.settings)
    work.prepare_comparisons()
    waiting = played.ja.get(page).text
    assert 'http-equiv="refresh"' in waiting
    queue = played.ja.get("/queue").text
    assert queue.count(f'href="{page}"') == 3, "two runs that wait, and the comparison"
    work.solve_runs()
    done = played.ja.get(page).text
    assert "http-equiv" not in done
    assert "<svg" in done
    assert len(re.findall(r'<th scope="row" class="number">', done)) == 2
    the_front_can_be_kept(played, page, done)
    kept = re.search(r'action="(/plans/[^"]+)/keep"', done)[1]
    assert kept not in played.ja.get("/plans").text
    assert played.ja.post(f"{kept}/keep").headers["location"] == kept
    assert kept in played.ja.get("/plans").text
    assert "Kept" in played.en.get(page).text
    assert played.ja.post(f"{page}/stop").status_code == 409


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"points": "1"}, ["points"]),
        ({"points": "1, x"}, ["points"]),
        ({"axis": "luck"}, ["axis"]),
        ({"title": " ", "points": ""}, ["title", "points"]),
        ({"seconds": "0"}, ["seconds"]),
    ],
)
def test_what_cannot_be_compared_is_named_at_its_field(hub, changes, fields):
    months = re.findall(r'<option value="(\d{4}-\d\d)"', hub.ja.get("/comparisons/new").text)
    answer = hub.ja.post("/comparisons", data={**FINE, "first": months[0], "last": months[-1], **changes})
    assert answer.status_code == 422
    summary = re.search(r'<div class="summary".*?</div>', answer.text, re.DOTALL)[0]
    assert re.findall(r'href="#([^"]+)"', summary) == fields


def test_numbers_are_read_in_full_and_half_width():
    assert typed_points("0、０．５, 1 2") == (0.0, 0.5, 1.0, 2.0)
    assert typed_points("1, two") == typed_points("") == ()


def test_plans_that_are_alike_are_one_dot_of_the_front():
    dots = [Dot(1, 2, "0", True), Dot(1, 2, "1", False), Dot(3, 1, "2", True), Dot(1, 1, "3", False)]
    drawn = front_chart("f", "題", "説明", dots, x=Axis("x", "1", "3"), y=Axis("y", "1", "2"))
    assert drawn.count("<circle") == 3
    assert "0–1" in drawn
    assert drawn.count('class="arc"') == 1
    assert drawn.count('class="open"') == 1
