"""Which pairs a plan may choose at all, and why not the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.chosen import Chosen
from matching.columns import Columns, Mask
from matching.obstacles import Obstacles
from matching.rows import BUDGETS, Kind

ALONE = (Kind.HOURS, Kind.MAX_ENGAGEMENTS, Kind.ONSITE_DAYS, *BUDGETS)
"""Limits that a pair can break all by itself, in the order they are told."""


@dataclass(frozen=True, slots=True)
class Usable:
    """Which pairs a plan may choose, and why not the others.

    ``mask``: P. ``broken``: P, the kind of the limit that the pair breaks all by itself, -1 where none.
    ``hopeless``: requests to be filled whole of which a required slot has no usable pair.
    """

    mask: Mask
    broken: NDArray[np.int8]
    hopeless: frozenset[int]


def usable_pairs(columns: Columns) -> Usable:
    """Return the pairs left when forbidden ones, ones too big for a limit, and teams with a gap are taken out."""
    broken = too_big(columns)
    mask = (broken < 0) & ~columns.forbidden
    has_pair = np.zeros(len(columns.slot_ids), dtype=np.bool_)
    has_pair[columns.pairs.slot[mask]] = True
    gaps = columns.slot_request[~has_pair & columns.slot_required]
    hopeless = np.zeros(len(columns.request_whole), dtype=np.bool_)
    hopeless[gaps[columns.request_whole[gaps]]] = True
    mask &= ~hopeless[columns.request]
    return Usable(mask, broken, frozenset(np.flatnonzero(hopeless).tolist()))


def too_big(columns: Columns) -> NDArray[np.int8]:
    """Return P: the kind of the first limit that a pair breaks all by itself, -1 where it breaks none."""
    nothing = Chosen(np.empty(0, dtype=np.int32), np.empty(0))
    found = Obstacles(columns, nothing).of(np.arange(len(columns.pairs)))
    broken = np.full(len(found), -1, dtype=np.int8)
    for kind in reversed(ALONE):
        broken[(found & (1 << kind)) > 0] = kind
    return broken
