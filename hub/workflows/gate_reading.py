"""Gate reviews as they are found: those that wait for a decision, and whose request one belongs to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import allows
from hub.errors import Forbidden, NotFound
from hub.models import Account, GateReview, Request
from hub.models.base import columns, table_of
from hub.models.evaluations import Decision
from hub.workflows.gates import belonging_of
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page
from hub.workflows.visibility import visible
from seed_data.samples import GateStage


@dataclass(frozen=True, slots=True)
class WaitingReview:
    """A review that waits for a coordinator: what is proposed at which gate of whose request, and since when."""

    id: str
    request_id: str
    request_title: str
    organization_code: str
    gate: GateStage
    decision: Decision
    created_at: datetime


def find_waiting_reviews(session: Session, actor: Actor, paging: Paging = FIRST_PAGE) -> Page[WaitingReview]:
    """Return a page of the reviews ``actor`` may decide now, those that wait longest first. Raises Forbidden."""
    g, r = columns(GateReview), columns(Request)
    named = (g.id, g.request_id, r.title.label("request_title"), r.organization_code, g.gate, g.decision, g.created_at)
    page = fetch_page(session, _waiting(actor, *named), paging, {"proposed": g.created_at}, g.id)
    return page.showing(WaitingReview(*row) for row in page.items)


def count_waiting_reviews(session: Session, actor: Actor) -> int:
    """Return how many reviews ``actor`` may decide now; 0 where they decide none."""
    try:
        query = _waiting(actor, func.count())
    except Forbidden:
        return 0
    return int(session.execute(query).scalar_one())


def request_of_review(session: Session, actor: Actor, review_id: str) -> str:
    """Return the id of the request a review is about. Raises NotFound, for others' as for none."""
    g = columns(GateReview)
    request_id: str | None = session.execute(select(g.request_id).where(g.id == review_id)).scalar()
    if request_id is None or not allows(actor, "gate.read", belonging_of(session, request_id)):
        raise NotFound("段階の審査", "gate review")
    return request_id


def reviewer_names(session: Session, account_ids: Collection[str]) -> dict[str, str]:
    """Return the names of who proposed or decided reviews, by account; an account that is gone has none."""
    a = columns(Account)
    return {row.id: row.name for row in session.execute(select(a.id, a.name).where(a.id.in_(sorted(account_ids))))}


def _waiting(actor: Actor, *named: Any) -> Select[Any]:
    g, r = columns(GateReview), columns(Request)
    mine = visible(actor, "request.pass_gate", r.organization_code)
    return (
        select(*named)
        .select_from(table_of(GateReview))
        .join(table_of(Request), r.id == g.request_id)
        .where(g.status == "proposed", mine)
    )
