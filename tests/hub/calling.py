"""The application, called by different people."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from fastapi.testclient import TestClient

from hub import dependencies
from hub.auth.actor import Actor
from hub.settings import Settings
from tests.hub.apps import app_for
from tests.hub.round.world import COORDINATOR

HOST = "http://localhost"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Hub:
    """The application without its worker, called as one person or another, in English."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self._actor: Actor = COORDINATOR

    def acting(self) -> Actor:
        return self._actor

    def call(
        self,
        actor: Actor,
        method: str,
        address: str,
        status: int | tuple[int, ...],
        body: Any = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Any:
        self._actor = actor
        answer = self._client.request(method, f"/api{address}", json=body, headers={"Accept-Language": "en", **headers})
        assert answer.status_code in ((status,) if isinstance(status, int) else status), answer.text
        return answer.json() if answer.content else None


@contextmanager
def opened(settings: Settings) -> Iterator[Hub]:
    app = app_for(settings.model_copy(update={"worker": False}))
    with TestClient(app, base_url=HOST) as client:
        hub = Hub(client)
        app.dependency_overrides[dependencies._actor] = hub.acting
        yield hub
