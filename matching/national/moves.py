"""Single changes of a plan and how they are undone, compiled: fill a slot, empty it, form a unit or drop it."""

import numpy as np

from matching.columns import Ints
from matching.national.compiled import compiled
from matching.national.units import Board, State

SMALLEST_GAIN = 1e-9
"""Points below which a unit is not worth forming, being within rounding."""


@compiled
def draw(state: State) -> float:
    """Return the next number in [0, 1) (xorshift64)."""
    x = state.random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state.random[0] = x
    drawn: float = (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)
    return drawn


@compiled
def counts_net(board: Board, state: State, p: int) -> bool:
    """Tell whether pair ``p`` has a head, or would get one now."""
    person = board.person[p]
    if person < 0:
        return False
    if state.held[person] > 0:
        return bool(state.has_head[person] > 0)
    return bool(state.heads[board.organization[board.request[board.slot[p]]]] >= 1.0)


@compiled
def fits(board: Board, state: State, p: int) -> bool:
    """Tell whether pair ``p`` breaks no limit; its slot has to be empty."""
    s, e = board.slot[p], board.expert[p]
    r = board.request[s]
    charge = board.charge[p]
    if counts_net(board, state, p):
        charge -= board.refund[p]
    if state.request_money[r] < charge or state.organization_money[board.organization[r]] < board.cost[p]:
        return False
    for t in range(board.start[s], board.start[s] + board.length[s]):
        if state.engagements[e, t] < 1 or state.hours[e, t] < board.hours[p] or state.days[e, t] < board.days[s]:
            return False
    for k in range(board.request_start[r], board.request_start[r + 1]):
        q = state.at[k]
        if q >= 0 and board.expert[q] == e:
            return False
    return True


@compiled
def _count(board: Board, state: State, p: int, sign: int) -> None:
    """Add pair ``p``, which counts as its person does now, to everything that is summed up; -1: take it off."""
    s, e = board.slot[p], board.expert[p]
    r = board.request[s]
    for t in range(board.start[s], board.start[s] + board.length[s]):
        state.engagements[e, t] -= sign
        state.hours[e, t] -= sign * board.hours[p]
        state.days[e, t] -= sign * board.days[s]
    value, charge = board.value[p], board.charge[p]
    person = board.person[p]
    if person >= 0 and state.has_head[person] > 0:
        value += board.relief[p]
        charge -= board.refund[p]
    state.request_money[r] -= sign * charge
    state.organization_money[board.organization[r]] -= sign * board.cost[p]
    state.objective[0] += sign * value
    for k in range(board.served_start[r], board.served_start[r + 1]):
        g = board.served[k]
        if sign > 0:
            state.filled[g] += 1
            state.objective[0] += board.equity[g] / state.filled[g]
        else:
            state.objective[0] -= board.equity[g] / state.filled[g]
            state.filled[g] -= 1


@compiled
def _take(board: Board, state: State, s: int) -> int:
    """Empty slot ``s``; return whether its pair had a head."""
    p = state.at[s]
    _count(board, state, p, -1)
    e, person, had = board.expert[p], board.person[p], 0
    if person >= 0:
        had = state.has_head[person]
        state.held[person] -= 1
        if state.held[person] == 0 and had > 0:
            state.has_head[person] = 0
            state.heads[board.organization[board.request[s]]] += 1.0
    a, b = state.before[s], state.after[s]
    if a >= 0:
        state.after[a] = b
    else:
        state.head[e] = b
    if b >= 0:
        state.before[b] = a
    state.at[s] = -1
    return had


@compiled
def _give(board: Board, state: State, s: int, p: int, head: int) -> None:
    """Put pair ``p`` into the empty slot ``s``; ``head`` 1 or 0: with or without a head, -1: with one if there is."""
    e, person = board.expert[p], board.person[p]
    if person >= 0:
        if state.held[person] == 0 and (head == 1 or (head < 0 and counts_net(board, state, p))):
            state.has_head[person] = 1
            state.heads[board.organization[board.request[s]]] -= 1.0
        state.held[person] += 1
    state.at[s] = p
    state.before[s] = -1
    b = state.head[e]
    state.after[s] = b
    if b >= 0:
        state.before[b] = s
    state.head[e] = s
    _count(board, state, p, 1)


@compiled
def put(board: Board, state: State, s: int, p: int) -> None:
    """Give slot ``s`` the pair ``p`` (-1: none), and remember how to undo it."""
    old = state.at[s]
    if old == p:
        return
    had = 0
    if old >= 0:
        had = _take(board, state, s)
    j = state.marks[0]
    state.journal[0, j], state.journal[1, j], state.journal[2, j] = s, old, had
    state.marks[0] = j + 1
    if p >= 0:
        _give(board, state, s, p, -1)


@compiled
def undo(board: Board, state: State, mark: int) -> None:
    """Undo all changes after ``mark``, last first; heads come back to who had them."""
    while state.marks[0] > mark:
        j = state.marks[0] - 1
        s, p = state.journal[0, j], state.journal[1, j]
        if state.at[s] >= 0:
            _take(board, state, s)
        if p >= 0:
            _give(board, state, s, p, state.journal[2, j])
        state.marks[0] = j


@compiled
def fill(board: Board, state: State, s: int, blink: float, cheapest: bool) -> bool:
    """Give the empty slot ``s`` its best pair that fits (or the cheapest), passing over some; tell if there was one."""
    best = -1
    for k in range(board.candidate_start[s], board.candidate_start[s + 1]):
        p = board.candidate[k]
        if blink > 0.0 and draw(state) < blink:
            continue
        if fits(board, state, p):
            if not cheapest:
                best = p
                break
            if best < 0 or board.charge[p] < board.charge[best]:
                best = p
    if best < 0:
        return False
    put(board, state, s, best)
    return True


@compiled
def is_complete(board: Board, state: State, u: int) -> bool:
    """Tell whether every slot of unit ``u`` is filled."""
    for k in range(board.unit_start[u], board.unit_start[u + 1]):
        if state.at[board.unit_slots[k]] < 0:
            return False
    return True


@compiled
def drop(board: Board, state: State, u: int) -> None:
    """Empty every slot of unit ``u``, and the optional slots of its team."""
    for k in range(board.unit_start[u], board.unit_start[u + 1]):
        put(board, state, board.unit_slots[k], -1)
    for k in range(board.child_start[u], board.child_start[u + 1]):
        put(board, state, board.unit_slots[board.unit_start[board.child[k]]], -1)


@compiled
def form(board: Board, state: State, u: int, blink: float) -> bool:
    """Fill the empty slots of unit ``u``, all or none; a unit that cannot be completed is dropped."""
    parent = board.parent[u]
    if parent >= 0 and not is_complete(board, state, parent):
        return False
    before, mark = state.objective[0], state.marks[0]
    attempts = 2 if board.unit_start[u + 1] - board.unit_start[u] > 1 else 1
    for attempt in range(attempts):
        done = True
        for k in range(board.unit_start[u], board.unit_start[u + 1]):
            s = board.unit_slots[k]
            if state.at[s] < 0 and not fill(board, state, s, blink, attempt == 1):
                done = False
                break
        if done and state.objective[0] > before + SMALLEST_GAIN:
            return True
        undo(board, state, mark)
        if done:
            break
    drop(board, state, u)
    return False


@compiled
def load(board: Board, state: State, at: Ints, heads: Ints) -> None:
    """Fill the empty ``state`` with the plan ``at``, where ``heads`` says by slot whether its pair counts net."""
    for s in range(len(at)):
        if at[s] >= 0:
            _give(board, state, s, at[s], heads[s])


@compiled
def heads_at(board: Board, state: State, heads: Ints) -> None:
    """Write to ``heads``, by slot, whether its pair has a head."""
    for s in range(len(heads)):
        p = state.at[s]
        heads[s] = 0
        if p >= 0 and board.person[p] >= 0:
            heads[s] = state.has_head[board.person[p]]


@compiled
def restore(board: Board, state: State, pairs: Ints) -> None:
    """Put ``pairs`` in, as far as their slots are empty and they fit; units that stay incomplete are dropped."""
    for p in pairs:
        if state.at[board.slot[p]] < 0 and fits(board, state, p):
            put(board, state, board.slot[p], p)
            state.marks[0] = 0
    for p in pairs:
        u = board.unit[board.slot[p]]
        parent = board.parent[u]
        if not is_complete(board, state, u):
            drop(board, state, u)
        elif parent >= 0 and not is_complete(board, state, parent):
            drop(board, state, parent)
        state.marks[0] = 0


@compiled
def construct(board: Board, state: State, order: Ints) -> None:
    """Form the units one after the other, in ``order``."""
    for u in order:
        if not is_complete(board, state, u):
            form(board, state, u, 0.0)
            state.marks[0] = 0
