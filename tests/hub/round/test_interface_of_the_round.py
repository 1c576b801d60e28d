from collections.abc import Iterator
from typing import Any

import pytest

from hub.settings import Settings
from hub.workflows.drafts import REQUEST, RequestDraft
from tests.hub.calling import Hub, opened
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    APPROVER,
    COORDINATOR,
    OF_NAGANO,
    REQUESTER,
    STRANGER,
    in_a_week,
    person,
    solved,
)

PEOPLE = {
    actor.id: actor for actor in (APPROVER, COORDINATOR, OF_NAGANO, REQUESTER, STRANGER, person("e1"), person("e2"))
}


@pytest.fixture
def hub(world: World, settings: Settings) -> Iterator[Hub]:
    with opened(settings) as made:
        yield made


def body_of(draft: RequestDraft) -> Any:
    return REQUEST.dump_python(draft, mode="json")


def test_a_round_through_the_interface(hub: Hub, world: World, request_told: Any):
    made = hub.call(REQUESTER, "POST", "/requests", 201, body_of(request_told(slots=request_told().slots)))
    request = f"/requests/{made['id']}"
    hub.call(STRANGER, "POST", f"{request}/submit", 404)
    hub.call(REQUESTER, "POST", f"{request}/submit?version=1", 204)
    hub.call(REQUESTER, "POST", f"{request}/submit", 409)
    hub.call(APPROVER, "POST", f"{request}/send-back", 422, {})
    hub.call(APPROVER, "POST", f"{request}/send-back", 204, {"code": "unclear"})
    hub.call(REQUESTER, "POST", f"{request}/submit", 204)
    hub.call(APPROVER, "POST", f"{request}/approve", 204)
    hub.call(OF_NAGANO, "POST", f"{request}/review", 204, {"words": "確認しました"})
    hub.call(OF_NAGANO, "POST", f"{request}/open", 204)
    plan_id = solved(world.engine)
    deadline = in_a_week().isoformat()
    hub.call(REQUESTER, "POST", f"/plans/{plan_id}/publications", 403, {"deadline": deadline})
    hub.call(COORDINATOR, "POST", f"/plans/{plan_id}/publications", 422, {"deadline": "2030-01-01T00:00:00"})
    out = hub.call(COORDINATOR, "POST", f"/plans/{plan_id}/publications", 201, {"deadline": deadline})
    assert (out["stage"], out["refused"], len(out["proposals"])) == (1, [], 3)
    page = hub.call(REQUESTER, "GET", "/proposals?size=2", 200)
    assert (page["total"], len(page["items"])) == (3, 2)
    by_expert = {"e1": [], "e2": []}
    for row in hub.call(COORDINATOR, "GET", "/proposals", 200)["items"]:
        by_expert[row["expert_id"]].append(row["id"])
    mine = hub.call(person("e1"), "GET", "/offers", 200)
    assert {offer["id"] for offer in mine["items"]} == set(by_expert["e1"])
    key = by_expert["e1"][0]
    hub.call(person("e2"), "GET", f"/offers/{key}", 404)
    hub.call(person("e2"), "POST", f"/offers/{key}/accept", 404)
    assert hub.call(person("e1"), "POST", f"/offers/{key}/accept", 200) == {"status": "expert_accepted"}
    assert hub.call(REQUESTER, "POST", f"/proposals/{key}/accept", 200) == {"status": "confirmed"}
    steps = hub.call(COORDINATOR, "GET", f"/proposals/{key}", 200)["steps"]
    assert [step["move"] for step in steps] == ["accept_as_expert", "accept_as_organization"]
    other = by_expert["e2"][0]
    hub.call(person("e2"), "POST", f"/offers/{other}/decline", 422, {})
    hub.call(person("e2"), "POST", f"/offers/{other}/decline", 204, {"code": "no_time"})
    row = hub.call(COORDINATOR, "GET", f"/proposals/{other}", 200)["row"]
    history = hub.call(COORDINATOR, "GET", f"/requests/{row['request_id']}/proposals", 200)
    assert history["people"]["e2"]["declined"] == 1
    done = hub.call(COORDINATOR, "POST", f"/plans/{plan_id}/undo", 200, {})
    assert done == {"withdrawn": 1, "kept": 1, "status": "published"}
    hub.call(COORDINATOR, "POST", f"/plans/{plan_id}/close", 204, {})
    hub.call(COORDINATOR, "POST", f"/plans/{plan_id}/undo", 409, {})


def test_a_lost_update_shows_both_versions(hub: Hub, world: World):
    address = "/requests/r1"
    page = hub.call(COORDINATOR, "GET", address, 200)
    seen = page["version"]
    hub.call(COORDINATOR, "PUT", f"{address}?version={seen}", 204, {**page["told"], "priority": 2})
    error = hub.call(COORDINATOR, "PUT", f"{address}?version={seen}", 409, {**page["told"], "priority": 3})["error"]
    assert (error["code"], error["stored"], error["told"], error["version"]) == (
        "changed_meanwhile",
        {"priority": 2.0},
        {"priority": 3.0},
        seen + 1,
    )
    expert = hub.call(person("e1"), "GET", "/experts/e1", 200)
    told = {**expert["told"], "hourly_rate": 7000}
    hub.call(person("e1"), "PUT", f"/experts/e1?version={expert['version']}", 204, told)
    told = {**expert["told"], "hourly_rate": 8000, "summary": "追記"}
    error = hub.call(COORDINATOR, "PUT", f"/experts/e1?version={expert['version']}", 409, told)["error"]
    assert (error["stored"], error["told"]) == (
        {"hourly_rate": 7000, "summary": ""},
        {"hourly_rate": 8000, "summary": "追記"},
    )


def test_a_plan_is_kept_as_a_draft_and_queued_later(hub: Hub):
    asked = {"title": "長野県", "prefecture": "20", "draft": True}
    made = hub.call(OF_NAGANO, "POST", "/plans", 202, asked)
    assert hub.call(OF_NAGANO, "GET", f"/plans/{made['id']}", 200)["row"]["status"] == "draft"
    hub.call(OF_NAGANO, "POST", f"/plans/{made['id']}/queue", 202)
    hub.call(OF_NAGANO, "POST", f"/plans/{made['id']}/queue", 409)
    hub.call(OF_NAGANO, "POST", "/plans", 403, {"title": "全国"})
