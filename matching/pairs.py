"""Eligible pairs in columns: what the model works on, made by scoring or brought ready-made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class PairTable:
    """P eligible pairs, one row each, sorted by slot and then expert (positions in the problem's lists).

    ``expert``, ``slot``: int32 positions, slots counted over all requests in file order (``Problem.seats``).
    ``fit``: 0–1. ``cost``, ``net_cost``: yen over the slot. ``hours``: a month. ``parts``: P × len(PARTS) points, or
    P × 0 when pairs came ready-made. ``travel_minutes`` (one way), ``travel_yen`` (over the slot): 0 where none.
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
    funnel: tuple[tuple[FunnelStep, ...], ...] = ()
    blocked_by: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """First rule that blocks a pair that was asked about (pins and pairs in force), by (slot, expert) position."""

    def __len__(self) -> int:
        return len(self.expert)
