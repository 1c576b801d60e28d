"""A run: how far it is, and how to stop it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows.plan_reading import read_followed
from hub.workflows.plan_rows import FollowedRun
from hub.workflows.plans import request_stop
from web.course_charts import course_chart
from web.language import Language
from web.templating import render, spoken_language

router = APIRouter(prefix="/plans")

FINISHED = ("ready", "published", "closed")
"""Where a plan stands that has a result to look at."""
LATEST = 10
"""Points of its course that a run under way tells in its table; the whole table is the plan's."""


@router.get("/{plan_id}/run", dependencies=[decides("plan.read")])
def follow_run(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    plan_id: str,
    refresh: Annotated[str, Query(max_length=3)] = "on",
) -> Response:
    """Show how far the run is; a finished one leads to its plan. htmx gets the progress alone."""
    run = read_followed(session, plan_id, actor=actor)
    if run.row.status in FINISHED:
        return _to_plan(request, plan_id)
    context = {**progress_of(run, spoken_language(request)), "refresh": refresh != "off"}
    return render(request, "run.html", context, block="progress")


def progress_of(run: FollowedRun, spoken: Language) -> dict[str, object]:
    """Return the context of a run's progress. ``finished``: there is a plan to look at."""
    row = run.row
    return {
        "plan": row,
        "chart": course_chart(run.course, spoken),
        "course": run.course[-LATEST:],
        "active": row.status in ("queued", "running"),
        "finished": row.status in FINISHED,
        "refresh": False,
    }


def _to_plan(request: Request, plan_id: str) -> Response:
    """Return the way to the plan; htmx follows a header, because it would swap what a redirect leads to."""
    address = f"/plans/{plan_id}"
    if request.headers.get("hx-request") == "true":
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


@router.post("/{plan_id}/stop", dependencies=[decides("plan.run")])
def stop_run(session: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Ask the run to end with the best plan so far. 409 when it has ended already."""
    request_stop(session, actor, plan_id)
    log_event("plan_stop_asked", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
