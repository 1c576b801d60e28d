"""Seeded draws for one record, so that a record depends on its seed and number alone and not on how many there are."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

BLOCK = 128  # uniform numbers drawn at a time: one call for each number would cost thirty times as much


class Weighted(Generic[T]):
    """Options with weights, prepared once for many draws."""

    def __init__(self, options: Sequence[T], weights: Sequence[float]) -> None:
        if len(options) != len(weights) or not options:
            raise ValueError("as many weights as options, at least one")
        self.options = tuple(options)
        bounds = list(accumulate(weights))
        self.bounds = [bound / bounds[-1] for bound in bounds]

    def at(self, share: float) -> T:
        """Return the option at ``share`` (0 to below 1) of the total weight."""
        return self.options[min(bisect_right(self.bounds, share), len(self.options) - 1)]


class Dice:
    """Draws from numpy's PCG64, seeded by (seed, kind of record, number of record)."""

    def __init__(self, seed: int, kind: int, number: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, kind, number]))
        self._shares: list[float] = []

    def share(self) -> float:
        """Return a number from 0 to below 1."""
        if not self._shares:
            self._shares = self._generator.random(BLOCK).tolist()
        return self._shares.pop()

    def chance(self, probability: float) -> bool:
        """Return True with ``probability``."""
        return self.share() < probability

    def between(self, low: float, high: float) -> float:
        """Return a number from ``low`` to ``high``."""
        return low + (high - low) * self.share()

    def integer(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of ``options``, each as likely."""
        return options[int(self.share() * len(options))]

    def draw(self, options: Weighted[T]) -> T:
        """Return one of ``options`` by weight."""
        return options.at(self.share())

    def sample(self, options: Sequence[T], count: int) -> tuple[T, ...]:
        """Return ``count`` different options (all, if there are fewer) in the order of ``options``."""
        left = list(range(len(options)))
        chosen = [left.pop(int(self.share() * len(left))) for _ in range(min(count, len(options)))]
        return tuple(options[i] for i in sorted(chosen))

    def draw_several(self, options: Weighted[T], count: int) -> tuple[T, ...]:
        """Return up to ``count`` different options by weight; fewer when the same one comes up again and again."""
        chosen: dict[T, None] = {}
        for _ in range(4 * count):
            if len(chosen) == count:
                break
            chosen[self.draw(options)] = None
        return tuple(chosen)
