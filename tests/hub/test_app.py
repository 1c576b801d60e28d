import io
import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from hub import logging as hub_logging
from hub.app import create_app
from hub.db.transaction import reading
from hub.dependencies import WritingSession
from hub.errors import Conflict
from hub.settings import Settings
from tests.hub.databases import on_sqlite

HOST = "http://localhost"
LATE = {
    "sqlite": "PRAGMA defer_foreign_keys = ON",
    "postgresql": "ALTER TABLE expert_roles ALTER CONSTRAINT fk_expert_roles_expert_id_experts DEFERRABLE INITIALLY"
    " DEFERRED",
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    hub_logging.configure(form="json", stream=stream)
    yield stream
    hub_logging.configure()


def events(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def client(settings: Settings, **changes: object) -> TestClient:
    return TestClient(create_app(settings.model_copy(update={"worker": False, **changes})), base_url=HOST)


def test_the_service_does_not_start_on_a_database_that_is_not_migrated(settings: Settings):
    with pytest.raises(Conflict, match="talent-hub migrate"), client(settings):
        pass


@pytest.mark.parametrize("path", ["/broken", "/api/broken"])
@pytest.mark.parametrize(("language", "words"), [("ja", "処理できませんでした"), ("en", "")])
def test_what_breaks_is_answered_with_a_number_that_the_log_has_and_nothing_else(
    seeded: Engine, settings: Settings, log: io.StringIO, path: str, language: str, words: str
):
    app = create_app(settings.model_copy(update={"worker": False}))

    @app.get(path)
    def broken() -> None:
        raise ZeroDivisionError("髙橋 花子 090-1234-5678")

    # Routes are tried in order; this one has to come before the pages' own.
    app.router.routes.insert(0, app.router.routes.pop())
    with TestClient(app, base_url=HOST) as visitor:
        answer = visitor.get(f"{path}?q=髙橋", headers={"Accept-Language": language})
    assert answer.status_code == 500
    reference = answer.headers["X-Reference"]
    assert reference in answer.text
    assert words in answer.text
    assert "花子" not in answer.text
    (event,) = [event for event in events(log) if event["event"] == "request_failed"]
    assert (event["reference"], event["fault"], event["path"]) == (reference, "ZeroDivisionError", path)
    assert "test_app.py" in str(event["at"])
    assert "髙橋" not in log.getvalue()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_commit_that_fails_does_not_answer_that_all_is_well(seeded: Engine, settings: Settings, log: io.StringIO):
    app = create_app(settings.model_copy(update={"worker": False}))

    @app.post("/api/late")
    def late(session: WritingSession) -> dict[str, bool]:
        # A deferred check fails at the commit and not before.
        session.execute(text(LATE[seeded.dialect.name]))
        session.execute(text("INSERT INTO expert_roles VALUES ('nobody', 'SW3', 0)"))
        return {"stored": True}

    with TestClient(app, base_url=HOST) as visitor:
        answer = visitor.post("/api/late")
    assert answer.status_code == 500
    assert answer.json()["error"]["reference"]
    with reading(seeded) as session:
        assert session.execute(text("SELECT count(*) FROM expert_roles WHERE expert_id = 'nobody'")).scalar() == 0


def test_a_page_that_reads_cannot_write(seeded: Engine, settings: Settings):
    from hub.dependencies import ReadingSession

    app = create_app(settings.model_copy(update={"worker": False}))
    caught: list[str] = []

    @app.get("/api/sly")
    def sly(session: ReadingSession) -> None:
        try:
            session.execute(text("DELETE FROM availability"))
        except DBAPIError as fault:
            caught.append(str(fault.orig))

    with TestClient(app, base_url=HOST) as visitor:
        visitor.get("/api/sly")
    assert len(caught) == 1
    assert "readonly database" in caught[0] or "read-only transaction" in caught[0]


@on_sqlite
@pytest.mark.parametrize("address", ["/", "/api/experts", "/nothing", "/api/nothing", "/static/hub.css"])
def test_every_answer_is_protected(seeded: Engine, settings: Settings, address: str):
    with client(settings) as visitor:
        headers = visitor.get(address).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@on_sqlite
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "10.0.0.1"])
def test_another_host_s_name_is_refused(seeded: Engine, settings: Settings, host: str):
    with client(settings) as visitor:
        answer = visitor.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@on_sqlite
@pytest.mark.parametrize("host", ["localhost", "localhost:18000", "127.0.0.1:18000", "[::1]:18000"])
def test_this_machine_s_names_are_accepted(seeded: Engine, settings: Settings, host: str):
    with client(settings) as visitor:
        assert visitor.get("/api/plans", headers={"Host": host}).status_code == 200


def test_a_body_larger_than_allowed_is_refused_whether_or_not_it_says_so(seeded: Engine, settings: Settings):
    body = b'{"title": "' + b"x" * 5000 + b'"}'
    with client(settings, largest_body=1024) as visitor:
        told = visitor.post("/api/plans", content=body)
        streamed = visitor.post("/api/plans", content=iter([body[:900], body[900:]]))
        page = visitor.post("/plans", content=body, headers={"Origin": HOST})
        small = visitor.post("/api/plans", json={"title": "小さい"})
    assert (told.status_code, streamed.status_code, page.status_code, small.status_code) == (413, 413, 413, 202)
    assert told.json()["error"]["code"] == streamed.json()["error"]["code"] == "http_413"


def test_requests_are_logged_without_what_was_searched_for(seeded: Engine, settings: Settings, log: io.StringIO):
    with client(settings) as visitor:
        visitor.get("/api/experts", params={"text": "髙橋"})
    (event,) = [event for event in events(log) if event["event"] == "request"]
    assert (event["method"], event["path"], event["status"]) == ("GET", "/api/experts", 200)
    assert "text" not in event
    assert "髙橋" not in log.getvalue()
