"""Who is told of what happens in a round: the events, and the people each is for."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.permissions import PREFECTURE_LENGTH
from hub.models import Proposal
from hub.models.base import columns
from hub.workflows.notifications import tell
from hub.workflows.recipients import coordinators_of, people_of_organization, person_of_expert

ANSWERERS = ("requester", "approver")
"""Who of an organization answers a proposal."""
SIDES_OF = {
    "offered": ("expert", "organization"),
    "expert_accepted": ("organization",),
    "organization_accepted": ("expert",),
    "confirmed": ("expert", "organization"),
    "expert_declined": ("organization", "coordinator"),
    "organization_declined": ("expert", "coordinator"),
    "lapsed": ("expert", "organization", "coordinator"),
    "withdrawn": ("expert", "organization"),
    "released": ("expert", "organization", "coordinator"),
}
"""Who is told when a proposal comes to stand there; the event is ``proposal:<status>``."""
NOT_CHOSEN = ("withdrawn", "lapsed", "organization_declined")
"""Was proposed once, did not decline, and has no slot: told when the request has all its people."""
PEOPLE_OF = {
    "submitted": ("approver",),
    "returned": ("requester",),
    "open": ("requester", "approver"),
    "staffed": ("requester", "approver"),
    "closed": ("requester", "approver"),
}
"""Roles of the organization that are told when a request comes to stand there; the event is ``request:<status>``."""
OFFICE_OF = ("approved", "withdrawn", "closed")
"""Where a request comes to stand that its coordinators are told of."""


def tell_of_proposal(session: Session, row: Any, status: str) -> None:
    """Tell the sides of a proposal that it now stands at ``status``; ``row``: its row."""
    people: dict[str, Any] = {
        "expert": lambda: person_of_expert(session, row.expert_id),
        "organization": lambda: people_of_organization(session, row.organization_code, *ANSWERERS),
        "coordinator": lambda: coordinators_of(session, row.organization_code[:PREFECTURE_LENGTH]),
    }
    recipients = {account for side in SIDES_OF[status] for account in people[side]()}
    tell(session, f"proposal:{status}", "proposal", row.id, recipients)


def tell_office_of_proposal(session: Session, row: Any, event: str) -> None:
    """Tell the coordinators of a proposal's organization of ``event``; ``row``: its row."""
    tell(session, event, "proposal", row.id, coordinators_of(session, row.organization_code[:PREFECTURE_LENGTH]))


def tell_of_request(session: Session, row: Any, status: str) -> None:
    """Tell those concerned that a request now stands at ``status``; ``row``: its row."""
    recipients: set[str] = set()
    if status in PEOPLE_OF:
        recipients.update(people_of_organization(session, row.organization_code, *PEOPLE_OF[status]))
    if status in OFFICE_OF:
        recipients.update(coordinators_of(session, row.organization_code[:PREFECTURE_LENGTH]))
    tell(session, f"request:{status}", "request", row.id, recipients)


def tell_those_not_chosen(session: Session, request_id: str) -> None:
    """Tell who was proposed for a request that now has all its people, and is not one of them."""
    p = columns(Proposal)
    chosen = select(p.expert_id).where(p.request_id == request_id, p.status == "confirmed")
    passed_over = (p.request_id == request_id, p.status.in_(NOT_CHOSEN), p.expert_id.not_in(chosen))
    query = select(p.id, p.expert_id).where(*passed_over).order_by(p.created_at, p.id)
    last = {row.expert_id: row.id for row in session.execute(query)}
    for expert_id, proposal_id in last.items():
        tell(session, "proposal:not_chosen", "proposal", proposal_id, person_of_expert(session, expert_id))


def tell_of_open_slots(session: Session, plan_id: str, requests: Iterable[tuple[str, str]]) -> None:
    """Tell organizations that a plan found nobody for a slot of theirs; ``requests``: (id, 団体コード), once a plan."""
    for request_id, code in requests:
        people = people_of_organization(session, code, *ANSWERERS)
        tell(session, "request:slot_left_open", "request", request_id, people, occasion=plan_id)
