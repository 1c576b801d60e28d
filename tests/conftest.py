"""What all tests share: databases that need not survive a power cut, and nobody signs in unless a test says so.

That nobody does is said in the environment, so that it reaches the processes tests begin as well.
"""

import os
from collections.abc import Iterator

import pytest

from hub.db import sqlite

os.environ["HUB_SIGN_IN"] = "local"


@pytest.fixture(scope="session", autouse=True)
def synchronous() -> Iterator[str]:
    """Have no commit wait for the disk, which takes most of a small test's time; processes of their own still wait.

    Return what the hub itself does.
    """
    own = sqlite.SYNCHRONOUS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "SYNCHRONOUS", "OFF")
        yield own
