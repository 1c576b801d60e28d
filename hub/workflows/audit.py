"""What happened, for auditors: every change, sign-in, disclosure and export, with who, what, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from hub.auth.actor import Actor

PENDING = "audit"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``action``: ``subject:verb``. ``personal``: what may have to be erased one day."""

    actor: str
    action: str
    kind: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    personal: Mapping[str, Any] | None


def record(
    session: Session,
    actor: Actor,
    action: str,
    kind: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> None:
    """Remember that ``actor`` did ``action`` to ``subject`` of ``kind``; written when the transaction commits.

    ``before`` and ``after`` hold codes, ids and numbers only; whatever a person wrote, and names, go to ``personal``.
    """
    entry = Entry(actor.id, action, kind, subject, before, after, personal)
    session.info.setdefault(PENDING, []).append(entry)
