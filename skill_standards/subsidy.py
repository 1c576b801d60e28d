"""What a municipality bears itself after 地方財政措置 (特別交付税), by fiscal year: an estimate, never a promise.

The measure is general revenue calculated from reported cost, not a tied grant; the final amount can be lower. A year
without a confirmed rule counts nothing and says so. Money is whole yen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final

from pydantic import Field

from skill_standards.faults import Fault, StandardsError
from skill_standards.models import STRICT, Confidence, Remark, Text

CIO_AIDE: Final = "CIO_AIDE"
PREF_SUPPORT: Final = "PREF_SUPPORT"


@dataclass(frozen=True, slots=True)
class YearRule:
    """A measure's rule in one fiscal year.

    ``rate``: share of the eligible cost that is counted, 0.0 where not ``confirmed``. ``heads``: persons counted per
    body, None without limit. ``personnel_cap``: eligible yen per person and year, None without cap.
    ``recruit_cap``: eligible yen of recruiting cost, 0 where it is not eligible. ``*_grant_cap``: the same after the
    rate, as published.
    """

    measure: str
    fiscal_year: int
    name_ja: str
    name_en: str
    confirmed: bool
    rate: float
    heads: int | None
    personnel_cap: int | None
    personnel_grant_cap: int | None
    recruit_cap: int
    recruit_grant_cap: int
    confidence: Confidence | None
    sources: tuple[str, ...]
    note_ja: str
    note_en: str

    @property
    def source(self) -> str:
        """The sources in one line."""
        return "; ".join(self.sources)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with its confirmed years; ``note_*`` holds for all of them."""

    id: str
    name_ja: str
    name_en: str
    claimant_ja: str
    claimant_en: str
    years: Mapping[int, YearRule]
    note_ja: str
    note_en: str


@dataclass(frozen=True, slots=True)
class TravelRule:
    """Whether travel cost is taken as eligible, by form of work; no source says."""

    __pydantic_config__ = STRICT
    contract: bool
    special_post: bool
    ja: Text
    en: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class NonReceivingRule:
    """From which 財政力指数 on a body may receive no 普通交付税 (不交付団体): a warning, it changes no figure."""

    __pydantic_config__ = STRICT
    index_from: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    ja: Text
    en: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class SubsidyRules:
    """The measures by id; ``caution`` belongs beside every figure computed, ``other``: measures that change none."""

    measures: Mapping[str, Measure]
    caution: Remark
    not_confirmed: Remark
    travel: TravelRule
    non_receiving: NonReceivingRule
    other: tuple[Remark, ...]

    def for_year(self, fiscal_year: int, measure: str = CIO_AIDE) -> YearRule:
        """Return the rule of ``measure`` in ``fiscal_year`` (2025 is April 2025 to March 2026).

        A year without a confirmed rule gives a rule that counts nothing, with ``confirmed`` False and a note that
        says so. Raises KeyError for an unknown measure.
        """
        known = self.measures[measure]
        rule = known.years.get(fiscal_year)
        return rule if rule is not None else self._nothing_confirmed(known, fiscal_year)

    def _nothing_confirmed(self, measure: Measure, fiscal_year: int) -> YearRule:
        return YearRule(
            measure=measure.id,
            fiscal_year=fiscal_year,
            name_ja=measure.name_ja,
            name_en=measure.name_en,
            confirmed=False,
            rate=0.0,
            heads=0,
            personnel_cap=0,
            personnel_grant_cap=0,
            recruit_cap=0,
            recruit_grant_cap=0,
            confidence=None,
            sources=self.not_confirmed.sources,
            note_ja=f"{fiscal_year}年度: {self.not_confirmed.ja}",
            note_en=f"FY{fiscal_year}: {self.not_confirmed.en}",
        )


@dataclass(frozen=True, slots=True)
class BurdenEstimate:
    """What remains to be borne (試算): ``net`` = ``gross`` - ``personnel_grant`` - ``recruit_grant``, all in yen.

    ``eligible``: the part of the personnel cost the rule looks at. Show ``rule`` (its year, sources and note) with it.
    """

    rule: YearRule
    gross: int
    eligible: int
    personnel_grant: int
    recruit_grant: int

    label_ja = "試算"
    label_en = "estimate"

    @property
    def grant(self) -> int:
        """What the measure counts altogether."""
        return self.personnel_grant + self.recruit_grant

    @property
    def net(self) -> int:
        """What remains to be borne."""
        return self.gross - self.grant

    @property
    def confirmed(self) -> bool:
        """Whether the year's rule is confirmed; if not, nothing was counted."""
        return self.rule.confirmed


@dataclass(frozen=True, slots=True)
class PoolEstimate:
    """A shared person's cost: the prefecture's ``total`` and what each member bears of its net, in yen."""

    total: BurdenEstimate
    shares: tuple[int, ...]


def aide_burden(rule: YearRule, appoint: Sequence[int], recruit: int = 0, other: int = 0) -> BurdenEstimate:
    """Return a municipality's burden for CIO補佐官等: ``appoint`` yen a year by person, ``recruit`` yen.

    The dearest persons count first, up to ``rule.heads``. ``other``: yen that are borne and never counted.
    Source: S-REP 図4-5 (l. 845-846).
    """
    refuse_bad_amounts(
        {**{f"appoint[{i}]": cost for i, cost in enumerate(appoint)}, "recruit": recruit, "other": other}
    )
    eligible = sum(sorted(appoint, reverse=True)[: rule.heads])
    return BurdenEstimate(
        rule=rule,
        gross=sum(appoint) + recruit + other,
        eligible=eligible,
        personnel_grant=_capped(rule.rate, eligible, None),
        recruit_grant=_capped(rule.rate, recruit, rule.recruit_grant_cap),
    )


def share_burden(rule: YearRule, share: int) -> BurdenEstimate:
    """Return what a municipality bears of its ``share`` (負担金, yen a year) for one shared person.

    ``rule``: that of ``PREF_SUPPORT``. Source: S-REP 図4-5 (l. 845-846).
    """
    refuse_bad_amounts({"share": share})
    eligible = share if rule.personnel_cap is None else min(share, rule.personnel_cap)
    return BurdenEstimate(rule, share, eligible, _capped(rule.rate, eligible, rule.personnel_grant_cap), 0)


def pool_burden(rule: YearRule, personnel: int, recruit: int, weights: Sequence[float]) -> PoolEstimate:
    """Return the burden of one shared person and its split among the members of a pool.

    ``personnel``, ``recruit``: yen a year; ``weights``: each member's part (equal, by days used or by population),
    at least one above zero. The shares are whole yen and add up to the net total; odd yen go to the largest remainders.
    """
    refuse_bad_amounts({"personnel": personnel, "recruit": recruit})
    parts = exact_weights(weights)
    eligible = personnel if rule.personnel_cap is None else min(personnel, rule.personnel_cap)
    total = BurdenEstimate(
        rule=rule,
        gross=personnel + recruit,
        eligible=eligible,
        personnel_grant=_capped(rule.rate, eligible, rule.personnel_grant_cap),
        recruit_grant=_capped(rule.rate, recruit, rule.recruit_grant_cap),
    )
    return PoolEstimate(total, split(total.net, parts))


def counted(rate: float, cost: int) -> int:
    """Return ``rate`` of ``cost`` rounded down to whole yen; the rate is taken as written, not as its binary value."""
    return int(Fraction(str(rate)) * cost)


def _capped(rate: float, cost: int, grant_cap: int | None) -> int:
    grant = counted(rate, cost)
    return grant if grant_cap is None else min(grant, grant_cap)


def split(total: int, parts: Sequence[Fraction]) -> tuple[int, ...]:
    """Return ``total`` yen in whole shares by ``parts``, adding up to it; odd yen go to the largest remainders."""
    exact = [total * part / sum(parts) for part in parts]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return tuple(shares)


def exact_weights(weights: Sequence[float]) -> list[Fraction]:
    """Return weights as exact numbers. Raises StandardsError unless all are 0 or more and one is above 0."""
    finite = [weight for weight in weights if 0 <= weight < float("inf")]
    if len(finite) != len(weights) or not sum(finite) > 0:
        ja, en = (
            "按分の重みは0以上の数とし、1つ以上を正にしてください",
            "weights must be 0 or more, at least one above 0",
        )
        raise StandardsError([Fault("net burden", "weights", ja, en)])
    return [Fraction(weight) for weight in finite]


def refuse_bad_amounts(amounts: Mapping[str, int]) -> None:
    """Raise StandardsError that names each amount that is not whole yen of 0 or more."""
    faults = [
        Fault(
            "net burden",
            key,
            f"金額は0以上の整数（円）にしてください: {amount!r}",
            f"give whole yen, 0 or more: {amount!r}",
        )
        for key, amount in amounts.items()
        if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0
    ]
    if faults:
        raise StandardsError(faults)
