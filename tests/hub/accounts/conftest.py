"""People with accounts, and a clock that is told."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from hub.auth import passwords
from hub.auth.keys import Keyring
from tests.hub.accounts.signing_in import KEY

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the least Argon2id takes: how strong it is has a test of its own."""
    quick = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    passwords._NOBODYS.cache_clear()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(KEY)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def told(registered: Engine) -> Callable[[str], list[str]]:
    """Return what tells the actions of an account's records, in order."""
    from tests.hub.accounts.signing_in import actions_about

    return lambda account: actions_about(registered, account)
