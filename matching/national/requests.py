"""Each request's best plan at given prices of pairs: who takes which slot, within its budget, teams whole; compiled.

Pairs of a slot are gone through in order of what they charge: one that charges more and gains no more than another of
the slot is in no best plan. A search cut off after ``nodes`` still returns an upper bound.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.columns import Floats, Ints, Mask
from matching.national.compiled import compiled

NOTHING = 1e-9
"""Points within which two plans of a request are worth the same; as much is added to its bound."""
NOBODY = -1


class Desk(NamedTuple):
    """Pairs in order of slot and then of what they charge with a head, where one can be had.

    ``pair``: P, the pairs in that order; ``charge`` in the same. ``slot_start``, ``request_start``: where the pairs of
    each slot and the slots of each request begin. ``must``: slots that are filled whenever their request is;
    ``whole``: requests filled whole or not at all; ``kept``: requests whose ``must`` slots are filled in every plan.
    """

    pair: Ints
    charge: Floats
    slot_start: Ints
    request_start: Ints
    budget: Floats
    must: Mask
    whole: Mask
    kept: Mask


class Options(NamedTuple):
    """The options of the slots of one request, by slot and then by charge; ``ends`` by slot, ``at`` as they are tried.

    ``most``, ``least``: what this slot and those after it gain at most and charge at least.
    """

    gain: Floats
    charge: Floats
    pair: Ints
    ends: NDArray[np.int64]
    at: NDArray[np.int64]
    most: Floats
    least: Floats
    best: NDArray[np.int64]


@compiled
def new_options(desk: Desk) -> Options:
    """Return room for the request with most pairs."""
    pairs, slots = 1, 1
    for r in range(len(desk.request_start) - 1):
        begins, ends = desk.request_start[r], desk.request_start[r + 1]
        slots = max(slots, ends - begins)
        pairs = max(pairs, desk.slot_start[ends] - desk.slot_start[begins] + ends - begins)
    return Options(
        np.empty(pairs),
        np.empty(pairs),
        np.empty(pairs, np.int32),
        np.empty(slots + 1, np.int64),
        np.empty(slots + 1, np.int64),
        np.empty(slots + 1),
        np.empty(slots + 1),
        np.empty(slots + 1, np.int64),
    )


@compiled
def gather(desk: Desk, r: int, gains: Floats, options: Options) -> bool:
    """Put what the slots of request ``r`` can choose from into ``options``; tell whether each that must has anybody."""
    n, first = 0, desk.request_start[r]
    slots = desk.request_start[r + 1] - first
    options.ends[0] = 0
    for k in range(slots):
        s, top = first + k, -np.inf
        if not desk.must[s]:
            options.gain[n], options.charge[n], options.pair[n] = 0.0, 0.0, NOBODY
            n, top = n + 1, 0.0
        for i in range(desk.slot_start[s], desk.slot_start[s + 1]):
            p = desk.pair[i]
            if gains[p] > top:
                options.gain[n], options.charge[n], options.pair[n] = gains[p], desk.charge[i], p
                n, top = n + 1, gains[p]
        if n == options.ends[k]:
            return False
        options.ends[k + 1] = n
    options.most[slots] = options.least[slots] = 0.0
    for k in range(slots - 1, -1, -1):
        options.most[k] = options.most[k + 1] + options.gain[options.ends[k + 1] - 1]
        options.least[k] = options.least[k + 1] + options.charge[options.ends[k]]
    return True


@compiled
def best_choice(options: Options, slots: int, budget: float, nodes: int) -> Any:
    """Return an upper bound of the best choice within ``budget``, and whether one was found (in ``options.best``)."""
    best, given_up, used, k = -np.inf, -np.inf, 0, 0
    gained, spent = np.zeros(slots + 1), np.zeros(slots + 1)
    options.at[0] = options.ends[1] - 1
    while k >= 0:
        o = options.at[k]
        if o < options.ends[k] or gained[k] + options.gain[o] + options.most[k + 1] <= best + NOTHING:
            k -= 1  # what is left of this slot gains no more than what is known
            continue
        options.at[k] = o - 1
        if spent[k] + options.charge[o] + options.least[k + 1] > budget:
            continue
        used += 1
        if used > nodes:
            given_up = max(given_up, gained[k] + options.gain[o] + options.most[k + 1])
            continue
        gained[k + 1], spent[k + 1] = gained[k] + options.gain[o], spent[k] + options.charge[o]
        k += 1
        if k < slots:
            options.at[k] = options.ends[k + 1] - 1
            continue
        best = gained[k]
        for j in range(slots):
            options.best[j] = options.at[j] + 1
        k -= 1
    return max(best, given_up), best > -np.inf


@compiled
def best_plans(
    desk: Desk, gains: Floats, nodes: int, taken: NDArray[np.int8], bounds: Floats, begins: int, ends: int
) -> None:
    """Find the best plans of requests ``begins`` to ``ends`` - 1: their pairs in ``taken``, their bounds in ``bounds``.

    ``gains``: P, what each pair gains its request. A request that no plan is found for within its budget is worth
    what it would be without one, if it has to be filled, and nothing otherwise.
    """
    options = new_options(desk)
    for r in range(begins, ends):
        first, slots = desk.request_start[r], desk.request_start[r + 1] - desk.request_start[r]
        for i in range(desk.slot_start[first], desk.slot_start[first + slots]):
            taken[desk.pair[i]] = 0
        bounds[r] = 0.0
        if slots == 0 or not gather(desk, r, gains, options):
            continue
        bound, known = best_choice(options, slots, desk.budget[r], nodes)
        if desk.kept[r] and bound == -np.inf:
            bound = options.most[0]
        if desk.whole[r] and not desk.kept[r] and bound <= 0.0:
            continue
        bounds[r] = bound + NOTHING
        for j in range(slots):
            if known and options.pair[options.best[j]] != NOBODY:
                taken[options.pair[options.best[j]]] = 1
