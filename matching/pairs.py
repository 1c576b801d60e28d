"""Eligible pairs in columns: what the model works on, made by scoring or brought ready-made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from matching.problem import STRICT, Count, Identifier

PARTS = ("skills", "experience", "bridging", "availability", "proximity", "rating")
"""The parts of a fit, in the order they are shown; each part's points add up to the fit."""

RULES = (
    "talent_type",
    "role",
    "mandatory_skills",
    "security_floor",
    "availability",
    "engagement_limit",
    "work_mode",
    "onsite_days",
    "travel_time",
    "rate_ceiling",
    "request_budget",
    "conflict_of_interest",
    "forbidden",
)
"""The named rules of eligibility, in the order they are applied."""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """What one rule removed: ``removed`` experts fell here, ``left`` are still eligible after it."""

    __pydantic_config__ = STRICT
    rule: Identifier
    removed: Count
    left: Count


class Funnels(Sequence[tuple[FunnelStep, ...]]):
    """The funnel of each slot, made when it is asked for. ``removed``: S × rules, experts that each rule removed.

    ``people``: how many experts there are.
    """

    def __init__(self, removed: NDArray[np.int64], people: int) -> None:
        self.removed, self._people = removed, people

    def __len__(self) -> int:
        return len(self.removed)

    @overload
    def __getitem__(self, index: int) -> tuple[FunnelStep, ...]: ...

    @overload
    def __getitem__(self, index: slice) -> "Funnels": ...

    def __getitem__(self, index: int | slice) -> "tuple[FunnelStep, ...] | Funnels":
        if isinstance(index, slice):
            return Funnels(self.removed[index], self._people)
        removed = self.removed[index]
        left = self._people - np.cumsum(removed)
        return tuple(map(FunnelStep, RULES, removed.tolist(), left.tolist()))


@dataclass(frozen=True, slots=True)
class PairTable:
    """P eligible pairs, one row each, sorted by slot and then expert (positions in the problem's lists).

    ``expert``, ``slot``: int32 positions, slots counted over all requests in file order (``Problem.seats``).
    ``fit``: 0–1. ``cost``, ``net_cost``: yen over the slot. ``hours``: a month. ``parts``: P × len(PARTS) points, or
    P × 0 when pairs came ready-made or the table is lean. ``travel_minutes`` (one way), ``travel_yen`` (over the
    slot): 0 where none, and in a lean table.
    ``funnel``: for each slot position, the steps of its funnel.
    """

    expert: NDArray[np.int32]
    slot: NDArray[np.int32]
    fit: NDArray[np.float64]
    cost: NDArray[np.float64]
    net_cost: NDArray[np.float64]
    hours: NDArray[np.float64]
    parts: NDArray[np.float64]
    travel_minutes: NDArray[np.float64]
    travel_yen: NDArray[np.float64]
    funnel: Sequence[tuple[FunnelStep, ...]] = ()
    blocked_by: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """First rule that blocks a pair that was asked about (pins and pairs in force), by (slot, expert) position."""

    def __len__(self) -> int:
        return len(self.expert)


COLUMNS = ("expert", "slot", "fit", "cost", "net_cost", "hours", "parts", "travel_minutes", "travel_yen")
"""The arrays of a table, one row for each pair."""


def rows_of(table: PairTable, rows: NDArray[np.int64]) -> PairTable:
    """Return the table with only the ``rows`` given; funnels stay those of all pairs."""
    return replace(table, **{name: getattr(table, name)[rows] for name in COLUMNS})


def without_details(table: PairTable) -> PairTable:
    """Return the table lean: without parts, and with travel that takes no memory."""
    nothing = np.broadcast_to(0.0, len(table))
    return replace(table, parts=np.empty((len(table), 0)), travel_minutes=nothing, travel_yen=nothing)
