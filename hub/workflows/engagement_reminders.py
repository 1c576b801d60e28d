"""Reminders of what is owed: agreement, logs of the month before, reports, evaluations, questionnaires. Each once."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from hub.models import Change, Engagement, Evaluation, Questionnaire, Report, WorkLog
from hub.models.base import columns, table_of
from hub.models.evaluations import SIDES
from hub.workflows.engagement_news import tell_coordinators, tell_dispatching_body, tell_expert, tell_organization
from hub.workflows.engagement_reading import look_at_engagement
from hub.workflows.japanese_days import JAPAN, first_day, last_day, month_of, today_in_japan

TERMS_SOON = timedelta(days=7)
EVALUATION_WAITS = timedelta(days=14)
"""How long after the end of the work a side that has not evaluated it is asked once more."""
REPORT_SOON = timedelta(days=3)
QUESTIONNAIRE_SOON = timedelta(days=30)


def remind_due(session: Session, today: date | None = None) -> int:
    """Tell people what they owe, nobody of one thing twice; return how many were told. A duty of every day."""
    today = today or today_in_japan()
    reminders = (
        _remind_of_terms,
        _remind_of_logs,
        _remind_of_reports,
        _remind_of_evaluations,
        _remind_of_questionnaires,
    )
    return sum(remind(session, today) for remind in reminders)


def _remind_of_terms(session: Session, today: date) -> int:
    """Tell those whose word is missing as the first day comes near."""
    n, told = columns(Engagement), 0
    near = select(n.id).where(n.status == "terms", n.first_day <= today + TERMS_SOON).order_by(n.id)
    for key in session.execute(near).scalars().all():
        engaged = look_at_engagement(session, key)
        row, occasion = engaged.row, f"by {engaged.row.first_day}"
        if row.expert_agreed_by is None:
            told += tell_expert(session, "engagement:opened", engaged, occasion=occasion)
        if row.organization_agreed_by is None:
            told += tell_organization(session, "engagement:opened", engaged, occasion=occasion)
        if row.dispatch_consented_by is None:
            told += tell_dispatching_body(session, "engagement:consent_asked", engaged, occasion=occasion)
    return told


def _remind_of_evaluations(session: Session, today: date) -> int:
    """Tell the sides that have not evaluated work that ended some time ago."""
    n, c, v, told = columns(Engagement), columns(Change), columns(Evaluation), 0
    until = datetime.combine(today - EVALUATION_WAITS, time.max, JAPAN)
    lately = c.at.between(until - EVALUATION_WAITS, until)
    worked = or_(n.status == "ended", and_(n.status == "broken_off", n.broken_off_on.is_not(None)))
    over = and_(c.subject_kind == "engagement", c.subject_id == n.id, c.to_status == n.status, lately)
    given = select(func.count()).where(v.engagement_id == n.id).scalar_subquery()
    query = select(n.id).join_from(table_of(Engagement), table_of(Change), over).where(worked, given < len(SIDES))
    for key in session.execute(query.order_by(n.id)).scalars().all():
        engaged = look_at_engagement(session, key)
        sides = set(session.execute(select(v.side).where(v.engagement_id == key)).scalars())
        if "expert" not in sides:
            told += tell_expert(session, "evaluation:asked", engaged, occasion="once more")
        if "organization" not in sides:
            told += tell_organization(session, "evaluation:asked", engaged, occasion="once more")
    return told


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
