"""One person shared by several bodies: how the cost splits, and what each bears of it (試算).

Either the prefecture claims the measure for the whole cost and the members share what remains (SHARED_BY_k), or each
member pays its share of the whole cost and claims for that (PREF_MUNICIPAL_SHARE). The two differ by the yen that
rounding leaves, and by the cap of a person above it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.errors import Invalid
from hub.workflows.scheme_needs import Beneficiary
from matching.faults import Fault
from skill_standards import (
    SubsidyRules,
    YearlyBurden,
    pool_burden_over_years,
    share_burden_over_years,
    shares_of,
)
from skill_standards.burden import Costs
from skill_standards.schemes import SharingMode


@dataclass(frozen=True, slots=True)
class Share:
    """What one body bears of a cost, whole yen."""

    organization: str
    yen: int


@dataclass(frozen=True, slots=True)
class PooledPost:
    """The prefecture claims: its ``total``, and each member's part of the net."""

    total: YearlyBurden
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class MemberBurden:
    """A member claims: what it bears of its own share."""

    organization: str
    burden: YearlyBurden


def weights_of(members: Sequence[Beneficiary], mode: SharingMode) -> tuple[float, ...]:
    """Return the members' weights. Raises Invalid that names each member whose weight is missing or cannot be."""
    if not members:
        ja, en = "費用を分ける団体を1つ以上挙げてください", "name at least one body to share the cost"
        raise Invalid([Fault("/beneficiaries", ja, en)])
    if mode == "equal":
        return (1.0,) * len(members)
    faults = [
        Fault(
            f"/beneficiaries/{i}/weight",
            "日数または人口を0以上の数で書いてください",
            "write the days used or the population, 0 or more",
        )
        for i, member in enumerate(members)
        if member.weight is None or not 0 <= member.weight < float("inf")
    ]
    weights = tuple(member.weight or 0.0 for member in members)
    if not faults and sum(weights) == 0:
        ja, en = "少なくとも1団体の重みを正にしてください", "give at least one body a weight above 0"
        faults = [Fault("/beneficiaries", ja, en)]
    if faults:
        raise Invalid(faults)
    return weights


def split_cost(cost: int, members: Sequence[Beneficiary], mode: SharingMode) -> tuple[Share, ...]:
    """Return ``cost`` yen split by ``mode``; the shares add up to it exactly, odd yen to the largest remainders."""
    shares = shares_of(cost, weights_of(members, mode))
    return tuple(Share(member.organization, share) for member, share in zip(members, shares, strict=True))


def claimed_by_prefecture(
    rules: SubsidyRules,
    persons: Sequence[Costs],
    recruit: Mapping[int, int],
    members: Sequence[Beneficiary],
    mode: SharingMode,
    *,
    travel_eligible: bool,
    financial_strength: float | None = None,
) -> PooledPost:
    """Return the burden when the prefecture claims for the whole cost; members share the net, year by year."""
    total = pool_burden_over_years(
        rules, persons, recruit, travel_eligible=travel_eligible, financial_strength=financial_strength
    )
    if not members:
        return PooledPost(total, ())
    weights = weights_of(members, mode)
    yearly = [shares_of(estimate.net, weights) for estimate in total.estimates]
    sums = [sum(year[i] for year in yearly) for i in range(len(members))]
    return PooledPost(total, tuple(Share(member.organization, yen) for member, yen in zip(members, sums, strict=True)))


def claimed_by_members(
    rules: SubsidyRules,
    persons: Sequence[Costs],
    recruit: Mapping[int, int],
    members: Sequence[Beneficiary],
    mode: SharingMode,
    *,
    travel_eligible: bool,
) -> tuple[MemberBurden, ...]:
    """Return each member's burden when it pays its share of the whole cost and claims for that.

    The recruiting cost of the prefecture is borne by share and not counted: nothing says how its cap splits.
    """
    weights = weights_of(members, mode)

    def shared(yearly: Mapping[int, int]) -> list[dict[int, int]]:
        shares = {year: shares_of(yen, weights) for year, yen in yearly.items()}
        return [{year: parts[i] for year, parts in shares.items()} for i in range(len(members))]

    counted = [
        shared({year: cost.eligible(travel_eligible=travel_eligible) for year, cost in costs.items()})
        for costs in persons
    ]
    rest = shared(_uncounted(persons, recruit, travel_eligible=travel_eligible))
    return tuple(
        MemberBurden(
            member.organization,
            share_burden_over_years(rules, [person[i] for person in counted], rest[i]),
        )
        for i, member in enumerate(members)
    )


def _uncounted(persons: Sequence[Costs], recruit: Mapping[int, int], *, travel_eligible: bool) -> dict[int, int]:
    found = dict(recruit)
    for costs in persons:
        for year, cost in costs.items():
            rest = cost.work + cost.travel - cost.eligible(travel_eligible=travel_eligible)
            found[year] = found.get(year, 0) + rest
    return found
