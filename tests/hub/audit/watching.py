"""Watches what workflows write: a transaction that changes something and records nothing is a fault.

Looked at is every statement that a function of ``hub.workflows`` caused, in whatever test that happens; what a test
writes by itself does not count.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

WORKFLOWS = "hub.workflows."
WRITES = ("INSERT", "UPDATE", "DELETE")
RECORDS = "hub.workflows.audit.write_entries"
NOT_A_CHANGE = {
    "hub.workflows.runs.record_problem": "what a run begins with; the run's moves are recorded",
    "hub.workflows.runs.record_progress": "figures of a run that goes on",
    "hub.workflows.notifications.tell": "follows from a change, which is recorded, or from a deadline",
    "hub.workflows.notification_reading.mark_read": "one's own list",
    "hub.workflows.outbox.claim_mail": "where a mail stands",
    "hub.workflows.outbox.settle_mail": "where a mail stands",
    "hub.workflows.outbox.give_up_lost": "where a mail stands",
    "hub.workflows.outbox.drop_old": "where a mail stands",
    "hub.workflows.webhook_events.announce": "follows from a move, which is recorded",
    "hub.workflows.webhook_deliveries.claim_delivery": "where a delivery stands",
    "hub.workflows.webhook_deliveries.settle_delivery": "where a delivery stands; giving a webhook up is recorded",
    "hub.workflows.webhook_deliveries.give_up_lost": "where a delivery stands",
    "hub.workflows.webhook_deliveries.drop_old": "where a delivery stands",
    "hub.workflows.idempotency.begin": "a request's key; what the request changes is recorded",
    "hub.workflows.idempotency.keep": "an answer, kept for a day",
    "hub.workflows.idempotency.forget": "an answer, kept for a day",
    "hub.workflows.idempotency.purge": "an answer, kept for a day",
    "hub.workflows.accounts.throttling.count_attempt": "how often something was tried; what came of it is recorded",
    "hub.workflows.accounts.throttling.forget_attempts": "how often something was tried",
    "hub.workflows.accounts.throttling.use_once": "that a challenge was answered; what came of it is recorded",
    "hub.workflows.accounts.links.mint": "what a mail holds",
    "hub.workflows.accounts.sessions.confirm_second_factor": "follows from the proof, which is recorded",
    "hub.workflows.accounts.sessions.mark_seen": "that a session is in use",
    "hub.workflows.accounts.sessions.purge_sign_in": "what has ended by itself",
    "hub.workflows.accounts.tokens.mark_used": "the day a token was used",
    "hub.workflows.accounts.token_pace.take_shared": "how often a token was used",
    "hub.workflows.archives.reading.import_whole": "the hub becomes exactly what the archive holds, its log included",
}
"""What workflows write that is no change anybody made, and why."""


@dataclass
class Watch:
    """``unrecorded``: the workflows that wrote in a transaction without records. ``recorded``: those with."""

    unrecorded: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)


def workflow_functions() -> list[str]:
    """Return the functions of ``hub.workflows`` that are being called, the innermost first."""
    frame, found = sys._getframe(1), []
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(WORKFLOWS):
            found.append(f"{module}.{frame.f_code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]
    return found


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch every database of this process."""
    watch = Watch()
    # By the connection of the driver: the transaction's own objects differ from call to call.
    wrote: dict[int, set[str]] = {}
    kept: set[int] = set()

    def after(conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(WRITES) or cursor.rowcount == 0:
            return
        called = workflow_functions()
        if RECORDS in called:
            kept.add(key(conn))
        elif called and not NOT_A_CHANGE.keys() & set(called):
            wrote.setdefault(key(conn), set()).add(called[-1])

    def committed(conn: Connection) -> None:
        functions = wrote.pop(key(conn), set())
        (watch.recorded if key(conn) in kept else watch.unrecorded).update(functions)
        kept.discard(key(conn))

    def undone(conn: Connection) -> None:
        if conn.invalidated:  # its server has ended it
            return
        wrote.pop(key(conn), None)
        kept.discard(key(conn))

    heard = (("after_cursor_execute", after), ("commit", committed), ("rollback", undone))
    for name, listener in heard:
        event.listen(Engine, name, listener)
    try:
        yield watch
    finally:
        for name, listener in heard:
            event.remove(Engine, name, listener)


def key(conn: Connection) -> int:
    return id(conn.connection.dbapi_connection)
