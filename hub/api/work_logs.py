"""Monthly work logs (業務記録) as JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from hub.api.answers import Code, Id, Told, Version, reason_of
from hub.api.bodies import body_of, described
from hub.api.once import OnceRoute
from hub.api.paging import PagingDep
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.models.work import WorkLogStatus
from hub.workflows.paging import Page
from hub.workflows.work_logs import WorkLogDraft, send_log_back, sign_off_log, submit_log, write_log
from hub.workflows.work_reading import find_logs, read_log
from hub.workflows.work_rows import WorkLogFilter, WorkLogPage, WorkLogRow

router = APIRouter(tags=["work logs"], route_class=OnceRoute)

MONTH = "^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])$"
ONE = "/engagements/{engagement_id}/work-logs/{month}"
Month = Annotated[str, Path(pattern=MONTH)]


@dataclass(frozen=True, slots=True)
class LogWritten:
    """The id of a log."""

    id: str


def _wanted(
    *,
    status: WorkLogStatus | None = None,
    engagement: Id = None,
    organization: Code = None,
    expert: Id = None,
    month: Annotated[str | None, Query(pattern=MONTH)] = None,
) -> WorkLogFilter:
    return WorkLogFilter(status, engagement, organization, expert, month)


@router.get("/work-logs", dependencies=[decides("engagement.read")])
def list_logs(
    session: ReadingSession, actor: ActorDep, wanted: Annotated[WorkLogFilter, Depends(_wanted)], paging: PagingDep
) -> Page[WorkLogRow]:
    """List the logs of the engagements who asks may read, a page at a time."""
    return find_logs(session, actor, wanted, paging)


@router.get(ONE, dependencies=[decides("engagement.read")])
def show_log(session: ReadingSession, actor: ActorDep, engagement_id: str, month: Month) -> WorkLogPage:
    """Return a month's log. 404 when there is none yet."""
    return read_log(session, actor, engagement_id, month)


@router.put(ONE, openapi_extra=described(WorkLogDraft), dependencies=[decides("work_log.write")])
def rewrite_log(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    month: Month,
    told: Annotated[WorkLogDraft, Depends(body_of(WorkLogDraft))],
    *,
    version: Version = None,
) -> LogWritten:
    """Write a month's log (no version), or change the version seen. 409 with both versions; 422 beyond the month."""
    log_id = write_log(session, actor, engagement_id, month, told, version=version)
    _log("written", engagement_id, month, actor)
    return LogWritten(log_id)


@router.post(f"{ONE}/submit", status_code=204, dependencies=[decides("work_log.write")])
def hand_log_in(
    session: WritingSession, actor: ActorDep, engagement_id: str, month: Month, version: Version = None
) -> None:
    """Hand a month's log in. 422 when it does not say what was done."""
    submit_log(session, actor, engagement_id, month, version=version)
    _log("submitted", engagement_id, month, actor)


@router.post(f"{ONE}/sign-off", status_code=204, dependencies=[decides("work_log.sign_off")])
def sign_log_off(
    session: WritingSession, actor: ActorDep, engagement_id: str, month: Month, version: Version = None
) -> None:
    """Sign a month's log off for the organization; the engagement ends when this was all it lacked."""
    sign_off_log(session, actor, engagement_id, month, version=version)
    _log("signed_off", engagement_id, month, actor)


@router.post(
    f"{ONE}/send-back", status_code=204, openapi_extra=described(Told), dependencies=[decides("work_log.sign_off")]
)
def return_log(
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    month: Month,
    told: Annotated[Told, Depends(body_of(Told))],
    *,
    version: Version = None,
) -> None:
    """Send a month's log back, in ``words`` with what to mend. 422 without them."""
    send_log_back(session, actor, engagement_id, month, reason_of(told), version=version)
    _log("sent_back", engagement_id, month, actor)


def _log(what: str, engagement_id: str, month: str, actor: ActorDep) -> None:
    log_event(f"work_log_{what}", engagement=engagement_id, month=month, actor=actor.id)
