"""Offers already out when a conflict of interest is declared.

While a side has yet to answer, an offer is withdrawn and both sides are told, without the cause: it would say who
declared what. The office is told, and so it is of what was confirmed, which stays until people have spoken.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.models import Engagement, Proposal, RequestBeneficiary
from hub.models.base import columns
from hub.models.engagements import UNDER_WAY
from hub.workflows.conflicts import pairs_in_conflict
from hub.workflows.life_cycles import CONFLICT
from hub.workflows.moving import Reason
from hub.workflows.news import tell_office_of_proposal
from hub.workflows.proposal_ending import UNCONFIRMED, withdraw_all
from hub.workflows.proposal_taking import take_proposals
from hub.workflows.records import batches


def take_offers_of_experts(session: Session, expert_ids: Collection[str]) -> list[Any]:
    """Lock what these experts were offered and is not over, and return it; before their months are locked."""
    return _take(session, columns(Proposal).expert_id, expert_ids)


def take_offers_of_requests(session: Session, request_ids: Collection[str]) -> list[Any]:
    """Lock what was offered for these requests and is not over, and return it; before months are locked."""
    return _take(session, columns(Proposal).request_id, request_ids)


def take_offers_of_organization(session: Session, code: str) -> list[Any]:
    """Lock what was offered to an organization, or for a request that serves it, and is not over; return it."""
    p, b = columns(Proposal), columns(RequestBeneficiary)
    served = select(b.request_id).where(b.organization_code == code)
    of_it = or_(p.organization_code == code, p.request_id.in_(served))
    return take_proposals(session, list(session.execute(select(p.id).where(_lives(), of_it)).scalars()))


def end_conflicting(session: Session, taken: Sequence[Any]) -> int:
    """Withdraw those of the proposals ``taken`` that are in conflict now and not confirmed; return how many.

    The hub does it under its own name: whoever reads the moves of a proposal does not learn whose word it was.
    """
    against = pairs_in_conflict(session, {(row.request_id, row.expert_id) for row in taken}) if taken else frozenset()
    found = [row for row in taken if (row.request_id, row.expert_id) in against]
    waiting = [row for row in found if row.status in UNCONFIRMED]
    withdraw_all(session, SYSTEM, waiting, Reason(CONFLICT))
    for row in waiting:
        tell_office_of_proposal(session, row, "proposal:withdrawn_for_conflict")
    for row in found:
        if row.status == "confirmed":
            tell_office_of_proposal(session, row, "proposal:confirmed_in_conflict")
    return len(waiting)


def _take(session: Session, column: Any, keys: Collection[str]) -> list[Any]:
    p = columns(Proposal)
    query = select(p.id).where(_lives())
    ids = [key for some in batches(sorted(keys)) for key in session.execute(query.where(column.in_(some))).scalars()]
    return take_proposals(session, ids) if ids else []


def _lives() -> Any:
    """Return the condition of an offer that waits for a side, or whose work has not ended."""
    p, n = columns(Proposal), columns(Engagement)
    at_work = select(n.proposal_id).where(n.status.in_(UNDER_WAY))
    return or_(p.status.in_(UNCONFIRMED), (p.status == "confirmed") & p.id.in_(at_work))
