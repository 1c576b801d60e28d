"""Whether a database holds anything that would be lost if it were replaced."""

from sqlalchemy import Connection, column, inspect, select, table

from hub.db.queue_names import is_queue
from hub.errors import Conflict

VERSION_TABLE = "alembic_version"
RECORDS = "audit_records"
MADE_BY_MIGRATING = frozenset({VERSION_TABLE, "organizations", RECORDS, "audit_head"})
REGISTER_ACTION = "register:load"
"""``talent-hub migrate`` loads the public register of municipalities and records that it did: nothing is lost in it."""


def tables_with_rows(connection: Connection) -> tuple[str, ...]:
    """Return the tables that hold more than ``talent-hub migrate`` itself puts there, by name."""
    names = sorted(name for name in inspect(connection).get_table_names() if not is_queue(name))
    found = []
    for name in names:
        query = select(1).select_from(table(name)).limit(1)
        if name == RECORDS:
            query = query.where(column("action") != REGISTER_ACTION)
        elif name in MADE_BY_MIGRATING:
            continue
        if connection.execute(query).first() is not None:
            found.append(name)
    return tuple(found)


def refuse_content(connection: Connection) -> None:
    """Raise Conflict when the database holds anything but what ``talent-hub migrate`` puts there."""
    if tables_with_rows(connection):
        raise Conflict(
            "データベースにはもうデータがあります。消して置き換えてよければ --replace をつけてください。",
            "The database already holds data. Give --replace if they may be replaced.",
        )
