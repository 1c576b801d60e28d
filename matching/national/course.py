"""The course of a search at national size: prices, a plan early, better prices, then moves until the end."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from threading import Event
from typing import Literal

import numpy as np

from matching.chosen import Chosen, broken_rows, broken_teams, choose, count_terms, points
from matching.columns import Columns, Floats, Ints, Mask
from matching.national.agreement import PairPrices
from matching.national.chains import Chain
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

MOVES_PER_SECOND, OTHERWISE = 24_000, 10.0
"""Moves that a second of ``limits.seconds`` buys, so that the plan does not depend on how fast the machine is; and
seconds that go to scoring, prices, reasons and check instead, of a limit that is long enough."""
LEAST_MOVES = 10_000
"""Moves that a second of a short limit buys in any case."""
LANES = 2
"""Chains of moves that go side by side, or one after the other on one thread."""
MOVES_PER_SLOT = 50
"""Moves of one chain for each slot; many short chains that are joined end higher than a long one."""
JOINED, JOIN_SHARE = 8, 0.1
"""Chains whose pairs are joined into one plan, and the share of the limit that this may take each time."""
CHUNK = 5_000
"""Moves between two looks at the clock, and between two times the sums are made anew; as many as slots if more."""
FIRST_PRICES, PRICES = 60, 150
"""Steps of prices before the first plan, and after it."""
FIRST_LEAST, FIRST_WORK = 20, 120_000_000
"""Steps before the first plan in any case, and the pairs that they may go through, so that it comes early."""
MOVES_PER_STEP, FEWEST_STEPS, MOST_STEPS = 2_400, 300, 900
"""Moves for which there is a step of prices of pairs, within these numbers of steps."""
WORK_PER_MOVE = 1_000.0
"""Nodes times candidates that take as long as a move."""
PRICES_COLD = 0.6
"""Share of the moves after which steps of prices of pairs are as short as they get."""
POLL = 0.1
"""Seconds between two looks at the clock while waiting for prices."""
PRICE_SHARE = 0.5
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
Merge = Callable[[Mask, Chosen, float], Chosen | None]
"""Returns the best plan of the pairs marked that is found within so many seconds, beginning with the one given."""
End = Literal["done", "time", "stopped"]


@dataclass(frozen=True, slots=True)
class Reached:
    """The best plan found with its exact ``objective``, a ``bound`` over all usable pairs, and why the search ended."""

    chosen: Chosen
    objective: float
    bound: float
    end: End


class Course:
    """One search of ``seconds``; ``begin``: pairs that keep the pins and every limit; ``merge`` joins plans.

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
        merge: Merge,
    ) -> None:
        self._columns, self._goal, self._limits = columns, goal, limits
        self._stop, self._report, self._merge = stop, report, merge
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
            first_steps = min(max(FIRST_WORK // len(self._instance.row), FIRST_LEAST), FIRST_PRICES)
            now = self._descend(prices, prices.start(), first_steps, 0.3, 0.02)
            board = board_of(self._instance, prices.scores(now, CANDIDATES), CANDIDATES)
            self._construct(board)
            moves = _moves(self._limits.seconds)
            first = self._chain(board, 0, self._at, self._heads)
            self._anneal(board, [first], min(FIRST_MOVES, moves), 0.2, 0.02)
            now = self._descend(prices, now, PRICES, 0.2, 0.002)
            if not self._is_over():
                board = board_of(self._instance, prices.scores(now, CANDIDATES), CANDIDATES)
                self._rounds(board, prices, now, moves)
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

    def _rounds(self, board: Board, prices: SlotPrices, now: Floats, moves: int) -> None:
        """Make ``moves`` in rounds of chains; after each round, join what the chains so far have found."""
        length = max(self._chunk, MOVES_PER_SLOT * self._instance.slots)
        rounds = max(1, round(moves / (LANES * length)))
        beside = Beside(PairPrices(prices, now, min(max(moves // MOVES_PER_STEP, FEWEST_STEPS), MOST_STEPS)))
        begun = self._at, self._heads
        ends: list[Chain] = []
        for number in range(rounds):
            chains = [self._chain(board, 1 + LANES * number + lane, *begun) for lane in range(LANES)]
            self._anneal(board, chains, moves // (LANES * rounds), 0.5, 0.02, beside, (number / rounds, 1 / rounds))
            if self._is_over():
                return
            ends = sorted([*ends, *chains], key=lambda chain: -chain.value)[:JOINED]
            self._join([chain.at for chain in ends])
            self._tell()

    def _join(self, plans: Sequence[Ints]) -> None:
        """Take over the best plan that can be made of the pairs of ``plans`` and of the best plan so far."""
        mask = np.zeros(len(self._columns.pairs), dtype=np.bool_)
        for at in (*plans, self._at):
            mask[self._instance.row[at[at >= 0]]] = True
        seconds = min(JOIN_SHARE * self._limits.seconds, self._leave_at - time.monotonic())
        joined = self._merge(mask, self._chosen, seconds) if seconds > 0 else None
        if joined is not None:
            self._take(*self._places(joined))

    def _chain(self, board: Board, number: int, at: Ints, heads: Ints) -> Chain:
        return Chain(board, self._instance, number, self._limits.seed, at, heads)

    def _anneal(
        self,
        board: Board,
        chains: Sequence[Chain],
        moves: int,
        hot: float,
        cold: float,
        beside: "Beside | None" = None,
        part: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        """Let each of ``chains`` make ``moves``; ``part``: where this begins in the whole course, and its share."""
        for share, count in _chunks(moves, self._chunk):
            if self._is_over():
                return
            heat = hot * (cold / hot) ** share
            work = [partial(chain.advance, count, heat) for chain in chains]
            self._side_by_side(work, beside, part[0] + part[1] * share, count * len(chains))
            for chain in chains:
                # Sums of the moves may let through what the exact check does not.
                if chain.value > self._value(board) + PADDING and not self._take(chain.at, chain.heads):
                    chain.begin_from(self._at, self._heads)
            self._tell()

    def _side_by_side(
        self, work: Sequence[Callable[[], None]], beside: "Beside | None", share: float, moves: int
    ) -> None:
        """Do ``work``, in all ``moves`` of a course of which ``share`` is over; prices step beside it."""
        stepping = beside is not None and beside.pairs.left > 0
        if self._limits.threads == 1:
            if beside is not None and stepping:
                self._lower(beside.advance(moves, share, self._is_over))
            for one in work:
                one()
            return
        enough = Event()
        with ThreadPoolExecutor(MOST_THREADS) as pool:
            bound = pool.submit(beside.advance, moves, share, enough.is_set) if beside and stepping else None
            for made in [pool.submit(one) for one in work]:
                made.result()
            while bound is not None and not wait([bound], POLL).done:
                if self._is_over():
                    enough.set()
        if bound is not None:
            self._lower(bound.result())

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


def _moves(seconds: float) -> int:
    """Return how many moves a limit of ``seconds`` buys."""
    return int(max(seconds * min(LEAST_MOVES, MOVES_PER_SECOND), (seconds - OTHERWISE) * MOVES_PER_SECOND))


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
