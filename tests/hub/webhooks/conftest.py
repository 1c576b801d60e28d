"""Webhooks of a city and of all, in a hub where work is under way."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import Actor, Grant
from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.webhooks import WebhookDraft, register
from tests.hub.accounts.signing_in import KEY
from tests.hub.databases import Databases
from tests.hub.engagements.conftest import Work, found, people_at_work
from tests.hub.round.world import CITY, WARD
from tests.hub.workflows.accounts import add_account

HEAD = Actor("acc_head", (Grant("organization_admin", CITY),))
OTHERS_HEAD = Actor("acc_others_head", (Grant("organization_admin", WARD),))
SYSTEM_ADMIN = Actor("acc_admin", (Grant("system_admin"),))
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
URL = "https://hooks.example/in"


@pytest.fixture(scope="session", autouse=True)
def contents(databases: Databases) -> None:
    databases.add("work", people_at_work, on="registered")


@pytest.fixture
def work(registered: Engine) -> Work:
    with transaction(registered) as session:
        for actor in (HEAD, OTHERS_HEAD, SYSTEM_ADMIN):
            add_account(session, actor.id, *((grant.role, grant.scope) for grant in actor.grants))
    return found(registered)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(KEY)


@pytest.fixture
def hook(work: Work, keyring: Keyring) -> Callable[..., tuple[str, str]]:
    """Return what registers a webhook and returns its id and secret."""

    def made(
        actor: Actor = HEAD,
        organization: str | None = CITY,
        url: str = URL,
        events: tuple[str, ...] = ("request:closed",),
    ) -> tuple[str, str]:
        with transaction(work.engine) as session:
            return register(session, actor, keyring, Settings(), WebhookDraft(organization, url, events))

    return made


def rows(engine: Engine, query: str, **told: Any) -> list[tuple[Any, ...]]:
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(text(query), told)]


def deliveries(engine: Engine) -> list[tuple[Any, ...]]:
    """Return (webhook, event, subject, status, attempt, reply) of every delivery."""
    query = "SELECT webhook_id, event, subject_id, status, attempt, reply FROM webhook_deliveries"
    return rows(engine, f"{query} ORDER BY webhook_id, event, happened_at")
