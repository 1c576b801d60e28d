"""What a plan assigns beside what has come of it: for each slot its person, and the proposal that is out for them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.models import Assignment, Expert, Organization, Plan, Proposal, Request, Slot
from hub.models.base import columns, table_of
from hub.models.proposals import LIVE
from hub.workflows.expert_names import japanese_name, latin_name
from hub.workflows.organizations import full_name
from hub.workflows.plan_reading import not_found
from hub.workflows.plan_taking import plan_belonging


@dataclass(frozen=True, slots=True)
class Standing:
    """An assignment of a plan. ``proposal``, ``status``: of the live proposal of this person for this slot, if any.

    ``cost``, ``net_cost`` (試算): yen over the slot. ``organization``: name with prefecture. ``team``: ``all`` where a
    request's required slots go out together or not at all.
    """

    slot_id: str
    title: str
    request_id: str
    request_title: str
    organization_code: str
    organization: str
    organization_en: str
    expert_id: str
    name: str
    romaji: str
    fit: float
    cost: int
    net_cost: int
    team: str
    proposal: str | None
    status: str | None

    @property
    def is_out(self) -> bool:
        """Whether it has been offered already, and nobody said no."""
        return self.proposal is not None

    @property
    def is_accepted(self) -> bool:
        """Whether a side has accepted it."""
        return self.is_out and self.status != "offered"


def standing_offers(session: Session, actor: Actor, plan_id: str) -> tuple[Standing, ...]:
    """Return what a plan assigns, in the order of its requests, for who may publish it. Raises NotFound, Forbidden."""
    n = columns(Plan)
    plan = session.execute(select(*n).where(n.id == plan_id)).first()
    if plan is None:
        raise not_found()
    require(actor, "plan.publish", plan_belonging(plan))
    a, s, r, o, e, p = (columns(model) for model in (Assignment, Slot, Request, Organization, Expert, Proposal))
    out = and_(p.slot_id == a.slot_id, p.expert_id == a.expert_id, p.status.in_(LIVE))
    query = (
        select(a.slot_id, a.expert_id, a.fit, a.cost, a.net_cost, s.title, r.id, r.title.label("request_title"), r.team)
        .add_columns(r.organization_code, full_name(o).label("organization"), o.name_en)
        .add_columns(japanese_name(e).label("name"))
        .add_columns(latin_name(e).label("romaji"))
        .add_columns(p.id.label("proposal"), p.status)
        .join_from(table_of(Assignment), table_of(Slot), s.id == a.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .join(table_of(Expert), e.id == a.expert_id)
        .outerjoin(table_of(Proposal), out)
        .where(a.plan_id == plan_id)
        .order_by(r.organization_code, r.id, s.position)
    )
    return tuple(_standing(row) for row in session.execute(query))


def _standing(row: Any) -> Standing:
    return Standing(
        slot_id=row.slot_id,
        title=row.title,
        request_id=row.id,
        request_title=row.request_title,
        organization_code=row.organization_code,
        organization=row.organization,
        organization_en=row.name_en,
        expert_id=row.expert_id,
        name=row.name.strip(),
        romaji=row.romaji.strip(),
        fit=row.fit,
        cost=round(row.cost),
        net_cost=round(row.net_cost),
        team=row.team,
        proposal=row.proposal,
        status=row.status,
    )
