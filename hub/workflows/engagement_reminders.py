"""Reminders of what is owed: reports, questionnaires, and the log of the month before. Each is told once."""

from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hub.models import Engagement, Questionnaire, Report, WorkLog
from hub.models.base import columns, table_of
from hub.workflows.engagement_news import tell_coordinators, tell_expert, tell_organization
from hub.workflows.engagement_reading import look_at_engagement
from hub.workflows.japanese_days import first_day, last_day, month_of, today_in_japan

REPORT_SOON = timedelta(days=3)
QUESTIONNAIRE_SOON = timedelta(days=30)


def remind_due(session: Session, today: date | None = None) -> int:
    """Tell people what they owe, nobody of one thing twice; return how many were told. A duty of every day."""
    today = today or today_in_japan()
    reminders = (_remind_of_reports, _remind_of_questionnaires, _remind_of_logs)
    return sum(remind(session, today) for remind in reminders)


def _remind_of_reports(session: Session, today: date) -> int:
    r, told = columns(Report), 0
    owed = (r.status.in_(("due", "returned")), r.due_on <= today + REPORT_SOON)
    for row in session.execute(select(r.id, r.engagement_id, r.due_on).where(*owed).order_by(r.id)).all():
        engaged, about, occasion = look_at_engagement(session, row.engagement_id), ("report", row.id), str(row.due_on)
        told += tell_expert(session, "report:due_soon", engaged, about, occasion=occasion)
        told += tell_organization(session, "report:due_soon", engaged, about, occasion=occasion)
        if row.due_on < today:
            told += tell_expert(session, "report:overdue", engaged, about, occasion=occasion)
            told += tell_coordinators(session, "report:overdue", engaged, about, occasion=occasion)
    return told


def _remind_of_questionnaires(session: Session, today: date) -> int:
    q, told = columns(Questionnaire), 0
    owed = (q.answered_at.is_(None), q.due_on <= today + QUESTIONNAIRE_SOON)
    for row in session.execute(select(q.engagement_id, q.due_on).where(*owed).order_by(q.engagement_id)).all():
        engaged = look_at_engagement(session, row.engagement_id)
        told += tell_organization(session, "questionnaire:due_soon", engaged, occasion=str(row.due_on))
    return told


def _remind_of_logs(session: Session, today: date) -> int:
    n, w = columns(Engagement), columns(WorkLog)
    month = month_of(first_day(month_of(today)) - timedelta(days=1))
    handed_in = and_(w.engagement_id == n.id, w.month == month, w.status.in_(("submitted", "signed_off")))
    worked = or_(n.status == "active", and_(n.status == "broken_off", n.broken_off_on >= first_day(month)))
    missing = (
        select(n.id)
        .join_from(table_of(Engagement), table_of(WorkLog), handed_in, isouter=True)
        .where(worked, n.first_day <= last_day(month), n.last_day >= first_day(month), w.id.is_(None))
        .order_by(n.id)
    )
    return sum(
        tell_expert(session, "work_log:missing", look_at_engagement(session, key), occasion=month)
        for key in session.execute(missing).scalars().all()
    )
