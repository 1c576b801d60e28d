"""Reports (活動報告) and the questionnaires of the year after as JSON."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from hub.api.answers import Code, Id, Seen, Told, Version, reason_of
from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.work import ReportStatus
from hub.workflows import reports
from hub.workflows.paging import Page
from hub.workflows.reports import ReportDraft
from hub.workflows.work_reading import find_reports, read_questionnaire, read_report
from hub.workflows.work_rows import QuestionnaireRead, ReportFilter, ReportPage, ReportRow
from matching.problem import STRICT

router = APIRouter(tags=["reports"], route_class=OnceRoute)

ONE = "/engagements/{engagement_id}/report"
QUESTIONNAIRE = "/engagements/{engagement_id}/questionnaire"


@dataclass(frozen=True, slots=True)
class ReportWritten:
    """The id of a report."""

    id: str


@dataclass(frozen=True, slots=True)
class QuestionnaireAnswer:
    """How the work went on, in the organization's words."""

    __pydantic_config__ = STRICT
    answer: str


def _wanted(
    *,
    status: ReportStatus | None = None,
    organization: Code = None,
    expert: Id = None,
    due_until: date | None = None,
) -> ReportFilter:
    return ReportFilter(status, organization, expert, due_until)


@router.get("/reports", dependencies=[decides("engagement.read")])
def list_reports(
    session: ReadingSession, actor: ActorDep, wanted: Annotated[ReportFilter, Depends(_wanted)], paging: PagingDep
) -> Page[ReportRow]:
    """List the reports of the engagements who asks may read, the first due first, a page at a time."""
    return find_reports(session, actor, wanted, paging)


@router.get(ONE, dependencies=[decides("engagement.read")])
def show_report(session: ReadingSession, actor: ActorDep, engagement_id: str) -> ReportPage:
    """Return the report of an engagement. 404 when none is asked for or written yet."""
    return read_report(session, actor, engagement_id)


@router.put(ONE, openapi_extra=described(ReportDraft), dependencies=[decides("report.write")])
def rewrite_report(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    told: Annotated[ReportDraft, Depends(body_of(ReportDraft))],
    version: Version = None,
) -> ReportWritten:
    """Write the report (no version), or change the version seen. 409 with both versions, or once it is handed in."""
    report_id = reports.write_report(session, actor, engagement_id, told, version)
    _log("report_written", engagement_id, actor)
    return ReportWritten(report_id)


@router.post(f"{ONE}/submit", status_code=204, dependencies=[decides("report.write")])
def hand_report_in(session: WritingSession, actor: ActorDep, engagement_id: str, version: Version = None) -> None:
    """Hand the report in. 422 when it does not say what was done and what came of it."""
    reports.submit_report(session, actor, engagement_id, version)
    _log("report_submitted", engagement_id, actor)


@router.post(f"{ONE}/sign-off", status_code=204, dependencies=[decides("report.sign_off")])
def sign_report_off(session: WritingSession, actor: ActorDep, engagement_id: str, version: Version = None) -> None:
    """Sign the report off for the organization. 409 for who handed it in."""
    reports.sign_off_report(session, actor, engagement_id, version=version)
    _log("report_signed_off", engagement_id, actor)


@router.post(
    f"{ONE}/send-back", status_code=204, openapi_extra=described(Told), dependencies=[decides("report.sign_off")]
)
def return_report(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    told: Annotated[Told, Depends(body_of(Told))],
    version: Version = None,
) -> None:
    """Send the report back, in ``words`` with what to mend. 422 without them."""
    reports.send_report_back(session, actor, engagement_id, reason_of(told), version)
    _log("report_sent_back", engagement_id, actor)


@router.get(QUESTIONNAIRE, dependencies=[decides("questionnaire.read")])
def show_questionnaire(session: ReadingSession, actor: ActorDep, engagement_id: str) -> QuestionnaireRead:
    """Return what the scheme asks in the fiscal year after. 404 when it asks nothing."""
    return read_questionnaire(session, actor, engagement_id)


@router.put(
    QUESTIONNAIRE,
    status_code=204,
    openapi_extra=described(QuestionnaireAnswer),
    dependencies=[decides("questionnaire.answer")],
)
def answer_questionnaire(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    told: Annotated[QuestionnaireAnswer, Depends(body_of(QuestionnaireAnswer))],
    version: Seen,
) -> None:
    """Answer the questionnaire, or change the answer. 409 with both versions when somebody else was faster."""
    reports.answer_questionnaire(session, actor, engagement_id, told.answer, version)
    _log("questionnaire_answered", engagement_id, actor)


def _log(what: str, engagement_id: str, actor: ActorDep) -> None:
    log_event(what, engagement=engagement_id, actor=actor.id)
