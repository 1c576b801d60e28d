"""Checks of a year's schemes: what is confirmed has evidence, the rest no content; limits agree with the measures."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Final

from skill_standards.documents import quote
from skill_standards.faults import Fault
from skill_standards.frameworks import given_twice
from skill_standards.records import SchemesFile
from skill_standards.schemes import UNIT_OF, Claim, Deadlines, Duty, Limit, Scheme, Subject
from skill_standards.subsidy import SubsidyRules, YearRule

COUNTED: Final[dict[Subject, str]] = {
    "persons_counted": "heads",
    "personnel_cost_counted": "personnel_cap",
    "recruit_cost_counted": "recruit_cap",
}
"""Limits that repeat a figure of the measure, and the field of its rule."""

_Words = tuple[str, str]


def scheme_faults(file: str, fiscal_year: int, schemes: SchemesFile, rules: SubsidyRules) -> Iterator[Fault]:
    """Yield a wrong year, unknown measures, claims whose content and standing disagree, figures that contradict."""
    if schemes.fiscal_year != fiscal_year:
        ja, en = "ファイル名の年度と違います", "differs from the file's name"
        yield Fault(file, "fiscal_year", f"{schemes.fiscal_year}: {ja}", f"{schemes.fiscal_year}: {en}")
    yield from given_twice(file, "schemes[{}].id", (scheme.id for scheme in schemes.schemes))
    for i, scheme in enumerate(schemes.schemes):
        key = f"schemes[{i}]"
        if scheme.fiscal_year:
            ja, en = "年度はファイルに1度だけ書きます", "the year is given once, for the file"
            yield Fault(file, f"{key}.fiscal_year", ja, en)
        for place, (ja, en) in (
            *_standing(scheme),
            *_claims(scheme, fiscal_year),
            *_figures(scheme, fiscal_year, rules),
        ):
            yield Fault(file, f"{key}.{place}", ja, en)


def _standing(scheme: Scheme) -> Iterator[tuple[str, _Words]]:
    """Yield what is wrong with the evidence of the scheme as a whole."""
    if scheme.confirmed and scheme.assumed:
        yield "assumed", ("confirmed と assumed は両立しません", "confirmed and assumed exclude each other")
    elif scheme.assumed and (scheme.confidence != "own" or not scheme.sources):
        yield (
            "assumed",
            ("assumed には confidence: own と sources が要ります", "assumed needs confidence: own and sources"),
        )
    elif not scheme.assumed and scheme.confirmed != bool(scheme.sources and scheme.confidence):
        yield (
            "confirmed",
            (
                "confirmed なら sources と confidence、そうでなければどちらも無し",
                "sources and confidence go with confirmed",
            ),
        )


def _claims(scheme: Scheme, fiscal_year: int) -> Iterator[tuple[str, _Words]]:
    for place, claim in scheme.claims().items():
        said = _evidence(claim)
        if said is not None:
            yield place, said
        if isinstance(claim, Limit):
            yield from _limit(place, claim, fiscal_year)
        if isinstance(claim, Deadlines):
            yield from _times(place, claim, fiscal_year)
        if isinstance(claim, Duty) and claim.confirmed and (claim.days is None) != (claim.when != "after_last_day"):
            ja, en = "days は after_last_day のときに書きます", "days go with after_last_day"
            yield f"{place}.days", (ja, en)


def _evidence(claim: Claim) -> _Words | None:
    """Return what is wrong with a claim's standing: its content has to go with ``confirmed`` or ``assumed``."""
    told = claim.ja and claim.en and claim.sources
    if claim.confirmed and claim.assumed:
        return "confirmed と assumed は両立しません", "confirmed and assumed exclude each other"
    if claim.confirmed and not (told and claim.confidence not in (None, "own")):
        return (
            "confirmed なら ja、en、confidence（own 以外）、sources が要ります",
            "confirmed needs ja, en, confidence, sources; own is no confirmation",
        )
    if claim.assumed and not (told and claim.confidence == "own"):
        return (
            "assumed には ja、en、confidence: own、sources が要ります",
            "assumed needs ja, en, confidence: own, sources",
        )
    if not claim.known and _content(claim):
        return "確認できないことに内容は書けません", "what is not confirmed has no content"
    return None


def _content(claim: Claim) -> bool:
    """Whether a claim nobody makes says something; a limit or duty keeps its name, which says what is not known."""
    names = {"ja", "en", "confidence", "sources", *claim.CONTENT} - set(claim.KEPT)
    return any(getattr(claim, one.name) not in (None, (), False) for one in fields(claim) if one.name in names)


def _limit(place: str, limit: Limit, fiscal_year: int) -> Iterator[tuple[str, _Words]]:
    unit = UNIT_OF[limit.of]
    if limit.unit != unit:
        yield f"{place}.unit", (f"{limit.of} の単位は {unit} です", f"the unit of {limit.of} is {unit}")
    if limit.earlier is not None and limit.earlier.year == fiscal_year:
        ja, en = "この年度の値は value に書きます", "a figure of this year is the value"
        yield f"{place}.earlier.year", (ja, en)


def _times(place: str, deadlines: Deadlines, fiscal_year: int) -> Iterator[tuple[str, _Words]]:
    """Yield deadlines that are no dates, lie outside the fiscal year, or are out of order."""
    before: datetime | None = None
    for i, time in enumerate(deadlines.times):
        try:
            moment = datetime.fromisoformat(time)
        except ValueError:
            yield f"{place}.times[{i}]", (f"{quote(time)} という日時はありません", f"{quote(time)} is no date and time")
            continue
        if moment.year - (moment.month < 4) != fiscal_year:
            yield f"{place}.times[{i}]", (f"{quote(time)} は年度の外です", f"{quote(time)} is outside the fiscal year")
        if before is not None and moment <= before:
            yield f"{place}.times[{i}]", ("早い順に書きます", "deadlines are listed from the earliest")
        before = moment


def _figures(scheme: Scheme, fiscal_year: int, rules: SubsidyRules) -> Iterator[tuple[str, _Words]]:
    """Yield an unknown measure, and limits that say other than the measure's rule of the year."""
    if scheme.measure is None:
        return
    if scheme.measure not in rules.measures:
        quoted = quote(scheme.measure)
        yield "measure", (f"{quoted} は措置にありません", f"{quoted} is not a measure of subsidy.yaml")
        return
    rule = rules.for_year(fiscal_year, scheme.measure)
    for name, limit in scheme.limits.items():
        if limit.of in COUNTED:
            yield from _disagreement(f"limits.{name}", limit, rule)


def _disagreement(place: str, limit: Limit, rule: YearRule) -> Iterator[tuple[str, _Words]]:
    if limit.confirmed != rule.confirmed:
        ja, en = "subsidy.yaml のこの年度と confirmed が違います", "confirmed differs from this year of subsidy.yaml"
        yield f"{place}.confirmed", (ja, en)
    elif limit.confirmed and limit.value != getattr(rule, COUNTED[limit.of]):
        expected = getattr(rule, COUNTED[limit.of])
        yield (
            f"{place}.value",
            (f"{limit.value} ですが、subsidy.yaml では {expected}", f"{limit.value}, but subsidy.yaml has {expected}"),
        )
