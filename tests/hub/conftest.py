"""A database of its own for each test: empty, or with a small sample copied from one made once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import transaction
from hub.settings import DATABASE_FILE, Settings
from hub.workflows.drafts import ExpertDraft, MonthDraft, NeedDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.organizations import load_register
from hub.workflows.seeding import store_sample
from seed_data.generator import generate
from seed_data.samples import Sample

EXPERTS, REQUESTS = 24, 16
MONTHS = ("2026-10", "2026-11", "2026-12")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings of a hub of its own; explanations take longer than a plan, so tests that want them ask."""
    return Settings(data_folder=tmp_path / "data", explain_seconds=0)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    made = create_engine(settings)
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def sample() -> Sample:
    return generate(EXPERTS, REQUESTS)


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> dict[str, Path]:
    made = {}
    for name in ("register", "sample"):
        folder = tmp_path_factory.mktemp(name)
        engine = create_engine(Settings(data_folder=folder))
        migrate(engine)
        with transaction(engine) as session:
            load_register(session) if name == "register" else store_sample(session, sample)
        engine.dispose()
        made[name] = folder / DATABASE_FILE
    return made


def _copy(template: Path, settings: Settings) -> Iterator[Engine]:
    settings.data_folder.mkdir()
    shutil.copy(template, settings.data_folder / DATABASE_FILE)
    engine = create_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def registered(_templates: dict[str, Path], settings: Settings) -> Iterator[Engine]:
    """Return a database with the register of organizations and nothing else."""
    yield from _copy(_templates["register"], settings)


@pytest.fixture
def seeded(_templates: dict[str, Path], settings: Settings) -> Iterator[Engine]:
    """Return a database with the sample."""
    yield from _copy(_templates["sample"], settings)


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
