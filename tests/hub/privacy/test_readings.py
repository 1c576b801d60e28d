"""Who saw a profile, for its person: role and organization, when and why, and never which official."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.auth.actor import Actor, Grant
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.experts import store_experts
from hub.workflows.publishing import publish
from hub.workflows.requests import store_requests
from tests.hub import drafts
from tests.hub.calling import Hub, opened
from tests.hub.databases import on_sqlite
from tests.hub.round.world import APPROVER, CITY, OF_NAGANO, REQUESTER, in_a_week, person, solved

OWN = person("e1")
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))
COORDINATOR = Actor("acc_coordinator", (Grant("coordinator"),))


@pytest.fixture
def hub(registered: Engine, settings: Settings) -> Iterator[Hub]:
    with transaction(registered) as session:
        store_experts(session, {"e1": drafts.expert(), "e2": drafts.expert(family_name="佐藤")})
        store_requests(session, {"r1": drafts.request()})
    with opened(settings) as made:
        yield made


def readings(hub: Hub, expert_id: str = "e1") -> list[tuple[Any, ...]]:
    found = hub.call(person(expert_id), "GET", f"/experts/{expert_id}/readings", 200)["items"]
    return [(row["role"], row["scope"], row["purpose"], row["audience"]) for row in reversed(found)]


@on_sqlite
def test_whoever_is_shown_a_profile_is_there_by_role_and_organization_with_why(hub: Hub, registered: Engine):
    hub.call(OWN, "GET", "/experts/e1", 200)
    assert readings(hub) == [], "one's own looking is nobody's concern"
    hub.call(REQUESTER, "GET", "/experts/e1", 200)
    hub.call(OF_NAGANO, "GET", "/experts/e1", 200)
    hub.call(AUDITOR, "GET", "/experts/e1", 200)
    plan = solved(registered)
    with transaction(registered) as session:
        publish(session, COORDINATOR, plan, in_a_week())
    placed = "e1" if readings(hub)[-1][2] == "offer" else "e2"
    hub.call(APPROVER, "GET", f"/experts/{placed}", 200)
    told = readings(hub, placed)
    assert told[-2:] == [("", CITY, "offer", "partners"), ("approver", CITY, "proposal", "partners")]
    assert readings(hub)[:3] == [
        ("requester", CITY, "open_request", "organizations"),
        ("coordinator", "20", "coordination", "coordinators"),
        ("auditor", "", "audit", "coordinators"),
    ]
    page = hub.call(OWN, "GET", "/experts/e1/readings", 200)
    assert page["items"][-1]["organization"] == "長野県塩尻市"
    assert not {"acc_requester", "acc_nagano", "acc_auditor"} & set(str(page).replace("'", " ").split())


@on_sqlite
def test_files_with_a_profile_in_them_and_its_calendar_are_there(hub: Hub, registered: Engine):
    client = hub._client
    plan = solved(registered)
    for actor, address in (
        (COORDINATOR, "/api/experts/e1/calendar.ics"),
        (COORDINATOR, "/api/exports/experts.csv?talent_type=D"),
        (COORDINATOR, "/api/exports/experts.csv?talent_type=X"),
        (AUDITOR, "/api/exports/availability.csv"),
        (COORDINATOR, f"/api/plans/{plan}/problem"),
    ):
        hub._actor = actor
        assert client.get(address).status_code == 200, address
    assert [row[:3] for row in readings(hub)] == [
        ("coordinator", "", "calendar"),
        ("coordinator", "", "export"),
        ("auditor", "", "export"),
        ("coordinator", "", "export"),
    ]


@on_sqlite
def test_the_office_is_there_when_it_keeps_a_profile_up(hub: Hub):
    for address in ("", "/about", "/skills", "/career"):
        hub._actor = COORDINATOR
        assert hub._client.get(f"/experts/e1/edit{address}").status_code == 200
    assert len(readings(hub)) == 4
    hub._actor = OWN
    assert hub._client.get("/experts/e1/edit/about").status_code == 200
    assert len(readings(hub)) == 4


@on_sqlite
def test_nobody_but_the_person_sees_who_looked(hub: Hub):
    for actor, status in ((COORDINATOR, 403), (AUDITOR, 403), (REQUESTER, 403), (person("e2"), 404)):
        hub.call(actor, "GET", "/experts/e1/readings", status)


@on_sqlite
def test_who_is_refused_saw_nothing(hub: Hub, registered: Engine):
    stranger = Actor("acc_stranger", (Grant("requester", "131041"),))
    hub.call(stranger, "GET", "/experts/e1", 404)
    hub._actor = REQUESTER
    assert hub._client.get("/experts/e1/edit/about").status_code == 403
    assert readings(hub) == []
