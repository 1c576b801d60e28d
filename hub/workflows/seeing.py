"""Whether who acts may see a thing that is read by its id, and which rows of a list: asked before anything is read."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, may_ever, require
from hub.errors import NotFound
from hub.models import Expert, Plan, Request, RequestBeneficiary
from hub.models.base import columns
from hub.workflows.visibility import visible


def require_expert(session: Session, actor: Actor, expert_id: str, action: str = "expert.read") -> None:
    """Raise NotFound when there is no such expert, and as if there were none unless ``actor`` may see them."""
    e = columns(Expert)
    if session.execute(select(e.id).where(e.id == expert_id, e.erased_at.is_(None))).first() is None:
        raise NotFound("専門人材", "expert")
    require(actor, action, Belonging(expert=expert_id))


def require_request(session: Session, actor: Actor, request_id: str) -> None:
    """Raise NotFound when there is no such request, and as if there were none unless ``actor`` may see it."""
    r, b = columns(Request), columns(RequestBeneficiary)
    code = session.execute(select(r.organization_code).where(r.id == request_id)).scalar()
    if code is None:
        raise NotFound("人材ニーズ", "request")
    served = session.execute(select(b.organization_code).where(b.request_id == request_id)).scalars()
    require(actor, "request.read", Belonging(code, tuple(served)))


def require_plan(session: Session, actor: Actor, plan_id: str) -> None:
    """Raise NotFound when there is no such plan, and as if there were none unless ``actor`` may see it."""
    p = columns(Plan)
    row = session.execute(select(p.prefecture_code).where(p.id == plan_id)).first()
    if row is None:
        raise NotFound("配置計画", "plan")
    require(actor, "plan.read", Belonging(prefecture=row.prefecture_code))


def seen_requests(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a request is in ``actor``'s lists. Raises Forbidden for who has none."""
    return visible(actor, "request.list", columns(Request).organization_code)


def seen_plans(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a plan is in ``actor``'s lists. Raises Forbidden for who has none."""
    return visible(actor, "plan.read", columns(Plan).prefecture_code)


def sees_plans(actor: Actor) -> bool:
    """Return whether what plans hold may be shown: who is meant for which slot is internal until it is proposed."""
    return may_ever(actor, "plan.read")
