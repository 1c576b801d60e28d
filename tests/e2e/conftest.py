"""One server and one browser for all browser tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from .browsing import chromium, tab
from .people import People
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


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    """The sessions of who has signed in with a second factor."""
    return {}


@pytest.fixture
def people(hub: str, browser: Browser, kept: dict[str, Any]) -> Iterator[Callable[[bool], People]]:
    """Return what gives people of the module's ``hub`` (its address) browsers, with scripts or without."""
    with ExitStack() as ending:
        yield lambda scripts: People(browser, hub, scripts, kept, ending)
