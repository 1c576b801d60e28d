"""The assignment model as plain arrays, every limit its own row: what a direct user of a solver would hand over.

Written from ``docs/matching-model.md`` alone; it shares nothing with ``matching.rows`` and ``matching.model``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.policy import Goal, resolve
from matching.problem import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class NotCoveredError(ValueError):
    """The rivals' models do not cover what the problem asks for."""


@dataclass(frozen=True, slots=True)
class PlainModel:
    """Maximise ``value`` · v with low ≤ A v ≤ high and ``lower`` ≤ v ≤ ``upper``, A in rows (CSR).

    The first ``pairs`` variables stand for the problem's pairs, then follow teams, then equity steps (not whole).
    """

    pairs: int
    value: Floats
    lower: Floats
    upper: Floats
    is_whole: NDArray[np.bool_]
    start: Ints
    index: Ints
    amount: Floats
    low: Floats
    high: Floats


def refuse_uncovered(problem: Problem) -> Goal:
    """Return the goal of ``problem``, or raise NotCoveredError: the rivals know weighted sums, and no heads."""
    goal = resolve(problem.policy)
    if problem.pairs is None:
        raise NotCoveredError("the rivals need ready-made pairs")
    if goal.order or goal.maxmin:
        raise NotCoveredError("the rivals only know a weighted sum")
    if problem.subsidy is not None and problem.subsidy.heads:
        raise NotCoveredError("the rivals do not know heads")
    return goal


class _Rows:
    """Rows gathered block by block; within a block, ``key`` tells which entries share a row."""

    def __init__(self) -> None:
        self._keys: list[Ints] = []
        self._columns: list[Ints] = []
        self._amounts: list[Floats] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []
        self._count = 0

    def add(self, key: Ints, column: Ints, amount: Floats, high: Floats, low: Floats | None = None) -> None:
        """Add a row for each key used; ``high`` and ``low`` are by key, rows without a limit are left out."""
        keep = np.isfinite(high[key])
        used, row = np.unique(key[keep], return_inverse=True)
        self._keys.append(row.astype(np.int64) + self._count)
        self._columns.append(column[keep])
        self._amounts.append(amount[keep])
        self._high.append(high[used])
        self._low.append(np.full(len(used), -np.inf) if low is None else low[used])
        self._count += len(used)

    def gathered(self) -> tuple[Ints, Ints, Floats, Floats, Floats]:
        """Return start, index, amount, low and high."""
        key = np.concatenate(self._keys)
        order = np.argsort(key, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=self._count))])
        return (
            start,
            np.concatenate(self._columns)[order],
            np.concatenate(self._amounts)[order],
            np.concatenate(self._low),
            np.concatenate(self._high),
        )


class _Positions:
    """Positions of the problem's things, and what each pair refers to."""

    def __init__(self, problem: Problem) -> None:
        pairs = problem.pairs or ()
        seats = list(problem.seats())
        expert = {one.id: position for position, one in enumerate(problem.experts)}
        slot = {one.id: position for position, (_, one) in enumerate(seats)}
        request = {one.id: position for position, one in enumerate(problem.requests)}
        self.expert = np.array([expert[pair.expert] for pair in pairs], dtype=np.int64)
        self.slot = np.array([slot[pair.slot] for pair in pairs], dtype=np.int64)
        self.request_of_slot = np.array([request[one.id] for one, _ in seats], dtype=np.int64)
        self.request = self.request_of_slot[self.slot]
        self.start = np.array([one.start for _, one in seats], dtype=np.int64)
        self.length = np.array([one.length for _, one in seats], dtype=np.int64)
        self.days = np.array([one.onsite_days for _, one in seats])
        self.required = np.array([one.required for _, one in seats], dtype=np.bool_)
        self.is_team = np.array([one.team == "all" for one in problem.requests], dtype=np.bool_)
        self.hours = np.array([pair.hours for pair in pairs])
        self.cost = np.array([pair.cost for pair in pairs])
        self.net_cost = np.array([pair.net_cost for pair in pairs])
        self.fit = np.array([pair.fit for pair in pairs])
        self.priority = np.array([one.priority for one in problem.requests])[self.request]


def plain_model(problem: Problem) -> PlainModel:
    """Return the model of ``problem`` as arrays.

    Raises:
        NotCoveredError: no ready-made pairs, an ordered policy, or limits of heads.
    """
    goal = refuse_uncovered(problem)
    at = _Positions(problem)
    count = len(at.slot)
    rows = _Rows()
    teams = np.flatnonzero(at.is_team)
    _add_slots(rows, at, teams, count)
    _add_persons(rows, at, problem)
    _add_budgets(rows, at, problem)
    steps = _add_equity(rows, at, problem, count + len(teams))
    start, index, amount, low, high = rows.gathered()
    weights = goal.weights
    linked = {(pair.slot, pair.expert): row for row, pair in enumerate(problem.pairs or ())}
    worth = at.priority * (weights.coverage + weights.fit * at.fit) - at.net_cost / goal.yen_per_point
    for link in dict.fromkeys(problem.previous):
        if (link.slot, link.expert) in linked:
            worth[linked[link.slot, link.expert]] += weights.stability
    total = count + len(teams) + len(steps)
    lower, upper = np.zeros(total), np.ones(total)
    for link in problem.forbidden:
        if (link.slot, link.expert) in linked:
            upper[linked[link.slot, link.expert]] = 0
    for link in problem.pins:
        lower[linked[link.slot, link.expert]] = 1
    return PlainModel(
        pairs=count,
        value=np.concatenate([worth, np.zeros(len(teams)), weights.equity * steps]),
        lower=lower,
        upper=upper,
        is_whole=np.arange(total) < count + len(teams),
        start=start,
        index=index,
        amount=amount,
        low=low,
        high=high,
    )


def _add_slots(rows: _Rows, at: _Positions, teams: Ints, count: int) -> None:
    """Each slot at most once; of a team, required slots exactly as often as the team, optional ones at most."""
    slots = len(at.request_of_slot)
    in_team = at.is_team[at.request_of_slot]
    variable_of_team = np.full(len(at.is_team), -1, dtype=np.int64)
    variable_of_team[teams] = count + np.arange(len(teams))
    linked = np.flatnonzero(in_team)
    rows.add(
        key=np.concatenate([at.slot, linked]),
        column=np.concatenate([np.arange(count), variable_of_team[at.request_of_slot[linked]]]),
        amount=np.concatenate([np.ones(count), -np.ones(len(linked))]),
        high=np.where(in_team, 0.0, np.ones(slots)),
        low=np.where(in_team & at.required, 0.0, np.full(slots, -np.inf)),
    )


def _add_persons(rows: _Rows, at: _Positions, problem: Problem) -> None:
    """Hours, engagements and days of each expert in each month; one slot of a request."""
    count, months = len(at.slot), len(problem.months)
    length = at.length[at.slot]
    use = np.repeat(np.arange(count), length)
    month = np.arange(len(use)) - np.repeat(np.cumsum(length) - length, length) + at.start[at.slot][use]
    key = at.expert[use] * months + month
    for amount, have in (
        (at.hours, [expert.hours for expert in problem.experts]),
        (np.ones(count), [expert.max_engagements for expert in problem.experts]),
        (at.days[at.slot], [expert.onsite_days for expert in problem.experts]),
    ):
        used = amount[use] > 0
        rows.add(key[used], use[used], amount[use][used], np.array(have, dtype=np.float64).reshape(-1))
    together = at.expert * len(problem.requests) + at.request
    keys, row = np.unique(together, return_inverse=True)
    rows.add(row.astype(np.int64), np.arange(count), np.ones(count), np.ones(len(keys)))


def _add_budgets(rows: _Rows, at: _Positions, problem: Problem) -> None:
    everything = np.arange(len(at.slot))
    is_net = np.array([request.budget_basis == "net" for request in problem.requests], dtype=np.bool_)
    budgets = np.array([np.inf if request.budget is None else request.budget for request in problem.requests])
    rows.add(at.request, everything, np.where(is_net[at.request], at.net_cost, at.cost), budgets)
    position = {one.id: number for number, one in enumerate(problem.organizations)}
    organization = np.array([position[request.organization] for request in problem.requests], dtype=np.int64)
    limits = np.array([np.inf if one.budget is None else one.budget for one in problem.organizations])
    rows.add(organization[at.request], everything, at.cost, limits)


def _add_equity(rows: _Rows, at: _Positions, problem: Problem, first: int) -> Floats:
    """Add, for each organization served, as many steps as filled slots; return 1/k of every step."""
    slots_of_request: dict[int, list[int]] = {}
    for slot, request in enumerate(at.request_of_slot.tolist()):
        slots_of_request.setdefault(request, []).append(slot)
    serving: dict[str, list[int]] = {}
    for number, request in enumerate(problem.requests):
        for name in dict.fromkeys(request.served):
            serving.setdefault(name, []).extend(slots_of_request.get(number, []))
    order = np.argsort(at.slot, kind="stable")
    begin = np.searchsorted(at.slot[order], np.arange(len(at.request_of_slot) + 1))
    steps: list[Floats] = []
    keys: list[Ints] = []
    columns: list[Ints] = []
    amounts: list[Floats] = []
    for number, slots in enumerate(serving.values()):
        pairs = np.concatenate([order[begin[slot] : begin[slot + 1]] for slot in slots])
        mine = first + np.arange(len(slots))
        first += len(slots)
        steps.append(1 / np.arange(1, len(slots) + 1))
        keys.append(np.full(len(slots) + len(pairs), number))
        columns += [mine, pairs]
        amounts += [np.ones(len(slots)), -np.ones(len(pairs))]
    if not steps:
        return np.empty(0)
    rows.add(np.concatenate(keys), np.concatenate(columns), np.concatenate(amounts), np.zeros(len(serving)))
    return np.concatenate(steps)
