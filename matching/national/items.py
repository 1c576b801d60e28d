"""The best feasible set among one expert's candidates, by branch and bound over what fits; compiled."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.columns import Floats, Ints
from matching.national.compiled import compiled

NOTHING = 1e-9
"""Points below which a pair is not looked at; two of them for each expert are added to the bound."""

Longs = NDArray[np.int64]


class Items(NamedTuple):
    """Candidates of one expert, by gain for what they use, and ``weight``: what they take of the surrogate row."""

    gain: Floats
    weight: Floats
    request: Ints
    hours: Floats
    start: Ints
    length: Ints
    days: Floats


class Left(NamedTuple):
    """What an expert has left, by month."""

    hours: Floats
    engagements: Longs
    days: Floats


@compiled
def new_items(size: int) -> Items:
    """Return room for ``size`` candidates."""
    return Items(
        np.empty(size),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size),
    )


@compiled
def copy_item(source: Items, k: int, target: Items, m: int) -> None:
    """Copy candidate ``k`` of ``source`` to place ``m`` of ``target``."""
    target.gain[m] = source.gain[k]
    target.weight[m] = source.weight[k]
    target.request[m] = source.request[k]
    target.hours[m] = source.hours[k]
    target.start[m] = source.start[k]
    target.length[m] = source.length[k]
    target.days[m] = source.days[k]


@compiled
def item_fits(items: Items, q: int, left: Left) -> bool:
    """Tell whether candidate ``q`` fits what is left."""
    for t in range(items.start[q], items.start[q] + items.length[q]):
        if left.engagements[t] < 1 or left.hours[t] < items.hours[q] - 1e-9 or left.days[t] < items.days[q] - 1e-9:
            return False
    return True


@compiled
def shift(items: Items, q: int, sign: int, left: Left) -> None:
    """Add candidate ``q`` to what is left, or take it off with ``sign`` -1."""
    for t in range(items.start[q], items.start[q] + items.length[q]):
        left.hours[t] += sign * items.hours[q]
        left.engagements[t] += sign
        left.days[t] += sign * items.days[q]


@compiled
def is_open(items: Items, q: int, taken: Ints, depth: int, left: Left) -> bool:
    """Tell whether ``q`` fits and none of the candidates taken is of its request."""
    for d in range(depth):
        if items.request[taken[d]] == items.request[q]:
            return False
    return item_fits(items, q, left)


@compiled
def fractional(items: Items, i: int, count: int, taken: Ints, depth: int, left: Left, room: float) -> float:
    """Return the most that candidates from ``i`` on can add, by the surrogate row."""
    most = 0.0
    for q in range(i, count):
        if not is_open(items, q, taken, depth, left):
            continue
        if items.weight[q] > room:
            most += items.gain[q] * max(0.0, room) / items.weight[q]
            break
        room -= items.weight[q]
        most += items.gain[q]
    return most


@compiled
def best_bundle(
    items: Items, count: int, left: Left, room: float, nodes: int, best: float, size: int, chosen: Ints
) -> Any:
    """Return (upper bound, nodes, size) of the best set among the first ``count`` candidates; ``chosen`` gets it.

    ``best``: what the ``size`` candidates in ``chosen`` are worth, to begin with.
    """
    value, used, depth, i, given_up = 0.0, 0, 0, 0, 0.0
    taken = np.empty(count + 1, np.int32)
    while True:
        bound = value + fractional(items, i, count, taken, depth, left, room)
        used += 1
        q = count
        if bound > best + NOTHING:
            if used > nodes:
                given_up = max(given_up, bound)
            else:
                q = i
                while q < count and not is_open(items, q, taken, depth, left):
                    q += 1
        if q < count:
            taken[depth] = q
            depth += 1
            value += items.gain[q]
            room -= items.weight[q]
            shift(items, q, -1, left)
            if value > best:
                best, size = value, depth
                chosen[:depth] = taken[:depth]
        elif depth == 0:
            break
        else:  # leave the last one out
            depth -= 1
            q = taken[depth]
            value -= items.gain[q]
            room += items.weight[q]
            shift(items, q, 1, left)
        i = q + 1
    return max(best, given_up), used, size
