"""Whether a plan's figures are right: each assignment's, and the terms, objective, bound and gap that follow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum, isfinite

import numpy as np

from matching.columns import Columns
from matching.feasibility import Filled, Violation
from matching.pairs import PARTS
from matching.plan import Plan, Terms
from matching.policy import Goal
from matching.problem import Link, Problem
from matching.progress import ACCURACY
from matching.scoring import detailed

EXACT = 1e-9
"""Relative accuracy of figures copied from a pair, and of sums of them."""


def differs(stated: float, right: float, accuracy: float = ACCURACY) -> bool:
    """Tell whether ``stated`` is not ``right`` up to ``accuracy``, relative where it is above 1."""
    return not isfinite(stated) or abs(stated - right) > accuracy * max(1.0, abs(right))


def wrong_figure(place: str, stated: float, right: float) -> Violation:
    """Return the violation of a figure that should be ``right``."""
    return Violation(
        "figure", place, f"{stated!r} とありますが、正しくは {right!r} です", f"says {stated!r}, should be {right!r}"
    )


def wrong_pairs(columns: Columns, filled: Sequence[Filled]) -> Iterator[Violation]:
    """Yield assignments that are no eligible pair or whose figures are not the pair's."""
    links = [Link(one.assignment.slot, one.assignment.expert) for one in filled]
    rows = [columns.position(link) for link in links]
    known = np.unique(np.array([row for row in rows if row is not None], dtype=np.int64))
    table = detailed(columns.problem, columns.pairs, known)
    for one, link, position in zip(filled, links, rows, strict=True):
        place = f"/assignments/{one.position}"
        if position is None:
            rule = columns.blocking_rule(link) or "-"
            yield Violation(
                "not_eligible",
                f"{place}/expert",
                f"「{link.expert}」は枠「{link.slot}」の候補ではありません(規則: {rule})",
                f"{link.expert} is not eligible for slot {link.slot} (rule: {rule})",
            )
            continue
        row, made = int(np.searchsorted(known, position)), one.assignment
        for name, stated, right in (
            ("fit", made.fit, table.fit[row]),
            ("cost", made.cost, table.cost[row]),
            ("hours", made.hours, table.hours[row]),
        ):
            if differs(stated, float(right), EXACT):
                yield wrong_figure(f"{place}/{name}", stated, float(right))
        yield from _wrong_parts(place, made.parts, table.parts[row].tolist())
        yield from _wrong_travel(place, one, float(table.travel_minutes[row]), float(table.travel_yen[row]))


def _wrong_parts(place: str, parts: Mapping[str, float], points: Sequence[float]) -> Iterator[Violation]:
    right = dict(zip(PARTS, points, strict=True)) if points else {}
    for name in dict.fromkeys((*right, *parts)):
        if name not in right or name not in parts or differs(parts[name], right[name], EXACT):
            yield wrong_figure(f"{place}/parts/{name}", parts.get(name, 0.0), right.get(name, 0.0))


def _wrong_travel(place: str, one: Filled, minutes: float, yen: float) -> Iterator[Violation]:
    travel = one.assignment.travel
    for name, stated, right in (
        ("minutes", 0.0 if travel is None else travel.minutes, minutes),
        ("yen", 0.0 if travel is None else travel.yen, yen),
    ):
        if differs(stated, right, EXACT):
            yield wrong_figure(f"{place}/travel/{name}", stated, right)


def wrong_net_costs(columns: Columns, filled: Sequence[Filled]) -> Iterator[Violation]:
    """Yield assignments that count neither net nor, where no head is left, gross; a person's pairs count alike."""
    problem = columns.problem
    named = {} if problem.subsidy is None else problem.subsidy.heads
    gross: dict[str, dict[str, Filled]] = defaultdict(dict)
    net: dict[str, set[str]] = defaultdict(set)
    for one in filled:
        row = columns.position(Link(one.assignment.slot, one.assignment.expert))
        if row is None:
            continue
        right, cost = float(columns.pairs.net_cost[row]), float(columns.pairs.cost[row])
        organization, expert = one.request.organization, one.assignment.expert
        counts_net = not differs(one.assignment.net_cost, right, EXACT)
        if organization not in named or right >= cost:
            if not counts_net:
                yield wrong_figure(f"/assignments/{one.position}/net_cost", one.assignment.net_cost, right)
        elif counts_net:
            net[organization].add(expert)
        elif differs(one.assignment.net_cost, cost, EXACT):
            yield wrong_figure(f"/assignments/{one.position}/net_cost", one.assignment.net_cost, right)
        else:
            gross[organization][expert] = one
    for organization, persons in gross.items():
        for expert, one in persons.items():
            if expert in net[organization] or len(net[organization]) < named[organization]:
                yield Violation(
                    "heads",
                    f"/assignments/{one.position}/net_cost",
                    f"「{expert}」は「{organization}」の補助の対象なのに、補助前の額で数えられています",
                    f"{expert} has a head at {organization} but is counted gross",
                )


def right_terms(problem: Problem, filled: Sequence[Filled]) -> Terms:
    """Return the terms that follow from the assignments as stated, summed one by one."""
    taken = {one.slot.id for one in filled}
    before = {(link.slot, link.expert) for link in problem.previous}
    reached: dict[str, int] = defaultdict(int)
    for request, slot in problem.seats():
        for organization in dict.fromkeys(request.served):
            reached[organization] += slot.id in taken
    return Terms(
        coverage=fsum(one.request.priority for one in filled),
        fit=fsum(one.request.priority * one.assignment.fit for one in filled),
        equity=fsum(1 / k for count in reached.values() for k in range(1, count + 1)),
        stability=float(sum((one.assignment.slot, one.assignment.expert) in before for one in filled)),
        net_cost=fsum(one.assignment.net_cost for one in filled),
        cost=fsum(one.assignment.cost for one in filled),
    )


def right_objective(goal: Goal, terms: Terms) -> float:
    """Return the points that ``terms`` come to."""
    weights = goal.weights
    return (
        weights.coverage * terms.coverage
        + weights.fit * terms.fit
        + weights.equity * terms.equity
        + weights.stability * terms.stability
        - terms.net_cost / goal.yen_per_point
    )


def wrong_totals(plan: Plan, goal: Goal, terms: Terms) -> Iterator[Violation]:
    """Yield terms, objective, bound or gap that do not follow from the assignments."""
    names: Iterable[str] = ("coverage", "fit", "equity", "stability", "net_cost", "cost")
    for name in names:
        stated, right = getattr(plan.terms, name), getattr(terms, name)
        if differs(stated, right, EXACT):
            yield wrong_figure(f"/terms/{name}", stated, right)
    if plan.objective is None or plan.bound is None or plan.gap is None:
        return
    objective = right_objective(goal, terms)
    if differs(plan.objective, objective):
        yield wrong_figure("/objective", plan.objective, objective)
    if not isfinite(plan.bound) or plan.bound < plan.objective - ACCURACY * max(1.0, abs(plan.objective)):
        yield Violation(
            "bound",
            "/bound",
            f"上界 {plan.bound!r} が目的関数値 {plan.objective!r} を下回っています",
            f"the bound {plan.bound!r} is below the objective {plan.objective!r}",
        )
    gap = max(0.0, plan.bound - plan.objective) / max(1.0, abs(plan.objective))
    if differs(plan.gap, gap):
        yield wrong_figure("/gap", plan.gap, gap)
