"""Every move an engagement, its logs and its report have made: who, when, why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import allows, require
from hub.models import Change, Report, WorkLog
from hub.models.base import columns
from hub.workflows.engagement_reading import look_at_engagement

About = Literal["engagement", "work_log", "report"]


@dataclass(frozen=True, slots=True)
class WorkStep:
    """A move. ``month``: of a log. ``reason``: the person's own words, None where they are not for who reads."""

    about: About
    month: str | None
    move: str
    from_status: str
    to_status: str
    actor_id: str
    reason_code: str | None
    reason: str | None
    at: datetime


def engagement_history(session: Session, actor: Actor, engagement_id: str) -> tuple[WorkStep, ...]:
    """Return every move, the first first. Why work was broken off, in one's own words, is for oneself and the office.

    Raises NotFound, Forbidden.
    """
    engaged = look_at_engagement(session, engagement_id)
    require(actor, "engagement.read", engaged.belonging)
    office = allows(actor, "engagement.read_reasons", engaged.belonging)
    c, w, r = columns(Change), columns(WorkLog), columns(Report)
    logs = select(w.id).where(w.engagement_id == engagement_id)
    reports = select(r.id).where(r.engagement_id == engagement_id)
    query = select(*c).where(
        or_(
            and_(c.subject_kind == "engagement", c.subject_id == engagement_id),
            and_(c.subject_kind == "work_log", c.subject_id.in_(logs)),
            and_(c.subject_kind == "report", c.subject_id.in_(reports)),
        )
    )
    of_log = select(w.id, w.month).where(w.engagement_id == engagement_id)
    months: dict[str, str] = {row.id: row.month for row in session.execute(of_log)}

    def words(row: Any) -> str | None:
        told: str | None = row.reason
        return told if office or row.move != "break_off" or row.actor_id == actor.id else None

    return tuple(
        WorkStep(
            about=row.subject_kind,
            month=months.get(row.subject_id),
            move=row.move,
            from_status=row.from_status,
            to_status=row.to_status,
            actor_id=row.actor_id,
            reason_code=row.reason_code,
            reason=words(row),
            at=row.at,
        )
        for row in session.execute(query.order_by(c.at, c.subject_kind, c.subject_id, c.position))
    )
