"""What the database refuses, told to a person: two at once, too long, too large; the same on both databases."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import SQLAlchemyError, StatementError
from sqlalchemy.orm import Session

from hub.db.engine import create_engine
from hub.db.faults import BeyondTheDatabase, meaning
from hub.db.transaction import reading, transaction
from hub.errors import Busy, Conflict, Invalid
from hub.models import Organization
from hub.models.base import columns, table_of
from hub.settings import Settings
from tests.hub.databases import on_postgresql

O = columns(Organization)  # noqa: E741
ONE, OTHER = "202151", "131016"


def set_budget(session: Session, code: str, budget: object = 5) -> None:
    session.execute(update(table_of(Organization)).where(O.code == code).values(budget=budget))


def refused(engine: Engine, write: Callable[[Session], object]) -> object:
    with pytest.raises((SQLAlchemyError, BeyondTheDatabase)) as caught, transaction(engine) as session:
        write(session)
    return meaning(caught.value)


def test_waiting_too_long_for_another_writer_is_busy(registered: Engine, settings: Settings):
    hasty = create_engine(settings.model_copy(update={"database_wait_seconds": 0.1}))
    with transaction(registered) as session:
        set_budget(session, ONE)
        found = refused(hasty, lambda other: set_budget(other, ONE))
    hasty.dispose()
    assert isinstance(found, Busy)
    assert found.seconds > 0


def test_having_no_connection_left_is_busy(registered: Engine, settings: Settings):
    few = create_engine(settings.model_copy(update={"database_wait_seconds": 0.1, "database_connections": 2}))
    with reading(few) as one, reading(few) as two:
        for session in (one, two):
            session.execute(text("SELECT 1"))
        assert isinstance(refused(few, lambda session: session.execute(text("SELECT 1"))), Busy)
    few.dispose()


@on_postgresql
def test_a_deadlock_is_busy_for_one_and_the_other_goes_through(registered: Engine):
    both = threading.Barrier(2)
    ended: list[object] = []

    def write(first: str, second: str) -> None:
        try:
            with transaction(registered) as session:
                set_budget(session, first)
                both.wait(10)
                set_budget(session, second)
            ended.append("stored")
        except SQLAlchemyError as error:
            ended.append(meaning(error))

    threads = [threading.Thread(target=write, args=pair) for pair in ((ONE, OTHER), (OTHER, ONE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "stored" in ended
    assert sum(isinstance(end, Busy) for end in ended) == 1


@on_postgresql
def test_a_statement_that_takes_too_long_is_busy(registered: Engine, settings: Settings):
    hasty = create_engine(settings.model_copy(update={"database_statement_seconds": 1}))
    found = refused(hasty, lambda session: session.execute(text("SELECT pg_sleep(20)")))
    hasty.dispose()
    assert isinstance(found, Busy)


@on_postgresql
def test_writes_that_cannot_be_put_in_an_order_are_busy(registered: Engine):
    strict = registered.execution_options(isolation_level="REPEATABLE READ")
    with pytest.raises(SQLAlchemyError) as caught, Session(strict) as session:
        session.execute(text("SELECT 1 FROM organizations")).all()
        with transaction(registered) as other:
            set_budget(other, ONE)
        set_budget(session, ONE, 6)
    assert isinstance(meaning(caught.value), Busy)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_no_column_holds_is_a_wrong_value(registered: Engine, number: int):
    assert isinstance(refused(registered, lambda session: set_budget(session, ONE, number)), Invalid)


def test_a_moment_without_time_zone_is_a_wrong_value(registered: Engine):
    moment = datetime(2026, 11, 21)  # noqa: DTZ001
    found = refused(
        registered, lambda session: session.execute(update(table_of(Organization)).values(updated_at=moment))
    )
    assert isinstance(found, Invalid)
    assert "時間帯" in found.faults[0].ja


@on_postgresql
def test_text_with_nul_is_a_wrong_value_where_the_database_refuses_it(registered: Engine):
    write = update(table_of(Organization)).where(O.code == ONE).values(kana="a\0b")
    assert isinstance(refused(registered, lambda session: session.execute(write)), Invalid)


def test_a_key_that_is_there_already_is_a_conflict(seeded: Engine):
    twice = text("INSERT INTO expert_roles SELECT * FROM expert_roles")
    assert isinstance(refused(seeded, lambda session: session.execute(twice)), Conflict)


def test_a_number_that_is_none_is_never_kept_as_json(seeded: Engine):
    from hub.models import Plan

    write = update(table_of(Plan)).values(summary={"gap": float("nan")})
    # psycopg writes the JSON itself, and its error comes bare.
    with pytest.raises((StatementError, ValueError), match="JSON"), transaction(seeded) as session:
        session.execute(write)


@pytest.mark.parametrize("statement", ["SELECT * FROM absent", "UPDATE organizations SET latitude = 91"])
def test_a_fault_of_the_program_stays_one(registered: Engine, statement: str):
    assert refused(registered, lambda session: session.execute(text(statement))) is None
