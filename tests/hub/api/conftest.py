from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from hub.settings import Settings
from tests.hub.apps import app_for

HOST = "http://localhost"


@pytest.fixture
def client(seeded: Engine, settings: Settings) -> Iterator[TestClient]:
    """Return a client of the whole application with its worker, on a database with the sample."""
    with TestClient(app_for(settings), base_url=HOST) as made:
        yield made


@pytest.fixture
def still(seeded: Engine, settings: Settings) -> Iterator[TestClient]:
    """Return a client of the application without its worker: queued plans stay queued."""
    with TestClient(app_for(settings.model_copy(update={"worker": False})), base_url=HOST) as made:
        yield made
