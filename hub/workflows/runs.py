"""A plan's run as the worker sees it: claimed, followed, completed once it passed the check, or failed."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM
from hub.db.calls import SOLVE_RUNS, call
from hub.errors import Conflict
from hub.models import Assignment, PlanSlot
from hub.models import Plan as PlanTable
from hub.models.base import columns, table_of, utc_now
from hub.models.plans import NOTHING_YET
from hub.workflows.comparison_ending import end_comparison
from hub.workflows.locks import lock_row
from hub.workflows.moving import move
from hub.workflows.plan_details import Explanations, slot_detail
from hub.workflows.plan_documents import store_document
from hub.workflows.plan_questions import question_of
from hub.workflows.plan_taking import plan_subject
from hub.workflows.problems import Question, Snapshot
from hub.workflows.records import write
from hub.workflows.run_courses import note_course
from hub.workflows.suppositions import home_of, person_name
from matching.check import check
from matching.interchange import digest, write_plan, write_problem
from matching.plan import Assignment as Placed
from matching.plan import Plan
from matching.policy import resolve
from matching.problem import Problem
from matching.progress import Progress

LEASE = timedelta(seconds=12)
"""How long a run stays its worker's without a sign of life. An hour's solve keeps it: the worker renews it from
a thread of its own. A stall of the database may cost a run its worker's work, and never its result."""
MOST_LOSSES = 3
"""How often a run may take its worker with it before it is begun no more."""
POINTS_AT_ONCE = 2
"""Points of one comparison that are under way at once: the other workers are for what others ask."""
CLAIM_LOCK = 0x6875_6201
"""The advisory lock of those who choose the next run."""
LOST_JA = (
    "計算中に処理が{}回続けて途切れたため、やり直すのをやめました。対象の都道府県や期間を絞るか、"
    "メモリの多い機械で実行してください。続くときは管理者に伝えてください。"
)
LOST_EN = (
    "The worker ended {} times while it was at this run, so it is begun no more. Narrow the prefecture or the months, "
    "or run it on a machine with more memory. If it happens again, tell the administrator."
)
NOBODY: dict[str, Any] = {"worker": None, "leased_until": None}
"""What a run says of its worker unless one is at it."""

MOST_LIMITS = 50
"""Limits that bind and scarce skills that are kept of a plan, those that matter most."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run taken by a worker. ``attempt`` is its fence: once another worker took the run, this one writes no more.

    ``lease``: how long it stays this worker's after each sign of life. ``comparison``: whose point it is.
    """

    plan_id: str
    attempt: int
    question: Question
    lease: timedelta = LEASE
    comparison: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A run under way as somebody sees it who waits for it to be let go: it changes with each sign of life."""

    plan_id: str
    attempt: int
    until: datetime | None


class CheckFailed(Exception):  # noqa: N818  (read as a sentence)
    """The plan did not pass ``matching.check`` and was not stored; ``violations`` says where."""

    def __init__(self, violations: Sequence[object]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(str(violation) for violation in self.violations[:5]))


def claim_next(
    session: Session, worker: str = "", lease: timedelta = LEASE, at_once: int = POINTS_AT_ONCE
) -> Claim | None:
    """Take the queued run whose turn it is for ``worker`` (its name, for people), or None when there is none.

    The turn is that of whoever has the fewest runs under way, then of whoever was served longest ago, then of the run
    asked for first: a long list of one coordinator's keeps no other waiting. Of one comparison at most ``at_once``
    points are under way.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Two that choose at once would both count the same runs under way.
        session.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))
    row = session.execute(_turns(at_once).limit(1).with_for_update(of=table_of(PlanTable), skip_locked=True)).first()
    if row is None:
        return None
    attempt, now = row.attempt + 1, utc_now()
    held = {"attempt": attempt, "sequence": row.sequence + 1, "worker": worker, "leased_until": now + lease}
    move(session, SYSTEM, plan_subject(row), "start", started_at=now, **held, **NOTHING_YET)
    return Claim(row.id, attempt, question_of(session, row), lease, row.comparison_id)


def turns(session: Session, at_once: int = POINTS_AT_ONCE) -> list[str]:
    """Return the ids of the queued runs that could be begun now, in the order of their turns."""
    return [row.id for row in session.execute(_turns(at_once))]


def _turns(at_once: int) -> Select[Any]:
    p, others, served = columns(PlanTable), table_of(PlanTable).alias("others"), table_of(PlanTable).alias("served")

    def under_way(condition: ColumnElement[bool]) -> Any:
        count = select(func.count()).select_from(others).where(others.c.status == "running", condition)
        return count.correlate(table_of(PlanTable)).scalar_subquery()

    latest = select(func.max(served.c.started_at)).where(served.c.asked_by == p.asked_by)
    return (
        select(*p)
        .where(p.status == "queued")
        .where(or_(p.comparison_id.is_(None), under_way(others.c.comparison_id == p.comparison_id) < at_once))
        .order_by(
            under_way(others.c.asked_by == p.asked_by),
            latest.correlate(table_of(PlanTable)).scalar_subquery().asc().nulls_first(),
            p.created_at,
            p.id,
        )
    )


def leases(session: Session) -> tuple[Lease, ...]:
    """Return the lease of every run under way, as the rows have them now."""
    p = columns(PlanTable)
    query = select(p.id, p.attempt, p.leased_until).where(p.status == "running").order_by(p.id)
    return tuple(Lease(*row) for row in session.execute(query))


def put_back_lost(session: Session, lost: Collection[Lease]) -> int:
    """Queue every run again that is still as in ``lost``: its worker is at an end, or cannot be told from one that is.

    Return how many. One that was asked to stop is not begun again, nor one that was lost so ``MOST_LOSSES`` times: it
    has failed. One that somebody is just writing to is left alone.
    """
    p = columns(PlanTable)
    gone = {one.plan_id: one for one in lost}
    query = select(*p).where(p.id.in_(gone), p.status == "running").order_by(p.id).with_for_update(skip_locked=True)
    rows = [row for row in session.execute(query) if Lease(row.id, row.attempt, row.leased_until) == gone[row.id]]
    for row in rows:
        losses = row.losses + 1
        if losses < MOST_LOSSES or row.stop_requested:
            _move_back(session, row, losses=losses)
            continue
        told = {"error_ja": LOST_JA.format(losses), "error_en": LOST_EN.format(losses), "losses": losses}
        _end(session, row, "fail", **told)
    return len(rows)


def release(session: Session, claim: Claim) -> None:
    """Put one's own run back into the queue, to be begun anew. Raises Conflict when it is no longer ours."""
    _move_back(session, _own(session, claim))


def _move_back(session: Session, row: Any, **values: Any) -> None:
    if row.stop_requested:
        _end(session, row, "cancel", **values)
        return
    told = {"sequence": row.sequence + 1, **NOBODY, **NOTHING_YET, **values}
    move(session, SYSTEM, plan_subject(row), "put_back", started_at=None, **told)
    call(session, SOLVE_RUNS)


def _end(session: Session, row: Any, name: str, **values: Any) -> None:
    """End a run by the move ``name``, and with its last point the comparison it belongs to."""
    told = {"sequence": row.sequence + 1, "phase": "", "finished_at": utc_now(), **NOBODY, **values}
    move(session, SYSTEM, plan_subject(row), name, **told)
    if row.comparison_id is not None:
        end_comparison(session, row.comparison_id)
        call(session, SOLVE_RUNS)


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
    if progress is not None and progress.phase != "explain":  # the plan is found by then
        _note(session, claim, progress.seconds, progress.objective, progress.bound)
    return is_stop_wanted(session, claim)


def _note(session: Session, claim: Claim, seconds: float, value: float | None, bound: float | None) -> None:
    note_course(session, claim.plan_id, claim.attempt, seconds, value=value, bound=bound)


def is_stop_wanted(session: Session, claim: Claim) -> bool:
    """Return whether somebody asked the run to stop. Raises Conflict when it is no longer ours."""
    p = columns(PlanTable)
    mine = (p.id == claim.plan_id, p.attempt == claim.attempt, p.status == "running")
    wanted = session.execute(select(p.stop_requested).where(*mine)).scalar()
    if wanted is None:
        raise _lost()
    return bool(wanted)


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
    _end(
        session,
        _own(session, claim),
        "finish",
        result=plan.status,
        objective=plan.objective,
        bound=plan.bound,
        gap=plan.gap,
        filled=len(plan.assignments),
        slots=len(plan.assignments) + len(plan.open_slots),
        seconds=sum(plan.seconds.values()),
        summary=_summary(problem, plan, found),
    )
    _note(session, claim, sum(plan.seconds.values()), plan.objective, plan.bound)
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
    rows = [_filled(plan_id, a) for a in plan.assignments]
    supposed = {
        row["slot_id"]: {**row, **home_of(problem.expert_by_id[row["expert_id"]])}
        for row in rows
        if person_name(row["expert_id"])
    }
    slots = [
        {
            "plan_id": plan_id,
            "slot_id": slot.id,
            "position": position,
            "reason": left[slot.id].reason if slot.id in left else None,
            "supposed": supposed.get(slot.id, {}),
            "detail": slot_detail(problem, slot, placed.get(slot.id), left.get(slot.id), found),
        }
        for position, (_, slot) in enumerate(problem.seats())
        if slot.id in placed or slot.id in left
    ]
    # Who is only supposed is no assignment: nothing that is offered or put in force could come upon them.
    return {PlanSlot: slots, Assignment: [row for row in rows if row["slot_id"] not in supposed]}


def _filled(plan_id: str, a: Placed) -> dict[str, Any]:
    return {
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


def fail_plan(session: Session, claim: Claim, ja: str, en: str, reference: str | None = None) -> None:
    """Mark a run as failed, with what to do now, and the number under which the log says more."""
    _end(session, _own(session, claim), "fail", error_ja=ja, error_en=en, error_reference=reference)


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
    seen = {"sequence": p.sequence + 1} if values else {}
    told = {**values, **seen, "leased_until": now + claim.lease, "updated_at": now}
    found = session.execute(update(table_of(PlanTable)).where(*mine).values(**told))
    if found.rowcount != 1:  # type: ignore[attr-defined]
        raise _lost()


def _lost() -> Conflict:
    return Conflict("この計算は別の処理に移りました。", "This run has passed to another worker.")
