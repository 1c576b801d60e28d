"""Disclosures: a person's profile shown to somebody else. It is in the audit log before the page leaves.

What an organization learns of an expert it learns by an offer, which ``proposal:offer`` records.
"""

from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, SYSTEM, Actor
from hub.workflows.audit import record

UNRECORDED = (LOCAL.id, SYSTEM.id)
"""Nobody signed in: whoever sits at the machine can read its database, and a record would name nobody."""


def disclose_expert(session: Session, actor: Actor, expert_id: str) -> None:
    """Record that ``actor`` is shown the whole profile of ``expert_id``, unless it is their own.

    Give a session that writes, whose transaction ends before the profile is sent.
    """
    if actor.expert != expert_id and actor.id not in UNRECORDED:
        record(session, actor, "expert:disclose", "expert", expert_id)
