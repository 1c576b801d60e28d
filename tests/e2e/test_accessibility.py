"""Every page, in both languages, on a phone and two desks: axe finds nothing, and nothing is too small or too wide."""

import pytest

from .accessibility import measured, violations
from .site_under_test import PROFILE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WIDTHS = (320, 1366, 1440)
PAGES = (
    "home", "about", "experts", "expert", "requests", "request", "plans", "new", "plan", "map", "schedule", "limits",
    "filled", "open", "try", "side-by-side", "what-if", "styleguide", "faults", "publish", "undo", "close",
    "proposals", "proposal", "move", "notifications",
    "write", "slots", "slot", "skills", "conditions", "check", "engagements", "engagement", "terms", "break",
    "compare", "queue", "kpi", "coverage", "supply-demand", "import",
    "profile", "nothing", *(f"profile-{part}" for part in PROFILE),
)  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_too_small(site, browser, opened, name, language):
    tab = opened(language)
    page = tab.go(site.pages[name], until="load")
    if name == "nothing":
        tab.errors.clear()  # Chromium reports the 404 itself
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert violations(page) == [], width
        assert measured(page) == [], width


def test_every_page_is_looked_at(site):
    assert set(PAGES) == set(site.pages)
