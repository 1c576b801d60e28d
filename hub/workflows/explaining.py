"""Why a plan is as it is, worked out within a time limit: what binds, remedies of open slots, alternatives of each."""

from collections.abc import Callable
from dataclasses import replace

from hub.workflows.plan_details import AlternativeFound, Explanations
from matching.bottlenecks import PlanExplanation, explain_plan
from matching.explain import explain_slot
from matching.plan import OpenSlot, Plan, Remedy
from matching.problem import Problem
from matching.remedies import remedies_for
from matching.scoring import eligible_pairs
from matching.whatif import Deadline

LEAST = 0.5
"""Seconds a slot gets while there is time at all: a smaller share would find nothing for anybody."""
FOR_LIMITS = 0.1
"""Share of the time for what binds the whole plan."""
SCORED_WITHIN = 0.2
"""Share of the time that scoring may take for the limits to be looked at: their model takes some times as long."""

Stop = Callable[[], bool]


def explain(problem: Problem, plan: Plan, seconds: float, stop: Stop = lambda: False) -> tuple[Plan, Explanations]:
    """Return ``plan`` with the remedies found for its open slots, and what else was worked out in ``seconds``.

    Open slots come first, those of high priority before others, then the filled ones in the order of the problem.
    """
    if seconds <= 0 or plan.objective is None:
        return plan, Explanations()
    deadline = Deadline(seconds)
    pairs = eligible_pairs(problem)
    whole = PlanExplanation((), ())
    if deadline.left() > seconds * (1 - SCORED_WITHIN):
        whole = explain_plan(problem, plan, seconds=max(LEAST, seconds * FOR_LIMITS), pairs=pairs)
    remedies: dict[str, tuple[Remedy, ...]] = {}
    alternatives: dict[str, tuple[AlternativeFound, ...]] = {}
    left = {slot.slot for slot in plan.open_slots}
    order = _order(problem, plan.open_slots)
    for position, slot in enumerate(order):
        if deadline.left() <= 0 or stop():
            break
        share = max(LEAST, deadline.left(len(order) - position)) / (2 if slot in left else 1)
        if slot in left:
            remedies[slot] = remedies_for(problem, plan, slot, share, pairs=pairs, stop=stop)
        found = explain_slot(problem, plan, slot, seconds=share, pairs=pairs).alternatives
        alternatives[slot] = tuple(
            AlternativeFound(
                expert=other.expert,
                fit=other.fit,
                cost=other.cost,
                net_cost=other.net_cost,
                hours=other.hours,
                elsewhere=other.used_in,
                change=other.delta,
                proven=other.proven,
                impossible=bool(other.conflicts),
            )
            for other in found
        )
    open_slots = tuple(replace(slot, remedies=remedies.get(slot.slot, ())) for slot in plan.open_slots)
    return replace(plan, open_slots=open_slots), Explanations(
        alternatives=alternatives, remedied=frozenset(remedies), limits=whole.limits, skills=whole.skills
    )


def _order(problem: Problem, open_slots: tuple[OpenSlot, ...]) -> list[str]:
    left = {slot.slot for slot in open_slots}
    first = [(-request.priority, slot.id) for request, slot in problem.seats() if slot.id in left]
    rest = [slot.id for _, slot in problem.seats() if slot.id not in left]
    return [*(slot for _, slot in sorted(first, key=lambda one: one[0])), *rest]
