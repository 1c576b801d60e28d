"""Whether a need fits a scheme in a fiscal year: every rule by itself, then all together.

A rule is applied only where a source confirms it for the year, or where the product says that it assumes it. Whether a
scheme runs and who may apply decide whether anything can be told at all; other open points are listed and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from hub.workflows.adviser_rules import in_japan, next_deadline
from hub.workflows.scheme_limits import limit_rulings
from hub.workflows.scheme_needs import Need, first_day_of
from hub.workflows.scheme_rulings import APPLICANTS, FORMS, SHARING, Ruling, Verdict, listed, ruling
from hub.workflows.subsidies import fiscal_year
from skill_standards import schemes_in
from skill_standards.schemes import Claim, Scheme

DECISIVE: Final = ("runs", "applicant")
"""Rules without which nothing can be told; where another rule is not known, the scheme can still fit."""


@dataclass(frozen=True, slots=True)
class SchemeVerdict:
    """A scheme's verdict on a need. ``unknown``: rules that cannot be told. ``wished``: the one asked for."""

    scheme: str
    name_ja: str
    name_en: str
    fiscal_year: int
    verdict: Verdict
    unknown: int
    ja: str
    en: str
    wished: bool
    rulings: tuple[Ruling, ...]


def schemes_for(need: Need, fiscal_year: int, now: datetime | None = None) -> tuple[SchemeVerdict, ...]:
    """Return every scheme's verdict on ``need`` in ``fiscal_year``, in the order of the data.

    ``now``: an aware moment; with it the rounds still open are judged as well. A year without data has every scheme as
    one that cannot be told.
    """
    return tuple(judge(scheme, need, now) for scheme in schemes_in(fiscal_year))


def judge(scheme: Scheme, need: Need, now: datetime | None = None) -> SchemeVerdict:
    """Return one scheme's verdict on ``need``."""
    rulings = tuple(_rulings(scheme, need, now))
    unknown = sum(one.verdict == "cannot_be_told" for one in rulings)
    broken = sum(one.verdict == "does_not_fit" for one in rulings)
    open_question = any(one.verdict == "cannot_be_told" and one.rule.split(".")[0] in DECISIVE for one in rulings)
    verdict: Verdict = "does_not_fit" if broken else "cannot_be_told" if open_question else "fits"
    rest = (f"（{unknown}件は確認できていません）", f" ({unknown} not confirmed)") if unknown else ("", "")
    said = {
        "fits": ("確認できた規則に合います", "It fits the rules that are known"),
        "does_not_fit": (f"合わない規則が{broken}件あります", f"It does not fit {broken} of the rules"),
        "cannot_be_told": ("合うかどうか分かりません", "Whether it fits cannot be told"),
    }[verdict]
    return SchemeVerdict(
        scheme=scheme.id,
        name_ja=scheme.name_ja,
        name_en=scheme.name_en,
        fiscal_year=scheme.fiscal_year,
        verdict=verdict,
        unknown=unknown,
        ja=said[0] + rest[0],
        en=said[1] + rest[1],
        wished=need.scheme == scheme.id,
        rulings=rulings,
    )


def _rulings(scheme: Scheme, need: Need, now: datetime | None) -> Iterator[Ruling]:
    yield _runs(scheme)
    for year in need.fiscal_years:
        if year > scheme.fiscal_year:
            yield _runs(next(one for one in schemes_in(year) if one.id == scheme.id))
    yield _applicant(scheme, need)
    yield from limit_rulings(scheme, need)
    if need.form is not None:
        yield _form(scheme, need)
    if scheme.cost_sharing is not None and len(need.served) > 1:
        yield _sharing(scheme, need)
    if now is not None:
        yield _deadline(scheme, need, now)


def _runs(scheme: Scheme) -> Ruling:
    """Return whether the scheme runs in its year, with the evidence of the scheme as a whole."""
    evidence = Claim(
        confirmed=scheme.confirmed, assumed=scheme.assumed, confidence=scheme.confidence, sources=scheme.sources
    )
    year, rule = scheme.fiscal_year, f"runs.{scheme.fiscal_year}"
    if scheme.confirmed:
        return ruling(rule, "fits", (f"{year}年度にあります", f"It runs in FY{year}"), evidence)
    if scheme.assumed:
        said = (
            "団体が独自に行えるものとしています（前提）",
            "Bodies are taken to be able to do this themselves (assumed)",
        )
        return ruling(rule, "fits", said, evidence)
    said = f"{year}年度にあるかは確認できていません", f"Nothing confirms that it runs in FY{year}"
    remedy = "所管の窓口に確かめてください", "ask the office in charge"
    return ruling(rule, "cannot_be_told", said, evidence, remedy)


def _applicant(scheme: Scheme, need: Need) -> Ruling:
    claim, own = scheme.applicants, APPLICANTS[need.applicant]
    if not claim.known:
        said = (
            f"{scheme.fiscal_year}年度に申請できる団体は確認できていません",
            f"Who may apply in FY{scheme.fiscal_year} is not confirmed",
        )
        return ruling("applicant", "cannot_be_told", said, claim)
    if need.applicant in claim.kinds:
        return ruling("applicant", "fits", (f"{own[0]}は申請できます", f"Open to {own[1]}"), claim)
    may = listed([APPLICANTS[kind] for kind in claim.kinds])
    said = f"{own[0]}は申請できません（申請できるのは{may[0]}）", f"Not open to {own[1]} (open to {may[1]})"
    remedy = f"{may[0]}と共に、申請者になってもらう", f"have one of these apply: {may[1]}"
    return ruling("applicant", "does_not_fit", said, claim, remedy)


def _form(scheme: Scheme, need: Need) -> Ruling:
    claim = scheme.forms
    if need.form is None or not claim.known:
        said = "従事の形は確認できていません", "The forms of engagement are not confirmed"
        return ruling("form", "cannot_be_told", said, claim)
    own, may = FORMS[need.form], listed([FORMS[kind] for kind in claim.kinds])
    if need.form in claim.kinds:
        return ruling("form", "fits", (f"{own[0]}で従事できます", f"Possible as {own[1]}"), claim)
    said = f"{own[0]}では従事できません", f"Not possible as {own[1]}"
    return ruling("form", "does_not_fit", said, claim, (f"{may[0]}にする", f"choose one of these: {may[1]}"))


def _sharing(scheme: Scheme, need: Need) -> Ruling:
    claim, own = scheme.cost_sharing, SHARING[need.sharing]
    if claim is None or not claim.known:
        return ruling(
            "sharing",
            "cannot_be_told",
            ("費用の分け方は確認できていません", "How cost is shared is not confirmed"),
            claim,
        )
    if need.sharing in claim.modes:
        return ruling("sharing", "fits", (f"費用は{own[0]}で分けます", f"The cost is shared {own[1]}"), claim)
    may = listed([SHARING[mode] for mode in claim.modes])
    said = f"費用を{own[0]}では分けられません", f"The cost cannot be shared {own[1]}"
    return ruling("sharing", "does_not_fit", said, claim, (f"{may[0]}にする", f"share it {may[1]}"))


def _deadline(scheme: Scheme, need: Need, now: datetime) -> Ruling:
    """Return whether a round is still open whose work can begin in the month asked for.

    Work is taken to begin after the deadline, so in a later month than it, or later by as much as the scheme says.
    """
    claim, year = scheme.deadlines, scheme.fiscal_year
    if not claim.known:
        said = f"{year}年度の申請期限は確認できていません", f"The deadlines of FY{year} are not confirmed"
        return ruling("deadline", "cannot_be_told", said, claim)
    moment = next_deadline(scheme, now)
    if moment is None:
        said = f"{year}年度の募集は終わりました", f"No round of FY{year} is left"
        remedy = "次の年度の募集を待つか、別の制度にする", "wait for the next fiscal year's call, or use another scheme"
        return ruling("deadline", "does_not_fit", said, claim, remedy)
    told = (
        f"次の期限は{moment:%Y-%m-%d %H:%M}（日本時間）",
        f"The next deadline is {moment:%Y-%m-%d %H:%M} (Japanese time)",
    )
    begins = earliest_start(scheme, moment)
    if need.start is None or begins <= first_day_of(need.start):
        return ruling("deadline", "fits", told, claim)
    said = f"{told[0]}。{need.start} からの従事には間に合いません", f"{told[1]}, too late to begin in {need.start}"
    late = begins if begins.day == 1 else (begins.replace(day=1) + timedelta(days=32)).replace(day=1)
    if fiscal_year(f"{late:%Y-%m}") != year:
        remedy = "次の年度の募集を待つか、別の制度にする", "wait for the next fiscal year's call, or use another scheme"
    else:
        remedy = f"開始を {late:%Y-%m} 以降にする", f"begin in {late:%Y-%m} or later"
    return ruling("deadline", "does_not_fit", said, claim, remedy)


def earliest_start(scheme: Scheme, deadline: datetime) -> date:
    """Return the first day work can begin after ``deadline``: the next month's where the scheme says no days."""
    day = in_japan(deadline).date()
    if scheme.start.days is not None:
        return day + timedelta(days=scheme.start.days)
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
