"""What happened, for auditors: every change, sign-in, disclosure and export, with who, what, before and after.

``record`` remembers; at the end of the transaction the entries are written in one go, each bound to the one before by
its hash (``hub.workflows.audit_chain``). ``hub.workflows.audit_actions`` lists every action there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.db.transaction import before_commit
from hub.models import AuditDetail, AuditHead, AuditRecord
from hub.models.base import columns, table_of, utc_now
from hub.workflows.audit_chain import BEGINNING, Head, Link, canonical, commit_to, moment, new_salt
from hub.workflows.records import insert_new, insert_rows, insert_tuples

PENDING = "audit"
HEAD_ROW = 1


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
    before_commit(session, write_entries)


def write_entries(session: Session) -> None:
    """Write what was recorded in this transaction at the end of the chain. The chain's end stays locked till commit."""
    entries: list[Entry] = session.info.pop(PENDING, [])
    if not entries:
        return
    last = _lock_head(session)
    at, rows, details = moment(utc_now()), [], []
    head = last
    for entry in entries:
        seq, commitment = head.seq + 1, None
        if entry.personal is not None:
            salt, content = new_salt(), canonical(entry.personal)
            commitment = commit_to(salt, content)
            details.append({"seq": seq, "salt": salt, "content": content})
        link = Link(
            seq,
            at,
            entry.actor,
            entry.action,
            entry.kind,
            entry.subject,
            _told(entry.before),
            _told(entry.after),
            commitment,
            head.hash,
        )
        head = link.head()
        rows.append((*link.values(), head.hash))
    insert_tuples(session, AuditRecord, (*Link.__slots__, "hash"), rows)
    insert_rows(session, AuditDetail, details)
    _move_head(session, last, head)


def _told(part: Mapping[str, Any] | None) -> str | None:
    return None if part is None else canonical(part)


def _lock_head(session: Session) -> Head:
    """Return the end of the chain, locked: nobody else adds to it before this transaction ends."""
    found = session.execute(_locking_head()).first()
    if found is None:
        # Two transactions may both write the first record: the second waits here and then finds the row.
        first = {"id": HEAD_ROW, "seq": BEGINNING.seq, "hash": BEGINNING.hash}
        insert_new(session, AuditHead, [first])
        found = session.execute(_locking_head()).one()
    return Head(found.seq, found.hash)


def _move_head(session: Session, last: Head, head: Head) -> None:
    moved = session.execute(_moving_head(), {"last": last.seq, "seq": head.seq, "hash": head.hash})
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise RuntimeError("the end of the audit log moved while it was locked")


# Both are made once: whoever changes anything waits here for who does so at the same moment.
@cache
def _locking_head() -> Select[Any]:
    h = columns(AuditHead)
    return select(h.seq, h.hash).where(h.id == HEAD_ROW).with_for_update()


@cache
def _moving_head() -> Update:
    h = columns(AuditHead)
    return update(table_of(AuditHead)).where(h.id == HEAD_ROW, h.seq == bindparam("last"))
