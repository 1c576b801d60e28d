"""How who looks stands to an expert: themselves, the office, an organization they were proposed to, one that asks."""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from hub.auth.actor import ORGANIZATION_ROLES, Actor
from hub.auth.disclosure import OFFICE
from hub.auth.permissions import Belonging, allows, require
from hub.errors import NotFound
from hub.models import Engagement, Expert, Proposal, Request
from hub.models.base import columns
from hub.models.privacy import Audience
from hub.models.proposals import LIVE
from hub.workflows.problem_requests import PLANNED


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a profile. ``audience`` None: its own person. ``role`` and ``scope``: in which capacity, and why
    (``purpose``, of ``ProfileRead``).
    """

    audience: Audience | None
    role: str = ""
    scope: str = ""
    purpose: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is hidden from them."""
        return self.audience in (None, OFFICE)


def viewer_of(session: Session, actor: Actor, expert_id: str) -> Viewer:
    """Return as whom ``actor`` may look at a profile. Raises NotFound, and as if there were none for who may not."""
    e = columns(Expert)
    row = session.execute(select(e.paused, e.erased_at).where(e.id == expert_id)).first()
    if row is None or row.erased_at is not None:
        raise NotFound("専門人材", "expert")
    if allows(actor, "expert.read_whole", Belonging(expert=expert_id)):
        return _whole(actor, expert_id)
    partners = introduced_organizations(session, actor, expert_id)
    asking = () if row.paused else asking_organizations(session, actor)
    require(actor, "expert.read", Belonging(expert=expert_id, served=(*partners, *asking)))
    audience: Audience = "partners" if partners else "organizations"
    purpose = "proposal" if partners else "open_request"
    scope = (partners or asking)[0]
    role = next(grant.role for grant in actor.grants if grant.role in ORGANIZATION_ROLES and grant.scope == scope)
    return Viewer(audience, role, scope, purpose)


def _whole(actor: Actor, expert_id: str) -> Viewer:
    return Viewer(None) if actor.expert == expert_id else office_viewer(actor)


def office_viewer(actor: Actor, purpose: str | None = None) -> Viewer:
    """Return as whom the office looks; ``purpose`` None: coordination, or an audit."""
    office = [grant for grant in actor.grants if grant.role in ("coordinator", "auditor")]
    grant = min(office, key=lambda grant: grant.role != "coordinator")
    usual = "coordination" if grant.role == "coordinator" else "audit"
    return Viewer(OFFICE, grant.role, grant.scope, purpose or usual)


def asking_organizations(session: Session, actor: Actor) -> tuple[str, ...]:
    """Return the organizations ``actor`` acts for that have an open request now."""
    r, codes = columns(Request), _codes(actor)
    if not codes:
        return ()
    query = select(r.organization_code).where(r.organization_code.in_(codes), r.status.in_(PLANNED)).distinct()
    return tuple(sorted(session.execute(query).scalars()))


def introduced_organizations(session: Session, actor: Actor, expert_id: str) -> tuple[str, ...]:
    """Return the organizations ``actor`` acts for that the expert is proposed to now, or works or worked with."""
    p, n = columns(Proposal), columns(Engagement)
    worked = exists(select(n.id).where(n.proposal_id == p.id))
    found = select(p.organization_code).where(p.expert_id == expert_id, or_(p.status.in_(LIVE), worked)).distinct()
    codes = _codes(actor)
    return tuple(sorted(session.execute(found.where(p.organization_code.in_(codes))).scalars())) if codes else ()


def _codes(actor: Actor) -> list[str]:
    return sorted({grant.scope for grant in actor.grants if grant.role in ORGANIZATION_ROLES})
