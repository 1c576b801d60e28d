"""Whether the service lives and is ready, and its figures: true, for whoever may ask, and of nobody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine, text

from hub.app import create_app
from hub.db.schema import downgrade, migrate
from hub.db.transaction import transaction
from hub.jobs.worker import Worker
from hub.logging import count_event
from hub.protection import METHODS
from hub.settings import Settings
from hub.workflows.notifications import tell
from hub.workflows.plans import queue_plan
from tests.hub.databases import on_sqlite
from tests.hub.round.world import CITY, COORDINATOR, make_plan
from tests.hub.workflows.accounts import add_account

TOKEN = "a-token-for-those-who-watch"
HOST = "http://localhost"


@dataclass
class Asked:
    client: TestClient
    app: Any
    engine: Engine

    def figures(self) -> dict[str, float]:
        answer = self.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}


@pytest.fixture
def asked(seeded: Engine, settings: Settings) -> Iterator[Asked]:
    app = create_app(settings.model_copy(update={"worker": False, "metrics_token": SecretStr(TOKEN)}))
    with TestClient(app, base_url=HOST) as client:
        yield Asked(client, app, app.state.engine)


@on_sqlite
def test_a_process_that_answers_lives_whatever_becomes_of_the_rest(asked: Asked):
    downgrade(asked.engine, "-1")
    answer = asked.client.get("/health/live")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "ok\n", "no-store")


def test_a_service_is_ready_with_its_database_in_this_version(asked: Asked):
    answer = asked.client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": True, "schema": True})
    downgrade(asked.engine, "-1")
    answer = asked.client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": True, "schema": False})
    migrate(asked.engine)
    assert asked.client.get("/health/ready").status_code == 200


@on_sqlite
def test_a_service_is_not_ready_without_its_database(asked: Asked, tmp_path):
    from sqlalchemy import create_engine

    asked.app.state.engine = create_engine(f"sqlite:///{tmp_path}/no/folder.sqlite3")
    answer = asked.client.get("/health/ready")
    asked.app.state.engine = asked.engine
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": False, "schema": False})
    assert str(tmp_path) not in answer.text


@on_sqlite
def test_a_service_is_not_ready_when_its_worker_has_died(asked: Asked, settings: Settings):
    worker = Worker(asked.engine, settings)
    asked.app.state.worker = worker  # the application does not begin or end this one
    assert asked.client.get("/health/ready").json() == {
        "ready": False,
        "database": True,
        "schema": True,
        "worker": False,
    }
    worker.start()
    assert asked.client.get("/health/ready").json()["worker"] is True
    worker.close()
    assert asked.client.get("/health/ready").status_code == 503


@on_sqlite
def test_figures_are_for_who_has_the_token_and_not_even_there_for_others(asked: Asked, settings: Settings):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer \xe9"}):
        told = {name: value.encode("latin-1") for name, value in headers.items()}
        assert asked.client.get("/metrics", headers=told).status_code == 404
    with TestClient(create_app(settings.model_copy(update={"worker": False})), base_url=HOST) as without:
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
            assert without.get("/metrics", headers=headers).status_code == 404


@on_sqlite
def test_requests_are_counted_by_route_and_never_by_what_was_typed(asked: Asked):
    asked.client.get("/api/experts/exp_of_somebody")
    asked.client.get("/api/experts/exp_of_somebody_else")
    asked.client.get("/髙橋花子/090-1234-5678")
    asked.client.request("HANAKO", "/api/experts")
    asked.client.get("/static/hub.css")
    asked.client.get("/", headers={"Host": "evil.example"})
    figures = asked.figures()
    assert figures['hub_requests_total{method="GET",route="/api/experts/{expert_id}",status="404"}'] == 2
    assert figures['hub_requests_total{method="GET",route="(none)",status="404"}'] == 1
    assert figures['hub_requests_total{method="GET",route="(none)",status="400"}'] == 1
    assert figures['hub_requests_total{method="GET",route="/static",status="200"}'] == 1
    assert figures['hub_request_seconds_count{method="GET",route="/api/experts/{expert_id}"}'] == 2
    assert {re.search(r'method="(\w+)"', name)[1] for name in figures if "method=" in name} <= METHODS | {"OTHER"}
    assert not [name for name in figures if re.search(r"somebody|090|evil|髙|HANAKO", name)]


def test_runs_and_mail_are_counted_by_status(asked: Asked):
    named = ('hub_runs{status="queued"}', "hub_queue_depth", "hub_queue_oldest_seconds", 'hub_outbox{status="waiting"}')
    empty = asked.figures()
    assert [empty[name] for name in named] == [0, 0, 0, 0]
    with transaction(asked.engine) as session:
        make_plan(session)
        queue_plan(session, COORDINATOR, "待つ計画")
        session.execute(text("UPDATE plans SET created_at = '2026-01-01 00:00:00' WHERE status = 'queued'"))
        add_account(session, "acc_1", ("requester", CITY))
        tell(session, "request:open", "request", "req_1", ["acc_1"], occasion="x")
    figures = asked.figures()
    assert [figures[name] for name in named[:2]] == [1, 1]
    assert figures["hub_queue_oldest_seconds"] > 3600
    assert figures['hub_runs{status="published"}'] == 1
    assert figures['hub_outbox{status="waiting"}'] == 1


@on_sqlite
def test_what_happened_in_a_request_is_counted(asked: Asked):
    @asked.app.get("/api/happening")
    def happening() -> None:
        count_event("capacity_conflict")
        count_event("sign_in_failed")
        count_event("something_else")

    asked.app.router.routes.insert(0, asked.app.router.routes.pop())
    asked.client.get("/api/happening")
    figures = asked.figures()
    assert (figures["hub_capacity_conflicts_total"], figures["hub_sign_in_failures_total"]) == (1, 1)
