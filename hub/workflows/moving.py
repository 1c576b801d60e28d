"""Moving a thing along its life cycle: allowed, permitted, on its present version, and told to the records."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Insert, Update, bindparam, func, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import ChangedMeanwhile, Conflict, Invalid
from hub.models import Change
from hub.models.base import TEXT_LENGTH, columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.life_cycles import LifeCycle, Move
from hub.workflows.webhook_events import announce
from matching.faults import Fault


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: one of the move's codes, and the person's own words."""

    code: str | None = None
    words: str | None = None


NO_REASON = Reason()


@dataclass(frozen=True, slots=True)
class Subject:
    """What moves: a row of ``table`` with its life cycle, and whose it is. ``version``: the one a person saw."""

    cycle: LifeCycle
    table: type[SQLModel]
    id: str
    status: str
    belonging: Belonging
    version: int | None = None


def move(
    session: Session,
    actor: Actor,
    subject: Subject,
    name: str,
    *,
    target: str | None = None,
    reason: Reason = NO_REASON,
    **values: Any,
) -> Move:
    """Move ``subject``, write ``values`` beside its new status, and record who, when and why; return the move made.

    ``target``: where to, for a name that stands for several moves from one status.

    Raises Conflict when its life cycle has no such move from where it stands, Forbidden when ``actor`` may not,
    Invalid when the reason is missing or unknown, ChangedMeanwhile when it has moved or changed since it was read.
    """
    cycle = subject.cycle
    made = cycle.find(name, subject.status, target)
    if made is None:
        # Who may not make the move at all is not told where the thing stands.
        require(actor, next(known.action for known in cycle.moves if known.name == name), subject.belonging)
        raise not_now(cycle, subject.status, name)
    require(actor, made.action, subject.belonging)
    _refuse_reason(made, reason)
    written = {"status": made.target, "updated_at": utc_now(), **values}
    seen: dict[str, Any] = {"seen_id": subject.id, "seen_status": subject.status}
    if subject.version is not None:
        seen["seen_version"] = subject.version
    changed = _changing(subject.table, versioned=subject.version is not None)
    if session.execute(changed, {**written, **seen}).rowcount != 1:  # type: ignore[attr-defined]
        raise ChangedMeanwhile
    _remember(session, actor, subject, made, reason)
    announce(session, cycle.kind, made.target, subject.id, subject.belonging.organization)
    record(
        session,
        actor,
        f"{cycle.kind}:{made.name}",
        cycle.kind,
        subject.id,
        before={"status": subject.status},
        after={"status": made.target, **({"reason_code": reason.code} if reason.code else {})},
        personal={"reason": reason.words} if reason.words else None,
    )
    return made


def not_now(cycle: LifeCycle, status: str, name: str) -> Conflict:
    """Return the conflict of a move that is not there from ``status``."""
    able = ", ".join(dict.fromkeys(known.name for known in cycle.open_to(status))) or "–"
    return Conflict(
        f"今の状態（{status}）では「{name}」はできません。開き直して確かめてください。今できること: {able}",
        f"“{name}” cannot be done in the present state ({status}). Open it again. What can be done now: {able}",
    )


def _refuse_reason(made: Move, reason: Reason) -> None:
    faults = []
    if made.why == "required" and not (reason.code if made.reasons else (reason.words or "").strip()):
        faults.append(Fault("/reason", "理由を選ぶか書いてください", "give a reason"))
    if reason.code is not None and reason.code not in made.reasons:
        listed = ", ".join(made.reasons) or "–"
        faults.append(Fault("/reason/code", f"理由は次から選んでください: {listed}", f"choose a reason from: {listed}"))
    if reason.code == "other" and not (reason.words or "").strip():
        faults.append(Fault("/reason/words", "「その他」の内容を書いてください", "say what “other” is"))
    if reason.words is not None and len(reason.words) > TEXT_LENGTH:
        ja, en = f"{TEXT_LENGTH} 文字以内にしてください", f"use at most {TEXT_LENGTH} characters"
        faults.append(Fault("/reason/words", ja, en))
    if faults:
        raise Invalid(faults)


def _remember(session: Session, actor: Actor, subject: Subject, made: Move, reason: Reason) -> None:
    row = {
        "kind": subject.cycle.kind,
        "subject": subject.id,
        "move": made.name,
        "from_status": subject.status,
        "to_status": made.target,
        "actor_id": actor.id,
        "reason_code": reason.code,
        "reason": (reason.words or "").strip() or None,
        "at": utc_now(),
    }
    session.execute(_remembering(), row)


@cache
def _changing(model: type[SQLModel], *, versioned: bool) -> Update:
    """Return what changes a row that stands where it was seen; what it sets is told with it. Made once."""
    c = columns(model)
    seen = [c.id == bindparam("seen_id"), c.status == bindparam("seen_status")]
    if versioned:
        seen.append(c.version == bindparam("seen_version"))
    return update(table_of(model)).where(*seen).values(version=c.version + 1)


@cache
def _remembering() -> Insert:
    """Return what adds a change behind those of its subject. Made once."""
    c = columns(Change)
    kind, subject = bindparam("kind", type_=c.subject_kind.type), bindparam("subject", type_=c.subject_id.type)
    before = select(func.coalesce(func.max(c.position), 0) + 1).where(c.subject_kind == kind, c.subject_id == subject)
    return insert(table_of(Change)).values(subject_kind=kind, subject_id=subject, position=before.scalar_subquery())
