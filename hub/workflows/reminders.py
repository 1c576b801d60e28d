"""Reminders: who has something to do is told some days before its deadline, once for each of these days.

``DEADLINES`` are the functions that say what is due; another kind of deadline adds its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import Proposal
from hub.models.base import columns
from hub.workflows.notifications import tell
from hub.workflows.recipients import people_of_organization, person_of_expert

ANSWERING = ("requester", "approver")
"""Who of an organization answers proposals."""
AWAITING = {"offered": ("expert", "organization"), "expert_accepted": ("organization",)} | {
    "organization_accepted": ("expert",)
}
"""Which sides have not answered, by a proposal's status."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something ``recipients`` (accounts) have to do by ``at``, of which they are reminded as ``event``."""

    event: str
    kind: str
    subject: str
    at: datetime
    recipients: tuple[str, ...]


Deadlines = Callable[[Session, datetime, datetime], Iterator[Deadline]]
"""Yields what is due after the first moment and not after the second."""


def proposal_deadlines(session: Session, after: datetime, until: datetime) -> Iterator[Deadline]:
    """Yield the proposals that await an answer, each with the people of the sides that have not given theirs."""
    p = columns(Proposal)
    asked = select(p.id, p.status, p.deadline, p.expert_id, p.organization_code)
    near = asked.where(p.status.in_(AWAITING), p.deadline > after, p.deadline <= until)
    for row in session.execute(near.order_by(p.deadline, p.id)).all():
        people: tuple[str, ...] = ()
        if "expert" in AWAITING[row.status]:
            people += person_of_expert(session, row.expert_id)
        if "organization" in AWAITING[row.status]:
            people += people_of_organization(session, row.organization_code, *ANSWERING)
        yield Deadline("proposal:due_soon", "proposal", row.id, row.deadline, people)


DEADLINES: tuple[Deadlines, ...] = (proposal_deadlines,)


def remind(session: Session, now: datetime, days: Sequence[int], sources: Sequence[Deadlines] = DEADLINES) -> int:
    """Remind of every deadline that is at most ``max(days)`` days ahead; return how many people were told.

    Each day of ``days`` reminds once. When several have come since the last look, the nearest one alone speaks.
    """
    if not days:
        return 0
    told = 0
    for source in sources:
        for deadline in source(session, now, now + timedelta(days=max(days))):
            reached = min(day for day in days if deadline.at - timedelta(days=day) <= now)
            occasion = f"{deadline.at:%Y-%m-%dT%H:%M}Z-{reached}"
            told += tell(
                session, deadline.event, deadline.kind, deadline.subject, deadline.recipients, occasion=occasion
            )
    return told
