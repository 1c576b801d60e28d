"""A hub where many people answer at once: more offers to each expert than fit, made by the ways people make them."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, Grant
from hub.db.faults import meaning
from hub.db.transaction import transaction
from hub.errors import HubError
from hub.models import Account, AccountGrant, Organization, Proposal
from hub.models.base import columns, table_of, utc_now
from hub.workflows.drafts import ExpertDraft, MonthDraft, NeedDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import edit_expert, store_experts
from hub.workflows.plans import queue_plan
from hub.workflows.problems import build_problem
from hub.workflows.proposals import accept_as_expert
from hub.workflows.publishing import publish
from hub.workflows.request_editing import create_request
from hub.workflows.request_moves import approve, open_request, review, submit
from hub.workflows.runs import claim_next, complete_plan, record_problem
from matching.problem import Limits
from matching.solve import solve

MONTHS = ("2026-10", "2026-11")
HOURS = 10.0
COORDINATOR = Actor("acc_coordinator", (Grant("coordinator"),))
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal by its id, and who may answer it."""

    id: str
    expert: str
    organization: str
    request: str


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What came of one of many things done at once, and the seconds from the common start to it."""

    told: T
    seconds: float


def expert_actor(expert: str) -> Actor:
    """Return the account of an expert."""
    return Actor(f"acc_{expert}", (Grant("expert"),), expert=expert)


def office(code: str) -> Actor:
    """Return the account of an organization that asks, and approves what it asks."""
    return Actor(f"acc_{code}", (Grant("requester", code), Grant("approver", code)))


def prepare(engine: Engine, experts: int, each: int, fitting: int) -> list[list[Offer]]:
    """Fill an empty hub (with its register) and return ``each`` offers to each of ``experts``, who has room for
    ``fitting``: every offer of a request and an organization of its own, as far as there are organizations.
    """
    keys = [f"e{number}" for number in range(experts)]
    with transaction(engine) as session:
        o = columns(Organization)
        codes = session.execute(select(o.code).order_by(o.code).limit(each)).scalars().all()
        _add_people(session, [COORDINATOR, *map(expert_actor, keys), *map(office, codes)])
        store_experts(session, {key: _expert(each) for key in keys})
        for number in range(experts * each):
            _open(session, codes[number % len(codes)])
    plan_id = _planned(engine)
    with transaction(engine) as session:
        publish(session, COORDINATOR, plan_id, utc_now() + timedelta(days=7))
        for key in keys:
            told = read_experts(session, [key])[key]
            edit_expert(session, expert_actor(key), key, replace(told, availability=_months(fitting)))
        p = columns(Proposal)
        query = select(p.id, p.expert_id, p.organization_code, p.request_id).where(p.status == "offered").order_by(p.id)
        found = [Offer(*row) for row in session.execute(query)]
    return [[offer for offer in found if offer.expert == key] for key in keys]


def rush(works: Sequence[Callable[[], T]]) -> list[Answer[T]]:
    """Do all of ``works`` at once, each on a thread of its own, and return what came of each, in their order."""
    answers: list[Answer[T] | None] = [None] * len(works)
    started = threading.Barrier(len(works))

    def run(position: int) -> None:
        started.wait()
        began = time.perf_counter()
        told = works[position]()
        answers[position] = Answer(told, time.perf_counter() - began)

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if None in answers:
        raise RuntimeError("a thread ended without an answer: its error is printed above")
    return [answer for answer in answers if answer]


def accepting(engine: Engine, offer: Offer) -> Callable[[], str]:
    """Return what accepts an offer for its expert; it returns the new status, or the class of the refusal."""
    return lambda: attempt(engine, lambda session: accept_as_expert(session, expert_actor(offer.expert), offer.id))


def attempt(engine: Engine, act: Callable[[Session], T]) -> T | str:
    """Do something in a transaction of its own and return its result, or the class of the refusal at the hub's edge."""
    try:
        with transaction(engine) as session:
            return act(session)
    except HubError as refused:
        return type(refused).__name__
    except SQLAlchemyError as error:
        said = meaning(error)
        if said is None:
            raise
        return type(said).__name__


def _expert(room: int) -> ExpertDraft:
    return ExpertDraft(
        family_name="髙橋",
        talent_types=("D",),
        hourly_rate=5000,
        base="202151",
        skills=(SkillDraft("SE1-02", 2), SkillDraft("TE1-08", 3)),
        availability=_months(room),
    )


def _months(room: int) -> tuple[MonthDraft, ...]:
    return tuple(MonthDraft(month, room * HOURS, room, 0.0) for month in MONTHS)


def _open(session: Session, code: str) -> None:
    needs = (NeedDraft("TE1-08", 2, mandatory=True),)
    slot = SlotDraft("クラウドの設計", "D", "development", MONTHS[0], len(MONTHS), HOURS, needs=needs)
    request_id = create_request(session, office(code), RequestDraft(code, "クラウドへの移行", (slot,)))
    submit(session, office(code), request_id)
    approve(session, office(code), request_id)
    review(session, COORDINATOR, request_id)
    open_request(session, COORDINATOR, request_id)


def _planned(engine: Engine) -> str:
    with transaction(engine) as session:
        plan_id = queue_plan(session, COORDINATOR, "一斉の提案", limits=Limits(seconds=60), months=MONTHS)
        claim = claim_next(session)
        if claim is None:
            raise RuntimeError("nothing is queued")
        snapshot = build_problem(session, claim.question)
        record_problem(session, claim, snapshot)
        complete_plan(session, claim, snapshot.problem, solve(snapshot.problem))
    return plan_id


def _add_people(session: Session, people: Sequence[Actor]) -> None:
    rows = [
        {"id": one.id, "mail": f"{one.id}@hub.example", "mail_key": f"{one.id}@hub.example", "name": one.id}
        | {"language": "ja", "expert_id": None, "active": True}
        for one in people
    ]
    session.execute(insert(table_of(Account)), rows)
    grants = [
        {"account_id": one.id, "role": grant.role, "scope": grant.scope} for one in people for grant in one.grants
    ]
    session.execute(insert(table_of(AccountGrant)), grants)
