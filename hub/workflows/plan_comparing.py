"""Two plans side by side: their figures, and every slot they fill differently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.models import Assignment, Plan, PlanSlot
from hub.models.base import columns, table_of
from hub.workflows.paging import FIRST_PAGE, Page, Paging
from hub.workflows.plan_reading import read_plan, slot_row, slots_query
from hub.workflows.plan_rows import Assigned, PlanPage, PlanSlotRow
from hub.workflows.seeing import seen_plans

COMPARED = ("ready", "published", "closed")
"""Where a plan stands that has a result to compare."""
MOST_CHOICES = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """A finished plan to compare."""

    id: str
    title: str
    created_at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A slot two plans decide differently; ``before``, ``after``: who fills it in each, None: nobody.

    ``only``: the one plan that decided on it at all (``before`` or ``after``), None: both did.
    """

    slot: PlanSlotRow
    before: Assigned | None
    after: Assigned | None
    only: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two plans. ``alike``: slots filled by the same person in both. ``differences``: a page of the others.

    ``same_scale``: the values of the two may be compared, because both weigh alike and decide on the same slots.
    ``begun``, ``ended``, ``exchanged``: slots that are filled after but not before, the other way round, and those
    another person fills.
    """

    before: PlanPage
    after: PlanPage
    alike: int
    begun: int
    ended: int
    exchanged: int
    same_scale: bool
    differences: Page[Difference]


def compare_plans(
    session: Session, actor: Actor, before_id: str, after_id: str, paging: Paging = FIRST_PAGE
) -> Comparison:
    """Compare two finished plans; differences are in the order of the later plan. Raises NotFound, Unseen."""
    before, after = (read_plan(session, key, actor=actor) for key in (before_id, after_id))
    then, now = (_who(session, key) for key in (before_id, after_id))
    keys = [key for key in dict.fromkeys([*now, *then]) if then.get(key) != now.get(key)]
    page = min(paging.page, max(1, -(-len(keys) // paging.size)))
    start = (page - 1) * paging.size
    return Comparison(
        before=before,
        after=after,
        alike=sum(1 for key, expert in now.items() if expert and then.get(key) == expert),
        begun=sum(1 for key in keys if now.get(key) and not then.get(key)),
        ended=sum(1 for key in keys if then.get(key) and not now.get(key)),
        exchanged=sum(1 for key in keys if then.get(key) and now.get(key)),
        same_scale=_scale(before) == _scale(after) and then.keys() == now.keys(),
        differences=Page(
            items=_differences(session, before_id, after_id, keys[start : start + paging.size]),
            total=len(keys),
            page=page,
            size=paging.size,
            sort="",
            descending=False,
        ),
    )


def plans_to_compare(session: Session, actor: Actor) -> tuple[Choice, ...]:
    """Return the newest finished plans ``actor`` sees, the one in force first."""
    p = columns(Plan)
    query = select(p.id, p.title, p.created_at, p.in_force).where(seen_plans(actor), p.status.in_(COMPARED))
    newest = query.order_by(p.in_force.desc(), p.created_at.desc(), p.id).limit(MOST_CHOICES)
    return tuple(Choice(*row) for row in session.execute(newest))


def _scale(page: PlanPage) -> tuple[object, ...]:
    return (dict(page.weights), page.yen_per_point)


def _who(session: Session, plan_id: str) -> dict[str, str | None]:
    """Return who fills each slot of a plan, None: nobody, in the plan's order."""
    d, a = columns(PlanSlot), columns(Assignment)
    given = (a.plan_id == d.plan_id) & (a.slot_id == d.slot_id)
    query = select(d.slot_id, a.expert_id, d.supposed).join_from(
        table_of(PlanSlot), table_of(Assignment), given, isouter=True
    )
    rows = session.execute(query.where(d.plan_id == plan_id).order_by(d.position))
    return {slot: expert or supposed.get("expert_id") for slot, expert, supposed in rows}


def _differences(session: Session, before_id: str, after_id: str, keys: Sequence[str]) -> tuple[Difference, ...]:
    then, now = (_rows(session, plan_id, keys) for plan_id in (before_id, after_id))
    found = []
    for key in keys:
        old, new = then.get(key), now.get(key)
        slot = new or old
        if slot is None:
            continue
        only = None if old and new else "after" if new else "before"
        found.append(Difference(slot, old.assigned if old else None, new.assigned if new else None, only))
    return tuple(found)


def _rows(session: Session, plan_id: str, keys: Sequence[str]) -> dict[str, PlanSlotRow]:
    d = columns(PlanSlot)
    query = slots_query().where(d.plan_id == plan_id, d.slot_id.in_(keys))
    return {row.slot_id: slot_row(row) for row in session.execute(query)}
