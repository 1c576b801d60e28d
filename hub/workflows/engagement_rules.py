"""What an engagement's scheme (制度) asks in its fiscal year, from ``skill_standards``: data, not code.

A limit no source confirms for the year limits nothing: nothing is carried over from the year before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hub.workflows.adviser_rules import duty_of
from hub.workflows.japanese_days import last_day_of_fiscal_year
from matching.faults import Fault
from skill_standards import Scheme, load_schemes, scheme_years
from skill_standards.schemes import DutyKind

STAFF_DISPATCH = "municipal_staff_dispatch"
"""自治体職員の派遣: the body whose staff it is has to consent (note of the scheme)."""


@dataclass(frozen=True, slots=True)
class EngagementRules:
    """Limits of one engagement, None where there is none.

    ``days_onsite``: days when any is on site; ``hours_online``: hours when none is. ``times_a_year``: how often for one
    project and expert. ``report_days`` from the last day to the report; ``questionnaire_years`` from its fiscal year to
    the one of the questionnaire.
    """

    days_onsite: int | None = None
    hours_online: int | None = None
    times_a_year: int | None = None
    report_days: int | None = None
    questionnaire_years: int | None = None
    dispatched: bool = False

    def report_due(self, last: date) -> date | None:
        """Return until when the report is due for work that ended on ``last``, None when none is asked for."""
        return None if self.report_days is None else last + timedelta(days=self.report_days)

    def questionnaire(self, fiscal_year: int) -> tuple[int, date] | None:
        """Return (fiscal year, last day) of the questionnaire, None when none is asked for."""
        if self.questionnaire_years is None:
            return None
        year = fiscal_year + self.questionnaire_years
        return year, last_day_of_fiscal_year(year)

    def excess(self, days: float, hours: float, places: tuple[str, str]) -> Iterator[Fault]:
        """Yield a fault at one of ``places`` (days, hours) when a whole engagement of ``days`` on site is too much."""
        if days > 0 and self.days_onsite is not None and days > self.days_onsite:
            ja = f"この制度の支援は、現地を含むときは全部で{self.days_onsite}日までです（今は{days:g}日）"
            en = f"this scheme allows {self.days_onsite} days in all when any is on site (these are {days:g})"
            yield Fault(places[0], ja, en)
        if days <= 0 and self.hours_online is not None and hours > self.hours_online:
            ja = f"この制度の支援は、オンラインだけのときは全部で{self.hours_online}時間までです（今は{hours:g}時間）"
            en = f"this scheme allows {self.hours_online} hours in all online (these are {hours:g})"
            yield Fault(places[1], ja, en)


def rules_of(scheme: str | None, fiscal_year: int) -> EngagementRules:
    """Return what ``scheme`` asks in ``fiscal_year``; nothing for no scheme, and for a year without data."""
    found = _scheme(scheme, fiscal_year)
    if found is None:
        return EngagementRules(dispatched=scheme == STAFF_DISPATCH)
    return EngagementRules(
        days_onsite=_confirmed(found, "days_with_onsite"),
        hours_online=_confirmed(found, "hours_online_only"),
        times_a_year=_confirmed(found, "same_project_and_adviser"),
        report_days=_days(found, "report"),
        questionnaire_years=1 if _asked(found, "questionnaire") else None,
        dispatched=_asked(found, "consent"),
    )


def known_schemes() -> frozenset[str]:
    """Return the ids of the schemes of all years."""
    return frozenset(scheme.id for year in scheme_years() for scheme in load_schemes(year))


def _scheme(scheme: str | None, year: int) -> Scheme | None:
    if scheme is None or year not in scheme_years():
        return None
    return next((known for known in load_schemes(year) if known.id == scheme), None)


def _asked(scheme: Scheme, kind: DutyKind) -> bool:
    duty = duty_of(scheme, kind)
    return duty is not None and duty.known


def _days(scheme: Scheme, kind: DutyKind) -> int | None:
    duty = duty_of(scheme, kind)
    return duty.days if duty is not None and duty.known else None


def _confirmed(scheme: Scheme, name: str) -> int | None:
    limit = scheme.limits.get(name)
    return limit.value if limit is not None and limit.confirmed else None
