"""What lists and pages show of proposals: one view for the office and the organizations, another for experts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProposalFilter:
    """Which proposals to list; what is None or empty does not restrict. ``among``: statuses it may have."""

    status: str | None = None
    plan: str | None = None
    request: str | None = None
    organization: str | None = None
    expert: str | None = None
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as the office and the organization see it. ``stage``: the publication it went out with.

    ``hours`` a month with travel; ``cost`` and ``net_cost`` (試算) in yen over the slot.
    """

    id: str
    version: int
    status: str
    stage: int
    deadline: datetime
    plan_id: str
    slot_id: str
    slot_title: str
    request_id: str
    request_title: str
    organization_code: str
    organization: str
    organization_en: str
    expert_id: str
    name: str
    romaji: str
    start: str
    length: int
    hours: float
    onsite_days: float
    fit: float
    cost: int
    net_cost: int
    expert_answered_at: datetime | None
    organization_answered_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A move of a proposal. ``reason``: the person's own words, for the office alone."""

    move: str
    from_status: str
    to_status: str
    actor_id: str
    reason_code: str | None
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """A proposal with every move it has made, the first first."""

    row: ProposalRow
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one person was proposed, and what came of it; ``accepted``: by the person, whatever came then."""

    proposed: int
    accepted: int
    confirmed: int
    declined: int
    organization_declined: int
    lapsed: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class ProposalHistory:
    """Everybody who was ever proposed for a request, newest first, and each person's tally by id of the expert."""

    request_id: str
    proposals: tuple[ProposalRow, ...]
    people: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal as its expert sees it: what is asked, by whom, until when. No score, no plan, nobody else's.

    ``hours`` a month with travel. ``end``: the last month.
    """

    id: str
    version: int
    status: str
    deadline: datetime
    slot_id: str
    slot_title: str
    request_id: str
    request_title: str
    summary: str
    organization_code: str
    organization: str
    organization_en: str
    stage: str
    role: str | None
    start: str
    end: str
    hours: float
    onsite_days: float
    remote_ok: bool
    answered_at: datetime | None
    organization_has_accepted: bool
    created_at: datetime
