"""What lists and pages show of work logs, reports and questionnaires."""

from dataclasses import dataclass
from datetime import date, datetime

from hub.models.work import ReportStatus, WorkLogStatus
from hub.workflows.engagement_rows import Said
from hub.workflows.reports import ReportDraft
from hub.workflows.work_logs import WorkLogDraft


@dataclass(frozen=True, slots=True)
class WorkLogFilter:
    """Which logs to list; what is None does not restrict. ``month``: ``YYYY-MM``."""

    status: WorkLogStatus | None = None
    engagement: str | None = None
    organization: str | None = None
    expert: str | None = None
    month: str | None = None


@dataclass(frozen=True, slots=True)
class WorkLogRow:
    """One line of the list: a month of an engagement. ``title``: of its slot."""

    id: str
    version: int
    engagement_id: str
    month: str
    status: WorkLogStatus
    title: str
    organization_code: str
    organization: str
    organization_en: str
    expert_id: str
    expert: str
    hours: float
    onsite_days: int
    travel_yen: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class WorkLogPage:
    """A month's log as it can be told again. ``mend``: why it was sent back, while it is."""

    row: WorkLogRow
    told: WorkLogDraft
    signed_off: Said | None
    mend: str | None


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports to list; what is None does not restrict. ``due_until``: the scheme asks for it by then."""

    status: ReportStatus | None = None
    organization: str | None = None
    expert: str | None = None
    due_until: date | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the list. ``due_on`` None: no scheme asks for it. ``title``: of the engagement's slot."""

    id: str
    version: int
    engagement_id: str
    status: ReportStatus
    due_on: date | None
    title: str
    organization_code: str
    organization: str
    organization_en: str
    expert_id: str
    expert: str
    submitted_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as it can be told again. ``mend``: why it was sent back, while it is."""

    row: ReportRow
    told: ReportDraft
    signed_off: Said | None
    mend: str | None


@dataclass(frozen=True, slots=True)
class QuestionnaireRead:
    """The questionnaire of the year after: due in ``fiscal_year`` by ``due_on``; ``answered`` None: not yet."""

    engagement_id: str
    version: int
    fiscal_year: int
    due_on: date
    answer: str
    answered: Said | None
