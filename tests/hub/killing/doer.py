"""A process that does to a hub what it is told on standard input, and says so once it is committed.

Run as ``python -m tests.hub.killing.doer`` with the settings in the environment. Four threads take a line each:
``number kind subject other``; the answer is ``number done what`` or ``number refused why``.
"""

import sys
import threading
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.auth.actor import Actor, Grant
from hub.db.engine import create_engine
from hub.db.transaction import transaction
from hub.errors import HubError
from hub.settings import Settings
from hub.workflows.experts import set_paused
from hub.workflows.moving import Reason
from hub.workflows.proposal_ending import withdraw_proposal
from hub.workflows.proposals import (
    accept_as_expert,
    accept_as_organization,
    decline_as_expert,
    decline_as_organization,
)
from tests.hub.round.world import offer

THREADS = 4
COORDINATOR = (Grant("coordinator"), Grant("system_admin"))

Deed = Callable[[Session, str, str, str], object]


def of_proposal(session: Session, proposal: str) -> tuple[str, str]:
    """Return the expert and the organization of a proposal."""
    query = text("SELECT expert_id, organization_code FROM proposals WHERE id = :id")
    row = session.execute(query, {"id": proposal}).one()
    return row.expert_id, row.organization_code


def as_expert(session: Session, who: str, proposal: str) -> Actor:
    return Actor(who, (Grant("expert"),), expert=of_proposal(session, proposal)[0])


def as_organization(session: Session, who: str, proposal: str) -> Actor:
    return Actor(who, (Grant("requester", of_proposal(session, proposal)[1]),))


DEEDS: dict[str, Deed] = {
    "offer": lambda s, who, slot, expert: offer(s, slot, expert),
    "yes": lambda s, who, proposal, _: accept_as_expert(s, as_expert(s, who, proposal), proposal),
    "agreed": lambda s, who, proposal, _: accept_as_organization(s, as_organization(s, who, proposal), proposal),
    "no": lambda s, who, proposal, _: decline_as_expert(s, as_expert(s, who, proposal), proposal, Reason("no_time")),
    "not_this": lambda s, who, proposal, _: decline_as_organization(
        s, as_organization(s, who, proposal), proposal, Reason("cost")
    ),
    "withdraw": lambda s, who, proposal, _: withdraw_proposal(s, Actor(who, COORDINATOR), proposal),
    "pause": lambda s, who, expert, _: set_paused(s, Actor(who, COORDINATOR), expert, paused=True),
    "resume": lambda s, who, expert, _: set_paused(s, Actor(who, COORDINATOR), expert, paused=False),
}
"""What can be done, each by an actor of its own, so that what it left behind is found by the actor's id."""


def main() -> None:
    """Do what the lines say until they end."""
    engine = create_engine(Settings())
    lock, reading = threading.Lock(), threading.Lock()

    def next_line() -> str:
        with reading:
            return sys.stdin.readline()

    def work() -> None:
        for line in iter(next_line, ""):
            number, kind, subject, other = line.split()
            try:
                with transaction(engine) as session:
                    what = DEEDS[kind](session, f"op_{number}", subject, other)
            except (HubError, SQLAlchemyError) as fault:
                said = f"{number} refused {type(fault).__name__}"
            else:
                said = f"{number} done {what or kind}"
            with lock:
                sys.stdout.write(f"{said}\n")
                sys.stdout.flush()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
