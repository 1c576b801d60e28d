"""A request on its way: submitted, approved, sent back, reviewed, opened, closed, withdrawn, each by who may.

Every move takes ``version``, the one a person saw, and raises NotFound, Forbidden, Conflict when it cannot be made from
where the request stands, ChangedMeanwhile when somebody was faster.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, hub_for
from hub.auth.permissions import require
from hub.errors import Conflict, Invalid
from hub.models import Proposal
from hub.models.base import columns
from hub.workflows.drafts import RequestDraft
from hub.workflows.moving import NO_REASON, Reason, move
from hub.workflows.news import tell_of_request
from hub.workflows.proposal_ending import UNCONFIRMED, withdraw_all
from hub.workflows.proposal_taking import take_proposals
from hub.workflows.request_records import read_requests
from hub.workflows.request_taking import request_subject, take_request
from matching.faults import Fault


def submit(session: Session, actor: Actor, request_id: str, version: int | None = None) -> None:
    """Submit a draft, or one that was returned, for approval. Invalid names all that is missing."""
    row = take_request(session, request_id)
    require(actor, "request.submit", request_subject(row).belonging)
    missing = list(what_is_missing(read_requests(session, [request_id])[request_id]))
    if missing:
        raise Invalid(missing)
    move(session, actor, request_subject(row, version), "submit")
    tell_of_request(session, row, "submitted")


def what_is_missing(told: RequestDraft) -> Iterator[Fault]:
    """Yield what a draft lacks to be submitted, each at its place."""
    if not told.slots:
        yield Fault("/slots", "枠を1つ以上書いてください", "describe at least one slot")
    for position, slot in enumerate(told.slots):
        if not slot.needs:
            ja, en = "求めるスキルを1つ以上選んでください", "choose at least one skill that is needed"
            yield Fault(f"/slots/{position}/needs", ja, en)
        if not slot.hours and not slot.onsite_days:
            ja, en = "月の時間か現地の日数を書いてください", "say how many hours or onsite days a month it takes"
            yield Fault(f"/slots/{position}/hours", ja, en)
    if told.slots and not any(slot.required for slot in told.slots):
        yield Fault("/slots", "必須の枠を1つ以上にしてください", "make at least one slot required")


def approve(session: Session, actor: Actor, request_id: str, version: int | None = None) -> None:
    """Approve a submitted request for its organization."""
    _move(session, actor, request_id, "approve", version)


def send_back(session: Session, actor: Actor, request_id: str, reason: Reason, version: int | None = None) -> None:
    """Send a request back to who wrote it, for one of ``life_cycles.SEND_BACK``."""
    _move(session, actor, request_id, "send_back", version, reason=reason)


def review(
    session: Session, actor: Actor, request_id: str, reason: Reason = NO_REASON, version: int | None = None
) -> None:
    """Mark an approved request as looked through by a coordinator; ``reason``: a remark."""
    _move(session, actor, request_id, "review", version, reason=reason)


def open_request(session: Session, actor: Actor, request_id: str, version: int | None = None) -> None:
    """Open a reviewed request: the next plan has it."""
    _move(session, actor, request_id, "open", version)


def close_request(
    session: Session, actor: Actor, request_id: str, reason: Reason = NO_REASON, version: int | None = None
) -> None:
    """Close a request: what was confirmed goes on to its end, what is still out is withdrawn, no plan has it again."""
    _move(session, actor, request_id, "close", version, reason=reason)
    _withdraw_what_is_out(session, actor, request_id)


def withdraw_request(
    session: Session, actor: Actor, request_id: str, reason: Reason, version: int | None = None
) -> None:
    """Withdraw a request for one of ``life_cycles.WITHDRAW``, and what is out; Conflict once a slot is confirmed."""
    row = take_request(session, request_id)
    require(actor, "request.withdraw", request_subject(row).belonging)
    p = columns(Proposal)
    confirmed = select(p.id).where(p.request_id == request_id, p.status == "confirmed").limit(1)
    if session.execute(confirmed).first():
        raise Conflict(
            "決まった枠があるため取り下げられません。受付を終えるには「終了」を選んでください。",
            "A slot of this request is confirmed, so it cannot be withdrawn. Close it instead.",
        )
    move(session, actor, request_subject(row, version), "withdraw", reason=reason)
    tell_of_request(session, row, "withdrawn")
    _withdraw_what_is_out(session, actor, request_id)


def _move(
    session: Session, actor: Actor, request_id: str, name: str, version: int | None, *, reason: Reason = NO_REASON
) -> None:
    row = take_request(session, request_id)
    made = move(session, actor, request_subject(row, version), name, reason=reason)
    tell_of_request(session, row, made.target)


def _withdraw_what_is_out(session: Session, actor: Actor, request_id: str) -> None:
    p = columns(Proposal)
    out = select(p.id).where(p.request_id == request_id, p.status.in_(UNCONFIRMED))
    withdraw_all(session, hub_for(actor), take_proposals(session, list(session.execute(out).scalars())))
