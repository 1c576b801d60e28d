"""The first page: what this is, how much there is, the newest plan."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.paging import Paging
from hub.workflows.plans import find_plans
from hub.workflows.seeing import sees_plans
from hub.workflows.tasks import tasks_of
from web.counts import counts
from web.templating import render

router = APIRouter()


@router.get("/", dependencies=[decides("organization.read")])
def show_home(request: Request, session: ReadingSession, actor: ActorDep) -> Response:
    """Show what waits for who looks, counts, and the newest plan."""
    newest = find_plans(session, Paging(size=1, descending=True), actor=actor).items if sees_plans(actor) else ()
    context = {
        "counts": counts(session),
        "newest": newest[0] if newest else None,
        "tasks": tasks_of(session, actor),
    }
    return render(request, "home.html", context)
