"""Chains of moves: each an annealing from a plan given, with draws of its own, so that several go side by side."""

import numpy as np

from matching.columns import Ints
from matching.national.annealing import anneal
from matching.national.instance import Instance
from matching.national.moves import heads_at, load
from matching.national.units import Board, empty_state, seed_of

SEEDS_APART = 2**31
"""More than the largest seed of a run, so that no two chains of any two runs draw alike."""


class Chain:
    """One annealing; ``at`` and ``heads`` are its best plan by slot, ``value`` what the moves see as its value."""

    def __init__(self, board: Board, instance: Instance, number: int, seed: int, at: Ints, heads: Ints) -> None:
        self._board, self._instance = board, instance
        self._random = seed_of(seed + SEEDS_APART * number)
        self.begin_from(at, heads)

    def begin_from(self, at: Ints, heads: Ints) -> None:
        """Go on from another plan, which is then the best one of the chain."""
        self.at, self.heads = at.copy(), heads.copy()
        self._state = empty_state(self._instance, self._random)
        load(self._board, self._state, self.at, self.heads)
        self.value = float(self._state.objective[0])

    def advance(self, moves: int, heat: float) -> None:
        """Make ``moves`` at ``heat`` points, then sum up anew what drifts; does not hold the interpreter."""
        board = self._board
        self.value = anneal(board, self._state, moves, heat, heat, self.value, self.at, self.heads)
        now = np.zeros_like(self.heads)
        heads_at(board, self._state, now)
        fresh = empty_state(self._instance, self._random)
        load(board, fresh, self._state.at, now)
        self._state = fresh
