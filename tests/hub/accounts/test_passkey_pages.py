"""Passkeys on the pages: what a form carries, what an answer leads to, and where they are not offered."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.auth.actor import Grant
from hub.auth.keys import Keyring
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.accounts.roles import give_role
from hub.workflows.accounts.second_factor import OF_SECOND_FACTOR
from tests.hub.accounts import home as at
from tests.hub.accounts.authenticator import Authenticator
from tests.hub.accounts.browsing import HOST, Browser, served
from tests.hub.accounts.signing_in import ADMIN, PASSWORD, actions_about, code, member

home, registered, settings = at.home, at.registered, at.settings
app = at.app
"""The fixtures of a hub where everybody signs in."""
ORIGIN = "http://localhost:8000"
NEW, ADDED = "/account/passkeys/new", "/account/passkeys"


@pytest.fixture
def browser(app: Any) -> Browser:
    return Browser(app, ORIGIN)


def options(page: str, action: str) -> str:
    """Return what the script of a page would ask the browser for."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*data-options="([^"]*)"', page)
    assert form is not None, f"no form with passkeys for {action}"
    return unescape(form[1])


def added(browser: Browser, key: Authenticator, page: str = NEW, status: int = 200, **fields: str) -> str:
    answer = key.make(options(browser.get(page).text, ADDED), ORIGIN)
    return browser.send(page, ADDED, status, **{"name": "仕事用のパソコン", "answer": answer, **fields}).text


def with_passkey(app: Any, account: str = "acc_head") -> Authenticator:
    """Have an account set a passkey up at its first sign-in."""
    key, browser = Authenticator(), Browser(app, ORIGIN)
    browser.sign_in(account)
    added(browser, key, **({} if account == "acc_head" else {"current": PASSWORD}))
    return key


def test_what_is_planted_is_sent(app: Any):
    """Else every test of a thief below would show nothing."""
    browser, thief = Browser(app, ORIGIN), Browser(app, ORIGIN)
    browser.sign_in("acc_expert")
    thief.plant(browser.cookies()["hub_session"])
    thief.get("/account")


def signed_in(app: Any, key: Authenticator) -> Browser:
    """Return a browser signed in by a passkey alone."""
    browser = Browser(app, ORIGIN)
    answer = key.use(options(browser.get("/sign-in").text, "/sign-in/passkey"), ORIGIN)
    browser.send("/sign-in", "/sign-in/passkey", answer=answer)
    return browser


def test_staff_set_a_passkey_up_instead_of_an_app_and_sign_in_with_it(browser: Browser, app: Any):
    browser.sign_in("acc_head", next="/requests")
    led = browser.get("/requests", 303).headers["location"]
    assert f'href="{NEW}?next=/requests"' in browser.get(led).text
    key, before = Authenticator(), browser.cookies()["hub_session"]
    codes = added(browser, key, f"{NEW}?next=/requests")
    assert len(re.findall(r'<code class="secret">', codes)) == 8
    assert 'href="/requests"' in codes
    assert browser.cookies()["hub_session"] != before
    browser.get("/requests")
    assert "仕事用のパソコン" in browser.get("/account").text
    browser.send("/account", "/sign-out")
    browser.sign_in("acc_head")
    assert browser.get("/account", 303).headers["location"].startswith("/sign-in/second-factor")
    half, page = browser.cookies()["hub_session"], "/sign-in/second-factor?next=/requests"
    answer = key.use(options(browser.get(page).text, "/sign-in/second-factor/passkey"), ORIGIN)
    sent = browser.send(page, "/sign-in/second-factor/passkey", answer=answer)
    assert sent.headers["location"] == "/requests"
    browser.get("/requests")
    thief = Browser(app, ORIGIN)
    thief.plant(half)
    thief.get("/requests", 303)


def test_a_passkey_alone_signs_in_with_a_session_of_its_own(app: Any, registered: Engine):
    key = with_passkey(app)
    browser = Browser(app, ORIGIN)
    page = browser.get("/sign-in?next=/requests")
    assert "hub_step" in page.headers["set-cookie"] and "HttpOnly" in page.headers["set-cookie"]
    assert browser.get("/sign-in").text  # another tab of the same browser does not spoil the first
    answer = key.use(options(page.text, "/sign-in/passkey"), ORIGIN)
    sent = browser.send("/sign-in?next=/requests", "/sign-in/passkey", answer=answer)
    assert sent.headers["location"] == "/requests"
    browser.get("/requests")
    replay = Browser(app, ORIGIN)
    replay.client.cookies.update(dict(browser.cookies()))
    replay.client.cookies.delete("hub_session")
    refused = replay.client.post("/sign-in/passkey", data={"answer": answer})
    assert refused.status_code == 422
    assert "パスキーを確かめられませんでした" in refused.text
    assert actions_about(registered, "acc_head")[-1] == "account:use_passkey"


def test_a_passkey_s_answer_is_of_no_use_to_another_browser(app: Any):
    key = with_passkey(app)
    browser, other = Browser(app, ORIGIN), Browser(app, ORIGIN)
    answer = key.use(options(browser.get("/sign-in").text, "/sign-in/passkey"), ORIGIN)
    other.send("/sign-in", "/sign-in/passkey", 422, answer=answer)
    assert Browser(app, ORIGIN).client.post("/sign-in/passkey", data={"answer": answer}).status_code == 422
    assert "ブラウザーからパスキーが届きませんでした" in other.send("/sign-in", "/sign-in/passkey", 422).text
    browser.send("/sign-in", "/sign-in/passkey", answer=answer)


def test_signing_in_by_a_passkey_ends_the_session_there_was(app: Any):
    key = with_passkey(app)
    browser = Browser(app, ORIGIN)
    answer = key.use(options(browser.get("/sign-in").text, "/sign-in/passkey"), ORIGIN)
    browser.sign_in("acc_expert")
    planted = browser.cookies()["hub_session"]
    token = browser.hidden(browser.get("/account").text, "/sign-out")
    assert browser.client.post("/sign-in/passkey", data={"answer": answer, **token}).status_code == 303
    assert browser.cookies()["hub_session"] != planted
    assert "氏名 acc_head" in browser.get("/").text
    other = Browser(app, ORIGIN)
    other.plant(planted)
    other.get("/account", 303)


def test_one_more_passkey_asks_for_the_password_and_keeps_the_session(app: Any):
    browser = signed_in(app, with_passkey(app))
    key = Authenticator()
    wrong = added(browser, key, status=422, current="a wrong one at all", name="")
    assert "今のパスワードが違います" in wrong and "名前を" in wrong
    added(browser, key, status=303, current=PASSWORD)
    assert browser.get("/account").text.count("仕事用のパソコン") >= 2
    signed_in(app, key).get("/requests")


def test_an_app_beside_a_passkey_asks_for_the_password(app: Any):
    browser, page = signed_in(app, with_passkey(app)), "/account/second-factor"
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', browser.get(page).text)[1].replace(" ", "")
    browser.send(page, page, 422, code=code(secret, datetime.now(UTC)))
    browser.send(page, page, 422, code=code(secret, datetime.now(UTC)), current="a wrong one at all")
    sent = browser.send(f"{page}?next=/account", page, code=code(secret, datetime.now(UTC)), current=PASSWORD)
    assert sent.headers["location"] == "/account"
    assert "認証アプリを外す" in browser.get("/account").text


def test_a_passkey_is_renamed_and_removed_with_the_password(app: Any, registered: Engine):
    browser = signed_in(app, with_passkey(app))
    added(browser, Authenticator(), status=303, current=PASSWORD, name="予備の鍵")
    pages = re.findall(
        r'href="(/account/passkeys/pky_[^"]+)" aria-label="([^"]+)の名前を変える', browser.get("/account").text
    )
    spare = next(page for page, name in pages if name == "予備の鍵")
    browser.send(spare, f"{spare}/name", 422, name=" ")
    browser.send(spare, f"{spare}/name", name="金庫の鍵")
    assert "金庫の鍵" in browser.get("/account").text
    browser.send(spare, f"{spare}/remove", 422, current="a wrong one at all")
    browser.send(spare, f"{spare}/remove", current=PASSWORD)
    browser.get(spare, 404)
    last = next(page for page, name in pages if name != "予備の鍵")
    browser.send(last, f"{last}/remove", 409, current=PASSWORD)
    stranger = Browser(app, ORIGIN)
    stranger.sign_in("acc_expert")
    stranger.get(last, 404)
    token = stranger.hidden(stranger.get("/account").text, "/sign-out")
    for move in ("name", "remove"):
        told = {**token, "name": "x", "current": PASSWORD}
        assert stranger.client.post(f"{last}/{move}", data=told).status_code == 404
    told = actions_about(registered, "acc_head")
    assert told.count("account:rename_passkey") == told.count("account:remove_passkey") == 1


def test_guessing_at_a_passkey_ends_the_half_begun_session(app: Any):
    with_passkey(app)
    browser = Browser(app, ORIGIN)
    browser.sign_in("acc_head")
    page, action = "/sign-in/second-factor", "/sign-in/second-factor/passkey"
    for _ in range(OF_SECOND_FACTOR.most):
        other = Authenticator(user=b"acc_head")
        browser.send(page, action, 422, answer=other.use(options(browser.get(page).text, action), ORIGIN))
    browser.send(page, action, 429, answer="x")
    assert browser.get(page, 303).headers["location"].startswith("/sign-in?")


def test_a_passkey_that_is_lost_is_stood_in_for_by_a_recovery_code(app: Any):
    browser, key = Browser(app, ORIGIN), Authenticator()
    browser.sign_in("acc_head")
    codes = re.findall(r'<code class="secret">([a-z0-9-]+)</code>', added(browser, key))
    other = Browser(app, ORIGIN)
    other.sign_in("acc_head")
    assert "回復コード" in other.get("/sign-in/second-factor").text
    other.send("/sign-in/second-factor", "/sign-in/second-factor", code=codes[0])
    other.get("/requests")


def test_a_half_begun_session_adds_no_passkey(app: Any):
    with_passkey(app)
    browser = Browser(app, ORIGIN)
    browser.sign_in("acc_head")
    browser.get(NEW, 303)
    token = browser.hidden(browser.get("/sign-in/second-factor").text, "/sign-out")
    assert browser.client.post(ADDED, data={**token, "name": "x", "answer": "{}"}).status_code == 303
    browser.get("/requests", 303)


def test_a_role_that_needs_a_second_factor_is_content_with_a_passkey(app: Any, registered: Engine):
    browser = signed_in(app, with_passkey(app, "acc_expert"))
    with transaction(registered) as session:
        give_role(session, ADMIN, "acc_expert", Grant("auditor"))
    browser.get("/experts")


def test_where_browsers_allow_no_passkeys_none_are_offered(registered: Engine, settings: Settings, keyring: Keyring):
    member(registered, "acc_expert", ("expert", ""))
    with served(settings, public_url="http://hub.example", allowed_hosts=("hub.example",)) as app:
        browser = Browser(app, "http://hub.example")
        assert "パスキー" not in browser.get("/sign-in").text
        browser.sign_in("acc_expert")
        assert "HUB_PUBLIC_URL" in browser.get("/account").text
        browser.get(NEW, 409)
        token = browser.hidden(browser.get("/account").text, "/sign-out")
        assert browser.client.post("/sign-in/passkey", data={"answer": "{}", **token}).status_code == 409


def test_by_another_address_one_is_led_to_the_one_where_they_work(app: Any):
    browser = Browser(app, HOST)
    page = browser.get("/sign-in")
    assert "/sign-in/passkey" not in page.text and "set-cookie" not in page.headers
    browser.sign_in("acc_expert")
    shown = browser.get(NEW).text
    assert f'href="{ORIGIN}{NEW}"' in shown and "data-options" not in shown
