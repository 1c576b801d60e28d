"""How much a token may send, over HTTP."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text

from hub.db.transaction import reading
from hub.settings import Settings
from hub.workflows.accounts.tokens import find_token
from tests.hub.accounts import home as at
from tests.hub.accounts.browsing import Browser, served
from tests.hub.accounts.signing_in import member
from tests.hub.accounts.test_tokens import made

home, registered, settings = at.home, at.registered, at.settings
app, browser = at.app, at.browser
"""The fixtures of a hub where everybody signs in."""


def asked(app: Any, secret: str, language: str = "ja", path: str = "/api/organizations") -> Any:
    headers = {"authorization": f"Bearer {secret}", "accept-language": language}
    return Browser(app).client.get(path, headers=headers)


def test_a_token_is_held_to_what_was_chosen_when_it_was_made(browser: Browser, app: Any):
    browser.sign_in("acc_expert")
    told = {"name": "集計", "days": "30", "scopes": ["public:read"]}
    page = browser.send("/account/tokens/new", "/account/tokens", 422, **told, per_minute="1201").text
    assert "1から1200までの回数" in page
    shown = browser.send("/account/tokens/new", "/account/tokens", 200, **told, per_minute="3").text
    secret = shown.partition('<code class="secret">')[2].partition("<")[0]
    assert '<td data-label="1分に送れる回数">3</td>' in browser.get("/account").text
    assert [asked(app, secret).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = asked(app, secret)
    assert 0 < int(refused.headers["retry-after"]) <= 20
    assert refused.json()["error"]["code"] == "too_often"
    assert "回数が多すぎます" in refused.json()["error"]["message"]
    assert "Too many" in asked(app, secret, "en").json()["error"]["message"]
    browser.get("/account")  # whoever made it is not slowed down


def test_a_token_without_a_choice_is_held_to_the_settings(registered: Engine, settings: Settings):
    member(registered, "acc_expert", ("expert", ""))
    secret = made(registered, "acc_expert", "public:read")
    with served(settings, token_requests=5, most_token_requests=2) as app:
        assert [asked(app, secret).status_code for _ in range(3)] == [200, 200, 429]
    with reading(registered) as session:
        assert session.execute(text("SELECT spent_until FROM api_tokens")).scalar_one() is None
        assert find_token(session, secret, datetime.now(UTC)).per_minute is None
