"""Sessions. ``transaction`` is the only place of the hub that commits.

``session.info`` holds lists of what waits for the commit, and nothing else.
"""

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
def replacing(engine: Engine) -> Iterator[Session]:
    """Yield a session that may replace everything: nobody else changes the schema, no statement takes too long.

    SQLite checks no foreign key in it, so whoever uses it does. Commits once at the end, or leaves everything.
    """
    with Session(in_mode(engine, "migrate"), autoflush=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Yield a session that sees one state of the database throughout, and whose writes the database refuses."""
    with Session(in_mode(engine, "read"), autoflush=False) as session:
        yield session


@contextmanager
def undoable(session: Session) -> Iterator[None]:
    """Within a transaction that goes on: when this fails, all it did is undone, and also what it left for the commit.

    For who answers a refusal in words instead of ending the transaction by it.
    """
    waiting = {key: list(value) for key, value in session.info.items()}
    try:
        with session.begin_nested():
            yield
    except BaseException:
        session.info.clear()
        session.info.update(waiting)
        raise


def before_commit(session: Session, step: Step) -> None:
    """Have ``step`` run once, after everything else the transaction does: for locks that many transactions want."""
    steps: list[Step] = session.info.setdefault(LAST, [])
    if step not in steps:
        steps.append(step)


def _finish(session: Session) -> None:
    for step in session.info.pop(LAST, ()):
        step(session)
