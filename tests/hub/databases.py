"""Databases to test on: the two kinds, and copies of some made once."""

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType

import pytest
from sqlalchemy import URL, Engine
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
"""For a test about SQLite itself, or one where the database does not matter: what is refused without asking it."""

on_postgresql = pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
"""For a test about PostgreSQL itself."""


Fill = Callable[[Engine], object]
"""Puts more into a database."""


class Databases:
    """Makes databases of both kinds; ``content``: what one holds (``engine``: the schema alone)."""

    def __init__(self, folder: Path, sample: Sample) -> None:
        self._folder = folder
        self._ending = ExitStack()
        self._made: dict[tuple[str, str], Settings] = {}
        self._contents: dict[str, tuple[Fill, str | None]] = {}
        self.add("engine", migrate, on=None)
        self.add("registered", lambda engine: _once(engine, load_register))
        self.add("seeded", lambda engine: _once(engine, lambda session: store_sample(session, sample)), on="engine")

    def __enter__(self) -> "Databases":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.close()

    @cached_property
    def server(self) -> Server:
        """The PostgreSQL server, begun when it is first asked for."""
        return self._ending.enter_context(running())

    def add(self, content: str, fill: Fill, on: str | None = "engine") -> None:
        """Let a database hold ``content``: what ``on`` holds and what ``fill`` puts in, once for all its copies."""
        self._contents.setdefault(content, (fill, on))

    def content_of(self, fixtures: Collection[str]) -> str | None:
        """Return the content that a test's fixtures ask for, the one that holds most; None without any."""
        return next((content for content in reversed(self._contents) if content in fixtures), None)

    @contextmanager
    def copied(self, database: str, content: str | None, folder: Path) -> Iterator[Settings]:
        """Give settings of a database of its own in ``folder``; ``content`` None: without even a schema."""
        url, made = self._copy(database, content, folder)
        try:
            yield made
        finally:
            if url:
                self.server.drop(url)

    def _copy(self, database: str, content: str | None, folder: Path) -> tuple[URL | None, Settings]:
        template = self._template(database, content) if content else None
        if database == SQLITE:
            if template:
                folder.mkdir()
                shutil.copy(template.data_folder / DATABASE_FILE, folder / DATABASE_FILE)
            return None, Settings(data_folder=folder, explain_seconds=0)
        url = self.server.make(template.url.rpartition("/")[2].partition("?")[0] if template else None)
        told = url.render_as_string(hide_password=False)
        return url, Settings(data_folder=folder, database_url=told, explain_seconds=0)

    def _template(self, database: str, content: str) -> Settings:
        key = (database, content)
        if key not in self._made:
            fill, on = self._contents[content]
            _, made = self._copy(database, on, self._folder / f"{database}-{content}")
            engine = create_engine(made)
            fill(engine)
            engine.dispose()
            self._made[key] = made
        return self._made[key]


def _once(engine: Engine, fill: Callable[[Session], object]) -> None:
    with transaction(engine) as session:
        fill(session)
