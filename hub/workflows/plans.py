"""Plans as people see them: queued, stopped, found, read, put in force. The worker's side is ``runs``."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require, require_new
from hub.db.calls import SOLVE_RUNS, call
from hub.errors import Conflict, NotFound
from hub.models import Expert, PlanLink, Slot
from hub.models import Plan as PlanTable
from hub.models.base import columns, new_id, table_of, utc_now
from hub.models.plans import NOTHING_YET
from hub.workflows.audit import record
from hub.workflows.comparison_ending import end_comparison
from hub.workflows.conflicts import refuse_conflicts
from hub.workflows.moving import move
from hub.workflows.paused_people import refuse_paused, refuse_plan_with_paused
from hub.workflows.plan_details import read_plan_slot
from hub.workflows.plan_reading import (
    find_plan_slots,
    find_plans,
    plan_in_force,
    prefecture_rows,
    read_plan,
    read_plan_row,
)
from hub.workflows.plan_rules import refuse_faults
from hub.workflows.plan_taking import plan_belonging, plan_subject, take_plan
from hub.workflows.problems import Question, usual_months
from hub.workflows.records import write
from hub.workflows.suppositions import kept_suppositions, refuse_supposed
from matching.problem import Limits, Link, Policy

__all__ = [
    "end_force",
    "find_plan_slots",
    "find_plans",
    "plan_in_force",
    "prefecture_rows",
    "put_in_force",
    "queue_draft",
    "queue_plan",
    "queue_question",
    "read_plan",
    "read_plan_row",
    "read_plan_slot",
    "request_stop",
]

_POLICY = TypeAdapter(Policy)
_LIMITS = TypeAdapter(Limits)


def queue_plan(
    session: Session,
    actor: Actor,
    title: str,
    policy: Policy | None = None,
    limits: Limits | None = None,
    *,
    months: Sequence[str] | None = None,
    pins: Sequence[Link] = (),
    forbidden: Sequence[Link] = (),
    prefecture: str | None = None,
    as_draft: bool = False,
) -> str:
    """Queue a run and return the plan's id; ``months`` None: from the first to the last of all slots to plan.

    ``prefecture``: only its organizations' requests (two digits). ``as_draft``: keep what is asked for, and queue it
    later. Raises Forbidden; Invalid with every fault; NotFound when a pair names no slot or expert; Conflict when no
    request is open, a pinned person is paused or a pinned pair must not be.
    """
    require_new(actor, "plan.run", Belonging(prefecture=prefecture))
    span = tuple(months) if months is not None else usual_months(session, prefecture)
    if not span and months is None:
        raise Conflict(
            "受付中の人材ニーズがありません。先に登録するか、受付中にしてください。",
            "No request is open. Add one or open one first.",
        )
    question = Question(span, policy or Policy(), limits or Limits(), tuple(pins), tuple(forbidden), prefecture)
    return queue_question(session, actor, title, question, as_draft=as_draft)


def queue_question(session: Session, actor: Actor, title: str, question: Question, *, as_draft: bool = False) -> str:
    """Queue a run for a whole question and return the plan's id. Raises as ``queue_plan`` does."""
    require_new(actor, "plan.run", Belonging(prefecture=question.prefecture))
    refuse_faults(title, question)
    plan_id = new_id("plan")
    session.execute(insert(table_of(PlanTable)), [plan_values(plan_id, actor, title, question)])
    _store_links(session, plan_id, question)
    after: dict[str, Any] = {"status": "draft", "prefecture": question.prefecture}
    if question.base:
        after |= {"base": question.base, "supposed": len(question.supposed)}
    record(session, actor, "plan:draft", "plan", plan_id, after=after)
    if not as_draft:
        queue_draft(session, actor, plan_id)
    return plan_id


def queue_draft(session: Session, actor: Actor, plan_id: str) -> None:
    """Queue a plan kept as a draft. Raises NotFound, Forbidden, Conflict when it has been queued already."""
    move(session, actor, plan_subject(take_plan(session, plan_id)), "queue")
    call(session, SOLVE_RUNS)


def plan_values(plan_id: str, actor: Actor, title: str, question: Question) -> dict[str, Any]:
    """Return the row of a plan that ``actor`` asks for, as a draft."""
    now = utc_now()
    return {
        "id": plan_id,
        "title": title.strip(),
        "status": "draft",
        "prefecture_code": question.prefecture,
        "months": list(question.months),
        "policy": _POLICY.dump_python(question.policy, mode="json"),
        "limits": _LIMITS.dump_python(question.limits, mode="json"),
        "in_force": False,
        "stop_requested": False,
        "attempt": 0,
        "sequence": 0,
        "losses": 0,
        "asked_by": actor.id,
        "kept": False,
        "base_id": question.base,
        "supposed": kept_suppositions(question.supposed, question.told) if question.base else {},
        "left_out": [],
        "summary": {},
        "created_at": now,
        "updated_at": now,
        "version": 1,
        **NOTHING_YET,
    }


def _store_links(session: Session, plan_id: str, question: Question) -> None:
    links = [("pin", link) for link in question.pins] + [("forbidden", link) for link in question.forbidden]
    for model, ids in ((Slot, {link.slot for _, link in links}), (Expert, {link.expert for _, link in links})):
        c = columns(model)
        if ids.difference(session.execute(select(c.id).where(c.id.in_(ids))).scalars()):
            raise NotFound("枠または専門人材", "slot or expert")
    refuse_conflicts(session, question.pins)
    refuse_paused(session, {link.expert for link in question.pins})
    rows = [{"plan_id": plan_id, "kind": kind, "slot_id": a.slot, "expert_id": a.expert} for kind, a in links]
    write(session, {PlanLink: rows})


def request_stop(session: Session, actor: Actor, plan_id: str) -> None:
    """Take a run out of the queue, or a draft off the desk; ask a running one to end with the best plan so far.

    Raises NotFound, Forbidden, Conflict when the run has ended.
    """
    row = take_plan(session, plan_id)
    require(actor, "plan.run", plan_belonging(row))
    if row.status in {"draft", "queued"}:
        move(session, actor, plan_subject(row), "cancel", finished_at=utc_now(), sequence=row.sequence + 1)
        if row.comparison_id is not None:
            end_comparison(session, row.comparison_id)
    elif row.status == "running":
        _write(session, plan_id, stop_requested=True, sequence=row.sequence + 1)
        record(session, actor, "plan:stop", "plan", plan_id)
    else:
        raise Conflict("この計算はもう終わっています。", "This run has ended already.")


def put_in_force(session: Session, actor: Actor, plan_id: str) -> None:
    """Make a finished plan the one in force, in place of any other: the next plan tries to keep it.

    Raises NotFound, Forbidden, Conflict when the plan is not finished, its run found none, it places who is
    paused, or it rests on something supposed.
    """
    row = take_plan(session, plan_id)
    require(actor, "plan.publish", plan_belonging(row))
    refuse_supposed(row)
    if row.status not in {"ready", "published"} or row.objective is None:
        raise Conflict(
            "完成した計画だけを有効にできます。計算が終わった計画を選んでください。",
            "Only a finished plan can be put in force. Choose one that has a result.",
        )
    refuse_plan_with_paused(session, plan_id)
    take_force(session, plan_id)
    record(session, actor, "plan:put_in_force", "plan", plan_id)


def take_force(session: Session, plan_id: str) -> None:
    """Put a plan in force in place of any other."""
    p = columns(PlanTable)
    others = update(table_of(PlanTable)).where(p.in_force, p.id != plan_id)
    session.execute(others.values(in_force=False, updated_at=utc_now()))
    _write(session, plan_id, in_force=True)


def end_force(session: Session, actor: Actor, plan_id: str) -> None:
    """Take a plan out of force. Raises Forbidden, NotFound when it is not in force."""
    row = take_plan(session, plan_id)
    require(actor, "plan.publish", plan_belonging(row))
    if not row.in_force:
        raise NotFound("有効な配置計画", "plan in force")
    _write(session, plan_id, in_force=False)
    record(session, actor, "plan:end_force", "plan", plan_id)


def _write(session: Session, plan_id: str, **values: Any) -> None:
    p = columns(PlanTable)
    changed = update(table_of(PlanTable)).where(p.id == plan_id)
    session.execute(changed.values(**values, updated_at=utc_now(), version=p.version + 1))
