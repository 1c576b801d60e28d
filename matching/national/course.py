"""The course of a search at national size: prices, a plan early, better prices, then moves until the end."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from threading import Event
from typing import Literal

import numpy as np

from matching.chosen import Chosen, broken_rows, broken_teams, choose, count_terms, points
from matching.columns import Columns, Floats, Ints
from matching.national.agreement import PairPrices
from matching.national.annealing import anneal
from matching.national.instance import Instance, instance_of
from matching.national.moves import construct, heads_at, load, restore
from matching.national.presolve import live_pairs
from matching.national.prices import SlotPrices
from matching.national.units import Board, State, board_of, empty_state, seed_of
from matching.policy import Goal
from matching.problem import Limits
from matching.progress import ACCURACY, Stop, relative_gap
from matching.rows import all_rows
from matching.usable import Usable

MOVES_PER_SECOND = 15_000
"""Moves that a second of ``limits.seconds`` buys, so that the plan does not depend on how fast the machine is."""
CHUNK = 5_000
"""Moves between two looks at the clock, and between two times the sums are made anew; as many as slots if more."""
FIRST_PRICES, PRICES, PAIR_PRICES = 60, 150, 300
"""Steps of prices before the first plan, and after it; then of prices of pairs, beside the moves."""
WORK_PER_MOVE = 1_000.0
"""Nodes times candidates that take as long as a move."""
PRICES_COLD = 0.6
"""Share of the moves after which steps of prices of pairs are as short as they get."""
POLL = 0.1
"""Seconds between two looks at the clock while waiting for prices."""
PRICE_SHARE = 0.35
"""Share of the time after which prices have to be good enough, so that moves get theirs on a slow machine too."""
MOST_THREADS = 2
FIRST_MOVES = 20_000
CANDIDATES = 100
"""Pairs of a slot that moves look at; the bound is over all."""
USUAL = 1.5
"""Points that the best pair of a slot is scaled to on average, because steps and heat are chosen for that size."""
PADDING = 1e-9
"""Share added to the bound for rounding, far below what a gap is stated to."""

Report = Callable[[float | None, float | None, int], None]
End = Literal["done", "time", "stopped"]


@dataclass(frozen=True, slots=True)
class Reached:
    """The best plan found with its exact ``objective``, a ``bound`` over all usable pairs, and why the search ended."""

    chosen: Chosen
    objective: float
    bound: float
    end: End


class Course:
    """One search of ``seconds``; ``begin``: pairs that keep the pins and every limit.

    ``limits.seconds`` says how many moves are made, so that these do not depend on what the rest of a run takes.
    """

    def __init__(
        self,
        columns: Columns,
        goal: Goal,
        limits: Limits,
        usable: Usable,
        begin: tuple[int, ...],
        *,
        seconds: float,
        stop: Stop,
        report: Report,
    ) -> None:
        self._columns, self._goal, self._limits = columns, goal, limits
        self._stop, self._report = stop, report
        self._began = time.monotonic()
        self._leave_at = self._began + seconds
        whole = instance_of(columns, goal, usable.mask)
        whole = whole.only(live_pairs(whole))
        self._unit = _unit_of(whole)
        self._instance = _scaled(whole, self._unit)
        self._chunk = max(CHUNK, self._instance.slots)
        self._random = seed_of(limits.seed)
        self._chosen = choose(columns, begin)
        self._objective = points(goal, count_terms(columns, self._chosen))
        self._bound = inf
        self._end: End | None = None
        self._at, self._heads = self._places(self._chosen)

    def through(self) -> Reached:
        """Search until the gap, the time or the steps are reached, or a stop is asked for."""
        if len(self._instance.row):
            prices = SlotPrices(self._instance, threads=min(MOST_THREADS, self._limits.threads))
            now = self._descend(prices, prices.start(), FIRST_PRICES, 0.3, 0.02)
            board = board_of(self._instance, prices.scores(now, CANDIDATES), CANDIDATES)
            self._construct(board)
            moves = int(self._limits.seconds * MOVES_PER_SECOND)
            self._anneal(board, min(FIRST_MOVES, moves), 0.2, 0.02)
            now = self._descend(prices, now, PRICES, 0.2, 0.002)
            if not self._is_over():
                board = board_of(self._instance, prices.scores(now, CANDIDATES), CANDIDATES)
                pairs = PairPrices(prices, now, PAIR_PRICES)
                self._anneal(board, moves, 0.5, 0.02, Beside(pairs))
        else:
            self._bound = self._objective
        return Reached(self._chosen, self._objective, max(self._bound, self._objective), self._end or "done")

    def _is_over(self) -> bool:
        if self._end is None:
            if self._stop():
                self._end = "stopped"
            elif relative_gap(self._objective, self._bound) <= self._limits.gap + ACCURACY:
                self._end = "done"
            elif time.monotonic() >= self._leave_at:
                self._end = "time"
        return self._end is not None

    def _tell(self) -> None:
        self._report(self._objective, None if self._bound == inf else self._bound, len(self._chosen))

    def _descend(self, prices: SlotPrices, start: Floats, steps: int, hot: float, cold: float) -> Floats:
        told = [time.monotonic()]
        until = self._began + PRICE_SHARE * (self._leave_at - self._began)

        def each(bound: float) -> bool:
            self._lower(bound)
            if time.monotonic() > told[0] + 0.5:
                told[0] = time.monotonic()
                self._tell()
            return self._is_over() or time.monotonic() >= until

        kept, _ = prices.descend(start, steps, hot=hot, cold=cold, each=each)
        if not self._is_over():
            self._lower(prices.prove(kept))
        self._tell()
        return kept

    def _lower(self, bound: float) -> None:
        self._bound = min(self._bound, self._unit * (bound + PADDING * (1.0 + abs(bound))))

    def _construct(self, board: Board) -> None:
        """Build a plan in order of regret, and another one around the plan in force, if there is one."""
        order = np.argsort(-board.unit_worth, kind="stable").astype(np.int32)
        previous = np.flatnonzero(self._columns.previous[self._instance.row]).astype(np.int32)
        begun = self._state(board), self._state(board)
        for state, kept in zip(begun, (previous[:0], previous), strict=True):
            restore(board, state, kept)
            construct(board, state, order)
            self._keep(state.at.copy(), board, state)
            if not len(previous):
                break
        self._tell()

    def _anneal(self, board: Board, moves: int, hot: float, cold: float, beside: "Beside | None" = None) -> None:
        state = self._state(board)
        at, heads = self._at.copy(), self._heads.copy()
        for share, count in _chunks(moves, self._chunk):
            if self._is_over():
                return
            heat = hot * (cold / hot) ** share
            value = self._value(board)
            best = self._with(beside, share, count, partial(anneal, board, state, count, heat, heat, value, at, heads))
            if best > self._value(board) + PADDING and not self._take(at, heads):
                state = self._state(board)  # its sums let through what the exact check does not
                continue
            now = np.zeros_like(heads)
            heads_at(board, state, now)
            fresh = empty_state(self._instance, self._random)
            load(board, fresh, state.at, now)
            state = fresh
            self._tell()

    def _with(self, beside: "Beside | None", share: float, moves: int, work: Callable[[], float]) -> float:
        """Return what ``work`` gives, ``moves`` of a course of which ``share`` is over; prices step beside it."""
        if beside is None or beside.pairs.left == 0:
            return work()
        if self._limits.threads == 1:
            self._lower(beside.advance(moves, share, self._is_over))
            return work()
        enough = Event()
        with ThreadPoolExecutor(1) as pool:
            bound = pool.submit(beside.advance, moves, share, enough.is_set)
            made = work()
            while not wait([bound], POLL).done:
                if self._is_over():
                    enough.set()
        self._lower(bound.result())
        return made

    def _state(self, board: Board) -> State:
        """Return the state of the best plan so far."""
        state = empty_state(self._instance, self._random)
        load(board, state, self._at, self._heads)
        return state

    def _value(self, board: Board) -> float:
        """Return what the moves see as the value of the best plan so far."""
        return float(self._state(board).objective[0])

    def _keep(self, at: Ints, board: Board, state: State) -> None:
        heads = np.zeros_like(self._heads)
        heads_at(board, state, heads)
        self._take(at, heads)

    def _take(self, at: Ints, heads: Ints) -> bool:
        """Take over a plan that is better and keeps everything, summed exactly; tell whether it keeps everything."""
        instance, columns = self._instance, self._columns
        pairs = at[at >= 0]
        holders = frozenset(instance.person[pairs[heads[at >= 0] > 0]].tolist())
        chosen = choose(columns, instance.row[pairs].tolist(), holders)
        pins = np.flatnonzero(columns.pinned)
        mine = np.zeros(len(columns.pairs), dtype=np.bool_)
        mine[chosen.pairs] = True
        if broken_rows(columns, all_rows(columns, mine), chosen) or broken_teams(columns, chosen):
            return False
        if not np.isin(pins, chosen.pairs).all():
            return False
        objective = points(self._goal, count_terms(columns, chosen))
        if objective > self._objective:
            self._chosen, self._objective = chosen, objective
            self._at, self._heads = self._places(chosen)
        return True

    def _places(self, chosen: Chosen) -> tuple[Ints, Ints]:
        """Return by slot the pair of ``chosen`` (as the instance counts pairs) or -1, and whether it has a head."""
        instance, columns = self._instance, self._columns
        at = np.full(instance.slots, -1, dtype=np.int32)
        heads = np.zeros(instance.slots, dtype=np.int32)
        where = np.searchsorted(instance.row, chosen.pairs)
        at[columns.pairs.slot[chosen.pairs]] = where
        has_head = (columns.heads.person[chosen.pairs] >= 0) & (chosen.counted < columns.heads.counted[chosen.pairs])
        heads[columns.pairs.slot[chosen.pairs]] = has_head
        return at, heads


class Beside:
    """Prices of pairs that step while moves are made, about as long as these take, and prove their bound at last.

    Work is counted, not timed: so many steps for so many moves, whatever the threads and however fast they are.
    """

    def __init__(self, pairs: PairPrices) -> None:
        self.pairs = pairs
        self._credit = 0.0

    def advance(self, moves: int, share: float, is_over: Callable[[], bool]) -> float:
        """Make the steps that go with ``moves`` of a course of which ``share`` is over; return the best bound met."""
        self._credit += WORK_PER_MOVE * moves
        best = inf
        while self._credit > 0 and self.pairs.left > 0 and not is_over():
            best = min(best, self.pairs.advance(1, is_over, min(1.0, share / PRICES_COLD)))
            self._credit -= self.pairs.work
        return min(best, self.pairs.prove()) if self.pairs.left == 0 else best


def _chunks(moves: int, most: int) -> Iterator[tuple[float, int]]:
    """Yield how far the moves have come, and how many are next, ``most`` at a time."""
    for done in range(0, moves, most):
        yield done / moves, min(most, moves - done)


def _unit_of(instance: Instance) -> float:
    """Return the points that one point of the search stands for."""
    best = np.zeros(instance.slots)
    np.maximum.at(best, instance.slot, instance.value + instance.relief)
    paying = best[best > 0]
    return float(paying.mean()) / USUAL if len(paying) else 1.0


def _scaled(instance: Instance, unit: float) -> Instance:
    return replace(instance, value=instance.value / unit, relief=instance.relief / unit, equity=instance.equity / unit)
