"""Cases (事例): finished work that similar requests learn from; names and words only where both sides share them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.models import Engagement, Expert, RequestTheme, Slot, VerifiedRecord
from hub.models.base import columns, table_of, utc_now
from hub.models.evaluations import Side
from hub.workflows.audit import record
from hub.workflows.engagement_reading import take_engagement
from hub.workflows.expert_names import japanese_name
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from seed_data.samples import GateStage, RolePlayed

SORTS = ("ended", "hours", "likeness")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; what is None does not restrict. ``like``: a request, whose themes or stages they share."""

    theme: str | None = None
    stage: str | None = None
    gate: GateStage | None = None
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Finished work with a report signed off. ``shared``: both sides let it be read by name; else there are no names.

    ``started`` and ``ended``: months, ``hours``: over all of them.
    """

    shared: bool
    theme: str | None
    stage: str
    gate: GateStage
    role_played: RolePlayed
    started: str
    ended: str
    hours: float
    organization: str | None
    organization_code: str | None
    expert: str | None
    contribution: str | None
    outcome: str | None


def share_case(session: Session, actor: Actor, engagement_id: str, side: Side, *, shared: bool) -> None:
    """Let others read an engagement by name, for one ``side``, or no longer. Raises NotFound, Forbidden."""
    engaged = take_engagement(session, engagement_id)
    require(actor, f"case.share_as_{side}", engaged.belonging)
    column = f"{side}_shares_case"
    if getattr(engaged.row, column) == shared:
        return
    n = columns(Engagement)
    changed = {column: shared, "version": n.version + 1, "updated_at": utc_now()}
    session.execute(update(table_of(Engagement)).where(n.id == engagement_id).values(**changed))
    told = {"side": side, "shared": shared}
    record(session, actor, "engagement:share_case", "engagement", engagement_id, after=told)


def find_cases(session: Session, actor: Actor, wanted: CaseFilter, paging: Paging = FIRST_PAGE) -> Page[Case]:
    """Return a page of cases, sorted by one of ``SORTS`` (default: latest month). Raises Forbidden."""
    require(actor, "case.read")
    v, n, e = columns(VerifiedRecord), columns(Engagement), columns(Expert)
    shared = and_(n.organization_shares_case, n.expert_shares_case)
    told: tuple[tuple[ColumnElement[Any], str | None], ...] = (
        (v.theme, wanted.theme),
        (v.stage, wanted.stage),
        (v.gate, wanted.gate),
    )
    likeness = _likeness(wanted.like)
    query = (
        select(*v, shared.label("shared"), japanese_name(e).label("expert"))
        .join_from(table_of(VerifiedRecord), table_of(Engagement), n.id == v.engagement_id)
        .join(table_of(Expert), e.id == v.expert_id)
        .where(v.opens_at <= utc_now(), n.status.in_(("ended", "broken_off")))
        .where(*(column == value for column, value in told if value))
    )
    if wanted.like:
        query = query.where(likeness > 0, n.request_id != wanted.like)
    orders = {"ended": v.ended, "hours": v.hours, "likeness": likeness}
    page = fetch_page(session, query, paging, orders, v.engagement_id)
    return page.showing(_case(row) for row in page.items)


def _likeness(request_id: str | None) -> ColumnElement[int]:
    """Return how much a case is like a request: 2 for a theme of it, 1 for a stage of one of its slots."""
    if request_id is None:
        return literal(0)
    v, t, s = (columns(model) for model in (VerifiedRecord, RequestTheme, Slot))
    theme = exists(select(t.theme).where(t.request_id == request_id, t.theme == v.theme))
    stage = exists(select(s.id).where(s.request_id == request_id, s.withdrawn.is_(False), s.stage == v.stage))
    likeness: ColumnElement[int] = case((theme, 2), else_=0) + case((stage, 1), else_=0)
    return likeness


def _case(row: Any) -> Case:
    named = {
        "organization": row.organization,
        "organization_code": row.organization_code,
        "expert": row.expert.strip(),
        "contribution": row.contribution,
        "outcome": row.outcome,
    }
    return Case(
        shared=bool(row.shared),
        theme=row.theme,
        stage=row.stage,
        gate=row.gate,
        role_played=row.role_played,
        started=row.started,
        ended=row.ended,
        hours=row.hours,
        **(named if row.shared else dict.fromkeys(named)),
    )
