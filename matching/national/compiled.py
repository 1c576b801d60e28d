"""How the inner loops are compiled: to machine code, without holding the interpreter, kept on disk where possible."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

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
