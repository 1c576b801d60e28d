"""Prices of slots, money, heads and equity, and the bound they prove (Lagrangian, over experts' bundles).

At any prices the bound is Σ of the experts' best bundles + what slots, teams, budgets, heads and equity are worth at
these prices. It holds for every choice of prices; the steps only make it small.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matching.columns import Floats, Ints, Mask
from matching.national.bundles import Bench, best_bundles, reduce_values, regrets
from matching.national.instance import Instance
from matching.national.steps import Steps
from matching.national.threads import halves, side_by_side

SLACK = 1e-8
"""Share given on top of every limit, ten times what a plan may use, so that no rounding makes the bound too small."""
ROUNDING = 1e-12
"""Share of all numbers summed up that is added to the bound."""
FEWEST, NODES = 3, 400
"""Nodes of one expert's search before its open bound is taken instead: at first, and at most."""
WORK_PER_PAIR, LEAST_WORK, MOST_WORK = 10, 200_000, 10_000_000
"""Nodes times candidates of one step for each pair, within these: below that, more nodes are given to each expert."""
LAST_NODES = 20
"""Times as many nodes for the bound at the best prices."""
REGRET_WORK = 20_000_000
"""Nodes times candidates that working out regrets may take."""
OUT_OF_SIGHT = 10.0
"""Points by which pairs whose regret is not worked out come after all others."""
WORTHLESS = -1.5
"""Points below which the regret of a pair is not worked out more closely than its reduced value."""


class Experts:
    """The experts' side: pairs in order of expert, and each expert's best bundle at given values.

    ``work``: nodes times candidates that the last bundles took.
    """

    def __init__(self, instance: Instance, nodes: int, threads: int) -> None:
        first, self.order = instance.by_expert
        order, months = self.order, instance.capacity.shape[1]
        self.slot = instance.slot[order]
        self.bench = Bench(
            first,
            self.slot,
            instance.hours[order],
            instance.slot_start,
            instance.slot_length,
            instance.slot_days,
            instance.slot_request,
            instance.capacity * (1 + SLACK) + SLACK,
            instance.engagements,
            instance.days * (1 + SLACK) + SLACK,
            np.zeros((instance.experts, 3, months)),
        )
        self.taken = np.zeros(len(order), dtype=np.int8)
        self.bounds = np.zeros(instance.experts)
        self._most = nodes
        self.work = 0.0
        self.nodes = min(FEWEST, nodes)
        self._wanted = min(max(WORK_PER_PAIR * len(order), LEAST_WORK), MOST_WORK)
        self.parts = halves(first, threads)

    def best(self, reduced: Floats) -> float:
        """Return Σ of upper bounds at values ``reduced`` (in order of expert); ``taken`` says which pairs."""

        def work_on(begins: int, ends: int) -> float:
            return best_bundles(self.bench, reduced, self.nodes, 0, self.taken, self.bounds, begins, ends)

        self.work = sum(side_by_side(work_on, self.parts))
        if self.work < self._wanted:
            self.nodes = min(2 * self.nodes, self._most)
        elif self.work > 4 * self._wanted:
            self.nodes = max(self.nodes // 2, min(FEWEST, self._most))
        return float(self.bounds.sum() + 2e-9 * len(self.bounds))

    def with_nodes(self, factor: int, work: Callable[[], float]) -> float:
        """Return what ``work`` gives with ``factor`` times as many nodes."""
        usual = self.nodes
        self.nodes = factor * usual
        try:
            return work()
        finally:
            self.nodes = usual

    def regrets(self, reduced: Floats, wanted: NDArray[np.int8], most: int) -> Floats:
        """Return what taking each ``wanted`` pair (in order of expert) costs its expert at values ``reduced``."""
        out = np.empty(len(reduced))
        first = self.bench.first[:-1]
        paying, asked = (np.add.reduceat(np.append(one, 0), first) for one in ((reduced > 0) * 1, wanted * 1))
        work = float((paying * asked * (np.diff(self.bench.first) > 0)).sum())
        nodes = int(min(max(REGRET_WORK / max(1.0, work), 1.0), most))

        def work_on(begins: int, ends: int) -> None:
            regrets(self.bench, reduced, nodes, wanted, out, begins, ends)

        side_by_side(work_on, self.parts)
        return out


class Equity:
    """Σ_k weight / k over the filled slots of each group, at a price for each filled slot."""

    def __init__(self, instance: Instance) -> None:
        self.ceiling = instance.equity
        slots = np.diff(instance.by_request)
        self.most = np.bincount(instance.served, weights=slots[instance.serving], minlength=len(self.ceiling))
        self._harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, int(self.most.max(initial=0)) + 1))])

    def best(self, price: Floats) -> tuple[float, Floats]:
        """Return the most of Σ_{k ≤ n} weight / k − price · n over all groups, and each n."""
        wanted = np.where(price > 0, self.ceiling / np.maximum(price, 1e-15), np.inf)
        n = np.floor(np.clip(wanted, 0, self.most)).astype(np.int64)
        n[self.ceiling <= 0] = 0
        return float((self.ceiling * self._harmonic[n] - price * n).sum() + 1e-9 * len(n)), n.astype(np.float64)


class Money:
    """Budgets of requests or organizations: a price is points for the whole budget, so prices are alike in size."""

    def __init__(self, limit: Floats) -> None:
        self.has = np.isfinite(limit)
        self.whole = np.where(self.has, np.maximum(limit, 1.0), 1.0)
        self.room = np.where(self.has, limit, 0.0) / self.whole * (1 + SLACK) + SLACK * self.has

    def project(self, price: Floats) -> Floats:
        """Return the nearest prices that are allowed."""
        return np.where(self.has, np.maximum(price, 0.0), 0.0)


class SlotPrices:
    """The bound as a function of prices in one vector: slots, requests, organizations, groups, heads."""

    def __init__(self, instance: Instance, nodes: int = NODES, threads: int = 1) -> None:
        self.instance = instance
        self.experts, self.equity = Experts(instance, nodes, threads), Equity(instance)
        self.requests, self.organizations = Money(instance.request_budget), Money(instance.organization_budget)
        order = self.experts.order
        self.value, self.charge, self.cost = instance.value[order], instance.charge[order], instance.cost[order]
        self._whole = instance.request_whole[instance.slot_request]
        self._free = instance.forced | (self._whole & instance.slot_required)
        self._bound_team = np.zeros(instance.requests, dtype=np.bool_)
        self._bound_team[instance.slot_request[instance.forced]] = True
        self.owner = instance.request_organization[instance.slot_request]
        self._has_heads = np.isfinite(instance.head_limit)
        self.head_room = np.where(self._has_heads, instance.head_limit, 0.0)
        self.headed = np.flatnonzero(instance.person[order] >= 0)
        self.relief, self._refund = instance.relief[order][self.headed], instance.refund[order][self.headed]
        self.head_share = _head_shares(instance)[order][self.headed]
        sizes = (instance.slots, instance.requests, instance.organizations, len(instance.equity))
        self._cuts = np.cumsum(sizes)
        self.size = int(self._cuts[-1]) + instance.organizations
        self.reduced = np.empty(len(order))

    def split(self, prices: Floats) -> list[Floats]:
        """Return views of ``prices``: of slots, requests, organizations, groups, heads."""
        return np.split(prices, self._cuts)

    def start(self) -> Floats:
        """Return prices to begin with: slots at 0.8 of their best pair, equity at half its first step."""
        prices = np.zeros(self.size)
        slot, _, _, group, _ = self.split(prices)
        np.maximum.at(slot, self.instance.slot, 0.8 * (self.instance.value + self.instance.relief))
        group[:] = self.equity.ceiling * np.where(self.equity.most > 1, 0.5, 1.0)
        return prices

    def project(self, prices: Floats) -> Floats:
        """Bring ``prices`` back, in place, to where the bound holds."""
        slot, request, organization, group, head = self.split(prices)
        slot[:] = np.where(self._free, slot, np.maximum(slot, 0.0))
        request[:] = self.requests.project(request)
        organization[:] = self.organizations.project(organization)
        group[:] = np.clip(group, 0.0, self.equity.ceiling)
        head[:] = np.where(self._has_heads, np.maximum(head, 0.0), 0.0)
        return prices

    def bound(self, prices: Floats) -> tuple[float, Floats]:
        """Return the bound at ``prices`` and its subgradient."""
        instance, slot_of = self.instance, self.experts.slot
        slot, request, organization, group, head = self.split(prices)
        net = self._reduce(prices)
        bound = self.experts.best(self.reduced)
        worth = np.bincount(instance.slot_request[self._whole], slot[self._whole], minlength=instance.requests)
        held = instance.request_whole & (self._bound_team | (worth > 0))
        points, filled = self.equity.best(group)
        bound += float(slot[~self._whole].sum() + worth[held].sum() + points + (request * self.requests.room).sum())
        bound += float((organization * self.organizations.room).sum())
        bound += float((head * self.head_room).sum())
        # Sums of large numbers of both signs are only as good as the largest of them.
        bound += ROUNDING * float(np.abs(slot).sum() + np.abs(worth).sum() + abs(bound))
        gradient = np.empty(self.size)
        by_slot, by_request, by_organization, by_group, by_head = self.split(gradient)
        taken = np.flatnonzero(self.experts.taken)
        r, m = instance.slot_request[slot_of[taken]], self.owner[slot_of[taken]]
        by_slot[:] = np.where(self._whole, held[instance.slot_request], 1.0) - _count(slot_of[taken], instance.slots)
        spent = self.charge[taken] - net[1][taken]
        by_request[:] = self.requests.room - _count(r, instance.requests, spent / self.requests.whole[r])
        spent = self.cost[taken] / self.organizations.whole[m]
        by_organization[:] = self.organizations.room - _count(m, instance.organizations, spent)
        count = _count(r, instance.requests)
        by_group[:] = _count(instance.served, len(group), count[instance.serving]) - filled
        by_head[:] = self.head_room
        by_head -= _count(m, instance.organizations, net[0][taken])
        for money, part in ((self.requests, by_request), (self.organizations, by_organization)):
            part[~money.has] = 0.0
        by_head[~self._has_heads] = 0.0
        return bound, gradient

    def _reduce(self, prices: Floats) -> tuple[Floats, Floats]:
        """Set ``reduced``; return by pair the share of a head it uses at these prices, and the yen it saves."""
        instance, slot_of = self.instance, self.experts.slot
        slot, request, organization, group, head = self.split(prices)
        plus = self.served(group)[instance.slot_request] - slot
        per_charge = (request / self.requests.whole)[instance.slot_request]
        per_cost = (organization / self.organizations.whole)[self.owner]

        def work_on(begins: int, ends: int) -> None:
            pairs = slice(self.experts.bench.first[begins], self.experts.bench.first[ends])
            reduce_values(
                slot_of[pairs],
                self.value[pairs],
                self.charge[pairs],
                self.cost[pairs],
                np.column_stack([plus, per_charge, per_cost]),
                self.reduced[pairs],
            )

        side_by_side(work_on, self.experts.parts)
        share, saved = np.zeros(len(slot_of)), np.zeros(len(slot_of))
        where = slot_of[self.headed]
        gain = self.relief + per_charge[where] * self._refund - head[self.owner[where]] * self.head_share
        pays = gain > 0
        self.reduced[self.headed] += np.where(pays, gain, 0.0)
        share[self.headed[pays]] = self.head_share[pays]
        saved[self.headed[pays]] = self._refund[pays]
        return share, saved

    def descend(
        self, prices: Floats, steps: int, *, hot: float, cold: float, each: Callable[[float], bool]
    ) -> tuple[Floats, float]:
        """Return the best prices met and their bound; ``each`` is told the best bound so far and may say stop."""
        pace = Steps(len(prices), steps, hot, cold)
        now = self.project(prices.copy())
        best, kept = np.inf, now
        for _ in range(steps):
            bound, gradient = self.bound(now)
            if bound < best:
                best, kept = bound, now.copy()
            if each(best):
                break
            now = self.project(now - pace.step(gradient))
        return kept, float(best)

    def values(self, prices: Floats) -> Floats:
        """Return P, in order of expert: what each pair is worth to its expert at ``prices``."""
        self._reduce(prices)
        return self.reduced

    def served(self, group: Floats) -> Floats:
        """Return R: what a filled slot of each request earns at the prices of equity."""
        return _count(self.instance.serving, self.instance.requests, group[self.instance.served])

    def shared(self, prices: Floats) -> Floats:
        """Return the part of ``prices`` that reaches over several requests: organizations, groups, heads."""
        return prices[self._cuts[1] :]

    def split_shared(self, shared: Floats) -> list[Floats]:
        """Return views of ``shared``: of organizations, groups, heads."""
        return np.split(shared, self._cuts[2:] - self._cuts[1])

    def project_shared(self, shared: Floats) -> Floats:
        """Bring ``shared`` back to where the bound holds."""
        return self.project(np.concatenate([np.zeros(self._cuts[1]), shared]))[self._cuts[1] :]

    def shared_gradient(self, pairs: NDArray[np.int64], heads: Floats, filled: Floats) -> Floats:
        """Return the gradient of the shared prices when requests choose ``pairs`` (in order of slot).

        ``heads``: the share of a head each uses; ``filled``: G, slots that equity asks for at its prices.
        """
        instance = self.instance
        r = instance.request[pairs]
        m = instance.request_organization[r]
        gradient = np.empty(self.size - self._cuts[1])
        by_organization, by_group, by_head = self.split_shared(gradient)
        spent = instance.cost[pairs] / self.organizations.whole[m]
        by_organization[:] = self.organizations.room - _count(m, instance.organizations, spent)
        by_organization[~self.organizations.has] = 0.0
        count = _count(r, instance.requests)
        by_group[:] = _count(instance.served, len(filled), count[instance.serving]) - filled
        by_head[:] = np.where(self._has_heads, self.head_room - _count(m, instance.organizations, heads), 0.0)
        return gradient

    def prove(self, prices: Floats) -> float:
        """Return the bound at ``prices`` with more nodes for each expert than a step gets."""
        return self.experts.with_nodes(LAST_NODES, lambda: self.bound(prices)[0])

    def scores(self, prices: Floats, most: int, nodes: int = 50) -> Floats:
        """Return P, in order of slot: how little taking each pair costs at ``prices``; the higher the better.

        It is worked out for the ``most`` pairs of each slot with the highest values; others come after them.
        """
        self._reduce(prices)
        order, scores = self.experts.order, np.empty(len(self.reduced))
        scores[order] = self.reduced
        wanted = (scores >= WORTHLESS) & _highest(scores, self.instance.by_slot, most)
        scores[order] = self.experts.regrets(self.reduced, wanted[order].astype(np.int8), nodes)
        return np.where(wanted, scores, np.minimum(scores, 0.0) - OUT_OF_SIGHT)


def _highest(scores: Floats, first: Ints, most: int) -> Mask:
    """Mark at least the ``most`` highest ``scores`` of each group, which begin at ``first``."""
    marks = np.ones(len(scores), dtype=np.bool_)
    for group in np.flatnonzero(np.diff(first) > most).tolist():
        mine = slice(int(first[group]), int(first[group + 1]))
        marks[mine] = scores[mine] >= -np.partition(-scores[mine], most - 1)[most - 1]
    return marks


def _count(group: Ints, size: int, weights: Floats | None = None) -> Floats:
    return np.bincount(group, weights, minlength=size).astype(np.float64)


def _head_shares(instance: Instance) -> Floats:
    """Return P: one over the number of requests in which the pair's person could use one head at once."""
    keys = instance.person.astype(np.int64) * max(1, instance.requests) + instance.request
    persons = np.unique(keys[instance.person >= 0]) // max(1, instance.requests)
    many = np.bincount(persons, minlength=len(instance.person_organization) + 1)
    return np.where(instance.person >= 0, 1.0 / np.maximum(1, many[instance.person]), 0.0)
