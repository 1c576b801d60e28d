"""Comparisons: one question asked for a grid of weights, each point a run of its own, over the same problem."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import NATIONWIDE, SYSTEM, Actor, Grant
from hub.auth.permissions import Belonging, require, require_new
from hub.db.calls import PREPARE_COMPARISONS, SOLVE_RUNS, call
from hub.errors import Conflict, Invalid, NotFound
from hub.models import Comparison, Plan
from hub.models.base import columns, new_id, table_of, utc_now
from hub.models.plans import AXES, Axis
from hub.workflows.audit import record
from hub.workflows.comparison_ending import end_comparison
from hub.workflows.left_out import LeftOut
from hub.workflows.locks import lock_row
from hub.workflows.moving import move
from hub.workflows.plan_rules import refuse_faults
from hub.workflows.plan_taking import plan_belonging, plan_subject, take_plan
from hub.workflows.plans import plan_values, request_stop
from hub.workflows.problems import Question, Snapshot, build_problem, usual_months
from matching.faults import Fault
from matching.interchange import read_problem, write_problem
from matching.policy import resolve
from matching.problem import Limits, Policy

_POLICY = TypeAdapter(Policy)
_LIMITS = TypeAdapter(Limits)

FEWEST_POINTS, MOST_POINTS = 2, 12
MOST_OPEN = 3
"""Comparisons of one person that wait or are under way at once."""
LARGEST_WEIGHT = 100.0
LARGEST_PRICE = 1e12


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: ``axis`` is set to each of ``points`` in turn, all else is as ``policy`` has it."""

    title: str
    axis: Axis
    points: tuple[float, ...]
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
    months: tuple[str, ...] | None = None
    prefecture: str | None = None


def ask_comparison(session: Session, actor: Actor, wish: Wish) -> str:
    """Have a worker compare, and return the comparison's id. ``months`` None: from the first to the last of all slots.

    Raises Forbidden; Invalid with every fault; Conflict when no request is open, or when ``actor`` has ``MOST_OPEN``
    comparisons that have not ended.
    """
    require_new(actor, "plan.run", Belonging(prefecture=wish.prefecture))
    months = wish.months if wish.months is not None else usual_months(session, wish.prefecture)
    if not months and wish.months is None:
        raise Conflict("受付中の人材ニーズがありません。先に登録してください。", "No request is open. Add one first.")
    faults = point_faults(wish.axis, wish.points)
    if faults:
        raise Invalid(faults)
    refuse_faults(wish.title, Question(months, wish.policy, wish.limits, prefecture=wish.prefecture))
    _refuse_too_many(session, actor)
    comparison_id, now = new_id("cmp"), utc_now()
    values = {
        "id": comparison_id,
        "title": wish.title.strip(),
        "status": "queued",
        "axis": wish.axis,
        "points": sorted(wish.points),
        "asked_by": actor.id,
        "prefecture_code": wish.prefecture,
        "months": list(months),
        "policy": _POLICY.dump_python(wish.policy, mode="json"),
        "limits": _LIMITS.dump_python(wish.limits, mode="json"),
        "left_out": [],
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    session.execute(insert(table_of(Comparison)), [values])
    after = {"axis": wish.axis, "points": sorted(wish.points), "prefecture": wish.prefecture}
    record(session, actor, "comparison:ask", "comparison", comparison_id, after=after)
    call(session, PREPARE_COMPARISONS)
    return comparison_id


def point_faults(axis: str, points: Sequence[float]) -> list[Fault]:
    """Return what is wrong with a grid; places are ``/axis`` and ``/points``."""
    if axis not in AXES:
        return [Fault("/axis", "変える条件をひとつ選んでください", "choose what to change")]
    if not FEWEST_POINTS <= len(points) <= MOST_POINTS:
        ja = f"値は{FEWEST_POINTS}から{MOST_POINTS}個にしてください"
        return [Fault("/points", ja, f"give {FEWEST_POINTS} to {MOST_POINTS} values")]
    if len(set(points)) < len(points):
        return [Fault("/points", "同じ値が2回あります", "a value is there twice")]
    low, high = (1.0, LARGEST_PRICE) if axis == "yen_per_point" else (0.0, LARGEST_WEIGHT)
    if not all(low <= point <= high for point in points):
        ja, en = f"値は{low:g}から{high:g}までにしてください", f"use values from {low:g} to {high:g}"
        return [Fault("/points", ja, en)]
    return []


def _refuse_too_many(session: Session, actor: Actor) -> None:
    c = columns(Comparison)
    mine = select(func.count()).where(c.asked_by == actor.id, c.status.in_(("queued", "running")))
    if session.execute(mine).scalar_one() >= MOST_OPEN:
        raise Conflict(
            f"終わっていない比較が{MOST_OPEN}件あります。終わるのを待つか、止めてから頼んでください。",
            f"You have {MOST_OPEN} comparisons that have not ended. Wait for one, or stop one first.",
        )


def policy_at(policy: Policy, axis: str, point: float) -> Policy:
    """Return ``policy`` by its weights, with ``axis`` at ``point``. An order of goals is taken by its weights."""
    goal = resolve(policy)
    weights = goal.weights if axis == "yen_per_point" else replace(goal.weights, **{axis: point})
    return Policy(
        weights=weights,
        yen_per_point=point if axis == "yen_per_point" else goal.yen_per_point,
        travel_counts=policy.travel_counts,
        security_floor=policy.security_floor,
    )


def waiting_comparisons(session: Session) -> tuple[str, ...]:
    """Return the ids of comparisons whose problem has not been built yet, the oldest first."""
    c = columns(Comparison)
    return tuple(session.execute(select(c.id).where(c.status == "queued").order_by(c.created_at, c.id)).scalars())


def build_comparison(session: Session, comparison_id: str) -> Snapshot:
    """Return the problem of a comparison by the rows as they are now. Raises NotFound, and Conflict as a run does."""
    row = _row(session, comparison_id)
    question = Question(
        months=tuple(row.months),
        policy=_POLICY.validate_python(row.policy, strict=False),
        limits=_LIMITS.validate_python(row.limits, strict=False),
        prefecture=row.prefecture_code,
    )
    return build_problem(session, question)


def begin_comparison(session: Session, comparison_id: str, snapshot: Snapshot) -> bool:
    """Keep a comparison's problem and queue a run for each of its points; False when it is done already, or stopped."""
    row = lock_row(session, Comparison, comparison_id)
    if row is None or row.status != "queued":
        return False
    left_out = [asdict(entry) for entry in snapshot.left_out]
    content = zlib.compress(write_problem(snapshot.problem))
    _write(session, comparison_id, status="running", left_out=left_out, content=content)
    # Whoever asked was allowed to run each of them: what follows is done in their name.
    asker = Actor(row.asked_by, (Grant("coordinator", row.prefecture_code or NATIONWIDE),))
    for point in row.points:
        question = Question(
            months=tuple(row.months),
            policy=policy_at(_POLICY.validate_python(row.policy, strict=False), row.axis, point),
            limits=_LIMITS.validate_python(row.limits, strict=False),
            prefecture=row.prefecture_code,
        )
        plan_id = new_id("plan")
        values = plan_values(plan_id, asker, row.title, question) | {"comparison_id": comparison_id, "point": point}
        session.execute(insert(table_of(Plan)), [values])
        told = {"status": "draft", "comparison": comparison_id}
        record(session, asker, "plan:draft", "plan", plan_id, after=told)
        move(session, asker, plan_subject(take_plan(session, plan_id)), "queue")
    call(session, SOLVE_RUNS)
    return True


def fail_comparison(session: Session, comparison_id: str, ja: str, en: str) -> None:
    """Mark a comparison that could not be begun as failed, with what to do."""
    row = lock_row(session, Comparison, comparison_id)
    if row is not None and row.status == "queued":
        _write(session, comparison_id, status="failed", error_ja=ja, error_en=en)
        record(session, SYSTEM, "comparison:fail", "comparison", comparison_id)


def problem_at(session: Session, comparison_id: str, policy: Policy) -> Snapshot:
    """Return the comparison's problem with ``policy``: that of one of its points. Raises NotFound."""
    row = _row(session, comparison_id)
    if row.content is None:
        raise NotFound("比較の問題", "problem of the comparison")
    problem = read_problem(zlib.decompress(row.content))
    return Snapshot(replace(problem, policy=policy), tuple(LeftOut(**entry) for entry in row.left_out))


def keep_point(session: Session, actor: Actor, plan_id: str) -> None:
    """List a point of a comparison among the plans. Raises NotFound, Forbidden, Conflict when it has no result."""
    row = take_plan(session, plan_id)
    require(actor, "plan.run", plan_belonging(row))
    if row.comparison_id is None or row.objective is None or row.status not in {"ready", "published"}:
        raise Conflict(
            "結果のある案だけを残せます。計算が終わった案を選んでください。",
            "Only a point with a result can be kept. Choose one whose run has ended.",
        )
    p = columns(Plan)
    changed = update(table_of(Plan)).where(p.id == plan_id)
    session.execute(changed.values(kept=True, updated_at=utc_now(), version=p.version + 1))
    record(session, actor, "plan:keep", "plan", plan_id)


def stop_comparison(session: Session, actor: Actor, comparison_id: str) -> None:
    """Take its points out of the queue and have those under way end with the best so far.

    Raises NotFound, Forbidden, Conflict when it has ended.
    """
    row = _row(session, comparison_id)
    require(actor, "plan.run", Belonging(prefecture=row.prefecture_code))
    p = columns(Plan)
    still = select(p.id).where(p.comparison_id == comparison_id, p.status.in_(("queued", "running"))).order_by(p.id)
    plans = session.execute(still).scalars().all()
    if row.status not in {"queued", "running"}:
        raise Conflict("この比較はもう終わっています。", "This comparison has ended already.")
    for plan_id in plans:
        if take_plan(session, plan_id).status in {"queued", "running"}:
            request_stop(session, actor, plan_id)
    locked = lock_row(session, Comparison, comparison_id)
    if locked is not None and locked.status == "queued":
        _write(session, comparison_id, status="cancelled")
    record(session, actor, "comparison:stop", "comparison", comparison_id)
    end_comparison(session, comparison_id)


def _row(session: Session, comparison_id: str) -> Any:
    c = columns(Comparison)
    row = session.execute(select(*c).where(c.id == comparison_id)).first()
    if row is None:
        raise NotFound("比較", "comparison")
    return row


def _write(session: Session, comparison_id: str, **values: Any) -> None:
    c = columns(Comparison)
    changed = update(table_of(Comparison)).where(c.id == comparison_id)
    session.execute(changed.values(**values, updated_at=utc_now(), version=c.version + 1))
