"""What an expert's month has room for in one engagement: what is booked, and what the others leave of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from hub.models import Availability, Booking, Engagement, WorkLog
from hub.models.base import columns, table_of
from hub.models.experts import ROUNDING
from hub.workflows.engagement_reading import Engaged
from matching.faults import Fault


@dataclass(frozen=True, slots=True)
class MonthRoom:
    """Hours and days on site: ``booked`` for the engagement, and the most there can be of them (``limit``)."""

    booked_hours: float
    booked_days: float
    limit_hours: float
    limit_days: float

    def faults(self, hours: float, days: float, *, explained: bool) -> Iterator[Fault]:
        """Yield what is wrong with ``hours`` and ``days`` of work; more than is booked has to be ``explained``."""
        over = False
        for place, told, booked, limit, ja, en in (
            ("/hours", hours, self.booked_hours, self.limit_hours, "時間", "hours"),
            ("/days", days, self.booked_days, self.limit_days, "日", "days"),
        ):
            if told > limit + ROUNDING:
                text = f"この月に働けるのは{limit:g}{ja}までです。ほかの従事の分を除いて書いてください"
                yield Fault(place, text, f"the month has room for {limit:g} {en} beside other engagements")
            over = over or told > booked + ROUNDING
        if over and not explained:
            ja = f"確保した{self.booked_hours:g}時間・{self.booked_days:g}日を超えています。理由を書いてください"
            en = f"this is more than the {self.booked_hours:g} hours and {self.booked_days:g} days booked: say why"
            yield Fault("/remark", ja, en)


def room_of(session: Session, engaged: Engaged, month: str) -> MonthRoom:
    """Return the room of ``month``, which stays locked: other engagements of the expert keep what is booked or worked.

    A month that is not booked has none.
    """
    a, b = columns(Availability), columns(Booking)
    expert, proposal = engaged.row.expert_id, engaged.row.proposal_id
    offered = select(a.hours, a.onsite_days).where(a.expert_id == expert, a.month == month)
    month_row = session.execute(offered.with_for_update(key_share=True)).first()
    own = select(b.hours, b.onsite_days).where(b.proposal_id == proposal, b.month == month, b.held)
    booked = session.execute(own).first()
    if month_row is None or booked is None:
        return MonthRoom(0.0, 0.0, 0.0, 0.0)
    hours, days = _elsewhere(session, engaged, month)
    return MonthRoom(
        booked.hours,
        booked.onsite_days,
        max(month_row.hours - hours, booked.hours),
        max(month_row.onsite_days - days, booked.onsite_days),
    )


def _elsewhere(session: Session, engaged: Engaged, month: str) -> tuple[float, float]:
    """Return hours and days of the month's other held bookings, or what their logs tell where that is more."""
    b, n, w = columns(Booking), columns(Engagement), columns(WorkLog)
    query = (
        select(
            b.hours,
            b.onsite_days,
            func.coalesce(w.hours, 0).label("worked_hours"),
            func.coalesce(w.onsite_days, 0).label("worked_days"),
        )
        .join_from(table_of(Booking), table_of(Engagement), n.proposal_id == b.proposal_id, isouter=True)
        .join(table_of(WorkLog), and_(w.engagement_id == n.id, w.month == b.month), isouter=True)
        .where(
            b.expert_id == engaged.row.expert_id,
            b.month == month,
            b.held,
            b.proposal_id != engaged.row.proposal_id,
        )
    )
    rows = session.execute(query).all()
    return (
        sum(max(row.hours, row.worked_hours) for row in rows),
        sum(max(row.onsite_days, row.worked_days) for row in rows),
    )
