"""Schemes (制度) side by side for one need: who may apply, limits, time to start, net burden, duties, documents.

Pure functions: a need and a moment in, a comparison out. ``scheme_reading`` builds the need from rows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hub.workflows.adviser_rules import Period, due, fiscal_year_of, in_japan, next_deadline, questionnaire_period
from hub.workflows.scheme_burdens import SchemeBurden, burden_of, costs_of
from hub.workflows.scheme_needs import Need
from hub.workflows.scheme_rulings import Verdict
from hub.workflows.scheme_verdicts import SchemeVerdict, earliest_start, judge, schemes_for
from hub.workflows.subsidies import fiscal_year
from skill_standards import schemes_in
from skill_standards.models import Confidence
from skill_standards.schemes import Claim, DutyKind, Form, Moment, Party, Scheme, Unit

__all__ = ["Comparison", "SchemeOption", "compare", "judge", "schemes_for"]

NOT_CONFIRMED: Final = ("確認できていません", "not confirmed")
ORDER: Final[dict[Verdict, int]] = {"fits": 0, "cannot_be_told": 1, "does_not_fit": 2}


@dataclass(frozen=True, slots=True)
class StartTime:
    """When work could begin. ``deadline``: the next one, in Japanese time; ``earliest``: the first day of work.

    Both None where the scheme's rounds are not confirmed, or none is left; ``ja`` and ``en`` say which.
    """

    deadline: datetime | None
    days_left: int | None
    earliest: date | None
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class LimitTold:
    """A limit as the data have it; ``confirmed`` with ``value`` None: explicitly no limit."""

    id: str
    ja: str
    en: str
    value: int | None
    unit: Unit
    confirmed: bool
    assumed: bool
    confidence: Confidence | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DutyTold:
    """A duty that falls on the need's bodies. ``due``: its last day; ``period``: when it comes, the day not known."""

    id: str
    kind: DutyKind
    by: Party
    when: Moment
    ja: str
    en: str
    due: date | None
    period: Period | None
    confirmed: bool
    assumed: bool
    confidence: Confidence | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """Something said of a scheme in words; not ``confirmed`` and not ``assumed``: that it is not confirmed."""

    ja: str
    en: str
    confirmed: bool
    assumed: bool
    confidence: Confidence | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemeOption:
    """One scheme a need could use."""

    verdict: SchemeVerdict
    start: StartTime
    burden: SchemeBurden
    limits: tuple[LimitTold, ...]
    duties: tuple[DutyTold, ...]
    payer: ClaimTold
    documents: ClaimTold
    forms: tuple[Form, ...]
    forms_told: ClaimTold


@dataclass(frozen=True, slots=True)
class Comparison:
    """The schemes a need could use, best first, and those it cannot, with the reasons.

    Best: what fits before what cannot be told; then the lower net burden, an unknown one last; then the earlier start.
    """

    fiscal_year: int
    compared_at: datetime
    options: tuple[SchemeOption, ...]
    ruled_out: tuple[SchemeVerdict, ...]


def compare(need: Need, now: datetime) -> Comparison:
    """Return all schemes for ``need`` at ``now`` (an aware moment), by the fiscal year its work begins in.

    A need without slots is looked at in the present year. Raises Invalid when the cost is to be split by days or
    population and a body's weight is missing.
    """
    year = fiscal_year(need.start) if need.start is not None else fiscal_year_of(now)
    costs = costs_of(need)
    options, ruled_out = [], []
    for scheme in schemes_in(year):
        verdict = judge(scheme, need, now)
        if verdict.verdict == "does_not_fit":
            ruled_out.append(verdict)
        else:
            options.append(_option(scheme, verdict, need, burden_of(scheme, need, costs), now))
    return Comparison(year, in_japan(now), tuple(sorted(options, key=_rank)), tuple(ruled_out))


def _rank(option: SchemeOption) -> tuple[int, bool, int, bool, date]:
    net, earliest = option.burden.net, option.start.earliest
    return (ORDER[option.verdict.verdict], net is None, net or 0, earliest is None, earliest or date.max)


def _option(scheme: Scheme, verdict: SchemeVerdict, need: Need, burden: SchemeBurden, now: datetime) -> SchemeOption:
    return SchemeOption(
        verdict=verdict,
        start=start_time(scheme, now),
        burden=burden,
        limits=_limits(scheme),
        duties=_duties(scheme, need),
        payer=_told(scheme.payer),
        documents=_told(scheme.documents),
        forms=scheme.forms.kinds,
        forms_told=_told(scheme.forms),
    )


def start_time(scheme: Scheme, now: datetime) -> StartTime:
    """Return the next round of a scheme in its year, and when work can begin after it."""
    year = scheme.fiscal_year
    if not scheme.deadlines.known:
        ja, en = f"{year}年度の申請期限は確認できていません", f"the deadlines of FY{year} are not confirmed"
        return StartTime(None, None, None, ja, en)
    deadline = next_deadline(scheme, now)
    if deadline is None:
        return StartTime(None, None, None, f"{year}年度の募集は終わりました", f"no round of FY{year} is left")
    earliest = earliest_start(scheme, deadline)
    left = (deadline.date() - in_japan(now).date()).days
    ja = f"次の期限 {deadline:%Y-%m-%d %H:%M}（あと{left}日）"
    en = f"next deadline {deadline:%Y-%m-%d %H:%M} JST ({left} days left)"
    if scheme.deadlines.may_close_early:
        ja, en = f"{ja}。早く締め切られることがあります", f"{en}; rounds may end early"
    if not scheme.start.known:
        ja = f"{ja}。期限から従事までの日数は確認できていないため、翌月からとみなしています"
        en = f"{en}; how long from then to the work is not confirmed, the next month is assumed"
    return StartTime(deadline, left, earliest, ja, en)


def _limits(scheme: Scheme) -> tuple[LimitTold, ...]:
    return tuple(
        LimitTold(
            name,
            limit.ja,
            limit.en,
            limit.value,
            limit.unit,
            limit.confirmed,
            limit.assumed,
            limit.confidence,
            limit.sources,
        )
        for name, limit in scheme.limits.items()
    )


def _duties(scheme: Scheme, need: Need) -> tuple[DutyTold, ...]:
    """Return the duties that fall on this kind of applicant, with their dates from the need's last day."""
    last = need.last_day
    return tuple(
        DutyTold(
            id=name,
            kind=duty.kind,
            by=duty.by,
            when=duty.when,
            ja=duty.ja,
            en=duty.en,
            due=due(duty, last) if last is not None else None,
            period=questionnaire_period(scheme, last) if last is not None and duty.kind == "questionnaire" else None,
            confirmed=duty.confirmed,
            assumed=duty.assumed,
            confidence=duty.confidence,
            sources=duty.sources,
        )
        for name, duty in scheme.duties.items()
        if not duty.applicants or need.applicant in duty.applicants
    )


def _told(claim: Claim) -> ClaimTold:
    return ClaimTold(
        claim.ja or NOT_CONFIRMED[0],
        claim.en or NOT_CONFIRMED[1],
        claim.confirmed,
        claim.assumed,
        claim.confidence,
        claim.sources,
    )
