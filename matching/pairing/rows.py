"""Room for pairs that the compiled loops write into, one column for each figure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.expert_columns import Floats
from matching.pairs import PARTS

Longs = NDArray[np.int64]


class Made(NamedTuple):
    """M rows. ``parts`` (M × 6), ``travel_minutes`` and ``travel_yen`` have no rows where they are not wanted.

    ``worth``: points of the pair taken alone, without equity and stability.
    """

    expert: NDArray[np.int32]
    slot: NDArray[np.int32]
    fit: Floats
    cost: Floats
    net_cost: Floats
    hours: Floats
    worth: Floats
    parts: Floats
    travel_minutes: Floats
    travel_yen: Floats


def room_for(rows: int, *, lean: bool) -> Made:
    """Return room for ``rows`` pairs, ``lean``: without parts and travel."""
    fit, cost, net_cost, hours, worth = (np.empty(rows) for _ in range(5))
    extra = 0 if lean else rows
    return Made(
        np.empty(rows, dtype=np.int32),
        np.empty(rows, dtype=np.int32),
        fit,
        cost,
        net_cost,
        hours,
        worth,
        np.empty((extra, len(PARTS))),
        np.empty(extra),
        np.empty(extra),
    )


class Offer(NamedTuple):
    """People looked at for one slot: ``people``, where each stands among all, and what each would take and cost.

    ``alive``: positions in these columns of those whom no rule has blocked yet. ``km``: straight, NaN where not known
    or none. ``minutes``: one way. ``free``: hours in the tightest month. ``seen``: for adding things up.
    """

    people: Longs
    alive: Longs
    km: Floats
    minutes: Longs
    hours: Floats
    free: Floats
    travel_yen: Floats
    cost: Floats
    net_cost: Floats
    seen: Floats


def room_for_offers(people: int) -> Offer:
    """Return room for an offer of everyone."""
    whole, floats = [np.empty(people, dtype=np.int64) for _ in range(3)], [np.empty(people) for _ in range(7)]
    return Offer(whole[0], whole[1], floats[0], whole[2], *floats[1:])
