"""Why each open slot is open, worked out from the limits with the rest of the plan left as it is; without a solver."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

import numpy as np

from matching.chosen import Chosen, filled_by_served, persons_with_heads
from matching.columns import Columns
from matching.ledger import Ledger, ledger_of
from matching.obstacles import MONEY, Bits, Obstacles, bits
from matching.plan import OpenReason
from matching.policy import SMALLEST_ROOM, TOLERANCE, Goal
from matching.rows import BUDGETS, Kind, Rows, binding_rows
from matching.start import SMALLEST_GAIN
from matching.usable import Usable
from matching.worth import Worth

ALL = 255
"""Every bit: a pair that is not asked about."""
MOST_STEPS = 20_000
"""Ways of filling one team that are tried before it counts as one that cannot be filled."""


def open_reasons(
    columns: Columns, usable: Usable, goal: Goal, chosen: Chosen, *, cost_room: float = inf
) -> dict[int, OpenReason]:
    """Return the reason of every slot (by position) that ``chosen`` leaves open.

    ``no_eligible_expert``: no pair, or none that the person has any room for. ``capacity_used_elsewhere``: every
    eligible expert lacks hours, engagements or days on site, or has another slot of the request. ``budget``: someone
    has room, but the money left does not suffice. ``team_incomplete``: another slot of the team cannot be filled.
    ``not_worth_its_cost``: the slot could be filled, and the plan would not be better. ``search_stopped``: it would.

    ``cost_room``: yen that the net cost may still rise, where an ordered policy puts cost before the weighted sum.
    """
    against = _against(columns, usable, chosen)
    # Only pairs that lack nothing but money can ever be added, so only their limits are written out.
    among = usable.mask & ((against & (ALL ^ MONEY)) == 0)
    among[chosen.pairs] = True
    rows = binding_rows(columns, among)
    ledger = ledger_of(columns, rows, chosen, persons_with_heads(columns, chosen))
    judge = _Judge(columns, rows, usable, against, goal=goal, ledger=ledger, cost_room=cost_room)
    found: dict[int, OpenReason] = {}
    for request, span in enumerate(columns.slots_of_request):
        unfilled = [slot for slot in span if slot not in ledger.pair_of_slot]
        if columns.request_whole[request] and len(unfilled) == len(span):
            found.update(judge.team(unfilled))
        else:
            found.update({slot: judge.slot(slot) for slot in unfilled})
    return found


def _against(columns: Columns, usable: Usable, chosen: Chosen) -> Bits:
    """Return P: the limits that each usable pair of an open slot would break now; all bits for other pairs."""
    against = np.full(len(columns.pairs), ALL, dtype=np.uint8)
    is_open = np.ones(len(columns.slot_ids), dtype=np.bool_)
    is_open[columns.pairs.slot[chosen.pairs]] = False
    asked = np.flatnonzero(usable.mask & is_open[columns.pairs.slot])
    against[asked] = Obstacles(columns, chosen).of(asked)
    return against


def cost_room(levels: Iterable[Mapping[str, Any]], net_cost: float) -> float:
    """Return how many yen ``net_cost`` may still rise under the ``levels`` of a plan's policy."""
    held = [
        float(level["value"]) + max(TOLERANCE * abs(float(level["value"])), SMALLEST_ROOM)
        for level in levels
        if level.get("term") == "cost"
    ]
    return min(held, default=inf) - net_cost


class _Judge:
    """Judges open slots and teams against what the plan uses."""

    def __init__(
        self,
        columns: Columns,
        rows: Rows,
        usable: Usable,
        against: Bits,
        *,
        goal: Goal,
        ledger: Ledger,
        cost_room: float,
    ) -> None:
        self._columns, self._rows, self._usable, self._worth = columns, rows, usable, Worth(columns, goal)
        self._ledger, self._against, self._cost_room = ledger, against, cost_room
        self._reached = filled_by_served(columns, ledger.chosen())

    def slot(self, slot: int) -> OpenReason:
        """Return why ``slot`` is open, seen alone."""
        gain = self._fill([slot], [])
        if gain is not None:
            return _verdict(gain)
        return self._never(slot) or self._shortage(slot)

    def team(self, slots: Sequence[int]) -> dict[int, OpenReason]:
        """Return why each of ``slots``, all of one request that is filled whole, is open."""
        never = {slot: self._never(slot) for slot in slots}
        required = [slot for slot in slots if self._columns.slot_required[slot]]
        short: dict[int, OpenReason] = {}
        rest: OpenReason = "team_incomplete"
        if not any(never[slot] for slot in required):
            short = {slot: self._shortage(slot) for slot in required if not self._fitting(slot)}
            if not short:
                gain = self._fill(required, [slot for slot in slots if slot not in required])
                rest = self._joint_shortage(required) if gain is None else _verdict(gain)
        return {slot: never[slot] or short.get(slot) or rest for slot in slots}

    def _pairs(self, slot: int) -> slice:
        first = self._columns.first_of_slot
        return slice(int(first[slot]), int(first[slot + 1]))

    def _never(self, slot: int) -> OpenReason | None:
        """Return the reason when no pair of ``slot`` could be chosen in any plan; a gap in its team aside."""
        pairs = self._pairs(slot)
        broken = set(self._usable.broken[pairs][~self._columns.forbidden[pairs]].tolist())
        if -1 in broken:
            return None
        return "budget" if broken & set(BUDGETS) else "no_eligible_expert"

    def _fitting(self, slot: int, *, aside: int = 0) -> list[int]:
        """Return the pairs of ``slot`` that would break no limit now but those ``aside`` (as bits)."""
        pairs = self._pairs(slot)
        fitting = self._usable.mask[pairs] & ((self._against[pairs] & (ALL ^ aside)) == 0)
        found: list[int] = (pairs.start + np.flatnonzero(fitting)).tolist()
        return found

    def _obstacles(self, pair: int) -> int:
        return bits(*{Kind(int(self._rows.kind[row])) for row in self._ledger.obstacles(pair)})

    def _shortage(self, slot: int) -> OpenReason:
        return "budget" if self._fitting(slot, aside=MONEY) else "capacity_used_elsewhere"

    def _joint_shortage(self, required: Sequence[int]) -> OpenReason:
        return "capacity_used_elsewhere" if self._fill(required, [], aside=MONEY) is None else "budget"

    def _gain(self, pair: int) -> float:
        return self._worth.added(pair, net=self._ledger.counts_net(pair), reached=self._reached)

    def _ranked(self, pairs: list[int]) -> list[int]:
        """Return ``pairs``, all of one slot, those that gain most first."""
        rows = np.array(pairs, dtype=np.int64)
        persons = self._columns.heads.person[rows]
        net = persons < 0
        net[~net] = [self._ledger.counts_net(pair) for pair in rows[~net].tolist()]
        found: list[int] = rows[np.lexsort((rows, -self._worth.alone_now(rows, net)))].tolist()
        return found

    def _cost(self, pair: int) -> float:
        relief = self._columns.heads.relief[pair] if self._ledger.counts_net(pair) else 0.0
        return float(self._columns.heads.counted[pair] - relief)

    def _fill(self, required: Sequence[int], optional: Sequence[int], *, aside: int = 0) -> float | None:
        """Return points gained by filling ``required`` and, where it pays, ``optional``; None if it cannot be done.

        Once a way is found, only ways that would pay are looked for, and the first of these is taken.
        """
        candidates = {slot: self._ranked(self._fitting(slot, aside=aside)) for slot in (*required, *optional)}
        order = [*sorted(required, key=lambda slot: len(candidates[slot])), *optional]
        most = [max((self._gain(pair) for pair in candidates[slot][:1]), default=-inf) for slot in order]
        most[len(required) :] = [max(0.0, gain) for gain in most[len(required) :]]
        best: float | None = None
        steps = 0

        def explore(at: int, gained: float, spent: float) -> None:
            nonlocal best, steps
            steps += 1
            if steps > MOST_STEPS or (best is not None and best > SMALLEST_GAIN):
                return
            if at == len(order):
                total = gained if spent <= self._cost_room else -inf
                best = total if best is None else max(best, total)
                return
            if best is not None and gained + sum(most[at:]) <= SMALLEST_GAIN:
                return
            rest = sum(most[at + 1 :])
            for pair in candidates[order[at]]:
                if best is not None and gained + self._gain(pair) + rest <= SMALLEST_GAIN:
                    continue
                if not self._obstacles(pair) & ~aside:
                    gain, cost = self._gain(pair), self._cost(pair)
                    gave_head = self._ledger.add(pair)
                    self._worth.count(order[at], self._reached)
                    explore(at + 1, gained + gain, spent + cost)
                    self._worth.count(order[at], self._reached, by=-1)
                    self._ledger.undo(pair, gave_head=gave_head)
            if at >= len(required):
                explore(at + 1, gained, spent)

        explore(0, 0.0, 0.0)
        return best


def _verdict(gain: float) -> OpenReason:
    return "search_stopped" if gain > SMALLEST_GAIN else "not_worth_its_cost"
