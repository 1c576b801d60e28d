"""Whoever is paused is gone at once, at every door: searches, problems, runs, plans, pins, publications."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, NotFound, Unseen
from hub.workflows.disclosure_choices import choose
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import expert_ids, find_experts, set_paused, store_experts
from hub.workflows.plan_reading import read_plan
from hub.workflows.plans import put_in_force, queue_plan, read_plan_slot
from hub.workflows.problems import build_problem
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.publishing import publish
from hub.workflows.requests import store_requests
from hub.workflows.runs import claim_next, complete_plan, record_problem
from hub.workflows.shown_experts import look_at_expert, read_public_summary
from matching.problem import Limits, Link
from matching.solve import solve
from tests.hub import drafts
from tests.hub.databases import on_sqlite
from tests.hub.round.world import (
    APPROVER,
    COORDINATOR,
    REQUESTER,
    assigned,
    in_a_week,
    make_plan,
    offer,
    person,
    problem_now,
    solved,
    status_of,
)

NAME = "休止 太郎"


@pytest.fixture
def world(registered: Engine) -> Engine:
    """One request with a slot only ``e1`` fits; ``e2`` is there, too."""
    with transaction(registered) as session:
        store_experts(
            session,
            {"e1": drafts.expert(family_name="休止", given_name="太郎"), "e2": drafts.expert(skills=(), roles=())},
        )
        store_requests(session, {"r1": drafts.request()})
    return registered


def pause(engine: Engine, expert_id: str = "e1", *, paused: bool = True) -> None:
    with transaction(engine) as session:
        set_paused(session, person(expert_id), expert_id, paused=paused)


def refused(engine: Engine, attempt: Callable[[Any], object]) -> str:
    with pytest.raises(Conflict) as conflict, transaction(engine) as session:
        attempt(session)
    return conflict.value.ja


@on_sqlite
def test_no_search_finds_who_is_paused_but_the_offices_own_for_them(world: Engine):
    def found(actor: Any, **wanted: Any) -> list[str]:
        with reading(world) as session:
            return [row.id for row in find_experts(session, ExpertFilter(**wanted), actor=actor).items]

    assert [sorted(found(actor)) for actor in (COORDINATOR, REQUESTER)] == [["e1", "e2"]] * 2
    pause(world)
    assert [found(actor) for actor in (COORDINATOR, REQUESTER)] == [["e2"]] * 2
    assert (found(COORDINATOR, paused=True), found(REQUESTER, paused=True)) == (["e1"], [])
    assert found(COORDINATOR, text="休止") == []
    with reading(world) as session:
        assert sorted(expert_ids(session, ExpertFilter())) == ["e1", "e2"], "a file of the office is whole"


@on_sqlite
def test_no_page_shows_who_is_paused_to_an_organization_that_only_asks_or_to_everybody(world: Engine):
    with transaction(world) as session:
        choose(session, person("e1"), "e1", {"name": "public"})
    with reading(world) as session:
        assert read_public_summary(session, "e1").name == NAME
        look_at_expert(session, REQUESTER, "e1")
    pause(world)
    with reading(world) as session:
        with pytest.raises(NotFound):
            read_public_summary(session, "e1")
        with pytest.raises(Unseen):
            look_at_expert(session, REQUESTER, "e1")


@on_sqlite
def test_no_problem_has_who_is_paused(world: Engine):
    assert [expert.id for expert in problem_now(world).experts] == ["e1", "e2"]
    pause(world)
    assert [expert.id for expert in problem_now(world).experts] == ["e2"]


@on_sqlite
def test_nobody_is_pinned_while_paused(world: Engine):
    slot = next(slot.id for _, slot in problem_now(world).seats())
    pause(world)
    said = refused(world, lambda s: queue_plan(s, COORDINATOR, "固定", pins=(Link(slot, "e1"),)))
    assert NAME in said


def test_a_run_that_began_before_ends_with_a_note_and_cannot_be_published(world: Engine):
    with transaction(world) as session:
        plan = queue_plan(session, COORDINATOR, "途中", limits=Limits(seconds=10))
        claim = claim_next(session)
        assert claim is not None
        snapshot = build_problem(session, claim.question)
        record_problem(session, claim, snapshot)
    pause(world)
    with transaction(world) as session:
        complete_plan(session, claim, snapshot.problem, solve(snapshot.problem))
    with reading(world) as session:
        notes = {note.kind: note for note in read_plan(session, plan).left_out}
    assert "計算のあとに休止した専門人材 1 人" in notes["paused_since"].ja
    assert "専門人材が休止しています" in refused(world, lambda s: publish(s, COORDINATOR, plan, in_a_week()))


def test_a_ready_plan_marks_who_was_paused_and_is_neither_published_nor_put_in_force(world: Engine):
    plan = solved(world)
    [(slot, expert)] = assigned(world, plan).items()
    assert expert == "e1"
    with reading(world) as session:
        assert "paused_since" not in [note.kind for note in read_plan(session, plan).left_out]
        assert not read_plan_slot(session, plan, slot).row.assigned.paused
    pause(world)
    with reading(world) as session:
        assert "paused_since" in [note.kind for note in read_plan(session, plan).left_out]
        assert read_plan_slot(session, plan, slot).row.assigned.paused
    assert "専門人材が休止しています" in refused(world, lambda s: publish(s, COORDINATOR, plan, in_a_week()))
    assert NAME in refused(world, lambda s: put_in_force(s, COORDINATOR, plan))
    pause(world, paused=False)
    with transaction(world) as session:
        assert len(publish(session, COORDINATOR, plan, in_a_week()).proposals) == 1


@on_sqlite
def test_nobody_is_led_to_ask_who_was_paused_instead_of_another(seeded: Engine, settings: Any):
    from hub.jobs.solving import run_next

    with transaction(seeded) as session:
        plan = queue_plan(session, LOCAL, "別の人", limits=Limits(seconds=10))
    run_next(seeded, settings.model_copy(update={"explain_seconds": 10}))
    named = {}
    with reading(seeded) as session:
        for slot in assigned(seeded, plan):
            if others := read_plan_slot(session, plan, slot).alternatives:
                named[slot] = others[0].expert_id
    slot, other = next(iter(named.items()))
    with transaction(seeded) as session:
        set_paused(session, LOCAL, other, paused=True)
    with reading(seeded) as session:
        assert other not in [one.expert_id for one in read_plan_slot(session, plan, slot).alternatives]


def test_what_is_out_is_withdrawn_and_no_answer_brings_it_back(world: Engine):
    slot = next(slot.id for _, slot in problem_now(world).seats())
    with transaction(world) as session:
        make_plan(session)
        proposal = offer(session, slot, "e1")
    pause(world)
    assert status_of(world, "proposals", proposal) == "withdrawn"
    refused(world, lambda s: accept_as_organization(s, APPROVER, proposal))
    refused(world, lambda s: accept_as_expert(s, person("e1"), proposal))
