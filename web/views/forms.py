"""Forms as PDF: the application of a request, the list of a plan."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.dependencies import ReadingSession
from hub.workflows.paging import LARGEST_PAGE, Paging
from hub.workflows.plan_rows import PlanSlotFilter, PlanSlotRow
from hub.workflows.plans import find_plan_slots, read_plan
from hub.workflows.requests import read_request
from web.forms.pdf import render_form
from web.subsidy import subsidy_note
from web.templating import spoken_language

router = APIRouter()

MOST_ROWS = 500
"""More make a form that nobody leafs through, and keep the machine busy: the form then says so and points to Excel."""


@router.get("/requests/{request_id}/application.pdf")
def dispatch_application(request: Request, session: ReadingSession, request_id: str) -> Response:
    """Return the application (派遣申請書) of a request. 404 when there is none with this id."""
    page = read_request(session, request_id)
    name = f"{spoken_language(request).say('派遣申請書')}_{page.told.reference or page.id}"
    return render_form(request, "dispatch_application.html", {"page": page}, name)


@router.get("/plans/{plan_id}/list.pdf")
def plan_list(request: Request, session: ReadingSession, plan_id: str) -> Response:
    """Return the list of a plan (配置計画一覧). 404 when there is none with this id."""
    spoken = spoken_language(request)
    page = read_plan(session, plan_id)
    rows: list[PlanSlotRow] = []
    for number in range(1, MOST_ROWS // LARGEST_PAGE + 1):
        found = find_plan_slots(session, plan_id, PlanSlotFilter(), Paging(number, LARGEST_PAGE, "organization"))
        rows += found.items
        if number >= found.pages:
            break
    context = {
        "plan": page.row,
        "rows": rows,
        "left_out": page.row.slots - len(rows),
        "subsidy_note": subsidy_note(page.months, spoken),
    }
    return render_form(request, "plan_list.html", context, f"{spoken.say('配置計画一覧')}_{plan_id}")
