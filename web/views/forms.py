"""Forms as PDF: the application of a request, the list of a plan, the terms and the report of an engagement.

Each is read by who may read it, made, and recorded before it is handed out.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.workflows.documents import (
    read_activity_report,
    read_application,
    read_plan_list,
    read_terms,
    record_document,
)
from hub.workflows.engagement_rows import EngagementRow
from web.forms.pdf import render_form
from web.language import Language
from web.scheme_notes import payer_note, scheme_name
from web.subsidy import subsidy_note
from web.templating import spoken_language

router = APIRouter()

MOST_ROWS = 500
"""More make a form that nobody leafs through, and keep the machine busy: the form then says so and points to Excel."""


@router.get("/requests/{request_id}/application.pdf", dependencies=[decides("request.read")])
def dispatch_application(
    request: Request, session: ReadingSession, log: WritingSession, actor: ActorDep, request_id: str
) -> Response:
    """Return the application (派遣申請書) of a request. 404 when there is none with this id, 403 when it is others'."""
    page = read_application(session, actor, request_id)
    name = f"{spoken_language(request).say('派遣申請書')}_{page.told.reference or page.id}"
    made = render_form(request, "dispatch_application.html", {"page": page}, name)
    record_document(log, actor, "application", request_id, version=page.version)
    return made


@router.get("/plans/{plan_id}/list.pdf", dependencies=[decides("plan.read")])
def plan_list(
    request: Request, session: ReadingSession, log: WritingSession, actor: ActorDep, plan_id: str
) -> Response:
    """Return the list of a plan (配置計画一覧). 404 when there is none with this id, 403 when it is others'."""
    spoken = spoken_language(request)
    found = read_plan_list(session, actor, plan_id, MOST_ROWS)
    context = {
        "plan": found.page.row,
        "rows": found.rows,
        "left_out": found.left_out,
        "subsidy_note": subsidy_note(found.page.months, spoken),
    }
    made = render_form(request, "plan_list.html", context, f"{spoken.say('配置計画一覧')}_{plan_id}")
    record_document(log, actor, "plan_list", plan_id, version=found.page.row.version)
    return made


@router.get("/engagements/{engagement_id}/terms.pdf", dependencies=[decides("engagement.read")])
def terms(
    request: Request, session: ReadingSession, log: WritingSession, actor: ActorDep, engagement_id: str
) -> Response:
    """Return the terms (条件書) of an engagement. 404 when there is none with this id, 403 when it is others'."""
    spoken = spoken_language(request)
    page = read_terms(session, actor, engagement_id)
    context = {
        "page": page,
        "scheme_name": _scheme_of(page.row, spoken),
        "payer": payer_note(page.row.scheme, page.row.fiscal_year, spoken),
    }
    made = render_form(request, "terms.html", context, f"{spoken.say('条件書')}_{engagement_id}")
    record_document(log, actor, "terms", engagement_id, version=page.version)
    return made


@router.get("/engagements/{engagement_id}/report.pdf", dependencies=[decides("engagement.read")])
def activity_report(
    request: Request, session: ReadingSession, log: WritingSession, actor: ActorDep, engagement_id: str
) -> Response:
    """Return the report (活動報告書) of an engagement. 404 when there is none, 403 when it is others'."""
    spoken = spoken_language(request)
    report = read_activity_report(session, actor, engagement_id)
    context = {"report": report, "scheme_name": _scheme_of(report.engagement.row, spoken)}
    made = render_form(request, "activity_report.html", context, f"{spoken.say('活動報告書')}_{engagement_id}")
    record_document(log, actor, "activity_report", engagement_id, version=report.version)
    return made


def _scheme_of(row: EngagementRow, spoken: Language) -> str:
    return scheme_name(row.scheme, row.fiscal_year, spoken)
