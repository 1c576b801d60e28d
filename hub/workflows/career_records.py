"""Records that grow by work done through the hub: verified entries of a career, and skills an organization confirmed.

They stay apart from what a person told of themselves, which an edit or an import writes anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.models import (
    Evaluation,
    Organization,
    Report,
    Request,
    RequestTheme,
    SkillConfirmation,
    Slot,
    VerifiedRecord,
    WorkLog,
)
from hub.models.base import columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.engagement_reading import look_at_engagement
from hub.workflows.japanese_days import month_of
from hub.workflows.organizations import full_name


@dataclass(frozen=True, slots=True)
class VerifiedEntry:
    """A verified entry of a career. ``started`` and ``ended``: months; ``hours``: over all of them.

    ``skills``: what the organization confirmed in it, as (framework, code, level).
    """

    engagement_id: str
    organization_code: str
    organization: str
    theme: str | None
    stage: str
    gate: str
    role_played: str
    contribution: str
    outcome: str
    evidence: str
    started: str
    ended: str
    hours: float
    verified_at: datetime
    skills: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmedSkill:
    """The best level organizations saw attained, beside what the person claims: the latest ``evidence`` of that level.

    ``times``: how many engagements confirmed the skill, at whatever level.
    """

    framework: str
    code: str
    level: int
    evidence: str
    engagement_id: str
    times: int


def grow_record(session: Session, engagement_id: str, now: datetime | None = None) -> bool:
    """Add an engagement to its expert's record once both are there: a report signed off, the organization's evaluation.

    Return whether it is in the record now. It is shown from when the evaluation is; asking again changes nothing else.
    """
    v, now = columns(VerifiedRecord), now or utc_now()
    e, r = columns(Evaluation), columns(Report)
    found = session.execute(
        select(e.opens_at, e.role_played, r.contribution, r.outcome, r.evidence)
        .join_from(table_of(Evaluation), table_of(Report), r.engagement_id == e.engagement_id)
        .where(e.engagement_id == engagement_id, e.side == "organization", r.status == "signed_off")
    ).first()
    if found is None:
        return False
    mine = v.engagement_id == engagement_id
    opens_at = session.execute(select(v.opens_at).where(mine).with_for_update()).scalar()
    if opens_at is not None:
        if opens_at != found.opens_at:
            session.execute(update(table_of(VerifiedRecord)).where(mine).values(opens_at=found.opens_at))
        return True
    row = {**_work_of(session, engagement_id), **found._mapping, "verified_at": now}
    session.execute(insert(table_of(VerifiedRecord)), [row])
    record(session, SYSTEM, "career:grow", "expert", row["expert_id"], after={"engagement": engagement_id})
    return True


def _work_of(session: Session, engagement_id: str) -> dict[str, Any]:
    """Return what the engagement itself says of the entry."""
    engaged = look_at_engagement(session, engagement_id)
    o, r, s, t, w = (columns(model) for model in (Organization, Request, Slot, RequestTheme, WorkLog))
    row = engaged.row
    theme = select(t.theme).where(t.request_id == row.request_id).order_by(t.position, t.theme).limit(1)
    hours = select(func.coalesce(func.sum(w.hours), 0.0)).where(w.engagement_id == engagement_id)
    return {
        "engagement_id": engagement_id,
        "expert_id": row.expert_id,
        "organization_code": row.organization_code,
        "organization": session.execute(select(full_name(o)).where(o.code == row.organization_code)).scalar_one(),
        "theme": session.execute(theme).scalar(),
        "stage": session.execute(select(s.stage).where(s.id == row.slot_id)).scalar_one(),
        "gate": session.execute(select(r.gate).where(r.id == row.request_id)).scalar_one(),
        "started": month_of(row.first_day),
        "ended": month_of(engaged.ends_on or row.last_day),
        "hours": session.execute(hours).scalar_one(),
    }


def verified_entries(session: Session, expert_id: str, now: datetime | None = None) -> tuple[VerifiedEntry, ...]:
    """Return the verified entries of an expert's career that may be seen, newest first."""
    v, k = columns(VerifiedRecord), columns(SkillConfirmation)
    names = [name for name in VerifiedEntry.__dataclass_fields__ if name != "skills"]
    confirmed: dict[str, list[tuple[str, str, int]]] = {}
    skills = select(k.engagement_id, k.framework, k.code, k.level).where(k.expert_id == expert_id)
    for row in session.execute(skills.order_by(k.framework, k.code)):
        confirmed.setdefault(row.engagement_id, []).append((row.framework, row.code, row.level))
    query = (
        select(*(v[name] for name in names))
        .where(v.expert_id == expert_id, v.opens_at <= (now or utc_now()))
        .order_by(v.ended.desc(), v.started.desc(), v.engagement_id)
    )
    return tuple(
        VerifiedEntry(**row._mapping, skills=tuple(confirmed.get(row.engagement_id, ())))
        for row in session.execute(query)
    )


def confirmed_skills(session: Session, expert_id: str, now: datetime | None = None) -> tuple[ConfirmedSkill, ...]:
    """Return what organizations confirmed of an expert's skills and may be seen, by framework and code."""
    k, e = columns(SkillConfirmation), columns(Evaluation)
    query = (
        select(k.framework, k.code, k.level, k.evidence, k.engagement_id)
        .join_from(table_of(SkillConfirmation), table_of(Evaluation), e.engagement_id == k.engagement_id)
        .where(k.expert_id == expert_id, e.side == "organization", e.opens_at <= (now or utc_now()))
        .order_by(k.framework, k.code, k.level.desc(), e.given_at.desc(), k.engagement_id)
    )
    best: dict[tuple[str, str], Any] = {}
    times: dict[tuple[str, str], int] = {}
    for row in session.execute(query):
        key = (row.framework, row.code)
        best.setdefault(key, row)
        times[key] = times.get(key, 0) + 1
    return tuple(
        ConfirmedSkill(row.framework, row.code, row.level, row.evidence, row.engagement_id, times[key])
        for key, row in best.items()
    )
