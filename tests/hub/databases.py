"""Databases to test on: the two kinds, and copies of some made once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import transaction
from hub.settings import DATABASE_FILE, Settings
from hub.workflows.organizations import load_register
from hub.workflows.seeding import store_sample
from seed_data.samples import Sample
from tests.postgresql import Server, running

SQLITE, POSTGRESQL = "sqlite", "postgresql"

on_sqlite = pytest.mark.parametrize("database", [SQLITE], indirect=True)
"""For a test about SQLite itself, or one where the database does not matter."""

on_postgresql = pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
"""For a test about PostgreSQL itself."""


class Databases:
    """Makes databases of both kinds; ``content``: what one holds (``engine``: the schema alone)."""

    def __init__(self, folder: Path, sample: Sample) -> None:
        self._folder = folder
        self._ending = ExitStack()
        self._made: dict[tuple[str, str], Settings] = {}
        self._fill: dict[str, Callable[[Session], object]] = {
            "engine": lambda session: None,
            "registered": load_register,
            "seeded": lambda session: store_sample(session, sample),
        }

    def __enter__(self) -> "Databases":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.close()

    @cached_property
    def server(self) -> Server:
        """The PostgreSQL server, begun when it is first asked for."""
        return self._ending.enter_context(running())

    @contextmanager
    def copied(self, database: str, content: str | None, folder: Path) -> Iterator[Settings]:
        """Give settings of a database of its own in ``folder``; ``content`` None: without even a schema."""
        template = self._template(database, content) if content else None
        if database == SQLITE:
            if template:
                folder.mkdir()
                shutil.copy(template.data_folder / DATABASE_FILE, folder / DATABASE_FILE)
            yield Settings(data_folder=folder, explain_seconds=0)
            return
        url = self.server.make(template.url.rpartition("/")[2].partition("?")[0] if template else None)
        try:
            yield Settings(
                data_folder=folder, database_url=url.render_as_string(hide_password=False), explain_seconds=0
            )
        finally:
            self.server.drop(url)

    def _template(self, database: str, content: str) -> Settings:
        key = (database, content)
        if key not in self._made:
            folder = self._folder / f"{database}-{content}"
            made = Settings(data_folder=folder)
            if database == POSTGRESQL:
                url = self.server.make().render_as_string(hide_password=False)
                made = Settings(data_folder=folder, database_url=url)
            self._prepare(create_engine(made), self._fill[content])
            self._made[key] = made
        return self._made[key]

    @staticmethod
    def _prepare(engine: Engine, fill: Callable[[Session], object]) -> None:
        migrate(engine)
        with transaction(engine) as session:
            fill(session)
        engine.dispose()
