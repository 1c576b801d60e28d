"""What would happen if: the plan of a slightly changed problem, found by solving it, from the present plan on."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns, Floats, Mask
from matching.pairs import PairTable
from matching.plan import Conflict, Plan
from matching.policy import resolve
from matching.problem import Link, Problem
from matching.scoring import eligible_pairs
from matching.search import search
from matching.statements import as_solved
from matching.worth import Worth

MOST_CANDIDATES, MOST_OTHERS = 40, 12
"""Pairs looked at near a change: of a slot asked about or of its team, and of a slot that one of its candidates holds.

So many that a change to a problem of 2,000 × 3,000 is solved within about a second."""
WHOLE_UP_TO = 4_000
"""Pairs up to which the whole problem is solved again; above, what lies near the change."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The plan of a changed problem. ``objective`` None: there is none (``conflicts``), or it was not found in time.

    ``proven``: no plan of the changed problem is better, within the gap of the limits. ``experts``: by slot.
    """

    objective: float | None
    proven: bool
    experts: dict[str, str]
    conflicts: tuple[Conflict, ...] = ()


class WhatIf:
    """Changes to the problem a plan was made for. ``used``: slots of each expert in the plan."""

    def __init__(self, problem: Problem, plan: Plan, pairs: PairTable | None = None) -> None:
        self.problem, _ = as_solved(problem, plan)
        self.plan = plan
        self.pairs = eligible_pairs(self.problem) if pairs is None else pairs
        self.columns = Columns(self.problem, self.pairs)
        self.experts = {one.slot: one.expert for one in plan.assignments}
        self.used: dict[str, list[str]] = defaultdict(list)
        for one in plan.assignments:
            self.used[one.expert].append(one.slot)

    def pinned(self, slot: str, expert: str, seconds: float) -> Answer:
        """Return the plan with ``expert`` in ``slot``, instead of whoever is pinned there."""
        pins = (*(pin for pin in self.problem.pins if pin.slot != slot), Link(slot, expert))
        forbidden = tuple(link for link in self.problem.forbidden if link != Link(slot, expert))
        return self.changed(replace(self.problem, pins=pins, forbidden=forbidden), self.pairs, slot, seconds)

    def changed(self, problem: Problem, pairs: PairTable, slot: str, seconds: float) -> Answer:
        """Return the plan of ``problem``, whose change touches ``slot``."""
        columns = Columns(problem, pairs)
        before = [columns.position(Link(taken, expert)) for taken, expert in self.experts.items()]
        favoured = [row for row in before if row is not None]
        focus = None if len(pairs) <= WHOLE_UP_TO else self._near(columns, slot, favoured)
        limits = replace(problem.limits, seconds=max(seconds, 0.01))
        found = search(columns, resolve(problem.policy), limits, favoured=favoured, focus=focus)
        if found.chosen is None:
            return Answer(None, not found.conflicts and found.outcome == "infeasible", {}, found.conflicts)
        experts = {
            columns.slot_ids[columns.pairs.slot[row]]: columns.expert_ids[columns.pairs.expert[row]]
            for row in found.chosen.pairs.tolist()
        }
        return Answer(found.objective, found.outcome == "optimal" and focus is None, experts)

    def _near(self, columns: Columns, slot: str, favoured: Sequence[int]) -> Mask:
        """Mark the plan's pairs, and the best ones of ``slot``'s request and of the slots its best candidates hold.

        Those whom a pin names are candidates too, and pairs that candidates have in a slot that is looked at are kept.
        """
        pairs, worth = columns.pairs, Worth(columns, resolve(columns.problem.policy)).alone
        position = columns.slot_ids.index(slot)
        team = columns.slots_of_request[columns.slot_request[position]]
        mine = np.concatenate([_best_of(columns, worth, one, MOST_CANDIDATES) for one in team])
        ranked = mine[np.argsort(-worth[mine], kind="stable")]
        pinned = np.flatnonzero(columns.pinned)
        people = np.union1d(pairs.expert[ranked[:MOST_CANDIDATES]], pairs.expert[pinned])
        is_candidate = np.zeros(len(columns.expert_ids), dtype=np.bool_)
        is_candidate[people] = True
        held = np.array(favoured, dtype=np.int64)
        near = columns.pinned.copy()
        near[held] = True
        near[mine] = True
        for one in pairs.slot[held[is_candidate[pairs.expert[held]]]].tolist():
            near[_best_of(columns, worth, one, MOST_OTHERS)] = True
            rows = np.arange(columns.first_of_slot[one], columns.first_of_slot[one + 1])
            near[rows[is_candidate[pairs.expert[rows]]]] = True
        return near


def _best_of(columns: Columns, worth: Floats, slot: int, most: int) -> NDArray[np.int64]:
    """Return the ``most`` pairs of ``slot`` that are worth most, ties in the order of the table."""
    rows = np.arange(columns.first_of_slot[slot], columns.first_of_slot[slot + 1])
    return rows[np.argsort(-worth[rows], kind="stable")[:most]]


class Deadline:
    """Shares out an amount of seconds."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self, parts: int = 1) -> float:
        """Return an equal part of the time left, 0 when there is none."""
        return max(0.0, self._ends - time.monotonic()) / max(1, parts)
