import io
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import hub.models  # noqa: F401  (makes the tables known)
from hub.auth.actor import LOCAL
from hub.db.engine import create_engine, in_mode
from hub.db.queue_names import is_queue
from hub.db.schema import config, current, downgrade, migrate, newest, require_newest
from hub.db.transaction import transaction
from hub.errors import Conflict
from hub.models import PlanDocument
from hub.models.base import NAMING_CONVENTION, table_of
from hub.settings import Settings
from hub.workflows.plans import queue_plan, queue_question
from hub.workflows.problems import Question
from hub.workflows.suppositions import Sentence
from matching.problem import Limits, Policy
from tests.hub.databases import Databases, on_sqlite
from tests.hub.db.schema_picture import picture, without_triggers

TABLES = set(SQLModel.metadata.tables)


def tables(engine: Engine) -> set[str]:
    with in_mode(engine, "read").connect() as connection:
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {name for name in found if not is_queue(name)}


def steps() -> list[str]:
    """Return every revision, the oldest first."""
    return [step.revision for step in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))]


def test_every_step_up_down_and_up_again_leaves_the_same_schema(settings: Settings):
    engine = create_engine(settings)
    assert current(engine) is None
    pictures = {"base": {}}
    for step in steps():
        migrate(engine, step)
        pictures[step] = picture(engine)
    assert (current(engine), tables(engine)) == (newest(), TABLES)
    for step in reversed(["base", *steps()[:-1]]):
        downgrade(engine, step)
        left = picture(engine)
        assert (left if step != "base" else without_triggers(left)) == pictures[step], step
    assert (current(engine), tables(engine)) == (None, set())
    for step in steps():
        migrate(engine, step)
        assert picture(engine) == pictures[step], step
    engine.dispose()


def test_every_step_can_be_taken_down_and_up_again_with_rows_in_the_tables(seeded: Engine):
    before = picture(seeded)
    for step in reversed(["base", *steps()[:-1]]):
        downgrade(seeded, step)
    assert tables(seeded) == set()
    migrate(seeded)
    assert picture(seeded) == before


def test_the_last_step_keeps_rows_and_schema_when_it_is_taken_back_and_again(seeded: Engine):
    before = picture(seeded)
    downgrade(seeded, steps()[-2])
    migrate(seeded)
    assert picture(seeded) == before
    with in_mode(seeded, "read").connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM experts")).scalar_one() > 0


def test_models_and_migrations_make_the_same_schema(
    engine: Engine, databases: Databases, database: str, tmp_path: Path
):
    with databases.copied(database, None, tmp_path / "plain") as settings:
        plain = create_engine(settings)
        SQLModel.metadata.create_all(in_mode(plain, "write"))
        assert without_triggers(picture(engine)) == without_triggers(picture(plain))
        plain.dispose()


def test_no_check_goes_without_a_name(engine: Engine):
    assert not [key for key in picture(engine) if "unnamed" in key]


def test_models_and_migrations_agree(engine: Engine):
    with in_mode(engine, "read").connect() as connection:
        opts = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or not is_queue(name)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_foreign_key_says_what_deleting_does():
    keys = [key for table in SQLModel.metadata.tables.values() for key in table.foreign_key_constraints]
    assert keys
    assert {key.ondelete for key in keys} == {"CASCADE", "RESTRICT"}


def test_every_constraint_has_a_name_by_the_convention(engine: Engine):
    with in_mode(engine, "read").connect() as connection:
        found = inspect(connection)
        for table in TABLES:
            names = [check["name"] for check in found.get_check_constraints(table)]
            names += [key["name"] for key in found.get_foreign_keys(table)] + [found.get_pk_constraint(table)["name"]]
            names += [index["name"] for index in found.get_indexes(table) if not index.get("duplicates_constraint")]
            assert all(name and name.split("_")[0] in NAMING_CONVENTION for name in names), (table, names)


def test_migrating_again_changes_nothing(seeded: Engine):
    with in_mode(seeded, "read").connect() as connection:
        before = connection.execute(text("SELECT count(*), max(updated_at) FROM experts")).one()
    migrate(seeded)
    with in_mode(seeded, "read").connect() as connection:
        assert connection.execute(text("SELECT count(*), max(updated_at) FROM experts")).one() == before


def test_a_database_without_the_newest_schema_is_told_what_to_run(settings: Settings):
    engine = create_engine(settings)
    with pytest.raises(Conflict, match="talent-hub migrate"):
        require_newest(engine)
    migrate(engine)
    require_newest(engine)
    downgrade(engine, "-1")
    with pytest.raises(Conflict):
        require_newest(engine)
    engine.dispose()


def test_a_failing_migration_leaves_the_schema_as_it_was(engine: Engine):
    with pytest.raises(DBAPIError, match="absent"), in_mode(engine, "migrate").begin() as connection:
        connection.execute(text("DROP TABLE assignments"))
        connection.execute(text("DROP TABLE absent"))
    assert tables(engine) == TABLES


@on_sqlite
def test_a_migration_that_breaks_a_reference_is_refused(seeded: Engine, monkeypatch: pytest.MonkeyPatch):
    def drop_rows(given: Config, revision: str) -> None:
        given.attributes["connection"].execute(text("DELETE FROM organizations"))

    monkeypatch.setattr(command, "upgrade", drop_rows)
    with pytest.raises(RuntimeError, match="references"):
        migrate(seeded)
    with in_mode(seeded, "read").connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM organizations")).scalar() == 1788


def test_the_migrations_can_be_written_for_postgresql():
    made = config()
    made.set_main_option("dialect", "postgresql")
    with redirect_stdout(io.StringIO()) as shown:
        made.output_buffer = shown
        command.upgrade(made, "head", sql=True)
    written = shown.getvalue()
    assert "CREATE UNIQUE INDEX uq_plans_one_in_force ON plans (in_force) WHERE in_force" in written
    assert all(f"CREATE TABLE {table} " in written for table in TABLES)


def test_the_way_down_takes_plans_with_suppositions_along_and_leaves_the_others(seeded: Engine):
    with transaction(seeded) as session:
        first = queue_plan(session, LOCAL, "計画", months=["2026-04"])
        question = Question(("2026-04",), Policy(), Limits(), base=first, told=(Sentence("仮", "supposed"),))
        made = queue_question(session, LOCAL, "もし", question)
        session.execute(insert(table_of(PlanDocument)).values(plan_id=made, kind="problem", content=b""))
    downgrade(seeded, "0014")
    with seeded.connect() as connection:
        assert connection.execute(text("SELECT id FROM plans")).scalars().all() == [first]
        assert connection.execute(text("SELECT count(*) FROM plan_documents")).scalar_one() == 0
    migrate(seeded)
    with seeded.connect() as connection:
        assert connection.execute(text("SELECT base_id FROM plans")).scalars().all() == [None]
