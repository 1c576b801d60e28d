"""A comparison ends with the last of its points, whoever ends that."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.models import Comparison, Plan
from hub.models.base import columns, table_of, utc_now
from hub.workflows.locks import lock_row


def end_comparison(session: Session, comparison_id: str) -> None:
    """Mark a comparison as done when none of its points waits or is under way any more.

    The lock makes the last two points that end at once see each other.
    """
    row = lock_row(session, Comparison, comparison_id)
    if row is None or row.status != "running":
        return
    p, c = columns(Plan), columns(Comparison)
    open_points = select(func.count()).where(p.comparison_id == comparison_id, p.status.in_(("queued", "running")))
    if session.execute(open_points).scalar_one():
        return
    changed = update(table_of(Comparison)).where(c.id == comparison_id)
    session.execute(changed.values(status="done", updated_at=utc_now(), version=c.version + 1))
