"""Steps towards lower prices: of a length that falls, scaled by each price's recent gradients (Adam)."""

import numpy as np

from matching.columns import Floats

KEEP_MEAN, KEEP_SQUARE = 0.9, 0.95
"""Shares of the mean and mean square of gradients kept from one step to the next."""
FLOOR = 0.1
"""Added to the scale, so that prices that seldom move do not leap."""


class Steps:
    """``count`` steps for ``size`` prices, the first of length ``hot``, the last of ``cold``, in points."""

    def __init__(self, size: int, count: int, hot: float, cold: float) -> None:
        self._mean, self._square = np.zeros(size), np.zeros(size)
        self._count, self._hot, self._cold, self._done = count, hot, cold, 0

    def step(self, gradient: Floats) -> Floats:
        """Return what to take off the prices."""
        share = min(self._done, self._count) / self._count
        self._done += 1
        self._mean = KEEP_MEAN * self._mean + (1 - KEEP_MEAN) * gradient
        self._square = KEEP_SQUARE * self._square + (1 - KEEP_SQUARE) * gradient * gradient
        length = self._hot * (self._cold / self._hot) ** share
        scale = np.sqrt(self._square / (1 - KEEP_SQUARE**self._done)) + FLOOR
        step: Floats = length / (1 - KEEP_MEAN**self._done) * self._mean / scale
        return step
