"""What routes depend on; the only place of FastAPI's ``Depends`` aliases.

A transaction ends before its answer is sent (``scope="function"``): a commit that fails cannot have answered 200.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from hub.auth.actor import LOCAL, Actor
from hub.db.transaction import reading, transaction
from hub.settings import Settings


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _reading(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine) as session:
        yield session


def _writing(request: Request) -> Iterator[Session]:
    with transaction(request.app.state.engine) as session:
        yield session


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
