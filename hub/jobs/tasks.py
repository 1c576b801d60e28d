"""The tasks: what a worker does when it is called, the same ones wherever the queue lies.

None takes more than the moment it was due. What there is to do is told by the hub's own rows, so that a call that comes
twice, late, or for something that was done or called off meanwhile, does nothing. None raises: what fails is in the log
with a number, and comes again by the rows or by the next call.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial

from procrastinate import App
from procrastinate.connector import BaseConnector
from sqlalchemy import Engine

from hub.auth.keys import Keyring
from hub.db.calls import HOOKS, IO, PREPARE_COMPARISONS, SEND_MAIL, SOLVE, SOLVE_RUNS, TELL_WEBHOOKS
from hub.db.transaction import reading, transaction
from hub.errors import HubError
from hub.jobs.duties import DUTIES, Duty
from hub.jobs.hooks import LIMITS, keyring_for, tell_next
from hub.jobs.mail import send_next
from hub.jobs.solving import BROKEN_EN, BROKEN_JA, run_next
from hub.logging import log_event, new_reference
from hub.mail.server import MailServer, server_of
from hub.models.base import utc_now
from hub.outgoing.client import Outgoing, outgoing_of
from hub.settings import Settings
from hub.workflows.comparing import begin_comparison, build_comparison, fail_comparison, waiting_comparisons
from hub.workflows.runs import LEASE

DUTY = "duty:"
"""What the name of a duty's task begins with."""


@dataclass
class Work:
    """What the tasks work with. ``closing``: once set, they end as soon as they can. ``name``: the worker's."""

    engine: Engine
    settings: Settings
    closing: threading.Event = field(default_factory=threading.Event)
    name: str = ""
    lease: timedelta = LEASE
    duties: Sequence[Duty] = DUTIES
    abandon: Callable[[], None] | None = None
    """Ends this process, where that may be done: a solver that does not answer cannot be ended otherwise."""

    @cached_property
    def mail_server(self) -> MailServer | None:
        """The server mail goes to; None without one, or when its settings cannot be read."""
        try:
            return server_of(self.settings)
        except OSError as fault:
            log_event("mail_server_unknown", level=logging.ERROR, fault=fault, setting="HUB_SMTP_PASSWORD_FILE")
            return None

    def solve_runs(self) -> None:
        """Solve one queued run after another until there is none whose turn it is."""
        while not self.closing.is_set():
            told = (self.engine, self.settings, self.closing)
            if not run_next(*told, name=self.name, lease=self.lease, abandon=self.abandon):
                return

    def prepare_comparisons(self) -> None:
        """Build the problem of every comparison that waits for it, and queue its points."""
        with reading(self.engine) as session:
            waiting = waiting_comparisons(session)
        for comparison_id in waiting:
            if self.closing.is_set():
                return
            self._prepare(comparison_id)

    def _prepare(self, comparison_id: str) -> None:
        try:
            with reading(self.engine) as session:
                snapshot = build_comparison(session, comparison_id)
            with transaction(self.engine) as session:
                begun = begin_comparison(session, comparison_id, snapshot)
        except HubError as fault:
            ja, en = fault.ja, fault.en
        except Exception as fault:  # whatever happens, it must not wait for ever
            reference = new_reference()
            log_event("comparison_failed", level=logging.ERROR, fault=fault, reference=reference)
            ja, en = BROKEN_JA.format(reference), BROKEN_EN.format(reference)
        else:
            if begun:
                log_event("comparison_begun", comparison=comparison_id)
            return
        with transaction(self.engine) as session:
            fail_comparison(session, comparison_id, ja, en)

    def send_mail(self) -> None:
        """Send all mail that is due."""
        server = self.mail_server
        while server is not None and not self.closing.is_set():
            if not send_next(self.engine, server, self.settings.links_to):
                return

    @cached_property
    def keyring(self) -> Keyring | None:
        """The keys that open webhooks' secrets; None where nobody signs in, or when they cannot be read."""
        return keyring_for(self.settings)

    @cached_property
    def outgoing(self) -> Outgoing:
        """What webhooks are called by."""
        return outgoing_of(self.settings, LIMITS)

    def tell_webhooks(self) -> None:
        """Tell all webhooks what is due."""
        keyring = self.keyring
        while keyring is not None and not self.closing.is_set():
            if not tell_next(self.engine, keyring, self.outgoing, self.settings.links_to):
                return

    def do(self, duty: Duty, timestamp: int = 0) -> int:  # noqa: ARG002  (Procrastinate tells when it was due)
        """Do a duty, some in each transaction, until nothing is left; return how much it did."""
        total = 0
        while True:
            with transaction(self.engine) as session:
                done = duty.step(session, utc_now(), self.settings)
            total += done
            if duty.at_once is None or done < duty.at_once:
                break
        if total:
            log_event("duty_done", duty=duty.name, count=total)
        return total


def app_of(work: Work, connector: BaseConnector) -> App:
    """Return Procrastinate's application for ``work``: the same tasks whatever the queue lies in."""
    app = App(connector=connector)
    for name, queue, act in (
        (SOLVE_RUNS, SOLVE, work.solve_runs),
        (PREPARE_COMPARISONS, SOLVE, work.prepare_comparisons),
        (SEND_MAIL, IO, work.send_mail),
        (TELL_WEBHOOKS, HOOKS, work.tell_webhooks),
    ):
        app.task(name=name, queue=queue)(guarded(name, act))
    for duty in work.duties:
        app.task(name=DUTY + duty.name, queue=IO)(guarded(DUTY + duty.name, partial(work.do, duty)))
    return app


def guarded(name: str, act: Callable[..., object]) -> Callable[..., None]:
    """Return ``act`` as a task that never raises; what fails is told in the log, without a word of any row."""

    def task(**told: int) -> None:
        try:
            act(**told)
        except Exception as fault:  # one that fails keeps none of the others from being done
            log_event("task_failed", level=logging.ERROR, fault=fault, task=name, reference=new_reference())

    return task
