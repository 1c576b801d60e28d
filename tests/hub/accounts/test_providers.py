"""Signing in at a provider, against one that runs on this machine: what is taken, what is refused, and who gets in."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import Grant
from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.workflows.accounts.people import AccountDraft, people, set_active
from hub.workflows.accounts.roles import give_role, invite
from hub.workflows.accounts.throttling import OF_PROVIDERS
from tests.hub.accounts import at_provider
from tests.hub.accounts import home as at
from tests.hub.accounts.at_provider import LINK, START, arrive, known, linked, refusals, sent_to, why
from tests.hub.accounts.browsing import Browser
from tests.hub.accounts.home import whole
from tests.hub.accounts.provider import (
    CLIENT,
    KEY,
    RunningProvider,
    another_key,
    shared_secret,
)
from tests.hub.accounts.signing_in import ADMIN, CITY, actions_about, actor, everything_kept, member
from tests.hub.accounts.test_links import mailed, secret_of

home, registered, settings = at.home, at.registered, at.settings
app, browser = at.app, at.browser
running, provider = at_provider.running, at_provider.provider
"""The fixtures of a hub where everybody signs in, and of a provider it knows."""


def test_an_account_is_linked_by_who_is_signed_in_and_from_then_on_signs_in_there(
    app: Any, provider: RunningProvider, registered: Engine
):
    browser = Browser(app)
    assert "庁内認証でサインイン" in browser.get("/sign-in").text
    browser.sign_in("acc_expert")
    assert arrive(browser, provider, LINK).headers["location"] == "/account"
    assert "結び付いています" in browser.get("/account").text
    other = Browser(app)
    back = arrive(other, provider, f"{START}?next=/about")
    assert back.headers["location"] == "/about"
    assert 'hub_journey=""' in back.headers["set-cookie"]
    assert "氏名 acc_expert" in other.get("/").text
    told = actions_about(registered, "acc_expert")
    assert told[-2:] == ["account:link_provider", "account:sign_in_by_provider"]
    # The provider's own name counts from now on, whatever address it says there is.
    provider.claims = {"email": "new@hub.example"}
    arrive(Browser(app), provider)
    browser.send("/account", "/account/providers/city/unlink")
    other.get("/account", 303)
    browser.get("/account")
    arrive(Browser(app), provider, status=409)


def test_an_address_alone_signs_nobody_in_and_makes_no_account(app: Any, provider: RunningProvider, registered: Engine):
    for claims in ({}, {"email": "nobody@hub.example"}):
        provider.claims = claims
        stranger = Browser(app)
        assert "まだアカウントと結び付いていません" in arrive(stranger, provider, status=409).text
        assert "hub_session" not in stranger.cookies()
    assert why(registered) == "unlinked"
    with reading(registered) as session:
        assert len(people(session)) == 2


def test_an_invitation_is_taken_up_at_a_provider_once(app: Any, provider: RunningProvider, registered: Engine):
    while mailed(registered):
        pass
    head = actor(registered, "acc_head")
    with transaction(registered) as session:
        account = invite(session, head, CITY, AccountDraft("New@city.example", "新井 新"), ("requester",))
    path = mailed(registered).path
    browser = Browser(app)
    [start] = re.findall(r'href="(/sign-in/with/city\?invitation=[^"]+)"', browser.get(path).text)
    provider.claims = {"email": "other@city.example", "sub": "u-2"}
    assert "招待されたアドレスと違います" in arrive(browser, provider, unescape(start), 409).text
    provider.claims = {"email": "new@CITY.example", "sub": "u-2"}
    arrive(browser, provider, unescape(start))
    # The role asks for a second factor, which this provider does not prove.
    assert browser.get("/requests", 303).headers["location"].startswith("/account/second-factor")
    assert "使えません" in arrive(Browser(app), provider, unescape(start), 409).text
    arrive(Browser(app), provider)
    with reading(registered) as session:
        [person] = people(session, ids=[account])
    assert person.joined
    # What sets a forgotten password links nobody.
    assert Browser(app).send("/forgotten", "/forgotten", 200, mail="acc_expert@hub.example")
    while (letter := mailed(registered)).event != "account:reset_asked":
        pass
    token, provider.claims = secret_of(letter), {}
    arrive(Browser(app), provider, f"{START}?invitation={token}", 409)


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ["acc_expert@hub.example"]},
        {"email": "acc_eKpert@hub.example".replace("K", "\u212a")},
    ],
)
def test_an_address_the_provider_has_not_verified_links_nobody(
    app: Any, provider: RunningProvider, registered: Engine, claims: dict[str, Any]
):
    browser = Browser(app)
    browser.sign_in("acc_expert")
    provider.claims = claims
    assert "確認済みと伝えていません" in arrive(browser, provider, LINK, 409).text
    assert why(registered) == "mail_not_verified"
    arrive(Browser(app), provider, status=409)


def test_which_claim_tells_the_address_is_told_by_the_settings(app: Any, provider: RunningProvider):
    known(app, provider, mail_claim="upn", verified_claim=None)
    provider.claims = {"email": None, "email_verified": None, "upn": "ACC_expert@hub.example"}
    linked(app, provider)


def test_nobody_links_what_is_another_s(app: Any, provider: RunningProvider, registered: Engine):
    linked(app, provider)
    member(registered, "acc_2", ("expert", ""))
    browser = Browser(app)
    browser.sign_in("acc_2")
    assert "招待されたアドレスと違います" in arrive(browser, provider, LINK, 409).text
    provider.claims = {"email": "acc_2@hub.example"}  # the same person there, with another's address
    arrive(browser, provider, LINK, 409)
    assert why(registered) == "linked_already"
    browser.client.post(
        "/account/providers/city/unlink", data=browser.hidden(browser.get("/account").text, "/sign-out")
    )
    arrive(Browser(app), provider)


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"nonce": "of another browser"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"iss": "https://evil.example"}, "iss"),
    ({"iss": None}, "iss"),
    ({"aud": "another client"}, "aud"),
    ({"aud": [CLIENT, "another client"]}, "azp"),
    ({"aud": [CLIENT, "another client"], "azp": "another client"}, "azp"),
    ({"exp": 1_700_000_000}, "exp"),
    ({"exp": None}, "exp"),
    ({"iat": 4_000_000_000}, "iat"),
    ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
    ({"sub": None}, "sub"),
    ({"sub": ""}, "subject"),
    ({"sub": "x" * 256}, "subject"),
    ({"sub": "a\0b"}, "subject"),
)
"""What a token may say that is not for this sign-in, and by what it is found out."""


def test_a_token_that_is_not_for_this_sign_in_is_refused(app: Any, provider: RunningProvider, registered: Engine):
    linked(app, provider)
    for claims, reason in WRONG:
        provider.claims = claims
        stranger = Browser(app)
        assert "確かめられませんでした" in arrive(stranger, provider, status=409).text, claims
        assert "hub_session" not in stranger.cookies()
        assert why(registered) == reason, claims
    provider.claims = {}
    arrive(Browser(app), provider)


def test_a_token_nobody_or_somebody_else_signed_is_refused(app: Any, provider: RunningProvider, registered: Engine):
    linked(app, provider)
    provider.algorithm = "none"
    arrive(Browser(app), provider, status=409)
    provider.algorithm, provider.key, provider.published = "HS256", shared_secret(), KEY
    arrive(Browser(app), provider, status=409)
    provider.algorithm, provider.key = "ES256", another_key("first")
    arrive(Browser(app), provider, status=409)
    assert why(registered) == "id_token"
    provider.algorithm, provider.key = "RS256", KEY
    arrive(Browser(app), provider)


def test_new_keys_of_a_provider_are_fetched_when_they_are_used(
    app: Any, provider: RunningProvider, monkeypatch: pytest.MonkeyPatch
):
    linked(app, provider)
    provider.algorithm, provider.key = "ES256", another_key()
    arrive(Browser(app), provider, status=409)  # fetched a moment ago: not again for each token that is wrong
    asked = provider.asked.count("/keys")
    monkeypatch.setattr("hub.auth.providers.KEYS_AGAIN_SECONDS", 0.0)
    arrive(Browser(app), provider)
    arrive(Browser(app), provider)
    assert provider.asked.count("/keys") == asked + 1


def test_an_answer_is_good_once_and_in_the_browser_that_set_out_alone(
    app: Any, provider: RunningProvider, registered: Engine
):
    linked(app, provider)
    browser, other = Browser(app), Browser(app)
    back = provider.visit(sent_to(browser))
    before = refusals(registered)
    Browser(app).get(back, 409)  # set out nowhere: what others' pages send people to is not worth a record
    assert refusals(registered) == before
    sent_to(other)
    other.get(back, 409)
    assert why(registered) == "state"
    journey = browser.cookies()["hub_journey"]
    browser.get(back, 303)
    assert "hub_journey" not in browser.cookies()
    replay = Browser(app)
    replay.plant(journey, "hub_journey")
    replay.get(back, 409)
    assert why(registered) == "replayed"
    # A code of one's own, put into another's answer.
    mine, theirs = Browser(app), Browser(app)
    codes = [parse_qs(urlsplit(provider.visit(sent_to(one))).query) for one in (mine, theirs)]
    mixed = f"{START}/callback?code={codes[0]['code'][0]}&state={codes[1]['state'][0]}"
    theirs.get(mixed, 409)
    assert why(registered) == "code"  # its verifier is not theirs
    assert browser.get(f"{START}/callback?code=x&state={'x' * 50}", 409)
    assert journey not in everything_kept(registered)


def test_trying_answers_is_slowed_down_and_stops_no_other_sign_in(
    app: Any, provider: RunningProvider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("web.views.providers.OF_PROVIDERS", replace(OF_PROVIDERS, most=3))
    browser = Browser(app)
    sent_to(browser)
    for status in (409, 409, 409, 429):
        browser.get(f"{START}/callback?code=x&state=x", status)
    browser.sign_in("acc_expert")


def test_a_journey_ends_for_who_set_out(app: Any, provider: RunningProvider, registered: Engine):
    member(registered, "acc_2", ("expert", ""))
    browser = Browser(app)
    browser.sign_in("acc_expert")
    back = provider.visit(sent_to(browser, LINK))
    browser.send("/account", "/sign-out")
    browser.get(back, 303)
    assert browser.get("/account", 303).headers["location"].startswith("/sign-in")
    browser.sign_in("acc_expert")
    back = provider.visit(sent_to(browser, LINK))
    browser.send("/account", "/sign-out")
    browser.sign_in("acc_2")
    browser.get(back, 303)
    assert "結び付ける" in browser.get("/account").text
    with reading(registered) as session:
        assert session.execute(text("SELECT count(*) FROM provider_links")).scalar_one() == 0


def test_signing_in_there_begins_a_session_of_its_own(app: Any, provider: RunningProvider):
    linked(app, provider)
    browser = Browser(app)
    browser.plant("planted by somebody else")
    arrive(browser, provider)
    assert browser.cookies()["hub_session"] != "planted by somebody else"
    assert browser.get(START, 303).headers["location"] == "/"
    assert browser.get("/sign-in/with/nowhere", 404)
    never = Browser(app)
    assert arrive(never, provider, f"{START}?next=//evil.example").headers["location"] == "/"
    assert arrive(Browser(app), provider, f"{START}?next=/{'x' * 1900}").headers["location"].startswith("/")


def test_a_stopped_account_gets_in_nowhere(app: Any, provider: RunningProvider, registered: Engine):
    linked(app, provider)
    with transaction(registered) as session:
        set_active(session, ADMIN, "acc_expert", active=False)
    arrive(Browser(app), provider, status=409)


@pytest.mark.parametrize(
    ("claims", "whole_session"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "otp"]}, True),
        ({"acr": "gold"}, True),
        ({"acr": "bronze", "amr": [1, None]}, False),
    ],
)
def test_a_second_factor_proved_there_counts_where_the_settings_say_so(
    app: Any, provider: RunningProvider, registered: Engine, claims: dict[str, Any], whole_session: bool
):
    linked(app, provider)
    with transaction(registered) as session:
        give_role(session, ADMIN, "acc_expert", Grant("auditor"))
    known(app, provider, second_factor_acr=("gold",), second_factor_amr=("otp", "mfa"))
    provider.claims = claims
    browser = Browser(app)
    asked = parse_qs(urlsplit(sent_to(browser)).query)
    assert asked["acr_values"] == ["gold"]
    arrive(browser, provider)
    browser.get("/experts", 200 if whole_session else 303)
    known(app, provider)  # no value counts unless it was told
    other = Browser(app)
    arrive(other, provider)
    assert other.get("/experts", 303).headers["location"].startswith("/account/second-factor")


def test_the_hub_asks_for_its_own_second_factor_where_there_is_one(
    app: Any, provider: RunningProvider, registered: Engine, keyring: Keyring
):
    head, _ = whole(app, registered, keyring)
    provider.claims = {"email": "acc_head@hub.example"}
    assert arrive(head, provider, LINK).headers["location"] == "/account"
    browser = Browser(app)
    arrive(browser, provider, f"{START}?next=/requests")
    assert browser.get("/requests", 303).headers["location"].startswith("/sign-in/second-factor")
