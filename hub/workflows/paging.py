"""Pages of a list: every list is handed out in pages, and what was asked for is brought within bounds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

LARGEST_PAGE = 100
USUAL_PAGE = 50

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page (from 1), how many a page (1 to ``LARGEST_PAGE``), and the order: a key of the list's orders."""

    page: int = 1
    size: int = USUAL_PAGE
    sort: str = ""
    descending: bool = False


FIRST_PAGE = Paging()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: ``items``, and how many there are in all (``total``); ``page`` counts from 1."""

    items: tuple[T, ...]
    total: int
    page: int
    size: int
    sort: str
    descending: bool

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    def showing(self, items: Iterable[S]) -> "Page[S]":
        """Return this page with other items in the same places."""
        return Page(tuple(items), self.total, self.page, self.size, self.sort, self.descending)


def fetch_page(
    session: Session,
    query: Select[Any],
    paging: Paging,
    orders: Mapping[str, ColumnElement[Any]],
    tie_break: ColumnElement[Any],
) -> Page[Any]:
    """Return the page of rows of ``query`` that ``paging`` asks for; the nearest there is where it asks for another.

    ``orders``: what may be sorted by, the first where ``paging.sort`` names none; rows without a value come last.
    ``tie_break``: a unique column, so that no row is on two pages.
    """
    size = min(max(paging.size, 1), LARGEST_PAGE)
    total = session.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
    page = min(max(paging.page, 1), max(1, -(-total // size)))
    sort = paging.sort if paging.sort in orders else next(iter(orders))
    column = orders[sort]
    direction = column.desc() if paging.descending else column.asc()
    ordered = query.order_by(column.is_(None), direction, tie_break)
    rows = session.execute(ordered.limit(size).offset((page - 1) * size))
    return Page(tuple(rows), total, page, size, sort, paging.descending)
