"""Which slots of a request somebody works on, or has worked on to the end: what tells ``running`` from ``staffed``."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from hub.workflows.work_state import slots_begun

WORK: tuple[Callable[[Session, str], frozenset[str]], ...] = (slots_begun,)
"""Who knows of work: each returns the slots of a request (by id) whose engagement has begun."""


def slots_at_work(session: Session, request_id: str) -> frozenset[str]:
    """Return the ids of a request's slots whose engagement is active or has ended."""
    return frozenset(slot for known in WORK for slot in known(session, request_id))
