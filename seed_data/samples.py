"""Samples: experts, requests and their slots as the hub stores them, before they are rows of a database.

Ids of stages, themes, roles and skills are those of ``skill_standards`` (skills: DSS 1.2). Months are ``YYYY-MM``,
money is yen, hours and days are per month, travel is minutes one way, organizations are 団体コード (6 digits).
Every person here is invented.
"""

from dataclasses import dataclass
from typing import Literal

from matching.problem import BudgetBasis, TalentType, Team, WorkMode

ExternalType = Literal["PROD", "PM", "SD", "ENG"]  # the four types of 外部人材スキル標準
GateStage = Literal["計画策定", "社会実証", "実装・展開"]
RolePlayed = Literal["lead", "member", "adviser", "trainer"]


@dataclass(frozen=True, slots=True)
class SampleSkill:
    """A skill with its attained ``level`` 1–4 and what shows it; ``framework`` is the DSS version of ``code``."""

    code: str
    level: int
    evidence: str
    framework: str = "1.2"


@dataclass(frozen=True, slots=True)
class SampleCareer:
    """A past or present activity: where, in which theme and stage, what the person did and what came of it.

    ``theme`` and ``stage`` may be None; ``ended`` None: still going on.
    """

    organization: str
    theme: str | None
    stage: str | None
    role_played: RolePlayed
    contribution: str
    outcome: str
    started: str
    ended: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class SampleAvailability:
    """What an expert can still take on in ``month``, engagements already held taken off.

    ``hours``: free hours; ``engagements``: how many more slots at a time; ``onsite_days``: days away from the base.
    """

    month: str
    hours: int
    engagements: int
    onsite_days: int


@dataclass(frozen=True, slots=True)
class SampleExpert:
    """An invented expert (専門人材).

    ``rates``: wished ``hourly_rate`` and ``current_rate`` in yen per hour, the latter None when not told.
    ``max_travel_minutes`` None: no limit. ``regions``: prefecture codes (2 digits) wished for, empty: anywhere.
    ``rating_mean`` is None exactly when ``rating_count`` is 0.
    """

    key: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    family_romaji: str
    given_romaji: str
    affiliation: str
    talent_types: tuple[TalentType, ...]
    external_types: tuple[ExternalType, ...]
    roles: tuple[str, ...]
    skills: tuple[SampleSkill, ...]
    stages: tuple[str, ...]
    themes: tuple[str, ...]
    career: tuple[SampleCareer, ...]
    availability: tuple[SampleAvailability, ...]
    hourly_rate: int
    current_rate: int | None
    base: str
    max_travel_minutes: int | None
    work_modes: tuple[WorkMode, ...]
    full_time_possible: bool
    regions: tuple[str, ...]
    conflicts: tuple[str, ...]
    rating_mean: float | None
    rating_count: int
    summary: str

    @property
    def name(self) -> str:
        """Family and given name with a space between."""
        return f"{self.family_name} {self.given_name}"

    @property
    def name_kana(self) -> str:
        """The name in katakana."""
        return f"{self.family_kana} {self.given_kana}"

    @property
    def name_romaji(self) -> str:
        """The name in Latin letters, given name first."""
        return f"{self.given_romaji} {self.family_romaji}"


@dataclass(frozen=True, slots=True)
class SampleNeed:
    """A skill a slot asks for at ``level`` 1–4; ``mandatory`` needs decide eligibility, all needs decide fit."""

    skill: str
    level: int
    weight: float = 1.0
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class SampleSlot:
    """One seat of a request (枠): ``length`` months from ``start`` with ``hours`` and ``onsite_days`` a month.

    ``rate_ceiling``: yen per hour, None: no ceiling.
    """

    key: str
    title: str
    talent_type: TalentType
    role: str | None
    stage: str
    needs: tuple[SampleNeed, ...]
    start: str
    length: int
    hours: int
    onsite_days: int
    remote_ok: bool
    rate_ceiling: int | None
    required: bool = True


@dataclass(frozen=True, slots=True)
class SamplePartner:
    """A body in the promotion structure (推進体制) and the part it takes."""

    role: str
    organization: str


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """What an organization asks for (人材ニーズ).

    ``budget``: yen over the horizon by ``budget_basis``, None: no limit. ``beneficiaries``: 団体コード served, empty:
    the organization alone. ``source``: the policy text a hand-made case comes from and its place there, None
    when generated; ``assumed``: what no text says and is our assumption, for a generated request all of it.
    """

    key: str
    organization: str
    title: str
    summary: str
    themes: tuple[str, ...]
    priority: float
    budget: int | None
    budget_basis: BudgetBasis
    beneficiaries: tuple[str, ...]
    team: Team
    slots: tuple[SampleSlot, ...]
    promotion: tuple[SamplePartner, ...]
    gate: GateStage
    source: str | None = None
    assumed: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Experts and requests over the same ``months``."""

    experts: tuple[SampleExpert, ...]
    requests: tuple[SampleRequest, ...]
    months: tuple[str, ...]
