"""Each expert's best feasible set of slots (bundle) at given prices, compiled.

A bundle keeps hours, engagements and days on site in every month, and takes at most one slot of a request. The bound
of a node is the fractional knapsack over one surrogate row: all limits of the expert added up, each with its share. It
holds for any shares; from one step of prices to the next they follow the limits that the fractional choice exceeds.
A search cut off after ``nodes`` still returns an upper bound.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.columns import Floats, Ints
from matching.national.compiled import compiled
from matching.national.items import (
    NOTHING,
    Items,
    Left,
    Longs,
    best_bundle,
    copy_item,
    is_open,
    item_fits,
    new_items,
    shift,
)

PACE, LEAST_SHARE = 0.3, 1e-4
"""How fast shares follow the use of their limits, and the least a share may be before all are made to add up to 1."""
ROW = 1.0 + 1e-9
"""What the surrogate row holds: the sum of all shares, and as much again as rounding may take off."""
EARLY_ROUNDS = 12
"""How often shares are adapted before an expert's first bundle."""

Marks = NDArray[np.int8]


class Bench(NamedTuple):
    """Pairs in order of expert (those of e at ``first[e]``) and what the experts have, for the compiled loops.

    ``start``, ``length``, ``days``, ``request``: by slot. ``share``: E × 3 × T, of hours, engagements and days in the
    surrogate row; adds up to 1 for each expert, or is all 0 before the first bundle.
    """

    first: Ints
    slot: Ints
    hours: Floats
    start: Ints
    length: Ints
    days: Floats
    request: Ints
    capacity: Floats
    engagements: Ints
    days_free: Floats
    share: Floats


class Room(NamedTuple):
    """What one thread writes into while it works on an expert."""

    found: Items
    items: Items
    others: Items
    place: Longs
    chosen: Ints
    left: Left
    use: Floats


@compiled
def reduce_values(slot: Ints, value: Floats, charge: Floats, cost: Floats, by_slot: Floats, out: Floats) -> None:
    """Write to ``out`` each pair's value at prices; ``by_slot``: points more, per yen charged, and per yen of cost."""
    for p in range(len(slot)):
        s = slot[p]
        out[p] = value[p] + by_slot[s, 0] - by_slot[s, 1] * charge[p] - by_slot[s, 2] * cost[p]


@compiled
def new_room(bench: Bench) -> Room:
    """Return room for the expert with most pairs."""
    size = 1
    for e in range(len(bench.first) - 1):
        size = max(size, bench.first[e + 1] - bench.first[e])
    months = bench.capacity.shape[1]
    left = Left(np.empty(months), np.empty(months, np.int64), np.empty(months))
    items = (new_items(size), new_items(size), new_items(size))
    place, chosen = np.empty(size, np.int64), np.empty(size, np.int32)
    return Room(items[0], items[1], items[2], place, chosen, left, np.empty((3, months)))


@compiled
def gather(bench: Bench, e: int, reduced: Floats, room: Room) -> int:
    """Put the pairs of ``e`` that are worth something and fit alone into ``room.found``; return how many."""
    found, left = room.found, room.left
    for t in range(bench.capacity.shape[1]):
        left.hours[t] = bench.capacity[e, t]
        left.engagements[t] = bench.engagements[e, t]
        left.days[t] = bench.days_free[e, t]
    n = 0
    for p in range(bench.first[e], bench.first[e + 1]):
        if reduced[p] > NOTHING:
            s = bench.slot[p]
            found.gain[n], found.hours[n], found.days[n] = reduced[p], bench.hours[p], bench.days[s]
            found.request[n], found.start[n], found.length[n] = bench.request[s], bench.start[s], bench.length[s]
            if item_fits(found, n, left):
                room.place[n] = p
                n += 1
    return n


@compiled
def rank(room: Room, n: int, share: Floats) -> None:
    """Copy the ``n`` candidates found to ``room.items`` with their places, most gain for what they take first."""
    found, left = room.found, room.left
    density = np.empty(n)
    for k in range(n):
        found.weight[k] = weight_of(found, k, left, share)
        density[k] = -found.gain[k] / found.weight[k]
    order = np.argsort(density)
    place = room.place[:n].copy()
    for k in range(n):
        copy_item(found, order[k], room.items, k)
        room.place[k] = place[order[k]]
    for k in range(n):  # in the same order, so that ranking again finds the places it left
        copy_item(room.items, k, found, k)


@compiled
def weight_of(items: Items, k: int, left: Left, share: Floats) -> float:
    """Return how much of the surrogate row (which holds 1) candidate ``k`` takes."""
    used = 1e-12
    for t in range(items.start[k], items.start[k] + items.length[k]):
        used += share[0, t] * items.hours[k] / left.hours[t] + share[1, t] / left.engagements[t]
        if items.days[k] > 0:
            used += share[2, t] * items.days[k] / left.days[t]
    return used


@compiled
def relax(room: Room, n: int) -> Any:
    """Return the root's bound, and the gain for what is taken where it breaks off; ``room.use`` by limit."""
    items, left, use = room.items, room.left, room.use
    use[:] = 0.0
    rest, bound = ROW, 0.0
    for k in range(n):
        part = min(1.0, rest / items.weight[k])
        bound += part * items.gain[k]
        rest -= part * items.weight[k]
        for t in range(items.start[k], items.start[k] + items.length[k]):
            use[0, t] += part * items.hours[k] / left.hours[t]
            use[1, t] += part / left.engagements[t]
            if items.days[k] > 0:
                use[2, t] += part * items.days[k] / left.days[t]
        if part < 1.0:
            return bound, items.gain[k] / items.weight[k]
    return bound, 0.0


@compiled
def reshare(share: Floats, use: Floats) -> None:
    """Give limits that ``use`` exceeds a larger share of the surrogate row, others a smaller one."""
    total = 0.0
    for i in range(3):
        for t in range(share.shape[1]):
            if share[i, t] > 0.0:
                share[i, t] = max(LEAST_SHARE, share[i, t] * np.exp(PACE * (min(use[i, t], 3.0) - 1.0)))
                total += share[i, t]
    share /= max(total, LEAST_SHARE)


@compiled
def first_share(share: Floats, left: Left) -> None:
    """Share the surrogate row out evenly over the limits that leave anything."""
    for t in range(share.shape[1]):
        if left.hours[t] > 0 and left.engagements[t] > 0:
            share[0, t], share[1, t] = 1.0, 1.0
            if left.days[t] > 1e-6:
                share[2, t] = 0.2
    share /= max(share.sum(), LEAST_SHARE)


@compiled
def begin(room: Room, n: int, taken: Marks) -> Any:
    """Return value and size of a bundle to begin with, in ``room.chosen``: the last one, or what fits in turn."""
    items, trial = room.items, np.empty(n, np.int32)
    value, size, total, depth = 0.0, 0, 0.0, 0
    for k in range(n):
        if taken[room.place[k]]:
            room.chosen[size] = k
            size += 1
            value += items.gain[k]
        if is_open(items, k, trial, depth, room.left):
            trial[depth] = k
            depth += 1
            total += items.gain[k]
            shift(items, k, -1, room.left)
    for d in range(depth):
        shift(items, trial[d], 1, room.left)
    if total > value:
        value, size = total, depth
        room.chosen[:depth] = trial[:depth]
    return value, size


@compiled
def thin(room: Room, n: int, bound: float, edge: float, least: float, size: int) -> int:
    """Leave out candidates with which no bundle is worth more than ``least``; return how many are left.

    The ``size`` candidates in ``room.chosen``, which are worth ``least``, stay.
    """
    items, m = room.items, 0
    for k in range(n):
        lost = edge * items.weight[k] - items.gain[k]
        keep = lost <= 0.0 or bound - lost > least
        for d in range(size):
            if room.chosen[d] == k:
                room.chosen[d] = m
                keep = True
        if keep:
            if m < k:
                copy_item(items, k, items, m)
                room.place[m] = room.place[k]
            m += 1
    return m


@compiled
def prepare(bench: Bench, e: int, reduced: Floats, room: Room, rounds: int) -> Any:
    """Rank the candidates of ``e`` in ``room.items``; return how many, the root's bound and where it breaks off.

    The shares are adapted once for the next time, and ``rounds`` times before.
    """
    n = gather(bench, e, reduced, room)
    if n == 0:
        return 0, 0.0, 0.0
    share = bench.share[e]
    if share[1].sum() == 0.0:
        first_share(share, room.left)
        rounds = max(rounds, EARLY_ROUNDS)
    for _ in range(rounds):
        rank(room, n, share)
        relax(room, n)
        reshare(share, room.use)
    rank(room, n, share)
    bound, edge = relax(room, n)
    reshare(share, room.use)
    return n, bound, edge


@compiled
def best_bundles(
    bench: Bench, reduced: Floats, nodes: int, rounds: int, taken: Marks, bounds: Floats, begins: int, ends: int
) -> float:
    """Find the best bundles of experts ``begins`` to ``ends`` - 1 at values ``reduced``.

    Their pairs are marked in ``taken``, which has to hold bundles before, their bounds are in ``bounds``. Return the
    work it took: nodes times candidates.
    """
    work, room = 0.0, new_room(bench)
    for e in range(begins, ends):
        n, root, edge = prepare(bench, e, reduced, room, rounds)
        bounds[e] = 0.0
        size = 0
        if n > 0:
            value, size = begin(room, n, taken)
            if root > value + NOTHING:
                n = thin(room, n, root, edge, value, size)
                value, used, size = best_bundle(room.items, n, room.left, ROW, nodes, value, size, room.chosen)
                work += used * n
            bounds[e] = min(value, root)
            bounds[e] = max(bounds[e], 0.0)
        taken[bench.first[e] : bench.first[e + 1]] = 0
        for k in range(size):
            taken[room.place[room.chosen[k]]] = 1
    return work


@compiled
def regrets(bench: Bench, reduced: Floats, nodes: int, wanted: Marks, out: Floats, begins: int, ends: int) -> None:
    """Tell what taking each ``wanted`` pair costs its expert: the best bundle with it less the best bundle, at most 0.

    Other pairs keep ``reduced``.
    """
    room, one = new_room(bench), new_items(1)
    nobody = np.zeros(len(reduced), np.int8)
    for e in range(begins, ends):
        n, _, _ = prepare(bench, e, reduced, room, 0)
        best, size = 0.0, 0
        if n > 0:
            value, size = begin(room, n, nobody)
            best, _, size = best_bundle(room.items, n, room.left, ROW, nodes, value, size, room.chosen)
        for p in range(bench.first[e], bench.first[e + 1]):
            out[p] = reduced[p]
            if not wanted[p]:
                continue
            s = bench.slot[p]
            one.hours[0], one.days[0] = bench.hours[p], bench.days[s]
            one.start[0], one.length[0] = bench.start[s], bench.length[s]
            row = ROW - (weight_of(one, 0, room.left, bench.share[e]) if n > 0 else 0.0)
            shift(one, 0, -1, room.left)
            m = 0
            for k in range(n):
                if room.items.request[k] != bench.request[s] and item_fits(room.items, k, room.left):
                    copy_item(room.items, k, room.others, m)
                    m += 1
            bound, _, _ = best_bundle(room.others, m, room.left, row, nodes, 0.0, 0, room.chosen)
            out[p] = min(0.0, reduced[p] + bound - best)
            shift(one, 0, 1, room.left)
