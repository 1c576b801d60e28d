"""Checking the audit log: every record against its hash, its place in the chain, and the personal part it is bound to.

Found are changes, removals (also at the end, by the row that says where the chain ends and by ends noted earlier) and
reordering. Personal details that are gone are good only where a later record says that they were erased. Who can write
to the database and knows this file can make a whole new chain; an end noted elsewhere (``expected``) finds that too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import require
from hub.models import AuditDetail, AuditHead, AuditRecord
from hub.models.base import columns, table_of
from hub.workflows.audit_chain import BEGINNING, Head, Link, commit_to
from hub.workflows.audit_erasing import ERASE, erased_by

AT_ONCE = 1_000
MOST_FINDINGS = 100
"""Findings that are kept, those with the lowest numbers; when there are more, the log is not worth reading on."""
COLUMNS = (*Link.__slots__, "hash")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at record ``seq``, in both languages."""

    seq: int
    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.seq}: {self.ja} / {self.en}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check. ``head``: where the chain ends; ``erased``: records whose personal part was erased.

    ``findings`` in order of the records, the first bad one first; none: the log is as it was written.
    """

    records: int
    erased: int
    head: Head
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Reading:
    """Where the check stands. ``missing``: records without the personal part they are bound to."""

    last: Head = BEGINNING
    records: int = 0
    missing: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def find(self, seq: int, ja: str, en: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(seq, ja, en))


def verify(session: Session, actor: Actor, expected: Sequence[Head] = ()) -> Verdict:
    """Check the whole log; ``expected``: ends of the chain that were noted before. Give a reading session.

    Raises Forbidden.
    """
    require(actor, "audit.verify")
    reading = _Reading()
    wanted = {head.seq: head.hash for head in expected}
    for row in _rows(session):
        _check(reading, row)
        if wanted.get(row["seq"], row["hash"]) != row["hash"]:
            reading.find(
                row["seq"],
                "控えておいた末尾と違います。ここまでの記録が書き換えられています",
                "differs from the end noted earlier: a record up to here was rewritten",
            )
    _check_details(session, reading)
    _check_end(session, reading)
    for head in expected:
        if head.seq > reading.last.seq:
            reading.find(
                reading.last.seq + 1,
                f"控えておいた {head.seq} までの記録が、末尾から失われています",
                f"removed from the end: records up to {head.seq} were there earlier",
            )
    found = sorted(reading.findings, key=lambda finding: finding.seq)
    return Verdict(reading.records, len(reading.missing & reading.erased), reading.last, tuple(found))


def _check(reading: _Reading, row: dict[str, Any]) -> None:
    seq, last = row["seq"], reading.last
    reading.records += 1
    if seq != last.seq + 1:
        gap = f"{last.seq + 1}–{seq - 1}"
        reading.find(last.seq + 1, f"記録 {gap} が失われています", f"records {gap} were removed")
    elif row["previous"] != last.hash:
        reading.find(
            seq,
            "前の記録とつながりません。前の記録が差し替えられたか、順番が変えられています",
            "does not follow the record before: that one was replaced, or the order was changed",
        )
    link = Link(*(row[name] for name in Link.__slots__))
    if _hash_of(link) != row["hash"]:
        reading.find(seq, "内容が書き換えられています", "its content was changed")
    elif link.action == ERASE:
        reading.erased |= erased_by(seq, link.after)
    _check_detail(reading, row)
    # The chain is followed from what is stored, so that one wrong record does not make all later ones look wrong.
    reading.last = Head(seq, row["hash"])


def _hash_of(link: Link) -> str | None:
    try:
        return link.head().hash
    except (TypeError, ValueError):  # no text any more, so nothing that was ever written here
        return None


def _check_detail(reading: _Reading, row: dict[str, Any]) -> None:
    if row["salt"] is None:
        if row["commitment"] is not None:
            reading.missing.add(row["seq"])
    elif row["commitment"] is None or not _matches(row["commitment"], row["salt"], row["content"]):
        reading.find(row["seq"], "個人に関わる内容が書き換えられています", "its personal details were changed")


def _matches(commitment: str, salt: Any, content: Any) -> bool:
    texts = isinstance(salt, str) and isinstance(content, str)
    return texts and commit_to(salt, content) == commitment


def _check_details(session: Session, reading: _Reading) -> None:
    for seq in sorted(reading.missing - reading.erased):
        reading.find(
            seq,
            "個人に関わる内容が、消去の記録なしに失われています",
            "its personal details are gone, and no record says that they were erased",
        )
    d, r = columns(AuditDetail), columns(AuditRecord)
    stray = select(func.min(d.seq)).where(d.seq.not_in(select(r.seq)))
    if (found := session.execute(stray).scalar()) is not None:
        reading.find(found, "個人に関わる内容だけが残り、記録がありません", "personal details without their record")


def _check_end(session: Session, reading: _Reading) -> None:
    h = columns(AuditHead)
    rows = session.execute(select(h.seq, h.hash)).all()
    told = Head(*rows[0]) if rows else BEGINNING
    last = reading.last
    if told.seq > last.seq:
        reading.find(
            last.seq + 1,
            f"記録 {last.seq + 1}–{told.seq} が末尾から失われています",
            f"records {last.seq + 1}–{told.seq} were removed from the end",
        )
    elif told.seq < last.seq:
        reading.find(
            told.seq + 1,
            f"末尾の控え（{told.seq}）より後に記録があります。書き足されたか、控えが変えられています",
            f"records behind the noted end ({told.seq}): they were added, or the note was changed",
        )
    elif told.hash != last.hash:
        reading.find(last.seq, "末尾の控えと違います", "differs from the noted end of the chain")


def _rows(session: Session) -> Iterator[dict[str, Any]]:
    """Yield every record in order with its details, ``salt`` and ``content`` None where it has none."""
    r, d = columns(AuditRecord), columns(AuditDetail)
    query = (
        select(*(r[name] for name in COLUMNS), d.salt, d.content)
        .outerjoin_from(table_of(AuditRecord), table_of(AuditDetail), d.seq == r.seq)
        .order_by(r.seq)
    )
    last: int | None = None
    while True:
        rest = query if last is None else query.where(r.seq > last)
        numbers = select(r.seq).order_by(r.seq).limit(AT_ONCE)
        some = list(session.execute(numbers if last is None else numbers.where(r.seq > last)).scalars())
        if not some:
            return
        last = some[-1]
        try:
            yield from [row._asdict() for row in session.execute(rest.where(r.seq <= last))]
        except DBAPIError:
            yield from (_one(session, query.where(r.seq == seq), seq) for seq in some)


def _one(session: Session, query: Any, seq: int) -> dict[str, Any]:
    """Return one record; where the database cannot even read it as text (SQLite), one that matches nothing."""
    try:
        found: dict[str, Any] = session.execute(query).one()._asdict()
    except DBAPIError:
        return {**dict.fromkeys((*COLUMNS, "salt", "content")), "seq": seq}
    return found


def parse_head(text: str) -> Head:
    """Return the end of a chain written as ``seq:hash``. ValueError when it is none."""
    seq, colon, digest = text.strip().partition(":")
    if not (colon and seq.isascii() and seq.isdigit() and len(digest) == len(BEGINNING.hash)):
        raise ValueError(text)
    int(digest, 16)
    return Head(int(seq), digest.lower())
