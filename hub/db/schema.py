"""The schema's version: bring a database to the newest, or say that it is not there yet."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from hub.db.engine import in_mode
from hub.errors import Conflict

MIGRATIONS = Path(__file__).parent / "migrations"
CONNECTION = "connection"
HEAD = "head"


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration with the migrations of this package."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes[CONNECTION] = connection
    return made


def migrate(engine: Engine, revision: str = HEAD) -> None:
    """Bring the schema to ``revision`` (default: the newest) in one transaction; does nothing when it is there."""
    with in_mode(engine, "migrate").begin() as connection:
        command.upgrade(config(connection), revision)
        _check_references(connection)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to ``revision`` (``base``: nothing left) in one transaction."""
    with in_mode(engine, "migrate").begin() as connection:
        command.downgrade(config(connection), revision)
        _check_references(connection)


def newest() -> str | None:
    """Return the newest revision there is."""
    return ScriptDirectory.from_config(config()).get_current_head()


def revisions() -> frozenset[str]:
    """Return every revision this version knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def current(engine: Engine) -> str | None:
    """Return the revision of the database, None when it has no schema yet."""
    with in_mode(engine, "read").connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_newest(engine: Engine) -> None:
    """Raise Conflict unless the database has the newest schema."""
    if current(engine) != newest():
        raise Conflict(
            "データベースがこの版に合っていません。`talent-hub migrate` を実行してください。",
            "The database does not have this version's tables. Run `talent-hub migrate`.",
        )


def _check_references(connection: Connection) -> None:
    """Refuse a migration that leaves a reference to nothing; foreign keys are off while tables are made anew."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("the migration would leave references to rows that do not exist")
