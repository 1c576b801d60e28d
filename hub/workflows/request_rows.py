"""What lists and pages show of requests and their slots."""

from dataclasses import dataclass
from datetime import datetime

from hub.workflows.drafts import RequestDraft, SlotDraft


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests to list; what is None or empty does not restrict.

    ``text``: every word in title, summary, reference or organization, whatever the width, kana or capitals.
    ``prefecture``: two digits. ``talent_type``, ``role``, ``stage``, ``skill``: of any of its slots.
    """

    text: str = ""
    status: str | None = None
    organization: str | None = None
    prefecture: str | None = None
    gate: str | None = None
    theme: str | None = None
    talent_type: str | None = None
    role: str | None = None
    stage: str | None = None
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line of the list. ``organization``: name with prefecture; ``start``: of the first slot; ``end``: last month.

    ``filled``: how many of its ``slots`` the plan in force fills, None when no plan is in force.
    """

    id: str
    reference: str | None
    title: str
    organization_code: str
    organization: str
    organization_en: str
    status: str
    gate: str
    priority: float
    budget: int | None
    budget_basis: str
    team: str
    themes: tuple[str, ...]
    slots: int
    talent_types: tuple[str, ...]
    start: str | None
    end: str | None
    filled: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SlotOnPage:
    """A slot of a request. ``end``: its last month. ``expert_id``, ``name``, ``romaji``: who has it in force."""

    id: str
    told: SlotDraft
    end: str
    expert_id: str | None
    name: str | None
    romaji: str


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Everything about one request: ``told`` as it can be told again (with its slots), and what the hub adds."""

    id: str
    version: int
    told: RequestDraft
    organization: str
    organization_en: str
    beneficiaries: tuple[tuple[str, str], ...]
    slots: tuple[SlotOnPage, ...]
    created_at: datetime
    updated_at: datetime
