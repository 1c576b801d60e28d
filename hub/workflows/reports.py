"""Reports (活動報告) on what came of an engagement, and the questionnaire of the year after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import Conflict, Invalid, NotFound
from hub.models import Change, Questionnaire, Report
from hub.models.base import columns, new_id, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.career_records import grow_record
from hub.workflows.drafts import CHECKED, Paragraph
from hub.workflows.editing import changed_meanwhile, edit_row
from hub.workflows.engagement_ending import end_if_complete
from hub.workflows.engagement_news import tell_expert, tell_organization
from hub.workflows.engagement_reading import Engaged, take_engagement
from hub.workflows.life_cycles import REPORT
from hub.workflows.moving import Reason, Subject, move, not_now
from matching.faults import Fault
from matching.type_faults import type_faults

AT_WORK = ("active", "ended", "broken_off")
EDITABLE = ("due", "returned")


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What the expert did (``contribution``), what came of it (``outcome``) and what shows it (``evidence``)."""

    __pydantic_config__ = CHECKED
    contribution: Paragraph = ""
    outcome: Paragraph = ""
    evidence: Paragraph = ""


REPORT_TOLD = TypeAdapter(ReportDraft)
ANSWER = TypeAdapter(Paragraph)


def ask_for_reports(session: Session, engaged: Engaged) -> None:
    """Ask for what the scheme asks for: a report after the last day, a questionnaire in a later fiscal year."""
    row, now = engaged.row, utc_now()
    due = engaged.rules.report_due(row.last_day)
    if due is not None:
        session.execute(insert(table_of(Report)), [_new_report(row.id, due)])
    asked = engaged.rules.questionnaire(row.fiscal_year)
    if asked is not None:
        times = {"created_at": now, "updated_at": now, "version": 1}
        told = {"engagement_id": row.id, "fiscal_year": asked[0], "due_on": asked[1], "answer": "", **times}
        session.execute(insert(table_of(Questionnaire)), [told])


def ask_after_breaking_off(session: Session, engaged: Engaged, last: date | None) -> None:
    """Bring what is asked for in line with work broken off after ``last``; None: nothing was done, nothing is asked."""
    r, q = columns(Report), columns(Questionnaire)
    due = None if last is None else engaged.rules.report_due(last)
    of_engagement = r.engagement_id == engaged.row.id
    asked = update(table_of(Report)).where(of_engagement, r.due_on.is_not(None), r.status != "signed_off")
    session.execute(asked.values(due_on=due, version=r.version + 1, updated_at=utc_now()))
    if last is None:
        unanswered = (q.engagement_id == engaged.row.id, q.answered_at.is_(None))
        session.execute(delete(table_of(Questionnaire)).where(*unanswered))


def _new_report(engagement_id: str, due: date | None, **told: Any) -> dict[str, Any]:
    now = utc_now()
    times = {"created_at": now, "updated_at": now, "version": 1}
    return {
        "id": new_id("rep"),
        "engagement_id": engagement_id,
        "status": "due",
        "due_on": due,
        "contribution": "",
        "outcome": "",
        "evidence": "",
        **times,
        **told,
    }


def write_report(
    session: Session, actor: Actor, engagement_id: str, told: ReportDraft, version: int | None = None
) -> str:
    """Write or change the report, still a draft, and return its id.

    ``version``: the one seen, None: nothing was written yet, whether or not the scheme has asked for it.

    Raises Forbidden, Invalid, Conflict before the work begins and once it is handed in, ChangedMeanwhile.
    """
    engaged = take_engagement(session, engagement_id)
    require(actor, "report.write", engaged.belonging)
    try:
        REPORT_TOLD.validate_python(told)
    except ValidationError as error:
        raise Invalid(type_faults(error, {}, ReportDraft)) from None
    if engaged.row.status not in AT_WORK or engaged.ends_on is None:
        raise Conflict("従事が始まってから報告してください。", "Report once the work has begun.")
    values = {name: getattr(told, name) for name in ReportDraft.__dataclass_fields__}
    row = _report_of(session, engagement_id)
    if row is None:
        made = _new_report(engagement_id, None, **values)
        session.execute(insert(table_of(Report)), [made])
        row_id = str(made["id"])
    else:
        if row.status not in EDITABLE:
            raise not_now(REPORT, row.status, "write")
        if version is None and any(getattr(row, name) for name in values):
            raise changed_meanwhile(row, values)
        edit_row(session, Report, row.id, row.version if version is None else version, values)
        row_id = str(row.id)
    record(session, actor, "report:write", "report", row_id, personal=values)
    return row_id


def submit_report(session: Session, actor: Actor, engagement_id: str, version: int | None = None) -> None:
    """Hand the report in. Raises NotFound, Forbidden, Invalid when it says nothing, Conflict, ChangedMeanwhile."""
    engaged, row = _taken(session, actor, engagement_id)
    require(actor, "report.write", engaged.belonging)
    if faults := list(_empty(row)):
        raise Invalid(faults)
    move(session, actor, _subject(engaged, row, version), "submit", submitted_at=utc_now())
    tell_organization(session, "report:submitted", engaged, ("report", row.id))


def sign_off_report(
    session: Session, actor: Actor, engagement_id: str, *, version: int | None = None, today: date | None = None
) -> None:
    """Sign the report off; the engagement ends when this was all it lacked, and the expert's record grows.

    Raises NotFound, Forbidden, ChangedMeanwhile, Conflict for who handed it in themselves.
    """
    engaged, row = _taken(session, actor, engagement_id)
    require(actor, "report.sign_off", engaged.belonging)
    if row.status == "submitted" and _handed_in_by(session, row.id) == actor.id:
        raise Conflict(
            "提出した本人は承認できません。団体のほかの人に依頼してください。",
            "Who handed a report in cannot sign it off. Ask somebody else of your organization.",
        )
    subject = _subject(engaged, row, version)
    move(session, actor, subject, "sign_off", signed_off_by=actor.id, signed_off_at=utc_now())
    tell_expert(session, "report:signed_off", engaged, ("report", row.id))
    end_if_complete(session, actor, engagement_id, today)
    grow_record(session, engagement_id)


def send_report_back(
    session: Session, actor: Actor, engagement_id: str, reason: Reason, version: int | None = None
) -> None:
    """Send the report back with what to mend. Raises NotFound, Forbidden, Invalid without a reason, Conflict."""
    engaged, row = _taken(session, actor, engagement_id)
    move(session, actor, _subject(engaged, row, version), "send_back", reason=reason)
    tell_expert(session, "report:returned", engaged, ("report", row.id))


def answer_questionnaire(session: Session, actor: Actor, engagement_id: str, answer: str, version: int) -> None:
    """Answer the questionnaire, or change the answer until it is due.

    Raises NotFound when none is asked for, Forbidden, Invalid without words, ChangedMeanwhile.
    """
    engaged = take_engagement(session, engagement_id)
    require(actor, "questionnaire.answer", engaged.belonging)
    q = columns(Questionnaire)
    row = session.execute(select(*q).where(q.engagement_id == engagement_id).with_for_update()).first()
    if row is None:
        raise NotFound("アンケート", "questionnaire")
    try:
        ANSWER.validate_python(answer)
    except ValidationError:
        raise Invalid([Fault("/answer", "長すぎます。短くしてください", "this is too long: shorten it")]) from None
    if not answer.strip():
        raise Invalid([Fault("/answer", "回答を書いてください", "write an answer")])
    if row.version != version:
        raise changed_meanwhile(row, {"answer": answer})
    now = utc_now()
    written = {"answer": answer, "answered_by": actor.id, "answered_at": now, "updated_at": now, "version": version + 1}
    session.execute(update(table_of(Questionnaire)).where(q.engagement_id == engagement_id).values(**written))
    record(session, actor, "questionnaire:answer", "engagement", engagement_id, personal={"answer": answer})


def _empty(row: Any) -> Iterator[Fault]:
    for name, ja, en in (("contribution", "行ったこと", "what was done"), ("outcome", "成果", "what came of it")):
        if not getattr(row, name).strip():
            yield Fault(f"/{name}", f"{ja}を書いてください", f"write {en}")


def _report_of(session: Session, engagement_id: str) -> Any | None:
    r = columns(Report)
    return session.execute(select(*r).where(r.engagement_id == engagement_id).with_for_update()).first()


def _taken(session: Session, actor: Actor, engagement_id: str) -> tuple[Engaged, Any]:
    """Return what who acts may see, locked. Whoever may not is not told whether it is there."""
    engaged = take_engagement(session, engagement_id)
    require(actor, "engagement.read", engaged.belonging)
    row = _report_of(session, engagement_id)
    if row is None:
        raise NotFound("活動報告", "report")
    return engaged, row


def _subject(engaged: Engaged, row: Any, version: int | None) -> Subject:
    return Subject(REPORT, Report, row.id, row.status, engaged.belonging, version)


def _handed_in_by(session: Session, report_id: str) -> str | None:
    c = columns(Change)
    query = select(c.actor_id).where(c.subject_kind == "report", c.subject_id == report_id, c.move == "submit")
    who: str | None = session.execute(query.order_by(c.position.desc()).limit(1)).scalar()
    return who
