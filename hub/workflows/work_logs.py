"""Monthly work logs (業務記録): written by the expert, signed off by the organization, never above what there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import Conflict, Invalid, NotFound
from hub.models import WorkLog, WorkLogShare
from hub.models.base import columns, new_id, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.drafts import CHECKED, Days, Hours, Line, Paragraph, Yen
from hub.workflows.editing import changed_meanwhile, edit_row
from hub.workflows.engagement_days import free_days, work_days, worked_days
from hub.workflows.engagement_ending import end_if_complete
from hub.workflows.engagement_news import tell_expert, tell_organization
from hub.workflows.engagement_reading import Engaged, take_engagement
from hub.workflows.japanese_days import last_day, month_of, today_in_japan
from hub.workflows.life_cycles import WORK_LOG
from hub.workflows.month_room import room_of
from hub.workflows.moving import Reason, Subject, move, not_now
from matching.faults import Fault
from matching.type_faults import type_faults

EDITABLE = ("draft", "returned")


@dataclass(frozen=True, slots=True)
class ShareDraft:
    """The days an organization served had of the month."""

    __pydantic_config__ = CHECKED
    organization: Line
    days: Days


@dataclass(frozen=True, slots=True)
class WorkLogDraft:
    """A month's work: ``hours`` with travel, the ``days`` on site, what was ``done``, and why it was more than booked.

    ``shares``: for a post several organizations share, the days each of them had.
    """

    __pydantic_config__ = CHECKED
    hours: Hours
    days: tuple[date, ...] = ()
    travel_yen: Yen = 0
    done: Paragraph = ""
    remark: Paragraph = ""
    shares: tuple[ShareDraft, ...] = ()


WORK_LOG_TOLD = TypeAdapter(WorkLogDraft)


def write_log(
    session: Session,
    actor: Actor,
    engagement_id: str,
    month: str,
    told: WorkLogDraft,
    *,
    version: int | None = None,
    today: date | None = None,
) -> str:
    """Write or change the log of ``month``, still a draft, and return its id. ``version``: the one seen, None: none.

    Raises Forbidden, Invalid with every fault, Conflict before the work begins, once the log is handed in, or when the
    expert was at another place on a day, ChangedMeanwhile with both versions.
    """
    engaged = take_engagement(session, engagement_id)
    require(actor, "work_log.write", engaged.belonging)
    if engaged.row.status not in {"active", "broken_off"}:
        raise Conflict(
            "業務記録は、従事が始まってから終わるまでの間に書けます。",
            "Work logs can be written from the beginning of the work until it has ended.",
        )
    if faults := _faults(session, engaged, month, told, today or today_in_japan()):
        raise Invalid(faults)
    log_id = _write(session, engaged, month, told, version)
    work_days(session, engaged, month, told.days)
    s = columns(WorkLogShare)
    session.execute(delete(table_of(WorkLogShare)).where(s.work_log_id == log_id))
    if told.shares:
        rows = [{"work_log_id": log_id, "organization_code": p.organization, "days": p.days} for p in told.shares]
        session.execute(insert(table_of(WorkLogShare)), rows)
    record(
        session,
        actor,
        "work_log:write",
        "work_log",
        log_id,
        after={"month": month, "hours": told.hours, "onsite_days": len(told.days), "travel_yen": told.travel_yen},
        personal={"done": told.done, "remark": told.remark},
    )
    return log_id


def _write(session: Session, engaged: Engaged, month: str, told: WorkLogDraft, version: int | None) -> str:
    values = {
        "hours": told.hours,
        "onsite_days": len(told.days),
        "travel_yen": told.travel_yen,
        "done": told.done,
        "remark": told.remark,
    }
    row = _log_of(session, engaged.row.id, month)
    if row is None:
        now, log_id = utc_now(), new_id("log")
        times = {"created_at": now, "updated_at": now, "version": 1}
        own = {"id": log_id, "engagement_id": engaged.row.id, "month": month, "status": "draft"}
        session.execute(insert(table_of(WorkLog)), [{**own, **values, **times}])
        return log_id
    if row.status not in EDITABLE:
        raise not_now(WORK_LOG, row.status, "write")
    if version is None:
        raise changed_meanwhile(row, values)
    edit_row(session, WorkLog, row.id, version, values)
    return str(row.id)


def submit_log(
    session: Session,
    actor: Actor,
    engagement_id: str,
    month: str,
    *,
    version: int | None = None,
    today: date | None = None,
) -> None:
    """Hand a month's log in; planned days of the month that have passed unworked are free again.

    Raises NotFound, Forbidden, Invalid when it says nothing, Conflict, ChangedMeanwhile.
    """
    engaged, row = _taken(session, actor, engagement_id, month)
    require(actor, "work_log.write", engaged.belonging)
    if row.hours > 0 and not row.done.strip():
        raise Invalid([Fault("/done", "行ったことを書いてください", "write what was done")])
    move(session, actor, _subject(engaged, row, version), "submit")
    free_days(session, engaged, until=min(last_day(month), today or today_in_japan()))
    tell_organization(session, "work_log:submitted", engaged, ("work_log", row.id))


def sign_off_log(
    session: Session,
    actor: Actor,
    engagement_id: str,
    month: str,
    *,
    version: int | None = None,
    today: date | None = None,
) -> None:
    """Sign a month's log off for the organization; the engagement ends when this was all it lacked.

    Raises NotFound, Forbidden, Conflict, ChangedMeanwhile.
    """
    engaged, row = _taken(session, actor, engagement_id, month)
    subject = _subject(engaged, row, version)
    move(session, actor, subject, "sign_off", signed_off_by=actor.id, signed_off_at=utc_now())
    tell_expert(session, "work_log:signed_off", engaged, ("work_log", row.id))
    end_if_complete(session, actor, engagement_id, today)


def send_log_back(
    session: Session, actor: Actor, engagement_id: str, month: str, reason: Reason, *, version: int | None = None
) -> None:
    """Send a month's log back with what to mend. Raises NotFound, Forbidden, Invalid without a reason, Conflict."""
    engaged, row = _taken(session, actor, engagement_id, month)
    move(session, actor, _subject(engaged, row, version), "send_back", reason=reason)
    tell_expert(session, "work_log:returned", engaged, ("work_log", row.id))


def _taken(session: Session, actor: Actor, engagement_id: str, month: str) -> tuple[Engaged, Any]:
    """Return what who acts may see, locked. Whoever may not is not told whether it is there."""
    engaged = take_engagement(session, engagement_id)
    require(actor, "engagement.read", engaged.belonging)
    row = _log_of(session, engagement_id, month)
    if row is None:
        raise NotFound("業務記録", "work log")
    return engaged, row


def _log_of(session: Session, engagement_id: str, month: str) -> Any | None:
    w = columns(WorkLog)
    of_month = (w.engagement_id == engagement_id, w.month == month)
    return session.execute(select(*w).where(*of_month).with_for_update()).first()


def _subject(engaged: Engaged, row: Any, version: int | None) -> Subject:
    return Subject(WORK_LOG, WorkLog, row.id, row.status, engaged.belonging, version)


def _faults(session: Session, engaged: Engaged, month: str, told: WorkLogDraft, today: date) -> list[Fault]:
    try:
        WORK_LOG_TOLD.validate_python(told)
    except ValidationError as error:
        return type_faults(error, {}, WorkLogDraft)
    if month not in engaged.months or month > month_of(today):
        ja, en = "従事の期間のうち、もう始まった月にしてください", "choose a month of the engagement that has begun"
        return [Fault("/month", ja, en)]
    return [
        *_day_faults(engaged, month, told, today),
        *_share_faults(engaged, told),
        *room_of(session, engaged, month).faults(told.hours, len(told.days), explained=bool(told.remark.strip())),
        *_scheme_faults(session, engaged, month, told),
    ]


def _day_faults(engaged: Engaged, month: str, told: WorkLogDraft, today: date) -> Iterator[Fault]:
    last = min(today, engaged.ends_on or today)
    seen: set[date] = set()
    for position, day in enumerate(told.days):
        if month_of(day) != month or not engaged.row.first_day <= day <= last:
            ja, en = f"{month}の、もう過ぎた従事の日にしてください", f"give a day of work in {month} that has come"
            yield Fault(f"/days/{position}", ja, en)
        if day in seen:
            yield Fault(f"/days/{position}", "同じ日が2回あります", "this day is given twice")
        seen.add(day)


def _share_faults(engaged: Engaged, told: WorkLogDraft) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, share in enumerate(told.shares):
        place = f"/shares/{position}/organization"
        if share.organization not in engaged.serves:
            yield Fault(place, "支援する団体の中から選んでください", "choose one of the organizations served")
        if share.organization in seen:
            yield Fault(place, "同じ団体が2回あります", "this organization is given twice")
        seen.add(share.organization)
    something = told.hours > 0 or told.travel_yen > 0
    if len(engaged.serves) > 1 and something and not any(share.days > 0 for share in told.shares):
        yield Fault("/shares", "支援した団体ごとの日数を書いてください", "give the days of each organization served")


def _scheme_faults(session: Session, engaged: Engaged, month: str, told: WorkLogDraft) -> Iterator[Fault]:
    w = columns(WorkLog)
    others = select(w.hours).where(w.engagement_id == engaged.row.id, w.month != month)
    hours = sum(session.execute(others).scalars()) + told.hours
    elsewhere = {day for day in worked_days(session, engaged) if month_of(day) != month}
    yield from engaged.rules.excess(len(elsewhere) + len(told.days), hours, ("/days", "/hours"))
