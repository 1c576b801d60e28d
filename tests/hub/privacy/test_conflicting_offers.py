"""A conflict that is declared while an offer is out: withdrawn for both, its cause told to the office alone."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.db.transaction import reading, transaction
from hub.workflows.declared_conflicts import Declaration, declare
from hub.workflows.drafts import PartnerDraft
from hub.workflows.experts import edit_expert
from hub.workflows.moving import Reason
from hub.workflows.proposal_ending import withdraw_proposal
from hub.workflows.proposal_reading import read_proposal
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.request_editing import edit_request
from hub.workflows.request_records import read_requests, read_slots
from tests.hub import drafts
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import Work, reported, value
from tests.hub.privacy.test_conflicts import CITY, OWN, WAYS, world
from tests.hub.round.world import (
    APPROVER,
    COORDINATOR,
    REQUESTER,
    committed,
    make_plan,
    offer,
    person,
    status_of,
    told_of,
)
from tests.hub.workflows.accounts import add_account

__all__ = ["world"]


def offered(engine: Engine, expert: str = "e1") -> str:
    with transaction(engine) as session:
        for actor in (APPROVER, COORDINATOR):
            add_account(session, actor.id, *((grant.role, grant.scope) for grant in actor.grants))
        add_account(session, f"acc_{expert}", ("expert", ""), expert=expert)
        make_plan(session)
        return offer(session, next(iter(read_slots(session, ["r1"])["r1"])), expert)


def do(engine: Engine, *steps: Any) -> None:
    for step in steps:
        with transaction(engine) as session:
            step(session)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_out_is_withdrawn_and_both_sides_and_the_office_are_told(world: Engine, way: str):
    proposal = offered(world)
    do(world, lambda session: accept_as_expert(session, OWN, proposal))
    assert committed(world, "e1")[0][1] == 1
    do(world, WAYS[way])
    assert status_of(world, "proposals", proposal) == "withdrawn"
    assert committed(world, "e1") == [(0.0, 0, 0.0)] * 3
    assert ("proposal:withdrawn", proposal) in told_of(world, "acc_e1")
    assert ("proposal:withdrawn", proposal) in told_of(world, "acc_approver")
    assert told_of(world, "acc_coordinator") == [("proposal:withdrawn_for_conflict", proposal)]


@on_sqlite
def test_nobody_but_the_office_reads_why_or_whose_word_it_was(world: Engine):
    proposal = offered(world)
    do(world, WAYS["expert"])
    for actor, why in ((REQUESTER, None), (COORDINATOR, "conflict_of_interest")):
        with reading(world) as session:
            step = read_proposal(session, actor, proposal).steps[-1]
        assert (step.move, step.reason_code, step.actor_id) == ("withdraw", why, "system")


@on_sqlite
def test_every_withdrawal_looks_alike_to_the_organization(world: Engine):
    proposal = offered(world)
    do(world, lambda session: withdraw_proposal(session, COORDINATOR, proposal, Reason("conflict_of_interest", "内緒")))
    with reading(world) as session:
        step = read_proposal(session, REQUESTER, proposal).steps[-1]
    assert (step.reason_code, step.reason, step.actor_id) == (None, None, "system")


@on_sqlite
def test_others_stay_out_and_telling_the_same_again_ends_nothing_more(world: Engine):
    proposal = offered(world, "e2")
    do(world, *WAYS.values())
    assert status_of(world, "proposals", proposal) == "offered"
    assert told_of(world, "acc_coordinator") == []


@pytest.mark.parametrize("way", ["expert", "person"])
def test_what_was_confirmed_stays_and_the_office_is_told_once(world: Engine, way: str):
    proposal = offered(world)
    do(
        world,
        lambda session: accept_as_expert(session, OWN, proposal),
        lambda session: accept_as_organization(session, APPROVER, proposal),
    )
    before = {account: told_of(world, account) for account in ("acc_e1", "acc_approver")}
    do(world, WAYS[way], WAYS[way])
    assert status_of(world, "proposals", proposal) == "confirmed"
    assert committed(world, "e1")[0][1] == 1
    assert ("proposal:confirmed_in_conflict", proposal) in told_of(world, "acc_coordinator")
    assert told_of(world, "acc_coordinator").count(("proposal:confirmed_in_conflict", proposal)) == 1
    assert {account: told_of(world, account) for account in before} == before


@on_sqlite
@reported
def test_work_that_has_ended_is_nobodys_news(work: Work):
    with transaction(work.engine) as session:
        declare(session, APPROVER, CITY, Declaration(("e1",), ()))
    query = "SELECT count(*) FROM notifications WHERE event = 'proposal:confirmed_in_conflict'"
    assert value(work.engine, query) == 0


@on_sqlite
def test_a_new_affiliation_and_a_new_partner_bring_a_conflict_too(world: Engine):
    proposal = offered(world, "e2")
    do(
        world,
        lambda session: declare(session, APPROVER, CITY, Declaration((), ("株式会社ABC",))),
        lambda session: edit_expert(session, person("e2"), "e2", drafts.expert(affiliation="株式会社ABC")),
    )
    assert status_of(world, "proposals", proposal) == "withdrawn"


@on_sqlite
def test_a_partner_that_joins_a_request_ends_offers_to_who_must_stay_out_of_it(world: Engine):
    def without(session: Any) -> Any:
        return read_requests(session, ["r1"])["r1"]

    do(
        world,
        lambda session: edit_request(session, COORDINATOR, "r1", replace(without(session), promotion=())),
        WAYS["partner"],
    )
    proposal = offered(world)
    partner = (PartnerDraft("地域金融機関", "信濃銀行"),)
    do(world, lambda session: edit_request(session, COORDINATOR, "r1", replace(without(session), promotion=partner)))
    assert status_of(world, "proposals", proposal) == "withdrawn"
