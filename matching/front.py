"""What fairness costs: the same problem solved for a grid of equity weights, each plan with its proven gap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from matching.check import check
from matching.columns import Columns
from matching.pairs import PairTable
from matching.plan import Plan, Terms
from matching.policy import resolve
from matching.problem import Policy, Problem
from matching.rehearsal import rehearse_pairs, rehearse_search
from matching.scoring import eligible_pairs, is_large
from matching.search import may_be_national, search
from matching.solve import SolveFault, plan_of

EQUITIES = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Points of an organization's first filled slot, ascending."""


@dataclass(frozen=True, slots=True)
class Point:
    """The plan at one ``equity`` weight, the other weights as the policy has them; it has passed ``check``."""

    equity: float
    plan: Plan


@dataclass(frozen=True, slots=True)
class Price:
    """What going from one point to a later one gains in equity, and costs in ``fit``, ``filled`` slots and net ``yen``.

    Costs are positive where the later plan is worse. ``equity`` is the unweighted term: for each organization 1 + 1/2 +
    … over its filled slots. ``proven``: both plans are optimal within the gap asked for, so that no other plan with as
    good a value of its own objective looks different by more than that gap.
    """

    weights: tuple[float, float]
    equity: float
    fit: float
    filled: int
    yen: float
    proven: bool

    def per_equity(self) -> tuple[float, float, float] | None:
        """Return fit, slots and yen for each point of equity gained, None where none is gained."""
        if self.equity <= 0:
            return None
        return self.fit / self.equity, self.filled / self.equity, self.yen / self.equity


def front(
    problem: Problem,
    equities: Sequence[float] = EQUITIES,
    *,
    pairs: PairTable | None = None,
    stop: Callable[[], bool] = lambda: False,
    begun: Callable[[float], None] = lambda _: None,
) -> tuple[Point, ...]:
    """Return the best plan found for each of ``equities``; each has the problem's time limit to itself.

    Pairs are worked out once. ``begun`` is told each weight as its search begins. After a stop, what has been found so
    far is returned. A policy that gives an order of terms is taken by its weights.

    Raises:
        SolveFault: a plan made did not pass the check.
    """
    if is_large(problem):
        rehearse_pairs()
    table = eligible_pairs(problem, lean=is_large(problem)) if pairs is None else pairs
    goal = resolve(problem.policy)
    found: list[Point] = []
    for equity in equities:
        if stop():
            break
        begun(equity)
        policy = Policy(
            weights=replace(goal.weights, equity=equity),
            yen_per_point=goal.yen_per_point,
            travel_counts=problem.policy.travel_counts,
            security_floor=problem.policy.security_floor,
        )
        weighted = replace(problem, policy=policy)
        columns = Columns(weighted, table)
        if may_be_national(columns, resolve(policy)):
            rehearse_search()
        reached = search(columns, resolve(policy), problem.limits, stop=stop)
        plan = replace(plan_of(columns, resolve(policy), reached), seconds=reached.seconds)
        violations = check(weighted, plan, pairs=table)
        if violations:
            raise SolveFault(violations)
        if plan.objective is not None:
            found.append(Point(equity, plan))
    return tuple(found)


def prices_of_fairness(points: Sequence[Point]) -> tuple[Price, ...]:
    """Return what each point costs, against the first."""
    return tuple(_price(points[0], point) for point in points[1:])


def _price(first: Point, later: Point) -> Price:
    one, two = first.plan, later.plan
    return Price(
        weights=(first.equity, later.equity),
        equity=two.terms.equity - one.terms.equity,
        fit=one.terms.fit - two.terms.fit,
        filled=len(one.assignments) - len(two.assignments),
        yen=two.terms.net_cost - one.terms.net_cost,
        proven=one.status == two.status == "optimal",
    )


def undominated(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the points that no other one equals or betters in equity, coverage, fit, stability and cost alike."""
    return tuple(points[number] for number in undominated_terms([point.plan.terms for point in points]))


def undominated_terms(terms: Sequence[Terms]) -> tuple[int, ...]:
    """Return the positions of those of ``terms`` that ``undominated`` keeps."""
    worth = [_worth(one) for one in terms]
    return tuple(
        number
        for number in range(len(worth))
        if not any(_is_better(worth[other], worth[number], tie=other < number) for other in range(len(worth)))
    )


def _worth(terms: Terms) -> tuple[float, ...]:
    return terms.equity, terms.coverage, terms.fit, terms.stability, -terms.net_cost


def _is_better(one: tuple[float, ...], two: tuple[float, ...], *, tie: bool) -> bool:
    return all(a >= b for a, b in zip(one, two, strict=True)) and (one != two or tie)
