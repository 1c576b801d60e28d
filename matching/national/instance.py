"""A problem as the search at national size works on it: no ids, only positions and numbers."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns, Floats, Ints, Mask
from matching.policy import Goal

PAIRS = ("row", "expert", "slot", "value", "hours", "cost", "charge", "relief", "refund", "person")


@dataclass(frozen=True)
class Instance:
    """E experts, S slots, R requests, M organizations, T months, G groups of served organizations, H persons.

    Of P pairs, by slot and then expert: ``row`` in the pair table; ``value``: points without equity and without a
    head; ``relief``: points more with a head; ``cost``: yen on the organization's budget; ``charge``: yen on the
    request's budget without a head, ``refund``: how much less with one; ``person``: who needs a head, or -1.
    Limits without a number are infinite. ``capacity``, ``engagements``, ``days``: E × T. ``forced``: S, slots that
    every plan fills. ``served``: groups by request, those of r at ``served_start[r]``; ``equity``: G, points of a
    group's first filled slot. ``person_organization``: H; ``head_limit``: M.
    """

    row: Ints
    expert: Ints
    slot: Ints
    value: Floats
    hours: Floats
    cost: Floats
    charge: Floats
    relief: Floats
    refund: Floats
    person: Ints
    capacity: Floats
    engagements: Ints
    days: Floats
    slot_request: Ints
    slot_start: Ints
    slot_length: Ints
    slot_days: Floats
    slot_required: Mask
    forced: Mask
    request_organization: Ints
    request_budget: Floats
    request_whole: Mask
    served_start: Ints
    served: Ints
    organization_budget: Floats
    equity: Floats
    person_organization: Ints
    head_limit: Floats

    @property
    def experts(self) -> int:
        """E."""
        return len(self.capacity)

    @property
    def slots(self) -> int:
        """S."""
        return len(self.slot_request)

    @property
    def requests(self) -> int:
        """R."""
        return len(self.request_organization)

    @property
    def organizations(self) -> int:
        """M."""
        return len(self.organization_budget)

    @cached_property
    def request(self) -> Ints:
        """P: the request of each pair."""
        return self.slot_request[self.slot]

    @cached_property
    def by_expert(self) -> tuple[Ints, Ints]:
        """Where each expert's pairs begin (E + 1), and the pairs in that order."""
        return starts(self.expert, self.experts), np.argsort(self.expert, kind="stable").astype(np.int32)

    @cached_property
    def by_slot(self) -> Ints:
        """S + 1: where each slot's pairs begin."""
        return starts(self.slot, self.slots)

    @cached_property
    def by_request(self) -> Ints:
        """R + 1: where each request's slots begin."""
        return starts(self.slot_request, self.requests)

    @cached_property
    def serving(self) -> Ints:
        """The request of each entry of ``served``."""
        return np.repeat(np.arange(self.requests, dtype=np.int32), np.diff(self.served_start))

    def only(self, keep: Mask) -> "Instance":
        """Return the instance with only the pairs marked in ``keep``."""
        return replace(self, **{name: getattr(self, name)[keep] for name in PAIRS})


def starts(group: Ints, count: int) -> Ints:
    """Return count + 1: where each group begins when entries are sorted by ``group``."""
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=count))]).astype(np.int32)


def instance_of(columns: Columns, goal: Goal, usable: Mask) -> Instance:
    """Return the instance of the pairs marked in ``usable``; of a pinned slot only the pin is left."""
    pinned = np.zeros(len(columns.slot_ids), dtype=np.bool_)
    pinned[columns.pairs.slot[columns.pinned]] = True
    rows = np.flatnonzero(usable & (columns.pinned | ~pinned[columns.pairs.slot])).astype(np.int32)
    begun = np.zeros(len(columns.request_whole), dtype=np.bool_)
    begun[columns.slot_request[pinned]] = True
    team = (begun & columns.request_whole)[columns.slot_request]
    problem, pairs, heads = columns.problem, columns.pairs, columns.heads
    shape = (len(problem.experts), len(problem.months))
    is_net = np.array([r.budget_basis == "net" for r in problem.requests], dtype=np.bool_)[columns.request[rows]]
    served_start, served, equity = _served(columns, goal)
    return Instance(
        row=rows,
        expert=pairs.expert[rows],
        slot=pairs.slot[rows],
        value=_points(columns, goal)[rows],
        hours=pairs.hours[rows],
        cost=pairs.cost[rows],
        charge=np.where(is_net, heads.counted[rows], pairs.cost[rows]),
        relief=heads.relief[rows] / goal.yen_per_point,
        refund=np.where(is_net, heads.relief[rows], 0.0),
        person=heads.person[rows],
        capacity=np.array([e.hours for e in problem.experts], dtype=np.float64).reshape(shape),
        engagements=np.array([e.max_engagements for e in problem.experts], dtype=np.int32).reshape(shape),
        days=np.array([e.onsite_days for e in problem.experts], dtype=np.float64).reshape(shape),
        slot_request=columns.slot_request,
        slot_start=columns.slot_start,
        slot_length=(columns.slot_end - columns.slot_start).astype(np.int32),
        slot_days=columns.slot_days,
        slot_required=columns.slot_required,
        forced=pinned | (team & columns.slot_required),
        request_organization=columns.request_organization,
        request_budget=_budgets([request.budget for request in problem.requests]),
        request_whole=columns.request_whole,
        served_start=served_start,
        served=served,
        organization_budget=_organization_budgets(columns),
        equity=equity,
        person_organization=heads.organization,
        head_limit=np.array([heads.limit.get(m, np.inf) for m in range(len(columns.organization_ids))]),
    )


def _points(columns: Columns, goal: Goal) -> Floats:
    weights = goal.weights
    points: Floats = columns.priority * (weights.coverage + weights.fit * columns.pairs.fit)
    return points + weights.stability * columns.previous - columns.heads.counted / goal.yen_per_point


def _budgets(limits: list[float | None]) -> Floats:
    return np.array([np.inf if limit is None else limit for limit in limits], dtype=np.float64)


def _organization_budgets(columns: Columns) -> Floats:
    known = columns.problem.organization_by_id
    return _budgets([known[name].budget if name in known else None for name in columns.organization_ids])


def _served(columns: Columns, goal: Goal) -> tuple[Ints, Ints, NDArray[np.float64]]:
    requests = len(columns.request_whole)
    pairs = [(int(r), g) for g, one in enumerate(columns.served) for r in np.unique(columns.slot_request[one.slots])]
    pairs.sort()
    request = np.array([r for r, _ in pairs], dtype=np.int32)
    group = np.array([g for _, g in pairs], dtype=np.int32)
    equity = np.array([goal.weights.equity * len(one.organizations) for one in columns.served], dtype=np.float64)
    return starts(request, requests), group, equity
