"""Every feasible plan of a small problem, tried one by one. Knows the rules of docs/matching-model.md and no model."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import fsum

from matching.policy import resolve
from matching.problem import Problem, ReadyPair

SLACK = 1e-9
GIVEN_UP = 0.001


@dataclass(frozen=True)
class Outcome:
    """A feasible plan: its pairs, what each counts, and what its terms come to."""

    pairs: tuple[ReadyPair, ...]
    counted: tuple[float, ...]
    coverage: float
    fit: float
    equity: float
    stability: float
    cost: float
    shares: tuple[Fraction, ...]


def every_plan(problem: Problem) -> list[Outcome]:
    """Return every feasible plan, pins kept."""
    return [plan for pairs in _assignments(problem) for plan in _with_heads(problem, pairs)]


def objective(problem: Problem, plan: Outcome) -> float:
    goal = resolve(problem.policy)
    w = goal.weights
    return fsum(
        [
            w.coverage * plan.coverage,
            w.fit * plan.fit,
            w.equity * plan.equity,
            w.stability * plan.stability,
            -plan.cost / goal.yen_per_point,
        ]
    )


def best(problem: Problem, plans: Sequence[Outcome]) -> float:
    """Return the objective of the plan the policy asks for; ``plans`` is not empty."""
    goal = resolve(problem.policy)
    left = list(plans)
    if goal.maxmin:
        most = max(sorted(plan.shares) for plan in left)
        left = [plan for plan in left if sorted(plan.shares) == most]
    for term in goal.order:
        sign = -1.0 if term == "cost" else 1.0
        top = max(sign * getattr(plan, term) for plan in left)
        left = [plan for plan in left if sign * getattr(plan, term) >= top - max(GIVEN_UP * abs(top), SLACK) - SLACK]
    return max(objective(problem, plan) for plan in left)


def _assignments(problem: Problem) -> Iterator[tuple[ReadyPair, ...]]:
    banned = {(link.slot, link.expert) for link in problem.forbidden}
    pinned = {(link.slot, link.expert) for link in problem.pins}
    candidates: list[list[ReadyPair | None]] = []
    for _, slot in problem.seats():
        mine = [p for p in problem.pairs or () if p.slot == slot.id and (p.slot, p.expert) not in banned]
        candidates.append([None, *mine])
    for choice in product(*candidates):
        pairs = tuple(pair for pair in choice if pair is not None)
        if pinned <= {(pair.slot, pair.expert) for pair in pairs} and _fits(problem, pairs):
            yield pairs


def _at_most(amounts: Iterable[float], limit: float) -> bool:
    return fsum(amounts) <= limit * (1 + SLACK)


def _fits(problem: Problem, pairs: tuple[ReadyPair, ...]) -> bool:
    return _persons_fit(problem, pairs) and _teams_fit(problem, pairs) and _gross_budgets_fit(problem, pairs)


def _persons_fit(problem: Problem, pairs: tuple[ReadyPair, ...]) -> bool:
    for expert in problem.experts:
        mine = [(pair, *problem.seat_by_slot[pair.slot]) for pair in pairs if pair.expert == expert.id]
        if len({request.id for _, request, _ in mine}) < len(mine):
            return False
        for month in range(len(problem.months)):
            active = [(pair, slot) for pair, _, slot in mine if slot.start <= month < slot.start + slot.length]
            if (
                not _at_most((pair.hours for pair, _ in active), expert.hours[month])
                or len(active) > expert.max_engagements[month]
                or not _at_most((slot.onsite_days for _, slot in active), expert.onsite_days[month])
            ):
                return False
    return True


def _teams_fit(problem: Problem, pairs: tuple[ReadyPair, ...]) -> bool:
    taken = {pair.slot for pair in pairs}
    for request in problem.requests:
        begun = request.team == "all" and any(slot.id in taken for slot in request.slots)
        if begun and not all(slot.id in taken for slot in request.slots if slot.required):
            return False
    return True


def _gross_budgets_fit(problem: Problem, pairs: tuple[ReadyPair, ...]) -> bool:
    gross: dict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        gross[problem.seat_by_slot[pair.slot][0].organization].append(pair.cost)
    budgets = {organization.id: organization.budget for organization in problem.organizations}
    return all(budgets[name] is None or _at_most(yen, budgets[name]) for name, yen in gross.items())


def _with_heads(problem: Problem, pairs: tuple[ReadyPair, ...]) -> Iterator[Outcome]:
    """Yield the plan with each way to give out heads that leaves none unused."""
    heads = {} if problem.subsidy is None else problem.subsidy.heads
    persons: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        organization = problem.seat_by_slot[pair.slot][0].organization
        if organization in heads and pair.net_cost < pair.cost:
            persons[organization].add(pair.expert)
    ways = [
        [{(name, expert) for expert in some} for some in combinations(sorted(mine), min(len(mine), heads[name]))]
        for name, mine in persons.items()
    ]
    for way in product(*ways):
        holders = set().union(*way)
        counted = tuple(_counted(problem, pair, holders, heads) for pair in pairs)
        if _request_budgets_fit(problem, pairs, counted):
            yield _outcome(problem, pairs, counted)


def _counted(problem: Problem, pair: ReadyPair, holders: set[tuple[str, str]], heads: dict[str, int]) -> float:
    organization = problem.seat_by_slot[pair.slot][0].organization
    if organization not in heads or pair.net_cost >= pair.cost or (organization, pair.expert) in holders:
        return pair.net_cost
    return pair.cost


def _request_budgets_fit(problem: Problem, pairs: tuple[ReadyPair, ...], counted: tuple[float, ...]) -> bool:
    for request in problem.requests:
        if request.budget is None:
            continue
        slots = {slot.id for slot in request.slots}
        mine = [(pair, yen) for pair, yen in zip(pairs, counted, strict=True) if pair.slot in slots]
        amounts = [yen if request.budget_basis == "net" else pair.cost for pair, yen in mine]
        if not _at_most(amounts, request.budget):
            return False
    return True


def _outcome(problem: Problem, pairs: tuple[ReadyPair, ...], counted: tuple[float, ...]) -> Outcome:
    taken = {pair.slot for pair in pairs}
    serving: dict[str, list[bool]] = defaultdict(list)
    for request, slot in problem.seats():
        for organization in set(request.beneficiaries or (request.organization,)):
            serving[organization].append(slot.id in taken)
    priority = [problem.seat_by_slot[pair.slot][0].priority for pair in pairs]
    before = {(link.slot, link.expert) for link in problem.previous}
    return Outcome(
        pairs=pairs,
        counted=counted,
        coverage=fsum(priority),
        fit=fsum(weight * pair.fit for weight, pair in zip(priority, pairs, strict=True)),
        equity=fsum(1 / k for filled in serving.values() for k in range(1, sum(filled) + 1)),
        stability=float(sum((pair.slot, pair.expert) in before for pair in pairs)),
        cost=fsum(counted),
        shares=tuple(Fraction(sum(filled), len(filled)) for filled in serving.values()),
    )
