"""What lists and pages show of engagements."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from hub.auth.permissions import Belonging
from hub.models.engagements import CostSharing, EngagementStatus, Form
from hub.workflows.drafts import CHECKED, Days, Hours, Line, Paragraph, Yen

People = Annotated[int, Field(ge=1, le=1_000_000_000)]


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """The terms as a side tells them. ``hours`` (with travel) and ``onsite_days`` a month; money in yen.

    ``cost_sharing``: for a post several organizations share; ``populations``: the people of each of them, by its code,
    when it is shared by population. ``dispatching_body``: 団体コード of the body whose staff the expert is.
    """

    __pydantic_config__ = CHECKED
    form: Form
    first_day: date
    last_day: date
    hours: Hours
    onsite_days: Days
    scheme: Line | None = None
    hourly_rate: Yen | None = None
    daily_rate: Yen | None = None
    monthly_amount: Yen | None = None
    conditions: Paragraph = ""
    cost_sharing: CostSharing | None = None
    populations: dict[Line, People] = field(default_factory=dict)
    dispatching_body: Line | None = None


@dataclass(frozen=True, slots=True)
class EngagementFilter:
    """Which engagements to list; what is None does not restrict."""

    status: EngagementStatus | None = None
    organization: str | None = None
    expert: str | None = None
    request: str | None = None
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class EngagementRow:
    """One line of the list."""

    id: str
    status: EngagementStatus
    title: str
    request_id: str
    request_title: str
    organization_code: str
    organization: str
    organization_en: str
    expert_id: str
    expert: str
    romaji: str
    scheme: str | None
    fiscal_year: int
    form: Form
    first_day: date
    last_day: date
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """Who agreed or consented, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day on site; ``worked``: it is in a work log."""

    day: date
    worked: bool


@dataclass(frozen=True, slots=True)
class BookedMonth:
    """What is booked of the expert in a month; ``held`` False: given back."""

    month: str
    hours: float
    onsite_days: float
    held: bool


@dataclass(frozen=True, slots=True)
class EngagementPage:
    """Everything about one engagement but its logs, report and evaluations.

    ``version``: of the whole, sent along with an edit; ``terms_version``: sent along with an agreement. ``served``:
    organizations it serves.
    """

    row: EngagementRow
    version: int
    terms_version: int
    slot_id: str
    proposal_id: str
    terms: TermsDraft
    served: tuple[str, ...]
    organization_agreed: Said | None
    expert_agreed: Said | None
    dispatch_consented: Said | None
    broken_off_on: date | None
    broken_off_reason: str | None
    organization_shares_case: bool
    expert_shares_case: bool
    months: tuple[BookedMonth, ...]
    days: tuple[PlannedDay, ...]

    @property
    def belonging(self) -> Belonging:
        """Whose it is; the body whose staff the expert is may read it too, because it has to consent."""
        sender = (self.terms.dispatching_body,) if self.terms.dispatching_body else ()
        return Belonging(self.row.organization_code, (*self.served, *sender), self.row.expert_id)

    @property
    def agreed(self) -> bool:
        """Whether everybody whose word the terms need has given it."""
        both = self.organization_agreed is not None and self.expert_agreed is not None
        return both and (self.terms.dispatching_body is None or self.dispatch_consented is not None)
