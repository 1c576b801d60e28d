"""One's own account on the pages, links that come by mail, and the people of an organization."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub import dependencies
from hub.auth.actor import Grant
from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.accounts.links import offer_reset
from hub.workflows.accounts.roles import take_role
from tests.hub.accounts import home as at
from tests.hub.accounts.browsing import HOST, Browser, served
from tests.hub.accounts.home import whole
from tests.hub.accounts.signing_in import ADMIN, CITY, PASSWORD, WARD, actor, found, sign_in
from tests.hub.accounts.test_links import NEW, mailed, secret_of

home, registered, settings = at.home, at.registered, at.settings
app, browser = at.app, at.browser
"""The fixtures of a hub where everybody signs in."""


def test_a_forgotten_password_is_set_anew_by_a_link(browser: Browser, registered: Engine):
    while mailed(registered):
        pass
    known = browser.send("/forgotten", "/forgotten", 200, mail="acc_expert@hub.example").text
    unknown = browser.send("/forgotten", "/forgotten", 200, mail="nobody@hub.example").text
    assert known == unknown
    letter = mailed(registered)
    assert mailed(registered) is None
    path = letter.path
    for _ in range(2):  # opening it uses nothing up
        assert "新しいパスワード" in browser.get(path).text
    short = browser.send(path, "/set-password", 422, password="short", again="short").text
    assert "12文字以上" in short
    browser.send(path, "/set-password", 422, password=NEW, again=f"{NEW}!")
    page = browser.send(path, "/set-password", 200, password=NEW, again=NEW)
    assert "パスワードを決めました" in page.text
    assert "使えません" in browser.get(path, 409).text
    browser.sign_in("acc_expert", status=422)
    browser.sign_in("acc_expert", NEW)


def test_a_link_alone_opens_nothing_but_its_page(app: Any, registered: Engine):
    with transaction(registered) as session:
        offer_reset(session, ADMIN, "acc_expert")
    while (letter := mailed(registered)).event != "account:reset_asked":
        pass
    browser = Browser(app)
    browser.get(letter.path)
    browser.get("/account", 303)
    assert browser.client.get(f"/set-password?token={secret_of(letter)}x").status_code == 409
    assert browser.client.get("/set-password?token=").status_code == 409


def test_the_account_page_shows_and_ends_sessions_changes_the_password_and_makes_tokens(browser: Browser, app: Any):
    browser.sign_in("acc_expert")
    other = Browser(app)
    other.sign_in("acc_expert")
    page = browser.get("/account").text
    assert page.count("Browser of a test") == 2
    [action] = re.findall(r'action="(/account/sessions/ses_[^"]+/end)"', page)
    browser.send("/account", action)
    other.get("/account", 303)
    other.sign_in("acc_expert")
    browser.send("/account", "/account/sessions/end-others")
    other.get("/account", 303)
    told = {"name": "集計システム", "days": "30", "scopes": ["public:read", "work:read"]}
    browser.send("/account/tokens/new", "/account/tokens", 422, name="", days="x")
    shown = browser.send("/account/tokens/new", "/account/tokens", 200, **told).text
    token = re.search(r'<code class="secret">(dth_[^<]+)</code>', shown)[1]
    system = {"authorization": f"Bearer {token}"}
    machine = Browser(app).client
    assert machine.get("/api/organizations", headers=system).status_code == 200
    assert machine.get("/api/notifications", headers=system).status_code == 403
    page = browser.get("/account").text
    assert token not in page
    [action] = re.findall(r'action="(/account/tokens/tok_[^"]+/revoke)"', page)
    browser.send("/account", action)
    assert machine.get("/api/organizations", headers=system).status_code == 401
    wrong = {"current": "a wrong one at all", "password": NEW, "again": NEW}
    assert "今のパスワードが違います" in browser.send("/account/password", "/account/password", 422, **wrong).text
    browser.send("/account/password", "/account/password", **{**wrong, "current": PASSWORD})
    browser.get("/account")
    other.sign_in("acc_expert", NEW)


def test_an_expert_may_set_up_a_second_factor_and_take_it_away_with_the_password(
    app: Any, registered: Engine, keyring: Keyring
):
    browser, _ = whole(app, registered, keyring, "acc_expert")
    page = browser.send("/account/recovery-codes", "/account/recovery-codes", 200, current=PASSWORD).text
    assert len(re.findall(r'<code class="secret">', page)) == 8
    browser.send("/account/recovery-codes", "/account/recovery-codes", 422, current="a wrong one at all")
    browser.send("/account/second-factor/remove", "/account/second-factor/remove", 422, current="")
    browser.send("/account/second-factor/remove", "/account/second-factor/remove", current=PASSWORD)
    browser.get("/account", 303)
    browser.sign_in("acc_expert")
    assert "まだ設定していません" in browser.get("/account").text
    head, _ = whole(app, registered, keyring, "acc_head")
    head.send("/account/second-factor/remove", "/account/second-factor/remove", 409, current=PASSWORD)


def test_a_session_somebody_took_is_no_way_to_find_out_the_password(browser: Browser):
    browser.sign_in("acc_expert")
    for _ in range(10):
        browser.send("/account/recovery-codes", "/account/recovery-codes", 422, current="guess after guess")
    browser.send("/account/recovery-codes", "/account/recovery-codes", 429, current=PASSWORD)


def test_an_organization_invites_changes_and_removes_its_people(app: Any, registered: Engine, keyring: Keyring):
    browser, _ = whole(app, registered, keyring)
    page = f"/organizations/{CITY}/members"
    assert "塩尻市" in browser.get(page).text
    told = {"mail": "b@city.example", "name": "馬場 文", "roles": ["requester"]}
    browser.send(page, page, 422, **{**told, "mail": "no address"})
    browser.send(page, page, 422, **{**told, "mail": "acc_expert@hub.example"})
    browser.send(page, page, **told)
    text_ = browser.get(page).text
    assert "馬場 文" in text_ and "招待中" in text_
    [account] = set(re.findall(rf"{page}/(acc_\w+)/remove", text_))
    browser.send(page, f"{page}/{account}/roles", roles=["approver", "system_admin"])
    assert actor(registered, account).grants == (Grant("approver", CITY),)
    browser.send(page, f"{page}/{account}/invite")
    browser.send(page, f"{page}/{account}/remove")
    assert actor(registered, account).grants == ()
    browser.get(f"/organizations/{WARD}/members", 403)
    token = browser.hidden(browser.get(page).text, "/sign-out")
    for path in (f"/organizations/{WARD}/members", f"/organizations/{WARD}/members/acc_expert/roles"):
        assert browser.client.post(path, data={**token, **told}).status_code == 403
    assert browser.client.post(f"{page}/acc_head/remove", data=token).status_code == 409


def test_a_role_taken_away_is_gone_at_the_next_request(app: Any, registered: Engine, keyring: Keyring):
    browser, _ = whole(app, registered, keyring)
    browser.get("/requests")
    with transaction(registered) as session:
        take_role(session, ADMIN, "acc_head", Grant("requester", CITY))
        take_role(session, ADMIN, "acc_head", Grant("organization_admin", CITY))
    browser.get("/requests", 403)
    browser.get(f"/organizations/{CITY}/members", 403)


def test_a_role_taken_away_while_a_request_is_under_way_changes_nothing_any_more(
    app: Any, registered: Engine, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
):
    browser, _ = whole(app, registered, keyring)
    page = f"/organizations/{CITY}/members"
    hidden = browser.hidden(browser.get(page).text, page)
    find = dependencies.find_visitor

    def found_and_then_taken(request: Any) -> Any:
        visitor = find(request)
        with transaction(registered) as session:
            take_role(session, ADMIN, "acc_head", Grant("organization_admin", CITY))
        return visitor

    monkeypatch.setattr(dependencies, "find_visitor", found_and_then_taken)
    told = {"mail": "b@city.example", "name": "馬場 文", "roles": ["requester"]}
    assert browser.client.post(page, data={**hidden, **told}).status_code == 403
    with reading(registered) as session:
        assert session.execute(text("SELECT count(*) FROM accounts")).scalar_one() == 2


def test_what_is_tried_while_nobody_signs_in_is_refused_in_words(registered: Engine, settings: Settings):
    with served(settings, sign_in="local", secret_key=None) as app:
        browser = Browser(app)
        assert "サインアウト" not in browser.get("/").text
        assert "サインイン" not in re.search(r"<header.*?</header>", browser.get("/about").text, re.DOTALL)[0]
        browser.get("/sign-in", 409)


def test_a_browser_that_signed_in_before_is_known_again(app: Any, keyring: Keyring, registered: Engine, now: datetime):
    browser = Browser(app)
    browser.sign_in("acc_expert")
    browser.send("/account", "/sign-out")
    stranger = Browser(app)
    for _ in range(10):
        stranger.sign_in("acc_expert", "a wrong password", 422)
    stranger.sign_in("acc_expert", status=429)
    browser.sign_in("acc_expert")
    assert found(registered, sign_in(registered, keyring, "acc_expert", now, address="203.0.113.5"), now) is not None
    assert HOST.startswith("http://127")
