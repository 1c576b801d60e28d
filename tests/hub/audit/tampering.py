"""A small audit log, and someone who can write to the database past its triggers."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from hub.auth.actor import SYSTEM, Actor, Grant
from hub.db.engine import in_mode
from hub.db.transaction import transaction
from hub.workflows.audit import record
from hub.workflows.audit_erasing import erase_subject
from hub.workflows.audit_verifying import Verdict, verify

AUDITOR = Actor("acc_auditor", (Grant("auditor"), Grant("system_admin")))
TABLES = ("audit_records", "audit_details", "audit_head")


def write_log(engine: Engine) -> None:
    """Write nine records in four transactions; those about exp_1 had personal details, which the last one erased."""
    for round_number in range(3):
        with transaction(engine) as session:
            record(session, SYSTEM, "expert:pause", "expert", "exp_1", personal={"name": f"髙橋 {round_number}"})
            record(
                session,
                AUDITOR,
                "expert:read",
                "expert",
                "exp_2",
                before={"status": "draft", "count": round_number},
                after={"status": "open"},
            )
            if round_number:
                record(session, AUDITOR, "expert:resume", "expert", "exp_2", personal={"why": "戻りました"})
    with transaction(engine) as session:
        erase_subject(session, AUDITOR, "expert", "exp_1")


@contextmanager
def tampering(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that can change what nobody may; all is undone at the end."""
    with in_mode(engine, "migrate").connect() as connection:
        if connection.dialect.name == "sqlite":
            asked = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'"
            for name in connection.execute(text(asked)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in TABLES:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        yield connection
        connection.rollback()


def verdict(connection: Connection, *expected: object) -> Verdict:
    """Return what a check finds from within the tampering transaction."""
    with Session(connection) as session:
        return verify(session, AUDITOR, expected)  # type: ignore[arg-type]
