"""Which tables are Procrastinate's: they lie beside the hub's on PostgreSQL, and hold nobody's data.

What waits in them follows from the hub's own rows. So backups hold their shape and not their rows, fingerprints and
archives leave them out, and workers fill them again after a restore.
"""

PREFIX = "procrastinate_"
"""What the name of every table, type and function of Procrastinate's begins with."""


def is_queue(table: str) -> bool:
    """Return whether a table is Procrastinate's and not the hub's."""
    return table.startswith(PREFIX)
