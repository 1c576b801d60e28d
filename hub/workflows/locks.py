"""Rows locked before they are decided on: always in one order, so that no two transactions wait for each other.

The order: plans, organizations, experts, requests, proposals, engagements, availability; rows of one table by their
key. SQLite has one writer at a time and takes no such locks. ``key_share`` leaves room for rows that only refer to a
locked one.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.models import Availability
from hub.models.base import columns
from hub.workflows.records import batches


def lock_rows(session: Session, model: type[SQLModel], ids: Collection[str], key: str = "id") -> dict[str, Any]:
    """Lock the rows of ``model`` whose ``key`` is one of ``ids``, and return them as they are now, by key."""
    return {
        row._mapping[key]: row
        for some in batches(sorted(ids))
        for row in session.execute(_locking(model, key), {"keys": some})
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
    return {
        (row.expert_id, row.month): row
        for some in batches(sorted(expert_ids))
        for row in session.execute(_locking(Availability, "expert_id", "month"), {"keys": some})
    }


@cache
def _locking(model: type[SQLModel], key: str, *then: str) -> Select[Any]:
    """Return what locks rows by ``key``, in its order. Made once: every change waits for the locks taken here."""
    c = columns(model)
    wanted = c[key].in_(bindparam("keys", expanding=True))
    return select(*c).where(wanted).order_by(c[key], *(c[name] for name in then)).with_for_update(key_share=True)
