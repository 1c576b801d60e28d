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
from hub.workflows.drafts import ExpertDraft, MonthDraft, NeedDraft, RequestDraft, SkillDraft, SlotDraft
from seed_data.generator import generate
from seed_data.samples import Sample
from tests.hub.audit.watching import Watch, watching
from tests.hub.databases import POSTGRESQL, SQLITE, Databases

EXPERTS, REQUESTS = 24, 16
MONTHS = ("2026-10", "2026-11", "2026-12")


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
    content = next((name for name in ("seeded", "registered", "engine") if name in request.fixturenames), None)
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
    def told(**changes: object) -> ExpertDraft:
        usual: dict[str, object] = {
            "family_name": "髙橋",
            "given_name": "花子",
            "family_kana": "タカハシ",
            "given_kana": "ハナコ",
            "family_romaji": "Takahashi",
            "given_romaji": "Hanako",
            "talent_types": ("D",),
            "hourly_rate": 6000,
            "base": "202151",
            "roles": ("SW3",),
            "skills": (SkillDraft("SE1-02", 2), SkillDraft("TE1-08", 3, "資格")),
            "availability": tuple(MonthDraft(month, 40.0, 2, 4.0) for month in MONTHS),
        }
        return ExpertDraft(**{**usual, **changes})  # type: ignore[arg-type]

    return told


@pytest.fixture
def slot() -> Callable[..., SlotDraft]:
    def told(**changes: object) -> SlotDraft:
        usual: dict[str, object] = {
            "title": "クラウドの設計",
            "talent_type": "D",
            "stage": "development",
            "start": "2026-10",
            "length": 2,
            "hours": 20.0,
            "needs": (NeedDraft("TE1-08", 3, 2.0, mandatory=True),),
        }
        return SlotDraft(**{**usual, **changes})  # type: ignore[arg-type]

    return told


@pytest.fixture
def request_told(slot: Callable[..., SlotDraft]) -> Callable[..., RequestDraft]:
    def told(**changes: object) -> RequestDraft:
        usual: dict[str, object] = {
            "organization": "202151",
            "title": "オンデマンドバスへの移行",
            "slots": (slot(),),
            "status": "open",
            "themes": ("ondemand_mobility_maas",),
        }
        return RequestDraft(**{**usual, **changes})  # type: ignore[arg-type]

    return told
