"""What begins when both sides have accepted a proposal."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.workflows.engagements import begin_terms

ON_CONFIRMED: tuple[Callable[[Session, Actor, str], object], ...] = (begin_terms,)
"""Called in order with (session, actor, proposal id), in the transaction of the answer that confirmed it."""


def begin_what_follows(session: Session, actor: Actor, proposal_id: str) -> None:
    """Begin all that follows from a confirmed proposal."""
    for follow in ON_CONFIRMED:
        follow(session, actor, proposal_id)
