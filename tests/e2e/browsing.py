"""Chromium as the tests use it: nothing of its own leaves the machine, and what goes wrong on a page is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALES = {"ja": "ja-JP", "en": "en-GB"}
WATCH = """
  window.violations = [];
  const keep = event => window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
  document.addEventListener('securitypolicyviolation', keep);
"""


@dataclass
class Tab:
    """A page and what went wrong on it: errors of scripts, and addresses asked for outside the site."""

    page: Page
    context: BrowserContext
    url: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def go(self, path: str, until: Literal["load", "networkidle"] = "networkidle") -> Page:
        """Open ``path`` of the site and wait for all it loads; ``load``: no longer than for what it is made of."""
        self.page.goto(self.url + path, wait_until=until)
        return self.page

    def violations(self) -> list[str]:
        """What the Content-Security-Policy refused on the page shown."""
        found: list[str] = self.page.evaluate("window.violations || []")
        return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the browser of the Debian package."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def tab(
    browser: Browser, url: str, language: str = "ja", width: int = 1366, height: int = 768, **more: Any
) -> Iterator[Tab]:
    """Yield a fresh tab of the site at ``url``."""
    viewport = {"width": width, "height": height}
    context = browser.new_context(viewport=viewport, locale=LOCALES[language], **more)
    context.add_init_script(WATCH)
    opened = Tab(context.new_page(), context, url)
    opened.page.on("pageerror", lambda fault: opened.errors.append(str(fault)))
    opened.page.on("console", lambda said: opened.errors.append(said.text) if said.type == "error" else None)
    opened.page.on("request", lambda sent: opened.outside.append(sent.url) if not sent.url.startswith(url) else None)
    try:
        yield opened
    finally:
        context.close()
