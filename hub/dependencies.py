"""What routes depend on; the only place of FastAPI's ``Depends`` aliases.

A transaction ends before its answer is sent (``scope="function"``): a commit that fails cannot have answered 200.
What only looks at the request is ``async``: anything else costs a change of threads, several for each request.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.db.transaction import reading, transaction
from hub.errors import Busy, Invalid
from hub.settings import Settings
from hub.workflows.sheets.plan_sheets import PlanWords
from hub.workflows.sheets.wording import Spoken
from matching.faults import Fault

NUL = "\0"
MOST_WRITERS = 20
"""Half of the threads there are for everything (anyio's 40): the other half ends what the writers began, and reads."""


async def refuse_nul(request: Request) -> None:
    """Refuse an address that holds a NUL character, with its place: not every database takes one."""
    places = [f"/path/{name}" for name, value in request.path_params.items() if NUL in str(value)]
    places += [f"/query/{name}" for name, value in request.query_params.multi_items() if NUL in name + value]
    if places:
        raise Invalid([Fault(place, "NUL文字を取り除いてください", "take out the NUL character") for place in places])


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _reading(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine) as session:
        yield session


def writers_of(settings: Settings, dialect: str) -> asyncio.Semaphore:
    """Return who may write at once in one process: on SQLite one, elsewhere as many as half of the connections serve.

    Each thread that waits for a lock is a thread less for the one that holds it: were all of them waiting, nobody could
    end. Those who write therefore wait for their turn without a thread, and get it in the order they came.
    """
    return asyncio.Semaphore(1 if dialect == "sqlite" else min(MOST_WRITERS, settings.database_connections // 2))


async def _turn(request: Request, settings: Annotated[Settings, Depends(_settings)]) -> AsyncIterator[None]:
    # Whoever sends slowly does so before it is their turn. A form has arrived already, and its stream is read up.
    with suppress(RuntimeError):
        await request.body()
    writers: asyncio.Semaphore = request.app.state.writers
    try:
        async with asyncio.timeout(settings.database_wait_seconds):
            await writers.acquire()
    except TimeoutError:
        raise Busy(
            "ほかの操作が続いているため、何も変えていません。少し待って、もう一度実行してください。",
            "Others are still changing things; nothing was changed. Wait a moment and try again.",
            seconds=2,
        ) from None
    try:
        yield
    finally:
        writers.release()


def _writing(request: Request, _: Annotated[None, Depends(_turn, scope="function")]) -> Iterator[Session]:
    with transaction(request.app.state.engine) as session:
        yield session


async def _plan_words(request: Request) -> Callable[[Spoken], PlanWords]:
    words: Callable[[Spoken], PlanWords] = request.app.state.plan_words
    return words


async def _actor() -> Actor:
    return LOCAL


SettingsDep = Annotated[Settings, Depends(_settings)]
"""The settings of this process."""

ReadingSession = Annotated[Session, Depends(_reading, scope="function")]
"""A session that sees one state of the database, and cannot write."""

WritingSession = Annotated[Session, Depends(_writing, scope="function")]
"""A session whose transaction is committed once the route has returned, and rolled back when it raised."""

ActorDep = Annotated[Actor, Depends(_actor)]
"""Who acts: whoever sits at this machine, while nobody signs in."""

PlanWordsDep = Annotated[Callable[[Spoken], PlanWords], Depends(_plan_words)]
"""The words of a plan's list: the pages', in the language asked for."""
