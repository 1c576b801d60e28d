"""Schemes (制度) side by side for one need: who may apply, limits, time to start, net burden, duties, documents.

Pure functions: a need and a moment in, a comparison out. ``scheme_reading`` builds the need from rows.
"""

from datetime import date, datetime
from typing import Final

from hub.workflows.adviser_rules import (
    deadlines,
    due,
    fiscal_year_of,
    in_japan,
    next_deadline,
    questionnaire_period,
)
from hub.workflows.scheme_burdens import SchemeBurden, burden_of, costs_of
from hub.workflows.scheme_needs import Need
from hub.workflows.scheme_rows import (
    ClaimTold,
    Comparison,
    DutyTold,
    LimitTold,
    SchemeOption,
    SchemeTold,
    SchemeYear,
    StartTime,
)
from hub.workflows.scheme_rulings import Verdict
from hub.workflows.scheme_verdicts import SchemeVerdict, earliest_start, judge, schemes_for
from hub.workflows.subsidies import fiscal_year
from skill_standards import scheme_years, schemes_in
from skill_standards.schemes import Claim, Duty, Scheme

__all__ = ["compare", "judge", "schemes_for", "schemes_of"]

NOT_CONFIRMED: Final = ("確認できていません", "not confirmed")
ORDER: Final[dict[Verdict, int]] = {"fits": 0, "cannot_be_told": 1, "does_not_fit": 2}


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
            id=name,
            ja=limit.ja,
            en=limit.en,
            of=limit.of,
            bound=limit.bound,
            value=limit.value,
            unit=limit.unit,
            earlier=limit.earlier,
            confirmed=limit.confirmed,
            assumed=limit.assumed,
            confidence=limit.confidence,
            sources=limit.sources,
        )
        for name, limit in scheme.limits.items()
    )


def _duties(scheme: Scheme, need: Need) -> tuple[DutyTold, ...]:
    """Return the duties that fall on this kind of applicant, with their dates from the need's last day."""
    return tuple(
        _duty(scheme, name, duty, need.last_day)
        for name, duty in scheme.duties.items()
        if not duty.applicants or need.applicant in duty.applicants
    )


def _duty(scheme: Scheme, name: str, duty: Duty, last: date | None) -> DutyTold:
    return DutyTold(
        id=name,
        kind=duty.kind,
        by=duty.by,
        when=duty.when,
        ja=duty.ja,
        en=duty.en,
        days=duty.days,
        applicants=duty.applicants,
        due=None if last is None else due(duty, last),
        period=None if last is None or duty.kind != "questionnaire" else questionnaire_period(scheme, last),
        confirmed=duty.confirmed,
        assumed=duty.assumed,
        confidence=duty.confidence,
        sources=duty.sources,
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


def schemes_of(fiscal_year: int) -> SchemeYear:
    """Return all schemes of a fiscal year as the data have them; a year without data has nothing confirmed."""
    years = scheme_years()
    return SchemeYear(fiscal_year, fiscal_year in years, years, tuple(_scheme(one) for one in schemes_in(fiscal_year)))


def _scheme(scheme: Scheme) -> SchemeTold:
    wishes, sharing = scheme.wishes, scheme.cost_sharing
    return SchemeTold(
        id=scheme.id,
        name_ja=scheme.name_ja,
        name_en=scheme.name_en,
        aim_ja=scheme.aim_ja,
        aim_en=scheme.aim_en,
        confirmed=scheme.confirmed,
        assumed=scheme.assumed,
        confidence=scheme.confidence,
        sources=scheme.sources,
        measure=scheme.measure,
        applicant_kinds=scheme.applicants.kinds,
        applicants=_told(scheme.applicants),
        form_kinds=scheme.forms.kinds,
        forms=_told(scheme.forms),
        paid_by=scheme.payer.by,
        covers=scheme.payer.covers,
        payer=_told(scheme.payer),
        deadline_times=deadlines(scheme),
        may_close_early=scheme.deadlines.may_close_early,
        deadlines=_told(scheme.deadlines),
        start_days=scheme.start.days,
        start=_told(scheme.start),
        limits=_limits(scheme),
        duties=tuple(_duty(scheme, name, duty, None) for name, duty in scheme.duties.items()),
        most_wishes=None if wishes is None else wishes.most,
        wishes=None if wishes is None else _told(wishes),
        sharing_modes=() if sharing is None else sharing.modes,
        cost_sharing=None if sharing is None else _told(sharing),
        documents=_told(scheme.documents),
        before=_told(scheme.before),
        after=_told(scheme.after),
        note_ja=scheme.note_ja,
        note_en=scheme.note_en,
    )
