"""Whole rounds driven at random: whatever people do in whatever order, what must hold holds after every step."""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hub.db.engine import create_engine
from hub.db.transaction import reading, transaction
from hub.errors import Busy, Conflict, Forbidden, HubError, Invalid
from hub.models import Availability, Booking, Change, Expert, Organization, Plan, Proposal, Request, base
from hub.models.base import columns, utc_now
from hub.models.experts import ROUNDING
from hub.models.proposals import HOLDING, LIVE
from hub.workflows.drafts import ExpertDraft, MonthDraft, NeedDraft, RequestDraft, SkillDraft, SlotDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import edit_expert, set_paused, store_experts
from hub.workflows.life_cycles import LIFE_CYCLES, REQUEST
from hub.workflows.moving import Reason
from hub.workflows.proposal_ending import UNCONFIRMED, UNPROMISED, lapse_due, withdraw_proposal
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
from hub.workflows.settling import SETTLED, _seats, standing
from hub.workflows.work_begun import slots_at_work
from tests.hub.databases import Databases
from tests.hub.round.world import APPROVER, CITY, COORDINATOR, MONTHS, REQUESTER, person, solved

EXPERTS = ("e0", "e1", "e2")
CITY_BUDGET = 900_000
NEED = (NeedDraft("TE1-08", 2, mandatory=True),)
FEW, MANY = (6, 25), (40, 60)
"""(examples, steps of each): in the quick tests, and in the slow ones."""

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

    def __init__(self, databases: Databases, database: str, folder: Path) -> None:
        super().__init__()
        self._ending = ExitStack()
        # The solver breaks ties by ids: with the same ids a round goes the same way when it is played again.
        self._ending.enter_context(mock.patch.object(base, "secrets", Counted()))
        made = self._ending.enter_context(databases.copied(database, "registered", folder / f"{id(self)}"))
        self.engine = create_engine(made)
        self._ending.callback(self.engine.dispose)
        with transaction(self.engine) as session:
            store_experts(session, {key: expert() for key in EXPERTS})
            self.requests = [create_request(session, REQUESTER, draft) for draft in requests()]
            session.execute(text(f"UPDATE organizations SET budget = {CITY_BUDGET} WHERE code = '{CITY}'"))

    def teardown(self) -> None:
        self._ending.close()

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

    @invariant()
    def what_is_promised_is_what_is_held_and_within_what_is_offered(self) -> None:
        a, b, p = columns(Availability), columns(Booking), columns(Proposal)
        with reading(self.engine) as session:
            months = session.execute(select(*a)).all()
            held = session.execute(select(*b).where(b.held)).all()
            status = {row.id: row.status for row in session.execute(select(p.id, p.status))}
            bookings = session.execute(select(b.proposal_id, b.held)).all()
        sums: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0, 0.0])
        for row in held:
            taken = sums[row.expert_id, row.month]
            taken[0], taken[1], taken[2] = taken[0] + row.hours, taken[1] + 1, taken[2] + row.onsite_days
        for row in months:
            promised = (row.hours_committed, row.engagements_committed, row.onsite_days_committed)
            assert promised == pytest.approx(sums[row.expert_id, row.month], abs=ROUNDING)
            offered = (row.hours, row.engagements, row.onsite_days)
            assert all(one <= most + ROUNDING for one, most in zip(promised, offered, strict=True))
        assert all(bool(row.held) == (status[row.proposal_id] in HOLDING) for row in bookings)
        assert set(status) == {row.proposal_id for row in bookings}

    @invariant()
    def a_slot_has_one_person_and_a_person_one_slot_of_a_request(self) -> None:
        p = columns(Proposal)
        with reading(self.engine) as session:
            live = session.execute(select(*p).where(p.status.in_(LIVE))).all()
            paused = set(session.execute(select(columns(Expert).id).where(columns(Expert).paused)).scalars())
        assert max(Counter(row.slot_id for row in live).values(), default=0) <= 1
        assert max(Counter((row.request_id, row.expert_id) for row in live).values(), default=0) <= 1
        assert not [row for row in live if row.expert_id in paused and row.status in UNPROMISED]

    @invariant()
    def no_budget_is_exceeded(self) -> None:
        p, r, o = columns(Proposal), columns(Request), columns(Organization)
        with reading(self.engine) as session:
            live = session.execute(select(p.request_id, p.cost).where(p.status.in_(LIVE))).all()
            budgets = {row.id: row.budget for row in session.execute(select(r.id, r.budget))}
            city = session.execute(select(o.budget).where(o.code == CITY)).scalar_one()
        spent = Counter[str]()
        for row in live:
            spent[row.request_id] += row.cost
        assert all(budgets[key] is None or cost <= budgets[key] for key, cost in spent.items())
        assert spent.total() <= city

    @invariant()
    def a_request_stands_where_its_slots_put_it(self) -> None:
        p = columns(Proposal)
        with reading(self.engine) as session:
            for key, told in read_requests(session, self.requests).items():
                if told.status in SETTLED:
                    assert told.status == standing(_seats(session, key), slots_at_work(session, key))
                else:
                    waiting = select(p.id).where(p.request_id == key, p.status.in_(UNCONFIRMED))
                    assert session.execute(waiting).first() is None

    @invariant()
    def every_move_is_one_of_the_table_and_in_the_records(self) -> None:
        c = columns(Change)
        with reading(self.engine) as session:
            moves = session.execute(select(*c).order_by(c.subject_kind, c.subject_id, c.position)).all()
            query = text("SELECT action, kind, subject_id FROM audit_records")
            recorded = Counter(tuple(row) for row in session.execute(query))
            stands = {
                (cycle.kind, row.id): row.status
                for cycle, model in zip(LIFE_CYCLES[:3], (Request, Plan, Proposal), strict=True)
                for row in session.execute(select(columns(model).id, columns(model).status))
            }
        known = {
            (cycle.kind, move.name, source, move.target)
            for cycle in LIFE_CYCLES
            for move in cycle.moves
            for source in move.sources
        }
        last: dict[tuple[str, str], str] = {}
        made = Counter[tuple[str, str, str]]()
        initial = {cycle.kind: cycle.initial for cycle in LIFE_CYCLES}
        for row in moves:
            subject = (row.subject_kind, row.subject_id)
            assert (row.subject_kind, row.move, row.from_status, row.to_status) in known
            assert row.from_status == last.get(subject, initial[row.subject_kind])
            assert row.actor_id
            last[subject] = row.to_status
            made[f"{row.subject_kind}:{row.move}", row.subject_kind, row.subject_id] += 1
        assert {key: last.get(key, initial[key[0]]) for key in stands} == stands
        assert all(recorded[key] == count for key, count in made.items())
        assert LIFE_CYCLES[0] is REQUEST


def drive(databases: Databases, database: str, folder: Path, examples: int, steps: int) -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        lambda: Rounds(databases, database, folder),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=quiet,
            database=None,
            print_blob=True,
        ),
    )


def test_whatever_people_do_what_must_hold_holds(databases: Databases, database: str, tmp_path: Path):
    drive(databases, database, tmp_path, *FEW)


@pytest.mark.slow
def test_whatever_people_do_for_long_what_must_hold_holds(databases: Databases, database: str, tmp_path: Path):
    drive(databases, database, tmp_path, *MANY)
