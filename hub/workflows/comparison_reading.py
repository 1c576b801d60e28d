"""Reading comparisons and the queue: what was asked, how far each point is, and whose turn comes when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.auth.permissions import Belonging, require
from hub.errors import NotFound
from hub.models import Comparison, Plan
from hub.models.base import columns, table_of
from hub.workflows.left_out import LeftOut
from hub.workflows.paging import Page, Paging, fetch_page
from hub.workflows.plan_reading import rows_now
from hub.workflows.plan_rows import PlanRow
from hub.workflows.runs import turns
from hub.workflows.seeing import seen_plans
from hub.workflows.visibility import visible
from matching.front import undominated_terms
from matching.plan import Terms


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One line of the list. ``ended`` of ``points`` have come to an end."""

    id: str
    title: str
    status: str
    axis: str
    points: int
    ended: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point: its run in a line, and what it came to. ``terms``: unweighted, None without a result.

    ``unbeaten``: no other point equals or betters it in coverage, fit, equity, stability and cost alike.
    """

    value: float
    run: PlanRow
    terms: Terms | None
    unbeaten: bool


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """A comparison with its points in the order of ``axis``; none until a worker has built its problem."""

    id: str
    title: str
    status: str
    axis: str
    values: tuple[float, ...]
    months: tuple[str, ...]
    limit_seconds: float
    points: tuple[PointRow, ...]
    left_out: tuple[LeftOut, ...]
    error_ja: str | None
    error_en: str | None


@dataclass(frozen=True, slots=True)
class QueuedRow:
    """A run under way or in the queue. ``run`` None: one that the reader may not see; ``mine``: they asked for it."""

    run: PlanRow | None
    running: bool
    mine: bool


def find_comparisons(session: Session, paging: Paging, *, actor: Actor = LOCAL) -> Page[ComparisonRow]:
    """Return a page of the comparisons ``actor`` sees, newest first. Raises Forbidden."""
    c, p = columns(Comparison), columns(Plan)
    over = select(func.count()).where(p.comparison_id == c.id, p.status.not_in(("draft", "queued", "running")))
    query = select(c.id, c.title, c.status, c.axis, c.points, c.created_at, over.scalar_subquery().label("ended"))
    seen = query.where(visible(actor, "plan.read", c.prefecture_code))
    page = fetch_page(session, seen, paging, {"created": c.created_at}, c.id)
    return page.showing(
        ComparisonRow(row.id, row.title, row.status, row.axis, len(row.points), row.ended, row.created_at)
        for row in page.items
    )


def read_comparison(session: Session, comparison_id: str, *, actor: Actor = LOCAL) -> ComparisonPage:
    """Return a comparison with its points. Raises NotFound, Unseen."""
    c = columns(Comparison)
    row = session.execute(select(*(column for column in c if column is not c.content)).where(c.id == comparison_id))
    found = row.first()
    if found is None:
        raise NotFound("比較", "comparison")
    require(actor, "plan.read", Belonging(prefecture=found.prefecture_code))
    return ComparisonPage(
        id=found.id,
        title=found.title,
        status=found.status,
        axis=found.axis,
        values=tuple(found.points),
        months=tuple(found.months),
        limit_seconds=found.limits["seconds"],
        points=_points(session, comparison_id),
        left_out=tuple(LeftOut(**entry) for entry in found.left_out),
        error_ja=found.error_ja,
        error_en=found.error_en,
    )


def _points(session: Session, comparison_id: str) -> tuple[PointRow, ...]:
    p = columns(Plan)
    query = select(p.id, p.point, p.summary).where(p.comparison_id == comparison_id).order_by(p.point, p.id)
    found = session.execute(query).all()
    runs = rows_now(session, [row.id for row in found])
    terms = [_terms(row, runs[row.id]) for row in found]
    ended = [number for number, one in enumerate(terms) if one is not None]
    best = undominated_terms([one for one in terms if one is not None])
    unbeaten = {ended[position] for position in best}
    return tuple(
        PointRow(row.point, runs[row.id], terms[number], number in unbeaten) for number, row in enumerate(found)
    )


def _terms(row: Any, run: PlanRow) -> Terms | None:
    told = row.summary.get("terms")
    return Terms(**told) if told and run.objective is not None and run.finished_at is not None else None


def read_queue(session: Session, at_once: int, *, actor: Actor = LOCAL) -> tuple[QueuedRow, ...]:
    """Return the runs under way, then those that wait in the order of their turns. Raises Forbidden.

    Points of a comparison that wait for others of it come last. Runs ``actor`` may not see are told as such: they take
    their turns as well.
    """
    p = columns(Plan)
    running = select(p.id).where(p.status == "running").order_by(p.started_at, p.id)
    under_way = list(session.execute(running).scalars())
    waiting = turns(session, at_once)
    held = select(p.id).where(p.status == "queued", p.id.not_in(waiting)).order_by(p.created_at, p.id)
    order = [*under_way, *waiting, *session.execute(held).scalars()]
    seen = select(p.id, p.asked_by).select_from(table_of(Plan)).where(p.id.in_(order), seen_plans(actor))
    asked = {row.id: row.asked_by for row in session.execute(seen)}
    rows = rows_now(session, list(asked))
    return tuple(QueuedRow(rows.get(key), key in under_way, asked.get(key) == actor.id) for key in order)
