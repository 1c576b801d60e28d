"""What is borne over several fiscal years (試算): each year by its own rule, a year without a confirmed one by none.

Money is whole yen. A cost belongs to the fiscal year (from April) of the months worked. Travel counts only where the
caller says so: no source says whether it does (``SubsidyRules.travel`` has what is assumed for each form of work).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType

from skill_standards.faults import Fault, StandardsError
from skill_standards.models import Remark
from skill_standards.subsidy import (
    CIO_AIDE,
    PREF_SUPPORT,
    BurdenEstimate,
    SubsidyRules,
    YearRule,
    aide_burden,
    exact_weights,
    pool_burden,
    refuse_bad_amounts,
    share_burden,
    split,
)

NOTHING: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cost:
    """What one person costs in one fiscal year: ``work`` (報酬等・委託料等) and ``travel``, yen."""

    work: int
    travel: int = 0

    def eligible(self, *, travel_eligible: bool) -> int:
        """Return the part a measure may look at."""
        return self.work + self.travel * travel_eligible


Costs = Mapping[int, Cost]
"""One person's cost by fiscal year."""


@dataclass(frozen=True, slots=True)
class YearlyBurden:
    """What one body bears, an estimate for each fiscal year; ``warnings`` belong beside every figure."""

    estimates: tuple[BurdenEstimate, ...]
    warnings: tuple[Remark, ...]

    @property
    def gross(self) -> int:
        """The whole cost."""
        return sum(estimate.gross for estimate in self.estimates)

    @property
    def grant(self) -> int:
        """What the measure counts, 0 for a year without a confirmed rule."""
        return sum(estimate.grant for estimate in self.estimates)

    @property
    def net(self) -> int:
        """What remains to be borne."""
        return self.gross - self.grant

    @property
    def confirmed(self) -> bool:
        """Whether the rule of every year is confirmed."""
        return all(estimate.confirmed for estimate in self.estimates)


def aide_burden_over_years(
    rules: SubsidyRules,
    persons: Sequence[Costs],
    recruit: Mapping[int, int] = NOTHING,
    *,
    travel_eligible: bool,
    financial_strength: float | None = None,
) -> YearlyBurden:
    """Return a municipality's burden for its CIO補佐官等; ``recruit``: yen by fiscal year.

    The limit of persons holds in each year by itself: the dearest of that year count first.
    """
    estimates = []
    for year, costs, recruiting in _by_year(persons, recruit):
        eligible = [cost.eligible(travel_eligible=travel_eligible) for cost in costs]
        rest = sum(cost.work + cost.travel for cost in costs) - sum(eligible)
        estimates.append(aide_burden(rules.for_year(year, CIO_AIDE), eligible, recruiting, rest))
    return _with_warnings(rules, estimates, financial_strength)


def share_burden_over_years(
    rules: SubsidyRules,
    shares: Sequence[Mapping[int, int]],
    other: Mapping[int, int] = NOTHING,
    *,
    financial_strength: float | None = None,
) -> YearlyBurden:
    """Return what a municipality bears of its share (負担金) of shared persons: yen by fiscal year, one for each.

    ``other``: yen by fiscal year that are borne and never counted.
    """
    refuse_bad_amounts({f"other[{year}]": yen for year, yen in other.items()})
    estimates = []
    for year in sorted({year for share in shares for year in share} | set(other)):
        rule = rules.for_year(year, PREF_SUPPORT)
        parts = [share_burden(rule, share.get(year, 0)) for share in shares]
        estimates.append(_sum(rule, parts, other.get(year, 0)))
    return _with_warnings(rules, estimates, financial_strength)


def pool_burden_over_years(
    rules: SubsidyRules,
    persons: Sequence[Costs],
    recruit: Mapping[int, int] = NOTHING,
    *,
    travel_eligible: bool,
    financial_strength: float | None = None,
) -> YearlyBurden:
    """Return a prefecture's burden for persons it secures: the cap holds per person, recruiting is capped once."""
    estimates = []
    for year, costs, recruiting in _by_year(persons, recruit):
        rule = rules.for_year(year, PREF_SUPPORT)
        eligible = [cost.eligible(travel_eligible=travel_eligible) for cost in costs]
        rest = sum(cost.work + cost.travel for cost in costs) - sum(eligible)
        parts = [pool_burden(rule, cost, 0, [1]).total for cost in eligible]
        estimates.append(_sum(rule, [*parts, pool_burden(rule, 0, recruiting, [1]).total], rest))
    return _with_warnings(rules, estimates, financial_strength)


def shares_of(total: int, weights: Sequence[float]) -> tuple[int, ...]:
    """Return ``total`` yen in whole shares in proportion to ``weights``, adding up to it exactly.

    Each share is the exact one rounded down or up; the yen left over go to the largest remainders, then to the first.
    """
    refuse_bad_amounts({"total": total})
    return split(total, exact_weights(weights))


def _by_year(persons: Sequence[Costs], recruit: Mapping[int, int]) -> list[tuple[int, list[Cost], int]]:
    amounts = {f"recruit[{year}]": yen for year, yen in recruit.items()}
    for i, costs in enumerate(persons):
        for year, cost in costs.items():
            amounts |= {f"persons[{i}][{year}].work": cost.work, f"persons[{i}][{year}].travel": cost.travel}
    refuse_bad_amounts(amounts)
    years = sorted({year for costs in persons for year in costs} | set(recruit))
    return [(year, [costs[year] for costs in persons if year in costs], recruit.get(year, 0)) for year in years]


def _sum(rule: YearRule, parts: Sequence[BurdenEstimate], rest: int = 0) -> BurdenEstimate:
    """Return the parts of one year together with ``rest``, yen that are borne and never counted."""
    return BurdenEstimate(
        rule=rule,
        gross=sum(part.gross for part in parts) + rest,
        eligible=sum(part.eligible for part in parts),
        personnel_grant=sum(part.personnel_grant for part in parts),
        recruit_grant=sum(part.recruit_grant for part in parts),
    )


def _with_warnings(
    rules: SubsidyRules, estimates: Sequence[BurdenEstimate], financial_strength: float | None
) -> YearlyBurden:
    if financial_strength is not None and not (isfinite(financial_strength) and financial_strength >= 0):
        ja, en = "財政力指数は0以上の数にしてください", "the financial strength index is a number of 0 or more"
        raise StandardsError([Fault("net burden", "financial_strength", ja, en)])
    rule = rules.non_receiving
    warnings = [rules.caution]
    warnings += [
        Remark(estimate.rule.note_ja, estimate.rule.note_en, estimate.rule.sources)
        for estimate in estimates
        if not estimate.confirmed
    ]
    if financial_strength is not None and financial_strength >= rule.index_from:
        warnings.append(Remark(rule.ja, rule.en))
    return YearlyBurden(tuple(estimates), tuple(warnings))
