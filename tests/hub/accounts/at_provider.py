"""A hub that knows a provider of sign-in, which runs on this machine, and the ways to it and back."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from hub.auth.providers import LIMITS, Provider
from hub.db.transaction import reading
from hub.outgoing.transport import transport_of
from hub.settings import ProviderSettings, Settings
from tests.hub.accounts.browsing import Browser
from tests.hub.accounts.provider import (
    CLIENT,
    SECRET,
    RunningProvider,
    running_provider,
)

START, LINK = "/sign-in/with/city", "/account/providers/city/link"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: RunningProvider, app: Any) -> Iterator[RunningProvider]:
    """Return the provider as it should be, known to the hub and to nobody's account yet."""
    fresh = RunningProvider(running.url)
    for one in fields(fresh):
        setattr(running, one.name, getattr(fresh, one.name))
    known(app, running)
    yield running
    app.state.providers = {}


def known(app: Any, provider: RunningProvider, **told: Any) -> Provider:
    """Have the hub know the provider, of which it has fetched nothing yet."""
    usual = {"name": "city", "label": "庁内認証", "issuer": provider.url, "client_id": CLIENT}
    made = ProviderSettings(**{**usual, "client_secret": SecretStr(SECRET), **told})
    through = transport_of(calling(provider), LIMITS)
    app.state.providers = {"city": Provider(made, "http://127.0.0.1:8000/sign-in/with/city/callback", through)}
    return app.state.providers["city"]


def calling(provider: RunningProvider) -> Settings:
    """Return settings by which the hub may call the provider on this machine, as no other one is."""
    port = urlsplit(provider.url).port or 0
    return Settings(outgoing_http=True, outgoing_ports=(port,), outgoing_networks=("127.0.0.0/8", "::1/128"))


def sent_to(browser: Browser, path: str = START) -> str:
    """Begin a journey and return the provider's address one is sent to."""
    return browser.get(path, 303).headers["location"]


def arrive(browser: Browser, provider: RunningProvider, path: str = START, status: int = 303) -> Any:
    """Go to the provider, sign in there, and come back."""
    return browser.get(provider.visit(sent_to(browser, path)), status)


def linked(app: Any, provider: RunningProvider, account: str = "acc_expert") -> None:
    browser = Browser(app)
    browser.sign_in(account)
    assert arrive(browser, provider, LINK).headers["location"] == "/account"


REFUSED = "account:provider_refused"


def refusals(engine: Engine) -> int:
    with reading(engine) as session:
        return session.execute(text(f"SELECT count(*) FROM audit_records WHERE action = '{REFUSED}'")).scalar_one()


def why(engine: Engine) -> str:
    query = f"SELECT after FROM audit_records WHERE action = '{REFUSED}' ORDER BY seq DESC LIMIT 1"
    with reading(engine) as session:
        return re.search(r'"why": ?"(\w+)"', str(session.execute(text(query)).scalar_one()))[1]
