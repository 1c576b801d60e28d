"""Consents: which text was agreed to, when and by whom, and when it was withdrawn; matching needs one that stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import Invalid, NotFound
from hub.models import Consent, Expert
from hub.models.base import columns, new_id, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.consent_texts import ConsentText, newest, text_of
from hub.workflows.expert_storing import set_paused
from hub.workflows.locks import lock_row
from hub.workflows.records import insert_rows
from hub.workflows.standing_consents import MATCHING, withdrawn
from matching.faults import Fault


@dataclass(frozen=True, slots=True)
class ConsentRead:
    """A consent as its person sees it, with the text as it was shown."""

    purpose: str
    version: str
    language: str
    text: str
    agreed_at: datetime
    withdrawn_at: datetime | None


def read_consents(session: Session, actor: Actor, expert_id: str) -> tuple[ConsentRead, ...]:
    """Return everything the person of a profile agreed to, the latest first. Raises Forbidden."""
    require(actor, "expert.consent", Belonging(expert=expert_id))
    c = columns(Consent)
    query = select(*c).where(c.expert_id == expert_id).order_by(c.agreed_at.desc(), c.id)
    return tuple(
        ConsentRead(
            row.purpose,
            row.version,
            row.language,
            text.text(row.language) if (text := text_of(row.purpose, row.version)) else "",
            row.agreed_at,
            row.withdrawn_at,
        )
        for row in session.execute(query)
    )


def asked_of(session: Session, actor: Actor) -> ConsentText | None:
    """Return the text ``actor`` has yet to answer: the newest one, unless they agreed to it or withdrew that."""
    if actor.expert is None:
        return None
    c, text = columns(Consent), newest(MATCHING)
    answered = select(c.id).where(c.expert_id == actor.expert, c.purpose == MATCHING, c.version == text.version)
    return None if session.execute(answered.limit(1)).first() else text


def agree_to(session: Session, actor: Actor, expert_id: str, version: str, language: str) -> None:
    """Agree to the newest text on matching; again is as once. A profile that is paused stays so until it is resumed.

    Raises NotFound, Forbidden, and Invalid for a text that is not the newest: nobody agrees to what they did not see.
    """
    _take(session, actor, expert_id)
    if version != newest(MATCHING).version or language not in ("ja", "en"):
        ja = "いまの同意文をもう一度表示して、確かめてください"
        raise Invalid([Fault("/version", ja, "open the present text again and read it")])
    if not withdrawn(session, [expert_id]) and _stands(session, expert_id, version):
        return
    row = {
        "id": new_id("con"),
        "expert_id": expert_id,
        "purpose": MATCHING,
        "version": version,
        "language": language,
        "agreed_at": utc_now(),
        "agreed_by": actor.id,
    }
    insert_rows(session, Consent, [row])
    told = {"purpose": MATCHING, "version": version, "language": language}
    record(session, actor, "expert:agree", "expert", expert_id, after=told)


def withdraw_consent(session: Session, actor: Actor, expert_id: str) -> None:
    """Withdraw one's consent to matching, also before ever giving it: the profile is paused at once.

    Raises NotFound, Forbidden.
    """
    row = _take(session, actor, expert_id)
    c, now, text = columns(Consent), utc_now(), newest(MATCHING)
    if withdrawn(session, [expert_id]):
        return
    standing = (c.expert_id == expert_id, c.purpose == MATCHING, c.withdrawn_at.is_(None))
    ended = session.execute(update(table_of(Consent)).where(*standing).values(withdrawn_at=now, withdrawn_by=actor.id))
    if ended.rowcount == 0:  # type: ignore[attr-defined]
        refused = {"agreed_at": now, "agreed_by": actor.id, "withdrawn_at": now, "withdrawn_by": actor.id}
        told = {"id": new_id("con"), "expert_id": expert_id, "purpose": MATCHING, "version": text.version}
        insert_rows(session, Consent, [{**told, "language": "ja", **refused}])
    record(session, actor, "expert:withdraw_consent", "expert", expert_id, after={"purpose": MATCHING})
    if not row.paused:
        set_paused(session, actor, expert_id, paused=True)


def _take(session: Session, actor: Actor, expert_id: str) -> Any:
    require(actor, "expert.consent", Belonging(expert=expert_id))
    row = lock_row(session, Expert, expert_id)
    if row is None or row.erased_at is not None:
        raise NotFound("専門人材", "expert")
    return row


def _stands(session: Session, expert_id: str, version: str) -> bool:
    c = columns(Consent)
    own = (c.expert_id == expert_id, c.purpose == MATCHING, c.version == version, c.withdrawn_at.is_(None))
    return session.execute(select(c.id).where(*own)).first() is not None
