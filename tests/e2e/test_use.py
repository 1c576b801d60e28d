"""The main job in a browser: from the form to the reasons, with scripts and without, by mouse and by keyboard."""

import re
import time

import pytest
from playwright.sync_api import expect

from .accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return [style.outlineWidth, style.outlineStyle, style.outlineColor, style.boxShadow];
}"""


def fill_form(page, title):
    page.get_by_label("計画の名前").fill(title)
    page.get_by_label("公平優先").check()
    page.get_by_label("計算にかける時間の上限").fill("２０")
    page.get_by_role("button", name="計算を始める").click()


def _late(route):
    """Let a script arrive well after all others, as over a slow line."""
    time.sleep(0.5)
    route.continue_()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_plan_goes_from_the_form_to_the_reasons(opened, scripts):
    page = opened(java_script_enabled=scripts).go("/")
    page.route("**/hx-sse.min.js*", _late)
    page.get_by_role("link", name="新しい計画を作る").click()
    title = f"計画 {'あり' if scripts else 'なし'}"
    fill_form(page, title)
    page.wait_for_url(re.compile(r"/plans/plan_[^/]+$"), timeout=60_000)
    assert title in page.get_by_role("heading", level=1).inner_text()
    assert "公平優先" in page.content()
    page.get_by_role("link", name=re.compile("^なぜこの人か")).first.click()
    expect(page.get_by_role("heading", name="この人が選ばれた理由")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name=re.compile("^なぜ空いたか")).first.click()
    expect(page.get_by_role("heading", name="誰がどこで外れたか")).to_be_visible()
    assert page.get_by_role("heading", name="どうすれば埋まるか").is_visible()


def test_faults_are_told_on_top_and_take_the_focus(opened):
    tab = opened()
    page = tab.go("/plans/new")
    page.get_by_label("計画の名前").fill("")
    page.get_by_label("計算にかける時間の上限").fill("たくさん")
    page.get_by_role("button", name="計算を始める").click()
    summary = page.get_by_role("alert")
    assert "2件の問題" in summary.inner_text()
    assert summary.evaluate("element => element === document.activeElement")
    assert violations(page) == []
    tab.errors.clear()  # Chromium reports the 422 itself
    summary.get_by_role("link", name="時間の上限は").click()
    assert page.evaluate("document.activeElement.id") == "seconds"
    assert page.get_by_label("計算にかける時間の上限").input_value() == "たくさん"


def test_a_filter_changes_the_rows_without_a_new_page_and_keeps_the_focus(opened, site):
    page = opened().go(f"/plans/{site.plan}")
    page.evaluate("window.same = true")
    page.get_by_label("表示する枠").focus()
    page.get_by_label("表示する枠").select_option("open")
    page.wait_for_url(re.compile(r"show=open"))
    expect(page.locator("#results")).not_to_contain_text("なぜこの人か")
    assert page.evaluate("window.same")
    assert page.evaluate("document.activeElement.id") == "show"
    page.go_back(wait_until="networkidle")
    expect(page.locator("#results")).to_contain_text("なぜこの人か")


def test_a_filter_works_without_scripts(opened):
    page = opened(java_script_enabled=False).go("/experts")
    page.get_by_label("類型").select_option("X")
    page.get_by_role("button", name="絞り込む").click()
    assert "type=X" in page.url
    assert page.get_by_label("類型").input_value() == "X"


def test_a_running_plan_can_be_stopped_and_keeps_what_it_found(opened):
    page = opened().go("/plans/new")
    fill_form(page, "止める計画")
    stop = page.get_by_role("button", name=re.compile("ここで止めて|計算を取りやめる"))
    try:
        stop.click(timeout=3_000)
    except Exception:
        if re.search(r"/plans/plan_[^/]+$", page.url):
            pytest.skip("the run ended before it could be stopped")
        raise
    end = time.monotonic() + 30
    while time.monotonic() < end and page.get_by_role("button", name=re.compile("止めて|取りやめる")).count():
        page.wait_for_timeout(300)
    assert page.get_by_role("heading", level=1).inner_text().startswith("止める計画")


def test_the_language_is_chosen_once_and_the_page_kept(opened, site):
    page = opened().go(f"/plans/{site.plan}?show=open")
    page.get_by_role("button", name="English").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.url.endswith("?show=open")
    page.get_by_role("link", name="Experts", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Experts"
    page.get_by_role("button", name="日本語").click()
    assert page.get_by_role("heading", level=1).inner_text() == "専門人材"


def test_the_keyboard_skips_to_the_content_and_shows_where_it_is(opened):
    page = opened().go("/experts")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ移動")
    assert skip.evaluate("element => element === document.activeElement")
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    ring = page.evaluate(RING)
    assert ring[:3] == ["4px", "solid", "rgb(0, 0, 0)"]
    assert "255, 212, 61" in ring[3]


def test_eight_rows_of_a_plan_are_seen_at_once_and_soon_reached(opened, site):
    page = opened().go(f"/plans/{site.plan}")
    bottom = "rows => rows.map(row => row.getBoundingClientRect().bottom)"
    bottoms = page.locator("table.slots tbody tr").evaluate_all(bottom)
    assert sum(bottom <= 768 for bottom in bottoms) >= 8
    stops = 0
    while not page.evaluate("!!document.activeElement.closest('table.slots tbody')"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops <= 32


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_header_is_one_line_at_1000_pixels(opened, language):
    page = opened(language, width=1000).go("/")
    assert page.locator(".header").bounding_box()["height"] <= 60


def test_bars_are_told_apart_in_forced_colours(opened, site):
    page = opened(forced_colors="active").go(f"/plans/{site.plan}/slots/{site.open}")
    fills = [page.locator(f"svg.chart rect.{style}").first for style in ("fill", "fill-track")]
    colours = {fill.evaluate("element => getComputedStyle(element).fill") for fill in fills}
    assert len(colours) == 2


def test_a_plan_can_be_printed(opened, site):
    page = opened().go(f"/plans/{site.plan}/slots/{site.filled}")
    page.emulate_media(media="print")
    assert not page.locator(".header").is_visible()
    assert not page.get_by_role("link", name="枠の一覧へ戻る").is_visible()
    expect(page.get_by_role("heading", name="この人が選ばれた理由")).to_be_visible()
