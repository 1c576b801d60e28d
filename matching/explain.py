"""Why the plan is as it is, as data: each counterfactual is a changed problem that was solved, nothing is made up."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matching.bottlenecks import BindingLimit, PlanExplanation, ScarceSkill, explain_plan
from matching.eligibility import first_block
from matching.pairs import FunnelStep, PairTable
from matching.plan import Assignment, Conflict, OpenReason, Plan, Remedy
from matching.problem import Problem
from matching.whatif import Answer, Deadline, WhatIf

__all__ = [
    "Alternative",
    "BindingLimit",
    "Change",
    "PairExplanation",
    "PlanExplanation",
    "ScarceSkill",
    "SlotExplanation",
    "explain_pair",
    "explain_plan",
    "explain_slot",
]

MOST_ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A slot that another plan fills differently; None: nobody."""

    slot: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Someone else for a slot. ``used_in``: the slots they have in the plan.

    ``objective``: of the whole plan with this person in the slot, ``delta`` what that is more than now (negative: it
    costs), both None when no plan allows it (``conflicts``) or none was found in time. ``proven``: no plan with this
    person in the slot is better, so ``delta`` is exact within the gap; otherwise ``delta`` is at least this.
    """

    expert: str
    fit: float
    cost: float
    net_cost: float
    hours: float
    used_in: tuple[str, ...]
    objective: float | None
    delta: float | None
    proven: bool
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class SlotExplanation:
    """A slot, filled (``assignment`` with the parts of its fit) or open (``reason``, ``remedies``).

    ``alternatives``: the eligible experts who fit best, apart from the one chosen; ``others``: how many more there
    are. ``funnel``: how many experts each rule of eligibility removed.
    """

    slot: str
    assignment: Assignment | None
    reason: OpenReason | None
    funnel: tuple[FunnelStep, ...]
    alternatives: tuple[Alternative, ...]
    others: int
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """Why an expert is not in a slot: ``rule``, the first that blocks the pair, or ``alternative``, what it would do.

    Both None: the expert is in the slot.
    """

    slot: str
    expert: str
    rule: str | None
    alternative: Alternative | None


def explain_slot(
    problem: Problem,
    plan: Plan,
    slot_id: str,
    *,
    seconds: float = 10.0,
    pairs: PairTable | None = None,
    most: int = MOST_ALTERNATIVES,
) -> SlotExplanation:
    """Return why ``slot_id`` has the expert it has, or nobody, with up to ``most`` alternatives solved for.

    Raises:
        KeyError: the problem has no such slot.
    """
    whatif = WhatIf(problem, plan, pairs)
    if slot_id not in whatif.problem.seat_by_slot:
        raise KeyError(slot_id)
    position = whatif.columns.slot_ids.index(slot_id)
    assignment = next((one for one in plan.assignments if one.slot == slot_id), None)
    open_slot = next((one for one in plan.open_slots if one.slot == slot_id), None)
    rows = [row for row in _by_fit(whatif, position) if assignment is None or _name(whatif, row) != assignment.expert]
    deadline = Deadline(seconds)
    shown = rows[:most]
    return SlotExplanation(
        slot=slot_id,
        assignment=assignment,
        reason=None if open_slot is None else open_slot.reason,
        funnel=whatif.pairs.funnel[position],
        alternatives=tuple(
            _alternative(whatif, slot_id, row, deadline.left(len(shown) - number)) for number, row in enumerate(shown)
        ),
        others=len(rows) - len(shown),
        remedies=() if open_slot is None else open_slot.remedies,
    )


def explain_pair(
    problem: Problem, plan: Plan, slot_id: str, expert_id: str, *, seconds: float = 10.0, pairs: PairTable | None = None
) -> PairExplanation:
    """Return why ``expert_id`` is not in ``slot_id``: the first rule that blocks it, or what the plan would lose.

    Raises:
        KeyError: the problem has no such slot or expert.
    """
    whatif = WhatIf(problem, plan, pairs)
    rule = first_block(whatif.problem, slot_id, expert_id)
    if rule is None and any(link.slot == slot_id and link.expert == expert_id for link in whatif.problem.forbidden):
        rule = "forbidden"
    if rule is not None or whatif.experts.get(slot_id) == expert_id:
        return PairExplanation(slot_id, expert_id, rule, None)
    position = whatif.columns.slot_ids.index(slot_id)
    row = next(row for row in _by_fit(whatif, position) if _name(whatif, row) == expert_id)
    return PairExplanation(slot_id, expert_id, None, _alternative(whatif, slot_id, row, seconds))


def _by_fit(whatif: WhatIf, position: int) -> list[int]:
    """Return the pairs of a slot that are not forbidden, best fit first."""
    rows = np.flatnonzero((whatif.pairs.slot == position) & ~whatif.columns.forbidden)
    return [int(row) for row in rows[np.argsort(-whatif.pairs.fit[rows], kind="stable")]]


def _name(whatif: WhatIf, row: int) -> str:
    return whatif.columns.expert_ids[int(whatif.pairs.expert[row])]


def _alternative(whatif: WhatIf, slot: str, row: int, seconds: float) -> Alternative:
    expert, table = _name(whatif, row), whatif.pairs
    has_plan = whatif.plan.objective is not None
    answer = whatif.pinned(slot, expert, seconds) if has_plan and seconds > 0 else Answer(None, False, {})
    now = whatif.plan.objective
    return Alternative(
        expert=expert,
        fit=float(table.fit[row]),
        cost=float(table.cost[row]),
        net_cost=float(table.net_cost[row]),
        hours=float(table.hours[row]),
        used_in=tuple(whatif.used.get(expert, ())),
        objective=answer.objective,
        delta=None if answer.objective is None or now is None else answer.objective - now,
        proven=answer.proven,
        changes=_changes(whatif.experts, answer.experts, whatif.columns.slot_ids) if answer.experts else (),
        conflicts=answer.conflicts,
    )


def _changes(before: Mapping[str, str], after: Mapping[str, str], slots: tuple[str, ...]) -> tuple[Change, ...]:
    return tuple(
        Change(slot, before.get(slot), after.get(slot)) for slot in slots if before.get(slot) != after.get(slot)
    )
