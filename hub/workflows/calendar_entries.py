"""What stands in an expert's calendar: engagements, days on site, and what is due. Of others no more than bodies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import NotFound
from hub.models import Engagement, EngagementDay, Expert, Organization, Proposal, Questionnaire, Report, Slot
from hub.models.base import columns, table_of
from hub.workflows.engagement_reading import readable
from hub.workflows.japanese_days import JAPAN, today_in_japan
from hub.workflows.organizations import full_name
from hub.workflows.visibility import visible

EntryKind = Literal["work", "onsite", "answer", "report", "questionnaire"]
State = Literal["tentative", "confirmed", "cancelled"]

KEPT = timedelta(days=366)
"""What is over for longer is left out."""
AWAITING_EXPERT = ("offered", "organization_accepted")
OWED = ("due", "returned")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, on the whole days ``first`` to ``last`` (both included) or at the moment ``at``.

    ``key``: the same for as long as the thing is there. ``subject``: (kind, id) of the page about it. ``title``: of the
    slot. ``version`` counts the changes of the row it is made from, ``changed`` says when the last one was. ``hours``
    and ``onsite_days``: a month's of an engagement. ``cancelled``: it will not be, or nothing is due any more.
    """

    key: str
    kind: EntryKind
    subject: tuple[str, str]
    title: str
    organization: str
    organization_en: str
    state: State
    version: int
    made: datetime
    changed: datetime
    first: date | None = None
    last: date | None = None
    at: datetime | None = None
    hours: float | None = None
    onsite_days: float | None = None


def read_calendar(session: Session, actor: Actor, expert_id: str, today: date | None = None) -> tuple[Entry, ...]:
    """Return what of an expert's calendar ``actor`` may read, by day. Raises NotFound, Forbidden."""
    e = columns(Expert)
    if not session.execute(select(exists(select(e.id).where(e.id == expert_id)))).scalar():
        raise NotFound("専門人材", "expert")
    require(actor, "calendar.read", Belonging(expert=expert_id))
    since = (today or today_in_japan()) - KEPT
    found = [
        *_work(session, actor, expert_id, since),
        *_onsite(session, actor, expert_id, since),
        *_answers(session, actor, expert_id, since),
        *_reports(session, actor, expert_id, since),
        *_questionnaires(session, actor, expert_id, since),
    ]
    return tuple(sorted(found, key=_order))


def _order(entry: Entry) -> tuple[date, str]:
    return (entry.first or (entry.at.astimezone(JAPAN).date() if entry.at else date.max), entry.key)


def _work(session: Session, actor: Actor, expert_id: str, since: date) -> Iterator[Entry]:
    n = columns(Engagement)
    query = _of_engagements(actor, expert_id, *(n[name] for name in ("hours", "onsite_days", "broken_off_on")))
    for row in session.execute(query.where(n.last_day >= since)):
        yield _entry(
            row,
            "work",
            row.engagement_id,
            _state(row),
            first=row.first_day,
            last=row.broken_off_on or row.last_day,
            hours=row.hours,
            onsite_days=row.onsite_days,
        )


def _onsite(session: Session, actor: Actor, expert_id: str, since: date) -> Iterator[Entry]:
    n, d = columns(Engagement), columns(EngagementDay)
    query = _of_engagements(actor, expert_id, d.day, n.broken_off_on)
    query = query.join(table_of(EngagementDay), d.engagement_id == n.id).where(d.day >= since)
    for row in session.execute(query):
        yield _entry(row, "onsite", f"{row.engagement_id}-{row.day}", _state(row), first=row.day, last=row.day)


def _reports(session: Session, actor: Actor, expert_id: str, since: date) -> Iterator[Entry]:
    n, r = columns(Engagement), columns(Report)
    own = (r.id, r.due_on, r.status.label("report_status"), r.version, r.created_at, r.updated_at)
    query = _of_engagements(actor, expert_id, *own, changes=False)
    query = query.join(table_of(Report), r.engagement_id == n.id).where(r.due_on >= since)
    for row in session.execute(query):
        state: State = "confirmed" if row.report_status in OWED else "cancelled"
        yield _entry(row, "report", row.id, state, first=row.due_on, last=row.due_on)


def _questionnaires(session: Session, actor: Actor, expert_id: str, since: date) -> Iterator[Entry]:
    n, q = columns(Engagement), columns(Questionnaire)
    own = (q.due_on, q.answered_at, q.version, q.created_at, q.updated_at)
    query = _of_engagements(actor, expert_id, *own, changes=False)
    query = query.join(table_of(Questionnaire), q.engagement_id == n.id).where(q.due_on >= since)
    for row in session.execute(query):
        state: State = "confirmed" if row.answered_at is None else "cancelled"
        key = f"{row.engagement_id}-questionnaire"
        yield _entry(row, "questionnaire", key, state, first=row.due_on, last=row.due_on)


def _answers(session: Session, actor: Actor, expert_id: str, since: date) -> Iterator[Entry]:
    p, s, o = columns(Proposal), columns(Slot), columns(Organization)
    reading = "offer.read" if actor.expert == expert_id else "proposal.read"
    mine = visible(actor, reading, p.organization_code, p.expert_id)
    query = (
        select(p.id, p.status, p.deadline, p.version, p.created_at, p.updated_at, *_named(s, o))
        .join_from(table_of(Proposal), table_of(Slot), s.id == p.slot_id)
        .join(table_of(Organization), o.code == p.organization_code)
        .where(p.expert_id == expert_id, mine, p.deadline >= datetime.combine(since, time.min, JAPAN))
    )
    for row in session.execute(query):
        state: State = "confirmed" if row.status in AWAITING_EXPERT else "cancelled"
        yield _entry(row, "answer", row.id, state, subject=("proposal", row.id), at=row.deadline)


def _of_engagements(actor: Actor, expert_id: str, *chosen: ColumnElement[Any], changes: bool = True) -> Select[Any]:
    """Return the expert's engagements that ``actor`` may read; ``changes``: with the times of the engagement itself."""
    n, s, o = columns(Engagement), columns(Slot), columns(Organization)
    times = (n.version, n.created_at, n.updated_at) if changes else ()
    return (
        select(n.id.label("engagement_id"), n.status, n.first_day, n.last_day, *times, *_named(s, o), *chosen)
        .join_from(table_of(Engagement), table_of(Slot), s.id == n.slot_id)
        .join(table_of(Organization), o.code == n.organization_code)
        .where(n.expert_id == expert_id, readable(actor))
    )


def _named(s: Any, o: Any) -> tuple[ColumnElement[Any], ...]:
    return s.title, full_name(o).label("organization"), o.name_en


def _state(row: Any) -> State:
    """Return how firm an engagement is: work broken off stands until its last day, or is cancelled when none was."""
    if row.status == "broken_off":
        return "cancelled" if row.broken_off_on is None else "confirmed"
    return "tentative" if row.status == "terms" else "confirmed"


def _entry(
    row: Any, kind: EntryKind, key: str, state: State, *, subject: tuple[str, str] | None = None, **when: Any
) -> Entry:
    return Entry(
        key=key,
        kind=kind,
        subject=subject or ("engagement", row.engagement_id),
        title=row.title,
        organization=row.organization,
        organization_en=row.name_en,
        state=state,
        version=row.version,
        made=row.created_at,
        changed=row.updated_at,
        **when,
    )
