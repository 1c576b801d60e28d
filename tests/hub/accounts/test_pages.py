"""Signing in on the pages: led there and back, cookies, the second factor, and forms that prove themselves."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.accounts.sessions import IDLE
from tests.hub.accounts import home as at
from tests.hub.accounts.browsing import SECURE, Browser, served
from tests.hub.accounts.home import earlier, whole
from tests.hub.accounts.signing_in import PASSWORD, code, enrol, member

home, registered, settings = at.home, at.registered, at.settings
app, browser = at.app, at.browser
"""The fixtures of a hub where everybody signs in."""


@pytest.mark.parametrize("path", ["/", "/experts", "/plans/new?like=x", "/account", "/organizations/202151/members"])
def test_who_has_not_signed_in_is_led_there_and_back(browser: Browser, path: str):
    answer = browser.get(path, 303)
    assert answer.headers["location"].startswith("/sign-in?next=%2F")
    page = browser.get(answer.headers["location"])
    assert browser.hidden(page.text, "/sign-in")["next"] == path
    assert "no-store" in page.headers["cache-control"]


def test_an_expert_signs_in_is_named_and_signs_out(browser: Browser):
    answer = browser.sign_in("acc_expert", next="/about")
    assert answer.headers["location"] == "/about"
    home = browser.get("/").text
    assert "氏名 acc_expert" in home
    assert 'href="/experts"' not in home
    assert browser.get("/sign-in?next=/account", 303).headers["location"] == "/account"
    browser.get("/experts", 403)
    left = browser.send("/", "/sign-out")
    assert 'hub_session=""' in left.headers["set-cookie"]
    browser.get("/", 303)


def test_a_session_ends_on_the_server_when_one_signs_out(browser: Browser, registered: Engine):
    browser.sign_in("acc_expert")
    secret = browser.cookies()["hub_session"]
    browser.send("/", "/sign-out")
    browser.plant(secret)
    browser.get("/", 303)


def test_a_cookie_kept_from_before_a_sign_out_is_of_no_use_anywhere(app: Any, registered: Engine, keyring: Keyring):
    whole_session, secret = whole(app, registered, keyring)
    half_session = Browser(app)
    half_session.sign_in("acc_head")
    for browser, page in ((whole_session, "/account"), (half_session, "/sign-in/second-factor")):
        kept, form = dict(browser.cookies()), browser.hidden(browser.get(page).text, "/sign-out")
        browser.send(page, "/sign-out")
        thief = Browser(app)
        thief.client.cookies.update(kept)
        thief.get("/account", 303)
        thief.get("/sign-in/second-factor", 303)
        assert thief.client.get("/api/requests").status_code == 401
        answer = thief.client.post("/sign-in/second-factor", data={**form, "code": code(secret, datetime.now(UTC), 1)})
        assert answer.headers["location"].startswith("/sign-in")
        assert thief.client.post("/account/sessions/end-others", data=form).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("account", ["acc_expert", "acc_nobody"])
def test_a_wrong_sign_in_says_the_same_for_everybody(browser: Browser, account: str):
    answer = browser.sign_in(account, "a wrong password", 422)
    assert "メールアドレスかパスワードが違います" in answer.text
    assert "set-cookie" not in answer.headers
    assert "a wrong password" not in answer.text
    told = answer.text.replace(account, "")
    assert told == browser.sign_in("acc_other", "a wrong password", 422).text.replace("acc_other", "")


def test_too_many_attempts_are_refused_with_when_to_come_back(app: Any):
    browser = Browser(app)
    for _ in range(10):
        browser.sign_in("acc_expert", "a wrong password", 422)
    refused = browser.sign_in("acc_expert", status=429)
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert Browser(app, address="198.51.100.9").sign_in("acc_expert").status_code == 303


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/a\r\nb", "", "x"]
)
def test_signing_in_never_leads_away(browser: Browser, place: str):
    assert browser.sign_in("acc_expert", next=place).headers["location"] == "/"


def test_cookies_are_kept_from_scripts_other_sites_and_other_hosts(registered: Engine, settings: Settings):
    member(registered, "acc_expert", ("expert", ""))
    with served(settings, public_url=SECURE, allowed_hosts=("hub.example",)) as app:
        browser = Browser(app, SECURE)
        answer = browser.sign_in("acc_expert")
        cookies = answer.headers.get_list("set-cookie")
        assert sorted(cookie.partition("=")[0] for cookie in cookies) == ["__Host-hub_device", "__Host-hub_session"]
        for cookie in cookies:
            parts = {part.strip().casefold() for part in cookie.split(";")[1:]}
            assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
            assert not any(part.startswith("domain") for part in parts)
        browser.get("/account")
        # A name without the prefix may have been set by another host of the domain: it counts for nothing.
        plain = Browser(app, SECURE)
        plain.plant(browser.cookies()["__Host-hub_session"])
        plain.get("/account", 303)


def test_plain_http_on_this_machine_has_cookies_without_the_prefix(browser: Browser):
    cookies = browser.sign_in("acc_expert").headers.get_list("set-cookie")
    assert sorted(cookie.partition("=")[0] for cookie in cookies) == ["hub_device", "hub_session"]
    assert all("httponly" in cookie.casefold() and "samesite=lax" in cookie.casefold() for cookie in cookies)


def test_a_session_planted_beforehand_is_not_the_one_that_signs_in(browser: Browser, app: Any):
    browser.plant("planted by somebody else")
    browser.sign_in("acc_expert")
    first = browser.cookies()["hub_session"]
    assert first != "planted by somebody else"
    other = Browser(app)
    other.plant(first)
    other.send("/account", "/sign-out")
    other.plant(first)
    browser.get("/account", 303)


def test_signing_in_again_ends_the_session_there_was(browser: Browser, app: Any):
    browser.sign_in("acc_expert")
    first = browser.cookies()["hub_session"]
    hidden = {"mail": "acc_expert@hub.example", "password": PASSWORD}
    token = browser.hidden(browser.get("/account").text, "/sign-out")
    assert browser.client.post("/sign-in", data={**hidden, **token}).status_code == 303
    assert browser.cookies()["hub_session"] != first
    other = Browser(app)
    other.plant(first)
    other.get("/account", 303)


def test_a_session_ends_when_it_was_not_used(browser: Browser, registered: Engine):
    browser.sign_in("acc_expert")
    with transaction(registered) as session:
        session.execute(text("UPDATE sessions SET seen_at = :at"), {"at": (utc_now() - IDLE / 2).replace(tzinfo=None)})
    browser.get("/account")
    with reading(registered) as session:
        [seen] = session.execute(text("SELECT seen_at FROM sessions")).scalars()
    assert datetime.fromisoformat(seen).replace(tzinfo=UTC) > utc_now() - timedelta(minutes=1)
    with transaction(registered) as session:
        session.execute(text("UPDATE sessions SET seen_at = :at"), {"at": (utc_now() - IDLE).replace(tzinfo=None)})
    browser.get("/account", 303)


def test_staff_set_up_a_second_factor_before_anything_else(browser: Browser, registered: Engine):
    browser.sign_in("acc_head", next="/requests")
    led = browser.get("/requests", 303).headers["location"]
    assert led == "/account/second-factor?next=%2Frequests"
    assert browser.client.get("/api/requests").status_code == 401
    page = browser.get(led).text
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")
    assert "<svg" in page
    assert not re.search(r"<svg[^>]*style=|<path[^>]*style=", page)
    before = browser.cookies()["hub_session"]
    browser.send(led, "/account/second-factor", 422, code="000000")
    codes = browser.send(led, "/account/second-factor", 200, code=code(secret, datetime.now(UTC))).text
    shown = re.findall(r'<code class="secret">([a-z0-9-]+)</code>', codes)
    assert len(shown) == 8
    assert browser.cookies()["hub_session"] != before
    assert 'href="/requests"' in codes
    browser.get("/requests")
    # The form of the page that changed the session is already of the new one.
    assert browser.client.post("/sign-out", data=browser.hidden(codes, "/sign-out")).status_code == 303
    browser.sign_in("acc_head")
    browser.get("/account", 303)
    browser.send("/sign-in/second-factor", "/sign-in/second-factor", code=shown[0].replace("-", " ").upper())
    browser.get("/account")
    assert "残りの回復コード 7個" in browser.get("/account").text


def test_a_code_is_asked_for_and_the_secret_of_the_session_changes_with_it(
    app: Any, registered: Engine, keyring: Keyring
):
    secret, _ = enrol(registered, keyring, "acc_head", earlier())
    browser = Browser(app)
    browser.sign_in("acc_head", next="/requests")
    assert browser.get("/requests", 303).headers["location"] == "/sign-in/second-factor?next=%2Frequests"
    assert browser.get("/account/second-factor", 303).headers["location"].startswith("/sign-in/second-factor")
    half = browser.cookies()["hub_session"]
    page = "/sign-in/second-factor?next=/requests"
    wrong = browser.send(page, "/sign-in/second-factor", 422, code="000000")
    assert "コードが違います" in wrong.text
    now = datetime.now(UTC)
    assert browser.send(page, "/sign-in/second-factor", code=code(secret, now)).headers["location"] == "/requests"
    browser.get("/requests")
    thief = Browser(app)
    thief.plant(half)
    thief.get("/requests", 303)
    # Seen over somebody's shoulder, and typed at once: it was used.
    other = Browser(app)
    other.sign_in("acc_head")
    other.send("/sign-in/second-factor", "/sign-in/second-factor", 422, code=code(secret, now))


def test_guessing_codes_ends_the_half_begun_session(app: Any, registered: Engine, keyring: Keyring):
    enrol(registered, keyring, "acc_head", earlier())
    browser = Browser(app)
    browser.sign_in("acc_head")
    for _ in range(10):
        browser.send("/sign-in/second-factor", "/sign-in/second-factor", 422, code="000000")
    browser.send("/sign-in/second-factor", "/sign-in/second-factor", 429, code="000000")
    assert browser.get("/sign-in/second-factor", 303).headers["location"].startswith("/sign-in?")


@pytest.mark.parametrize("action", ["/sign-out", "/account/sessions/end-others", "/account/password", "/language"])
@pytest.mark.parametrize("token", [None, "", "0" * 64, "é\ud800"])
def test_a_form_without_the_session_s_token_changes_nothing(
    browser: Browser, registered: Engine, action: str, token: str | None
):
    browser.sign_in("acc_expert")
    told = {"language": "en"} if token is None else {"language": "en", "form_token": token}
    data = "&".join(f"{name}={value.encode('utf-8', 'surrogatepass').hex()}" for name, value in told.items())
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post(action, content=data, headers=headers).status_code == 403
    browser.get("/account")


def test_a_token_of_another_session_is_of_no_use(app: Any, registered: Engine):
    member(registered, "acc_2", ("expert", ""))
    mine, others = Browser(app), Browser(app)
    mine.sign_in("acc_expert")
    others.sign_in("acc_2")
    token = others.hidden(others.get("/account").text, "/sign-out")["form_token"]
    assert mine.client.post("/sign-out", data={"form_token": token}).status_code == 403
    own = mine.hidden(mine.get("/account").text, "/sign-out")["form_token"]
    assert (
        mine.client.post("/sign-out", data={"form_token": own}, headers={"origin": "https://evil.example"}).status_code
        == 403
    )
    assert mine.client.post("/sign-out", headers={"x-form-token": own}).status_code == 303
