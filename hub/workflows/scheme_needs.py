"""What a request asks for, as the schemes look at it: who asks, for how long, how often on site, at what cost.

Pure data: built from rows by ``scheme_reading``, or by hand. Months are ``YYYY-MM``, money yen, hours and days a month.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from types import MappingProxyType

from hub.workflows.subsidies import CLAIMANTS, fiscal_year
from matching.problem import OrganizationKind
from seed_data.months import month_name, month_number, months_from
from skill_standards.schemes import ApplicantKind, Form, SharingMode

HOURS_OF_A_DAY = 8
"""Hours taken as one day where a need does not say its days: this product's own reading, said beside the figure."""

WEEKS_OF_A_MONTH = 52 / 12

ROUNDING = 1e-9
"""Three months of 1.1 days are 3.3 days, not a hair more."""


@dataclass(frozen=True, slots=True)
class NeedSlot:
    """One person wanted for ``length`` months from ``start``.

    ``days``: days of support a month, None: not told. ``rate``: yen an hour at most, None: not told. ``travel``: yen a
    month.
    """

    start: str
    length: int
    hours: float
    onsite_days: float = 0.0
    days: float | None = None
    rate: int | None = None
    travel: int = 0

    @property
    def months(self) -> tuple[str, ...]:
        """The months of work, at least one."""
        return months_from(self.start, self.length)

    @property
    def all_hours(self) -> float:
        """Hours over all months."""
        return self.hours * self.length

    @property
    def all_days(self) -> int:
        """Days over all months: as told, else those on site or the hours in days of ``HOURS_OF_A_DAY``, the greater."""
        if self.days is not None:
            return ceil(max(self.days, self.onsite_days) * self.length - ROUNDING)
        days = max(self.onsite_days * self.length, self.all_hours / HOURS_OF_A_DAY)
        return ceil(days - ROUNDING)

    @property
    def last_day(self) -> date:
        """The last day of the last month."""
        return last_day_of(month_name(month_number(self.start) + self.length - 1))


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """An organization that is served; ``weight``: its part by days used or population, None: not told."""

    organization: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class PastUse:
    """An adviser sent to a project in a fiscal year; ids are opaque."""

    project: str
    adviser: str
    fiscal_year: int


@dataclass(frozen=True, slots=True)
class Need:
    """A request as the schemes look at it.

    ``project``: what "the same project" means (the request's id). ``beneficiaries`` empty: the organization alone.
    ``gross_budget``: yen over all slots, read as the cost where no rate is told. ``recruit``: yen of recruiting by
    fiscal year. ``financial_strength``: 財政力指数, None: not known. ``advisers``: those wished for, best first.
    ``scheme``: the one the organization has in mind.
    """

    project: str
    organization: str
    kind: OrganizationKind
    slots: tuple[NeedSlot, ...]
    beneficiaries: tuple[Beneficiary, ...] = ()
    sharing: SharingMode = "equal"
    form: Form | None = None
    gross_budget: int | None = None
    recruit: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    financial_strength: float | None = None
    advisers: tuple[str, ...] = ()
    past_uses: tuple[PastUse, ...] = ()
    scheme: str | None = None

    @property
    def applicant(self) -> ApplicantKind:
        """The kind of applicant: municipality, prefecture, or a body they recommend."""
        if self.kind == "prefecture":
            return "prefecture"
        return "municipality" if self.kind in CLAIMANTS else "recommended_body"

    @property
    def fiscal_years(self) -> tuple[int, ...]:
        """The fiscal years the work touches, from the first."""
        return tuple(sorted({fiscal_year(month) for slot in self.slots for month in slot.months}))

    @property
    def start(self) -> str | None:
        """The first month of work, None without slots."""
        return min((slot.start for slot in self.slots), default=None)

    @property
    def last_day(self) -> date | None:
        """The last day of work, None without slots."""
        return max((slot.last_day for slot in self.slots), default=None)

    @property
    def served(self) -> tuple[Beneficiary, ...]:
        """Who is served: the organization alone where nobody else is named."""
        return self.beneficiaries or (Beneficiary(self.organization, 1.0),)


def first_day_of(month: str) -> date:
    """Return the first day of ``month``."""
    return date(int(month[:4]), int(month[5:]), 1)


def last_day_of(month: str) -> date:
    """Return the last day of ``month``."""
    return first_day_of(month_name(month_number(month) + 1)) - timedelta(days=1)
