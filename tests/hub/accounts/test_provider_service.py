"""The provider as a service: what is asked of it, and what becomes of people where it is down or not the one."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine

from hub.auth.providers import LIMITS, Provider
from hub.outgoing.transport import transport_of
from hub.settings import ProviderSettings, Settings
from tests.hub.accounts import at_provider
from tests.hub.accounts import home as at
from tests.hub.accounts.at_provider import LINK, START, arrive, known, linked, sent_to, why
from tests.hub.accounts.browsing import Browser
from tests.hub.accounts.provider import (
    CLIENT,
    RunningProvider,
)

home, registered, settings = at.home, at.registered, at.settings
app, browser = at.app, at.browser
running, provider = at_provider.running, at_provider.provider
"""The fixtures of a hub where everybody signs in, and of a provider it knows."""


def test_what_is_asked_of_the_provider_is_bound_to_the_browser(app: Any, provider: RunningProvider):
    asked = [parse_qs(urlsplit(sent_to(Browser(app))).query) for _ in range(2)]
    for one in asked:
        assert one["response_type"] == ["code"]
        assert one["code_challenge_method"] == ["S256"]
        assert one["scope"] == ["openid email"]
        assert one["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/with/city/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_the_hub_proves_itself_as_the_provider_asks(app: Any, provider: RunningProvider, method: str):
    provider.method = method
    if method == "none":
        known(app, provider, client_secret=None)
    linked(app, provider)


def test_a_provider_that_names_itself_has_to_be_the_one(app: Any, provider: RunningProvider, registered: Engine):
    provider.configuration = {"authorization_response_iss_parameter_supported": True}
    browser = Browser(app)
    browser.sign_in("acc_expert")
    arrive(browser, provider, LINK, 409)
    assert why(registered) == "issuer"
    provider.names_itself = True
    arrive(browser, provider, LINK)
    back = provider.visit(sent_to(other := Browser(app))).replace("iss=http", "iss=https")
    other.get(back, 409)


def test_who_stops_at_the_provider_is_told_so(app: Any, provider: RunningProvider, registered: Engine):
    for error, reason in (("access_denied", "cancelled"), ("<script>", "provider_error")):
        browser = Browser(app)
        state = parse_qs(urlsplit(sent_to(browser)).query)["state"][0]
        page = browser.get(f"{START}/callback?error={error}&state={state}", 409).text
        assert why(registered) == reason
        assert "<script>" not in page.replace("<script src", "")


@pytest.mark.parametrize("broken", ["openid-configuration", "/keys", "large"])
def test_a_provider_that_is_down_is_told_and_asked_again_later(
    app: Any, provider: RunningProvider, broken: str, monkeypatch: pytest.MonkeyPatch
):
    provider.broken = broken
    browser = Browser(app)
    page = browser.get(START, 503)
    assert "「庁内認証」につながりません" in page.text
    assert page.headers["retry-after"] == "30"
    asked = len(provider.asked)
    browser.get(START, 503)
    assert len(provider.asked) == asked  # nobody waits for it meanwhile
    browser.sign_in("acc_expert")
    provider.broken = ""
    monkeypatch.setattr(app.state.providers["city"], "_down_until", 0.0)
    arrive(browser, provider, LINK)


def test_a_provider_that_breaks_midway_lets_nobody_in(app: Any, provider: RunningProvider):
    linked(app, provider)
    browser = Browser(app)
    back = provider.visit(sent_to(browser))
    provider.broken = "/token"
    browser.get(back, 503)
    provider.broken = ""
    browser.get(back, 409)  # the answer was used: begin again


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://login.example/token"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"authorization_endpoint": 5},
    ],
)
def test_a_configuration_that_leads_elsewhere_is_not_followed(
    app: Any, provider: RunningProvider, configuration: dict[str, Any]
):
    provider.configuration = configuration
    Browser(app).get(START, 503)


def test_nothing_answers_where_no_provider_is(app: Any, provider: RunningProvider):
    known(app, provider, issuer="http://127.0.0.1:9")
    Browser(app).get(START, 503)


def test_by_another_name_of_the_hub_one_is_led_to_its_own(app: Any, provider: RunningProvider):
    browser = Browser(app, "http://localhost")
    led = browser.get(f"{START}?next=/about", 303).headers["location"]
    assert led == "http://127.0.0.1:8000/sign-in/with/city?next=/about"


def test_a_provider_at_an_address_that_may_not_be_called_is_as_one_that_is_down(
    app: Any, browser: Browser, provider: RunningProvider
):
    made = ProviderSettings(name="city", label="庁内認証", issuer=provider.url, client_id=CLIENT)
    port = urlsplit(provider.url).port or 0
    usual = transport_of(Settings(outgoing_http=True, outgoing_ports=(port,)), LIMITS)
    app.state.providers = {"city": Provider(made, "http://127.0.0.1:8000/sign-in/with/city/callback", usual)}
    browser.get(START, 503)
