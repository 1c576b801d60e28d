"""Values no column holds are refused with a place and a remedy, the same on both databases, whatever the address."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.hub.databases import on_sqlite

NUL = "a\0b"
NUMBERS = [str(2**31), str(2**63), str(-(2**63) - 1), "9" * 400, "true", "-1", "1.5", "NaN"]
TEXTS = ["x" * 10_000, "%", "_", "\\", "\ufffe", "髙𠮷🦊", "' OR 1=1 --"]
ODD = ["2026-11-21T09:00:00", "2026-13", "20x6-01"]


def addresses(client: TestClient) -> list[tuple[str, list[str]]]:
    """Return every address that can be read, its ids filled in, with the names of its parameters."""
    paths = client.get("/api/openapi.json").json()["paths"]
    found = []
    for path, methods in paths.items():
        if "get" in methods:
            names = [told["name"] for told in methods["get"].get("parameters", []) if told["in"] == "query"]
            found.append((re.sub(r"{\w+}", "none", path), names))
    return found


def ids(client: TestClient) -> list[tuple[str, str]]:
    """Return every method and address with an id in it, a NUL character in the id's place."""
    paths = client.get("/api/openapi.json").json()["paths"]
    return [
        (method, re.sub(r"{\w+}", "a%00b", path))
        for path, methods in paths.items()
        for method in methods
        if "{" in path
    ]


def test_no_parameter_of_any_address_breaks_it(still: TestClient):
    asked = 0
    for address, names in addresses(still):
        for name in names:
            for value in (*NUMBERS, *TEXTS, *ODD):
                answer = still.get(address, params={name: value})
                # 403: an address for experts only, whatever is asked of it.
                assert answer.status_code in (200, 403, 404, 422), (address, name, value[:40])
                asked += 1
    assert asked > 400


def test_a_nul_character_in_any_parameter_is_refused_at_its_place(still: TestClient):
    for address, names in addresses(still):
        for name in names:
            answer = still.get(address, params={name: NUL})
            assert answer.status_code == 422, (address, name)
            assert answer.json()["error"]["faults"][0]["place"] == f"/query/{name}"


def test_a_nul_character_in_any_id_is_refused_at_its_place(still: TestClient):
    found = ids(still)
    assert len(found) > 10
    for method, address in found:
        answer = still.request(method, address)
        assert answer.status_code == 422, (method, address)
        assert answer.json()["error"]["faults"][0]["place"].startswith("/path/")
        assert "NUL" in answer.json()["error"]["faults"][0]["message"]


@pytest.mark.parametrize("page", ["/experts", "/requests"])
def test_a_page_refuses_a_nul_character_too(still: TestClient, page: str):
    assert still.get(page, params={"text": NUL}).status_code == 422
    assert still.get(f"{page}/a%00b").status_code == 422


@on_sqlite
@pytest.mark.parametrize("number", ["2147483648", str(2**63), "1e400", "true", "0", "-5"])
def test_a_page_number_that_cannot_be_is_refused(still: TestClient, number: str):
    answer = still.get("/api/experts", params={"page": number})
    assert answer.status_code == 422
    assert answer.json()["error"]["faults"][0]["place"] == "/query/page"


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"title": NUL}, "/title"),
        ({"title": "x" * 101}, "/title"),
        ({"title": "x" * 1_000_000}, "/title"),
        ({"title": 2**63}, "/title"),
        ({"title": True}, "/title"),
        ({"title": "計画", "months": [NUL]}, "/months/0"),
        ({"title": "計画", "months": ["2026-11-21T09:00:00"]}, "/months/0"),
        ({"title": "計画", "pins": [{"slot": NUL, "expert": "e"}]}, "/pins/0/slot"),
        ({"title": "計画", "pins": [{"slot": 2**63, "expert": "e"}]}, "/pins/0/slot"),
        ({"title": "計画", "limits": {"seconds": True}}, "/limits/seconds"),
        ({"title": "計画", "limits": {"seconds": -1}}, "/limits/seconds"),
        ({"title": "計画", "limits": {"seconds": 2**63}}, "/limits/seconds"),
        ({"title": "計画", "policy": {"fit": True}}, None),
        ({"title": "計画", NUL: 1}, None),
    ],
    ids=lambda told: json.dumps(told)[:60],
)
def test_a_plan_asked_for_with_values_no_column_holds_is_refused(
    still: TestClient, told: dict[str, Any], place: str | None
):
    answer = still.post("/api/plans", json=told)
    assert answer.status_code == 422
    faults = answer.json()["error"]["faults"]
    assert place is None or place in [fault["place"] for fault in faults]
    assert all(fault["message"] for fault in faults)
    assert still.get("/api/plans").json()["total"] == 0


@on_sqlite
@pytest.mark.parametrize("paused", [1, 0, "true", None, 2**63, NUL])
def test_true_is_told_as_true_and_nothing_else(still: TestClient, paused: object):
    expert = still.get("/api/experts").json()["items"][0]["id"]
    answer = still.put(f"/api/experts/{expert}/paused", json={"paused": paused})
    assert answer.status_code == 422
    assert answer.json()["error"]["faults"][0]["place"] == "/paused"
