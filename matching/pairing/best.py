"""The pairs worth most, compiled: of each slot, and of each expert."""

import numpy as np
from numpy.typing import NDArray

from matching.expert_columns import Floats
from matching.national.compiled import compiled
from matching.pairing.rows import Made
from matching.pairing.seats import Longs

Ints = NDArray[np.int32]


@compiled
def _is_better(worth: float, position: int, other_worth: float, other_position: int) -> bool:
    """Compare two pairs: worth more, or worth the same and earlier."""
    return worth > other_worth or (worth == other_worth and position < other_position)


@compiled
def _sift(worths: Floats, positions: Ints, count: int) -> None:
    """Put the first of a heap, whose least is first, where it belongs."""
    at = 0
    while True:
        least = at
        for child in (2 * at + 1, 2 * at + 2):
            if child < count and _is_better(worths[least], positions[least], worths[child], positions[child]):
                least = child
        if least == at:
            return
        worths[at], worths[least] = worths[least], worths[at]
        positions[at], positions[least] = positions[least], positions[at]
        at = least


@compiled
def best_of_slots(
    made: Made, slots: Longs, ends: Longs, kept: Ints, counts: Longs, eligible: Longs, left_out: Floats
) -> None:
    """Put each slot's most worthy experts into its row of ``kept`` (S × k), and say how many there are.

    ``eligible``: S, how many pairs there are. ``left_out``: S, points of the best pair that is not kept.
    """
    most = kept.shape[1]
    worths = np.empty(most)
    begin = 0
    for place in range(len(slots)):
        s, end = slots[place], ends[place]
        eligible[s] = end - begin
        held = min(most, end - begin)
        positions = kept[s]
        for k in range(held):
            worths[k], positions[k] = made.worth[begin + k], made.expert[begin + k]
        if held < end - begin:
            _heap(worths, positions)
            for row in range(begin + held, end):
                worth = made.worth[row]
                if _is_better(worth, made.expert[row], worths[0], positions[0]):
                    worth, worths[0] = worths[0], worth
                    positions[0] = made.expert[row]
                    _sift(worths, positions, most)
                left_out[s] = max(left_out[s], worth)
        counts[s] = held
        begin = end


@compiled
def _heap(worths: Floats, positions: Ints) -> None:
    """Order full arrays as a heap whose least is first."""
    count = len(worths)
    for start in range(count // 2 - 1, -1, -1):
        at = start
        while True:
            least = at
            for child in (2 * at + 1, 2 * at + 2):
                if child < count and _is_better(worths[least], positions[least], worths[child], positions[child]):
                    least = child
            if least == at:
                break
            worths[at], worths[least] = worths[least], worths[at]
            positions[at], positions[least] = positions[least], positions[at]
            at = least


@compiled
def best_of_experts(made: Made, rows: int, worths: Floats, slots: Ints) -> None:
    """Keep each expert's most worthy pairs among the first ``rows`` in ``worths`` and ``slots`` (N × k), best first."""
    most = worths.shape[1]
    for row in range(rows):
        e, worth, s = made.expert[row], made.worth[row], made.slot[row]
        if not _is_better(worth, s, worths[e, most - 1], slots[e, most - 1]):
            continue
        at = most - 1
        while at > 0 and _is_better(worth, s, worths[e, at - 1], slots[e, at - 1]):
            worths[e, at], slots[e, at] = worths[e, at - 1], slots[e, at - 1]
            at -= 1
        worths[e, at], slots[e, at] = worth, s
