"""Which limits each pair would break on top of a plan, for many pairs at once, whatever their number."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.chosen import Chosen, persons_with_heads
from matching.columns import Columns, Floats, Ints, Mask
from matching.rows import BUDGETS, TOLERANCE, Kind, organization_budgets

Bits = NDArray[np.uint8]
BLOCK = 500_000
"""Pairs looked at together, so that what is worked out on the way takes little memory."""


def bits(*kinds: Kind) -> int:
    """Return ``kinds`` as bits."""
    return sum(1 << kind for kind in kinds)


class Obstacles:
    """The limits of ``columns`` less what ``chosen`` uses of them."""

    def __init__(self, columns: Columns, chosen: Chosen) -> None:
        self._columns, self._chosen = columns, chosen
        self._pairs = chosen.pairs
        self._held = np.unique(self._key(chosen.pairs))
        self._request_left, self._organization_left = self._money()
        self._counts_net = self._heads()

    def of(self, pairs: NDArray[np.int64]) -> Bits:
        """Return the kinds of limits that each of ``pairs`` would break, as bits; its slot is taken to be free."""
        found = np.zeros(len(pairs), dtype=np.uint8)
        for first in range(0, len(pairs), BLOCK):
            found[first : first + BLOCK] = self._of_block(pairs[first : first + BLOCK])
        return found

    def _of_block(self, pairs: NDArray[np.int64]) -> Bits:
        columns = self._columns
        expert, slot = columns.pairs.expert[pairs], columns.pairs.slot[pairs]
        hours, engagements, days = self._free
        span = self._span[slot]
        request, organization = columns.slot_request[slot], columns.organization[pairs]
        cost, charge = columns.pairs.cost[pairs], self._charge(pairs, request)
        broken = {
            Kind.HOURS: columns.pairs.hours[pairs] > hours[span, expert],
            Kind.MAX_ENGAGEMENTS: engagements[span, expert] < 1,
            Kind.ONSITE_DAYS: columns.slot_days[slot] > days[span, expert],
            Kind.ONE_SLOT_PER_REQUEST: np.isin(self._key(pairs), self._held),
            Kind.REQUEST_BUDGET: (charge > self._request_left[request]) & (charge > 0),
            Kind.ORGANIZATION_BUDGET: (cost > self._organization_left[organization]) & (cost > 0),
        }
        found = np.zeros(len(pairs), dtype=np.uint8)
        for kind, is_broken in broken.items():
            found |= np.where(is_broken, np.uint8(1 << kind), np.uint8(0))
        return found

    def _key(self, pairs: NDArray[np.int64] | Ints) -> NDArray[np.int64]:
        columns = self._columns
        return columns.pairs.expert[pairs].astype(np.int64) * len(columns.request_whole) + columns.request[pairs]

    @cached_property
    def _spans(self) -> tuple[Ints, Ints]:
        """The runs of months that slots take (2 × N: first, and the one after the last), and the run of each slot."""
        ends = np.column_stack([self._columns.slot_start, self._columns.slot_end]).reshape(-1, 2)
        runs, which = np.unique(ends, axis=0, return_inverse=True)
        return runs, which.reshape(-1).astype(np.int32)

    @cached_property
    def _span(self) -> Ints:
        return self._spans[1]

    @cached_property
    def _free(self) -> tuple[Floats, Floats, Floats]:
        """Hours, engagements and days left in the tightest month of each run, N × E."""
        columns, pairs = self._columns, self._pairs
        experts = columns.problem.experts
        shape = (len(experts), len(columns.problem.months))
        slot, expert = columns.pairs.slot[pairs], columns.pairs.expert[pairs]
        left = []
        for have, takes in (
            ([one.hours for one in experts], columns.pairs.hours[pairs]),
            ([one.max_engagements for one in experts], np.ones(len(pairs))),
            ([one.onsite_days for one in experts], columns.slot_days[slot]),
        ):
            free = np.array(have, dtype=np.float64).reshape(shape) * (1 + TOLERANCE)
            for month in range(shape[1]):
                active = (columns.slot_start[slot] <= month) & (month < columns.slot_end[slot])
                free[:, month] -= np.bincount(expert[active], takes[active], minlength=shape[0])
            left.append(
                np.array([free[:, first:end].min(axis=1) for first, end in self._spans[0]]).reshape(-1, shape[0])
            )
        return left[0], left[1], left[2]

    def _money(self) -> tuple[Floats, Floats]:
        """Return what requests and organizations have left."""
        columns, pairs = self._columns, self._pairs
        budgets = [np.inf if one.budget is None else one.budget for one in columns.problem.requests]
        request = np.array(budgets, dtype=np.float64) * (1 + TOLERANCE)
        spent = np.where(self._is_net[columns.request[pairs]], self._chosen.counted, columns.pairs.cost[pairs])
        request -= np.bincount(columns.request[pairs], spent, minlength=len(request))
        organization = organization_budgets(columns) * (1 + TOLERANCE)
        organization -= np.bincount(columns.organization[pairs], columns.pairs.cost[pairs], minlength=len(organization))
        return request, organization

    @cached_property
    def _is_net(self) -> Mask:
        return np.array([one.budget_basis == "net" for one in self._columns.problem.requests], dtype=np.bool_)

    def _heads(self) -> Mask:
        """Return H + 1: whether a person has a head or would get one; the last is for pairs that need none."""
        heads = self._columns.heads
        holders = np.array(sorted(persons_with_heads(self._columns, self._chosen)), dtype=np.int64)
        used = np.bincount(heads.organization[holders], minlength=len(self._columns.organization_ids))
        left = np.array([heads.limit.get(one, 0) for one in range(len(used))]) - used > 0
        counts_net = np.append(left[heads.organization], True) if len(heads.organization) else np.array([True])
        counts_net[holders] = True
        return counts_net

    def _charge(self, pairs: NDArray[np.int64], request: Ints) -> Floats:
        """Return what each of ``pairs`` takes of its request's budget."""
        heads, cost = self._columns.heads, self._columns.pairs.cost[pairs]
        net = heads.counted[pairs] - np.where(self._counts_net[heads.person[pairs]], heads.relief[pairs], 0.0)
        return np.where(self._is_net[request], net, cost)


MONEY = bits(*BUDGETS)
"""The limits of money, as bits."""
