"""A plan's run as the worker sees it: claimed, followed, completed once it passed the check, or failed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.errors import Conflict
from hub.models import Assignment, PlanSlot
from hub.models import Plan as PlanTable
from hub.models.base import columns, table_of, utc_now
from hub.models.plans import NOTHING_YET
from hub.workflows.locks import lock_row
from hub.workflows.moving import move
from hub.workflows.plan_details import Explanations, slot_detail
from hub.workflows.plan_documents import store_document
from hub.workflows.plan_questions import question_of
from hub.workflows.plan_taking import plan_subject
from hub.workflows.problems import Question, Snapshot
from hub.workflows.records import write
from matching.check import check
from matching.interchange import digest, write_plan, write_problem
from matching.plan import Plan
from matching.policy import resolve
from matching.problem import Problem
from matching.progress import Progress

LEASE = timedelta(seconds=60)
"""How long a run stays its worker's without a sign of life. It holds a stall of the database and an hour's solve alike:
the worker renews it from a thread of its own. Clocks of machines that share a database may differ by part of it."""
NOBODY: dict[str, Any] = {"worker": None, "leased_until": None}
"""What a run says of its worker unless one is at it."""

MOST_LIMITS = 50
"""Limits that bind and scarce skills that are kept of a plan, those that matter most."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run taken by a worker. ``attempt`` is its fence: once another worker took the run, this one writes no more.

    ``lease``: how long it stays this worker's after each sign of life.
    """

    plan_id: str
    attempt: int
    question: Question
    lease: timedelta = LEASE


class CheckFailed(Exception):  # noqa: N818  (read as a sentence)
    """The plan did not pass ``matching.check`` and was not stored; ``violations`` says where."""

    def __init__(self, violations: Sequence[object]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(str(violation) for violation in self.violations[:5]))


def claim_next(session: Session, worker: str = "", lease: timedelta = LEASE) -> Claim | None:
    """Take the oldest queued run for ``worker`` (its name, for people), or None when there is none."""
    p = columns(PlanTable)
    queued = select(*p).where(p.status == "queued").order_by(p.created_at, p.id).limit(1)
    row = session.execute(queued.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    attempt, now = row.attempt + 1, utc_now()
    held = {"attempt": attempt, "worker": worker, "leased_until": now + lease}
    move(session, SYSTEM, plan_subject(row), "start", started_at=now, **held, **NOTHING_YET)
    return Claim(row.id, attempt, question_of(session, row), lease)


def put_back_lost(session: Session, now: datetime) -> int:
    """Queue every run again whose lease has run out: its worker is at an end, or cannot be told from one that is.

    Return how many. One that was asked to stop is not begun again. One that somebody is just writing to is left alone.
    """
    p = columns(PlanTable)
    out = or_(p.leased_until < now, p.leased_until.is_(None))
    lost = select(*p).where(p.status == "running", out).order_by(p.id).with_for_update(skip_locked=True)
    rows = session.execute(lost).all()
    for row in rows:
        _move_back(session, row)
    return len(rows)


def release(session: Session, claim: Claim) -> None:
    """Put one's own run back into the queue, to be begun anew. Raises Conflict when it is no longer ours."""
    _move_back(session, _own(session, claim))


def _move_back(session: Session, row: Any) -> None:
    name = "cancel" if row.stop_requested else "put_back"
    move(session, SYSTEM, plan_subject(row), name, started_at=None, **NOBODY, **NOTHING_YET)


def record_problem(session: Session, claim: Claim, snapshot: Snapshot) -> None:
    """Keep the problem a run works on, and what had to stay out of it."""
    _write_run(
        session,
        claim,
        input_digest=digest(snapshot.problem),
        left_out=[asdict(entry) for entry in snapshot.left_out],
        slots=sum(len(request.slots) for request in snapshot.problem.requests),
    )
    store_document(session, claim.plan_id, "problem", write_problem(snapshot.problem))


def record_progress(session: Session, claim: Claim, progress: Progress | None) -> bool:
    """Write where a run stands (None: that it goes on); return whether somebody asked it to stop.

    Raises Conflict when it is no longer ours.
    """
    _write_run(session, claim, **({name: getattr(progress, name) for name in NOTHING_YET} if progress else {}))
    p = columns(PlanTable)
    return bool(session.execute(select(p.stop_requested).where(p.id == claim.plan_id)).scalar())


def complete_plan(
    session: Session, claim: Claim, problem: Problem, plan: Plan, explanations: Explanations | None = None
) -> None:
    """Store a finished plan, once it has passed ``matching.check``.

    Raises CheckFailed when it does not, Conflict when the run is no longer ours; nothing is stored then.
    """
    found = explanations or Explanations()
    violations = check(problem, plan)
    if violations:
        raise CheckFailed(violations)
    move(
        session,
        SYSTEM,
        plan_subject(_own(session, claim)),
        "finish",
        finished_at=utc_now(),
        result=plan.status,
        objective=plan.objective,
        bound=plan.bound,
        gap=plan.gap,
        filled=len(plan.assignments),
        slots=len(plan.assignments) + len(plan.open_slots),
        seconds=sum(plan.seconds.values()),
        summary=_summary(problem, plan, found),
        phase="",
        **NOBODY,
    )
    store_document(session, claim.plan_id, "plan", write_plan(plan))
    write(session, _decisions(claim.plan_id, problem, plan, found))


def _summary(problem: Problem, plan: Plan, found: Explanations) -> dict[str, Any]:
    fits = [assignment.fit for assignment in plan.assignments]
    goal = resolve(problem.policy)
    return {
        "terms": asdict(plan.terms),
        "cost": sum(assignment.cost for assignment in plan.assignments),
        "net_cost": sum(assignment.net_cost for assignment in plan.assignments),
        "mean_fit": sum(fits) / len(fits) if fits else None,
        "reasons": dict(sorted(Counter(slot.reason for slot in plan.open_slots).items())),
        "weights": asdict(goal.weights),
        "yen_per_point": goal.yen_per_point,
        "solver": f"{plan.solver.name} {plan.solver.version}".strip(),
        "phases": dict(plan.seconds),
        "binding": [asdict(limit) for limit in found.limits[:MOST_LIMITS]],
        "scarce": [asdict(skill) for skill in found.skills[:MOST_LIMITS]],
    }


def _decisions(plan_id: str, problem: Problem, plan: Plan, found: Explanations) -> dict[Any, list[dict[str, Any]]]:
    placed = {assignment.slot: assignment for assignment in plan.assignments}
    left = {open_slot.slot: open_slot for open_slot in plan.open_slots}
    slots = [
        {
            "plan_id": plan_id,
            "slot_id": slot.id,
            "position": position,
            "reason": left[slot.id].reason if slot.id in left else None,
            "detail": slot_detail(problem, slot, placed.get(slot.id), left.get(slot.id), found),
        }
        for position, (_, slot) in enumerate(problem.seats())
        if slot.id in placed or slot.id in left
    ]
    filled = [
        {
            "plan_id": plan_id,
            "slot_id": a.slot,
            "expert_id": a.expert,
            "fit": a.fit,
            "cost": a.cost,
            "net_cost": a.net_cost,
            "hours": a.hours,
            "parts": dict(a.parts),
            "travel_minutes": a.travel.minutes if a.travel else None,
            "travel_yen": a.travel.yen if a.travel else None,
        }
        for a in plan.assignments
    ]
    return {PlanSlot: slots, Assignment: filled}


def fail_plan(session: Session, claim: Claim, ja: str, en: str, reference: str | None = None) -> None:
    """Mark a run as failed, with what to do now, and the number under which the log says more."""
    move(
        session,
        SYSTEM,
        plan_subject(_own(session, claim)),
        "fail",
        finished_at=utc_now(),
        error_ja=ja,
        error_en=en,
        error_reference=reference,
        phase="",
        **NOBODY,
    )


def _own(session: Session, claim: Claim) -> Any:
    """Lock the claimed run and return its row; Conflict when it is no longer running under this claim."""
    row = lock_row(session, PlanTable, claim.plan_id)
    if row is None or row.attempt != claim.attempt or row.status != "running":
        raise _lost()
    return row


def _write_run(session: Session, claim: Claim, **values: Any) -> None:
    """Write to the claimed run and renew its lease; Conflict when it is no longer running under this claim."""
    p, now = columns(PlanTable), utc_now()
    mine = (p.id == claim.plan_id, p.attempt == claim.attempt, p.status == "running")
    told = {**values, "leased_until": now + claim.lease, "updated_at": now}
    found = session.execute(update(table_of(PlanTable)).where(*mine).values(**told))
    if found.rowcount != 1:  # type: ignore[attr-defined]
        raise _lost()


def _lost() -> Conflict:
    return Conflict("この計算は別の処理に移りました。", "This run has passed to another worker.")
