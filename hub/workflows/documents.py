"""Documents on paper (帳票): what each is made from, read by who may, and the record that one was handed out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, allows, require
from hub.errors import NotFound
from hub.models import EngagementDay, Plan, Report, WorkLog, WorkLogShare
from hub.models.base import columns, table_of
from hub.workflows.audit import record
from hub.workflows.engagement_reading import look_at_engagement, read_engagement
from hub.workflows.engagement_rows import EngagementPage
from hub.workflows.japanese_days import month_of
from hub.workflows.paging import LARGEST_PAGE, Paging
from hub.workflows.plan_rows import PlanPage, PlanSlotFilter, PlanSlotRow
from hub.workflows.plan_taking import plan_belonging
from hub.workflows.plans import find_plan_slots, read_plan
from hub.workflows.request_rows import RequestPage
from hub.workflows.requests import read_request

Document = Literal["application", "plan_list", "terms", "activity_report"]
"""派遣申請書, 配置計画一覧, 条件書, 活動報告書."""
KIND_OF: dict[Document, str] = {
    "application": "request",
    "plan_list": "plan",
    "terms": "engagement",
    "activity_report": "engagement",
}
"""What each is about, as the audit log names it."""
HANDED_IN = ("submitted", "signed_off")


@dataclass(frozen=True, slots=True)
class PlanList:
    """A plan and its slots, by organization; ``left_out``: how many more there are."""

    page: PlanPage
    rows: tuple[PlanSlotRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class LoggedMonth:
    """A month's log that was handed in. ``hours`` with travel, ``days`` on site, ``travel_yen`` spent.

    ``shares``: (団体コード, days) of each organization served. ``signed_off_at`` None: not signed off yet.
    """

    month: str
    hours: float
    days: tuple[date, ...]
    travel_yen: int
    done: str
    remark: str
    shares: tuple[tuple[str, float], ...]
    signed_off_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """A report with the logs handed in; ``open_months``: those of the engagement without one."""

    engagement: EngagementPage
    version: int
    status: str
    due_on: date | None
    contribution: str
    outcome: str
    evidence: str
    submitted_at: datetime | None
    signed_off_at: datetime | None
    months: tuple[LoggedMonth, ...]
    open_months: tuple[str, ...]

    @property
    def hours(self) -> float:
        """All hours handed in."""
        return sum(month.hours for month in self.months)

    @property
    def onsite_days(self) -> int:
        """All days on site handed in."""
        return sum(len(month.days) for month in self.months)

    @property
    def travel_yen(self) -> int:
        """All travel handed in."""
        return sum(month.travel_yen for month in self.months)

    @property
    def shares(self) -> dict[str, float]:
        """The days each organization served had, by 団体コード."""
        total: dict[str, float] = {}
        for month in self.months:
            for code, days in month.shares:
                total[code] = total.get(code, 0.0) + days
        return total


def read_application(session: Session, actor: Actor, request_id: str) -> RequestPage:
    """Return what the application (派遣申請書) of a request says. Raises NotFound, Forbidden."""
    page = read_request(session, request_id)
    require(actor, "request.read", Belonging(page.told.organization, page.told.beneficiaries))
    return page


def read_plan_list(session: Session, actor: Actor, plan_id: str, most: int) -> PlanList:
    """Return a plan and at most ``most`` of its slots (配置計画一覧). Raises NotFound, Forbidden."""
    page = read_plan(session, plan_id)
    p = columns(Plan)
    require(actor, "plan.read", plan_belonging(session.execute(select(p.prefecture_code).where(p.id == plan_id)).one()))
    rows: list[PlanSlotRow] = []
    for number in range(1, most // LARGEST_PAGE + 1):
        found = find_plan_slots(session, plan_id, PlanSlotFilter(), Paging(number, LARGEST_PAGE, "organization"))
        rows += found.items
        if number >= found.pages:
            break
    return PlanList(page, tuple(rows), page.row.slots - len(rows))


def read_terms(session: Session, actor: Actor, engagement_id: str) -> EngagementPage:
    """Return what the terms (条件書) of an engagement say. Raises NotFound, Forbidden."""
    return read_engagement(session, actor, engagement_id)


def read_activity_report(session: Session, actor: Actor, engagement_id: str) -> ActivityReport:
    """Return an engagement's report (活動報告書) with the logs handed in.

    What is not handed in yet is for those who write it: to others there is no report. Raises NotFound, Forbidden.
    """
    page = read_engagement(session, actor, engagement_id)
    engaged = look_at_engagement(session, engagement_id)
    r = columns(Report)
    row = session.execute(select(*r).where(r.engagement_id == engagement_id)).first()
    if row is None or not (row.status in HANDED_IN or allows(actor, "report.write", engaged.belonging)):
        raise NotFound("活動報告", "report")
    months = _logged_months(session, engagement_id)
    told = {month.month for month in months}
    return ActivityReport(
        engagement=page,
        version=row.version,
        status=row.status,
        due_on=row.due_on,
        contribution=row.contribution,
        outcome=row.outcome,
        evidence=row.evidence,
        submitted_at=row.submitted_at,
        signed_off_at=row.signed_off_at,
        months=months,
        open_months=tuple(month for month in engaged.months if month not in told),
    )


def record_document(
    session: Session, actor: Actor, document: Document, subject_id: str, *, version: int | None = None
) -> None:
    """Record that ``actor`` was handed ``document`` as PDF; what it shows was read, and refused, by its own function.

    ``version``: the one of the subject it shows, where it has one.
    """
    told = {"document": document, "form": "pdf", **({} if version is None else {"version": version})}
    record(session, actor, "document:hand_out", KIND_OF[document], subject_id, after=told)


def _logged_months(session: Session, engagement_id: str) -> tuple[LoggedMonth, ...]:
    w, s, d = columns(WorkLog), columns(WorkLogShare), columns(EngagementDay)
    mine = w.engagement_id == engagement_id
    shares: dict[str, list[tuple[str, float]]] = {}
    query = select(*s).join_from(table_of(WorkLogShare), table_of(WorkLog), s.work_log_id == w.id).where(mine)
    for row in session.execute(query.order_by(s.organization_code)):
        shares.setdefault(row.work_log_id, []).append((row.organization_code, row.days))
    days: dict[str, list[date]] = {}
    for day in session.execute(
        select(d.day).where(d.engagement_id == engagement_id, d.worked).order_by(d.day)
    ).scalars():
        days.setdefault(month_of(day), []).append(day)
    logs = select(*w).where(mine, w.status.in_(HANDED_IN)).order_by(w.month)
    return tuple(
        _logged(row, tuple(days.get(row.month, ())), tuple(shares.get(row.id, ()))) for row in session.execute(logs)
    )


def _logged(row: Any, days: tuple[date, ...], shares: tuple[tuple[str, float], ...]) -> LoggedMonth:
    return LoggedMonth(
        month=row.month,
        hours=row.hours,
        days=days,
        travel_yen=row.travel_yen,
        done=row.done,
        remark=row.remark,
        shares=shares,
        signed_off_at=row.signed_off_at,
    )
