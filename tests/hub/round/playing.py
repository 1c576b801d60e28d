"""Whole rounds at random: people of a small hub who do whatever they may in whatever order, and what may not."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hub.db.engine import create_engine
from hub.db.transaction import reading, transaction
from hub.errors import Busy, Conflict, Forbidden, HubError, Invalid
from hub.models import Change, Engagement, Plan, Proposal, base
from hub.models.base import columns, utc_now
from hub.workflows.breaking_off import break_off
from hub.workflows.drafts import ExpertDraft, MonthDraft, NeedDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.engagement_ending import end_due
from hub.workflows.engagements import agree, begin_due
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import edit_expert, set_paused, store_experts
from hub.workflows.moving import Reason
from hub.workflows.proposal_ending import UNCONFIRMED, lapse_due, withdraw_proposal
from hub.workflows.proposals import (
    accept_as_expert,
    accept_as_organization,
    decline_as_expert,
    decline_as_organization,
)
from hub.workflows.publishing import close_plan, publish, undo
from hub.workflows.request_editing import create_request, edit_request
from hub.workflows.request_moves import (
    approve,
    close_request,
    open_request,
    review,
    send_back,
    submit,
    withdraw_request,
)
from hub.workflows.request_records import read_requests
from tests.hub.databases import Databases
from tests.hub.round.invariants import assert_all
from tests.hub.round.world import APPROVER, CITY, COORDINATOR, MONTHS, REQUESTER, person, solved
from tests.hub.workflows.accounts import add_account

EXPERTS = ("e0", "e1", "e2")
CITY_BUDGET = 900_000
NEED = (NeedDraft("TE1-08", 2, mandatory=True),)
BEFORE, DURING, LATER = date(2026, 9, 1), date(2026, 10, 20), date(2026, 11, 20)
"""Days: before any work, in its first month, in its second."""

index = st.integers(min_value=0, max_value=99)


def expert() -> ExpertDraft:
    return ExpertDraft(
        family_name="髙橋",
        talent_types=("D",),
        hourly_rate=5000,
        base=CITY,
        skills=(SkillDraft("SE1-02", 2), SkillDraft("TE1-08", 3)),
        availability=tuple(MonthDraft(month, 40.0, 2, 3.0) for month in MONTHS),
    )


def seat(title: str, start: str, **changes: Any) -> SlotDraft:
    return SlotDraft(title, "D", "development", start, 2, 20.0, needs=NEED, **changes)


def requests() -> tuple[RequestDraft, ...]:
    october, november = (seat(month, month, onsite_days=1.0) for month in MONTHS[:2])
    optional = seat("任意", MONTHS[1], required=False)
    return (
        RequestDraft(CITY, "甲", (october, november)),
        RequestDraft(CITY, "乙", (october, november), team="all"),
        RequestDraft(CITY, "丙", (october, november, optional), budget=300_000),
    )


class Counted:
    """Stands in for chance where ids are made."""

    def __init__(self) -> None:
        self._numbers = count()

    def token_hex(self, size: int) -> str:
        return f"{next(self._numbers):0{2 * size}x}"


class Rounds(RuleBasedStateMachine):
    """A hub with three experts and three requests, and everybody who has a say in it."""

    def __init__(self, databases: Databases, database: str, folder: Path, made: Counter[str]) -> None:
        super().__init__()
        self._made = made
        self._ending = ExitStack()
        # The solver breaks ties by ids: with the same ids a round goes the same way when it is played again.
        self._ending.enter_context(mock.patch.object(base, "secrets", Counted()))
        copy = self._ending.enter_context(databases.copied(database, "registered", folder / f"{id(self)}"))
        self.engine = create_engine(copy)
        self._ending.callback(self.engine.dispose)
        with transaction(self.engine) as session:
            store_experts(session, {key: expert() for key in EXPERTS})
            add_account(session, REQUESTER.id, ("requester", CITY))
            add_account(session, APPROVER.id, ("approver", CITY))
            add_account(session, COORDINATOR.id, ("coordinator", ""))
            for key in EXPERTS:
                add_account(session, person(key).id, expert=key)
            self.requests = [create_request(session, REQUESTER, draft) for draft in requests()]
            session.execute(text(f"UPDATE organizations SET budget = {CITY_BUDGET} WHERE code = '{CITY}'"))

    def teardown(self) -> None:
        c = columns(Change)
        with self._ending, reading(self.engine) as session:
            moves = session.execute(select(c.subject_kind, c.move, c.to_status))
            self._made.update(f"{row.subject_kind} {row.move} {row.to_status}" for row in moves)

    def attempt(self, act: Callable[[Session], object]) -> None:
        """Do something; a refusal is fine, and changes nothing."""
        try:
            with transaction(self.engine) as session:
                act(session)
        except (Conflict, Invalid, Forbidden) as refused:
            assert not isinstance(refused, Busy)
            assert refused.ja
            assert refused.en

    def proposal(self, at: int) -> Any:
        """Return one of the proposals there are, those still waiting first."""
        p = columns(Proposal)
        with reading(self.engine) as session:
            found = session.execute(select(*p).order_by(p.status.not_in(UNCONFIRMED), p.id)).all()
        return found[at % len(found)]

    def plan(self, at: int) -> str | None:
        p = columns(Plan)
        with reading(self.engine) as session:
            found = session.execute(select(p.id).order_by(p.created_at.desc(), p.id)).scalars().all()
        return found[at % len(found)] if found else None

    def engagement(self, at: int) -> Any | None:
        """Return one of the engagements there are, those still at work first."""
        n = columns(Engagement)
        with reading(self.engine) as session:
            found = session.execute(select(*n).order_by(n.status.in_(("ended", "broken_off")), n.id)).all()
        return found[at % len(found)] if found else None

    def is_out(self) -> bool:
        """Return whether there ever was a proposal: without one there is nothing to answer."""
        p = columns(Proposal)
        with reading(self.engine) as session:
            return session.execute(select(p.id).limit(1)).first() is not None

    @initialize(opened=st.integers(1, 3), publishing=st.booleans(), slots=st.integers(1, 7))
    def begin(self, opened: int, slots: int, *, publishing: bool) -> None:
        for at in range(opened):
            self.advance_a_request(at, 4)
        if publishing:
            self.plan_and_publish(slots, 5, skip=True)

    @rule(at=index, steps=st.integers(1, 4))
    def advance_a_request(self, at: int, steps: int) -> None:
        key = self.requests[at % len(self.requests)]
        for _ in range(steps):
            with reading(self.engine) as session:
                status = read_requests(session, [key])[key].status
            ahead = {"draft": (submit, REQUESTER), "returned": (submit, REQUESTER), "submitted": (approve, APPROVER)}
            ahead |= {"approved": (review, COORDINATOR), "reviewed": (open_request, COORDINATOR)}
            act, actor = ahead.get(status, (submit, REQUESTER))
            self.attempt(lambda session, act=act, actor=actor: act(session, actor, key))

    @rule(at=index)
    def send_a_request_back(self, at: int) -> None:
        self.attempt(lambda s: send_back(s, APPROVER, self.requests[at % 3], Reason("unclear")))

    @rule(slots=st.integers(0, 7), days=st.integers(1, 7), skip=st.booleans())
    def plan_and_publish(self, slots: int, days: int, *, skip: bool) -> None:
        try:
            plan_id = solved(self.engine, months=MONTHS)
        except HubError:
            return
        with reading(self.engine) as session:
            query = text("SELECT slot_id FROM assignments WHERE plan_id = :id ORDER BY slot_id")
            given = session.execute(query, {"id": plan_id}).scalars().all()
        chosen = [slot for bit, slot in enumerate(given) if slots >> (bit % 3) & 1] or None
        deadline = utc_now() + timedelta(days=days)
        self.attempt(lambda s: publish(s, COORDINATOR, plan_id, deadline, chosen, skip_refused=skip))

    @rule(at=index, skip=st.booleans())
    def publish_an_older_plan(self, at: int, *, skip: bool) -> None:
        if plan_id := self.plan(at):
            deadline = utc_now() + timedelta(days=3)
            self.attempt(lambda s: publish(s, COORDINATOR, plan_id, deadline, skip_refused=skip))

    @precondition(is_out)
    @rule(at=index, sides=st.sampled_from(("expert", "organization", "expert organization", "organization expert")))
    def accept(self, at: int, sides: str) -> None:
        row = self.proposal(at)
        for side in sides.split():
            if side == "expert":
                self.attempt(lambda s: accept_as_expert(s, person(row.expert_id), row.id))
            else:
                self.attempt(lambda s: accept_as_organization(s, REQUESTER, row.id))

    @precondition(is_out)
    @rule(at=index)
    def accept_again(self, at: int) -> None:
        self.accept(at, "expert organization")

    @precondition(is_out)
    @rule(at=index)
    def accept_all_of_a_request(self, at: int) -> None:
        """Without this a request would be staffed too seldom: each of its seats waits for two answers."""
        p = columns(Proposal)
        with reading(self.engine) as session:
            waiting = session.execute(select(*p).where(p.status.in_(UNCONFIRMED)).order_by(p.request_id, p.id)).all()
        if waiting:
            key = waiting[at % len(waiting)].request_id
            for row in (row for row in waiting if row.request_id == key):
                self.attempt(lambda s, row=row: accept_as_expert(s, person(row.expert_id), row.id))
                self.attempt(lambda s, row=row: accept_as_organization(s, REQUESTER, row.id))

    @precondition(is_out)
    @rule(at=index, code=st.sampled_from(("no_time", "pay", "cost")))
    def decline(self, at: int, code: str) -> None:
        row = self.proposal(at)
        if code == "cost":
            self.attempt(lambda s: decline_as_organization(s, REQUESTER, row.id, Reason(code)))
        else:
            self.attempt(lambda s: decline_as_expert(s, person(row.expert_id), row.id, Reason(code)))

    @precondition(is_out)
    @rule(at=index)
    def withdraw_an_offer(self, at: int) -> None:
        row = self.proposal(at)
        self.attempt(lambda s: withdraw_proposal(s, COORDINATOR, row.id))

    @rule(days=st.integers(0, 6))
    def let_time_pass(self, days: int) -> None:
        self.attempt(lambda s: lapse_due(s, utc_now() + timedelta(days=days)))

    @rule(at=index, paused=st.booleans())
    def pause(self, at: int, *, paused: bool) -> None:
        self.attempt(lambda s: set_paused(s, COORDINATOR, EXPERTS[at % 3], paused=paused))

    @rule(
        at=index, month=st.sampled_from(MONTHS), hours=st.sampled_from((0.0, 20.0, 39.5, 60.0)), most=st.integers(0, 3)
    )
    def offer_another_amount(self, at: int, month: str, hours: float, most: int) -> None:
        key = EXPERTS[at % 3]

        def edit(session: Session) -> None:
            told = read_experts(session, [key])[key]
            others = [kept for kept in told.availability if kept.month != month]
            changed = MonthDraft(month, hours, most, 3.0)
            edit_expert(session, person(key), key, replace(told, availability=(*others, changed)))

        self.attempt(edit)

    @rule(at=index, month=st.sampled_from(MONTHS))
    def offer_a_month_no_more(self, at: int, month: str) -> None:
        key = EXPERTS[at % 3]

        def edit(session: Session) -> None:
            told = read_experts(session, [key])[key]
            months = tuple(kept for kept in told.availability if kept.month != month)
            edit_expert(session, person(key), key, replace(told, availability=months))

        self.attempt(edit)

    @rule(at=index, hours=st.sampled_from((10.0, 20.0)), budget=st.sampled_from((None, 100_000, 450_000)))
    def edit_a_request(self, at: int, hours: float, budget: int | None) -> None:
        key = self.requests[at % 3]

        def edit(session: Session) -> None:
            told = read_requests(session, [key])[key]
            slots = (replace(told.slots[0], hours=hours), *told.slots[1:])
            edit_request(session, COORDINATOR, key, replace(told, slots=slots, budget=budget))

        self.attempt(edit)

    @rule(at=st.integers(0, 40))
    def end_a_request(self, at: int) -> None:
        # Seldom: what has ended has nothing more to show.
        key = self.requests[at % 3]
        if at in {38, 39}:
            self.attempt(lambda s: close_request(s, COORDINATOR, key))
        elif at == 40:
            self.attempt(lambda s: withdraw_request(s, REQUESTER, key, Reason("postponed")))

    @rule(at=index, close=st.booleans())
    def take_back_a_plan(self, at: int, *, close: bool) -> None:
        if plan_id := self.plan(at):
            self.attempt(lambda s: close_plan(s, COORDINATOR, plan_id) if close else undo(s, COORDINATOR, plan_id))

    @precondition(is_out)
    @rule(at=index, day=st.sampled_from((BEFORE, DURING)))
    def agree_on_terms(self, at: int, day: date) -> None:
        if row := self.engagement(at):
            self.attempt(lambda s: agree(s, person(row.expert_id), row.id, "expert", row.terms_version, today=day))
            self.attempt(lambda s: agree(s, APPROVER, row.id, "organization", row.terms_version, today=day))

    @precondition(is_out)
    @rule(day=st.sampled_from((BEFORE, DURING, LATER)))
    def do_what_a_day_brings(self, day: date) -> None:
        self.attempt(lambda s: begin_due(s, day))
        self.attempt(lambda s: end_due(s, day))

    @precondition(is_out)
    @rule(at=index, last=st.sampled_from((None, DURING, LATER)))
    def break_work_off(self, at: int, last: date | None) -> None:
        if row := self.engagement(at):
            self.attempt(lambda s: break_off(s, REQUESTER, row.id, Reason("work_changed"), last))

    @invariant()
    def what_must_hold_holds(self) -> None:
        assert_all(self.engine)
