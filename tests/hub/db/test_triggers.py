"""Triggers made by a migration, and kept by one; and that the comparison of schemas sees when they are not."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from alembic.operations import BatchOperations, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Engine, Integer, text
from sqlalchemy.exc import DBAPIError

from hub.db.engine import in_mode
from hub.db.transaction import transaction
from hub.db.triggers import Action, batch_keeping_triggers, create_trigger, drop_trigger
from tests.hub.databases import on_sqlite
from tests.hub.db.schema_picture import picture

REFUSE = {
    "sqlite": Action("BEFORE UPDATE OF hours", "SELECT RAISE(ABORT, 'hours: stay');", "NEW.hours > OLD.hours"),
    "postgresql": Action(
        "BEFORE UPDATE OF hours",
        "RAISE EXCEPTION 'hours: stay' USING ERRCODE = 'check_violation'; RETURN NEW;",
        "NEW.hours > OLD.hours",
    ),
}
MIRROR = {
    "sqlite": Action("AFTER UPDATE OF paused", "UPDATE availability SET engagements = 1 WHERE expert_id = NEW.id;"),
    "postgresql": Action(
        "AFTER UPDATE OF paused",
        "UPDATE availability SET engagements = few WHERE expert_id = NEW.id; RETURN NULL;",
        declare="few integer := 1;",
    ),
}


def change(engine: Engine, step: Callable[[Operations], None]) -> None:
    with in_mode(engine, "migrate").begin() as connection:
        step(Operations(MigrationContext.configure(connection)))


def make(op: Operations) -> None:
    create_trigger(op, "hours_stay", "availability", **REFUSE)
    create_trigger(op, "paused_mirrored", "experts", **MIRROR)


def widen(op: Operations, alter: Callable[..., object]) -> None:
    with alter(op, "availability") as batch:
        batch.add_column(Column("extra", Integer(), nullable=True))
    with alter(op, "availability") as batch:
        batch.drop_column("extra")


def plainly(op: Operations, table: str):
    return op.batch_alter_table(table, recreate="always")


def test_a_trigger_works_on_both_databases(seeded: Engine):
    change(seeded, make)
    with pytest.raises(DBAPIError, match="hours: stay"), transaction(seeded) as session:
        session.execute(text("UPDATE availability SET hours = 700"))
    with transaction(seeded) as session:
        session.execute(text("UPDATE availability SET hours = 0"))
        session.execute(text("UPDATE experts SET paused = paused"))
        assert session.execute(text("SELECT max(engagements) FROM availability")).scalar_one() == 1


def test_dropping_a_trigger_leaves_nothing_of_it(engine: Engine):
    before = picture(engine)
    change(engine, make)
    assert {key for key in picture(engine) if key not in before} >= {
        "trigger availability.hours_stay",
        "trigger experts.paused_mirrored",
    }
    change(engine, lambda op: drop_trigger(op, "hours_stay", "availability"))
    change(engine, lambda op: drop_trigger(op, "paused_mirrored", "experts"))
    assert picture(engine) == before


def test_a_changed_table_keeps_its_triggers_and_those_that_speak_of_it(seeded: Engine):
    change(seeded, make)
    before = picture(seeded)
    change(seeded, lambda op: widen(op, batch_keeping_triggers))
    assert picture(seeded) == before
    with pytest.raises(DBAPIError, match="hours: stay"), transaction(seeded) as session:
        session.execute(text("UPDATE availability SET hours = 700"))


LOOSE = "CREATE TABLE loose (a INTEGER NOT NULL, b INTEGER, CONSTRAINT ck_loose_b CHECK (b > 0), CHECK (a > 0))"
STAY = Action("BEFORE UPDATE OF a", "SELECT RAISE(ABORT, 'a: stays');")


def require_b(op: Operations, alter: Callable[..., AbstractContextManager[BatchOperations]]) -> None:
    with alter(op, "loose") as batch:
        batch.alter_column("b", existing_type=Integer(), nullable=False)


@on_sqlite
def test_a_batch_that_loses_a_trigger_or_a_check_without_a_name_is_seen_by_the_comparison(engine: Engine):
    change(engine, lambda op: op.execute(LOOSE))
    change(engine, lambda op: create_trigger(op, "a_stays", "loose", sqlite=STAY, postgresql=STAY))
    before = picture(engine)
    with pytest.warns(UserWarning, match="Unnamed CHECK"):
        change(engine, lambda op: require_b(op, plainly))
    assert set(before) - set(picture(engine)) == {"trigger loose.a_stays", "check loose.unnamed 1"}


@on_sqlite
def test_a_table_with_a_check_without_a_name_is_not_changed(engine: Engine):
    change(engine, lambda op: op.execute(LOOSE))
    before = picture(engine)
    with pytest.raises(RuntimeError, match="loose has a CHECK without a name"):
        change(engine, lambda op: require_b(op, batch_keeping_triggers))
    assert picture(engine) == before
