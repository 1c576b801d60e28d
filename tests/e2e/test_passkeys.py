"""Passkeys in a real browser, with an authenticator that Chromium plays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.settings import Settings
from tests.hub.accounts.signing_in import KEY, PASSWORD, member

from .accessibility import measured, violations
from .browsing import Tab, tab
from .site_under_test import serve_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    """The address of a hub with an auditor, by the name browsers allow passkeys for."""
    engine = create_engine(Settings(data_folder=tmp_path))
    migrate(engine)
    member(engine, "acc_auditor", ("auditor", ""))
    engine.dispose()
    with serve_folder(tmp_path, HUB_SIGN_IN="required", HUB_SECRET_KEY=KEY) as url:
        yield url.replace("127.0.0.1", "localhost")


class Device:
    """The authenticator Chromium plays in a tab."""

    def __init__(self, opened: Tab) -> None:
        self._cdp = opened.context.new_cdp_session(opened.page)
        self._cdp.send("WebAuthn.enable")
        made = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self._id: dict[str, Any] = {"authenticatorId": made["authenticatorId"]}

    def verifies(self, *, verified: bool) -> None:
        """Have whoever holds the device give their finger, or the wrong one."""
        self._cdp.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": verified})

    @property
    def passkeys(self) -> list[dict[str, Any]]:
        return list(self._cdp.send("WebAuthn.getCredentials", self._id)["credentials"])


def type_password(page: Page) -> None:
    page.fill("input[name=mail]", "acc_auditor@hub.example")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()


def looks_good(page: Page) -> None:
    for width in (320, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], (page.url, width)
        assert measured(page) == [], (page.url, width)


def test_a_passkey_is_made_and_signs_in_with_the_password_or_without(hub: str, browser: Browser):
    with tab(browser, hub) as opened:
        device, page = Device(opened), opened.go("/sign-in")
        looks_good(page)
        type_password(page)
        page.get_by_role("link", name="パスキーを加える").click()
        page.get_by_label("名前").fill("仕事用のパソコン")
        looks_good(page)
        device.verifies(verified=False)
        page.get_by_role("button", name="パスキーを作る").click()
        expect(page.get_by_text("パスキーの確認が中断されました")).to_be_visible()
        device.verifies(verified=True)
        page.get_by_role("button", name="パスキーを作る").click()
        expect(page.locator("code.secret")).to_have_count(8)
        [kept] = device.passkeys
        assert kept["rpId"] == "localhost" and kept["isResidentCredential"]
        page.get_by_role("button", name="サインアウト").click()

        page.get_by_role("button", name="パスキーを使う").click()
        expect(page.locator(".signed-in")).to_contain_text("acc_auditor")
        page.get_by_role("button", name="サインアウト").click()

        type_password(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("二要素認証")
        looks_good(page)
        page.get_by_role("button", name="パスキーを使う").click()
        expect(page.locator(".signed-in")).to_contain_text("acc_auditor")
        assert device.passkeys[0]["signCount"] == 3

        page.goto(hub + "/account/passkeys/new")
        page.get_by_label("名前").fill("同じ端末")
        page.get_by_label("今のパスワード").fill(PASSWORD)
        page.get_by_role("button", name="パスキーを作る").click()
        expect(page.get_by_text("もう登録されています")).to_be_visible()
        page.goto(hub + "/account")
        looks_good(page)
        page.get_by_role("link", name="仕事用のパソコンの名前を変える、外す").click()
        looks_good(page)
        assert (opened.errors, opened.outside, opened.violations()) == ([], [], [])
    with tab(browser, hub, java_script_enabled=False) as plain:
        page = plain.go("/sign-in")
        expect(page.get_by_text("パスキーにはJavaScriptが要ります")).to_be_visible()
        type_password(page)
        expect(page.get_by_label("回復コード")).to_be_visible()
