"""A whole round in real browsers: people sign in and each does their part on the pages, with scripts and without."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.drafts import ExpertDraft, MonthDraft, SkillDraft
from hub.workflows.experts import store_experts
from hub.workflows.japanese_days import first_day, month_of, today_in_japan
from hub.workflows.organizations import load_register
from seed_data.months import months_from
from tests.hub.accounts.signing_in import KEY, PASSWORD, member

from .accessibility import measured, violations
from .browsing import tab
from .people import People
from .site_under_test import serve_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CITY, EXPERT = "202151", "e1"
NEXT = month_of(first_day(month_of(today_in_japan())) + timedelta(days=32))
ROLES = {
    "requester": (("requester", CITY), ("organization_admin", CITY)),
    "approver": (("approver", CITY),),
    "coordinator": (("coordinator", ""),),
    "expert": (("expert", ""),),
}
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a hub where everybody has to sign in, with a city's people, a coordinator and one expert."""
    folder: Path = tmp_path_factory.mktemp("round")
    engine = create_engine(Settings(data_folder=folder))
    migrate(engine)
    expert = ExpertDraft(
        family_name="髙橋",
        given_name="花子",
        talent_types=("D",),
        hourly_rate=5000,
        base=CITY,
        skills=(SkillDraft("SE1-02", 2), SkillDraft("TE1-08", 3, "資格")),
        stages=("development",),
        availability=tuple(MonthDraft(month, 80.0, 4, 8.0) for month in months_from(NEXT, 12)),
    )
    with transaction(engine) as session:
        load_register(session)
        store_experts(session, {EXPERT: expert})
    for name, grants in ROLES.items():
        member(engine, f"acc_{name}", *grants, expert=EXPERT if name == "expert" else None)
    engine.dispose()
    with serve_folder(folder, HUB_SIGN_IN="required", HUB_SECRET_KEY=KEY) as url:
        yield url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_round_from_need_to_agreement(people, scripts):
    who = people(scripts)
    title = f"窓口のオンライン化 {'あり' if scripts else 'なし'}"
    key = write_request(who, title)
    for name, move in (("approver", "approve"), ("coordinator", "review"), ("coordinator", "open")):
        page = who.go(name, f"/requests/{key}/moves/{move}")
        page.click("main button.primary")
        page.wait_for_url(f"**/requests/{key}")
    plan = solve(who, title)
    page = who.go("coordinator", f"/plans/{plan}/publish")
    page.click("main form.card button.primary")
    page.wait_for_url("**/proposals?plan=*")
    for name in ("expert", "requester"):
        page = who.go(name, "/proposals")
        page.click(f"tr:has-text('{title}') >> text=提案を見る")
        page.click("button:has-text('承諾する')")
    expect(page.locator("h1")).to_contain_text("成立")
    for name in ("expert", "approver"):
        page = who.go(name, "/engagements")
        page.click(f"tr:has-text('{title}') >> th a")
        page.click("button:has-text('この条件に合意する')")
    facts = page.locator(".facts").first
    expect(facts).not_to_contain_text("まだ合意していません")
    assert who.faults() == []


def write_request(who: People, title: str) -> str:
    page = who.go("requester", "/requests/new")
    page.fill("#title", title)
    page.select_option("#stage", "development")
    page.click("main button.primary")
    page.wait_for_url("**/write/slots")
    key = page.url.split("/requests/")[1].split("/")[0]
    page = who.go("requester", f"/requests/{key}/write/slots/0")
    page.select_option("#talent_type", "D")
    page.fill("#start", NEXT)
    page.fill("#length", "２")
    page.fill("#hours", "10")
    page.click("main button.primary")
    page.wait_for_url("**/skills")
    page.fill("#q", "くらうど")
    page.click("form[role=search] button")
    page.click("li:has-text('クラウドインフラ活用') >> button")
    expect(page.locator("table")).to_contain_text("クラウドインフラ活用")
    page.click("button:has-text('保存して枠の一覧へ')")
    page = who.go("requester", f"/requests/{key}/write/conditions")
    page.fill("#budget", "500000")
    page.click("main button.primary")
    page.wait_for_url("**/write/check")
    page.click("button:has-text('承認を求める')")
    page.wait_for_url(f"**/requests/{key}")
    return key


def solve(who: People, title: str) -> str:
    page = who.go("coordinator", "/plans/new")
    page.fill("#title", title)
    page.fill("#seconds", "5")
    page.click("main button.primary")
    page.wait_for_url("**/run")
    plan = page.url.split("/plans/")[1].split("/")[0]
    end = time.monotonic() + PATIENCE_MS / 1000
    while "/run" in page.url and time.monotonic() < end:
        time.sleep(0.5)
        page.goto(f"{who.url}/plans/{plan}")
    expect(page.locator("table")).to_contain_text("髙橋")
    return plan


@pytest.mark.parametrize("language", ["ja", "en"])
def test_axe_finds_nothing_where_people_sign_in(hub, browser, language):
    with tab(browser, hub, language) as opened:
        for path in ("/sign-in", "/forgotten"):
            looked_at(opened.go(path))
        page = opened.go("/sign-in")
        page.fill("input[name=mail]", "acc_expert@hub.example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button.primary")
        for path in (
            "/",
            "/account",
            "/account/second-factor",
            "/account/password",
            "/account/tokens/new",
            "/proposals",
        ):
            looked_at(opened.go(path))


def looked_at(page: Page) -> None:
    for width in (320, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], (page.url, width)
        assert measured(page) == [], (page.url, width)
