"""Procrastinate's schema within the hub's: as the package means it, and nobody's data."""

import procrastinate
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL
from hub.db.backups.copying import restore
from hub.db.engine import create_engine, in_mode
from hub.db.queue_schema import schema_of
from hub.db.transaction import reading, transaction
from hub.workflows.plans import queue_plan
from hub.workflows.runs import turns
from tests.hub.databases import Databases, on_postgresql
from tests.hub.db.schema_picture import Picture, picture
from tests.hub.db.test_backups import backed_up


def of_queue(schema: Picture) -> Picture:
    return {key: value for key, value in schema.items() if "procrastinate_" in key}


def test_the_schema_that_is_made_is_that_of_the_package_in_use():
    assert schema_of(procrastinate.__version__) == SchemaManager.get_schema(), (
        "another version: write a migration that brings its schema, and change what this test names"
    )


@on_postgresql
def test_the_migration_makes_the_package_s_own_schema_word_for_word(
    engine: Engine, databases: Databases, database: str, tmp_path
):
    with databases.copied(database, None, tmp_path / "plain") as settings:
        plain = create_engine(settings)
        with in_mode(plain, "migrate").begin() as connection:
            connection.connection.driver_connection.execute(SchemaManager.get_schema())
        assert of_queue(picture(engine)) == picture(plain) != {}
        plain.dispose()


@on_postgresql
def test_a_backup_holds_the_queue_s_shape_and_none_of_what_waits_in_it(seeded: Engine, tmp_path):
    with transaction(seeded) as session:
        plan = queue_plan(session, LOCAL, "試し")
    kept, before = backed_up(seeded, tmp_path), picture(seeded)
    with transaction(seeded) as session:
        session.execute(text("UPDATE procrastinate_jobs SET priority = 7"))
    restore(seeded, kept, replace=True)
    assert of_queue(picture(seeded)) == of_queue(before)
    with reading(seeded) as session:
        assert session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one() == 0
        assert turns(session) == [plan], "which a worker finds and calls for again"
    with transaction(seeded) as session:
        queue_plan(session, LOCAL, "もうひとつ")
    with reading(seeded) as session:
        assert session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one() == 1
