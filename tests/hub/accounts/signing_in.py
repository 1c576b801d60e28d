"""Signing in as the pages do it, step by step."""

from datetime import datetime

from sqlalchemy import Engine, text

from hub.auth.actor import Actor, Grant
from hub.auth.keys import Keyring
from hub.auth.passwords import hash_password, verify_password
from hub.auth.totp import code_at, step_at
from hub.db.transaction import reading, transaction
from hub.workflows.accounts.credentials import store_password
from hub.workflows.accounts.people import actor_of
from hub.workflows.accounts.second_factor import begin_enrolment, confirm_enrolment
from hub.workflows.accounts.sessions import SignedIn, find_session
from hub.workflows.accounts.sign_in import Asked, begin_attempt, end_attempt
from tests.hub.workflows.accounts import add_account

KEY = "a key of these tests, which is long enough"
PASSWORD = "quiet otters row past dawn"
ADMIN = Actor("acc_admin", (Grant("system_admin"),))
CITY, WARD = "202151", "131041"


def member(engine: Engine, account: str, *grants: tuple[str, str], expert: str | None = None) -> str:
    """Add an account with roles and ``PASSWORD``; its mail is ``<account>@hub.example``."""
    with transaction(engine) as session:
        add_account(session, account, *grants, expert=expert)
        store_password(session, Actor(account, ()), account, hash_password(PASSWORD))
    return account


def sign_in(
    engine: Engine,
    keyring: Keyring,
    account: str,
    now: datetime,
    password: str = PASSWORD,
    *,
    address: str = "192.0.2.1",
    device: str = "",
) -> str | None:
    """Sign in and return the session's secret, None when it failed."""
    with transaction(engine) as session:
        attempt = begin_attempt(session, keyring, Asked(f"{account}@hub.example", address, device), now)
    right = verify_password(attempt.password_hash, password)
    with transaction(engine) as session:
        return end_attempt(session, keyring, attempt, right=right, agent="a browser", now=now)


def found(engine: Engine, secret: str | None, now: datetime) -> SignedIn | None:
    with reading(engine) as session:
        return find_session(session, secret or "", now)


def actor(engine: Engine, account: str) -> Actor:
    with reading(engine) as session:
        return actor_of(session, account)


def enrol(engine: Engine, keyring: Keyring, account: str, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Set up a second factor and return its secret and recovery codes."""
    who = actor(engine, account)
    with transaction(engine) as session:
        secret = begin_enrolment(session, who, keyring)
        codes = confirm_enrolment(session, who, keyring, code(secret, now), now)
    assert codes is not None
    return secret, codes


def code(secret: str, now: datetime, steps: int = 0) -> str:
    return code_at(secret, step_at(now.timestamp()) + steps)


def actions_about(engine: Engine, account: str) -> list[str]:
    query = text("SELECT action FROM audit_records WHERE subject_id = :id ORDER BY seq")
    with reading(engine) as session:
        return list(session.execute(query, {"id": account}).scalars())


def everything_kept(engine: Engine) -> str:
    """Return all rows of all tables as text, to look for what must not be there."""
    from sqlmodel import SQLModel

    with reading(engine) as session:
        return "\n".join(
            repr(tuple(row)) for table in SQLModel.metadata.sorted_tables for row in session.execute(table.select())
        )
