"""The plans: the list, and one plan by slot, and by how sure and how tight it is."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import NotFound
from hub.logging import log_event
from hub.workflows.paging import Paging
from hub.workflows.plan_reading import read_followed
from hub.workflows.plan_rows import PlanSlotFilter
from hub.workflows.plans import end_force, find_plan_slots, find_plans, put_in_force
from web.addresses import address_of, paging_of
from web.chart_files import csv_answer, svg_answer
from web.charts.bars import fit_bar
from web.course_charts import course_chart, course_rows
from web.limits import limit_sentences
from web.list_files import files_of
from web.plan_head import read_head
from web.subsidy import sources_of, year_rules
from web.templating import render, spoken_language
from web.terms import terms_of
from web.views.runs import FINISHED

router = APIRouter(prefix="/plans")

Text = Annotated[str, Query(max_length=100)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("", dependencies=[decides("plan.read")])
def list_plans(request: Request, session: ReadingSession, actor: ActorDep, page: PageNumber = 1) -> Response:
    """List the plans, newest first."""
    found = find_plans(session, Paging(page=page, descending=True), actor=actor)
    return render(request, "plans.html", {"found": found, "address": address_of("/plans", found)})


@router.get("/{plan_id}", dependencies=[decides("plan.read")])
def show_plan(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    plan_id: str,
    *,
    q: Text = "",
    show: Annotated[str, Query(pattern="^(all|open|filled)$")] = "all",
    sort: Text = "",
    page: PageNumber = 1,
) -> Response:
    """Show a plan slot by slot; htmx gets the rows alone. A run without a result leads to its progress."""
    head = read_head(session, actor, plan_id, spoken_language(request))
    if head.page.row.status not in FINISHED:
        return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    wanted = PlanSlotFilter(text=q, filled={"open": False, "filled": True}.get(show))
    found = find_plan_slots(session, plan_id, wanted, paging_of(sort, page), actor=actor)
    context = {
        "head": head,
        "plan": head.page.row,
        "view": "slots",
        "asked": {"q": q, "show": show},
        "found": found,
        "address": address_of(f"/plans/{plan_id}", found, q=q, show="" if show == "all" else show),
        "files": files_of(spoken_language(request), f"plans/{plan_id}/slots", text=q, filled=wanted.filled),
        "fit_bar": fit_bar,
    }
    return render(request, "plan.html", context, block="results")


@router.get("/{plan_id}/limits", dependencies=[decides("plan.read")])
def show_limits(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Show how sure the plan is, what it was made of, and which limits bind."""
    spoken = spoken_language(request)
    head = read_head(session, actor, plan_id, spoken)
    if head.page.row.status not in FINISHED:
        return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    course = read_followed(session, plan_id, actor=actor).course
    context = {
        "head": head,
        "plan": head.page.row,
        "view": "limits",
        "terms": terms_of(head.page, spoken),
        "limits": limit_sentences(head.page.binding, spoken),
        "rules": [(rule, sources_of(rule)) for rule in year_rules(head.page.months)],
        "chart": course_chart(course, spoken),
        "course": course,
    }
    return render(request, "plan_limits.html", context)


@router.get("/{plan_id}/course.csv", dependencies=[decides("plan.read")])
def keep_course_rows(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Return how the value and the bound of the run came together as CSV; it names nobody."""
    course = read_followed(session, plan_id, actor=actor).course
    return csv_answer(course_rows(course, spoken_language(request)), f"course_{plan_id}")


@router.get("/{plan_id}/course.svg", dependencies=[decides("plan.read")])
def keep_course_chart(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Return the same as SVG; 404 where the run told nothing."""
    course = read_followed(session, plan_id, actor=actor).course
    if not course:
        raise NotFound("計算の経過", "course of the run")
    return svg_answer(course_chart(course, spoken_language(request)), f"course_{plan_id}")


@router.post("/{plan_id}/adopt", dependencies=[decides("plan.publish")])
def adopt_plan(session: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Put the plan in force: the next run tries to keep it. 409 when it has no result."""
    put_in_force(session, actor, plan_id)
    log_event("plan_in_force", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}", status_code=303)


@router.post("/{plan_id}/release", dependencies=[decides("plan.publish")])
def release_plan(session: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Take the plan out of force. 404 when it is not in force."""
    end_force(session, actor, plan_id)
    log_event("plan_out_of_force", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}", status_code=303)
