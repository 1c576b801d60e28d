"""Work broken off: the months after it go back to the expert and to the slot; what was worked stays."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, hub_for
from hub.auth.permissions import require
from hub.errors import Invalid
from hub.models import Booking, Request, Slot, WorkLog
from hub.models.base import columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.engagement_days import free_days, worked_days
from hub.workflows.engagement_news import tell_both, tell_coordinators
from hub.workflows.engagement_reading import Engaged, look_at_engagement, take_engagement
from hub.workflows.japanese_days import first_day, month_of
from hub.workflows.moving import Reason, move
from hub.workflows.proposal_taking import subject_of, take_proposal
from hub.workflows.reports import ask_after_breaking_off
from hub.workflows.settling import settle
from matching.faults import Fault


def break_off(
    session: Session,
    actor: Actor,
    engagement_id: str,
    reason: Reason,
    last: date | None = None,
    *,
    version: int | None = None,
) -> tuple[str, ...]:
    """Break an engagement off after its ``last`` day of work (None: no work was done) and return the months given back.

    Later months are the expert's again, and the slot asks for them anew; the month of ``last`` and those before it stay
    promised. With no month left the slot has been used up, and its proposal stays as it is. ``reason``: a code of
    ``life_cycles.BREAK_OFF``.

    Raises NotFound, Forbidden, Conflict once it has ended, ChangedMeanwhile, Invalid without a reason or when ``last``
    would lose work that was told.
    """
    proposal = take_proposal(session, look_at_engagement(session, engagement_id).row.proposal_id)
    engaged = take_engagement(session, engagement_id)
    require(actor, "engagement.break_off", engaged.belonging)
    if engaged.row.status in {"terms", "active"} and (faults := list(_faults(session, engaged, last))):
        raise Invalid(faults)
    subject = engaged.subject(version)
    move(session, actor, subject, "break_off", reason=reason, broken_off_on=last, broken_off_reason=reason.code)
    free_days(session, engaged, after=last)
    ask_after_breaking_off(session, engaged, last)
    given_back = _months_after(session, proposal.id, last)
    if given_back:
        _give_back(session, hub_for(actor), proposal, given_back)
        if last is not None:
            _shorten_slot(session, actor, proposal, given_back)
    tell_both(session, "engagement:broken_off", engaged)
    tell_coordinators(session, "engagement:broken_off", engaged)
    settle(session, proposal.request_id)
    return given_back


def _faults(session: Session, engaged: Engaged, last: date | None) -> Iterator[Fault]:
    row = engaged.row
    if row.status == "terms":
        if last is not None:
            ja = "まだ始まっていないため、最後の日は書かないでください"
            yield Fault("/last_day", ja, "leave this empty: the work has not begun")
        return
    if last is not None and not row.first_day <= last < row.last_day:
        ja = f"{row.first_day}から、予定の最終日（{row.last_day}）の前までの日にしてください"
        yield Fault("/last_day", ja, f"give a day from {row.first_day} and before the planned last day {row.last_day}")
    told = _last_told(session, engaged)
    if told is not None and (last is None or last < told):
        ja = f"{told}以後の日にしてください。それまでの業務が記録されています"
        yield Fault("/last_day", ja, f"give {told} or a later day: work until then is on record")


def _last_told(session: Session, engaged: Engaged) -> date | None:
    """Return the earliest day that loses no work on record: the last day on site, or of the last month with hours."""
    w = columns(WorkLog)
    month = session.execute(
        select(func.max(w.month)).where(w.engagement_id == engaged.row.id, (w.hours > 0) | (w.travel_yen > 0))
    ).scalar()
    begun = [max(first_day(month), engaged.row.first_day)] if month else []
    return max([*worked_days(session, engaged), *begun], default=None)


def _months_after(session: Session, proposal_id: str, last: date | None) -> tuple[str, ...]:
    b = columns(Booking)
    query = select(b.month).where(b.proposal_id == proposal_id, b.held).order_by(b.month)
    if last is not None:
        query = query.where(b.month > month_of(last))
    return tuple(session.execute(query).scalars())


def _give_back(session: Session, hub: Actor, proposal: Any, months: Sequence[str]) -> None:
    b = columns(Booking)
    move(session, hub, subject_of(proposal), "release")
    of_proposal = (b.proposal_id == proposal.id, b.month.in_(months))
    session.execute(update(table_of(Booking)).where(*of_proposal).values(held=False))


def _shorten_slot(session: Session, actor: Actor, proposal: Any, months: Sequence[str]) -> None:
    """Let the slot ask for ``months`` alone, so that the next plan looks for somebody for the rest of the work."""
    s, r = columns(Slot), columns(Request)
    of_slot = s.id == proposal.slot_id
    before = session.execute(select(s.start, s.length).where(of_slot)).one()
    after = {"start": months[0], "length": len(months)}
    session.execute(update(table_of(Slot)).where(of_slot).values(**after))
    # A request somebody is editing speaks of the whole slot: their version is no longer the newest.
    changed = {"version": r.version + 1, "updated_at": utc_now()}
    session.execute(update(table_of(Request)).where(r.id == proposal.request_id).values(**changed))
    told = {"request": proposal.request_id}
    record(session, actor, "slot:shorten", "slot", proposal.slot_id, before={**before._mapping, **told}, after=after)
