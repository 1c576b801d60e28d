"""Conflicts of interest: fed from what either side declared, refused at every door, and told to nobody else."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid, NotFound, Unseen
from hub.settings import Settings
from hub.workflows.declared_conflicts import Declaration, declare, declare_vendors, own_vendors, read_declaration
from hub.workflows.drafts import PartnerDraft
from hub.workflows.experts import edit_expert, store_experts
from hub.workflows.moving import Reason
from hub.workflows.plans import queue_plan
from hub.workflows.proposal_reading import read_proposal
from hub.workflows.proposals import decline_as_expert
from hub.workflows.publishing import publish
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from matching.problem import Link
from tests.hub import drafts
from tests.hub.calling import opened
from tests.hub.databases import on_sqlite
from tests.hub.round.world import (
    APPROVER,
    CITY,
    COORDINATOR,
    REQUESTER,
    STRANGER,
    in_a_week,
    make_plan,
    offer,
    person,
    problem_now,
    solved,
)

FIRM = "株式会社ＡＢＣ"
OWN = person("e1")


@pytest.fixture
def world(registered: Engine) -> Engine:
    with transaction(registered) as session:
        store_experts(session, {"e1": drafts.expert(affiliation="株式会社ABC"), "e2": drafts.expert()})
        partner = PartnerDraft("地域金融機関", "信濃 銀行")
        store_requests(session, {"r1": drafts.request(promotion=(partner,))})
    return registered


def by_expert(session: Any) -> None:
    edit_expert(session, OWN, "e1", drafts.expert(affiliation="株式会社ABC", conflicts=(CITY,)))


def by_partner(session: Any) -> None:
    declare_vendors(session, OWN, "e1", ["信濃銀行"])


def by_person(session: Any) -> None:
    declare(session, APPROVER, CITY, Declaration(("e1",), ()))


def by_vendor(session: Any) -> None:
    declare(session, APPROVER, CITY, Declaration((), (FIRM,)))


WAYS = {"expert": by_expert, "partner": by_partner, "person": by_person, "vendor": by_vendor}


@on_sqlite
@pytest.mark.parametrize("way", WAYS)
def test_what_either_side_declared_keeps_the_pair_apart_at_every_door(world: Engine, way: str):
    before = solved(world)
    slot = next(slot.id for _, slot in problem_now(world).seats())
    with transaction(world) as session:
        session.execute(text("UPDATE assignments SET expert_id = 'e1' WHERE plan_id = :plan"), {"plan": before})
    with transaction(world) as session:
        WAYS[way](session)
    problem = problem_now(world)
    against = {expert.id: expert.conflicts for expert in problem.experts}
    assert CITY in against["e1"] or Link(slot, "e1") in problem.forbidden
    assert against["e2"] == ()
    with pytest.raises(Conflict, match="利益相反"), transaction(world) as session:
        publish(session, COORDINATOR, before, in_a_week())
    with pytest.raises(Conflict, match="利益相反"), transaction(world) as session:
        queue_plan(session, COORDINATOR, "固定", pins=(Link(slot, "e1"),))
    with transaction(world) as session:
        queue_plan(session, COORDINATOR, "固定", pins=(Link(slot, "e2"),), as_draft=True)
    again = solved(world)
    with reading(world) as session:
        query = text("SELECT expert_id FROM assignments WHERE plan_id = :plan")
        assert set(session.execute(query, {"plan": again}).scalars()) == {"e2"}


@on_sqlite
def test_a_declaration_is_for_who_made_it_and_the_office(world: Engine):
    with transaction(world) as session:
        by_person(session)
        by_partner(session)
    for actor in (APPROVER, REQUESTER, COORDINATOR):
        with reading(world) as session:
            assert read_declaration(session, actor, CITY).experts == ("e1",)
    for actor in (STRANGER, OWN):
        with reading(world) as session, pytest.raises(Forbidden):
            read_declaration(session, actor, CITY)
    for actor, fault in ((REQUESTER, Forbidden), (STRANGER, Forbidden), (COORDINATOR, Forbidden)):
        with pytest.raises(fault), transaction(world) as session:
            declare(session, actor, CITY, Declaration((), ()))
    for actor in (OWN, COORDINATOR):
        with reading(world) as session:
            assert own_vendors(session, actor, "e1") == ("信濃銀行",)
    for actor in (REQUESTER, APPROVER, person("e2")):
        with reading(world) as session, pytest.raises(Unseen):
            own_vendors(session, actor, "e1")


@on_sqlite
def test_an_organization_declares_whom_it_can_see_and_nothing_without_a_name(world: Engine):
    with pytest.raises(NotFound), transaction(world) as session:
        declare(session, APPROVER, CITY, Declaration(("nobody",), ()))
    with pytest.raises(Invalid) as refused, transaction(world) as session:
        declare(session, APPROVER, CITY, Declaration((), ("良い会社", " ", "あ" * 101)))
    assert [fault.place for fault in refused.value.faults] == ["/vendors/1", "/vendors/2"]


@on_sqlite
def test_the_reason_of_a_decline_does_not_tell_the_other_side_of_it(world: Engine):
    with transaction(world) as session:
        make_plan(session)
        proposal = offer(session, next(iter(read_slots(session, ["r1"])["r1"])), "e1")
    with transaction(world) as session:
        decline_as_expert(session, OWN, proposal, Reason("conflict_of_interest", None))

    def told(actor: Any) -> list[str | None]:
        with reading(world) as session:
            return [step.reason_code for step in read_proposal(session, actor, proposal).steps if step.reason_code]

    assert (told(REQUESTER), told(COORDINATOR)) == (["other"], ["conflict_of_interest"])


@on_sqlite
def test_the_pages_and_the_interface_declare_and_show(world: Engine, settings: Settings):
    with opened(settings) as hub:
        hub.call(APPROVER, "PUT", f"/organizations/{CITY}/conflicts", 204, {"experts": ["e1"], "vendors": [FIRM]})
        assert hub.call(REQUESTER, "GET", f"/organizations/{CITY}/conflicts", 200) == {
            "experts": ["e1"],
            "vendors": [FIRM],
        }
        hub.call(OWN, "GET", f"/organizations/{CITY}/conflicts", 403)
        hub.call(OWN, "PUT", "/experts/e1/vendor-conflicts", 204, {"vendors": ["信濃銀行"]})
        hub._actor = OWN
        assert "信濃銀行" in hub._client.get("/experts/e1/edit/conditions").text
        hub._actor = APPROVER
        page = hub._client.get(f"/organizations/{CITY}/conflicts").text
        assert FIRM in page
        assert "髙橋" not in page
        shown = hub._client.get("/experts/e1").text
        assert "信濃銀行" not in shown
        hub._client.post(
            f"/organizations/{CITY}/conflicts", data={"vendors": ""}, headers={"origin": "http://localhost"}
        )
        assert hub.call(REQUESTER, "GET", f"/organizations/{CITY}/conflicts", 200) == {"experts": [], "vendors": []}
