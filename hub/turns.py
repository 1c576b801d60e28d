"""Who may write at once in one process: so many of all, and few of one person.

Each thread that waits for a lock is a thread less for the one that holds it: were all of them waiting, nobody could
end. Those who write therefore wait for their turn without a thread, and get it in the order they came. What one person
asks at once mostly wants the same rows (an expert who answers many offers, a system that sends many changes): most of
it waits here, where it costs nothing and holds no connection, and leaves the others their turns.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from hub.errors import Busy

MOST_WRITERS = 20
"""Half of the threads there are for everything (anyio's 40): the other half ends what the writers began, and reads."""
MOST_OF_ONE = 2
"""Of one person: one more than one, so that a long import does not hold up what they do beside it."""


class Turns:
    """Turns to write; ``most``: at once in all, ``of_one``: at once for one person."""

    def __init__(self, most: int, of_one: int = MOST_OF_ONE) -> None:
        self.most = most
        self._everyone = asyncio.Semaphore(most)
        self._of_one = of_one
        # A person's turns are forgotten with the last one who waits for them or has one.
        self._persons: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @property
    def taken(self) -> bool:
        """Whether nobody more may begin."""
        return self._everyone.locked()

    @asynccontextmanager
    async def turn(self, person: str | None, wait_seconds: float) -> AsyncIterator[None]:
        """Wait for a turn and have it meanwhile; ``person`` None: of nobody who is known.

        Raises Busy when it does not come within ``wait_seconds``.
        """
        own = self._own(person)
        waited: list[asyncio.Semaphore] = []
        try:
            async with asyncio.timeout(wait_seconds):
                for one in (own, self._everyone):
                    await one.acquire()
                    waited.append(one)
        except TimeoutError:
            _give_back(waited)
            raise Busy(
                "ほかの操作が続いているため、何も変えていません。少し待って、もう一度実行してください。",
                "Others are still changing things; nothing was changed. Wait a moment and try again.",
                seconds=2,
            ) from None
        except BaseException:  # whoever asked has gone
            _give_back(waited)
            raise
        try:
            yield
        finally:
            _give_back(waited)

    def _own(self, person: str | None) -> asyncio.Semaphore:
        if person is None:
            return asyncio.Semaphore(1)
        own = self._persons.get(person)
        if own is None:
            own = self._persons[person] = asyncio.Semaphore(self._of_one)
        return own


def _give_back(turns: list[asyncio.Semaphore]) -> None:
    while turns:
        turns.pop().release()


def turns_of(connections: int, dialect: str) -> Turns:
    """Return the turns of a process: on SQLite one writes, elsewhere as many as half of the ``connections`` serve."""
    return Turns(1 if dialect == "sqlite" else min(MOST_WRITERS, connections // 2))
