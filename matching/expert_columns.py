"""Experts in columns, so that a rule or a part of fit is worked out for all of them at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.problem import Expert, Location, Problem, Slot

Floats = NDArray[np.float64]
Levels = NDArray[np.int64]
Marks = NDArray[np.bool_]
Positions = NDArray[np.int64]

SECURITY_PREFIXES = ("SE1-", "SE2-")
"""DSS 1.2: セキュリティマネジメント and セキュリティ技術."""
BUSINESS_PREFIX = "BT"
TECHNICAL_PREFIXES = ("DU", "TE", "SE")
"""DSS 1.2: ビジネス変革 on one side, データ活用, テクノロジー and セキュリティ on the other."""

RATING_PRIOR = 3.5
RATING_PRIOR_COUNT = 5


class ExpertColumns:
    """N experts in columns: arrays are N long, or N × T for what is given by month.

    ``bases``: N × 2 degrees, NaN where not known. ``longest_travel``: minutes, infinite without a limit.
    ``security``, ``business``, ``technical``: the best level over the codes with these prefixes.
    ``rating``: 0–5, drawn towards the prior by how few evaluations there are.
    """

    def __init__(self, experts: Sequence[Expert], problem: Problem) -> None:
        self.count = len(experts)
        self.position = {expert.id: index for index, expert in enumerate(experts)}
        shape = (self.count, len(problem.months))
        self.hours = np.array([expert.hours for expert in experts], dtype=np.float64).reshape(shape)
        self.max_engagements = np.array([expert.max_engagements for expert in experts], dtype=np.float64).reshape(shape)
        self.onsite_days = np.array([expert.onsite_days for expert in experts], dtype=np.float64).reshape(shape)
        self.hourly_rate = np.array([expert.hourly_rate for expert in experts], dtype=np.float64)
        self.longest_travel = np.array(
            [np.inf if expert.max_travel_minutes is None else expert.max_travel_minutes for expert in experts],
            dtype=np.float64,
        )
        self.bases = np.array([_base(expert, problem) for expert in experts], dtype=np.float64).reshape(self.count, 2)
        self.rating = np.array([_rating(expert) for expert in experts], dtype=np.float64)
        self._levels = _by_code(
            (code, index, level) for index, e in enumerate(experts) for code, level in e.skills.items()
        )
        self.security = self._best(SECURITY_PREFIXES)
        self.business = self._best((BUSINESS_PREFIX,))
        self.technical = self._best(TECHNICAL_PREFIXES)
        self._marks = {
            name: _by_code((code, index, 1) for index, expert in enumerate(experts) for code in getattr(expert, name))
            for name in ("talent_types", "roles", "stages", "themes", "work_modes", "conflicts")
        }

    def level(self, skill: str) -> Levels:
        """Return the attained level of ``skill``, 0 where it is absent."""
        return self._spread(self._levels.get(skill))

    def has(self, name: str, code: str) -> Marks:
        """Tell whose list ``name`` (``roles``, ``stages``, ``conflicts`` …) holds ``code``."""
        return self._spread(self._marks[name].get(code)).astype(np.bool_)

    def anyone(self, name: str, code: str) -> bool:
        """Tell whether somebody's list ``name`` holds ``code``."""
        return code in self._marks[name]

    def least(self, by_month: Floats, slot: Slot, experts: Positions) -> Floats:
        """Return the smallest number of each of ``experts`` in the months of ``slot``."""
        least: Floats = by_month[experts, slot.start : slot.start + slot.length].min(axis=1)
        return least

    def _spread(self, entries: tuple[Positions, Levels] | None) -> Levels:
        column = np.zeros(self.count, dtype=np.int64)
        if entries is not None:
            column[entries[0]] = entries[1]
        return column

    def _best(self, prefixes: tuple[str, ...]) -> Levels:
        best = np.zeros(self.count, dtype=np.int64)
        for code, (positions, levels) in self._levels.items():
            if code.startswith(prefixes):
                best[positions] = np.maximum(best[positions], levels)
        return best


def _by_code(entries: Iterable[tuple[str, int, int]]) -> dict[str, tuple[Positions, Levels]]:
    gathered: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for code, position, value in entries:
        positions, values = gathered[code]
        positions.append(position)
        values.append(value)
    return {
        code: (np.array(positions, dtype=np.int64), np.array(values, dtype=np.int64))
        for code, (positions, values) in gathered.items()
    }


def _base(expert: Expert, problem: Problem) -> tuple[float, float]:
    place = expert.base
    if isinstance(place, str):
        organization = problem.organization_by_id.get(place)
        place = organization.location if organization is not None else None
    return (place.lat, place.lon) if isinstance(place, Location) else (np.nan, np.nan)


def _rating(expert: Expert) -> float:
    if expert.rating is None:
        return RATING_PRIOR
    total = RATING_PRIOR * RATING_PRIOR_COUNT + expert.rating.mean * expert.rating.count
    return total / (RATING_PRIOR_COUNT + expert.rating.count)
