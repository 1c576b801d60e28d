import importlib
import pkgutil
import threading
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Engine, text

import hub.api
from hub.api.once import OnceRoute
from hub.db.transaction import reading, transaction
from hub.models.base import utc_now
from hub.workflows.idempotency import KEPT, purge

KEY = {"Idempotency-Key": "9f1c2e"}


def plans(client: TestClient) -> int:
    return int(client.get("/api/plans").json()["total"])


def kept(engine: Engine) -> int:
    with reading(engine) as session:
        return int(session.execute(text("SELECT count(*) FROM kept_answers")).scalar_one())


def test_the_same_request_again_gets_the_same_answer_and_has_no_second_effect(still: TestClient, seeded: Engine):
    first = still.post("/api/plans", json={"title": "十月から"}, headers=KEY)
    again = still.post("/api/plans", json={"title": "十月から"}, headers=KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Cache-Control"] == "no-store"
    assert (plans(still), kept(seeded)) == (1, 1)


def test_without_a_key_or_with_another_one_each_request_has_its_effect(still: TestClient):
    for headers in ({}, {}, KEY, {"Idempotency-Key": "other"}):
        assert still.post("/api/plans", json={"title": "十月から"}, headers=headers).status_code == 202
    assert plans(still) == 4


def test_a_key_that_comes_with_another_body_or_route_is_refused_in_both_languages(still: TestClient):
    plan_id = still.post("/api/plans", json={"title": "十月から"}, headers=KEY).json()["id"]
    for address, body in (("/api/plans", {"title": "別の計画"}), (f"/api/plans/{plan_id}/stop", {"title": "十月から"})):
        for language, word in (("ja", "新しいキー"), ("en", "new key")):
            answer = still.post(address, json=body, headers={**KEY, "Accept-Language": language})
            assert answer.status_code == 422
            (fault,) = answer.json()["error"]["faults"]
            assert fault["place"] == "/header/idempotency-key"
            assert word in fault["message"]
    assert plans(still) == 1


def test_a_fault_is_not_kept_and_leaves_the_key_free(still: TestClient, seeded: Engine):
    assert still.post("/api/plans", json={"title": " "}, headers=KEY).status_code == 422
    assert still.post("/api/plans", content=b"{", headers=KEY).status_code == 422
    assert kept(seeded) == 0
    good = still.post("/api/plans", json={"title": "十月から"}, headers=KEY)
    assert good.status_code == 202
    assert "Idempotency-Replayed" not in good.headers


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(still: TestClient, key: str):
    answer = still.post("/api/plans", json={"title": "十月から"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert plans(still) == 0


def test_an_answer_without_a_body_is_kept_too(still: TestClient):
    plan_id = still.post("/api/plans", json={"title": "取りやめ"}).json()["id"]
    answers = [still.post(f"/api/plans/{plan_id}/stop", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert still.post(f"/api/plans/{plan_id}/stop").status_code == 409


def test_of_many_at_once_with_one_key_exactly_one_has_an_effect(still: TestClient):
    answers: list[Response] = []

    def ask() -> None:
        answers.append(still.post("/api/plans", json={"title": "十月から"}, headers=KEY))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers].count("true") == 7
    assert plans(still) == 1


def test_a_key_is_free_again_when_its_time_is_over(still: TestClient, seeded: Engine):
    still.post("/api/plans", json={"title": "十月から"}, headers=KEY)
    with transaction(seeded) as session:
        assert purge(session, utc_now()) == 0
        session.execute(text("UPDATE kept_answers SET expires_at = '2026-01-01 00:00:00+00:00'"))
    assert still.post("/api/plans", json={"title": "別の計画"}, headers=KEY).status_code == 202
    assert plans(still) == 2
    with transaction(seeded) as session:
        assert purge(session, utc_now() + KEPT) == 1


def test_every_post_of_the_interface_that_makes_something_takes_a_key():
    making = [route for route in all_routes() if "POST" in route.methods and route.status_code in (201, 202)]
    assert making
    assert [route.path for route in making if not isinstance(route, OnceRoute)] == []


def all_routes() -> Iterator[APIRoute]:
    for found in pkgutil.iter_modules(hub.api.__path__, "hub.api."):
        router = getattr(importlib.import_module(found.name), "router", None)
        if isinstance(router, APIRouter):
            yield from (route for route in router.routes if isinstance(route, APIRoute))
