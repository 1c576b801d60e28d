"""A browser of somebody who signs in, without JavaScript: it opens pages, and sends the forms it finds in them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from hub.settings import Settings
from tests.hub.accounts.signing_in import KEY, PASSWORD
from tests.hub.apps import app_for

HOST = "http://127.0.0.1"
SECURE = "https://hub.example"


class Browser:
    """A browser on one host, in Japanese."""

    def __init__(self, app: Any, base: str = HOST, address: str = "192.0.2.1") -> None:
        headers = {"accept-language": "ja", "origin": base, "user-agent": "Browser of a test"}
        self.client = TestClient(app, base_url=base, headers=headers, follow_redirects=False, client=(address, 50000))

    def get(self, path: str, status: int = 200, **options: Any) -> Response:
        answer = self.client.get(path, **options)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:600])
        return answer

    def send(self, page: str, action: str, status: int = 303, **fields: Any) -> Response:
        """Open ``page`` and send its form with this action: its hidden fields and ``fields``."""
        hidden = self.hidden(self.get(page).text, action)
        answer = self.client.post(action, data={**hidden, **fields})
        assert answer.status_code == status, (action, answer.status_code, answer.text[:900])
        return answer

    @staticmethod
    def hidden(text: str, action: str) -> dict[str, str]:
        form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', text, re.DOTALL)
        assert form is not None, f"no form for {action}"
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0])
        return {name: unescape(value) for name, value in fields}

    def sign_in(self, account: str, password: str = PASSWORD, status: int = 303, **fields: str) -> Response:
        told = {"mail": f"{account}@hub.example", "password": password, **fields}
        return self.send("/sign-in", "/sign-in", status, **told)

    def cookies(self) -> Mapping[str, str]:
        return dict(self.client.cookies)

    def plant(self, secret: str, name: str = "hub_session") -> None:
        """Hold another session's secret, as one that was planted or taken."""
        host = self.client.base_url.host
        self.client.cookies.clear()
        # Python's cookie jar calls hosts without a dot so.
        self.client.cookies.set(name, secret, domain=host if "." in host else f"{host}.local", path="/")


@contextmanager
def served(settings: Settings, **changes: object) -> Iterator[Any]:
    """Give the application where everybody signs in, without its worker."""
    told = {"worker": False, "sign_in": "required", "secret_key": SecretStr(KEY), **changes}
    app = app_for(settings.model_copy(update=told))
    with TestClient(app):
        yield app
