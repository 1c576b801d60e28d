"""What all tests share: databases of SQLite that need not survive a power cut, as those of PostgreSQL need not."""

from collections.abc import Iterator

import pytest

from hub.db import sqlite


@pytest.fixture(scope="session", autouse=True)
def synchronous() -> Iterator[str]:
    """Have no commit wait for the disk, which takes most of a small test's time; processes of their own still wait.

    Return what the hub itself does.
    """
    own = sqlite.SYNCHRONOUS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "SYNCHRONOUS", "OFF")
        yield own
