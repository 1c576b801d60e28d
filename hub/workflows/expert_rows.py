"""What lists and pages show of experts."""

from dataclasses import dataclass
from datetime import datetime

from hub.workflows.career_records import ConfirmedSkill, VerifiedEntry
from hub.workflows.drafts import ExpertDraft
from hub.workflows.ratings import ShownRating


@dataclass(frozen=True, slots=True)
class ExpertFilter:
    """Which experts to list; what is None or empty does not restrict.

    ``text``: every word in name, kana, romaji, affiliation, summary, reference or base, whatever the width, kana or
    capitals. ``talent_type`` X or D. ``skill`` (DSS 1.2 or 2.0 code) at ``level`` or more. ``prefecture``: that of the
    base, two digits. ``work_mode``: remote or onsite. ``month``: with free hours in it. ``paused``: who is paused
    alone; else lists find none of them, and files of the office hold them too.
    """

    text: str = ""
    talent_type: str | None = None
    role: str | None = None
    skill: str | None = None
    level: int = 1
    stage: str | None = None
    theme: str | None = None
    prefecture: str | None = None
    work_mode: str | None = None
    month: str | None = None
    paused: bool | None = None


@dataclass(frozen=True, slots=True)
class ExpertRow:
    """One line of the list. ``free_hours``: over all months told; ``skills``: how many; ``base``: with prefecture.

    ``rating_shown``: the mean of ``rating_count`` evaluations, drawn to the mean of all when they are few. What who
    looks may not see is None; ``whole``: they see everything.
    """

    id: str
    whole: bool
    reference: str | None
    name: str | None
    kana: str | None
    romaji: str | None
    affiliation: str | None
    talent_types: tuple[str, ...] | None
    roles: tuple[str, ...] | None
    prefecture_code: str | None
    base_code: str | None
    base: str | None
    base_en: str | None
    hourly_rate: int | None
    work_modes: tuple[str, ...] | None
    full_time_possible: bool | None
    free_hours: float | None
    skills: int | None
    rating_shown: float | None
    rating_mean: float | None
    rating_count: int | None
    paused: bool | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Engagement:
    """A slot the plan in force gives to an expert."""

    plan_id: str
    slot_id: str
    title: str
    request_id: str
    request_title: str
    organization: str
    start: str
    length: int
    hours: float


@dataclass(frozen=True, slots=True)
class ExpertPage:
    """Everything about one expert: ``told`` as it can be told again, and what the hub adds to it.

    ``carried``: skills of DSS 2.0 that hold in 1.2 as they are, by 1.2 code. ``asked``: 2.0 codes that do not count
    until the person says what they mean in 1.2. ``verified`` and ``confirmed``: what work done through the hub shows,
    beside what the person told.
    """

    id: str
    version: int
    told: ExpertDraft
    base: str
    base_en: str
    conflicts: tuple[tuple[str, str], ...]
    carried: tuple[tuple[str, int], ...]
    asked: tuple[str, ...]
    engagements: tuple[Engagement, ...]
    rating: ShownRating | None
    verified: tuple[VerifiedEntry, ...]
    confirmed: tuple[ConfirmedSkill, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """Family and given name."""
        return f"{self.told.family_name} {self.told.given_name}".strip()

    @property
    def kana(self) -> str:
        """The name in kana."""
        return f"{self.told.family_kana} {self.told.given_kana}".strip()

    @property
    def romaji(self) -> str:
        """The name in Latin letters, given name first."""
        return f"{self.told.given_romaji} {self.told.family_romaji}".strip()
