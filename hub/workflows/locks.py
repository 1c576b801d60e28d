"""Rows locked before they are decided on: always in one order, so that no two transactions wait for each other.

The order: plans, organizations, experts, requests, proposals, engagements, availability; rows of one table by their
key. SQLite has one writer at a time and takes no such locks. ``key_share`` leaves room for rows that only refer to a
locked one.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models import Availability
from hub.models.base import columns
from hub.workflows.records import batches


def lock_rows(session: Session, model: type[SQLModel], ids: Collection[str], key: str = "id") -> dict[str, Any]:
    """Lock the rows of ``model`` whose ``key`` is one of ``ids``, and return them as they are now, by key."""
    c = columns(model)
    query = select(*c).order_by(c[key]).with_for_update(key_share=True)
    return {
        row._mapping[key]: row
        for some in batches(sorted(ids))
        for row in session.execute(query.where(c[key].in_(some)))
    }


def lock_row(session: Session, model: type[SQLModel], row_id: str) -> Any | None:
    """Lock one row and return it as it is now, None when there is none."""
    return lock_rows(session, model, [row_id]).get(row_id)


def look_at_row(session: Session, model: type[SQLModel], row_id: str) -> Any | None:
    """Return one row as it is now and lock nothing, None when there is none."""
    c = columns(model)
    return session.execute(select(*c).where(c.id == row_id)).first()


def lock_months(session: Session, expert_ids: Collection[str]) -> dict[tuple[str, str], Any]:
    """Lock all months of experts, and return what is offered and promised by expert and month."""
    a = columns(Availability)
    query = select(*a).order_by(a.expert_id, a.month).with_for_update(key_share=True)
    return {
        (row.expert_id, row.month): row
        for some in batches(sorted(expert_ids))
        for row in session.execute(query.where(a.expert_id.in_(some)))
    }
