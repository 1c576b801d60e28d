"""The course of a run: how its value and the bound came together, as far as it has been told. It never goes back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.models import RunCourse
from hub.models.base import columns, table_of
from hub.workflows.records import batches

MOST_POINTS = 200
"""Points kept of one run: as many as a picture can tell apart."""


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """After ``seconds`` of the run: the value of the best plan so far, and the bound that is proven; None: none yet."""

    seconds: float
    value: float | None
    bound: float | None


Course = tuple[CoursePoint, ...]


def extended(course: Course, seconds: float, value: float | None, bound: float | None) -> Course:
    """Return ``course`` with what is told now: a value only rises, a bound only falls, and time goes on.

    While nothing changes, the last point moves on in time: two points say how long it was so. Beyond ``MOST_POINTS``
    every other one between the first and the last goes.
    """
    last = course[-1] if course else None
    if last is not None:
        seconds = max(seconds, last.seconds)
        value = _best(max, last.value, value)
        bound = _best(min, last.bound, bound)
    if value is None and bound is None:
        return course
    now = CoursePoint(seconds, value, bound)
    stands = len(course) > 1 and all((p.value, p.bound) == (value, bound) for p in course[-2:])
    longer = (*(course[:-1] if stands else course), now)
    return longer if len(longer) <= MOST_POINTS else (*longer[:-1:2], longer[-1])


def _best(choose: Any, before: float | None, now: float | None) -> float | None:
    told = [value for value in (before, now) if value is not None]
    return choose(told) if told else None


def note_course(
    session: Session, plan_id: str, attempt: int, seconds: float, *, value: float | None, bound: float | None
) -> None:
    """Keep how far an ``attempt`` of a run is, in place of an earlier one. Call it while its row is locked."""
    c, table = columns(RunCourse), table_of(RunCourse)
    row = session.execute(select(c.attempt, c.points).where(c.plan_id == plan_id)).first()
    before = _course(row.points) if row is not None and row.attempt == attempt else ()
    points = [[p.seconds, p.value, p.bound] for p in extended(before, seconds, value, bound)]
    if row is None:
        session.execute(insert(table).values(plan_id=plan_id, attempt=attempt, points=points))
    elif row.attempt != attempt or points != row.points:
        session.execute(update(table).where(c.plan_id == plan_id).values(attempt=attempt, points=points))


def read_courses(session: Session, plan_ids: Collection[str]) -> dict[tuple[str, int], Course]:
    """Return the courses of runs by id and attempt, those that told nothing left out. For who may see these runs."""
    c = columns(RunCourse)
    query = select(c.plan_id, c.attempt, c.points)
    rows = (row for some in batches(plan_ids) for row in session.execute(query.where(c.plan_id.in_(some))))
    return {(row.plan_id, row.attempt): _course(row.points) for row in rows if row.points}


def _course(points: Iterable[Sequence[Any]]) -> Course:
    return tuple(CoursePoint(*point) for point in points)
