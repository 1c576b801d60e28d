"""A choice of pairs that grows one by one, with what it uses of each limit."""

from collections.abc import Iterable, Iterator

import numpy as np

from matching.chosen import Chosen, choose
from matching.columns import Columns
from matching.rows import TOLERANCE, Rows

NOTHING = slice(0, 0)


class Ledger:
    """Pairs chosen so far, one at most for a slot. ``pair_of_slot`` and ``holders`` (persons with heads) are read only.

    Heads go to whoever comes first, so what a ledger accepts is feasible, though not always the best use of heads.
    """

    def __init__(self, columns: Columns, rows: Rows) -> None:
        self._columns, self._rows = columns, rows
        self.pair_of_slot: dict[int, int] = {}
        self.holders: set[int] = set()
        self._used = [0.0] * len(rows)
        self._limit = (rows.limit * (1 + TOLERANCE)).tolist()
        self._heads_left = dict(columns.heads.limit)
        by_pair = np.argsort(rows.pair, kind="stable")
        # Plain lists, because a ledger is asked about one pair at a time.
        self._row = np.repeat(np.arange(len(rows)), np.diff(rows.start))[by_pair].tolist()
        self._gross = rows.amount[by_pair].tolist()
        self._net = (rows.amount - rows.relief)[by_pair].tolist()
        ranked = rows.pair[by_pair]
        begins = np.flatnonzero(np.diff(ranked, prepend=-1))
        ends = np.append(begins[1:], len(ranked)).tolist()
        self._entries = dict(zip(ranked[begins].tolist(), map(slice, begins.tolist(), ends), strict=True))
        self._person, self._slot = columns.heads.person, columns.pairs.slot

    def obstacles(self, pair: int) -> list[int]:
        """Return the rows that ``pair`` would break now; whether its slot is free is for the caller to see."""
        return [row for row, amount in self._uses(pair) if self._used[row] + amount > self._limit[row]]

    def fits(self, pair: int) -> bool:
        """Tell whether the slot of ``pair`` is free and no limit would break."""
        return int(self._slot[pair]) not in self.pair_of_slot and not self.obstacles(pair)

    def counts_net(self, pair: int) -> bool:
        """Tell whether ``pair`` counts net, or would if it were added now."""
        person = int(self._person[pair])
        if person < 0 or person in self.holders:
            return True
        return self._heads_left[int(self._columns.heads.organization[person])] > 0

    def add(self, pair: int) -> bool:
        """Choose ``pair``; return whether its person got a head by it."""
        for row, amount in self._uses(pair):
            self._used[row] += amount
        person = int(self._person[pair])
        gets_head = person >= 0 and person not in self.holders and self.counts_net(pair)
        if gets_head:
            self.holders.add(person)
            self._heads_left[int(self._columns.heads.organization[person])] -= 1
        self.pair_of_slot[int(self._slot[pair])] = pair
        return gets_head

    def undo(self, pair: int, *, gave_head: bool) -> None:
        """Take back the last ``add``, of ``pair``; ``gave_head`` is what it returned."""
        person = int(self._person[pair])
        for row, amount in self._uses(pair, net=person in self.holders):
            self._used[row] -= amount
        if gave_head:
            self.holders.discard(person)
            self._heads_left[int(self._columns.heads.organization[person])] += 1
        del self.pair_of_slot[int(self._slot[pair])]

    def chosen(self) -> Chosen:
        """Return the choice with its costs."""
        return choose(self._columns, self.pair_of_slot.values(), self.holders)

    def _uses(self, pair: int, *, net: bool | None = None) -> Iterator[tuple[int, float]]:
        uses = self._entries.get(pair, NOTHING)
        counts_net = self.counts_net(pair) if net is None else net
        return zip(self._row[uses], (self._net if counts_net else self._gross)[uses], strict=True)


def ledger_of(columns: Columns, rows: Rows, chosen: Chosen, holders: Iterable[int]) -> Ledger:
    """Return a ledger that holds ``chosen``, heads given to ``holders`` first."""
    ledger = Ledger(columns, rows)
    persons = columns.heads.person[chosen.pairs]
    favoured = set(holders)
    order = sorted(range(len(chosen)), key=lambda i: (int(persons[i]) not in favoured, i))
    for index in order:
        ledger.add(int(chosen.pairs[index]))
    return ledger
