"""Python's search for unreachable cycles, put off while rows by the hundred thousand are built that have none.

The search looks through every list and tuple alive again and again as they grow: a sixth of the time of a large import.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_LOCK = Lock()
_STATE = {"inside": 0, "was_on": False}


@contextmanager
def without_collecting() -> Iterator[None]:
    """Put the search off within the block, for the whole process; it goes on when the last such block is left."""
    with _LOCK:
        if _STATE["inside"] == 0:
            _STATE["was_on"] = gc.isenabled()
            gc.disable()
        _STATE["inside"] += 1
    try:
        yield
    finally:
        with _LOCK:
            _STATE["inside"] -= 1
            if _STATE["inside"] == 0 and _STATE["was_on"]:
                gc.enable()
