"""What lists, pages and the interface show of schemes and of their comparison."""

from dataclasses import dataclass
from datetime import date, datetime

from hub.workflows.adviser_rules import Period
from hub.workflows.scheme_burdens import SchemeBurden
from hub.workflows.scheme_verdicts import SchemeVerdict
from skill_standards.models import Confidence
from skill_standards.schemes import (
    ApplicantKind,
    Bearer,
    Bound,
    CostKind,
    DutyKind,
    Earlier,
    Form,
    Moment,
    Party,
    SharingMode,
    Subject,
    Unit,
)


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
    """A limit as the data have it; ``confirmed`` with ``value`` None: explicitly no limit.

    ``earlier``: a figure of another year, which is not applied.
    """

    id: str
    ja: str
    en: str
    of: Subject
    bound: Bound
    value: int | None
    unit: Unit
    earlier: Earlier | None
    confirmed: bool
    assumed: bool
    confidence: Confidence | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DutyTold:
    """A duty of a scheme. ``days``: after the last day; ``applicants`` empty: falls on every kind.

    Of a need: ``due``, its last day; ``period``, when it comes where the day is not known.
    """

    id: str
    kind: DutyKind
    by: Party
    when: Moment
    ja: str
    en: str
    days: int | None
    applicants: tuple[ApplicantKind, ...]
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
class SchemeTold:
    """A scheme of one fiscal year as the data have it, with everything said of it.

    ``start_days``: from a deadline to the work. ``most_wishes``: persons that may be named. Deadlines are in Japanese
    time. ``wishes`` and ``cost_sharing`` None: the scheme knows no such thing.
    """

    id: str
    name_ja: str
    name_en: str
    aim_ja: str
    aim_en: str
    confirmed: bool
    assumed: bool
    confidence: Confidence | None
    sources: tuple[str, ...]
    measure: str | None
    applicant_kinds: tuple[ApplicantKind, ...]
    applicants: ClaimTold
    form_kinds: tuple[Form, ...]
    forms: ClaimTold
    paid_by: Bearer | None
    covers: tuple[CostKind, ...]
    payer: ClaimTold
    deadline_times: tuple[datetime, ...]
    may_close_early: bool
    deadlines: ClaimTold
    start_days: int | None
    start: ClaimTold
    limits: tuple[LimitTold, ...]
    duties: tuple[DutyTold, ...]
    most_wishes: int | None
    wishes: ClaimTold | None
    sharing_modes: tuple[SharingMode, ...]
    cost_sharing: ClaimTold | None
    documents: ClaimTold
    before: ClaimTold
    after: ClaimTold
    note_ja: str | None
    note_en: str | None


@dataclass(frozen=True, slots=True)
class SchemeYear:
    """All schemes of a fiscal year; ``known``: there are data for it. ``years``: those there are data for."""

    fiscal_year: int
    known: bool
    years: tuple[int, ...]
    schemes: tuple[SchemeTold, ...]


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
