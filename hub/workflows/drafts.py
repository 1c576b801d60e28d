"""What a person says of an expert or a request, before it is rows: the one way in, checked before anything is written.

Codes are those of ``skill_standards`` (skills of requests: DSS 1.2), organizations are 団体コード, months ``YYYY-MM``,
money yen, hours and days per month, travel minutes one way.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic_core import PydanticCustomError

from hub.models.base import MOST_HOURS, MOST_YEN, TERM_LENGTH, TEXT_LENGTH
from hub.models.requests import RequestStatus
from matching.problem import BudgetBasis, Level, Month, Positive, TalentType, Team, WorkMode
from seed_data.samples import ExternalType, GateStage, RolePlayed, SampleExpert, SampleRequest

CHECKED = ConfigDict(extra="forbid", strict=True, revalidate_instances="always")


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul_character", "no text has a NUL character")
    return text


WithoutNul = AfterValidator(_without_nul)
"""For text: PostgreSQL takes no NUL character, and SQLite's functions end at it."""
Line = Annotated[str, StringConstraints(max_length=TERM_LENGTH), WithoutNul]
Name = Annotated[str, StringConstraints(min_length=1, max_length=TERM_LENGTH, pattern=r"\S"), WithoutNul]
Paragraph = Annotated[str, StringConstraints(max_length=TEXT_LENGTH), WithoutNul]
Yen = Annotated[int, Field(ge=0, le=MOST_YEN)]
Hours = Annotated[float, Field(ge=0, le=MOST_HOURS, allow_inf_nan=False)]
Days = Annotated[float, Field(ge=0, le=31, allow_inf_nan=False)]
Minutes = Annotated[int, Field(ge=0, le=100_000)]
Engagements = Annotated[int, Field(ge=0, le=1000)]


@dataclass(frozen=True, slots=True)
class SkillDraft:
    """A skill with its attained level 1–4 and what shows it; ``framework`` is the DSS version of ``code``."""

    __pydantic_config__ = CHECKED
    code: Line
    level: Level
    evidence: Paragraph = ""
    framework: Literal["1.2", "2.0"] = "1.2"


@dataclass(frozen=True, slots=True)
class CareerDraft:
    """A past or present activity; ``ended`` None: still going on."""

    __pydantic_config__ = CHECKED
    organization: Line
    role_played: RolePlayed
    started: Month
    ended: Month | None = None
    theme: Line | None = None
    stage: Line | None = None
    contribution: Paragraph = ""
    outcome: Paragraph = ""
    evidence: Paragraph = ""


@dataclass(frozen=True, slots=True)
class MonthDraft:
    """What an expert can still take on in ``month``."""

    __pydantic_config__ = CHECKED
    month: Month
    hours: Hours
    engagements: Engagements
    onsite_days: Days


@dataclass(frozen=True, slots=True)
class ExpertDraft:
    """An expert as told. ``reference``: the office's own number; ``paused``: never in a plan while set.

    ``rating_mean`` is None exactly when ``rating_count`` is 0.
    """

    __pydantic_config__ = CHECKED
    family_name: Name
    talent_types: tuple[TalentType, ...]
    hourly_rate: Yen
    base: Line
    reference: Name | None = None
    given_name: Line = ""
    family_kana: Line = ""
    given_kana: Line = ""
    family_romaji: Line = ""
    given_romaji: Line = ""
    affiliation: Line = ""
    external_types: tuple[ExternalType, ...] = ()
    roles: tuple[Line, ...] = ()
    skills: tuple[SkillDraft, ...] = ()
    stages: tuple[Line, ...] = ()
    themes: tuple[Line, ...] = ()
    career: tuple[CareerDraft, ...] = ()
    availability: tuple[MonthDraft, ...] = ()
    current_rate: Yen | None = None
    max_travel_minutes: Minutes | None = None
    work_modes: tuple[WorkMode, ...] = ("remote", "onsite")
    full_time_possible: bool = False
    regions: tuple[Line, ...] = ()
    conflicts: tuple[Line, ...] = ()
    rating_mean: Annotated[float, Field(ge=1, le=5, allow_inf_nan=False)] | None = None
    rating_count: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    summary: Paragraph = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """A skill a slot asks for at ``level`` 1–4."""

    __pydantic_config__ = CHECKED
    skill: Line
    level: Level
    weight: Positive = 1.0
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class SlotDraft:
    """One seat of a request: ``length`` months from ``start``; ``rate_ceiling`` in yen per hour, None: no ceiling."""

    __pydantic_config__ = CHECKED
    title: Name
    talent_type: TalentType
    stage: Line
    start: Month
    length: Annotated[int, Field(ge=1, le=1200)]
    hours: Hours
    role: Line | None = None
    needs: tuple[NeedDraft, ...] = ()
    onsite_days: Days = 0
    remote_ok: bool = True
    rate_ceiling: Yen | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class PartnerDraft:
    """A body in the promotion structure (推進体制) and the part it takes."""

    __pydantic_config__ = CHECKED
    role: Line
    organization: Line


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A request as told. ``budget``: yen over all its slots by ``budget_basis``, None: no limit.

    ``beneficiaries`` empty: the organization alone is served.
    """

    __pydantic_config__ = CHECKED
    organization: Line
    title: Name
    slots: Annotated[tuple[SlotDraft, ...], Field(min_length=1, max_length=100)]
    reference: Name | None = None
    summary: Paragraph = ""
    status: RequestStatus = "draft"
    gate: GateStage = "計画策定"
    themes: tuple[Line, ...] = ()
    priority: Positive = 1.0
    budget: Yen | None = None
    budget_basis: BudgetBasis = "gross"
    beneficiaries: tuple[Line, ...] = ()
    team: Team = "any"
    promotion: tuple[PartnerDraft, ...] = ()
    source: Paragraph | None = None
    assumed: Paragraph | None = None


EXPERT = TypeAdapter(ExpertDraft)
REQUEST = TypeAdapter(RequestDraft)
_SAMPLE_EXPERT = TypeAdapter(SampleExpert)
_SAMPLE_REQUEST = TypeAdapter(SampleRequest)


def expert_of(sample: SampleExpert) -> ExpertDraft:
    """Return a sample as a draft; its ``reference`` stays empty, because no office gave it one."""
    return EXPERT.validate_python(_SAMPLE_EXPERT.dump_python(sample, exclude={"key"}), strict=False)


def request_of(sample: SampleRequest) -> RequestDraft:
    """Return a sample as a draft of an open request."""
    told = _SAMPLE_REQUEST.dump_python(sample, exclude={"key": True, "slots": {"__all__": {"key"}}})
    return REQUEST.validate_python({**told, "status": "open"}, strict=False)
