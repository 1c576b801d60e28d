"""A choice of pairs, counted exactly: what each pair costs, what limits are broken, what the terms come to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import fsum

import numpy as np

from matching.columns import Columns, Floats, Ints
from matching.plan import Plan, Terms
from matching.policy import Goal
from matching.problem import Link
from matching.rows import TOLERANCE, Rows


@dataclass(frozen=True, slots=True)
class Chosen:
    """Chosen pairs in the order of the pair table, and the yen each counts: net, or gross where no head was left."""

    pairs: Ints
    counted: Floats

    def __len__(self) -> int:
        return len(self.pairs)


def choose(columns: Columns, pairs: Iterable[int], persons: Collection[int] = ()) -> Chosen:
    """Return ``pairs`` with heads given first to ``persons``, then to whom most is saved with, while they last."""
    rows = np.array(sorted(pairs), dtype=np.int32)
    heads = columns.heads
    saved: dict[int, list[float]] = {}
    for row in rows[heads.person[rows] >= 0].tolist():
        saved.setdefault(int(heads.person[row]), []).append(float(heads.relief[row]))
    left = dict(heads.limit)
    counted = heads.counted[rows]
    for person in sorted(saved, key=lambda one: (one not in persons, -fsum(saved[one]), one)):
        organization = int(heads.organization[person])
        if left[organization] > 0:
            left[organization] -= 1
            mine = heads.person[rows] == person
            counted[mine] = columns.pairs.net_cost[rows[mine]]
    return Chosen(rows, counted)


def chosen_of(columns: Columns, plan: Plan) -> Chosen:
    """Return the assignments of ``plan`` that are eligible pairs, with the costs it states."""
    stated = {columns.position(Link(one.slot, one.expert)): one.net_cost for one in plan.assignments}
    rows = sorted(row for row in stated if row is not None)
    return Chosen(np.array(rows, dtype=np.int32), np.array([stated[row] for row in rows], dtype=np.float64))


def persons_with_heads(columns: Columns, chosen: Chosen) -> frozenset[int]:
    """Return the persons whose pairs count net because they hold a head."""
    heads = columns.heads
    holds = (heads.person[chosen.pairs] >= 0) & (chosen.counted < heads.counted[chosen.pairs])
    return frozenset(heads.person[chosen.pairs[holds]].tolist())


def usage(columns: Columns, rows: Rows, chosen: Chosen) -> Floats:
    """Return what ``chosen`` uses of each row, entry by entry (0 for pairs not chosen)."""
    is_chosen = np.zeros(len(columns.pairs), dtype=np.bool_)
    is_chosen[chosen.pairs] = True
    has_head = np.zeros(len(columns.pairs), dtype=np.bool_)
    has_head[chosen.pairs] = chosen.counted < columns.heads.counted[chosen.pairs]
    used = np.where(has_head[rows.pair] & (rows.relief > 0), columns.pairs.net_cost[rows.pair], rows.amount)
    return np.where(is_chosen[rows.pair], used, 0.0)


def broken_rows(columns: Columns, rows: Rows, chosen: Chosen) -> list[int]:
    """Return the rows that ``chosen`` breaks, summed exactly."""
    if not len(rows):
        return []
    used = usage(columns, rows, chosen)
    near = np.add.reduceat(used, rows.start[:-1]) > rows.limit * (1 - TOLERANCE)
    return [
        row
        for row in np.flatnonzero(near).tolist()
        if fsum(used[rows.entries(row)]) > rows.limit[row] * (1 + TOLERANCE)
    ]


def broken_teams(columns: Columns, chosen: Chosen) -> list[int]:
    """Return the requests with ``team: all`` of which some but not all required slots are filled."""
    filled = np.zeros(len(columns.slot_ids), dtype=np.bool_)
    filled[columns.pairs.slot[chosen.pairs]] = True
    broken = []
    for request in np.flatnonzero(columns.request_whole).tolist():
        span = columns.slots_of_request[request]
        mine = filled[span.start : span.stop]
        required = columns.slot_required[span.start : span.stop]
        if mine.any() and not mine[required].all():
            broken.append(request)
    return broken


def filled_by_served(columns: Columns, chosen: Chosen) -> list[int]:
    """Return for each of ``Columns.served`` how many of its slots are filled."""
    filled = np.zeros(len(columns.slot_ids), dtype=np.int64)
    filled[columns.pairs.slot[chosen.pairs]] = 1
    return [int(filled[served.slots].sum()) for served in columns.served]


def count_terms(columns: Columns, chosen: Chosen) -> Terms:
    """Return each term of the objective, unweighted, summed exactly."""
    pairs, rows = columns.pairs, chosen.pairs
    reached = zip(columns.served, filled_by_served(columns, chosen), strict=True)
    return Terms(
        coverage=fsum(columns.priority[rows]),
        fit=fsum(columns.priority[rows] * pairs.fit[rows]),
        equity=fsum(1 / k for served, n in reached for k in range(1, n + 1) for _ in served.organizations),
        stability=float(columns.previous[rows].sum()),
        net_cost=fsum(chosen.counted),
        cost=fsum(pairs.cost[rows]),
    )


def points(goal: Goal, terms: Terms) -> float:
    """Return the objective: the terms weighted, less the net cost in points."""
    weights = goal.weights
    return fsum(
        (
            weights.coverage * terms.coverage,
            weights.fit * terms.fit,
            weights.equity * terms.equity,
            weights.stability * terms.stability,
            -terms.net_cost / goal.yen_per_point,
        )
    )


def shares(columns: Columns) -> list[Fraction]:
    """Return the filled shares an organization can have, above 0, ascending."""
    sizes = {len(served.slots) for served in columns.served}
    return sorted({Fraction(k, size) for size in sizes for k in range(1, size + 1)})


def organizations_reaching(columns: Columns, chosen: Chosen, share: Fraction) -> int:
    """Return how many organizations have at least ``share`` of the slots that serve them filled."""
    filled = filled_by_served(columns, chosen)
    return sum(
        len(served.organizations)
        for served, n in zip(columns.served, filled, strict=True)
        if n >= share * len(served.slots)
    )
