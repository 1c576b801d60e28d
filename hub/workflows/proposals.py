"""Proposals answered: each side accepts or declines in its own time, and the expert's months are held by the answer."""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.errors import Conflict
from hub.logging import count_event
from hub.models.base import utc_now
from hub.workflows.confirmation import begin_what_follows
from hub.workflows.locks import lock_months
from hub.workflows.moving import NO_REASON, Reason, move
from hub.workflows.news import tell_of_proposal
from hub.workflows.proposal_taking import (
    AWAITING_EXPERT,
    belonging_of,
    is_about_capacity,
    look_at_proposal,
    no_room,
    refuse_without_room,
    subject_of,
    take_proposal,
    take_with_request,
)
from hub.workflows.settling import settle


def accept_as_expert(session: Session, actor: Actor, proposal_id: str, version: int | None = None) -> str:
    """Accept for the expert, which promises the months, and return the proposal's new status.

    Confirmed when the organization has accepted already: the engagement begins with its terms. Raises NotFound,
    Forbidden, and Conflict: answered already, past the deadline, or more than is left of a month (named, with what is
    left; the database itself counts).
    """
    # Where many answer at once most do not fit: they learn so without waiting for those who do.
    seen, takings = look_at_proposal(session, proposal_id)
    _refuse_answer(actor, seen, "proposal.answer_as_expert")
    if seen.status in AWAITING_EXPERT:
        refuse_without_room(takings)
    row, request = _answerable(session, actor, proposal_id, "proposal.answer_as_expert")
    months = lock_months(session, [row.expert_id])
    if row.status in AWAITING_EXPERT:
        refuse_without_room(takings, {month: offered for (_, month), offered in months.items()})
    try:
        made = move(session, actor, subject_of(row, version), "accept_as_expert", expert_answered_at=utc_now())
    except IntegrityError as error:
        if is_about_capacity(error):
            count_event("capacity_conflict")
            raise no_room() from None
        raise
    return _after_yes(session, actor, row, request, made.target)


def accept_as_organization(session: Session, actor: Actor, proposal_id: str, version: int | None = None) -> str:
    """Accept for the organization and return the proposal's new status; confirmed when the expert has accepted already.

    Raises NotFound, Forbidden, Conflict when it has been answered already or is past its deadline.
    """
    row, request = _answerable(session, actor, proposal_id, "proposal.answer_as_organization")
    subject = subject_of(row, version)
    made = move(session, actor, subject, "accept_as_organization", organization_answered_at=utc_now())
    return _after_yes(session, actor, row, request, made.target)


def decline_as_expert(
    session: Session, actor: Actor, proposal_id: str, reason: Reason = NO_REASON, version: int | None = None
) -> None:
    """Decline for the expert, for one of ``life_cycles.DECLINE_EXPERT``: the slot is free again.

    Raises NotFound, Forbidden, Invalid without a reason, Conflict when nothing is left to decline.
    """
    row = take_proposal(session, proposal_id)
    subject = subject_of(row, version)
    move(session, actor, subject, "decline_as_expert", reason=reason, expert_answered_at=utc_now())
    tell_of_proposal(session, row, "expert_declined")
    settle(session, row.request_id)


def decline_as_organization(
    session: Session, actor: Actor, proposal_id: str, reason: Reason = NO_REASON, version: int | None = None
) -> None:
    """Decline for the organization, for one of ``life_cycles.DECLINE_ORGANIZATION``: the slot is free again.

    Raises NotFound, Forbidden, Invalid without a reason, Conflict when nothing is left to decline.
    """
    row = take_proposal(session, proposal_id)
    subject = subject_of(row, version)
    move(session, actor, subject, "decline_as_organization", reason=reason, organization_answered_at=utc_now())
    tell_of_proposal(session, row, "organization_declined")
    settle(session, row.request_id)


def _answerable(session: Session, actor: Actor, proposal_id: str, action: str) -> tuple[Any, Any]:
    """Take a proposal to be accepted, with its request. Raises NotFound, Forbidden, Conflict past its deadline."""
    row, request = take_with_request(session, proposal_id)
    _refuse_answer(actor, row, action)
    return row, request


def _refuse_answer(actor: Actor, row: Any, action: str) -> None:
    require(actor, action, belonging_of(row))
    if row.deadline < utc_now():
        raise Conflict(
            "回答の期限を過ぎたため承諾できません。コーディネーターに、もう一度提案するよう依頼してください。",
            "The deadline has passed. Ask a coordinator to propose this again.",
        )


def _after_yes(session: Session, actor: Actor, row: Any, request: Any, status: str) -> str:
    tell_of_proposal(session, row, status)
    if status == "confirmed":
        begin_what_follows(session, actor, row.id)
    settle(session, row.request_id, request)
    return status
