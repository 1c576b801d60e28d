"""Days on site: planned before, worked after; an expert is at one place on one day, and the database sees to it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from math import ceil

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import Conflict, Invalid
from hub.models import Booking, Engagement, EngagementDay
from hub.models.base import columns, table_of
from hub.models.experts import ROUNDING
from hub.workflows.audit import record
from hub.workflows.editing import edit_row
from hub.workflows.engagement_news import tell_both
from hub.workflows.engagement_reading import Engaged, take_engagement
from hub.workflows.japanese_days import first_day, last_day, month_of
from hub.workflows.life_cycles import ENGAGEMENT
from hub.workflows.moving import not_now
from matching.faults import Fault


def plan_days(session: Session, actor: Actor, engagement_id: str, days: Sequence[date], version: int) -> None:
    """Make ``days`` the days on site that are planned; those worked stay beside them.

    Raises Forbidden, Invalid (a day outside the engagement, given twice, or more than are booked or the scheme allows),
    Conflict when the expert is somewhere else on one of the days or the engagement has ended, ChangedMeanwhile.
    """
    engaged = take_engagement(session, engagement_id)
    require(actor, "engagement.plan_days", engaged.belonging)
    if engaged.row.status not in {"terms", "active"}:
        raise not_now(ENGAGEMENT, engaged.row.status, "plan_days")
    worked = worked_days(session, engaged)
    if faults := [*_day_faults(engaged, days)] or [*_booking_faults(session, engaged, {*days, *worked})]:
        raise Invalid(faults)
    edit_row(session, Engagement, engagement_id, version, {})
    d = columns(EngagementDay)
    session.execute(delete(table_of(EngagementDay)).where(d.engagement_id == engagement_id, d.worked.is_(False)))
    _occupy(session, engaged, sorted(set(days) - worked), worked=False)
    planned = [day.isoformat() for day in sorted(days)]
    record(session, actor, "engagement:plan_days", "engagement", engagement_id, after={"days": planned})
    tell_both(session, "engagement:days_planned", engaged, occasion=str(version + 1))


def work_days(session: Session, engaged: Engaged, month: str, days: Collection[date]) -> None:
    """Make ``days`` the worked days of ``month``; what was planned and not worked stays planned.

    Raises Conflict when the expert was somewhere else on one of them.
    """
    d = columns(EngagementDay)
    of_month = (d.engagement_id == engaged.row.id, d.day.between(first_day(month), last_day(month)))
    present = set(session.execute(select(d.day).where(*of_month)).scalars())
    session.execute(update(table_of(EngagementDay)).where(*of_month).values(worked=d.day.in_(days)))
    _occupy(session, engaged, sorted(set(days) - present), worked=True)


def worked_days(session: Session, engaged: Engaged) -> set[date]:
    """Return the days on site that work logs tell of."""
    d = columns(EngagementDay)
    return set(session.execute(select(d.day).where(d.engagement_id == engaged.row.id, d.worked)).scalars())


def free_days(session: Session, engaged: Engaged, *, after: date | None = None, until: date | None = None) -> None:
    """Free the days that were planned and not worked: those ``after`` one day, ``until`` another, or all."""
    d = columns(EngagementDay)
    planned = delete(table_of(EngagementDay)).where(d.engagement_id == engaged.row.id, d.worked.is_(False))
    if after is not None:
        planned = planned.where(d.day > after)
    if until is not None:
        planned = planned.where(d.day <= until)
    session.execute(planned)


def _day_faults(engaged: Engaged, days: Sequence[date]) -> Iterator[Fault]:
    seen: set[date] = set()
    for position, day in enumerate(days):
        if not engaged.row.first_day <= day <= engaged.row.last_day:
            ja = f"期間（{engaged.row.first_day}から{engaged.row.last_day}まで）の日にしてください"
            en = f"give a day from {engaged.row.first_day} to {engaged.row.last_day}"
            yield Fault(f"/days/{position}", ja, en)
        if day in seen:
            yield Fault(f"/days/{position}", "同じ日が2回あります", "this day is given twice")
        seen.add(day)


def _booking_faults(session: Session, engaged: Engaged, days: Collection[date]) -> Iterator[Fault]:
    b = columns(Booking)
    query = select(b.month, b.onsite_days).where(b.proposal_id == engaged.row.proposal_id, b.held)
    booked = {row.month: ceil(row.onsite_days - ROUNDING) for row in session.execute(query)}
    for month, count in sorted(Counter(month_of(day) for day in days).items()):
        if count > booked.get(month, 0):
            ja = f"{month}に確保した現地の日数は{booked.get(month, 0)}日です（今は{count}日）"
            yield Fault("/days", ja, f"{booked.get(month, 0)} days on site are booked in {month} (these are {count})")
    yield from engaged.rules.excess(len(days), 0, ("/days", "/days"))


def _occupy(session: Session, engaged: Engaged, days: Sequence[date], *, worked: bool) -> None:
    own = {"expert_id": engaged.row.expert_id, "engagement_id": engaged.row.id, "worked": worked}
    d = columns(EngagementDay)
    elsewhere = select(d.day).where(d.expert_id == engaged.row.expert_id, d.day.in_(days)).order_by(d.day)
    taken: list[date] = list(session.execute(elsewhere).scalars())
    if taken:
        raise _is_elsewhere(taken)
    if not days:
        return
    try:
        with session.begin_nested():
            session.execute(insert(table_of(EngagementDay)), [{**own, "day": day} for day in days])
    except IntegrityError:
        # Another engagement of the expert took one of them between the two statements.
        raise _is_elsewhere(days) from None


def _is_elsewhere(days: Sequence[date]) -> Conflict:
    listed = ", ".join(day.isoformat() for day in days)
    return Conflict(
        f"この人材は次の日に別の場所にいます: {listed}。別の日にしてください。",
        f"The expert is at another place on: {listed}. Choose other days.",
    )
