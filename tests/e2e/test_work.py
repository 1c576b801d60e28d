"""In real browsers: an expert completes a profile; work is logged, reported and evaluated by both sides."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.drafts import ExpertDraft, MonthDraft
from hub.workflows.experts import store_experts
from hub.workflows.japanese_days import month_of, today_in_japan
from hub.workflows.organizations import load_register
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from seed_data.months import month_name, month_number
from tests.hub import drafts
from tests.hub.accounts.signing_in import KEY, member
from tests.hub.round.world import REQUESTER, make_plan, offer, person

from .people import People
from .site_under_test import serve_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CITY = "202151"
MONTHS = tuple(month_name(month_number(month_of(today_in_japan())) - back) for back in (2, 1))
"""Over by now, so that what was done in them can be told."""
REFUSED = "status of 422"
"""What a browser says of a form that is shown again with what is missing."""
TITLES = {True: "窓口の改善", False: "防災の改善"}
"""What is asked for, by whether it is followed with scripts."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a hub with two confirmed engagements whose months are over, and an expert with a name alone."""
    folder: Path = tmp_path_factory.mktemp("work")
    engine = create_engine(Settings(data_folder=folder))
    migrate(engine)
    free = tuple(MonthDraft(month, 60.0, 4, 8.0) for month in MONTHS)
    asked = {
        title: drafts.request(title=title, slots=(drafts.slot(title=title, start=MONTHS[0]),))
        for title in TITLES.values()
    }
    with transaction(engine) as session:
        load_register(session)
        make_plan(session)
        new = ExpertDraft(family_name="新田", talent_types=("D",), hourly_rate=0, base=CITY, skills=())
        store_experts(session, {"e1": drafts.expert(availability=free), "e2": new})
        store_requests(session, asked)
        for slots in read_slots(session, list(asked)).values():
            made = offer(session, next(iter(slots)), "e1")
            accept_as_expert(session, person("e1"), made)
            accept_as_organization(session, REQUESTER, made)
    member(engine, "acc_approver", ("approver", CITY))
    for name, expert in (("expert", "e1"), ("expert_new", "e2")):
        member(engine, f"acc_{name}", ("expert", ""), expert=expert)
    engine.dispose()
    with serve_folder(folder, HUB_SIGN_IN="required", HUB_SECRET_KEY=KEY) as url:
        yield url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_work_is_logged_reported_and_evaluated_by_both_sides(people, scripts):
    who, title = people(scripts), TITLES[scripts]
    for name in ("expert", "approver"):
        page = engagement(who, name, title)
        press(page, "button:has-text('この条件に合意する')")
    expect(page.locator("h1 .tag")).to_have_text("従事中")
    at = page.url.removeprefix(who.url)
    for month in MONTHS:
        page = who.go("expert", f"{at}/work-logs/{month}")
        page.fill("#hours", "１８")
        press(page, "button:has-text('団体に提出する')")
        expect(page.locator(".summary")).to_contain_text("行ったこと")  # what is missing is told, and nothing is lost
        assert page.input_value("#hours") in ("１８", "18")
        page.fill("#done", "設計と助言")
        press(page, "button:has-text('団体に提出する')")
        page = who.go("approver", f"{at}/work-logs/{month}")
        press(page, "button:has-text('確認した')")
    expect(who.go("approver", at).locator("h1 .tag")).to_have_text("終了")
    page = who.go("expert", f"{at}/report")
    page.fill("#contribution", "要件を整理し、設計した")
    page.fill("#outcome", "待ち時間を二割減らした")
    press(page, "button:has-text('提出する')")
    page = who.go("approver", f"{at}/report")
    press(page, "button:has-text('確認した')")
    evaluate(who.go("approver", f"{at}/evaluation/organization"), role="lead", skill="TE1-08")
    expect(who.go("expert", at).locator("main")).not_to_contain_text("からの評価")
    evaluate(who.go("expert", f"{at}/evaluation/expert"))
    page = who.go("expert", at)
    expect(page.locator("main")).to_contain_text("団体からの評価")
    page = who.go("expert", "/experts/e1")
    expect(page.locator("main")).to_contain_text("待ち時間を二割減らした")
    assert [said for said in who.faults() if REFUSED not in said] == []


def engagement(who: People, name: str, title: str) -> Page:
    page = who.go(name, "/engagements")
    page.click(f"tr:has-text('{title}') >> th a")
    return page


def press(page: Page, button: str) -> None:
    """Press a button that sends a form, and wait for what it leads to."""
    with page.expect_navigation():
        page.click(button)


def saved(page: Page, button: str = "main form.card button.primary") -> None:
    """Press a button that sends a form, to which nobody objects."""
    press(page, button)
    assert page.locator(".error").all_inner_texts() == []


def evaluate(page: Page, role: str = "", skill: str = "") -> None:
    for group in page.locator("fieldset:has(.grades)").all():
        group.locator("input[type=radio]").last.check()
    if role:
        page.select_option("#role_played", role)
    if skill:
        page.select_option("#skill-0", skill)
        page.select_option("#level-0", "4")
        page.fill("#evidence-0", "移行の設計書")
    page.fill("#comment", "丁寧でした")
    press(page, "button:has-text('評価を提出する')")
    page.wait_for_url("**/engagements/*")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_expert_completes_a_profile_part_by_part(people, scripts):
    who, at = people(scripts), "/experts/e2/edit"
    given = "太郎" if scripts else "次郎"
    page = who.go("expert_new", f"{at}/about")
    page.fill("#given_name", given)
    page.fill("#family_kana", "ニッタ")
    page.fill("#summary", "窓口のオンライン化を助けます")
    saved(page)
    page = who.go("expert_new", f"{at}/kinds")
    page.check("#stages-development")
    saved(page)
    page = who.go("expert_new", f"{at}/skills")
    word, skill = ("くらうど", "クラウドインフラ活用") if scripts else ("データ理解", "データ理解・活用")
    page.fill("#q", word)
    page.click("form[role=search] button")
    press(page, f"li:has-text('{skill}') >> button")
    expect(page.locator("table")).to_contain_text(skill)
    page.locator("table select").first.select_option("3")
    page.locator("table input[type=text]").first.fill("資格")
    saved(page, "form:has(table) button.primary")
    page = who.go("expert_new", f"{at}/career/new")
    page.fill("#organization", "株式会社架空")
    page.select_option("#role_played", "lead")
    page.fill("#started", "令和6年4月")
    saved(page)
    page = who.go("expert_new", f"{at}/availability")
    for at_month, typed in enumerate(("４０", "2", "0")):
        page.locator("#availability input").nth(at_month).fill(typed)
    saved(page)
    page = who.go("expert_new", f"{at}/conditions")
    page.fill("#hourly_rate", "5,000")
    page.check("#mode-remote")
    page.fill("#max_travel_minutes", "１２０")
    saved(page)
    page = who.go("expert_new", at)
    expect(page.locator(".tasks .tag.good")).to_have_count(page.locator(".tasks li").count())
    expect(page.locator("h1 + .lead")).to_contain_text(given)
    assert who.faults() == []


def test_nobody_else_writes_somebody_s_profile(people):
    who = people(True)
    page = who.page("expert")
    answers = [page.goto(f"{who.url}/experts/{expert}/edit/about") for expert in ("e2", "nobody")]
    assert [answer.status for answer in answers] == [403, 403]  # whether there is such a person is not told either
