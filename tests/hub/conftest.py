"""A database of its own for each test, on SQLite and on PostgreSQL: empty, or copied from one made once.

Whatever takes ``settings``, ``engine``, ``registered`` or ``seeded`` runs on both; ``tests.hub.databases`` has marks
for what is about one of them alone, and the tests of files (``tests/hub/imports``) run on SQLite only.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.db.engine import create_engine
from hub.settings import Settings
from hub.workflows.drafts import ExpertDraft, RequestDraft, SlotDraft
from seed_data.generator import generate
from seed_data.samples import Sample
from tests.hub import drafts
from tests.hub.audit.watching import Watch, watching
from tests.hub.databases import POSTGRESQL, SQLITE, Databases

EXPERTS, REQUESTS = 24, 16


@pytest.fixture(autouse=True)
def watch() -> Iterator[Watch]:
    """Fail every test in which a workflow changes something and its transaction leaves no audit record."""
    with watching() as made:
        yield made
    assert made.unrecorded == set(), "changed something without a record: call record, or list it in NOT_A_CHANGE"


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def database(request: pytest.FixtureRequest) -> str:
    """Return the kind of database a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> Iterator[Databases]:
    """Return what makes databases; a server begins when PostgreSQL is first asked for."""
    with Databases(tmp_path_factory.mktemp("databases"), sample) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, database: str, databases: Databases, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Return settings of a hub of its own; explanations take longer than a plan, so tests that want them ask.

    Its database holds what the test's other fixture says; without one it is empty.
    """
    content = databases.content_of(request.fixturenames)
    with databases.copied(database, content, tmp_path / "data") as made:
        yield made


def _opened(settings: Settings) -> Iterator[Engine]:
    made = create_engine(settings)
    yield made
    made.dispose()


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """Return a database with the newest schema and no rows."""
    yield from _opened(settings)


@pytest.fixture
def registered(settings: Settings) -> Iterator[Engine]:
    """Return a database with the register of organizations and nothing else."""
    yield from _opened(settings)


@pytest.fixture
def seeded(settings: Settings) -> Iterator[Engine]:
    """Return a database with the sample."""
    yield from _opened(settings)


@pytest.fixture(scope="session")
def sample() -> Sample:
    return generate(EXPERTS, REQUESTS)


@pytest.fixture
def expert() -> Callable[..., ExpertDraft]:
    return drafts.expert


@pytest.fixture
def slot() -> Callable[..., SlotDraft]:
    return drafts.slot


@pytest.fixture
def request_told() -> Callable[..., RequestDraft]:
    return drafts.request
