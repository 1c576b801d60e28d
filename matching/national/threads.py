"""Work on experts side by side, split so that the result is the same for any number of threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np

from matching.columns import Ints

Made = TypeVar("Made")
Part = tuple[int, int]


def halves(first: Ints, threads: int) -> list[Part]:
    """Return ``threads`` ranges of experts with about as many pairs each; those of e begin at ``first[e]``."""
    ends = np.searchsorted(first, first[-1] * np.arange(1, threads) / max(1, threads))
    cuts = [0, *ends.tolist(), len(first) - 1]
    return [(begins, ends) for begins, ends in pairwise(cuts) if ends > begins]


def side_by_side(work: Callable[[int, int], Made], parts: Sequence[Part]) -> list[Made]:
    """Return what ``work`` makes of each part, each in a thread of its own; it must not hold the interpreter."""
    if len(parts) < 2:
        return [work(begins, ends) for begins, ends in parts]
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(lambda part: work(*part), parts))
