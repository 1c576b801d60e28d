"""What a plan was asked for, read back from its row: to solve it, and to ask for another like it."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import PlanLink
from hub.models.base import columns
from hub.workflows.problems import Question
from hub.workflows.suppositions import SUPPOSITIONS, sentences_of
from matching.problem import Limits, Link, Policy

_POLICY = TypeAdapter(Policy)
_LIMITS = TypeAdapter(Limits)


def question_of(session: Session, row: Any) -> Question:
    """Return what the plan of ``row`` (all columns of ``plans``) was asked for."""
    k = columns(PlanLink)
    links = session.execute(select(k.kind, k.slot_id, k.expert_id).where(k.plan_id == row.id).order_by(k.slot_id)).all()
    return Question(
        months=tuple(row.months),
        policy=_POLICY.validate_python(row.policy, strict=False),
        limits=_LIMITS.validate_python(row.limits, strict=False),
        pins=tuple(Link(slot, expert) for kind, slot, expert in links if kind == "pin"),
        forbidden=tuple(Link(slot, expert) for kind, slot, expert in links if kind == "forbidden"),
        prefecture=row.prefecture_code,
        base=row.base_id,
        supposed=SUPPOSITIONS.validate_python(row.supposed.get("asked", ()), strict=False),
        told=sentences_of(row),
    )
