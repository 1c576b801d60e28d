"""Each expert's best feasible set of slots at given prices: branch and bound over a few pairs, compiled.

A bundle keeps hours, engagements and days on site in every month, and takes at most one slot of a request. The bound
of a node is the fractional knapsack over one surrogate row (hours and engagements of all months added up), so it
holds whatever the order, and a search cut off after ``nodes`` still returns an upper bound.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.columns import Floats, Ints
from matching.national.compiled import compiled

NOTHING = 1e-9
"""Points below which a pair is not looked at; two of them for each expert are added to the bound."""


class Bench(NamedTuple):
    """Pairs in order of expert (those of e at ``first[e]``) and what the experts have, for the compiled loops."""

    first: Ints
    slot: Ints
    request: Ints
    hours: Floats
    start: Ints
    length: Ints
    days: Floats
    capacity: Floats
    engagements: Ints
    days_free: Floats


class Items(NamedTuple):
    """Candidates of one expert, by gain for what they use, and ``weight``: their share of the surrogate row."""

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
    engagements: NDArray[np.int64]
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
def best_bundle(items: Items, count: int, left: Left, room: float, nodes: int, chosen: Ints) -> Any:
    """Return (upper bound, nodes, size) of the best set among the first ``count`` candidates; ``chosen`` gets it."""
    best, size, value, used, depth, i, given_up = 0.0, 0, 0.0, 0, 0, 0, 0.0
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


@compiled
def surrogate(bench: Bench, e: int, left: Left) -> Any:
    """Fill ``left`` with what expert ``e`` has; return the hours and engagements of all months together."""
    hours, engagements = 0.0, 0.0
    for t in range(bench.capacity.shape[1]):
        left.hours[t] = bench.capacity[e, t]
        left.engagements[t] = bench.engagements[e, t]
        left.days[t] = bench.days_free[e, t]
        if left.engagements[t] > 0:
            hours += left.hours[t]
        if left.hours[t] > 0:
            engagements += left.engagements[t]
    return max(hours, 1e-9), max(engagements, 1e-9)


@compiled
def use_of(bench: Bench, p: int, hours: float, engagements: float) -> float:
    """Return the share of the surrogate row (which holds 2) that pair ``p`` takes."""
    length = bench.length[bench.slot[p]]
    used: float = bench.hours[p] * length / hours + length / engagements
    return used


@compiled
def gather(bench: Bench, e: int, reduced: Floats, sums: Any, items: Items, place: NDArray[np.int64]) -> int:
    """Put the pairs of ``e`` that are worth something into ``items``, best first; ``place`` gets the pairs."""
    found = np.empty(bench.first[e + 1] - bench.first[e], np.int64)
    density = np.empty(len(found))
    n = 0
    for p in range(bench.first[e], bench.first[e + 1]):
        if reduced[p] > NOTHING:
            found[n] = p
            density[n] = -reduced[p] / use_of(bench, p, sums[0], sums[1])
            n += 1
    order = np.argsort(density[:n])
    for k in range(n):
        p = found[order[k]]
        s = bench.slot[p]
        place[k] = p
        items.gain[k] = reduced[p]
        items.weight[k] = use_of(bench, p, sums[0], sums[1])
        items.request[k] = bench.request[p]
        items.hours[k] = bench.hours[p]
        items.start[k] = bench.start[s]
        items.length[k] = bench.length[s]
        items.days[k] = bench.days[s]
    return n


@compiled
def longest(bench: Bench) -> int:
    """Return how many pairs the expert with most pairs has, at least 1."""
    most = 1
    for e in range(len(bench.first) - 1):
        most = max(most, bench.first[e + 1] - bench.first[e])
    return most


@compiled
def new_left(months: int) -> Left:
    """Return room for what an expert has."""
    return Left(np.empty(months), np.empty(months, np.int64), np.empty(months))


@compiled
def best_bundles(bench: Bench, reduced: Floats, nodes: int, taken: NDArray[np.int8], bounds: Floats) -> float:
    """Find every expert's best bundle at values ``reduced``: its pairs in ``taken``, its bound in ``bounds``.

    Return the work it took: nodes times candidates.
    """
    work = 0.0
    size = longest(bench)
    items, left = new_items(size), new_left(bench.capacity.shape[1])
    place, chosen = np.empty(size, np.int64), np.empty(size, np.int32)
    taken[:] = 0
    for e in range(len(bench.first) - 1):
        sums = surrogate(bench, e, left)
        count = gather(bench, e, reduced, sums, items, place)
        bounds[e] = 0.0
        if count > 0:
            bound, used, many = best_bundle(items, count, left, 2.0, nodes, chosen)
            work += used * count
            bounds[e] = bound
            for k in range(many):
                taken[place[chosen[k]]] = 1
    return work


@compiled
def regrets(bench: Bench, reduced: Floats, nodes: int, bounds: Floats, least: float, out: Floats) -> None:
    """Tell what taking each pair costs its expert: the best bundle with it less the best bundle, at most 0.

    Pairs of which ``reduced`` is below ``least`` keep that instead.
    """
    size = longest(bench)
    items, others, left = new_items(size), new_items(size), new_left(bench.capacity.shape[1])
    place, chosen = np.empty(size, np.int64), np.empty(size, np.int32)
    one = new_items(1)
    for e in range(len(bench.first) - 1):
        sums = surrogate(bench, e, left)
        count = gather(bench, e, reduced, sums, items, place)
        for p in range(bench.first[e], bench.first[e + 1]):
            out[p] = reduced[p]
            if reduced[p] < least:
                continue
            s = bench.slot[p]
            one.hours[0], one.days[0] = bench.hours[p], bench.days[s]
            one.start[0], one.length[0] = bench.start[s], bench.length[s]
            shift(one, 0, -1, left)
            m = 0
            for k in range(count):
                if items.request[k] != bench.request[p] and item_fits(items, k, left):
                    copy_item(items, k, others, m)
                    m += 1
            room = 2.0 - use_of(bench, p, sums[0], sums[1])
            bound, _, _ = best_bundle(others, m, left, room, nodes, chosen)
            out[p] = min(0.0, reduced[p] + bound - bounds[e])
            shift(one, 0, 1, left)
