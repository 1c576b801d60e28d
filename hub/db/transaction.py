"""Sessions. ``transaction`` is the only place of the hub that commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hub.db.engine import in_mode

LAST = "last"

Step = Callable[[Session], None]


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Yield a session that may write; commit once at the end, or leave everything as it was if anything fails."""
    with Session(in_mode(engine, "write"), expire_on_commit=False) as session, session.begin():
        yield session
        _finish(session)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Yield a session that sees one state of the database throughout, and whose writes the database refuses."""
    with Session(in_mode(engine, "read"), autoflush=False) as session:
        yield session


def before_commit(session: Session, step: Step) -> None:
    """Have ``step`` run once, after everything else the transaction does: for locks that many transactions want."""
    steps: list[Step] = session.info.setdefault(LAST, [])
    if step not in steps:
        steps.append(step)


def _finish(session: Session) -> None:
    for step in session.info.pop(LAST, ()):
        step(session)
