import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from matching.check import check
from matching.interchange import read_plan, read_problem
from tests.hub.databases import on_sqlite

ENGLISH = {"Accept-Language": "en-GB,en;q=0.8,ja;q=0.5"}
LISTS = ("/api/organizations", "/api/experts", "/api/requests", "/api/plans")


def finished(client: TestClient, address: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        page = client.get(address).json()
        if page["row"]["status"] not in ("queued", "running"):
            return page
        time.sleep(0.1)
    raise AssertionError(page["row"])


def test_a_plan_is_queued_solved_and_read(client: TestClient):
    queued = client.post("/api/plans", json={"title": "十月から", "limits": {"seconds": 20}})
    assert queued.status_code == 202
    address = queued.headers["Location"]
    assert address == f"/api/plans/{queued.json()['id']}"
    page = finished(client, address)
    assert (page["row"]["status"], page["row"]["result"], page["row"]["gap"]) == ("ready", "optimal", 0.0)
    problem, plan = client.get(f"{address}/problem"), client.get(f"{address}/plan")
    assert check(read_problem(problem.content), read_plan(plan.content)) == ()
    assert "attachment" in plan.headers["Content-Disposition"]
    slots = client.get(f"{address}/slots", params={"filled": True, "size": 100}).json()
    assert slots["total"] == page["row"]["filled"] > 0
    one = client.get(f"{address}/slots/{slots['items'][0]['slot_id']}").json()
    assert one["row"] == slots["items"][0]
    assert sum(one["row"]["assigned"]["parts"].values()) == pytest.approx(one["row"]["assigned"]["fit"], abs=1e-6)
    assert client.put(f"{address}/in-force").status_code == 204
    assert client.get("/api/plans").json()["items"][0]["in_force"] is True
    assert client.delete(f"{address}/in-force").status_code == 204
    assert client.delete(f"{address}/in-force").status_code == 404


@pytest.mark.parametrize("address", LISTS)
def test_every_list_comes_in_pages(client: TestClient, address: str):
    page = client.get(address, params={"size": 5}).json()
    assert {"items", "total", "page", "size", "sort", "descending"} == set(page)
    assert len(page["items"]) == min(5, page["total"])
    assert client.get(address, params={"size": 101}).status_code == 422


def test_an_expert_and_a_request_are_read_whole(client: TestClient):
    expert = client.get("/api/experts", params={"talent_type": "X", "size": 1}).json()["items"][0]
    whole = client.get(f"/api/experts/{expert['id']}").json()
    assert "X" in whole["told"]["talent_types"]
    assert len(whole["told"]["availability"]) == 12
    request = client.get("/api/requests", params={"status": "open", "size": 1}).json()["items"][0]
    assert len(client.get(f"/api/requests/{request['id']}").json()["slots"]) == request["slots"]


@on_sqlite
@pytest.mark.parametrize(
    "address",
    [
        "/api/experts/nobody",
        "/api/experts/../plans/x",
        "/api/requests/nothing",
        "/api/organizations/000000",
        "/api/plans/nothing",
        "/api/plans/nothing/slots",
        "/api/plans/nothing/slots/nothing",
        "/api/plans/nothing/problem",
        "/api/plans/nothing/plan",
        "/api/experts/" + "x" * 5000,
        "/api/nothing",
    ],
)
def test_an_id_of_nothing_is_not_found_in_both_languages(client: TestClient, address: str):
    japanese, english = client.get(address), client.get(address, headers=ENGLISH)
    assert japanese.status_code == english.status_code == 404
    assert japanese.json()["error"]["message"] != english.json()["error"]["message"]
    assert "xxxx" not in japanese.text


@on_sqlite
@pytest.mark.parametrize(
    ("body", "places"),
    [
        (b"", [""]),
        (b"{", [""]),
        (b"[]", [""]),
        (b'{"title": "a", "title": "b"}', ["/title"]),
        (b'{"title": "a", "limits": {"seconds": NaN}}', ["/limits/seconds"]),
        (b'{"title": "a", "surprise": 1}', ["/surprise"]),
        (b'{"title": 5, "months": "2026-04"}', ["/title", "/months"]),
        (
            b'{"title": "a", "policy": {"name": "cheapest", "security_floor": 9}}',
            ["/policy/name", "/policy/security_floor"],
        ),
        (b'{"title": " ", "months": ["2026-04", "2026-06"]}', ["/title", "/months"]),
        (b'{"title": "' + b"x" * 1_000_000 + b'"}', ["/title"]),
    ],
)
def test_a_body_that_cannot_be_taken_names_every_place_and_queues_nothing(
    still: TestClient, body: bytes, places: list[str]
):
    answer = still.post("/api/plans", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert [fault["place"] for fault in answer.json()["error"]["faults"]] == places
    assert len(answer.content) < 2000
    assert still.get("/api/plans").json()["total"] == 0


@on_sqlite
@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("page=0", "/query/page"),
        ("page=one", "/query/page"),
        ("prefecture=1", "/query/prefecture"),
        ("talent_type=Z", "/query/talent_type"),
        ("level=5", "/query/level"),
        ("paused=maybe", "/query/paused"),
        ("text=" + "x" * 201, "/query/text"),
    ],
)
def test_a_query_that_cannot_be_taken_says_what_to_write(client: TestClient, query: str, place: str):
    for headers, word in (({}, "書いてください"), (ENGLISH, "write")):
        answer = client.get(f"/api/experts?{query}", headers=headers)
        assert answer.status_code == 422
        (fault,) = answer.json()["error"]["faults"]
        assert fault["place"] == place
        assert word in fault["message"]


def test_a_queued_plan_is_cancelled_and_cannot_be_stopped_twice(still: TestClient):
    plan_id = still.post("/api/plans", json={"title": "取りやめ"}).json()["id"]
    assert still.post(f"/api/plans/{plan_id}/stop").status_code == 202
    assert still.get(f"/api/plans/{plan_id}").json()["row"]["status"] == "cancelled"
    assert still.post(f"/api/plans/{plan_id}/stop").json()["error"]["code"] == "conflict"
    assert still.put(f"/api/plans/{plan_id}/in-force").status_code == 409


def test_an_expert_is_paused_and_a_request_closed_and_neither_is_planned(still: TestClient):
    expert = still.get("/api/experts", params={"size": 1}).json()["items"][0]["id"]
    request = still.get("/api/requests", params={"size": 1}).json()["items"][0]["id"]
    assert still.put(f"/api/experts/{expert}/paused", json={"paused": True}).status_code == 204
    assert still.post(f"/api/requests/{request}/close", json={}).status_code == 204
    assert still.get("/api/experts", params={"paused": False}).json()["total"] == 23
    assert still.get("/api/requests", params={"status": "open"}).json()["total"] == 15
    assert still.put("/api/experts/nobody/paused", json={"paused": True}).status_code == 404
    assert still.post("/api/requests/nothing/close", json={}).status_code == 404
    assert still.post(f"/api/requests/{request}/close", json={}).status_code == 409
    for wrong in ({}, {"paused": "yes"}, {"paused": True, "why": 1}):
        assert still.put(f"/api/experts/{expert}/paused", json=wrong).status_code == 422
    for wrong in ({"reason": 1}, {"gone": True}):
        assert still.post(f"/api/requests/{request}/close", json=wrong).status_code == 422


def test_an_organization_is_found_by_name(client: TestClient):
    (found,) = client.get("/api/organizations", params={"text": "しおじり"}).json()["items"]
    assert client.get(f"/api/organizations/{found['code']}").json() == found
    assert found["full_name"] == "長野県塩尻市"


def test_a_change_sent_by_another_site_s_page_is_refused(still: TestClient):
    for headers in (
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert still.post("/api/plans", json={"title": "x"}, headers=headers).status_code == 403
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert still.post("/api/plans", json={"title": "x"}, headers=own).status_code == 202


def test_answers_are_kept_nowhere(client: TestClient):
    for address in ("/api/experts", "/api/experts/nobody"):
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_the_interface_describes_itself(client: TestClient):
    paths = client.get("/api/openapi.json").json()["paths"]
    asked = paths["/api/plans"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert asked["required"] == ["title"]
    assert "minimum" in str(asked["properties"]["limits"])
    assert "$ref" not in str(asked)
    assert set(paths["/api/plans"]) == {"get", "post"}
    assert all(path.startswith("/api/") for path in paths)
