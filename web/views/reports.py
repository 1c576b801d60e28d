"""The report of an engagement, and the questionnaire of the year after."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from hub.auth.actor import Actor
from hub.auth.permissions import allows
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows import reports
from hub.workflows.engagement_reading import read_engagement
from hub.workflows.moving import Reason
from hub.workflows.reports import ReportDraft
from hub.workflows.work_reading import read_questionnaire
from web.templating import render, spoken_language
from web.typed import NOTHING, Told, Typed, Version
from web.views.engagements import report_of

router = APIRouter(prefix="/engagements/{engagement_id}")

PARTS = ("contribution", "outcome", "evidence")


class ReportForm(BaseModel):
    """A report as it was typed. ``version`` 0: there is none yet."""

    version: Annotated[int, Form(ge=0, le=2_147_483_647)] = 0
    contribution: str = ""
    outcome: str = ""
    evidence: str = ""
    submit: bool = False


@router.get("/report", dependencies=[decides("engagement.read")])
def show_report(request: Request, session: ReadingSession, actor: ActorDep, engagement_id: str) -> Response:
    """Show the report: to be written by its sides, to be signed off by the organization."""
    return _page(request, session, actor, engagement_id)


@router.post("/report", dependencies=[decides("report.write")])
def write(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    form: Annotated[ReportForm, Form()],
) -> Response:
    """Keep the report, and hand it in when asked to; 422 shows it again with every fault, and nothing is kept."""
    fields = {name: str(getattr(form, name)) for name in PARTS}
    typed = Typed(fields, spoken_language(request))
    told = ReportDraft(*(typed.text(name) for name in PARTS))
    with typed.keeping(session):
        reports.write_report(session, actor, engagement_id, told, form.version or None)
        if form.submit:
            reports.submit_report(session, actor, engagement_id)
    if typed.faults:
        return _page(request, session, actor, engagement_id, form=fields, faults=typed.faults)
    log_event("report_submitted" if form.submit else "report_written", engagement=engagement_id, actor=actor.id)
    return RedirectResponse(f"/engagements/{engagement_id}/report", status_code=303)


@router.post("/report/sign-off", dependencies=[decides("report.sign_off")])
def sign_off(session: WritingSession, actor: ActorDep, engagement_id: str, version: Version) -> Response:
    """Sign the report off for the organization. 409 for who handed it in."""
    reports.sign_off_report(session, actor, engagement_id, version=version)
    log_event("report_signed_off", engagement=engagement_id, actor=actor.id)
    return RedirectResponse(f"/engagements/{engagement_id}", status_code=303)


@router.post("/report/send-back", dependencies=[decides("report.sign_off")])
def send_back(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    *,
    version: Version,
    told: Told = "",
) -> Response:
    """Send the report back with what to mend; 422 without it."""
    typed = Typed({}, spoken_language(request))
    with typed.keeping(session, {"reason": "words"}):
        reports.send_report_back(session, actor, engagement_id, Reason(words=told.strip() or None), version)
    if typed.faults:
        return _page(request, session, actor, engagement_id, faults=typed.faults)
    log_event("report_sent_back", engagement=engagement_id, actor=actor.id)
    return RedirectResponse(f"/engagements/{engagement_id}", status_code=303)


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    engagement_id: str,
    *,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    page = read_engagement(session, actor, engagement_id)
    report = report_of(session, actor, engagement_id)
    thing = page.belonging
    status = report.row.status if report else "due"
    shown = {name: getattr(report.told, name) if report else "" for name in PARTS}
    context = {
        "page": page,
        "row": page.row,
        "report": report,
        "form": form or shown,
        "faults": faults,
        "can_write": page.row.status != "terms"
        and status in {"due", "returned"}
        and allows(actor, "report.write", thing),
        "can_sign": status == "submitted" and allows(actor, "report.sign_off", thing),
    }
    return render(request, "report.html", context, status=422 if faults else 200)


@router.get("/questionnaire", dependencies=[decides("questionnaire.read")])
def show_questionnaire(request: Request, session: ReadingSession, actor: ActorDep, engagement_id: str) -> Response:
    """Show what the scheme asks in the year after. 404 when it asks nothing."""
    return _questions(request, session, actor, engagement_id)


@router.post("/questionnaire", dependencies=[decides("questionnaire.answer")])
def answer(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    *,
    version: Version,
    told: Annotated[str, Form(alias="answer", max_length=10_000)] = "",
) -> Response:
    """Answer, or change the answer; 422 shows it again. 409 when somebody else was faster."""
    typed = Typed({"answer": told}, spoken_language(request))
    with typed.keeping(session, {"": "answer"}):
        reports.answer_questionnaire(session, actor, engagement_id, typed.text("answer"), version)
    if typed.faults:
        return _questions(request, session, actor, engagement_id, told=told, faults=typed.faults)
    log_event("questionnaire_answered", engagement=engagement_id, actor=actor.id)
    return RedirectResponse(f"/engagements/{engagement_id}", status_code=303)


def _questions(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    engagement_id: str,
    *,
    told: str | None = None,
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    asked = read_questionnaire(session, actor, engagement_id)
    page = read_engagement(session, actor, engagement_id)
    context = {
        "page": page,
        "row": page.row,
        "asked": asked,
        "told": asked.answer if told is None else told,
        "faults": faults,
        "can_answer": allows(actor, "questionnaire.answer", page.belonging),
    }
    return render(request, "questionnaire.html", context, status=422 if faults else 200)
