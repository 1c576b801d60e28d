"""What a need costs and what its bodies bear of it under a scheme (試算), each line with rule, year and source."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from hub.workflows.scheme_needs import Need, NeedSlot
from hub.workflows.shared_posts import Share, claimed_by_members, claimed_by_prefecture
from hub.workflows.subsidies import fiscal_year
from skill_standards import (
    SubsidyRules,
    YearlyBurden,
    aide_burden_over_years,
    load_subsidy_rules,
    schemes_in,
    shares_of,
)
from skill_standards.burden import Cost, Costs
from skill_standards.models import Confidence, Remark
from skill_standards.schemes import Form, Payer, Scheme
from skill_standards.subsidy import CIO_AIDE, PREF_SUPPORT

Basis = Literal["rate", "budget", "unknown"]

LABEL: Final = ("試算", "estimate")
BASES: Final[dict[Basis, tuple[str, str]]] = {
    "rate": ("報酬の上限で計算しています", "Reckoned at the ceiling of pay"),
    "budget": (
        "報酬の上限が無い枠があるため、予算の全額を費用とみなしています",
        "Some slot has no ceiling of pay, so the whole budget is taken as the cost",
    ),
    "unknown": (
        "報酬の上限も総額の予算も書かれていないため、費用を計算できません",
        "Neither a ceiling of pay nor a gross budget is told, so no cost can be reckoned",
    ),
}


@dataclass(frozen=True, slots=True)
class NeedCosts:
    """What each slot costs by fiscal year, and what that rests on; without persons when it is not known."""

    basis: Basis
    persons: tuple[Costs, ...]


@dataclass(frozen=True, slots=True)
class BurdenLine:
    """What is borne in one fiscal year by one rule, yen. ``organization`` None: all bodies of the need together.

    ``rule``: a measure (``CIO_AIDE``), a scheme's payer (``regional_adviser.payer``), or ``none``. ``confirmed`` False:
    no rule is confirmed for the year, and nothing was taken off.
    """

    organization: str | None
    rule: str
    fiscal_year: int
    gross: int
    eligible: int
    grant: int
    net: int
    confirmed: bool
    confidence: Confidence | None
    sources: tuple[str, ...]
    note_ja: str
    note_en: str


@dataclass(frozen=True, slots=True)
class SchemeBurden:
    """What the bodies of a need bear together under a scheme, an estimate; None where the cost is not known.

    ``members``: what each body of a shared post bears of ``net``. ``warnings`` belong beside every figure.
    """

    label_ja: str
    label_en: str
    basis: Basis
    basis_ja: str
    basis_en: str
    gross: int | None
    grant: int | None
    net: int | None
    lines: tuple[BurdenLine, ...]
    members: tuple[Share, ...]
    warnings: tuple[Remark, ...]


def costs_of(need: Need) -> NeedCosts:
    """Return each slot's cost by fiscal year: at its ceiling of pay, else the budget split by hours.

    The years of a slot add up to its cost, and the slots to the budget, to the yen.
    """
    if need.slots and all(slot.rate is not None for slot in need.slots):
        return NeedCosts("rate", tuple(_spread(slot, _pay(slot)) for slot in need.slots))
    if need.slots and need.gross_budget is not None:
        hours = [slot.all_hours for slot in need.slots]
        parts = shares_of(need.gross_budget, hours if sum(hours) > 0 else [1.0] * len(hours))
        return NeedCosts("budget", tuple(_spread(slot, part) for slot, part in zip(need.slots, parts, strict=True)))
    return NeedCosts("unknown", ())


def _pay(slot: NeedSlot) -> int:
    """Return hours by rate, rounded to whole yen."""
    return int(Fraction(str(slot.hours)) * slot.length * (slot.rate or 0) + Fraction(1, 2))


def _spread(slot: NeedSlot, work: int) -> Costs:
    """Return ``work`` yen and the travel by fiscal year of the months."""
    years = [fiscal_year(month) for month in slot.months]
    counts = {year: years.count(year) for year in sorted(set(years))}
    shares = shares_of(work, [float(count) for count in counts.values()])
    return {year: Cost(share, slot.travel * count) for share, (year, count) in zip(shares, counts.items(), strict=True)}


def burden_of(scheme: Scheme, need: Need, costs: NeedCosts) -> SchemeBurden:
    """Return what the need's bodies bear under ``scheme``. Raises Invalid when the weights of a split are missing."""
    rules = load_subsidy_rules()
    persons = [_unpaid(costs_of_slot) for costs_of_slot in costs.persons] if need.form == "pro_bono" else costs.persons
    if costs.basis == "unknown":
        return _unknown_cost(scheme, need, rules)
    if scheme.measure == CIO_AIDE:
        burden = aide_burden_over_years(
            rules,
            persons,
            need.recruit,
            travel_eligible=travel_eligible(rules, need.form),
            financial_strength=need.financial_strength,
        )
        return _told(costs.basis, _measured(burden, None), burden.warnings)
    if scheme.measure == PREF_SUPPORT:
        return _shared(rules, need, costs.basis, persons)
    return _told(costs.basis, _by_payer(scheme, need, persons), (rules.caution,))


def travel_eligible(rules: SubsidyRules, form: Form | None) -> bool:
    """Return whether travel is taken to count: inside a contract; not for a special post, nor where nobody says."""
    return rules.travel.contract if form == "contract" else rules.travel.special_post


def _unpaid(costs: Costs) -> Costs:
    return {year: Cost(0, cost.travel) for year, cost in costs.items()}


def _shared(rules: SubsidyRules, need: Need, basis: Basis, persons: Sequence[Costs]) -> SchemeBurden:
    """Return the burden of a shared post: a prefecture claims for all of it, municipalities each for their share."""
    eligible = travel_eligible(rules, need.form)
    if need.applicant == "prefecture":
        post = claimed_by_prefecture(
            rules,
            persons,
            need.recruit,
            need.beneficiaries,
            need.sharing,
            travel_eligible=eligible,
            financial_strength=need.financial_strength,
        )
        return _told(basis, _measured(post.total, None), post.total.warnings, post.shares)
    members = claimed_by_members(rules, persons, need.recruit, need.served, need.sharing, travel_eligible=eligible)
    lines = [line for member in members for line in _measured(member.burden, member.organization)]
    warnings = dict.fromkeys(warning for member in members for warning in member.burden.warnings)
    if need.financial_strength is not None and need.financial_strength >= rules.non_receiving.index_from:
        warnings[Remark(rules.non_receiving.ja, rules.non_receiving.en)] = None
    shares = tuple(Share(member.organization, member.burden.net) for member in members)
    return _told(basis, lines, tuple(warnings), shares)


def _measured(burden: YearlyBurden, organization: str | None) -> list[BurdenLine]:
    return [
        BurdenLine(
            organization=organization,
            rule=one.rule.measure,
            fiscal_year=one.rule.fiscal_year,
            gross=one.gross,
            eligible=one.eligible if one.confirmed else 0,
            grant=one.grant,
            net=one.net,
            confirmed=one.confirmed,
            confidence=one.rule.confidence,
            sources=one.rule.sources,
            note_ja=one.rule.note_ja,
            note_en=one.rule.note_en,
        )
        for one in burden.estimates
    ]


def _by_payer(scheme: Scheme, need: Need, persons: Sequence[Costs]) -> list[BurdenLine]:
    """Return a line a year of a scheme without a measure: nothing to bear only where the state is confirmed to pay."""
    yearly: dict[int, int] = {}
    for costs in persons:
        for year, cost in costs.items():
            yearly[year] = yearly.get(year, 0) + cost.work + cost.travel
    years = sorted({*yearly, *need.recruit})
    return [_payer_line(scheme.id, year, yearly.get(year, 0), need.recruit.get(year, 0)) for year in years]


def _payer_line(scheme: str, year: int, yen: int, recruit: int = 0) -> BurdenLine:
    """Return the line of one year; nobody is said to pay for recruiting, so the body always bears it."""
    payer = payer_in(scheme, year)
    free = payer.confirmed and payer.by == "state"
    note = (
        (payer.ja or "", payer.en or "")
        if payer.known
        else (
            f"{year}年度: 誰が払うかは確認できていません。全額を団体の負担として数えています。",
            f"FY{year}: who pays is not confirmed; the whole cost is taken as the body's.",
        )
    )
    borne = recruit if free else yen + recruit
    return BurdenLine(
        organization=None,
        rule=f"{scheme}.payer",
        fiscal_year=year,
        gross=borne,
        eligible=0,
        grant=0,
        net=borne,
        confirmed=payer.confirmed,
        confidence=payer.confidence,
        sources=payer.sources,
        note_ja=note[0],
        note_en=note[1],
    )


def payer_in(scheme: str, fiscal_year: int) -> Payer:
    """Return what is said of who pays under a scheme in a fiscal year."""
    return next(one for one in schemes_in(fiscal_year) if one.id == scheme).payer


def _unknown_cost(scheme: Scheme, need: Need, rules: SubsidyRules) -> SchemeBurden:
    """Return the burden of a need whose cost nobody told: nothing where the state pays in every year, else unknown."""
    payers = [payer_in(scheme.id, year) for year in need.fiscal_years]
    if payers and not need.recruit and all(payer.confirmed and payer.by == "state" for payer in payers):
        return _told("unknown", [_payer_line(scheme.id, year, 0) for year in need.fiscal_years], (rules.caution,))
    return SchemeBurden(*LABEL, "unknown", *BASES["unknown"], None, None, None, (), (), (rules.caution,))


def _told(
    basis: Basis, lines: Sequence[BurdenLine], warnings: tuple[Remark, ...], members: tuple[Share, ...] = ()
) -> SchemeBurden:
    gross, net = sum(line.gross for line in lines), sum(line.net for line in lines)
    return SchemeBurden(*LABEL, basis, *BASES[basis], gross, gross - net, net, tuple(lines), members, warnings)
