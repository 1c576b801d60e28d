"""Data about oneself: everything the hub keeps about who asks, as JSON in a zip or as a workbook."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor
from hub.auth.permissions import require
from hub.errors import NotFound
from hub.models import Account, AuditDetail, AuditRecord, Engagement, Evaluation, WorkLog
from hub.models.base import columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.personal_tables import HELD, NOT_TOLD, Held
from hub.workflows.sheets.workbook import Heading, Sheet, Value, write_workbook

DataFormat = Literal["zip", "xlsx"]

AUDIT = "audit_records"
LONGEST_CELL = 32_000
"""Excel takes 32,767 characters in a cell."""
TOO_LONG = "（長いため zip の JSON にあります / too long for a cell: see the JSON in the zip）"
README = """デジタル人材ハブが、あなたについて持っているデータです（{at}）。ファイルは表ごとに1つ、JSONです。
パスワードなどの秘密、公開前の計画とほかの候補、団体の職員の個人名は含みません。バックアップの中の写しも含みません。

What the digital talent hub keeps about you ({at}): one file for each table, as JSON. It holds no secrets, no plans
before they are published and no other candidates, no names of officials, and not what is in backups.

"""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind, each by the names of ``fields``."""

    name: str
    ja: str
    en: str
    fields: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def own_data(session: Session, actor: Actor, now: datetime | None = None) -> tuple[Part, ...]:
    """Return everything kept about who asks, part by part. Raises Forbidden; NotFound without an account."""
    require(actor, "account.own")
    a = columns(Account)
    if session.execute(select(a.id).where(a.id == actor.id)).first() is None:
        raise NotFound("アカウント", "account")
    at = now or utc_now()
    return (*(_part(session, actor, held, at) for held in HELD), _audit(session, actor))


def hand_out_own_data(session: Session, actor: Actor, form: DataFormat, language: str) -> bytes:
    """Return the data of who asks as a file, and record that they had it; give a session that writes.

    Raises as ``own_data``, and FileError beyond what Excel takes.
    """
    now = utc_now()
    parts = own_data(session, actor, now)
    record(session, actor, "account:hand_out_data", "account", actor.id, after={"form": form})
    return _workbook(parts, language) if form == "xlsx" else _archive(parts, now)


def _part(session: Session, actor: Actor, held: Held, now: datetime) -> Part:
    c = columns(held.model)
    told = tuple(column for column in c if column.name not in held.hidden)
    query = (
        select(*told).where(_is_theirs(held, actor), *_seen_now(held, now)).order_by(*table_of(held.model).primary_key)
    )
    rows = tuple(tuple(row) for row in session.execute(query))
    return Part(held.name, held.ja, held.en, tuple(column.name for column in told), rows)


def _is_theirs(held: Held, actor: Actor) -> ColumnElement[bool]:
    c, n, w = columns(held.model), columns(Engagement), columns(WorkLog)
    if held.whose == "account":
        found: ColumnElement[bool] = (c.id if held.model is Account else c.account_id) == actor.id
    elif held.whose == "actor":
        found = c.actor_id == actor.id
    elif held.whose == "expert":
        found = (c.id if held.name == "experts" else c.expert_id) == actor.expert
    else:
        of_work = select(n.id).where(n.expert_id == actor.expert)
        if held.whose == "work_log":
            found = c.work_log_id.in_(select(w.id).where(w.engagement_id.in_(of_work)))
        else:
            found = c.engagement_id.in_(of_work)
    return found


def _seen_now(held: Held, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what keeps an organization's evaluation, and what follows from it, until it may be seen."""
    v = columns(Evaluation)
    if held.model is Evaluation:
        return (or_(v.side == "expert", v.opens_at <= now),)
    c = columns(held.model)
    if held.name == "verified_records":
        return (c.opens_at <= now,)
    if held.name == "skill_confirmations":
        opened = (v.engagement_id == c.engagement_id, v.side == "organization", v.opens_at <= now)
        return (exists(select(v.side).where(*opened)),)
    return ()


def _audit(session: Session, actor: Actor) -> Part:
    """Return the records about the person or of what they did; others who acted are not named."""
    r, d = columns(AuditRecord), columns(AuditDetail)
    about = [("account", actor.id), *([("expert", actor.expert)] if actor.expert else [])]
    theirs = [(r.kind == kind) & (r.subject_id == subject) for kind, subject in about]
    query = (
        select(r.seq, r.at, r.actor_id, r.action, r.kind, r.subject_id, r.before, r.after, d.content)
        .outerjoin_from(table_of(AuditRecord), table_of(AuditDetail), d.seq == r.seq)
        .where(or_(r.actor_id == actor.id, *theirs))
        .order_by(r.seq)
    )
    by = {actor.id: "self", SYSTEM.id: "hub"}
    fields = ("seq", "at", "by", "action", "kind", "subject_id", "before", "after", "personal")
    rows = tuple(
        (*row[:2], by.get(row[2], "office"), *row[3:6], *(part and json.loads(part) for part in row[6:]))
        for row in session.execute(query)
    )
    return Part(AUDIT, "監査記録", "audit log", fields, rows)


def _archive(parts: Sequence[Part], now: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        told = "\n".join(f"{part.name}.json  {part.ja} / {part.en}: {len(part.rows)}" for part in parts)
        archive.writestr("README.txt", README.format(at=now.isoformat()) + told + "\n")
        for part in parts:
            rows = [dict(zip(part.fields, row, strict=True)) for row in part.rows]
            content = json.dumps(rows, ensure_ascii=False, indent=1, default=_plain)
            archive.writestr(f"{part.name}.json", content)
    return out.getvalue()


def _workbook(parts: Sequence[Part], language: str) -> bytes:
    sheets = [
        Sheet(
            part.ja if language == "ja" else part.en,
            [Heading(name, width=20) for name in part.fields],
            [tuple(_cells(row)) for row in part.rows],
        )
        for part in parts
    ]
    return write_workbook(sheets)


def _cells(row: Sequence[Any]) -> Iterator[Value]:
    for value in row:
        told = _plain(value)
        text = told if told is None or isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        yield value if number else TOO_LONG if text and len(text) > LONGEST_CELL else text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


__all__ = ["HELD", "NOT_TOLD", "DataFormat", "Part", "hand_out_own_data", "own_data"]
