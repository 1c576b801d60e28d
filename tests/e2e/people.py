"""People of a hub where everybody signs in, each in a browser of their own."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, expect

from hub.auth.totp import code_at, step_at
from tests.hub.accounts.signing_in import PASSWORD

from .browsing import Tab, tab

WITHOUT_FACTOR = "expert"
"""Whoever is called so has a password alone, and signs in anew each time."""


@dataclass
class People:
    """Browsers of people, each signed in with a second factor where their role asks for one.

    ``kept``: the sessions of who has signed in with a second factor already; a code is good once, and the next is half
    a minute away.
    """

    browser: Browser
    url: str
    scripts: bool
    kept: dict[str, Any]
    ending: ExitStack
    tabs: dict[str, Tab] = field(default_factory=dict)

    def page(self, name: str) -> Page:
        """Return the page of ``acc_<name>``, signed in."""
        if name not in self.tabs:
            state = self.kept.get(name)
            manager = tab(self.browser, self.url, java_script_enabled=self.scripts, storage_state=state)
            opened = self.tabs[name] = self.ending.enter_context(manager)
            if state is None:
                self._sign_in(name, opened.go("/sign-in"))
            if not name.startswith(WITHOUT_FACTOR):
                self.kept[name] = opened.context.storage_state()
        return self.tabs[name].page

    def go(self, name: str, path: str) -> Page:
        """Open ``path`` as ``acc_<name>``."""
        page = self.page(name)
        page.goto(self.url + path)
        return page

    def faults(self) -> list[str]:
        """What went wrong in scripts of any browser."""
        return [fault for one in self.tabs.values() for fault in one.errors]

    def _sign_in(self, name: str, page: Page) -> None:
        page.fill("input[name=mail]", f"acc_{name}@hub.example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button.primary")
        if name.startswith(WITHOUT_FACTOR):
            return
        secret = page.inner_text("code.secret").replace(" ", "")
        page.fill("input[name=code]", code_at(secret, step_at(time.time())))
        page.click("main button.primary")
        expect(page.locator(".signed-in")).to_contain_text(f"acc_{name}")
