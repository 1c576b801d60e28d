"""Ruin and recreate with simulated annealing, compiled: free some experts, form the units around them again."""

import numpy as np
from numpy.typing import NDArray

from matching.columns import Ints
from matching.national.compiled import compiled
from matching.national.moves import draw, drop, form, heads_at, is_complete, put, undo
from matching.national.units import Board, State

BLINK = 0.1
"""Share of candidates passed over, so that the same choice is not made again."""
SPREAD, REACH = 2, 3
"""Experts looked at for each slot of the seed's unit, at most; units tried again for each of them."""


@compiled
def _add(units: Ints, n: int, seen: NDArray[np.int64], stamp: int, u: int) -> int:
    if seen[u] != stamp:
        seen[u] = stamp
        units[n] = u
        n += 1
    return n


@compiled
def _seed(board: Board, state: State) -> int:
    """Draw a slot that somebody could take, empty ones rather than filled ones."""
    slots = len(state.at)
    s = int(draw(state) * slots)
    for _ in range(3):
        if state.at[s] >= 0 or board.candidate_start[s + 1] == board.candidate_start[s]:
            s = int(draw(state) * slots)
    return s


@compiled
def _free(board: Board, state: State, e: int, s: int, units: Ints, n: int, seen: NDArray[np.int64], stamp: int) -> int:
    """Empty most slots of expert ``e`` that meet the months of ``s``, and some others; return the units so far."""
    h = state.head[e]
    while h >= 0:
        after = state.after[h]
        meets = board.start[h] < board.start[s] + board.length[s] and board.start[s] < board.start[h] + board.length[h]
        if draw(state) < (0.9 if meets else 0.2):
            n = _add(units, n, seen, stamp, board.unit[h])
            if draw(state) < 0.3:
                drop(board, state, board.unit[h])
                after = state.head[e]  # the team may have had the expert elsewhere too
            else:
                put(board, state, h, -1)
        h = after
    return n


@compiled
def _offers(board: Board, state: State, e: int, units: Ints, n: int, seen: NDArray[np.int64], stamp: int) -> int:
    """Add a few units with an empty slot that expert ``e`` would take best; return the units so far."""
    tried = 0
    for k in range(board.offer_start[e], board.offer_start[e + 1]):
        s = board.slot[board.offer[k]]
        if state.at[s] < 0 and draw(state) < 0.5:
            n = _add(units, n, seen, stamp, board.unit[s])
            tried += 1
            if tried >= REACH:
                break
    return n


@compiled
def ruin(board: Board, state: State, units: Ints, seen: NDArray[np.int64], stamp: int) -> int:
    """Free experts around a slot drawn; return how many ``units`` are to be tried again."""
    seed = _seed(board, state)
    if board.candidate_start[seed + 1] == board.candidate_start[seed]:
        return 0
    u = board.unit[seed]
    n = _add(units, 0, seen, stamp, u)
    if state.at[seed] >= 0:
        if draw(state) < 0.5:
            drop(board, state, u)
        else:
            put(board, state, seed, -1)
    for k in range(board.unit_start[u], board.unit_start[u + 1]):
        s = board.unit_slots[k]
        width = board.candidate_start[s + 1] - board.candidate_start[s]
        if width == 0:
            continue
        for _ in range(1 + int(draw(state) * SPREAD)):
            z = draw(state)
            e = board.expert[board.candidate[board.candidate_start[s] + int(z * z * width)]]
            n = _free(board, state, e, s, units, n, seen, stamp)
            n = _offers(board, state, e, units, n, seen, stamp)
    return n


@compiled
def _order(board: Board, state: State, units: Ints, n: int) -> NDArray[np.int64]:
    """Return the order to form units in: at random, by what they are worth, or the seed's first."""
    key = np.empty(n)
    mode = draw(state)
    for k in range(n):
        z = draw(state)
        if mode < 0.4:
            key[k] = z
        elif mode < 0.7:
            key[k] = -board.unit_worth[units[k]] + 0.3 * z
        else:
            key[k] = 0.0 if k == 0 else 1 + z
    order: NDArray[np.int64] = np.argsort(key)
    return order


@compiled
def recreate(board: Board, state: State, units: Ints, n: int) -> None:
    """Form the first ``n`` of ``units`` again, then the optional slots of their teams."""
    order = _order(board, state, units, n)
    for k in range(n):
        if not is_complete(board, state, units[order[k]]):
            form(board, state, units[order[k]], BLINK)
    for k in range(n):
        u = units[order[k]]
        if board.child_start[u + 1] > board.child_start[u] and is_complete(board, state, u):
            for c in range(board.child_start[u], board.child_start[u + 1]):
                if not is_complete(board, state, board.child[c]):
                    form(board, state, board.child[c], BLINK)


@compiled
def anneal(
    board: Board, state: State, moves: int, hot: float, cold: float, best: float, at: Ints, heads: Ints
) -> float:
    """Make ``moves``, cooling from ``hot`` to ``cold`` points; return the best value, its plan in ``at``, ``heads``."""
    units = np.empty(len(board.parent), np.int32)
    seen = np.zeros(len(board.parent), np.int64)
    cooling = (cold / hot) ** (1.0 / max(1, moves))
    heat = hot
    for move in range(moves):
        state.marks[0] = 0
        before = state.objective[0]
        n = ruin(board, state, units, seen, move + 1)
        recreate(board, state, units, n)
        change = state.objective[0] - before
        if change < 0 and draw(state) >= np.exp(change / heat):
            undo(board, state, 0)
        elif state.objective[0] > best + 1e-9:
            best = state.objective[0]
            at[:] = state.at
            heads_at(board, state, heads)
        heat *= cooling
    return best
