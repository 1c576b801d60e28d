"""Prices of pairs, and the bound they prove: what experts would be paid for each pair, and requests would pay.

Every pair has a price. At any prices no plan is worth more than Σ of the experts' best bundles at these prices + Σ of
the requests' best plans at what a pair is worth to them less its price + what the limits that reach over several
requests (organizations' budgets, heads, equity) are worth at theirs. As requests keep their budgets and teams exactly,
and experts their hours, this bound is lower than that of prices of slots, from which it starts.
"""

from collections.abc import Callable

import numpy as np

from matching.columns import Floats, Ints
from matching.national.bundles import reduce_values
from matching.national.prices import LAST_NODES, ROUNDING, SLACK, SlotPrices
from matching.national.requests import Desk, best_plans
from matching.national.steps import Steps
from matching.national.threads import halves, side_by_side

HOT, COLDNESS = 0.05, 0.6
"""Points by which the price of a pair changes that only its expert or only its request wants: at first, and at last
(shared out over the number of steps: the more steps, the shorter the last ones)."""
WORK_PER_PAIR = 1.5
"""Nodes times candidates that going once through a pair counts as."""
PLAN_NODES = 400
"""Options of one request that are tried before its open bound is taken."""


class PairPrices:
    """The bound at prices of pairs, and ``steps`` that lower it, of which ``left`` are to be made.

    ``at``: prices of slots to start from. It works on ``slots.experts``, which must not be worked with meanwhile.
    """

    def __init__(self, slots: SlotPrices, at: Floats, steps: int, threads: int = 1) -> None:
        instance = slots.instance
        self._slots, self._instance = slots, instance
        self.price = np.empty(len(instance.row))
        self.price[slots.experts.order] = slots.values(at)
        self._shared = slots.shared(at).copy()
        self._steps = self.left = steps
        self._cold = min(HOT, COLDNESS / max(1, steps))
        self._pace = Steps(len(self._shared), max(1, steps), HOT, self._cold)
        self._desk = _desk(slots)
        self._parts = halves(instance.by_slot[instance.by_request], threads)
        self._taken = np.zeros(len(instance.row), dtype=np.int8)
        self._bounds = np.zeros(instance.requests)
        self._gains = np.empty(len(instance.row))

    def bound(self) -> tuple[float, Ints, Floats]:
        """Return the bound, the pairs on which experts and requests differ, and the gradient of the shared prices.

        Whether it is the expert that wants a pair, and not its request, is in ``wanted``.
        """
        slots, instance, experts = self._slots, self._instance, self._slots.experts
        organization, group, head = slots.split_shared(self._shared)
        bound = experts.best(self.price[experts.order])
        share = self._gain(organization, group, head)

        def work_on(begins: int, ends: int) -> None:
            best_plans(self._desk, self._gains, PLAN_NODES, self._taken, self._bounds, begins, ends)

        side_by_side(work_on, self._parts)
        points, filled = slots.equity.best(group)
        bound += float(self._bounds.sum() + points + (organization * slots.organizations.room).sum())
        bound += float((head * slots.head_room).sum())
        size = np.abs(self.price).max(initial=0.0) + np.abs(self._gains).max(initial=0.0)
        bound += ROUNDING * float(size * instance.slots + np.abs(self._bounds).sum() + abs(bound))
        chosen = np.flatnonzero(self._taken)
        gradient = slots.shared_gradient(chosen, share[chosen], filled)
        wanted = np.flatnonzero(experts.taken)
        by_expert = experts.order[wanted]
        self.wanted = np.zeros(len(self.price), dtype=np.int8)
        self.wanted[by_expert] = 1
        differ = np.flatnonzero(self.wanted != self._taken)
        return bound, differ.astype(np.int32), gradient

    def _gain(self, organization: Floats, group: Floats, head: Floats) -> Floats:
        """Set what each pair gains its request; return the share of a head that each uses."""
        slots, instance = self._slots, self._instance
        plus = slots.served(group)[instance.slot_request]
        per_cost = (organization / slots.organizations.whole)[slots.owner]
        by_slot = np.column_stack([plus, np.zeros(instance.slots), per_cost])
        reduce_values(instance.slot, instance.value, instance.charge, instance.cost, by_slot, self._gains)
        share = np.zeros(len(self.price))
        headed = slots.experts.order[slots.headed]
        gain = slots.relief - head[slots.owner[instance.slot[headed]]] * slots.head_share
        self._gains[headed] += np.maximum(gain, 0.0)
        share[headed] = np.where(gain > 0, slots.head_share, 0.0)
        self._gains -= self.price
        return share

    def advance(self, steps: int, is_over: Callable[[], bool], late: float = 0.0) -> float:
        """Make up to ``steps`` more steps, fewer when ``is_over`` says so, and return the best bound met.

        ``late``: the share of the course that is over, if that is more than the share of steps that were made.
        """
        best = np.inf
        for _ in range(min(steps, self.left)):
            bound, differ, gradient = self.bound()
            best = min(best, bound)
            length = HOT * (self._cold / HOT) ** max(1 - self.left / self._steps, late)
            self.price[differ] -= length * np.where(self.wanted[differ] > 0, 1.0, -1.0)
            self._shared = self._slots.project_shared(self._shared - self._pace.step(gradient))
            self.left -= 1
            if is_over():
                break
        return float(best)

    @property
    def work(self) -> float:
        """What the last step took, in nodes times candidates; going through the pairs counts as well."""
        return self._slots.experts.work + WORK_PER_PAIR * len(self.price)

    def prove(self) -> float:
        """Return the bound at the prices reached, with more nodes for each expert than a step gets."""
        return self._slots.experts.with_nodes(LAST_NODES, lambda: self.bound()[0])


def _desk(slots: SlotPrices) -> Desk:
    """Return what the requests know of their pairs."""
    instance = slots.instance
    charge = instance.charge - instance.refund
    order = np.lexsort((charge, instance.slot)).astype(np.int32)
    kept = np.zeros(instance.requests, dtype=np.bool_)
    kept[instance.slot_request[instance.forced]] = True
    team = instance.request_whole[instance.slot_request] & instance.slot_required
    return Desk(
        pair=order,
        charge=charge[order],
        slot_start=instance.by_slot,
        request_start=instance.by_request,
        budget=instance.request_budget * (1 + SLACK) + SLACK,
        must=instance.forced | team,
        whole=instance.request_whole,
        kept=kept,
    )
