"""What waits for who looks: the lines of their task list, each with how many there are and where to see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.errors import Forbidden
from hub.models import Proposal, Request
from hub.models.base import columns, table_of, utc_now
from hub.workflows.gate_reading import count_waiting_reviews
from hub.workflows.proposal_ending import UNCONFIRMED
from hub.workflows.visibility import visible

SOON = timedelta(days=3)
"""How near a deadline is called near."""
LATELY = timedelta(days=7)
"""How long what went wrong is shown."""


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the list: ``name`` says what waits, ``number`` how many there are, ``path`` where they are."""

    name: str
    number: int
    path: str


REQUESTS: tuple[tuple[str, str, str], ...] = (
    ("returned", "returned", "request.submit"),
    ("drafts", "draft", "request.submit"),
    ("to_approve", "submitted", "request.approve"),
    ("to_review", "approved", "request.review"),
    ("to_open", "reviewed", "request.open"),
)
"""Name of the task, status of the requests, and what may be done to them."""


def tasks_of(session: Session, actor: Actor, now: datetime | None = None) -> tuple[Task, ...]:
    """Return what waits for ``actor``; a line with nothing waiting is left out, and so is what they may not do."""
    reviews = Task("gate_reviews", count_waiting_reviews(session, actor), "/gate-reviews")
    found = [*_requests(session, actor), reviews, *_proposals(session, actor, now or utc_now())]
    return tuple(task for task in found if task.number)


def _requests(session: Session, actor: Actor) -> Iterator[Task]:
    r = columns(Request)
    for name, status, action in REQUESTS:
        number = _count(session, actor, action, Request, r.status == status)
        yield Task(name, number, f"/requests?status={status}")


def _proposals(session: Session, actor: Actor, now: datetime) -> Iterator[Task]:
    p = columns(Proposal)

    def waiting(action: str, *conditions: ColumnElement[bool]) -> int:
        return _count(session, actor, action, Proposal, *conditions)

    yield Task(
        "offers",
        waiting("proposal.answer_as_expert", p.status.in_(("offered", "organization_accepted"))),
        "/proposals?status=waiting",
    )
    yield Task(
        "proposals",
        waiting("proposal.answer_as_organization", p.status.in_(("offered", "expert_accepted"))),
        "/proposals?status=waiting",
    )
    out = p.status.in_(UNCONFIRMED)
    yield Task("due_soon", waiting("proposal.withdraw", out, p.deadline <= now + SOON), "/proposals?status=waiting")
    since = p.updated_at >= now - LATELY
    refused = p.status.in_(("expert_declined", "organization_declined"))
    yield Task("declined", waiting("proposal.withdraw", refused, since), "/proposals?status=declined&sort=-updated")
    late = waiting("proposal.withdraw", p.status == "lapsed", since)
    yield Task("lapsed", late, "/proposals?status=lapsed&sort=-updated")


def _count(
    session: Session, actor: Actor, action: str, model: type[Request | Proposal], *conditions: ColumnElement[bool]
) -> int:
    """Return how many rows of ``model`` ``actor`` may do ``action`` to under ``conditions``; 0 where they may not."""
    c = columns(model)
    try:
        mine = visible(actor, action, c.organization_code, c.expert_id if model is Proposal else None)
    except Forbidden:
        return 0
    query = select(func.count()).select_from(table_of(model)).where(mine, *conditions)
    return int(session.execute(query).scalar_one())
