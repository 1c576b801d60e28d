"""A plan as data: what one run decided, how far it is proven, and why slots stayed open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from matching.pairs import FunnelStep
from matching.problem import Count, Identifier, NonNegative, Share

FORMAT: Literal["talent-hub-plan/1"] = "talent-hub-plan/1"

Status = Literal["optimal", "feasible", "infeasible", "time_limit_no_plan", "interrupted"]
OpenReason = Literal[
    "no_eligible_expert",
    "capacity_used_elsewhere",
    "budget",
    "team_incomplete",
    "not_worth_its_cost",
    "search_stopped",
    "no_plan",
]

Finite = Annotated[float, Field(allow_inf_nan=False)]
STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Travel:
    """The journey behind an assignment: minutes one way, and yen over the slot (an estimate)."""

    __pydantic_config__ = STRICT
    minutes: NonNegative
    yen: NonNegative


@dataclass(frozen=True, slots=True)
class Assignment:
    """A slot and who fills it. ``hours`` a month with travel; ``net_cost`` equals ``cost`` where no head was left."""

    __pydantic_config__ = STRICT
    slot: Identifier
    expert: Identifier
    fit: Share
    cost: NonNegative
    net_cost: NonNegative
    hours: NonNegative
    parts: Mapping[str, Finite] = field(default_factory=lambda: MappingProxyType({}))
    travel: Travel | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """A smallest change that fills an open slot, verified by solving.

    ``kind``: ``skill_level``, ``remote``, ``hours``, ``budget``, ``later``, ``rate_ceiling``, ``move``. ``change``:
    its numbers by name (e.g. skill, level; expert, hours; yen; months). ``objective``: of the whole plan with it.
    """

    __pydantic_config__ = STRICT
    kind: str
    change: Mapping[str, str | float | int]
    expert: Identifier | None
    objective: Finite


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot the plan leaves open, and why."""

    __pydantic_config__ = STRICT
    slot: Identifier
    reason: OpenReason
    funnel: tuple[FunnelStep, ...] = ()
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One member of the smallest set found that cannot hold together: a pin, or a limit or rule it runs against.

    ``kind``: ``pin`` (with slot and expert) or the name of a constraint or rule (``slot_taken_twice``, ``hours``,
    ``max_engagements``, ``onsite_days``, ``one_slot_per_request``, ``request_budget``, ``organization_budget``,
    ``team``, ``heads``, ``forbidden``, ``not_eligible``). The other fields name where: only those that apply are set.
    """

    __pydantic_config__ = STRICT
    kind: str
    slot: Identifier | None = None
    expert: Identifier | None = None
    request: Identifier | None = None
    organization: Identifier | None = None
    month: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Each term's own value, unweighted.

    objective = w_coverage·coverage + w_fit·fit + w_equity·equity + w_stability·stability − net_cost / yen_per_point,
    where coverage = Σ priority·x and fit = Σ priority·fit·x.
    """

    __pydantic_config__ = STRICT
    coverage: Finite = 0.0
    fit: Finite = 0.0
    equity: Finite = 0.0
    stability: Finite = 0.0
    net_cost: NonNegative = 0.0
    cost: NonNegative = 0.0


@dataclass(frozen=True, slots=True)
class Solver:
    """Which solver gave the bound."""

    __pydantic_config__ = STRICT
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of one run. ``objective``, ``bound``, ``gap`` are None when there is no plan."""

    __pydantic_config__ = STRICT
    status: Status
    objective: Finite | None
    bound: Finite | None
    gap: NonNegative | None
    terms: Terms
    assignments: tuple[Assignment, ...]
    open_slots: tuple[OpenSlot, ...]
    conflicts: tuple[Conflict, ...]
    policy: Mapping[str, Any]
    limits: Mapping[str, Any]
    solver: Solver
    seconds: Mapping[str, NonNegative]
    input_digest: str
    seed: Count
    format: Literal["talent-hub-plan/1"] = FORMAT
