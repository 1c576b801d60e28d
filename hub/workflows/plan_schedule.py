"""A plan as a schedule: for each person it places, what takes their months, and the room that is left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.models import Assignment, Expert, Organization, Plan, PlanSlot, Request, Slot
from hub.models.base import columns, table_of
from hub.workflows.expert_names import japanese_name, latin_name
from hub.workflows.organizations import full_name, matching_text
from hub.workflows.paging import Page, Paging, fetch_page
from hub.workflows.plan_reading import take_seen_plan
from hub.workflows.suppositions import moved_starts, person_name
from hub.workflows.time_use import PersonTime, Span, booked_spans, offered_hours, person_time, planned, planned_spans

PEOPLE_A_PAGE = 30
"""Rows of a schedule that can still be taken in at a glance."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A page of the people a plan places, by their reading; ``months``: of one fiscal year, and all of the plan's.

    ``imagined``: people the plan supposes, on the first page alone.
    """

    months: tuple[str, ...]
    plan_months: tuple[str, ...]
    found: Page[PersonTime]
    imagined: tuple[PersonTime, ...]

    @property
    def people(self) -> tuple[PersonTime, ...]:
        """Everybody on this page."""
        return (*self.imagined, *self.found.items)


def fiscal_year_of(month: str) -> int:
    """Return the fiscal year (from April) of ``YYYY-MM``."""
    return int(month[:4]) - (month[5:] < "04")


def months_of_year(months: Sequence[str], year: int | None) -> tuple[str, ...]:
    """Return those of ``months`` in the fiscal ``year``, or where it has none, in the first year there is."""
    chosen = tuple(month for month in months if fiscal_year_of(month) == year)
    return chosen or tuple(month for month in months if fiscal_year_of(month) == fiscal_year_of(months[0]))


def read_schedule(
    session: Session, actor: Actor, plan_id: str, *, year: int | None = None, text: str = "", page: int = 1
) -> Schedule:
    """Return a page of a plan's schedule; ``text``: in people's names. Raises NotFound, Unseen."""
    plan_months = _months_of(session, actor, plan_id)
    months = months_of_year(plan_months, year)
    e = columns(Expert)
    people = _people(plan_id).where(matching_text(text, e.search_key))
    orders = {"name": e.family_kana + e.given_kana}
    found = fetch_page(session, people, Paging(page=page, size=PEOPLE_A_PAGE), orders, e.id)
    imagined = _imagined(session, plan_id, months) if found.page == 1 and not text else ()
    return Schedule(months, plan_months, found.showing(_times(session, actor, plan_id, found.items, months)), imagined)


def whole_schedule(
    session: Session, actor: Actor, plan_id: str, *, year: int | None = None, text: str = ""
) -> tuple[PersonTime, ...]:
    """Return everybody of a plan's schedule, in its order. Raises NotFound, Unseen."""
    months = months_of_year(_months_of(session, actor, plan_id), year)
    e = columns(Expert)
    query = _people(plan_id).where(matching_text(text, e.search_key)).order_by(e.family_kana + e.given_kana, e.id)
    people = session.execute(query).all()
    return (*(() if text else _imagined(session, plan_id, months)), *_times(session, actor, plan_id, people, months))


def _months_of(session: Session, actor: Actor, plan_id: str) -> tuple[str, ...]:
    return tuple(take_seen_plan(session, plan_id, actor).months)


def _people(plan_id: str) -> Select[Any]:
    a, e = columns(Assignment), columns(Expert)
    placed = exists(select(a.slot_id).where(a.plan_id == plan_id, a.expert_id == e.id))
    return select(e.id, japanese_name(e).label("name"), latin_name(e).label("romaji")).where(placed)


def _times(
    session: Session, actor: Actor, plan_id: str, people: Collection[Any], months: Sequence[str]
) -> tuple[PersonTime, ...]:
    ids = [row.id for row in people]
    p = columns(Plan)
    supposed = session.execute(select(p.supposed).where(p.id == plan_id)).scalar_one()
    planned = planned_spans(session, ids, months, p.id == plan_id, moved_starts(supposed))
    booked = booked_spans(session, actor, ids, months)
    offers = offered_hours(session, ids, months)
    return tuple(
        person_time(
            row.id,
            (row.name.strip(), row.romaji.strip()),
            months,
            offers,
            _side_by_side(planned[row.id], booked[row.id]),
        )
        for row in people
    )


def _side_by_side(planned: Sequence[Span], booked: Sequence[Span]) -> list[Span]:
    """Return what the plan gives a person and what they have promised elsewhere, nothing of it twice.

    A slot of the plan they have said yes to is ``agreed``. What else is only offered may come to nothing: the plan is
    about what comes instead.
    """
    held = {span.slot_id for span in booked if span.kind == "promised"}
    own = {span.slot_id for span in planned}
    told = [replace(span, kind="agreed") if span.slot_id in held else span for span in planned]
    return [*told, *(span for span in booked if span.kind == "promised" and span.slot_id not in own)]


def _imagined(session: Session, plan_id: str, months: Sequence[str]) -> tuple[PersonTime, ...]:
    """Return people the plan supposes; nobody knows what hours they would offer beside those the plan takes."""
    d, s, r, o = columns(PlanSlot), columns(Slot), columns(Request), columns(Organization)
    query = (
        select(d.supposed, columns(Plan).supposed.label("all"), s.id, s.request_id, s.title, s.start, s.length)
        .add_columns(full_name(o).label("whole_name"), o.name_en, o.name)
        .join_from(table_of(PlanSlot), table_of(Slot), s.id == d.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .join(table_of(Plan), columns(Plan).id == d.plan_id)
        .where(d.plan_id == plan_id, d.reason.is_(None), columns(Plan).base_id.is_not(None))
        .order_by(d.position)
    )
    spans: dict[str, list[Span]] = {}
    for row in session.execute(query):
        if row.supposed:
            told = planned(row, row.supposed["hours"], moved_starts(row.all), months)
            spans.setdefault(row.supposed["expert_id"], []).extend(told)
    return tuple(
        person_time(key, person_name(key) or (key, ""), months, {}, found, imagined=True)
        for key, found in spans.items()
    )
