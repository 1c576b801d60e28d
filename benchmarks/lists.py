"""What a page of a list costs: ``python -m benchmarks.lists``, CPU a request against the database driver alone.

A list of 50 as JSON and as an HTML page, asked of the whole application in this process, beside its very statements
run by the bare driver (``sqlite3``, or psycopg with ``--url``) whose rows orjson writes down. Both in CPU seconds of
this process, in the same run; the server's own CPU on PostgreSQL is in neither.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message

from benchmarks.permissions import cpu
from hub.db.engine import create_engine, in_mode
from hub.db.schema import downgrade, migrate
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.seeding import store_sample
from seed_data.generator import generate

orjson: Any = import_module("orjson")  # only in the benchmarks' environment

LISTS = (
    ("experts, JSON", "/api/experts", "size=50", 4.5),
    ("experts, HTML", "/experts", "", 6.5),
    ("requests, JSON", "/api/requests", "size=50", 4.5),
    ("requests, HTML", "/requests", "", 6.5),
)
"""Name, path, query, and how many times the driver's CPU it may take."""
ROUNDS, TIMES = 7, 10

Statement = tuple[str, Any]


def main() -> int:
    """Measure, print, and return 1 when a limit is passed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--experts", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--url", help="an empty PostgreSQL database (default: SQLite in a folder of its own)")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="lists-") as folder:
        told = {"HUB_SIGN_IN": "local", "HUB_WORKER": "false", "HUB_DATA_FOLDER": folder}
        os.environ.update(told | ({"HUB_DATABASE_URL": options.url} if options.url else {}))
        settings = Settings()
        engine = create_engine(settings)
        migrate(engine)
        try:
            with transaction(engine) as session:
                store_sample(session, generate(options.experts, options.requests, 1))
            print(f"{options.experts:,} experts, {options.requests:,} requests, {engine.dialect.name}")  # noqa: T201
            return asyncio.run(measure(settings, engine))
        finally:
            downgrade(engine, "base")
            engine.dispose()


async def measure(settings: Settings, engine: Engine) -> int:
    """Print a line for each list; return 1 when one takes more than it may."""
    from hub.app import create_app

    app, passed = create_app(settings), False
    print(f"{'':16} {'statements':>10} {'driver ms':>10} {'request ms':>10} {'ratio':>6} {'goal':>5}")  # noqa: T201
    async with app.router.lifespan_context(app):
        for name, path, query, goal in LISTS:
            await ask(app, path, query)  # what is read once is no part of a request
            statements = await statements_of(lambda path=path, query=query: ask(app, path, query))  # type: ignore[misc]
            with in_mode(engine, "read").connect() as connection:
                alone = driver_alone(connection.connection.driver_connection, statements)
                bare = cpu(alone, ROUNDS, TIMES)
            whole = await cpu_of(lambda path=path, query=query: ask(app, path, query))  # type: ignore[misc]
            figures = f"{len(statements):10} {bare * 1000:10.1f} {whole * 1000:10.1f} {whole / bare:6.2f} {goal:5}"
            print(f"{name:16} {figures}")  # noqa: T201
            passed = passed or whole > goal * bare
    return 1 if passed else 0


async def statements_of(step: Callable[[], Awaitable[None]]) -> list[Statement]:
    """Return what ``step`` asks the database, with its values."""
    said: list[Statement] = []

    def hear(_: Any, __: Any, text: str, values: Any, *___: Any) -> None:
        said.append((text, values))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        await step()
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    return [one for one in said if one[0].lstrip().upper().startswith(("SELECT", "WITH"))]


async def ask(app: ASGIApp, path: str, query: str) -> None:
    """Get a page from ``app`` as a server would hand it the request. RuntimeError when it is refused."""
    answer: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    scope: Mapping[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await app(dict(scope), receive, send)
    if answer[0]["status"] != 200:
        raise RuntimeError(f"{path}: {answer[0]['status']}")


async def cpu_of(step: Callable[[], Awaitable[None]]) -> float:
    """Return the median CPU seconds of one ``step``, in the rounds of ``benchmarks.permissions.cpu``."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(TIMES):
            await step()
        found.append((time.process_time() - began) / TIMES)
    return median(found)


def driver_alone(connection: Any, statements: Sequence[Statement]) -> Callable[[], object]:
    """Return what runs ``statements`` on a driver's own connection and writes their rows as JSON."""

    def go() -> object:
        rows = []
        for text, values in statements:
            cursor = connection.cursor()
            cursor.execute(text, values)
            names = [column[0] for column in cursor.description]
            rows.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
        return orjson.dumps(rows)

    return go


if __name__ == "__main__":
    raise SystemExit(main())
