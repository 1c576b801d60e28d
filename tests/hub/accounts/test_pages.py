import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub import dependencies
from hub.auth.actor import Grant
from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.accounts.links import offer_reset
from hub.workflows.accounts.roles import take_role
from hub.workflows.accounts.sessions import IDLE
from tests.hub.accounts.browsing import HOST, SECURE, Browser, served
from tests.hub.accounts.signing_in import ADMIN, CITY, PASSWORD, WARD, actor, code, enrol, found, member, sign_in
from tests.hub.accounts.test_links import NEW, mailed, secret_of
from tests.hub.databases import SQLITE, Databases


@dataclass(frozen=True)
class Home:
    """One hub for all of these tests, on SQLite: making an application takes longer than most of them."""

    app: Any
    engine: Engine
    settings: Settings


@pytest.fixture(scope="module")
def home(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("signed-in") / "data"
    with databases.copied(SQLITE, "registered", folder) as settings, served(settings) as made:
        yield Home(made, made.state.engine, settings)


@pytest.fixture
def registered(home: Home) -> Engine:
    """Return the database without accounts, and without attempts that were counted."""
    with transaction(home.engine) as session:
        for table in ("accounts", "sign_in_counts"):
            session.execute(text(f"DELETE FROM {table}"))
    return home.engine


@pytest.fixture
def settings(home: Home) -> Settings:
    return home.settings


@pytest.fixture
def app(registered: Engine, home: Home) -> Any:
    member(registered, "acc_expert", ("expert", ""))
    member(registered, "acc_head", ("organization_admin", CITY), ("requester", CITY))
    return home.app


@pytest.fixture
def browser(app: Any) -> Browser:
    return Browser(app)


def earlier() -> datetime:
    """Return a moment whose codes are not those of now."""
    return datetime.now(UTC) - timedelta(hours=1)


def whole(app: Any, engine: Engine, keyring: Keyring, account: str = "acc_head") -> tuple[Browser, str]:
    """Return a browser signed in with the second factor, and the factor's secret."""
    secret, _ = enrol(engine, keyring, account, earlier())
    made = Browser(app)
    made.sign_in(account)
    made.send("/sign-in/second-factor", "/sign-in/second-factor", code=code(secret, datetime.now(UTC)))
    return made, secret


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
