"""What lets somebody in at this moment: it neither moves with an archive nor comes back with a backup.

A backup may be of a time when a session had not been ended, a link not been used, a token not been revoked. Whoever was
shut out since would otherwise be let in again. People sign in anew; systems get new tokens.
"""

from sqlalchemy import Connection, inspect

LIVE_TABLES = ("sessions", "one_time_links", "api_tokens", "sign_in_counts")


def end_live(connection: Connection) -> None:
    """Empty what is live, as far as the schema has it already."""
    there = set(inspect(connection).get_table_names())
    for name in LIVE_TABLES:
        if name in there:
            connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608  (constants of this file)
