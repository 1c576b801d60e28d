"""Disclosures: a person's profile shown to somebody else. It is recorded before the page leaves, for two readers.

The audit log says which account saw it; the person whose profile it is may read in which role, for which organization
and why (``ProfileRead``). What an organization learns of an expert by an offer, ``proposal:offer`` records.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, SYSTEM, Actor
from hub.models import ProfileRead
from hub.models.base import new_id, utc_now
from hub.workflows.audit import record
from hub.workflows.introductions import Viewer, office_viewer
from hub.workflows.records import insert_rows

UNRECORDED = (LOCAL.id, SYSTEM.id)
"""Nobody signed in: whoever sits at the machine can read its database, and a record would name nobody."""


def disclose_expert(session: Session, actor: Actor, expert_id: str, viewer: Viewer) -> None:
    """Record that ``actor`` is shown the profile of ``expert_id`` as ``viewer``, unless it is their own.

    Give a session that writes, whose transaction ends before the profile is sent.
    """
    if viewer.audience is None or actor.id in UNRECORDED:
        return
    told = {"audience": viewer.audience, "purpose": viewer.purpose}
    record(session, actor, "expert:disclose", "expert", expert_id, after=told)
    note_reading(session, [expert_id], viewer)


def note_files(session: Session, actor: Actor, expert_ids: Collection[str], purpose: str = "export") -> None:
    """Note that the office took a file with what it knows of the experts; nothing where nobody signed in."""
    if actor.id not in UNRECORDED:
        note_reading(session, expert_ids, office_viewer(actor, purpose))


def note_reading(session: Session, expert_ids: Collection[str], viewer: Viewer) -> None:
    """Note for each of the experts that ``viewer`` was shown their profile, or what of it is in a file.

    Who did so is recorded beside it, in the audit log.
    """
    now = utc_now()
    rows = [
        {
            "id": new_id("read"),
            "expert_id": expert_id,
            "at": now,
            "role": viewer.role,
            "scope": viewer.scope,
            "purpose": viewer.purpose,
            "audience": viewer.audience,
        }
        for expert_id in sorted(expert_ids)
    ]
    insert_rows(session, ProfileRead, rows)
