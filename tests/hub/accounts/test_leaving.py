"""Who leaves leaves nothing behind in the browser."""

from tests.hub.accounts import home as at_home
from tests.hub.accounts.browsing import Browser

home, registered, settings, app, browser = (
    at_home.home,
    at_home.registered,
    at_home.settings,
    at_home.app,
    at_home.browser,
)


def test_signing_out_clears_what_the_browser_kept_of_the_pages(browser: Browser):
    browser.sign_in("acc_expert")
    answer = browser.send("/account", "/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "hub_session" not in browser.cookies()
    assert browser.client.get("/account").headers["location"].startswith("/sign-in")
