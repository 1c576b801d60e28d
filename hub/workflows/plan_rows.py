"""What lists and pages show of plans, their slots, and why each is as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.workflows.left_out import LeftOut
from hub.workflows.run_courses import Course
from hub.workflows.suppositions import Sentence
from matching.bottlenecks import BindingLimit, ScarceSkill
from matching.pairs import FunnelStep
from matching.plan import Conflict, Remedy


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One line of the list of plans, and all a page needs to follow a run.

    ``status``: queued, running, ready, failed or cancelled. ``result``: that of the finished plan (optimal, feasible,
    infeasible, …). ``objective``, ``bound``, ``gap``, ``filled`` of ``slots``: so far, or in the end. ``policy``: the
    policy's name. ``seconds``: so far, of at most ``limit_seconds``. ``error_reference``: the number the log says
    more under. ``sequence``: grows with whatever of the run can be seen; ``attempt``: how often it has begun.
    ``comparison_id``, ``point``: of which comparison it is a point, and where; ``kept``: listed nevertheless.
    ``base_id``: the plan it was made from with what is ``supposed``; None and nothing for other plans.
    """

    id: str
    version: int
    sequence: int
    attempt: int
    comparison_id: str | None
    point: float | None
    kept: bool
    base_id: str | None
    supposed: tuple[Sentence, ...]
    title: str
    status: str
    result: str | None
    in_force: bool
    stop_requested: bool
    policy: str
    limit_seconds: float
    first_month: str
    last_month: str
    phase: str
    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None
    filled: int
    slots: int
    cost: float | None
    net_cost: float | None
    mean_fit: float | None
    error_ja: str | None
    error_en: str | None
    error_reference: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """A run as who follows it sees it: ``row`` and the ``course`` it took so far."""

    row: PlanRow
    course: Course


@dataclass(frozen=True, slots=True)
class NamedLimit:
    """A limit that binds, with the name of whose it is: an expert, a request's title, or an organization.

    ``name_en``: the name in Latin letters, empty for a request's title.
    """

    limit: BindingLimit
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything about one run but its slots.

    ``terms``: unweighted value of each term. ``weights``, ``yen_per_point``: what they counted. ``reasons``: how many
    slots are open, by reason. ``conflicts``: pins that cannot all hold. ``left_out``: what could not be part of the
    problem. ``binding``: the limits that bind, most worth first. ``scarce``: skills that open slots lack.
    ``solver``: name and version.
    """

    row: PlanRow
    months: tuple[str, ...]
    policy: Mapping[str, Any]
    limits: Mapping[str, Any]
    terms: Mapping[str, float]
    weights: Mapping[str, float]
    yen_per_point: float | None
    reasons: Mapping[str, int]
    conflicts: tuple[Conflict, ...]
    left_out: tuple[LeftOut, ...]
    binding: tuple[NamedLimit, ...]
    scarce: tuple[ScarceSkill, ...]
    solver: str
    phases: Mapping[str, float]
    input_digest: str | None


@dataclass(frozen=True, slots=True)
class PlanSlotFilter:
    """Which slots of a plan to list; what is None or empty does not restrict.

    ``text``: in title, request, organization or the expert's name. ``filled``: only filled or only open ones.
    """

    text: str = ""
    filled: bool | None = None
    reason: str | None = None
    prefecture: str | None = None
    stage: str | None = None
    talent_type: str | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who fills a slot. ``fit`` 0–1 and its ``parts`` in points; yen over the slot; ``hours`` a month with travel.

    ``travel_minutes``: one way, None when nobody travels. ``base``: name with prefecture. ``paused``: they are now, and
    nothing of the plan can be offered to them. ``imagined``: nobody has this id, the plan supposes such a person.
    """

    expert_id: str
    name: str
    romaji: str
    affiliation: str
    base: str
    base_en: str
    latitude: float | None
    longitude: float | None
    fit: float
    parts: Mapping[str, float]
    cost: float
    net_cost: float
    hours: float
    travel_minutes: float | None
    travel_yen: float | None
    paused: bool
    imagined: bool


@dataclass(frozen=True, slots=True)
class PlanSlotRow:
    """One line of a plan: a slot with who fills it (``assigned``), or why nobody does (``reason``)."""

    slot_id: str
    title: str
    request_id: str
    request_title: str
    organization_code: str
    organization: str
    organization_en: str
    prefecture_code: str
    latitude: float | None
    longitude: float | None
    stage: str
    talent_type: str
    role: str | None
    start: str
    length: int
    hours: float
    onsite_days: float
    required: bool
    team: str
    assigned: Assigned | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class NeedMet:
    """A skill the slot asks for beside what the assigned expert has (``has`` 0: nothing told; None: nobody there)."""

    skill: str
    level: int
    weight: float
    mandatory: bool
    has: int | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another eligible expert for a slot, and what choosing them does to the whole plan's objective (``change``).

    ``elsewhere``: titles of the slots that expert fills in the plan. ``change`` None: no plan has that person there
    (``impossible``), or it was not worked out in time. ``proven``: no plan with that person there is better; otherwise
    the change is at least this good. ``imagined``: as in ``Assigned``. ``levels``: what they have of the slot's needs,
    in their order; none where the plan is of old.
    """

    expert_id: str
    name: str
    romaji: str
    affiliation: str
    fit: float
    cost: float
    net_cost: float
    hours: float
    elsewhere: tuple[str, ...]
    change: float | None
    proven: bool
    impossible: bool
    imagined: bool
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NamedRemedy:
    """A remedy with the expert it is about, if it is about one: ``name``, also as ``romaji``."""

    remedy: Remedy
    name: str | None
    romaji: str


@dataclass(frozen=True, slots=True)
class PlanSlotPage:
    """Everything about one slot of a plan.

    ``funnel``: how many experts each rule removed (open slots). ``remedies``: smallest changes that fill it, each
    verified by solving. ``…_sought``: whether there was time to look for them.
    """

    row: PlanSlotRow
    needs: tuple[NeedMet, ...]
    funnel: tuple[FunnelStep, ...]
    remedies: tuple[NamedRemedy, ...]
    alternatives: tuple[Alternative, ...]
    remedies_sought: bool
    alternatives_sought: bool

    @property
    def explained(self) -> bool:
        """Whether there was time to look for what the page shows: alternatives, and remedies where it is open."""
        return self.alternatives_sought and (self.remedies_sought or self.row.assigned is not None)
