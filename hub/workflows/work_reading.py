"""Work logs, reports and questionnaires as those read them who may read the engagement."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import NotFound
from hub.models import (
    Change,
    Engagement,
    EngagementDay,
    Expert,
    Organization,
    Questionnaire,
    Report,
    Slot,
    WorkLog,
    WorkLogShare,
)
from hub.models.base import columns, table_of
from hub.workflows.engagement_reading import look_at_engagement, readable, said
from hub.workflows.expert_names import japanese_name
from hub.workflows.japanese_days import first_day, last_day
from hub.workflows.organizations import full_name
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.reports import ReportDraft
from hub.workflows.work_logs import ShareDraft, WorkLogDraft
from hub.workflows.work_rows import (
    QuestionnaireRead,
    ReportFilter,
    ReportPage,
    ReportRow,
    WorkLogFilter,
    WorkLogPage,
    WorkLogRow,
)

LOG_SORTS = ("month", "status", "organization", "updated")
REPORT_SORTS = ("due", "status", "organization", "updated")


def find_logs(session: Session, actor: Actor, wanted: WorkLogFilter, paging: Paging = FIRST_PAGE) -> Page[WorkLogRow]:
    """Return a page of the logs ``actor`` may read, sorted by one of ``LOG_SORTS`` (default: month).

    Raises Forbidden.
    """
    w, n = columns(WorkLog), columns(Engagement)
    told: tuple[tuple[ColumnElement[Any], str | None], ...] = (
        (w.status, wanted.status),
        (w.engagement_id, wanted.engagement),
        (w.month, wanted.month),
        (n.organization_code, wanted.organization),
        (n.expert_id, wanted.expert),
    )
    query = _of_engagements(WorkLog).where(readable(actor), *(column == value for column, value in told if value))
    orders = {"month": w.month, "status": w.status, "organization": n.organization_code, "updated": w.updated_at}
    return (page := fetch_page(session, query, paging, orders, w.id)).showing(_log_row(row) for row in page.items)


def read_log(session: Session, actor: Actor, engagement_id: str, month: str) -> WorkLogPage:
    """Return the log of a month. Raises NotFound (also where none is written yet), Forbidden."""
    engaged = look_at_engagement(session, engagement_id)
    require(actor, "engagement.read", engaged.belonging)
    w, d, s = columns(WorkLog), columns(EngagementDay), columns(WorkLogShare)
    of_month = (w.engagement_id == engagement_id, w.month == month)
    row = session.execute(_of_engagements(WorkLog).where(*of_month)).first()
    if row is None:
        raise NotFound("業務記録", "work log")
    days = select(d.day).where(
        d.engagement_id == engagement_id, d.worked, d.day.between(first_day(month), last_day(month))
    )
    shares = select(s.organization_code, s.days).where(s.work_log_id == row.id).order_by(s.organization_code)
    told = WorkLogDraft(
        hours=row.hours,
        days=tuple(session.execute(days.order_by(d.day)).scalars()),
        travel_yen=row.travel_yen,
        done=row.done,
        remark=row.remark,
        shares=tuple(ShareDraft(*share) for share in session.execute(shares)),
    )
    return WorkLogPage(_log_row(row), told, said(row.signed_off_by, row.signed_off_at), _mend(session, "work_log", row))


def find_reports(session: Session, actor: Actor, wanted: ReportFilter, paging: Paging = FIRST_PAGE) -> Page[ReportRow]:
    """Return a page of the reports ``actor`` may read, sorted by one of ``REPORT_SORTS`` (default: until when due).

    Raises Forbidden.
    """
    r, n = columns(Report), columns(Engagement)
    told: tuple[tuple[ColumnElement[Any], str | None], ...] = (
        (r.status, wanted.status),
        (n.organization_code, wanted.organization),
        (n.expert_id, wanted.expert),
    )
    query = _of_engagements(Report).where(readable(actor), *(column == value for column, value in told if value))
    if wanted.due_until is not None:
        query = query.where(r.due_on <= wanted.due_until)
    orders = {"due": r.due_on, "status": r.status, "organization": n.organization_code, "updated": r.updated_at}
    return (page := fetch_page(session, query, paging, orders, r.id)).showing(_report_row(row) for row in page.items)


def read_report(session: Session, actor: Actor, engagement_id: str) -> ReportPage:
    """Return the report of an engagement. Raises NotFound (also where none is asked for or written), Forbidden."""
    engaged = look_at_engagement(session, engagement_id)
    require(actor, "engagement.read", engaged.belonging)
    row = session.execute(_of_engagements(Report).where(columns(Report).engagement_id == engagement_id)).first()
    if row is None:
        raise NotFound("活動報告", "report")
    told = ReportDraft(row.contribution, row.outcome, row.evidence)
    return ReportPage(_report_row(row), told, said(row.signed_off_by, row.signed_off_at), _mend(session, "report", row))


def read_questionnaire(session: Session, actor: Actor, engagement_id: str) -> QuestionnaireRead:
    """Return the questionnaire of an engagement. Raises NotFound where none is asked for, Forbidden."""
    engaged = look_at_engagement(session, engagement_id)
    require(actor, "questionnaire.read", engaged.belonging)
    q = columns(Questionnaire)
    row = session.execute(select(*q).where(q.engagement_id == engagement_id)).first()
    if row is None:
        raise NotFound("アンケート", "questionnaire")
    answered = said(row.answered_by, row.answered_at)
    return QuestionnaireRead(row.engagement_id, row.version, row.fiscal_year, row.due_on, row.answer, answered)


def _of_engagements(model: type[SQLModel]) -> Select[Any]:
    """Return the rows of ``model`` with the engagement they belong to, in names."""
    m, n, s, o, e = columns(model), *(columns(one) for one in (Engagement, Slot, Organization, Expert))
    return (
        select(
            *m,
            n.organization_code,
            n.expert_id,
            s.title,
            full_name(o).label("organization"),
            o.name_en.label("organization_en"),
            japanese_name(e).label("expert"),
        )
        .join_from(table_of(model), table_of(Engagement), n.id == m.engagement_id)
        .join(table_of(Slot), s.id == n.slot_id)
        .join(table_of(Organization), o.code == n.organization_code)
        .join(table_of(Expert), e.id == n.expert_id)
    )


def _log_row(row: Any) -> WorkLogRow:
    return WorkLogRow(**{name: getattr(row, name) for name in WorkLogRow.__dataclass_fields__})


def _report_row(row: Any) -> ReportRow:
    return ReportRow(**{name: getattr(row, name) for name in ReportRow.__dataclass_fields__})


def _mend(session: Session, kind: str, row: Any) -> str | None:
    """Return why ``row`` was sent back, None when it is not."""
    if row.status != "returned":
        return None
    c = columns(Change)
    last = select(c.reason).where(c.subject_kind == kind, c.subject_id == row.id, c.move == "send_back")
    words: str | None = session.execute(last.order_by(c.position.desc()).limit(1)).scalar()
    return words
