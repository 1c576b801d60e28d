"""The front of plans over equity weights: each point is the best for its weights, and what fairness costs adds up."""

from dataclasses import replace
from itertools import pairwise

import pytest

from matching.check import check
from matching.front import Point, front, prices_of_fairness, undominated
from matching.problem import Limits, Policy, Weights
from tests.matching.exhaustive import best, every_plan
from tests.matching.small_problems import small_problem

CLOSE = 1e-6
EQUITIES = (0.0, 0.4, 3.0)
BASE = Weights(coverage=0.0, fit=0.2, equity=0.1, stability=0.1)
YEN = 2e5


def points_of(seed: int) -> tuple[Point, ...]:
    problem = replace(
        small_problem(seed), policy=Policy(weights=BASE, yen_per_point=YEN), limits=Limits(gap=0.0, threads=1)
    )
    points = front(problem, EQUITIES)
    assert [point.equity for point in points] == list(EQUITIES)
    for point in points:
        weighted = replace(problem, policy=replace(problem.policy, weights=replace(BASE, equity=point.equity)))
        assert check(weighted, point.plan) == ()
        assert point.plan.objective == pytest.approx(best(weighted, every_plan(weighted)), abs=CLOSE)
    return points


def test_each_point_is_the_best_for_its_weight_and_more_weight_never_means_less_equity():
    differ = 0
    for seed in range(76_000, 76_030):
        points = points_of(seed)
        for one, two in pairwise(points):
            assert two.plan.terms.equity >= one.plan.terms.equity - CLOSE
            differ += two.plan.terms.equity > one.plan.terms.equity + CLOSE
    assert differ > 3


def test_the_price_of_fairness_is_the_difference_of_two_plans():
    gained = 0
    for seed in range(76_000, 76_015):
        points = points_of(seed)
        for price, point in zip(prices_of_fairness(points), points[1:], strict=True):
            first, later = points[0].plan, point.plan
            assert price.proven
            assert price.weights == (0.0, point.equity)
            assert price.yen == later.terms.net_cost - first.terms.net_cost
            assert price.filled == len(first.assignments) - len(later.assignments)
            each = price.per_equity()
            assert (each is None) == (price.equity <= 0)
            if each is not None:
                gained += 1
                assert each[0] * price.equity == pytest.approx(first.terms.fit - later.terms.fit)
    assert gained > 1


def test_of_plans_alike_the_first_is_kept_and_none_that_another_betters():
    points = points_of(76_000)
    worse = replace(points[0].plan, terms=replace(points[0].plan.terms, fit=points[0].plan.terms.fit - 1))
    kept = undominated([*points, points[0], Point(9.0, worse)])
    assert points[0] in kept
    assert 9.0 not in [point.equity for point in kept]
    assert len(kept) == len(set(map(id, kept)))


def test_a_stop_ends_the_front():
    problem = small_problem(76_001)
    assert front(problem, stop=lambda: True) == ()
