"""Proposals that end without an answer: withdrawn by the office, with one of their sides, or past their deadline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor
from hub.models import Proposal
from hub.models.base import columns
from hub.models.proposals import HOLDING
from hub.workflows.locks import lock_months
from hub.workflows.moving import NO_REASON, Reason, move
from hub.workflows.news import tell_of_proposal
from hub.workflows.proposal_taking import subject_of, take_proposal, take_proposals
from hub.workflows.settling import settle

UNCONFIRMED = ("offered", "expert_accepted", "organization_accepted")
"""Still waiting for a side."""
UNPROMISED = ("offered", "organization_accepted")
"""Still waiting for the expert."""
AT_ONCE = 200
"""Proposals that lapse in one transaction."""


def withdraw_proposal(
    session: Session, actor: Actor, proposal_id: str, reason: Reason = NO_REASON, version: int | None = None
) -> None:
    """Withdraw a proposal that is not confirmed: the slot is free again. Raises NotFound, Forbidden, Conflict."""
    row = take_proposal(session, proposal_id)
    move(session, actor, subject_of(row, version), "withdraw", reason=reason)
    tell_of_proposal(session, row, "withdrawn")
    settle(session, row.request_id)


def withdraw_all(session: Session, actor: Actor, rows: Iterable[Any], reason: Reason = NO_REASON) -> int:
    """Withdraw proposals already taken (``take_proposals``), by id, and return how many."""
    return _end(session, actor, rows, "withdraw", reason)


def lapse_due(session: Session, now: datetime, at_once: int = AT_ONCE) -> int:
    """Let proposals lapse whose deadline has passed unanswered by a side, the oldest first; return how many.

    At most ``at_once``: call it again until nothing is left. What has lapsed is left alone, so twice is as once.
    """
    p = columns(Proposal)
    due = (p.status.in_(UNCONFIRMED), p.deadline < now)
    ids = session.execute(select(p.id).where(*due).order_by(p.deadline, p.id).limit(at_once)).scalars()
    rows = take_proposals(session, list(ids))
    # Somebody may have answered between the look and the lock.
    return _end(session, SYSTEM, [row for row in rows if row.status in UNCONFIRMED], "lapse", NO_REASON)


def _end(session: Session, actor: Actor, rows: Iterable[Any], name: str, reason: Reason) -> int:
    ending = list(rows)
    lock_months(session, {row.expert_id for row in ending if row.status in HOLDING})
    for row in ending:
        made = move(session, actor, subject_of(row), name, reason=reason)
        tell_of_proposal(session, row, made.target)
    for request_id in sorted({row.request_id for row in ending}):
        settle(session, request_id)
    return len(ending)
