"""One hub where everybody signs in, for the tests of its pages: its fixtures, taken over by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.auth.keys import Keyring
from hub.db.transaction import transaction
from hub.settings import Settings
from tests.hub.accounts.browsing import Browser, served
from tests.hub.accounts.signing_in import CITY, code, enrol, member
from tests.hub.databases import SQLITE, Databases


@dataclass(frozen=True)
class Home:
    """One hub for all of these tests, on SQLite: making an application takes longer than most of them."""

    app: Any
    engine: Engine
    settings: Settings


@pytest.fixture(scope="module")
def home(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("signed-in") / "data"
    with databases.copied(SQLITE, "registered", folder) as settings, served(settings) as made:
        yield Home(made, made.state.engine, settings)


@pytest.fixture
def registered(home: Home) -> Engine:
    """Return the database without accounts, and without attempts that were counted."""
    with transaction(home.engine) as session:
        for table in ("accounts", "sign_in_counts"):
            session.execute(text(f"DELETE FROM {table}"))
    return home.engine


@pytest.fixture
def settings(home: Home) -> Settings:
    return home.settings


@pytest.fixture
def app(registered: Engine, home: Home) -> Any:
    member(registered, "acc_expert", ("expert", ""))
    member(registered, "acc_head", ("organization_admin", CITY), ("requester", CITY))
    return home.app


@pytest.fixture
def browser(app: Any) -> Browser:
    return Browser(app)


def earlier() -> datetime:
    """Return a moment whose codes are not those of now."""
    return datetime.now(UTC) - timedelta(hours=1)


def whole(app: Any, engine: Engine, keyring: Keyring, account: str = "acc_head") -> tuple[Browser, str]:
    """Return a browser signed in with the second factor, and the factor's secret."""
    secret, _ = enrol(engine, keyring, account, earlier())
    made = Browser(app)
    made.sign_in(account)
    made.send("/sign-in/second-factor", "/sign-in/second-factor", code=code(secret, datetime.now(UTC)))
    return made, secret
