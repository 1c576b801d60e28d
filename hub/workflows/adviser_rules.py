"""The rules of sending an adviser (地域情報化アドバイザー): rounds, wishes, one use a year, report and questionnaire.

Every figure is the scheme's of the year; what is not confirmed for it gives None or no fault, never a figure of another
year. Moments are compared in Japanese time, whatever time zone they come in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from hub.workflows.scheme_needs import PastUse
from matching.faults import Fault
from skill_standards.schemes import Duty, DutyKind, Limit, Scheme

JAPAN = timezone(timedelta(hours=9), "JST")
"""Japanese time has no summer time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An adviser an organization asks for; ``rank`` 1 is the first wish."""

    rank: int
    adviser: str


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``, both included."""

    first: date
    last: date


def fiscal_year_of(day: date) -> int:
    """Return the fiscal year (from April) of a day; of a moment, that of its day in Japan."""
    if isinstance(day, datetime):
        day = in_japan(day)
    return day.year - (day.month < 4)


def in_japan(moment: datetime) -> datetime:
    """Return ``moment`` in Japanese time. ValueError when it says no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(JAPAN)


def deadlines(scheme: Scheme) -> tuple[datetime, ...]:
    """Return the deadlines of the scheme's year, from the earliest; none where they are not confirmed."""
    return tuple(datetime.fromisoformat(time).replace(tzinfo=JAPAN) for time in scheme.deadlines.times)


def next_deadline(scheme: Scheme, now: datetime) -> datetime | None:
    """Return the first deadline that ``now`` has not passed; what comes in on the minute is in time."""
    return next((moment for moment in deadlines(scheme) if in_japan(now) <= moment), None)


def limit_of(scheme: Scheme, subject: str) -> Limit | None:
    """Return the scheme's limit on ``subject``, None when it has none."""
    return next((limit for limit in scheme.limits.values() if limit.of == subject), None)


def uses(past: Sequence[PastUse], project: str, adviser: str, fiscal_year: int) -> int:
    """Return how often ``adviser`` was sent to ``project`` in ``fiscal_year``."""
    return past.count(PastUse(project, adviser, fiscal_year))


def used_up(scheme: Scheme, past: Sequence[PastUse], project: str, adviser: str) -> bool:
    """Tell whether the adviser may not come again to the project in the scheme's year."""
    limit = limit_of(scheme, "applications_for_project_and_adviser")
    if limit is None or limit.value is None:
        return False
    return uses(past, project, adviser, scheme.fiscal_year) >= limit.value


def wish_faults(
    scheme: Scheme, wishes: Sequence[Wish], project: str, past: Sequence[PastUse] = ()
) -> tuple[Fault, ...]:
    """Return what is wrong with ranked wishes, each with its place (``/wishes/1/rank``).

    Ranks count from 1 without a gap, nobody is wished for twice, nobody who has been there this year, and no more than
    the scheme allows where it says so. No wish at all is right: the office chooses.
    """
    faults = list(_rank_faults(wishes))
    seen: set[str] = set()
    for i, wish in enumerate(wishes):
        place = f"/wishes/{i}/adviser"
        if wish.adviser in seen:
            faults.append(Fault(place, "同じアドバイザーは1度だけ挙げてください", "name each adviser once"))
        elif used_up(scheme, past, project, wish.adviser):
            ja = "この年度にこのプロジェクトで利用ずみです。別のアドバイザーか、次の年度にしてください"
            en = "was sent to this project this fiscal year; name another, or wait for the next fiscal year"
            faults.append(Fault(place, ja, en))
        seen.add(wish.adviser)
    most = scheme.wishes.most if scheme.wishes is not None else None
    if most is not None and len(wishes) > most:
        faults.append(Fault("/wishes", f"希望は{most}人までにしてください", f"name at most {most}"))
    return tuple(faults)


def _rank_faults(wishes: Sequence[Wish]) -> Sequence[Fault]:
    if sorted(wish.rank for wish in wishes) == list(range(1, len(wishes) + 1)):
        return ()
    ja, en = "順位は1から順に、重ならないように付けてください", "rank the wishes 1, 2, 3 … without gaps or ties"
    wrong = {wish.rank for wish in wishes if not 1 <= wish.rank <= len(wishes)}
    ranks = [wish.rank for wish in wishes]
    return [Fault(f"/wishes/{i}/rank", ja, en) for i, rank in enumerate(ranks) if rank in wrong or rank in ranks[:i]]


def duty_of(scheme: Scheme, kind: DutyKind) -> Duty | None:
    """Return the scheme's duty of a kind, None when it has none."""
    return next((duty for duty in scheme.duties.values() if duty.kind == kind), None)


def report_due(scheme: Scheme, last_day: date) -> date | None:
    """Return the last day for the report, None where none is confirmed or asked for."""
    duty = duty_of(scheme, "report")
    return None if duty is None else due(duty, last_day)


def due(duty: Duty, last_day: date) -> date | None:
    """Return by when a duty has to be done after ``last_day``, None where that is not confirmed."""
    if duty.when != "after_last_day" or duty.days is None:
        return None
    return last_day + timedelta(days=duty.days)


def questionnaire_period(scheme: Scheme, last_day: date) -> Period | None:
    """Return the fiscal year in which the questionnaire comes (its day is not known), None where none is confirmed."""
    duty = duty_of(scheme, "questionnaire")
    if duty is None or not duty.known:
        return None
    following = fiscal_year_of(last_day) + 1
    return Period(date(following, 4, 1), date(following + 1, 3, 31))
