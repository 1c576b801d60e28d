"""Where the work on a request's slots stands; looks at tables alone, so that settling can ask it."""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import Engagement, Proposal
from hub.models.base import columns, table_of

SlotWork = Literal["terms", "at_work", "ended"]

_OF_STATUS: Mapping[str, SlotWork] = {
    "terms": "terms",
    "active": "at_work",
    "ended": "ended",
    # Only one with months to give back frees its slot; another has used the slot up.
    "broken_off": "ended",
}


def work_state(session: Session, request_id: str) -> dict[str, SlotWork]:
    """Return where work stands, by slot, for the slots of a request that have a confirmed person."""
    n, p = columns(Engagement), columns(Proposal)
    query = (
        select(n.slot_id, n.status)
        .join_from(table_of(Engagement), table_of(Proposal), p.id == n.proposal_id)
        .where(n.request_id == request_id, p.status == "confirmed")
    )
    return {slot: _OF_STATUS[status] for slot, status in session.execute(query)}


def slots_begun(session: Session, request_id: str) -> frozenset[str]:
    """Return the slots of a request somebody works on, or has worked on to the end."""
    return frozenset(slot for slot, state in work_state(session, request_id).items() if state != "terms")
