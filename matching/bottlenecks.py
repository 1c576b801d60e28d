"""What holds the whole plan back: limits that bind, with their shadow prices, and skills that are scarce."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import fsum

import numpy as np

from matching.chosen import chosen_of, usage
from matching.columns import Columns
from matching.handoff import Highs
from matching.model import Model, limit_name
from matching.pairs import PairTable
from matching.plan import Plan
from matching.policy import resolve
from matching.problem import Problem
from matching.rows import BUDGETS, Kind, Rows, binding_rows
from matching.scoring import eligible_pairs
from matching.statements import as_solved
from matching.usable import usable_pairs

SMALLEST_PRICE = 1e-9

UNITS = {
    Kind.HOURS: "hours",
    Kind.MAX_ENGAGEMENTS: "engagements",
    Kind.ONSITE_DAYS: "days",
    Kind.REQUEST_BUDGET: "yen",
    Kind.ORGANIZATION_BUDGET: "yen",
}


@dataclass(frozen=True, slots=True)
class BindingLimit:
    """A limit with a price: points the best plan would gain for one ``unit`` more, by the linear relaxation.

    Where months have the same pairs, ``month`` is the one with the tightest limit. ``worth``: points for as much more
    as the largest pair here needs. Only the fields that apply are set.
    """

    kind: str
    unit: str
    price: float
    worth: float
    used: float
    limit: float
    expert: str | None = None
    month: str | None = None
    request: str | None = None
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class ScarceSkill:
    """A skill that open slots need: ``open_slots`` of ``slots`` ask for at least ``level`` as mandatory.

    ``experts`` have it at that level; ``hours_left``: their free hours over the horizon beside the plan.
    ``by_prefecture``: open slots by the first two digits of the 団体コード, where it is one.
    """

    skill: str
    level: int
    open_slots: int
    slots: int
    experts: int
    hours_left: float
    by_prefecture: dict[str, int]


@dataclass(frozen=True, slots=True)
class PlanExplanation:
    """What binds, most worth first, and which skills are scarce, most open slots first."""

    limits: tuple[BindingLimit, ...]
    skills: tuple[ScarceSkill, ...]


def explain_plan(
    problem: Problem, plan: Plan, *, seconds: float = 30.0, pairs: PairTable | None = None
) -> PlanExplanation:
    """Return what holds the plan back. Prices are those of the weighted sum, whatever order a policy gives."""
    solved, _ = as_solved(problem, plan)
    columns = Columns(solved, eligible_pairs(solved) if pairs is None else pairs)
    has_plan = plan.objective is not None
    return PlanExplanation(
        limits=_binding(columns, plan, seconds) if has_plan else (),
        skills=_scarce(solved, plan) if has_plan else (),
    )


def _binding(columns: Columns, plan: Plan, seconds: float) -> tuple[BindingLimit, ...]:
    usable = usable_pairs(columns)
    among = np.flatnonzero(usable.mask)
    rows = binding_rows(columns, usable.mask)
    model = Model(columns, rows, among)
    solver = Highs(seconds=seconds, threads=columns.problem.limits.threads, relaxed=True)
    model.maximize(model.weighted(resolve(columns.problem.policy)), solver)
    used = usage(columns, rows, chosen_of(columns, plan))
    limits = []
    for row in range(len(rows)):
        kind = Kind(int(rows.kind[row]))
        price = solver.prices.get(limit_name(kind, row), 0.0)
        if kind in UNITS and price > SMALLEST_PRICE:
            limits.append(_limit(columns, rows, row, price, fsum(used[rows.entries(row)])))
    return tuple(sorted(limits, key=lambda one: -one.worth))


def _limit(columns: Columns, rows: Rows, row: int, price: float, used: float) -> BindingLimit:
    kind, place = Kind(int(rows.kind[row])), int(rows.place[row])
    is_person = kind not in BUDGETS
    return BindingLimit(
        kind=kind.name.lower(),
        unit=UNITS[kind],
        price=price,
        worth=price * float(rows.amount[rows.entries(row)].max()),
        used=used,
        limit=float(rows.limit[row]),
        expert=columns.expert_ids[place] if is_person else None,
        month=columns.problem.months[int(rows.detail[row])] if is_person else None,
        request=columns.problem.requests[place].id if kind is Kind.REQUEST_BUDGET else None,
        organization=columns.organization_ids[place] if kind is Kind.ORGANIZATION_BUDGET else None,
    )


def _scarce(problem: Problem, plan: Plan) -> tuple[ScarceSkill, ...]:
    is_open = {one.slot for one in plan.open_slots}
    asked: dict[tuple[str, int], list[tuple[str, bool]]] = defaultdict(list)
    for request, slot in problem.seats():
        for need in slot.needs:
            if need.mandatory:
                asked[need.skill, need.level].append((request.organization, slot.id in is_open))
    spent = _hours_spent(problem, plan)
    found = []
    for (skill, level), slots in asked.items():
        without = [organization for organization, unfilled in slots if unfilled]
        if not without:
            continue
        able = [expert for expert in problem.experts if expert.skills.get(skill, 0) >= level]
        found.append(
            ScarceSkill(
                skill=skill,
                level=level,
                open_slots=len(without),
                slots=len(slots),
                experts=len(able),
                hours_left=fsum(fsum(expert.hours) - spent.get(expert.id, 0.0) for expert in able),
                by_prefecture=dict(sorted(Counter(o[:2] for o in without if _has_prefecture(o)).items())),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.open_slots, one.experts, one.skill, one.level)))


def _hours_spent(problem: Problem, plan: Plan) -> dict[str, float]:
    spent: dict[str, float] = defaultdict(float)
    for one in plan.assignments:
        spent[one.expert] += one.hours * problem.seat_by_slot[one.slot][1].length
    return spent


def _has_prefecture(organization: str) -> bool:
    return len(organization) == 6 and organization.isascii() and organization.isdigit()
