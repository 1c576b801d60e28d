"""One server and one browser for all browser tests."""

import pytest

from .browsing import chromium, tab
from .site_under_test import serve


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="session")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def opened(site, browser):
    """Open tabs on the site; afterwards nothing may have failed, been refused by the policy, or left the host."""
    managers, tabs = [], []

    def open_tab(language="ja", width=1366, height=768, **more):
        manager = tab(browser, site.url, language, width, height, **more)
        managers.append(manager)
        tabs.append(manager.__enter__())
        return tabs[-1]

    yield open_tab
    found = [(one.errors, one.outside, one.violations() if one.context.pages else []) for one in tabs]
    for manager in managers:
        manager.__exit__(None, None, None)
    assert all(faults == ([], [], []) for faults in found), found
