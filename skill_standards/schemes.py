"""Schemes (制度) by fiscal year: who may apply, limits, who pays, deadlines, duties, documents.

A fiscal year runs from April; 2025 is 令和7年度. What no source confirms for a year has ``confirmed`` False and no
content: nothing is carried over from the year before. Two things may still be said of it, each marked as what it is:
an assumption this product works with (``assumed``, confidence ``own``, with the text behind it), and a figure of
another year (``earlier``), which is shown and never applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, StringConstraints

from skill_standards.models import STRICT, Citation, Citations, Confidence, Id, Text

ApplicantKind = Literal["municipality", "prefecture", "recommended_body"]
Bearer = Literal["state", "applicant", "prefecture_and_members"]
CostKind = Literal["travel", "lodging", "honorarium"]
Form = Literal["appointment", "contract", "dispatch", "side_job", "pro_bono"]
"""任用, 委託, 派遣, 副業・兼業, プロボノ."""
SharingMode = Literal["days", "equal", "population"]
"""How members of a shared post split its cost: by days used, equally, by population."""
DutyKind = Literal["briefing", "recommendation", "consent", "report", "questionnaire"]
Moment = Literal["before_applying", "before_start", "after_last_day", "next_fiscal_year"]
Party = Literal["applicant", "recommending_body", "dispatching_body"]
Unit = Literal["day", "hour", "hour_per_day", "day_per_week", "year", "time_per_year", "person", "yen"]
Bound = Literal["at_most", "at_least"]
LocalTime = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")]
Count = Annotated[int, Field(ge=1)]

Subject = Literal[
    "support_days_with_onsite",
    "support_hours_online_only",
    "support_hours_a_day",
    "applications_for_project_and_adviser",
    "days_a_week",
    "length",
    "team_size",
    "persons_counted",
    "personnel_cost_counted",
    "recruit_cost_counted",
]
"""What a limit bounds. The ``*_counted`` ones bound what the measure counts, not what may be asked for."""

UNIT_OF: Final[Mapping[Subject, Unit]] = MappingProxyType(
    {
        "support_days_with_onsite": "day",
        "support_hours_online_only": "hour",
        "support_hours_a_day": "hour_per_day",
        "applications_for_project_and_adviser": "time_per_year",
        "days_a_week": "day_per_week",
        "length": "year",
        "team_size": "person",
        "persons_counted": "person",
        "personnel_cost_counted": "yen",
        "recruit_cost_counted": "yen",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something said of a scheme. ``confirmed``: by ``sources`` for this year; ``assumed``: by this product.

    With neither there is no content: no text, no confidence, no source, and nothing in the fields of ``CONTENT``.
    """

    __pydantic_config__ = STRICT
    CONTENT: ClassVar[tuple[str, ...]] = ()
    KEPT: ClassVar[tuple[str, ...]] = ()

    confirmed: bool
    assumed: bool = False
    ja: Text | None = None
    en: Text | None = None
    confidence: Confidence | None = None
    sources: tuple[Citation, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is something to go by, confirmed or assumed."""
        return self.confirmed or self.assumed

    def unconfirmed(self) -> Self:
        """Return the same claim for a year no source speaks of; an assumption of the product holds in any year."""
        if not self.confirmed:
            return self
        names = {"ja", "en", "confidence", "sources", *self.CONTENT} - set(self.KEPT)
        emptied: dict[str, Any] = {one.name: one.default for one in fields(self) if one.name in names}
        return replace(self, confirmed=False, **emptied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Claim):
    """A claim in words alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicants(Claim):
    """Who may apply; ``kinds`` is the part a program can check."""

    CONTENT: ClassVar[tuple[str, ...]] = ("kinds",)
    kinds: tuple[ApplicantKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer(Claim):
    """Who pays; ``covers``: the costs the applicant is free of because the state pays them."""

    CONTENT: ClassVar[tuple[str, ...]] = ("by", "covers")
    by: Bearer | None = None
    covers: tuple[CostKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms(Claim):
    """The forms an engagement can take."""

    CONTENT: ClassVar[tuple[str, ...]] = ("kinds",)
    kinds: tuple[Form, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines(Claim):
    """When to apply: ``times`` in Japanese time, as ``2025-04-30T15:00``.

    ``may_close_early``: later rounds may be dropped when the budget is used up.
    """

    CONTENT: ClassVar[tuple[str, ...]] = ("times", "may_close_early")
    times: tuple[LocalTime, ...] = ()
    may_close_early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAfter(Claim):
    """From the deadline of a round to the first day of work, at least ``days``."""

    CONTENT: ClassVar[tuple[str, ...]] = ("days",)
    days: Annotated[int, Field(ge=0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes(Claim):
    """Whether the applicant may name the persons wished for, and how many (``most``, None: not said)."""

    CONTENT: ClassVar[tuple[str, ...]] = ("most",)
    most: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSharing(Claim):
    """How the members of a shared post may split its cost."""

    CONTENT: ClassVar[tuple[str, ...]] = ("modes",)
    modes: tuple[SharingMode, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """A figure of another ``year`` than the file's (``confidence``: of its holding now); shown, never applied."""

    __pydantic_config__ = STRICT
    value: Count
    year: int
    confidence: Confidence
    sources: Citations


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Claim):
    """A limit on ``of`` in ``unit``; ``value`` None with ``confirmed``: there is explicitly no limit."""

    CONTENT: ClassVar[tuple[str, ...]] = ("value",)
    KEPT: ClassVar[tuple[str, ...]] = ("ja", "en")
    of: Subject
    unit: Unit
    ja: Text
    en: Text
    bound: Bound = "at_most"
    value: Count | None = None
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty(Claim):
    """What has to be done besides the work itself, by whom and when.

    ``days``: within so many after the last day. ``applicants``: the kinds it falls on, empty: all.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("ja", "en")
    CONTENT: ClassVar[tuple[str, ...]] = ("days",)
    kind: DutyKind
    by: Party
    when: Moment
    ja: Text
    en: Text
    days: Count | None = None
    applicants: tuple[ApplicantKind, ...] = ()


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme in one fiscal year; ``confirmed``: a source says that it runs in that year.

    ``assumed``: no national scheme but an arrangement bodies make by themselves, which the product takes as possible.
    ``payer``: who pays whom; ``before`` and ``after``: what is to be done before applying and after the work, in words;
    ``duties``: the same for a program. ``measure``: the subsidy measure (``SubsidyRules``) that lightens the cost.
    ``wishes``, ``cost_sharing`` None: the scheme knows no such thing.
    """

    __pydantic_config__ = STRICT
    id: Id
    name_ja: Text
    name_en: Text
    aim_ja: Text
    aim_en: Text
    confirmed: bool
    confidence: Confidence | None
    sources: tuple[Citation, ...]
    applicants: Applicants
    forms: Forms
    payer: Payer
    deadlines: Deadlines
    start: StartAfter
    documents: Statement
    before: Statement
    after: Statement
    assumed: bool = False
    limits: Mapping[Id, Limit] = field(default_factory=_nothing)
    duties: Mapping[Id, Duty] = field(default_factory=_nothing)
    wishes: Wishes | None = None
    cost_sharing: CostSharing | None = None
    measure: Id | None = None
    note_ja: Text | None = None
    note_en: Text | None = None
    fiscal_year: int = 0

    def claims(self) -> Mapping[str, Claim]:
        """Return everything said of the scheme by its key in the file (``payer``, ``limits.length`` …)."""
        found: dict[str, Claim] = {
            one.name: value for one in fields(self) if isinstance(value := getattr(self, one.name), Claim)
        }
        found |= {f"limits.{name}": limit for name, limit in self.limits.items()}
        found |= {f"duties.{name}": duty for name, duty in self.duties.items()}
        return found

    def unconfirmed(self, fiscal_year: int) -> Self:
        """Return the scheme for a year there are no data for: what it is called, and nothing confirmed."""
        emptied: dict[str, Any] = {
            name: claim.unconfirmed() for name, claim in self.claims().items() if "." not in name
        }
        if not self.assumed:
            emptied |= {"confidence": None, "sources": ()}
        return replace(
            self,
            confirmed=False,
            **emptied,
            limits=MappingProxyType({name: limit.unconfirmed() for name, limit in self.limits.items()}),
            duties=MappingProxyType({name: duty.unconfirmed() for name, duty in self.duties.items()}),
            note_ja=None,
            note_en=None,
            fiscal_year=fiscal_year,
        )
