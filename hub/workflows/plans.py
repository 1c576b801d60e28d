"""Plans as people see them: queued, stopped, found, read, put in force. The worker's side is ``runs``."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.errors import Conflict, NotFound
from hub.models import Expert, PlanLink, Slot
from hub.models import Plan as PlanTable
from hub.models.base import columns, new_id, table_of, utc_now
from hub.models.plans import NOTHING_YET
from hub.workflows.plan_details import read_plan_slot
from hub.workflows.plan_reading import (
    find_plan_slots,
    find_plans,
    not_found,
    plan_in_force,
    prefecture_rows,
    read_plan,
    read_plan_row,
)
from hub.workflows.plan_rules import refuse_faults
from hub.workflows.problems import Question, usual_months
from hub.workflows.records import write
from matching.problem import Limits, Link, Policy

__all__ = [
    "end_force",
    "find_plan_slots",
    "find_plans",
    "plan_in_force",
    "prefecture_rows",
    "put_in_force",
    "queue_plan",
    "read_plan",
    "read_plan_row",
    "read_plan_slot",
    "request_stop",
]

_POLICY = TypeAdapter(Policy)
_LIMITS = TypeAdapter(Limits)


def queue_plan(
    session: Session,
    title: str,
    policy: Policy | None = None,
    limits: Limits | None = None,
    months: Sequence[str] | None = None,
    *,
    pins: Sequence[Link] = (),
    forbidden: Sequence[Link] = (),
) -> str:
    """Queue a run and return the plan's id; ``months`` None: from the first to the last of all open slots.

    Raises Invalid with every fault; Conflict when no request is open; NotFound when a pair names no slot or expert.
    """
    span = tuple(months) if months is not None else usual_months(session)
    if not span and months is None:
        raise Conflict(
            "受付中の人材ニーズがありません。先に登録するか、受付中にしてください。",
            "No request is open. Add one or open one first.",
        )
    question = Question(span, policy or Policy(), limits or Limits(), tuple(pins), tuple(forbidden))
    refuse_faults(title, question)
    plan_id, now = new_id("plan"), utc_now()
    row = {
        "id": plan_id,
        "title": title.strip(),
        "status": "queued",
        "months": list(span),
        "policy": _POLICY.dump_python(question.policy, mode="json"),
        "limits": _LIMITS.dump_python(question.limits, mode="json"),
        "in_force": False,
        "stop_requested": False,
        "attempt": 0,
        "left_out": [],
        "summary": {},
        "created_at": now,
        "updated_at": now,
        "version": 1,
        **NOTHING_YET,
    }
    session.execute(insert(table_of(PlanTable)), [row])
    _store_links(session, plan_id, question)
    return plan_id


def _store_links(session: Session, plan_id: str, question: Question) -> None:
    links = [("pin", link) for link in question.pins] + [("forbidden", link) for link in question.forbidden]
    for model, ids in ((Slot, {link.slot for _, link in links}), (Expert, {link.expert for _, link in links})):
        c = columns(model)
        if ids.difference(session.execute(select(c.id).where(c.id.in_(ids))).scalars()):
            raise NotFound("枠または専門人材", "slot or expert")
    rows = [{"plan_id": plan_id, "kind": kind, "slot_id": a.slot, "expert_id": a.expert} for kind, a in links]
    write(session, {PlanLink: rows})


def request_stop(session: Session, plan_id: str) -> None:
    """Take a queued run out of the queue; ask a running one to end with the best plan so far.

    Raises NotFound, Conflict when the run has ended.
    """
    p = columns(PlanTable)
    status = session.execute(select(p.status).where(p.id == plan_id)).scalar()
    if status is None:
        raise not_found()
    if status == "queued":
        values: dict[str, Any] = {"status": "cancelled", "finished_at": utc_now()}
    elif status == "running":
        values = {"stop_requested": True}
    else:
        raise Conflict("この計算はもう終わっています。", "This run has ended already.")
    session.execute(update(table_of(PlanTable)).where(p.id == plan_id).values(**values, updated_at=utc_now()))


def put_in_force(session: Session, plan_id: str) -> None:
    """Make a finished plan the one in force, in place of any other: the next plan tries to keep it.

    Raises NotFound, Conflict when the plan is not finished or its run found none.
    """
    p = columns(PlanTable)
    row = session.execute(select(p.status, p.objective).where(p.id == plan_id)).first()
    if row is None:
        raise not_found()
    if row.status != "ready" or row.objective is None:
        raise Conflict(
            "完成した計画だけを有効にできます。計算が終わった計画を選んでください。",
            "Only a finished plan can be put in force. Choose one that has a result.",
        )
    table, now = table_of(PlanTable), utc_now()
    session.execute(update(table).where(p.in_force, p.id != plan_id).values(in_force=False, updated_at=now))
    session.execute(update(table).where(p.id == plan_id).values(in_force=True, updated_at=now, version=p.version + 1))


def end_force(session: Session, plan_id: str) -> None:
    """Take a plan out of force. Raises NotFound when it is not in force."""
    p = columns(PlanTable)
    values = {"in_force": False, "updated_at": utc_now(), "version": p.version + 1}
    found = session.execute(update(table_of(PlanTable)).where(p.id == plan_id, p.in_force).values(**values))
    if found.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("有効な配置計画", "plan in force")
