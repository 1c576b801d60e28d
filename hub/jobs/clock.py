"""The clock: does each duty when its time has come, one transaction each, whatever becomes of the others."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from hub.db.transaction import transaction
from hub.jobs.duties import DUTIES, Duty
from hub.jobs.hooks import LIMITS, run_hooks
from hub.jobs.mail import send_next
from hub.logging import log_event, new_reference
from hub.mail.server import MailServer, server_of
from hub.models.base import utc_now
from hub.settings import Settings

POLL = 1.0
"""Seconds between two looks at what is due."""


class Clock:
    """Attends to duties and mail in turn. When a duty was done last is known to this process alone."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        duties: Sequence[Duty] = DUTIES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._duties = duties
        self._monotonic = monotonic
        self._due: dict[str, float] = {}

    def run(self, closing: threading.Event) -> None:
        """Attend until ``closing`` is set. Webhooks are told in a thread of their own."""
        server = self._server()
        told = (self._engine, self._settings, closing)
        hooks = threading.Thread(target=run_hooks, args=told, name="hub-hooks", daemon=True)
        hooks.start()
        while not closing.is_set():
            self.attend()
            while server is not None and not closing.is_set() and self._send(server):
                pass
            closing.wait(POLL)
        hooks.join(LIMITS.total)

    def attend(self) -> None:
        """Do the duties whose time has come."""
        for duty in self._duties:
            if self._monotonic() < self._due.get(duty.name, 0.0):
                continue
            self._due[duty.name] = self._monotonic() + duty.every
            try:
                done = self._do(duty)
            except Exception as fault:  # one duty that fails keeps none of the others from being done
                log_event("duty_failed", level=logging.ERROR, fault=fault, duty=duty.name, reference=new_reference())
                continue
            if done:
                log_event("duty_done", duty=duty.name, count=done)

    def _do(self, duty: Duty) -> int:
        total = 0
        while True:
            with transaction(self._engine) as session:
                done = duty.step(session, utc_now(), self._settings)
            total += done
            if duty.at_once is None or done < duty.at_once:
                return total

    def _send(self, server: MailServer) -> bool:
        try:
            return send_next(self._engine, server, self._settings.links_to)
        except Exception as fault:  # the database is away, say; what was taken is found by the duty ``lost_mail``
            log_event("mail_failed", level=logging.ERROR, fault=fault, reference=new_reference())
            return False

    def _server(self) -> MailServer | None:
        try:
            return server_of(self._settings)
        except OSError as fault:
            log_event("mail_server_unknown", level=logging.ERROR, fault=fault, setting="HUB_SMTP_PASSWORD_FILE")
            return None
