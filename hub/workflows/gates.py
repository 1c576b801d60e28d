"""Stage gates (段階の審査): 計画策定 → 社会実証 → 実装・展開. The organization proposes, a coordinator confirms.

Two pairs of eyes, because what passes a gate opens the next stage's budget: who works on it judges what was reached,
and somebody who does not decides. Passing the last gate closes the review of the work; the request stays at that stage.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import Actor
from hub.auth.permissions import PREFECTURE_LENGTH, Belonging, require
from hub.errors import Conflict, Invalid, NotFound
from hub.models import Change, GateReview, Request, RequestBeneficiary
from hub.models.base import columns, new_id, table_of, utc_now
from hub.models.evaluations import Decision, GateReviewStatus
from hub.models.requests import GATES
from hub.workflows.audit import record
from hub.workflows.drafts import CHECKED, Paragraph
from hub.workflows.life_cycles import GATE_REVIEW
from hub.workflows.locks import lock_row, look_at_row
from hub.workflows.moving import Reason, Subject, move
from hub.workflows.notifications import tell
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.recipients import coordinators_of, people_of_organization
from matching.faults import Fault
from matching.type_faults import type_faults
from seed_data.samples import GateStage

SORTS = ("proposed", "decided", "status")
Take = Callable[[Session, type[SQLModel], str], Any]
"""Fetches a row by its id, locked or not."""
REVIEWABLE = ("reviewed", "open", "in_plan", "staffed", "running", "closed")
"""A request whose work is planned, done or finished is at a gate; a draft is not."""


@dataclass(frozen=True, slots=True)
class GateReviewDraft:
    """What the organization proposes at the request's gate, and what it found."""

    __pydantic_config__ = CHECKED
    decision: Decision
    findings: Paragraph


@dataclass(frozen=True, slots=True)
class GateReviewRead:
    """A review at a gate. ``decided_…``: by the coordinator who confirmed or returned it; ``mend``: why returned."""

    id: str
    request_id: str
    gate: GateStage
    status: GateReviewStatus
    decision: Decision
    findings: str
    proposed_by: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    version: int
    mend: str | None


DRAFT = TypeAdapter(GateReviewDraft)


def propose_review(session: Session, actor: Actor, request_id: str, told: GateReviewDraft) -> str:
    """Propose a decision at the gate the request stands at, and return the review's id.

    Raises NotFound, Forbidden, Invalid, Conflict while another proposal waits or where there is nothing to review yet.
    """
    row, belonging = _request(session, request_id)
    require(actor, "request.review_gate", belonging)
    if faults := list(_faults(told)):
        raise Invalid(faults)
    if row.status not in REVIEWABLE:
        raise Conflict(
            "審査は、コーディネーターの確認が済んだニーズについてできます。",
            "A gate is reviewed once a coordinator has reviewed the request.",
        )
    g = columns(GateReview)
    waiting = select(g.id).where(g.request_id == request_id, g.status == "proposed")
    if session.execute(waiting).first():
        raise Conflict(
            "審査の結果を待っています。確認または差し戻しのあとに、もう一度提出してください。",
            "A review is waiting to be confirmed. Propose another once it has been confirmed or returned.",
        )
    now, review_id = utc_now(), new_id("gate")
    made = {
        "id": review_id,
        "request_id": request_id,
        "gate": row.gate,
        "status": "proposed",
        "decision": told.decision,
        "findings": told.findings,
        "proposed_by": actor.id,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    session.execute(insert(table_of(GateReview)), [made])
    after = {"request": request_id, "gate": row.gate, "decision": told.decision}
    record(session, actor, "gate_review:propose", "gate_review", review_id, after=after,
           personal={"findings": told.findings})  # fmt: skip
    area = row.organization_code[:PREFECTURE_LENGTH]
    tell(session, "gate_review:proposed", "gate_review", review_id, coordinators_of(session, area))
    return review_id


def confirm_review(session: Session, actor: Actor, review_id: str, *, version: int | None = None) -> str:
    """Confirm a review and return the gate the request stands at then: the next one when it passes.

    Raises NotFound, Forbidden, Conflict when it is decided or the request has moved on, ChangedMeanwhile.
    """
    review, request, belonging = _taken(session, review_id)
    require(actor, "request.pass_gate", belonging)
    if review.status == "proposed" and review.gate != request.gate:
        raise Conflict("ニーズは別の段階に進んでいます。", "The request stands at another gate by now.")
    subject = _subject(review, belonging, version)
    move(session, actor, subject, "confirm", decided_by=actor.id, decided_at=utc_now())
    gate = str(request.gate)
    if review.decision == "pass" and (following := next_gate(gate)):
        r = columns(Request)
        moved = {"gate": following, "version": r.version + 1, "updated_at": utc_now()}
        session.execute(update(table_of(Request)).where(r.id == request.id).values(**moved))
        record(session, actor, "request:pass_gate", "request", request.id, before={"gate": gate},
               after={"gate": following, "review": review_id})  # fmt: skip
        gate = following
    _tell_organization(session, "gate_review:confirmed", review, request)
    return gate


def send_review_back(
    session: Session, actor: Actor, review_id: str, reason: Reason, *, version: int | None = None
) -> None:
    """Send a review back with what to mend. Raises NotFound, Forbidden, Invalid without a reason, Conflict."""
    review, request, belonging = _taken(session, review_id)
    subject = _subject(review, belonging, version)
    move(session, actor, subject, "send_back", reason=reason, decided_by=actor.id, decided_at=utc_now())
    _tell_organization(session, "gate_review:returned", review, request)


def next_gate(gate: str) -> str | None:
    """Return the gate after ``gate``, None after the last."""
    return next(iter(GATES[GATES.index(gate) + 1 :]), None)


def find_reviews(session: Session, actor: Actor, request_id: str, paging: Paging = FIRST_PAGE) -> Page[GateReviewRead]:
    """Return a page of a request's reviews, sorted by one of ``SORTS`` (default: oldest first).

    Raises NotFound, Forbidden.
    """
    _, belonging = _request(session, request_id, look_at_row)
    require(actor, "gate.read", belonging)
    g, c = columns(GateReview), columns(Change)
    sent_back = (c.subject_kind == "gate_review", c.subject_id == g.id, c.move == "send_back")
    mend = select(c.reason).where(*sent_back).scalar_subquery()
    names = [name for name in GateReviewRead.__dataclass_fields__ if name != "mend"]
    query = select(*(g[name] for name in names), mend.label("mend")).where(g.request_id == request_id)
    orders = {"proposed": g.created_at, "decided": g.decided_at, "status": g.status}
    page = fetch_page(session, query, paging, orders, g.id)
    return page.showing(GateReviewRead(*row) for row in page.items)


def belonging_of(session: Session, request_id: str) -> Belonging:
    """Return whose a request is, without a lock. Raises NotFound."""
    return _request(session, request_id, look_at_row)[1]


def _subject(review: Any, belonging: Belonging, version: int | None) -> Subject:
    return Subject(GATE_REVIEW, GateReview, review.id, review.status, belonging, version)


def _request(session: Session, request_id: str, take: Take = lock_row) -> tuple[Any, Belonging]:
    row = take(session, Request, request_id)
    if row is None:
        raise NotFound("人材ニーズ", "request")
    b = columns(RequestBeneficiary)
    served = session.execute(select(b.organization_code).where(b.request_id == request_id)).scalars()
    return row, Belonging(row.organization_code, tuple(served))


def _taken(session: Session, review_id: str) -> tuple[Any, Any, Belonging]:
    g = columns(GateReview)
    request_id = session.execute(select(g.request_id).where(g.id == review_id)).scalar()
    if request_id is None:
        raise NotFound("段階の審査", "gate review")
    request, belonging = _request(session, request_id)
    return lock_row(session, GateReview, review_id), request, belonging


def _tell_organization(session: Session, event: str, review: Any, request: Any) -> None:
    people = people_of_organization(session, request.organization_code, "requester", "approver")
    tell(session, event, "gate_review", review.id, people)


def _faults(told: GateReviewDraft) -> Iterator[Fault]:
    try:
        DRAFT.validate_python(told)
    except ValidationError as error:
        yield from type_faults(error, {}, GateReviewDraft)
        return
    if not told.findings.strip():
        yield Fault("/findings", "確かめたことを書いてください", "write what was found")
