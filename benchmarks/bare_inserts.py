"""What SQLite alone needs for the rows an import leaves: the same rows, put into an empty hub by the bare driver."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

BATCH = 5_000


def insert_again(stored: Path, empty: Path) -> tuple[float, int]:
    """Put the rows of the hub ``stored`` that ``empty`` lacks into it, in one transaction.

    Its keys, indexes and triggers do what they always do. Both are files of SQLite that began alike. Returns the CPU
    seconds of the inserts and the commit, without those of reading the rows, and the number of rows.
    """
    seconds, added = 0.0, 0
    with closing(sqlite3.connect(stored)) as source, closing(sqlite3.connect(empty, isolation_level=None)) as target:
        target.execute("PRAGMA foreign_keys = OFF")  # whatever order the tables come in
        target.execute("PRAGMA synchronous = FULL")
        target.execute("BEGIN IMMEDIATE")
        for (table,) in source.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ):
            (last,) = target.execute(f'SELECT coalesce(max(rowid), 0) FROM "{table}"').fetchone()  # noqa: S608
            rows = source.execute(f'SELECT * FROM "{table}" WHERE rowid > ?', (last,))  # noqa: S608
            holes = ", ".join("?" * len(rows.description))
            while batch := rows.fetchmany(BATCH):
                began = time.process_time()
                target.executemany(f'INSERT INTO "{table}" VALUES ({holes})', batch)  # noqa: S608
                seconds += time.process_time() - began
                added += len(batch)
        began = time.process_time()
        target.execute("COMMIT")
        seconds += time.process_time() - began
    return seconds, added
