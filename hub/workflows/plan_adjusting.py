"""A plan made again with a person fixed in a slot or kept out of it, and what that would do, before it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import NotFound
from hub.models import Request, Slot
from hub.models.base import columns, table_of
from hub.workflows.expert_names import NamedExpert, named_experts
from hub.workflows.plan_documents import problem_of, result_of
from hub.workflows.plan_questions import question_of
from hub.workflows.plan_reading import take_seen_plan
from hub.workflows.plans import queue_question
from hub.workflows.problems import Question
from hub.workflows.records import fetch
from matching.explain import PairExplanation, explain_pair
from matching.plan import Plan as Result
from matching.problem import Link, Problem

SlotChange = Literal["pin", "forbid"]
"""What is asked of a pair: to be in the plan, or not to be."""
TRY_SECONDS = 5.0
"""How long trying one person in one slot may take; a page waits for it."""


@dataclass(frozen=True, slots=True)
class NamedSlot:
    """A slot by what people call it, and whose it is."""

    id: str
    title: str
    organization_code: str


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A pair that was fixed or kept apart."""

    slot: NamedSlot
    expert: NamedExpert


@dataclass(frozen=True, slots=True)
class ChangedSlot:
    """A slot another plan fills differently; None: nobody."""

    slot: NamedSlot
    before: NamedExpert | None
    after: NamedExpert | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A plan with what it was made for, to try a person in one of its slots."""

    problem: Problem
    result: Result


def asked_for(session: Session, actor: Actor, plan_id: str) -> Question:
    """Return what a plan was asked for. Raises NotFound, Unseen."""
    return question_of(session, take_seen_plan(session, plan_id, actor))


def remake(session: Session, actor: Actor, plan_id: str, change: SlotChange, link: Link, *, title: str) -> str:
    """Queue a plan asked for like ``plan_id``, with a pair fixed or kept apart on top, and return its id.

    A slot has one pin: the new one replaces another. What is fixed is kept apart no more, and the other way round.
    Raises as ``queue_plan`` does, and NotFound, Unseen for the plan.
    """
    asked = asked_for(session, actor, plan_id)
    pins = tuple(one for one in asked.pins if one != link and not (change == "pin" and one.slot == link.slot))
    forbidden = tuple(one for one in asked.forbidden if one != link)
    if change == "pin":
        pins = (*pins, link)
    else:
        forbidden = (*forbidden, link)
    return queue_question(session, actor, title, replace(asked, pins=pins, forbidden=forbidden))


def begin_trial(session: Session, actor: Actor, plan_id: str) -> Trial:
    """Read a finished plan and its problem. Raises NotFound (also of a run without a result), Unseen, Forbidden."""
    asked = asked_for(session, actor, plan_id)
    require(actor, "plan.run", Belonging(prefecture=asked.prefecture))
    return Trial(problem_of(session, plan_id), result_of(session, plan_id))


def try_pair(trial: Trial, link: Link, seconds: float = TRY_SECONDS) -> PairExplanation:
    """Return what an expert in a slot would do to the plan, or the rule against it; solves for up to ``seconds``.

    Raises NotFound when the plan's problem has no such slot or expert: both as they were when it was made.
    """
    try:
        return explain_pair(trial.problem, trial.result, link.slot, link.expert, seconds=seconds)
    except KeyError:
        raise NotFound("計画に加わっていた枠または専門人材", "slot or expert of the plan") from None


def named_changes(session: Session, tried: PairExplanation) -> tuple[ChangedSlot, ...]:
    """Return the slots that would be filled differently, in the plan's order, by their names."""
    changes = tried.alternative.changes if tried.alternative else ()
    slots = _slots(session, [change.slot for change in changes])
    people = named_experts(session, {key for change in changes for key in (change.before, change.after) if key})
    return tuple(
        ChangedSlot(
            slots[change.slot],
            people[change.before] if change.before else None,
            people[change.after] if change.after else None,
        )
        for change in changes
    )


def named_links(session: Session, links: Sequence[Link]) -> tuple[NamedLink, ...]:
    """Return pairs by their names; one whose slot or expert is gone is left out."""
    slots = _slots(session, [one.slot for one in links])
    people = named_experts(session, {one.expert for one in links})
    told = [link for link in links if link.slot in slots and link.expert in people]
    return tuple(NamedLink(slots[link.slot], people[link.expert]) for link in told)


def named_expert(session: Session, expert_id: str) -> NamedExpert:
    """Return an expert by name. Raises NotFound."""
    found = named_experts(session, [expert_id]).get(expert_id)
    if found is None:
        raise NotFound("専門人材", "expert")
    return found


def _slots(session: Session, ids: Sequence[str]) -> dict[str, NamedSlot]:
    s, r = columns(Slot), columns(Request)
    query = select(s.id, s.title, r.organization_code).join_from(
        table_of(Slot), table_of(Request), r.id == s.request_id
    )
    return {row[0]: NamedSlot(*row) for row in fetch(session, query, s.id, ids)}
