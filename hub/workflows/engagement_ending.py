"""Engagements end when their last day has passed, their logs are signed off, and the report they owe is."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor, hub_for
from hub.auth.permissions import require
from hub.errors import Conflict
from hub.models import Engagement, Report, WorkLog
from hub.models.base import columns
from hub.workflows.engagement_days import free_days
from hub.workflows.engagement_news import tell_both
from hub.workflows.engagement_reading import Engaged, take_engagement
from hub.workflows.japanese_days import today_in_japan
from hub.workflows.moving import move
from hub.workflows.settling import settle


def end(
    session: Session, actor: Actor, engagement_id: str, *, version: int | None = None, today: date | None = None
) -> None:
    """End an engagement whose work is done and told.

    Raises Forbidden, and Conflict naming what is missing: the last day, logs to be signed off, the report it owes.
    """
    engaged = take_engagement(session, engagement_id)
    require(actor, "engagement.end", engaged.belonging)
    if engaged.row.status == "active" and (lacking := _lacking(session, engaged, today or today_in_japan())):
        ja, en = zip(*lacking, strict=True)
        raise Conflict(
            f"まだ終了できません。{'。'.join(ja)}。早く終えるときは中断してください。",
            f"This cannot end yet: {'; '.join(en)}. Break it off to end it earlier.",
        )
    _end(session, actor, engaged, version)


def end_if_complete(session: Session, actor: Actor, engagement_id: str, today: date | None = None) -> bool:
    """End an engagement that lacks nothing, as what follows from what ``actor`` did; return whether it ended."""
    engaged = take_engagement(session, engagement_id)
    if engaged.row.status != "active" or _lacking(session, engaged, today or today_in_japan()):
        return False
    _end(session, hub_for(actor), engaged)
    return True


def end_due(session: Session, today: date | None = None) -> tuple[str, ...]:
    """End the engagements whose last day has passed and that lack nothing; return their ids. A duty of every day."""
    n, today = columns(Engagement), today or today_in_japan()
    due = select(n.id).where(n.status == "active", n.last_day < today).order_by(n.request_id, n.id)
    ids: Sequence[str] = session.execute(due).scalars().all()
    return tuple(key for key in ids if end_if_complete(session, SYSTEM, key, today))


def _end(session: Session, actor: Actor, engaged: Engaged, version: int | None = None) -> None:
    move(session, actor, engaged.subject(version), "end")
    free_days(session, engaged)
    tell_both(session, "engagement:ended", engaged)
    settle(session, engaged.row.request_id)


def _lacking(session: Session, engaged: Engaged, today: date) -> list[tuple[str, str]]:
    """Return what an engagement lacks to end, in Japanese and English."""
    found = []
    if today <= engaged.row.last_day:
        found.append((f"最終日（{engaged.row.last_day}）を過ぎていません", f"its last day is {engaged.row.last_day}"))
    w, r = columns(WorkLog), columns(Report)
    signed = select(w.month).where(w.engagement_id == engaged.row.id, w.status == "signed_off")
    unsigned = sorted(set(engaged.months) - set(session.execute(signed).scalars()))
    if unsigned:
        listed = ", ".join(unsigned)
        found.append((f"承認されていない業務記録があります（{listed}）", f"work logs are not signed off ({listed})"))
    owed = select(r.id).where(r.engagement_id == engaged.row.id, r.due_on.is_not(None), r.status != "signed_off")
    if session.execute(owed).first():
        found.append(("活動報告が承認されていません", "its report is not signed off"))
    return found
