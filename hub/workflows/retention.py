"""Retention: what is kept longer than its rule says is erased, by the clock, each rule by itself and recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.models import (
    AuditDetail,
    AuditRecord,
    Change,
    Consent,
    Engagement,
    Expert,
    Notification,
    Plan,
    PlanDocument,
    ProfileRead,
    Report,
    WorkLog,
)
from hub.models.base import columns, table_of
from hub.workflows.audit import record
from hub.workflows.audit_chain import moment
from hub.workflows.audit_erasing import erase_old
from hub.workflows.japanese_days import day_in_japan
from hub.workflows.retention_rules import RULES

AT_ONCE = 1_000
"""Rows of one rule in one transaction."""
ENDED_PLANS = ("closed", "cancelled", "failed")

Keys = Sequence[Any]
Erase = Callable[[Session, Keys, datetime], None]


@dataclass(frozen=True, slots=True)
class Step:
    """How a rule is applied: ``due`` selects the keys of what is over at a moment, ``erase`` does away with some."""

    due: Callable[[datetime], Select[Any]]
    erase: Erase


@dataclass(frozen=True, slots=True)
class Due:
    """How much a rule would erase now."""

    rule: str
    count: int


def look_at_due(session: Session, now: datetime) -> tuple[Due, ...]:
    """Return how much is due of each rule; nothing is changed."""
    return tuple(
        Due(name, session.execute(select(func.count()).select_from(step.due(now).subquery())).scalar_one())
        for name, step in STEPS.items()
    )


def apply_retention(session: Session, now: datetime, at_once: int = AT_ONCE) -> int:
    """Erase what is due, at most ``at_once`` of each rule, and record it; return how much: call it until nothing is."""
    return sum(_apply(session, name, step, now, at_once) for name, step in STEPS.items())


def _apply(session: Session, name: str, step: Step, now: datetime, at_once: int) -> int:
    query = step.due(now)
    keys = session.execute(query.order_by(*query.selected_columns).limit(at_once)).all()
    if keys:
        step.erase(session, keys, now)
        record(session, SYSTEM, "retention:erase", "retention", name, after={"rule": name, "count": len(keys)})
    return len(keys)


def _of(keys: Keys, *of: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a row is one of ``keys``."""
    return of[0].in_([key[0] for key in keys]) if len(of) == 1 else tuple_(*of).in_([tuple(key) for key in keys])


def _deleting(whole: Table, *names: str) -> Erase:
    def erase(session: Session, keys: Keys, _: datetime) -> None:
        session.execute(delete(whole).where(_of(keys, *(whole.c[name] for name in names))))

    return erase


def _contracts_due(now: datetime) -> Select[Any]:
    e = columns(Expert)
    return select(e.id).where(e.erased_at.is_not(None), e.kept_until < day_in_japan(now))


def _erase_contracts(session: Session, keys: Keys, _: datetime) -> None:
    e, n, w, r = (columns(model) for model in (Expert, Engagement, WorkLog, Report))
    work = select(n.id).where(_of(keys, n.expert_id))
    for changed in (
        update(table_of(WorkLog)).where(w.engagement_id.in_(work)).values(done="", remark=""),
        update(table_of(Report)).where(r.engagement_id.in_(work)).values(contribution="", outcome="", evidence=""),
        update(table_of(Engagement)).where(_of(keys, n.expert_id)).values(conditions=""),
        update(table_of(Expert)).where(_of(keys, e.id)).values(kept_name=None, kept_until=None),
    ):
        session.execute(changed)


def _refusals_due(now: datetime) -> Select[Any]:
    c = columns(Change)
    old = (c.subject_kind == "proposal", c.reason.is_not(None), c.at < RULES["refusals"].due(now))
    return select(c.subject_kind, c.subject_id, c.position).where(*old)


def _erase_refusals(session: Session, keys: Keys, _: datetime) -> None:
    c = columns(Change)
    these = _of(keys, c.subject_kind, c.subject_id, c.position)
    session.execute(update(table_of(Change)).where(these).values(reason=None))


def _reads_due(now: datetime) -> Select[Any]:
    v = columns(ProfileRead)
    return select(v.id).where(v.at < RULES["profile_reads"].due(now))


def _consents_due(now: datetime) -> Select[Any]:
    """A consent that was withdrawn keeps its person paused: it goes only once another one stands, or they are erased.

    Return the keys of both.
    """
    c, e, limit = columns(Consent), columns(Expert), RULES["consents"].due(now)
    other = table_of(Consent).alias("other").c
    again = exists(select(other.id).where(other.expert_id == c.expert_id, other.withdrawn_at.is_(None)))
    erased = exists(select(e.id).where(e.id == c.expert_id, e.erased_at < limit))
    return select(c.id).where(or_(and_(c.withdrawn_at < limit, again), erased))


def _notifications_due(now: datetime) -> Select[Any]:
    n = columns(Notification)
    return select(n.id).where(n.created_at < RULES["notifications"].due(now))


def _files_due(now: datetime) -> Select[Any]:
    """Of plans whose pages are made without them: why one was infeasible is read from its file."""
    d, p = columns(PlanDocument), columns(Plan)
    ended = (p.status.in_(ENDED_PLANS), p.updated_at < RULES["plan_files"].due(now))
    without = or_(p.result.is_(None), p.result != "infeasible")
    return select(d.plan_id, d.kind).join_from(table_of(PlanDocument), table_of(Plan)).where(*ended, without)


def _details_due(now: datetime) -> Select[Any]:
    d, r = columns(AuditDetail), columns(AuditRecord)
    before = moment(RULES["audit_details"].due(now))
    return select(d.seq).join_from(table_of(AuditDetail), table_of(AuditRecord), r.seq == d.seq).where(r.at < before)


def _erase_old_details(session: Session, keys: Keys, _: datetime) -> None:
    erase_old(session, [seq for (seq,) in keys])


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "contracts": Step(_contracts_due, _erase_contracts),
        "refusals": Step(_refusals_due, _erase_refusals),
        "profile_reads": Step(_reads_due, _deleting(table_of(ProfileRead), "id")),
        "consents": Step(_consents_due, _deleting(table_of(Consent), "id")),
        "notifications": Step(_notifications_due, _deleting(table_of(Notification), "id")),
        "plan_files": Step(_files_due, _deleting(table_of(PlanDocument), "plan_id", "kind")),
        "audit_details": Step(_details_due, _erase_old_details),
    }
)
"""Each rule of ``RULES`` but those that duties of their own apply."""
OF_OWN_DUTIES = ("sign_in", "kept_answers")
