"""Work done in pieces with rests between them, so that those who write meanwhile get the disk and the processor."""

import time
from collections.abc import Callable

Rest = Callable[[], None]
"""Called after each piece of work."""

SHARE = 0.5
"""How much of the time is worked."""


class Pace:
    """Rests, after each piece of work, as long as leaves ``share`` of the time for work (0 < share ≤ 1)."""

    def __init__(self, share: float = SHARE) -> None:
        self._ratio = (1 - share) / share
        self._since = time.monotonic()

    def __call__(self) -> None:
        """Rest."""
        worked = time.monotonic() - self._since
        if self._ratio:
            time.sleep(worked * self._ratio)
        self._since = time.monotonic()


def without_rest() -> None:
    """Go on at once: nobody else is at work."""
