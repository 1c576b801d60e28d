"""Ratings: what organizations said of an expert, with how many said it, drawn to the mean of all when few.

Two sources are one: the ratings an office brought along with its list (``experts.rating_…``), and the evaluations given
in the hub (``evaluations``), from the moment they may be seen. ADR 0014 says how they are shown and planned with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Float, Subquery, case, cast, func, select
from sqlalchemy.orm import Session

from hub.models import Evaluation, Expert
from hub.models.base import columns, table_of, utc_now

Number = TypeVar("Number", float, ColumnElement[Any])

WEIGHT = 3
"""How many evaluations the mean of all stands for in a shown rating."""
MIDDLE = 3.0
"""The mean of all while nobody has been evaluated: the middle of 1 to 5."""


@dataclass(frozen=True, slots=True)
class ShownRating:
    """A rating as people see it. ``shown``: drawn to the mean of all; ``mean``: as given, by ``count`` bodies."""

    shown: float
    mean: float
    count: int


def shrunk(mean: Number, count: Number, prior: float, weight: int = WEIGHT) -> Number:
    """Return ``mean`` of ``count`` evaluations drawn to ``prior`` as by ``weight`` more evaluations of that value.

    Of numbers, or of columns of a query.
    """
    return (mean * count + prior * weight) / (count + weight)


def given_here(now: datetime | None = None) -> Subquery:
    """Return ``total`` and ``count`` of the organizations' evaluations that may be seen, by ``expert_id``."""
    v = columns(Evaluation)
    return (
        select(v.expert_id, func.sum(v.overall).label("total"), func.count().label("count"))
        .where(v.side == "organization", v.opens_at <= (now or utc_now()))
        .group_by(v.expert_id)
        .subquery("given_here")
    )


def rating_columns(here: Subquery) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return (mean, count) over both sources as columns of a query on experts with ``here`` joined outer.

    The mean is NULL where nobody has evaluated.
    """
    e = columns(Expert)
    count = e.rating_count + func.coalesce(here.c["count"], 0)
    total = func.coalesce(e.rating_mean * e.rating_count, 0.0) + func.coalesce(here.c.total, 0)
    return case((count > 0, cast(total, Float) / count), else_=None), count


def hub_mean(session: Session, now: datetime | None = None) -> float:
    """Return the mean of all evaluations of all experts."""
    here = given_here(now)
    mean, count = rating_columns(here)
    e = columns(Expert)
    joined = select(func.sum(mean * count), func.sum(count)).select_from(
        table_of(Expert).outerjoin(here, here.c.expert_id == e.id)
    )
    total, number = session.execute(joined).one()
    return float(total) / float(number) if number else MIDDLE


def rating_of(session: Session, expert_id: str, now: datetime | None = None) -> ShownRating | None:
    """Return an expert's rating, None while nobody has evaluated them."""
    here = given_here(now)
    mean, count = rating_columns(here)
    e = columns(Expert)
    joined = table_of(Expert).outerjoin(here, here.c.expert_id == e.id)
    row = session.execute(select(mean, count).select_from(joined).where(e.id == expert_id)).first()
    if row is None or row[0] is None:
        return None
    return ShownRating(shrunk(row[0], row[1], hub_mean(session, now)), row[0], row[1])


def ratings(session: Session, now: datetime | None = None) -> dict[str, tuple[float | None, int]]:
    """Return (mean, count) of every expert, by id."""
    here = given_here(now)
    mean, count = rating_columns(here)
    e = columns(Expert)
    joined = table_of(Expert).outerjoin(here, here.c.expert_id == e.id)
    return {row[0]: (row[1], row[2]) for row in session.execute(select(e.id, mean, count).select_from(joined))}
