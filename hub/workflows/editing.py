"""Changing a row on the version a person saw: a lost update is refused, with both versions shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.errors import ChangedMeanwhile
from hub.models.base import columns, table_of, utc_now

Values = Mapping[str, Any]


def edit_row(session: Session, model: type[SQLModel], row_id: str, version: int, values: Values, **also: Any) -> None:
    """Write ``values``, what a person told, and ``also``, what follows from it, over the row's ``version``.

    ``model`` has columns ``id`` and ``version``. Raises ChangedMeanwhile, with what differs of ``values`` in both.
    """
    c = columns(model)
    changed = update(table_of(model)).where(c.id == row_id, c.version == version)
    written = session.execute(changed.values(**values, **also, version=c.version + 1, updated_at=utc_now()))
    if written.rowcount != 1:  # type: ignore[attr-defined]
        stored = session.execute(select(*(c[name] for name in values), c.version).where(c.id == row_id)).one()
        raise changed_meanwhile(stored, values)


def changed_meanwhile(stored: Any, told: Values) -> ChangedMeanwhile:
    """Return the fault of a row ``stored`` otherwise than a person saw it, who now told ``told``."""
    differing = [name for name in told if getattr(stored, name) != told[name]]
    return ChangedMeanwhile(
        {name: plain(getattr(stored, name)) for name in differing},
        {name: plain(told[name]) for name in differing},
        stored.version,
    )


def plain(value: Any) -> Any:
    """Return ``value`` as it is told in JSON: a day as text."""
    return value.isoformat() if isinstance(value, date) else value
