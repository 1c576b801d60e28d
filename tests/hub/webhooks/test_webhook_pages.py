"""The pages of webhooks, by a browser without scripts."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.auth.keys import Keyring
from hub.db.transaction import transaction
from tests.hub.accounts import home as at
from tests.hub.accounts.browsing import Browser
from tests.hub.accounts.home import whole
from tests.hub.accounts.signing_in import CITY, KEY, WARD, member

home, registered, settings, app = at.home, at.registered, at.settings, at.app
URL = "https://hooks.example/in"


@pytest.fixture
def clean(registered: Engine) -> Engine:
    with transaction(registered) as session:
        session.execute(text("DELETE FROM webhooks"))
    return registered


@pytest.fixture
def head(app: Any, clean: Engine) -> Browser:
    return whole(app, clean, Keyring(KEY))[0]


def registered_hook(browser: Browser) -> tuple[str, str]:
    page = f"/organizations/{CITY}/webhooks"
    shown = browser.send(page, page, 200, url=URL, events=["request:open", "proposal:confirmed"])
    secret = re.search(r'class="secret">(whs_[^<]+)<', shown.text)
    address = re.search(r'href="(/webhooks/whk_[0-9a-f]+)"', shown.text)
    assert secret is not None
    assert address is not None
    return address[1], secret[1]


def test_an_administrator_registers_tests_stops_and_starts_one(head: Browser):
    assert f"/organizations/{CITY}/webhooks" in head.get("/account").text
    address, secret = registered_hook(head)
    page = head.get(address).text
    assert secret not in page
    assert URL in page
    assert "まだ何も送っていません" in page
    head.send(address, f"{address}/test")
    assert "送信待ち" in head.get(address).text
    head.send(address, f"{address}/stop")
    page = head.get(address).text
    assert "停止中" in page
    assert f'action="{address}/test"' not in page
    assert "送らなかった" in page
    head.send(address, f"{address}/start")
    assert "使用中" in head.get(f"/organizations/{CITY}/webhooks").text


def test_a_new_secret_is_shown_once(head: Browser):
    address, first = registered_hook(head)
    shown = head.send(address, f"{address}/rotate", 200)
    second = re.search(r'class="secret">(whs_[^<]+)<', shown.text)[1]
    assert second != first
    assert "24時間" in shown.text
    assert second not in head.get(address).text


def test_the_events_are_chosen_and_none_is_refused(head: Browser):
    address, _ = registered_hook(head)
    assert 'value="request:open" checked' in head.get(address).text
    head.send(address, f"{address}/events", events=["request:closed"])
    page = head.get(address).text
    assert 'value="request:closed" checked' in page
    assert 'value="request:open" checked' not in page
    refused = head.send(address, f"{address}/events", 422)
    assert "1つ以上" in refused.text
    assert 'value="request:closed" checked' in head.get(address).text


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://hooks.example/", "https://"), ("https://hooks.example:22/", "HUB_OUTGOING_PORTS"), ("", "https://")],
)
def test_an_address_that_may_not_be_called_comes_back_with_what_is_wrong(head: Browser, url: str, said: str):
    page = f"/organizations/{CITY}/webhooks"
    answer = head.send(page, page, 422, url=url, events=["request:open"])
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="request:open" checked' in answer.text


def test_what_is_typed_stays_text(head: Browser):
    page = f"/organizations/{CITY}/webhooks"
    answer = head.send(page, page, 422, url='"><script>alert(1)</script>', events=["<img src=x>"])
    assert "<script>alert" not in answer.text
    assert "<img src=x>" not in answer.text


def test_others_do_not_get_there(head: Browser, app: Any, clean: Engine):
    address, _ = registered_hook(head)
    member(clean, "acc_other", ("organization_admin", WARD))
    member(clean, "acc_requester", ("requester", CITY))
    other, requester = (signed_in(app, clean, account) for account in ("acc_other", "acc_requester"))
    missing = other.get("/webhooks/whk_none", 404).text
    assert other.get(address, 404).text.replace(address, "") == missing.replace("/webhooks/whk_none", "")
    other.get(f"/organizations/{CITY}/webhooks", 403)
    other.get("/webhooks", 403)
    requester.get(address, 403)
    requester.get(f"/organizations/{CITY}/webhooks", 403)
    head.get("/webhooks", 403)


def test_an_administrator_of_the_system_has_those_of_all(app: Any, clean: Engine):
    member(clean, "acc_admin", ("system_admin", ""))
    admin = signed_in(app, clean, "acc_admin")
    assert 'href="/webhooks"' in admin.get("/account").text
    admin.send("/webhooks", "/webhooks", 200, url=URL, events=["request:open"])
    assert URL in admin.get("/webhooks").text
    with clean.connect() as connection:
        assert connection.execute(text("SELECT organization_code FROM webhooks")).scalars().all() == [None]


def signed_in(app: Any, engine: Engine, account: str) -> Browser:
    return whole(app, engine, Keyring(KEY), account)[0]
