"""How the inner loops are compiled: to machine code, without holding the interpreter, kept on disk where possible."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numba
from numba.core import event

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return ``function`` compiled on first use.

    The machine code is kept beside the module, or in the user's cache folder when that is read-only, or where
    ``NUMBA_CACHE_DIR`` says; when no folder can be written, it is made anew in each process.
    """
    try:
        made = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder to keep machine code in
        made = numba.njit(nogil=True)(function)
    return cast("Function", made)


@dataclass
class Made:
    """How many ``seconds`` machine code took to make; reading what was kept does not count."""

    seconds: float = 0.0


@contextmanager
def making() -> Iterator[Made]:
    """Measure what making machine code takes meanwhile."""
    made = Made()

    def add(seconds: float) -> None:
        made.seconds += seconds

    with event.install_timer("numba:compile", add):
        yield made
