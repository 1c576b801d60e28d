"""Coverage: of the slots asked for in a fiscal year, how many are filled, by prefecture."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.models import Organization
from hub.models.base import columns
from hub.workflows.kpi import READING, Share, asked_and_filled
from hub.workflows.visibility import areas_seen


@dataclass(frozen=True, slots=True)
class PrefectureShare:
    """A prefecture's two digits, its slots, and how many of its organizations asked for them."""

    code: str
    organizations: int
    slots: Share


@dataclass(frozen=True, slots=True)
class Coverage:
    """A fiscal year by prefecture, those alone where slots were asked for. ``areas``: as in ``Kpi``."""

    year: int
    areas: tuple[str, ...] | None
    prefectures: tuple[PrefectureShare, ...]
    total: Share


def read_coverage(session: Session, year: int, *, actor: Actor = LOCAL) -> Coverage:
    """Return the coverage of fiscal ``year`` (from April) as far as ``actor`` may see. Raises Forbidden."""
    areas = areas_seen(actor, READING)
    code = columns(Organization).prefecture_code
    found = session.execute(asked_and_filled(actor, year, code).order_by(code))
    rows = tuple(PrefectureShare(key, bodies, Share(asked, filled)) for key, asked, filled, bodies in found)
    total = Share(sum(row.slots.asked for row in rows), sum(row.slots.filled for row in rows))
    return Coverage(year, areas, rows, total)
