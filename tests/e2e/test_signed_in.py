"""What only people who sign in see, as each of them: axe finds nothing, and nothing is too small or too wide."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from hub.auth.keys import Keyring
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import transaction
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.consent_texts import newest
from hub.workflows.consents import agree_to
from hub.workflows.declared_conflicts import Declaration, declare
from hub.workflows.disclosure_choices import choose
from hub.workflows.experts import store_experts
from hub.workflows.organizations import load_register
from hub.workflows.requests import store_requests
from hub.workflows.webhook_events import ANNOUNCED
from hub.workflows.webhooks import WebhookDraft, register
from tests.hub import drafts
from tests.hub.accounts.signing_in import CITY, KEY, PASSWORD, actor, code, enrol, member

from .accessibility import measured, violations
from .browsing import Tab, tab
from .site_under_test import serve_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WIDTHS = (320, 1366, 1440)
ANYBODY = ("/sign-in", "/forgotten", "/set-password?token=x", "/experts/e1/public")
OWN = (
    "/account",
    "/account/password",
    "/account/tokens/new",
    "/account/passkeys/new",
    "/account/data",
    "/account/erase",
    "/notifications",
)
AS_EXPERT = (
    *OWN,
    "/account/second-factor",
    "/account/data/readings",
    "/account/consent",
    "/experts/e1/edit/disclosure",
    *(
        f"/experts/e1/edit/disclosure/{audience}"
        for audience in ("coordinators", "partners", "organizations", "public")
    ),
    "/experts/e1/edit/conditions",
)
AS_OFFICIAL = (
    *OWN,
    "/account/second-factor/remove",
    "/account/recovery-codes",
    f"/organizations/{CITY}/members",
    f"/organizations/{CITY}/conflicts",
    f"/organizations/{CITY}/webhooks",
    "/webhooks",
    "/experts/e1",
)


@dataclass(frozen=True)
class Served:
    """Where the hub is served, its webhook, and the secret of the official's second factor."""

    url: str
    webhook: str
    secret: str


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("signed-in")
    settings = Settings(data_folder=folder)
    engine = create_engine(settings)
    migrate(engine)
    webhook = _fill(engine, settings)
    secret, _ = enrol(engine, Keyring(KEY), "acc_official", utc_now() - timedelta(minutes=5))
    engine.dispose()
    with serve_folder(folder, HUB_SIGN_IN="required", HUB_SECRET_KEY=KEY) as url:
        yield Served(url.replace("127.0.0.1", "localhost"), webhook, secret)


def _fill(engine: Engine, settings: Settings) -> str:
    """Store an expert and an official of the city, each with something on every page of theirs; return a webhook."""
    with transaction(engine) as session:
        load_register(session)
        store_experts(session, {"e1": drafts.expert(summary="移動の計画と調達")})
        store_requests(session, {"r1": drafts.request()})
    member(engine, "acc_expert", ("expert", ""), expert="e1")
    roles = ("requester", "approver", "organization_admin")
    member(engine, "acc_official", ("system_admin", ""), *((role, CITY) for role in roles))
    person, official = actor(engine, "acc_expert"), actor(engine, "acc_official")
    with transaction(engine) as session:
        agree_to(session, person, "e1", newest("matching").version, "ja")
        choose(session, person, "e1", {"name": "public", "summary": "public"})
        declare(session, official, CITY, Declaration(("e1",), ("株式会社 長い名前の企業グループホールディングス",)))
        draft = WebhookDraft(CITY, "https://receiver.example/a/rather/long/path/of/a/receiving/system", ANNOUNCED[:3])
        return register(session, official, Keyring(KEY), settings, draft)[0]


def sign_in(opened: Tab, account: str) -> None:
    page = opened.go("/sign-in")
    page.fill("input[name=mail]", f"{account}@hub.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form:has(input[name=password]) button:not([type=button])")
    page.wait_for_load_state("networkidle")


def faults_of(opened: Tab, paths: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    """Return what is wrong on which page and width; every page has to be there."""
    found: dict[tuple[str, int], list[str]] = {}
    for path in paths:
        if path:
            opened.page.goto(opened.url + path, wait_until="load")
            assert opened.page.url.partition("?")[0] == (opened.url + path).partition("?")[0], "sent elsewhere"
            assert opened.page.locator("h1").count() == 1, path
        for width in WIDTHS:
            opened.page.set_viewport_size({"width": width, "height": 800})
            if told := [*violations(opened.page), *measured(opened.page), *opened.violations()]:
                found[path or opened.page.url, width] = told
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_before_signing_in(hub: Served, browser: Browser, language: str):
    with tab(browser, hub.url, language) as opened:
        assert faults_of(opened, ANYBODY) == {}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_of_an_expert(hub: Served, browser: Browser, language: str):
    with tab(browser, hub.url, language) as opened:
        sign_in(opened, "acc_expert")
        assert faults_of(opened, AS_EXPERT) == {}
        assert opened.outside == []


@pytest.mark.parametrize(("language", "step"), [("ja", 0), ("en", 1)])
def test_pages_of_an_official(hub: Served, browser: Browser, language: str, step: int):
    with tab(browser, hub.url, language) as opened:
        sign_in(opened, "acc_official")
        assert re.search("/sign-in/second-factor", opened.page.url)
        assert faults_of(opened, [""]) == {}
        opened.page.fill("input[name=code]", code(hub.secret, utc_now(), step))
        opened.page.click("main form:has(input[name=code]) button:not([type=button])")
        opened.page.wait_for_load_state("networkidle")
        assert faults_of(opened, [*AS_OFFICIAL, f"/webhooks/{hub.webhook}"]) == {}
        assert opened.outside == []
