"""No request, however it fails, brings personal data into the log; what is there is found by the request's id."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import BackgroundTasks
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from hub import logging as hub_logging
from hub.app import create_app
from hub.db.transaction import transaction
from hub.dependencies import WritingSession
from hub.errors import Conflict
from hub.settings import Settings
from tests.hub.accounts.signing_in import KEY
from tests.hub.databases import SQLITE, Databases, on_sqlite

NAME, PHONE, MAIL, WORD = "髙橋花子", "090-1234-5678", "hanako@city.example", "takahashi-hanako"
PLANTED = (NAME, "花子", PHONE, "09012345678", MAIL, WORD, "hanako")
HOST = "http://localhost"


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    hub_logging.configure(form="json", stream=stream)
    yield stream
    hub_logging.configure()


def broken_routes(app: Any) -> None:
    """Add what fails in ways no route of the hub's should, each with personal data in hand."""

    @app.post("/api/broken/{name}")
    def broken(name: str) -> None:
        raise ValueError(f"{NAME} {PHONE} {name}")

    @app.post("/api/database/{name}")
    def database(session: WritingSession, name: str) -> None:
        session.execute(
            text("INSERT INTO accounts (id, mail, mail_key, name, language) VALUES (:id, :mail, :mail, :name, 'xx')"),
            {"id": WORD, "mail": MAIL, "name": NAME},
        )

    @app.post("/api/statement/{name}")
    def statement(session: WritingSession, name: str) -> None:
        session.execute(text("SELECT :name FROM nowhere"), {"name": NAME})

    @app.post("/api/streaming/{name}")
    def streaming(name: str) -> StreamingResponse:
        def parts() -> Iterator[str]:
            yield "begun"
            raise ValueError(f"{NAME} {PHONE} {name}")

        return StreamingResponse(parts())

    @app.post("/api/afterwards/{name}")
    def afterwards(name: str, after: BackgroundTasks) -> None:
        def fail() -> None:
            raise KeyError(f"{NAME} {PHONE} {name}")

        after.add_task(fail)

    @app.post("/api/cause/{name}")
    def cause(name: str) -> None:
        try:
            int(f"{NAME} {name}")
        except ValueError as fault:
            raise RuntimeError(MAIL) from fault

    count = 6
    app.router.routes[:0] = [app.router.routes.pop() for _ in range(count)]


@pytest.fixture(scope="module")
def client(databases: Databases, tmp_path_factory: pytest.TempPathFactory, log: io.StringIO) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("log") / "data"
    with databases.copied(SQLITE, "registered", folder) as settings:
        app = create_app(settings.model_copy(update={"worker": False, "largest_body": 20_000}))
        broken_routes(app)
        with TestClient(app, base_url=HOST, raise_server_exceptions=False) as made:
            yield made


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


WORDS = f"{NAME} {PHONE} {MAIL} {WORD}"
HEADERS = {
    "User-Agent": WORDS.encode(),
    "Referer": f"{HOST}/?q={WORD}",
    "X-Forwarded-For": PHONE,
    "X-Request-ID": PHONE,
    "Cookie": f"hub_session={WORD}; name={PHONE}",
    "Accept-Language": f"ja,{WORD}",
}
REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "no route": ("GET", f"/{NAME}/{PHONE}", {}),
    "no route of the interface": ("GET", f"/api/{WORD}/{PHONE}", {}),
    "nobody's id": ("GET", f"/api/experts/{PHONE}", {}),
    "nobody's page": ("GET", f"/experts/{WORD}", {}),
    "a query": ("GET", "/api/experts", {"params": {"page": WORD, WORD: NAME}}),
    "a NUL": ("GET", f"/api/experts/{WORD}%00", {}),
    "a search": ("GET", "/experts", {"params": {"q": WORDS, "page": WORD}}),
    "a method": ("DELETE", f"/api/experts/{WORD}", {}),
    "a method nobody knows": (WORD.upper(), f"/api/experts/{WORD}", {}),
    "a body": ("POST", "/api/requests", {"json": {"title": WORDS, WORD: [PHONE]}}),
    "no JSON": ("POST", "/api/requests", {"content": f'{{"name": "{WORD}",'.encode()}),
    "a form": ("POST", "/plans", {"data": {"title": WORDS, "first": WORD}, "headers": {"Origin": HOST}}),
    "a form of another site": ("POST", "/plans", {"data": {"title": WORDS}, "headers": {"Origin": f"http://{WORD}"}}),
    "a file": ("POST", "/api/imports/experts", {"files": {"file": (f"{WORD}.xlsx", WORDS.encode(), WORD)}}),
    "a large body": ("POST", "/api/requests", {"content": WORDS.encode() * 1000}),
    "another type": ("POST", "/api/imports/experts", {"content": b"x", "headers": {"Content-Type": WORD}}),
    "a host": ("GET", "/", {"headers": {"Host": f"{WORD}.example"}}),
    "a key": ("POST", "/api/plans", {"json": {}, "headers": {"Idempotency-Key": WORD * 20}}),
    "what breaks": ("POST", f"/api/broken/{WORD}", {}),
    "what the database refuses": ("POST", f"/api/database/{WORD}", {}),
    "a statement that fails": ("POST", f"/api/statement/{WORD}", {}),
    "an answer that breaks off": ("POST", f"/api/streaming/{WORD}", {}),
    "what fails afterwards": ("POST", f"/api/afterwards/{WORD}", {}),
    "what has a cause": ("POST", f"/api/cause/{WORD}", {}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_that_fails_leaves_nothing_of_anybody_in_the_log(client: TestClient, log: io.StringIO, name: str):
    method, path, options = REQUESTS[name]
    told = {**options, "headers": {**HEADERS, **options.get("headers", {})}}
    before = len(lines(log))
    answer = client.request(method, path, **told)
    written = lines(log)[before:]
    assert [line["event"] for line in written][-1:] == ["request"], name
    assert written[-1]["status"] == answer.status_code or name in ("an answer that breaks off",)
    if not name.startswith(("an answer", "what fails afterwards", "a search")):
        assert answer.status_code >= 400
    assert [word for word in PLANTED if word.casefold() in log.getvalue().casefold()] == []
    assert {line["request_id"] for line in written} == {answer.headers["x-request-id"]}


@pytest.mark.parametrize("step", ["what breaks", "what the database refuses", "a statement that fails"])
def test_what_breaks_is_found_by_the_number_that_was_shown(client: TestClient, log: io.StringIO, step: str):
    method, path, options = REQUESTS[step]
    answer = client.request(method, path, **options)
    (found,) = [line for line in lines(log) if line.get("reference") == answer.headers["x-reference"]]
    assert (answer.status_code, found["event"]) == (500, "request_failed")
    assert found["request_id"] == answer.headers["x-request-id"]


def test_an_error_of_the_database_quotes_no_values_wherever_it_may_be_shown(engine: Engine):
    with pytest.raises(DBAPIError) as caught, transaction(engine) as session:
        session.execute(text("SELECT :name FROM nowhere"), {"name": NAME})
    assert [word for word in PLANTED if word in f"{caught.value} {caught.value!r}"] == []


@pytest.mark.parametrize("told", ["0123456789abcdef" * 2, "6F9619FF-8B86-D011-B42D-00CF4FC964FF"])
def test_an_id_from_in_front_is_kept_and_returned(client: TestClient, log: io.StringIO, told: str):
    answer = client.get("/health/live", headers={"X-Request-ID": told})
    assert answer.headers["x-request-id"] == told
    assert lines(log)[-1]["request_id"] == told


@pytest.mark.parametrize("told", ["", "1", PHONE, WORD, "a" * 33, "0" * 31 + "\n", "../../etc", "0" * 32 + " x"])
def test_an_id_in_any_other_form_is_replaced(client: TestClient, log: io.StringIO, told: str):
    answer = client.get("/health/live", headers={"X-Request-ID": told.replace("\n", "")})
    assert answer.headers["x-request-id"] != told
    assert len(answer.headers["x-request-id"]) == 32


def test_two_requests_have_two_ids(client: TestClient):
    first, second = (client.get("/health/live").headers["x-request-id"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("folder", ["/static/", "/"])
def test_a_name_typed_where_no_route_is_stays_out_of_the_log(client: TestClient, log: io.StringIO, folder: str):
    assert client.get(f"{folder}{WORD}.css").status_code == 404
    assert lines(log)[-1]["path"] == ("/static" if folder == "/static/" else "(none)")
    assert WORD not in log.getvalue()


def test_our_own_ids_are_told_and_nothing_else_of_a_path(client: TestClient, log: io.StringIO):
    own = "exp_" + "0a" * 15
    client.get(f"/api/experts/{own}")
    client.get("/api/experts/exp_hanako")
    assert [line["path"] for line in lines(log)[-2:]] == [f"/api/experts/{own}", "/api/experts/{expert_id}"]


def test_a_sign_in_that_fails_is_told_without_who(databases: Databases, tmp_path, log: io.StringIO):
    with databases.copied(SQLITE, "registered", tmp_path / "data") as settings:
        told = {"worker": False, "sign_in": "required", "secret_key": SecretStr(KEY)}
        with TestClient(create_app(settings.model_copy(update=told)), base_url=HOST) as visitor:
            answer = visitor.post("/sign-in", data={"mail": MAIL, "password": WORD}, headers={"Origin": HOST})
            assert answer.status_code == 422
            visitor.get(f"/api/experts/{WORD}", headers={"Authorization": f"Bearer {WORD}"})
            assert visitor.get("/set-password", params={"token": WORD}).status_code >= 200
    written = lines(log)
    assert [line["step"] for line in written if line["event"] == "sign_in_failed"] == ["password"]
    assert [word for word in PLANTED if word in log.getvalue()] == []


@on_sqlite
def test_an_application_that_does_not_start_says_why_and_where(settings: Settings, log: io.StringIO):
    with pytest.raises(Conflict), TestClient(create_app(settings.model_copy(update={"worker": False}))):
        pass
    (line,) = [line for line in lines(log) if line["event"] == "not_started"]
    assert "talent-hub migrate" in line["said"]


def test_what_a_library_logs_is_told_by_its_place_alone(log: io.StringIO):
    try:
        int(NAME)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("it broke for %s", MAIL)
    logging.getLogger("asyncio").warning(f"slow: {PHONE}")
    first, second = lines(log)[-2:]
    assert (first["event"], first["logger"], first["fault"]) == ("library", "uvicorn.error", "ValueError")
    assert "test_log.py" in first["at"][0]
    assert (second["logger"], second["place"].startswith("test_log:")) == ("asyncio", True)
    assert [word for word in PLANTED if word in log.getvalue()] == []
