"""Experts as the compiled loops read them: bit sets for what one has or has not, bytes for levels."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.expert_columns import ExpertColumns, Floats, Marks
from matching.scoring import DECIMALS, HIGHEST_LEVEL, HIGHEST_RATING, POINTS
from matching.travel import across_the_sea

BITS = 64
NOBODY = 0
"""The number of the bit set that is empty."""

Words = NDArray[np.uint64]


class People(NamedTuple):
    """N experts, K bit sets of W words over them, L skills with levels, T months.

    ``sets``: K × W. ``everyone``: W. ``levels``: L × N. ``hours``, ``days``: N × T.
    ``longest_travel``: minutes, infinite without a limit. ``bridging``, ``rating``: points, the same in every slot.
    ``across``: whether the base is across the sea.
    """

    sets: Words
    everyone: Words
    levels: NDArray[np.uint8]
    hours: Floats
    days: Floats
    hourly_rate: Floats
    longest_travel: Floats
    bridging: Floats
    rating: Floats
    across: Marks


class Register:
    """Gives each bit set and each skill a number when it is first asked for, and makes them in the end."""

    def __init__(self, columns: ExpertColumns) -> None:
        self._columns = columns
        self._sets: dict[tuple[str, str, int], int] = {("", "", 0): NOBODY}
        self._skills: dict[str, int] = {}

    def having(self, name: str, code: str) -> int:
        """Return the number of the set of those whose list ``name`` holds ``code``."""
        return self._number(name, code, 0)

    def against(self, organization: str) -> int:
        """Return the number of the set of those who have a conflict of interest with ``organization``."""
        known = self._columns.anyone("conflicts", organization)
        return self.having("conflicts", organization) if known else NOBODY

    def skilled(self, code: str, level: int) -> int:
        """Return the number of the set of those with at least ``level`` of the skill ``code``."""
        return self._number("level", code, level)

    def secure(self, level: int) -> int:
        """Return the number of the set of those with at least ``level`` of security."""
        return self._number("security", "", level)

    def engaging(self, first: int, length: int) -> int:
        """Return the number of the set of those who may take an engagement in each of these months."""
        return self._number("engaging", str(first), length)

    def skill(self, code: str) -> int:
        """Return the row of the skill ``code`` in ``People.levels``."""
        return self._skills.setdefault(code, len(self._skills))

    def people(self) -> People:
        """Return the experts with every set and skill asked for so far."""
        columns = self._columns
        levels = np.zeros((len(self._skills), columns.count), dtype=np.uint8)
        for code, row in self._skills.items():
            levels[row] = columns.level(code)
        spans = (columns.business, columns.technical)
        return People(
            sets=np.array([packed(self._marks(*key)) for key in self._sets], dtype=np.uint64),
            everyone=packed(np.ones(columns.count, dtype=np.bool_)),
            levels=levels,
            hours=columns.hours,
            days=columns.onsite_days,
            hourly_rate=columns.hourly_rate,
            longest_travel=columns.longest_travel,
            bridging=(POINTS["bridging"] * (np.minimum(*spans) / HIGHEST_LEVEL)).round(DECIMALS),
            rating=(POINTS["rating"] * (columns.rating / HIGHEST_RATING)).round(DECIMALS),
            across=across_the_sea(columns.bases),
        )

    def _number(self, name: str, code: str, level: int) -> int:
        return self._sets.setdefault((name, code, level), len(self._sets))

    def _marks(self, name: str, code: str, level: int) -> Marks:
        if not name:
            return np.zeros(self._columns.count, dtype=np.bool_)
        if name == "level":
            return np.asarray(self._columns.level(code) >= level)
        if name == "engaging":
            fewest = self._columns.max_engagements[:, int(code) : int(code) + level].min(axis=1)
            return np.asarray(fewest >= 1)
        if name == "security":
            return np.asarray(self._columns.security >= level)
        return self._columns.has(name, code)


def packed(marks: Marks) -> Words:
    """Return ``marks`` as words of 64 bits, the first mark in the lowest bit."""
    bits = np.zeros(-(-len(marks) // BITS) * BITS, dtype=np.bool_)
    bits[: len(marks)] = marks
    return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)


def ragged(groups: Iterable[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each group begins (one more than there are groups), and all their numbers in a row."""
    listed = [list(group) for group in groups]
    starts = np.concatenate([[0], np.cumsum([len(group) for group in listed], dtype=np.int64)]).astype(np.int64)
    return starts, np.array([number for group in listed for number in group], dtype=np.int64)
