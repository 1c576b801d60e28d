"""The audit log as auditors read it: by subject, actor, action and time, a page at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.models import AuditDetail, AuditHead, AuditRecord
from hub.models.base import columns, table_of
from hub.workflows.audit import record
from hub.workflows.audit_chain import BEGINNING, Head, moment
from hub.workflows.paging import FIRST_PAGE, Page, Paging, fetch_page


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; None: anything. ``since`` is within, ``until`` is not; both with a time zone."""

    kind: str | None = None
    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One record. ``at``: UTC. ``personal`` None with ``erased`` off: it never had any."""

    seq: int
    at: str
    actor: str
    action: str
    kind: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    personal: Mapping[str, Any] | None
    erased: bool
    hash: str


def find_records(
    session: Session, actor: Actor, wanted: AuditFilter, paging: Paging = FIRST_PAGE, *, personal: bool = False
) -> Page[AuditRow]:
    """Return a page of the log in the order of its records, and record that it was read; give a writing session.

    ``personal``: with personal details, without which most questions are answered. Raises Forbidden.
    """
    require(actor, "audit.read")
    r, d = columns(AuditRecord), columns(AuditDetail)
    query = (
        select(*r, d.content)
        .outerjoin_from(table_of(AuditRecord), table_of(AuditDetail), d.seq == r.seq)
        .where(*_conditions(wanted))
    )
    page = fetch_page(session, query, paging, {"seq": r.seq}, r.seq)
    asked = {name: getattr(wanted, name) for name in ("kind", "action")}
    record(
        session,
        actor,
        "audit:read",
        "audit",
        "",
        after={**{name: value for name, value in asked.items() if value}, "records": len(page.items), "page": page.page}
        | ({"personal": True} if personal else {}),
        personal={"subject": wanted.subject, "actor": wanted.actor} if wanted.subject or wanted.actor else None,
    )
    return page.showing(_row(row, personal=personal) for row in page.items)


def end_of_log(session: Session) -> Head:
    """Return where the log ends now, to be noted somewhere else."""
    h = columns(AuditHead)
    row = session.execute(select(h.seq, h.hash)).first()
    return Head(row.seq, row.hash) if row else BEGINNING


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    r = columns(AuditRecord)
    told = {"kind": wanted.kind, "subject_id": wanted.subject, "actor_id": wanted.actor, "action": wanted.action}
    found = [r[name] == value for name, value in told.items() if value is not None]
    if wanted.since is not None:
        found.append(r.at >= moment(wanted.since))
    if wanted.until is not None:
        found.append(r.at < moment(wanted.until))
    return found


def _row(row: Any, *, personal: bool) -> AuditRow:
    return AuditRow(
        seq=row.seq,
        at=row.at,
        actor=row.actor_id,
        action=row.action,
        kind=row.kind,
        subject=row.subject_id,
        before=_parsed(row.before),
        after=_parsed(row.after),
        personal=_parsed(row.content) if personal else None,
        erased=row.commitment is not None and row.content is None,
        hash=row.hash,
    )


def _parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)
