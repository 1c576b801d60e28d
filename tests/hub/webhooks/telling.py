"""What tests of webhooks do: let something happen, aim a webhook at this machine, and tell it."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from hub.auth.keys import Keyring
from hub.db.transaction import transaction
from hub.jobs.hooks import tell_next
from hub.outgoing.addresses import networks_of
from hub.outgoing.client import Limits, Outgoing
from hub.workflows.moving import Reason
from hub.workflows.request_moves import close_request
from tests.hub.engagements.conftest import Work
from tests.hub.outgoing.listening import Listener
from tests.hub.round.world import REQUESTER

PUBLIC = "https://hub.example"
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "webhooks.md"


def closing(session: Any) -> None:
    close_request(session, REQUESTER, "r2", Reason(None, "髙橋 花子の都合"))


def closed(work: Work) -> None:
    with transaction(work.engine) as session:
        closing(session)


def calling(at: Listener, **changes: Any) -> Outgoing:
    told: dict[str, Any] = {"find": lambda *_: ["127.0.0.1"], "http": True, "limits": Limits(1, 0.5, 2, 1000)}
    return Outgoing(ports=[at.port], networks=networks_of(["127.0.0.1/32"]), **{**told, **changes})


def aimed(work: Work, at: Listener) -> None:
    """Let every webhook lead to a server of the test."""
    with transaction(work.engine) as session:
        session.execute(text("UPDATE webhooks SET url = :url"), {"url": f"http://hooks.example:{at.port}/in"})


def told(work: Work, keyring: Keyring, at: Listener, count: int = 1, **changes: Any) -> None:
    for _ in range(count):
        assert tell_next(work.engine, keyring, calling(at, **changes), PUBLIC)


# what is told, and when
