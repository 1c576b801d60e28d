"""A month's work log: written by the expert, signed off or sent back by the organization."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from hub.auth.actor import Actor
from hub.auth.permissions import allows
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import NotFound
from hub.logging import log_event
from hub.workflows.engagement_reading import read_engagement
from hub.workflows.moving import Reason
from hub.workflows.work_logs import ShareDraft, WorkLogDraft, send_log_back, sign_off_log, submit_log, write_log
from hub.workflows.work_reading import read_log
from hub.workflows.work_rows import WorkLogPage
from web.templating import render, spoken_language
from web.typed import MOST_DAYS, MOST_HOURS, NOTHING, Told, Typed, Version

router = APIRouter(prefix="/engagements/{engagement_id}/work-logs/{month}")

Month = Annotated[str, Path(pattern="^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])$")]
SHARE = "share-"
"""What the field of an organization's days begins with; its code follows."""
FIELDS: Mapping[str, str] = MappingProxyType({"shares": "hours", "month": "hours"})


class LogForm(BaseModel):
    """A log as it was typed; a field for each organization that is served beside these. ``version`` 0: it is new."""

    model_config = ConfigDict(extra="allow")
    version: Annotated[int, Form(ge=0, le=2_147_483_647)] = 0
    hours: str = ""
    days: str = ""
    travel_yen: str = ""
    done: str = ""
    remark: str = ""
    submit: bool = False


@router.get("", dependencies=[decides("engagement.read")])
def show_log(request: Request, session: ReadingSession, actor: ActorDep, engagement_id: str, month: Month) -> Response:
    """Show a month's log: to be written by its expert, to be signed off by the organization."""
    return _page(request, session, actor, engagement_id, month)


@router.post("", dependencies=[decides("work_log.write")])
def write(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    month: Month,
    *,
    form: Annotated[LogForm, Form()],
) -> Response:
    """Keep the log, and hand it in when asked to; 422 shows it again with every fault, and nothing is kept."""
    fields = {key: str(value) for key, value in form.model_dump(exclude={"version", "submit"}).items()}
    typed = Typed(fields, spoken_language(request))
    told = log_typed(typed)
    if told is not None:
        with typed.keeping(session, FIELDS):
            write_log(session, actor, engagement_id, month, told, version=form.version or None)
            if form.submit:
                submit_log(session, actor, engagement_id, month)
    if not typed.faults:
        event = "work_log_submitted" if form.submit else "work_log_written"
        log_event(event, engagement=engagement_id, month=month, actor=actor.id)
        return RedirectResponse(f"/engagements/{engagement_id}/work-logs/{month}", status_code=303)
    return _page(request, session, actor, engagement_id, month, form=fields, faults=typed.faults)


def log_typed(typed: Typed) -> WorkLogDraft | None:
    """Return the log typed; None when there are faults."""
    hours = typed.number("hours", 0, MOST_HOURS)
    days = typed.days("days")
    travel = typed.yen("travel_yen")
    named = [name for name in typed.form if name.startswith(SHARE) and typed.text(name)]
    shares = [(name.removeprefix(SHARE), typed.number(name, 0, MOST_DAYS)) for name in named]
    if typed.faults or hours is None:
        return None
    return WorkLogDraft(
        hours=hours,
        days=days,
        travel_yen=travel or 0,
        done=typed.text("done"),
        remark=typed.text("remark"),
        shares=tuple(ShareDraft(code, had) for code, had in shares if had is not None),
    )


@router.post("/sign-off", dependencies=[decides("work_log.sign_off")])
def sign_off(session: WritingSession, actor: ActorDep, engagement_id: str, month: Month, version: Version) -> Response:
    """Sign the log off for the organization; the engagement ends when this was all it lacked."""
    sign_off_log(session, actor, engagement_id, month, version=version)
    log_event("work_log_signed_off", engagement=engagement_id, month=month, actor=actor.id)
    return RedirectResponse(f"/engagements/{engagement_id}", status_code=303)


@router.post("/send-back", dependencies=[decides("work_log.sign_off")])
def send_back(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    month: Month,
    *,
    version: Version,
    told: Told = "",
) -> Response:
    """Send the log back with what to mend; 422 without it."""
    typed = Typed({}, spoken_language(request))
    with typed.keeping(session, {"reason": "words"}):
        send_log_back(session, actor, engagement_id, month, Reason(words=told.strip() or None), version=version)
    if typed.faults:
        return _page(request, session, actor, engagement_id, month, faults=typed.faults)
    log_event("work_log_sent_back", engagement=engagement_id, month=month, actor=actor.id)
    return RedirectResponse(f"/engagements/{engagement_id}", status_code=303)


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    engagement_id: str,
    month: str,
    *,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    page = read_engagement(session, actor, engagement_id)
    log = _log(session, actor, engagement_id, month)
    thing = page.belonging
    booked = next((one for one in page.months if one.month == month and one.held), None)
    if log is None and booked is None:
        raise NotFound("業務記録", "work log")
    status = log.row.status if log else "draft"
    context = {
        "page": page,
        "row": page.row,
        "month": month,
        "log": log,
        "booked": booked,
        "planned": [day for day in page.days if day.day.isoformat().startswith(month)],
        "form": form or _shown(log),
        "faults": faults,
        "can_write": status in {"draft", "returned"} and allows(actor, "work_log.write", thing),
        "can_sign": status == "submitted" and allows(actor, "work_log.sign_off", thing),
    }
    return render(request, "work_log.html", context, status=422 if faults else 200)


def _log(session: ReadingSession, actor: Actor, engagement_id: str, month: str) -> WorkLogPage | None:
    try:
        return read_log(session, actor, engagement_id, month)
    except NotFound:
        return None


def _shown(log: WorkLogPage | None) -> dict[str, str]:
    """Return a log as the form shows it."""
    if log is None:
        return {"hours": "", "days": "", "travel_yen": "", "done": "", "remark": ""}
    told = log.told
    return {
        "hours": f"{told.hours:g}",
        "days": "\n".join(day.isoformat() for day in told.days),
        "travel_yen": str(told.travel_yen),
        "done": told.done,
        "remark": told.remark,
        **{f"{SHARE}{share.organization}": f"{share.days:g}" for share in told.shares},
    }
