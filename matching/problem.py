"""The matching problem as data: experts, organizations, requests and their slots, limits and policy.

Field meanings and units are those of ``docs/matching-model.md``. Per-month lists have one number for each of
``Problem.months``. Money is yen; hours are per month; travel is minutes one way. Everything here is frozen: a
change is a new problem (``dataclasses.replace``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

FORMAT: Literal["talent-hub-problem/1"] = "talent-hub-problem/1"

TalentType = Literal["X", "D"]
WorkMode = Literal["remote", "onsite"]
Team = Literal["any", "all"]
BudgetBasis = Literal["gross", "net"]
OrganizationKind = Literal[
    "prefecture", "designated_city", "core_city", "city", "special_ward", "town", "village", "other"
]
PolicyName = Literal["balanced", "fit_first", "cost_first", "fair_first", "maxmin"]
Term = Literal["coverage", "equity", "fit", "cost", "stability"]

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Statement = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Level = Annotated[int, Field(ge=1, le=4)]
NonNegative = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]

STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the earth in degrees (WGS84)."""

    __pydantic_config__ = STRICT
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Rating:
    """Mean of the evaluations by organizations (1 to 5) and how many there are."""

    __pydantic_config__ = STRICT
    mean: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]
    count: Count


@dataclass(frozen=True, slots=True)
class Expert:
    """A person offering skills (専門人材).

    ``skills``: DSS skill code to attained level 1–4, absent means 0. ``hours``: free hours by month, engagements
    already held taken off. ``base``: a point, or a 団体コード of the problem's organizations or of the register given
    to the reader. ``max_travel_minutes`` None: no limit. ``hourly_rate``: yen.
    """

    __pydantic_config__ = STRICT
    id: Identifier
    hours: tuple[NonNegative, ...]
    max_engagements: tuple[Count, ...]
    onsite_days: tuple[NonNegative, ...]
    talent_types: tuple[TalentType, ...] = ()
    skills: Mapping[Identifier, Level] = field(default_factory=lambda: MappingProxyType({}))
    roles: tuple[Identifier, ...] = ()
    stages: tuple[Identifier, ...] = ()
    themes: tuple[Identifier, ...] = ()
    hourly_rate: NonNegative = 0.0
    base: Location | Identifier | None = None
    max_travel_minutes: NonNegative | None = None
    work_modes: tuple[WorkMode, ...] = ("remote", "onsite")
    conflicts: tuple[Identifier, ...] = ()
    rating: Rating | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """A municipality, prefecture or recommended body (団体); ``budget``: gross yen over the horizon, or no limit."""

    __pydantic_config__ = STRICT
    id: Identifier
    kind: OrganizationKind = "other"
    location: Location | None = None
    budget: NonNegative | None = None


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A DSS skill a slot asks for, at ``level`` 1–4; ``mandatory`` needs decide eligibility, all needs decide fit."""

    __pydantic_config__ = STRICT
    skill: Identifier
    level: Level
    weight: Positive = 1.0
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One seat of a request (枠): months ``start`` to ``start + length - 1``, with ``hours`` and days a month."""

    __pydantic_config__ = STRICT
    id: Identifier
    talent_type: TalentType
    start: Annotated[int, Field(ge=0, le=1200)]
    length: Annotated[int, Field(ge=1, le=1200)]
    hours: NonNegative
    onsite_days: NonNegative = 0.0
    role: Identifier | None = None
    stage: Identifier | None = None
    needs: tuple[SkillNeed, ...] = ()
    remote_ok: bool = True
    rate_ceiling: NonNegative | None = None
    required: bool = True

    @property
    def months(self) -> range:
        """The months in which the slot is active, as indices into ``Problem.months``."""
        return range(self.start, self.start + self.length)


@dataclass(frozen=True, slots=True)
class Request:
    """What an organization asks for (人材ニーズ).

    ``beneficiaries`` None or empty: the requester alone is served. ``themes``: fields of work an expert's experience
    is compared with. ``budget``: yen over the horizon by ``budget_basis``, None: no limit.
    """

    __pydantic_config__ = STRICT
    id: Identifier
    organization: Identifier
    slots: tuple[Slot, ...]
    priority: Positive = 1.0
    budget: NonNegative | None = None
    budget_basis: BudgetBasis = "gross"
    beneficiaries: tuple[Identifier, ...] | None = None
    team: Team = "any"
    themes: tuple[Identifier, ...] = ()

    @property
    def served(self) -> tuple[str, ...]:
        """The organizations a filled slot of this request serves."""
        return self.beneficiaries or (self.organization,)


@dataclass(frozen=True, slots=True)
class ReadyPair:
    """An eligible pair brought ready-made: ``hours`` a month, ``cost`` and ``net_cost`` in yen over the slot."""

    __pydantic_config__ = STRICT
    expert: Identifier
    slot: Identifier
    fit: Share
    cost: NonNegative
    net_cost: NonNegative
    hours: NonNegative


@dataclass(frozen=True, slots=True)
class Link:
    """A slot and an expert named together: a pin, a forbidden pair, or a pair of the plan in force."""

    __pydantic_config__ = STRICT
    slot: Identifier
    expert: Identifier


@dataclass(frozen=True, slots=True)
class Subsidy:
    """The fiscal year's rule as the model needs it.

    ``heads``: persons counted net per organization; an organization not named has no limit. ``rates``: share of the
    cost that comes back, by fiscal year (April to March) as ``"2025"``; a year not named counts nothing, which is how
    a year without a confirmed rule stays out of the estimate. ``travel_eligible``: whether travel counts.
    """

    __pydantic_config__ = STRICT
    heads: Mapping[Identifier, Count] = field(default_factory=lambda: MappingProxyType({}))
    rates: Mapping[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")], Share] = field(
        default_factory=lambda: MappingProxyType({})
    )
    travel_eligible: bool = True


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of each term of the objective."""

    __pydantic_config__ = STRICT
    coverage: NonNegative = 1.0
    fit: NonNegative = 1.0
    equity: NonNegative = 0.5
    stability: NonNegative = 0.3


@dataclass(frozen=True, slots=True)
class Policy:
    """What the plan should strive for. ``weights``, ``yen_per_point`` None: those of the named policy."""

    __pydantic_config__ = STRICT
    name: PolicyName = "balanced"
    weights: Weights | None = None
    yen_per_point: Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)] | None = None
    order: tuple[Term, ...] | None = None
    travel_counts: bool = True
    security_floor: Annotated[int, Field(ge=0, le=4)] = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: ``seconds`` of solving, or a proven relative ``gap``; ``seed`` and ``threads`` of the solver."""

    __pydantic_config__ = STRICT
    seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 60.0
    gap: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.001
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    threads: Annotated[int, Field(ge=1, le=256)] = 2


@dataclass(frozen=True)
class Problem:
    """One matching problem; ``pairs`` not None means scoring and eligibility are not looked at.

    ``supposed``: what of it is not so but supposed, in words for people; nothing is decided by it.
    """

    __pydantic_config__ = STRICT
    months: Annotated[tuple[Month, ...], Field(min_length=1, max_length=1200)]
    experts: tuple[Expert, ...]
    organizations: tuple[Organization, ...]
    requests: tuple[Request, ...]
    pairs: tuple[ReadyPair, ...] | None = None
    pins: tuple[Link, ...] = ()
    forbidden: tuple[Link, ...] = ()
    previous: tuple[Link, ...] = ()
    subsidy: Subsidy | None = None
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
    supposed: Annotated[tuple[Statement, ...], Field(max_length=100)] = ()
    format: Literal["talent-hub-problem/1"] = FORMAT

    def seats(self) -> Iterator[tuple[Request, Slot]]:
        """Yield every slot with its request, in the order of the file."""
        for request in self.requests:
            for slot in request.slots:
                yield request, slot

    @cached_property
    def expert_by_id(self) -> Mapping[str, Expert]:
        """Experts by id."""
        return {expert.id: expert for expert in self.experts}

    @cached_property
    def organization_by_id(self) -> Mapping[str, Organization]:
        """Organizations by id."""
        return {organization.id: organization for organization in self.organizations}

    @cached_property
    def seat_by_slot(self) -> Mapping[str, tuple[Request, Slot]]:
        """Request and slot by slot id."""
        return {slot.id: (request, slot) for request, slot in self.seats()}
