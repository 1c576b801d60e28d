"""A plan made again from the same input with something supposed (もしもの計画): asked for in words, and built.

Its problem is that of the plan it is asked of, as it was kept, so that what differs comes from what is supposed alone
and not from what people edited meanwhile; only who has been paused since is taken out. ``build_snapshot`` is where
suppositions meet a problem.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require_new
from hub.errors import Conflict
from hub.models import Expert, Organization, Plan, PlanSlot, Request, Slot
from hub.models.base import columns, table_of
from hub.workflows.left_out import LeftOut, paused_since_base
from hub.workflows.organizations import full_name, matching_text
from hub.workflows.plan_documents import problem_of
from hub.workflows.plan_questions import question_of
from hub.workflows.plan_reading import take_seen_plan
from hub.workflows.plans import queue_question
from hub.workflows.problems import Question, Snapshot, build_problem
from hub.workflows.records import fetch
from hub.workflows.supposed_words import Names, sentence
from hub.workflows.suppositions import PersonAdded, Sentence, StartMoved, Supposition, suppose
from matching.problem import Link, Problem

MOST_CHOICES = 200
"""Slots of a plan that a page offers to suppose something of; a search narrows them."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A slot of a plan, whose it is and what they are called."""

    slot: str
    title: str
    request: str
    request_title: str
    organization: str
    name: str
    name_en: str


def queue_what_if(session: Session, actor: Actor, plan_id: str, title: str, supposed: Sequence[Supposition]) -> str:
    """Queue a plan made like ``plan_id`` from its own problem with what is ``supposed``, and return its id.

    Of a plan that rests on suppositions already, its base is taken again: ``supposed`` is all that is supposed then.
    Raises NotFound, Unseen, Forbidden; Conflict when the plan has no result; Invalid (``/supposed/0``, ``/title``).
    """
    asked = begin_what_if(session, actor, plan_id)
    base = asked.base or plan_id
    suppose(problem_of(session, base), supposed)
    told = in_words(session, supposed)
    return queue_question(session, actor, title, replace(asked, base=base, supposed=tuple(supposed), told=told))


def begin_what_if(session: Session, actor: Actor, plan_id: str) -> Question:
    """Return what a plan was asked for, with what it supposes, to suppose something of it.

    Raises NotFound, Unseen, Forbidden, Conflict when its run has found no plan.
    """
    row = take_seen_plan(session, plan_id, actor)
    require_new(actor, "plan.run", Belonging(prefecture=row.prefecture_code))
    if row.objective is None or row.status not in {"ready", "published", "closed"}:
        raise Conflict(
            "結果のある計画からだけ、仮の条件で作り直せます。計算が終わった計画を選んでください。",
            "Only a plan with a result can be made again with something supposed. Choose one whose run has ended.",
        )
    return question_of(session, row)


def refuse_impossible(session: Session, plan_id: str, supposed: Sequence[Supposition]) -> None:
    """Raise Invalid (``/supposed/0``) for what cannot be supposed of a plan that ``begin_what_if`` let through."""
    p = columns(Plan)
    base = session.execute(select(p.base_id).where(p.id == plan_id)).scalar()
    suppose(problem_of(session, base or plan_id), supposed)


def build_snapshot(session: Session, question: Question) -> Snapshot:
    """Return the problem a run is asked to solve: by the rows as they are, or its base's with what is supposed.

    Raises Conflict as ``build_problem`` does, NotFound when the base has no problem, Invalid when what is supposed is
    not possible any more.
    """
    if question.base is None:
        return build_problem(session, question)
    row = session.execute(select(*columns(Plan)).where(columns(Plan).id == question.base)).one()
    first = problem_of(session, question.base)
    problem, paused = _without_paused(session, first)
    base = question_of(session, row)
    told = [f"{one.ja} / {one.en}" for one in question.told]
    changed = replace(
        suppose(problem, question.supposed, told),
        policy=question.policy,
        limits=question.limits,
        pins=_pins(problem, {*base.pins} - {*first.pins}, question),
        forbidden=_forbidden(problem, base, question),
    )
    left_out = [LeftOut(**entry) for entry in row.left_out]
    return Snapshot(changed, (*left_out, paused_since_base(paused)) if paused else tuple(left_out))


def _without_paused(session: Session, problem: Problem) -> tuple[Problem, int]:
    """Return the problem without who is paused (or erased) by now, and how many: a pause holds for whatever comes."""
    e = columns(Expert)
    here = set(session.execute(select(e.id).where(e.paused.is_(False))).scalars())
    gone = {expert.id for expert in problem.experts}.difference(here)
    if not gone:
        return problem, 0
    experts = tuple(expert for expert in problem.experts if expert.id not in gone)
    links = (problem.pins, problem.forbidden, problem.previous)
    pins, forbidden, previous = (tuple(link for link in told if link.expert not in gone) for told in links)
    return replace(problem, experts=experts, pins=pins, forbidden=forbidden, previous=previous), len(gone)


def _pins(problem: Problem, kept: Collection[Link], question: Question) -> tuple[Link, ...]:
    """Return the pins asked for but those ``kept`` by a promise already. Raises Conflict when one cannot be."""
    pins = tuple(pin for pin in question.pins if pin not in kept)
    if any(pin.slot not in problem.seat_by_slot or pin.expert not in problem.expert_by_id for pin in pins):
        raise Conflict(
            "固定した枠または専門人材が、もとの計画の対象にないか、休止しています。固定を見直してください。",
            "A pinned slot or expert is not part of the plan this one is made from, or paused. Review the pins.",
        )
    return pins


def _forbidden(problem: Problem, base: Question, question: Question) -> tuple[Link, ...]:
    """Return what the base's problem kept apart, less what its asker did, and what is asked for now."""
    others = [link for link in problem.forbidden if link not in base.forbidden and link not in question.forbidden]
    here = [
        link for link in question.forbidden if link.slot in problem.seat_by_slot and link.expert in problem.expert_by_id
    ]
    return (*here, *others)


def in_words(session: Session, supposed: Sequence[Supposition]) -> tuple[Sentence, ...]:
    """Return each supposition as a sentence, with the names of today; supposed people are numbered as they come."""
    names = _names(session, supposed)
    told, people = [], 0
    for one in supposed:
        people += isinstance(one, PersonAdded)
        told.append(sentence(one, names, people))
    return tuple(told)


def _names(session: Session, supposed: Sequence[Supposition]) -> Names:
    ids = {_of(one) for one in supposed if not isinstance(one, PersonAdded)}
    o, r, s = columns(Organization), columns(Request), columns(Slot)
    bodies = fetch(session, select(o.code, full_name(o), o.name_en), o.code, sorted(ids))
    asked = select(r.id, r.title, full_name(o), o.name_en).join_from(
        table_of(Request), table_of(Organization), o.code == r.organization_code
    )
    seats = (
        select(s.id, s.title, full_name(o), o.name_en)
        .join_from(table_of(Slot), table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
    )
    named: dict[str, tuple[str, str]] = {key: (ja, en or ja) for key, ja, en in bodies}
    for query, key in ((asked, r.id), (seats, s.id)):
        for found, title, ja, en in fetch(session, query, key, sorted(ids)):
            named[found] = (f"{ja}「{title}」", f"{en or ja} “{title}”")
    return named


def _of(one: Any) -> str:
    return str(one.request if isinstance(one, StartMoved) else one.id)


def seats_of(session: Session, plan_id: str, text: str = "") -> tuple[Seat, ...]:
    """Return the slots a plan decided on in its order, ``MOST_CHOICES`` and one more at most.

    ``text``: in the request or its organization. For who may see the plan.
    """
    d, s, r, o = (columns(model) for model in (PlanSlot, Slot, Request, Organization))
    query = (
        select(s.id, s.title, r.id, r.title, o.code, full_name(o), o.name_en)
        .join_from(table_of(PlanSlot), table_of(Slot), s.id == d.slot_id)
        .join(table_of(Request), r.id == s.request_id)
        .join(table_of(Organization), o.code == r.organization_code)
        .where(d.plan_id == plan_id, matching_text(text, r.search_key, o.search_key))
        .order_by(d.position)
        .limit(MOST_CHOICES + 1)
    )
    return tuple(Seat(*row) for row in session.execute(query))
