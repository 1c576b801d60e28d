"""What one more filled slot is worth in points, given what is filled already."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns, Floats, Mask
from matching.policy import Goal


class Worth:
    """Points of pairs under ``goal``. ``alone``: P, of each pair as the only one chosen, net if it can be."""

    def __init__(self, columns: Columns, goal: Goal) -> None:
        weights, pairs = goal.weights, columns.pairs
        points = columns.priority * (weights.coverage + weights.fit * pairs.fit) + weights.stability * columns.previous
        self._columns, self._equity = columns, weights.equity
        self._net: Floats = points - (columns.heads.counted - columns.heads.relief) / goal.yen_per_point
        self._gross: Floats = points - columns.heads.counted / goal.yen_per_point
        self._served: list[list[tuple[int, int]]] = [[] for _ in columns.slot_ids]
        for number, served in enumerate(columns.served):
            for slot in served.slots.tolist():
                self._served[slot].append((number, len(served.organizations)))
        first = np.array([sum(many for _, many in served) for served in self._served], dtype=np.float64)
        self.alone: Floats = self._net + self._equity * (first[pairs.slot] if len(pairs) else np.empty(0))

    def added(self, pair: int, *, net: bool, reached: Sequence[int]) -> float:
        """Return what ``pair`` adds when ``reached`` slots are filled for each of ``Columns.served``."""
        base = self._net if net else self._gross
        served = self._served[int(self._columns.pairs.slot[pair])]
        return float(base[pair]) + self._equity * sum(many / (reached[number] + 1) for number, many in served)

    def alone_now(self, pairs: NDArray[np.int64], net: Mask) -> Floats:
        """Return the points of ``pairs`` without equity, of those marked in ``net`` as they count with a head."""
        return np.where(net, self._net[pairs], self._gross[pairs])

    def count(self, slot: int, reached: list[int], by: int = 1) -> None:
        """Add ``slot`` to ``reached``, or take it away again with ``by`` -1."""
        for number, _ in self._served[slot]:
            reached[number] += by
