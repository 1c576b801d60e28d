"""What routes depend on; the only place of FastAPI's ``Depends`` aliases.

A transaction ends before its answer is sent (``scope="function"``): a commit that fails cannot have answered 200.
"""

from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.db.transaction import reading, transaction
from hub.errors import Invalid
from hub.settings import Settings
from hub.workflows.sheets.plan_sheets import PlanWords
from hub.workflows.sheets.wording import Spoken
from matching.faults import Fault

NUL = "\0"


def refuse_nul(request: Request) -> None:
    """Refuse an address that holds a NUL character, with its place: not every database takes one."""
    places = [f"/path/{name}" for name, value in request.path_params.items() if NUL in str(value)]
    places += [f"/query/{name}" for name, value in request.query_params.multi_items() if NUL in name + value]
    if places:
        raise Invalid([Fault(place, "NUL文字を取り除いてください", "take out the NUL character") for place in places])


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _reading(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine) as session:
        yield session


def _writing(request: Request) -> Iterator[Session]:
    with transaction(request.app.state.engine) as session:
        yield session


def _plan_words(request: Request) -> Callable[[Spoken], PlanWords]:
    words: Callable[[Spoken], PlanWords] = request.app.state.plan_words
    return words


def _actor() -> Actor:
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
