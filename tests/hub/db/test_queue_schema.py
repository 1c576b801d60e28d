"""Procrastinate's schema within the hub's: as the package means it, and nobody's data."""

import procrastinate
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine

from hub.db.engine import create_engine, in_mode
from hub.db.queue_schema import schema_of
from tests.hub.databases import Databases, on_postgresql
from tests.hub.db.schema_picture import Picture, picture


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
