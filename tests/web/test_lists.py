"""Lists: filtered, sorted, in pages, and handed to htmx without the frame around them."""

import re

import pytest

PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}


def count(text):
    return int(re.search(r'role="status">(\d+)', text)[1])


@pytest.mark.parametrize(("address", "total"), [("/experts", 24), ("/requests", 16)])
def test_a_list_says_how_many_there_are(hub, address, total):
    assert count(hub.ja.get(address).text) == total


@pytest.mark.parametrize("address", ["/experts?type=X", "/requests?type=D", "/plans/{plan}?show=open"])
def test_htmx_gets_the_results_alone_and_they_are_those_of_the_page(hub, address):
    address = address.format(plan=hub.plan)
    whole, part = hub.ja.get(address), hub.ja.get(address, headers=PARTIAL)
    assert part.text.lstrip().startswith('<div id="results">')
    assert "<html" not in part.text
    assert part.text.strip() in whole.text
    assert "HX-Request" in whole.headers["vary"]
    assert whole.headers["cache-control"] == "no-store"


def test_going_back_with_htmx_gets_the_whole_page(hub):
    headers = {"hx-request": "true", "hx-request-type": "full", "hx-history-restore-request": "true"}
    assert "<html" in hub.ja.get("/experts", headers=headers).text


def test_filters_narrow_the_list_and_are_kept(hub):
    text = hub.ja.get("/experts?type=X&sort=-rate").text
    assert 0 < count(text) < 24
    assert re.search(r'<option value="X" selected>', text)
    assert 'aria-sort="descending"' in text
    rates = [int(found.replace(",", "")) for found in re.findall(r">([\d,]+)円</td>", text)]
    assert rates == sorted(rates, reverse=True)
    assert 'href="/experts?type=X&amp;sort=name"' in text


def test_one_prefecture_or_one_skill_can_be_asked_for(hub):
    everyone = count(hub.ja.get("/experts").text)
    assert count(hub.ja.get("/experts?prefecture=13").text) < everyone
    assert count(hub.ja.get("/experts?skill=SE1-01").text) <= everyone
    assert count(hub.ja.get("/requests?stage=development").text) < 16


def test_open_and_filled_slots_are_those_of_the_plan(hub):
    open_ones, filled, everything = (
        count(hub.ja.get(f"/plans/{hub.plan}?show={show}").text) for show in ("open", "filled", "all")
    )
    assert open_ones > 0
    assert filled > 0
    assert open_ones + filled == everything


def test_the_reasons_of_a_filled_slot_add_up(hub):
    text = hub.ja.get(f"/plans/{hub.plan}/slots/{hub.filled}").text
    table = re.search(r"<caption[^>]*>適合度の内訳.*?</table>", text, re.DOTALL)[0]
    *points, total = [
        float(value.replace("+", "").replace("−", "-")) for value in re.findall(r'number">([+−]?[\d.]+)<', table)
    ]
    assert sum(points) == pytest.approx(total, abs=0.04)


def test_an_open_slot_says_why_and_who_fell_away_where(hub):
    text = hub.ja.get(f"/plans/{hub.plan}/slots/{hub.open}").text
    assert "この枠は空いています" in text
    chart = re.search(r'<svg class="chart".*?</svg>', text, re.DOTALL)[0]
    assert "24人" in chart
    rows = re.findall(r'<th scope="row">[^<]+</th><td class="number">(\d+)</td><td class="number">(\d+)</td>', text)
    left = 24
    for removed, after in rows:
        assert left - int(removed) == int(after)
        left = int(after)
    assert rows
