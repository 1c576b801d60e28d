"""People's time as a schedule: of those a plan places, and of one person; each as a picture, a table and files."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.workflows.expert_rows import ExpertPage
from hub.workflows.experts import read_expert
from hub.workflows.exports import record_export
from hub.workflows.japanese_days import month_of, today_in_japan
from hub.workflows.plan_schedule import fiscal_year_of, read_schedule, whole_schedule
from hub.workflows.time_use import PersonTime, read_person_time
from seed_data.months import months_from
from web.addresses import address_of
from web.chart_files import Ending, csv_answer, svg_answer
from web.language import Language
from web.plan_head import read_head
from web.schedule_charts import SPAN_KINDS, schedule_chart, schedule_rows, years_of
from web.templating import render, spoken_language
from web.views.runs import FINISHED

router = APIRouter()

Text = Annotated[str, Query(max_length=100)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
Year = Annotated[int | None, Query(ge=1900, le=2999)]
MONTHS = 12
KINDS_OF_A_PLAN = ("planned", "agreed", "promised")


@router.get("/plans/{plan_id}/schedule", dependencies=[decides("plan.read")])
def show_schedule(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    plan_id: str,
    *,
    q: Text = "",
    year: Year = None,
    page: PageNumber = 1,
) -> Response:
    """Show who is taken when, and the room they have left; a page of people, one fiscal year."""
    spoken = spoken_language(request)
    head = read_head(session, actor, plan_id, spoken)
    if head.page.row.status not in FINISHED:
        return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    schedule = read_schedule(session, actor, plan_id, year=year, text=q, page=page)
    shown = fiscal_year_of(schedule.months[0])
    context = {
        "head": head,
        "plan": head.page.row,
        "view": "schedule",
        "asked": {"q": q, "year": shown},
        "years": years_of(schedule.plan_months),
        "found": schedule.found,
        "people": schedule.people,
        "months": schedule.months,
        "kinds": [(kind, SPAN_KINDS[kind]) for kind in KINDS_OF_A_PLAN],
        "span_kinds": SPAN_KINDS,
        "address": address_of(f"/plans/{plan_id}/schedule", schedule.found, q=q, year=str(shown)),
        "chart": schedule_chart("schedule", schedule.people, schedule.months, spoken),
    }
    return render(request, "plan_schedule.html", context)


@router.get("/plans/{plan_id}/schedule.csv", dependencies=[decides("export.run")])
def keep_schedule_rows(
    request: Request,
    session: ReadingSession,
    records: WritingSession,
    actor: ActorDep,
    plan_id: str,
    *,
    q: Text = "",
    year: Year = None,
) -> Response:
    """Return everybody of the schedule as CSV, a row for each person and month; it is recorded who is in it."""
    people = whole_schedule(session, actor, plan_id, year=year, text=q)
    _record(records, actor, "csv", people, plan_id)
    return csv_answer(schedule_rows(people, spoken_language(request)), f"schedule_{plan_id}")


@router.get("/plans/{plan_id}/schedule.svg", dependencies=[decides("export.run")])
def keep_schedule_chart(
    request: Request,
    session: ReadingSession,
    records: WritingSession,
    actor: ActorDep,
    plan_id: str,
    *,
    q: Text = "",
    year: Year = None,
    page: PageNumber = 1,
) -> Response:
    """Return a page of the schedule as SVG; it is recorded who is in it."""
    schedule = read_schedule(session, actor, plan_id, year=year, text=q, page=page)
    _record(records, actor, "svg", schedule.people, plan_id)
    return svg_answer(
        schedule_chart("schedule", schedule.people, schedule.months, spoken_language(request)), f"schedule_{plan_id}"
    )


def _record(
    records: WritingSession, actor: Actor, form: str, people: tuple[PersonTime, ...], plan_id: str | None = None
) -> None:
    known = [one.expert_id for one in people if not one.imagined]
    record_export(records, actor, "schedule", form, plan_id, people=known)


@router.get("/experts/{expert_id}/schedule.{ending}", dependencies=[decides("expert.read_whole")])
def keep_own_schedule(
    request: Request,
    session: ReadingSession,
    records: WritingSession,
    actor: ActorDep,
    expert_id: str,
    *,
    ending: Ending,
    year: Year = None,
) -> Response:
    """Return one person's months as a table (csv) or a picture (svg); recorded unless it is their own."""
    spoken = spoken_language(request)
    person = _person(session, actor, expert_id, year)
    if actor.expert != expert_id:
        _record(records, actor, ending, (person,))
    if ending == "csv":
        return csv_answer(schedule_rows([person], spoken), f"schedule_{expert_id}")
    months = tuple(use.month for use in person.months)
    return svg_answer(schedule_chart("schedule", [person], months, spoken), f"schedule_{expert_id}")


def _person(session: ReadingSession, actor: Actor, expert_id: str, year: int | None) -> PersonTime:
    require(actor, "expert.read_whole", Belonging(expert=expert_id))
    page = read_expert(session, expert_id, actor=actor)
    return read_person_time(session, actor, expert_id, (page.name, page.romaji), _shown_months(page, year))


def schedule_context(
    session: ReadingSession, actor: Actor, page: ExpertPage, year: int | None, spoken: Language
) -> dict[str, object]:
    """Return what ``components/person_schedule.html`` shows of one person. Raises Forbidden."""
    months = _shown_months(page, year)
    person = read_person_time(session, actor, page.id, (page.name, page.romaji), months)
    return {
        "schedule": person,
        "schedule_months": months,
        "schedule_year": fiscal_year_of(months[0]),
        "schedule_years": _years(page),
        "schedule_kinds": [(kind, word) for kind, word in SPAN_KINDS.items() if kind in {s.kind for s in person.spans}],
        "schedule_chart": schedule_chart("schedule", [person], months, spoken),
        "span_kinds": SPAN_KINDS,
    }


def _years(page: ExpertPage) -> list[int]:
    """Return the fiscal years a person told anything of, and this one."""
    this = fiscal_year_of(month_of(today_in_japan()))
    return sorted({this, *(fiscal_year_of(month.month) for month in page.told.availability)})


def _shown_months(page: ExpertPage, year: int | None) -> tuple[str, ...]:
    chosen = year if year in _years(page) else fiscal_year_of(month_of(today_in_japan()))
    return months_from(f"{chosen}-04", MONTHS)
