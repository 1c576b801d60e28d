"""Erasing personal details from the audit log. The records stay, and one more says whose details went, and by whom."""

import json
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, delete, select, text
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor
from hub.auth.permissions import require
from hub.models import AuditDetail, AuditRecord, Engagement, Proposal
from hub.models.base import columns, table_of
from hub.workflows.audit import record
from hub.workflows.records import batches

ERASE = "audit:erase"
ERASED = "records"


def erase_subject(session: Session, actor: Actor, kind: str, subject: str) -> int:
    """Erase the personal details of every record about ``subject`` of ``kind``; return how many there were."""
    require(actor, "audit.erase")
    r = columns(AuditRecord)
    return _erase(session, actor, kind, subject, [r.kind == kind, r.subject_id == subject])


def erase_actor(session: Session, actor: Actor, account: str) -> int:
    """Erase the personal details of every record of what ``account`` did: among them what that person wrote."""
    require(actor, "audit.erase")
    return _erase(session, actor, "account", account, [columns(AuditRecord).actor_id == account])


def erase_details(session: Session, actor: Actor, kind: str, subject: str) -> int:
    """Erase the personal details about a person, and of what an account did, as a person's erasure asks for it.

    ``kind``: ``account``, of what it did as well, or ``expert``, of proposals and work of theirs as well. Whether they
    may be erased was decided by who calls.
    """
    r, p, n = columns(AuditRecord), columns(Proposal), columns(Engagement)
    about = (r.kind == kind) & (r.subject_id == subject)
    if kind == "account":
        more = r.actor_id == subject
    else:
        offers = select(p.id).where(p.expert_id == subject)
        work = select(n.id).where(n.expert_id == subject)
        more = ((r.kind == "proposal") & r.subject_id.in_(offers)) | ((r.kind == "engagement") & r.subject_id.in_(work))
    return _erase(session, actor, kind, subject, [about | more])


def erase_old(session: Session, numbers: Collection[int]) -> int:
    """Erase the personal details of records whose time is over."""
    return _erase(session, SYSTEM, "audit", "", [columns(AuditRecord).seq.in_(numbers)])


def erased_by(seq: int, after: str | None) -> frozenset[int]:
    """Return the records before ``seq`` whose details are gone by the erasure recorded there; ``after``: its column."""
    try:
        spans = json.loads(after or "{}")[ERASED]
        return frozenset(number for first, last in spans for number in range(first, min(last, seq - 1) + 1))
    except (KeyError, TypeError, ValueError):  # not written by this module: it erases nothing
        return frozenset()


def _erase(session: Session, actor: Actor, kind: str, subject: str, conditions: Sequence[ColumnElement[bool]]) -> int:
    d, r = columns(AuditDetail), columns(AuditRecord)
    asked = select(d.seq).join(table_of(AuditRecord), r.seq == d.seq).where(*conditions).order_by(d.seq)
    numbers = list(session.execute(asked.with_for_update(of=table_of(AuditDetail))).scalars())
    if not numbers:
        return 0
    if session.get_bind().dialect.name == "sqlite":
        # What was deleted would otherwise stay in the file until its place is written over.
        session.execute(text("PRAGMA secure_delete = ON"))
    for some in batches(numbers):
        session.execute(delete(table_of(AuditDetail)).where(d.seq.in_(some)))
    record(session, actor, "audit:erase", kind, subject, after={ERASED: _spans(numbers)})
    return len(numbers)


def _spans(numbers: Iterable[int]) -> list[list[int]]:
    """Return sorted ``numbers`` as first and last of each unbroken run."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans
