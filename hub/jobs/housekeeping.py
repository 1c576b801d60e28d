"""What a worker does beside its tasks: puts lost runs back, calls for what waits without a call, and for duties.

Every worker does so, and no two get into each other's way: rows are locked, and a duty is called for once for each
moment it is due, whoever comes first.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from sqlalchemy import Engine

from hub.db.calls import IO, PREPARE_COMPARISONS, QUEUES, SEND_MAIL, SOLVE_RUNS, TELL_WEBHOOKS
from hub.db.transaction import reading, transaction
from hub.jobs.tasks import DUTY, Work
from hub.jobs.watching import Watch
from hub.logging import log_event
from hub.models.base import utc_now
from hub.workflows.comparing import waiting_comparisons
from hub.workflows.outbox import is_mail_due
from hub.workflows.runs import leases, put_back_lost, turns
from hub.workflows.webhook_deliveries import is_delivery_due

ROUNDS = 4
"""Looks within a lease."""
POLL = 0.5
"""Seconds between two looks for work where nobody can call for it: at a queue in memory."""
MAIL_EVERY = 5.0
"""Seconds between two looks for mail and webhooks whose pause is over, where calls come."""


class Housekeeping:
    """Keeps house for ``work`` by way of ``app``. Both clocks can be told: ``seconds`` only grows."""

    def __init__(
        self,
        work: Work,
        app: App,
        *,
        called: bool,
        now: Callable[[], datetime] = utc_now,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work = work
        self._app = app
        self._called = called
        self._now, self._seconds = now, seconds
        self._watch = Watch(work.lease)
        self._slots: dict[str, int] = {}
        self._due = self._mail_due = float("-inf")

    @property
    def pause(self) -> float:
        """Seconds between two looks."""
        between = self._work.lease.total_seconds() / ROUNDS
        return between if self._called else min(POLL, between)

    async def look(self) -> None:
        """Look once at everything."""
        if self._seconds() >= self._due:
            self._due = self._seconds() + self._work.lease.total_seconds() / ROUNDS
            await asyncio.to_thread(self.put_back)
            await self._retry_stalled()
        for task in await asyncio.to_thread(self._waiting):
            await self._call(task)
        await self._call_for_duties()

    def put_back(self) -> int:
        """Queue the runs again that have lost their worker; return how many."""
        engine: Engine = self._work.engine
        with reading(engine) as session:
            lost = self._watch.lost(leases(session), self._now(), self._seconds())
        if not lost:
            return 0
        with transaction(engine) as session:
            count = put_back_lost(session, lost)
        if count:
            log_event("plans_put_back", count=count)
        return count

    def _waiting(self) -> list[str]:
        """Return the tasks there is work for, as the rows have it."""
        with reading(self._work.engine) as session:
            found = [SOLVE_RUNS] if turns(session, self._work.settings.comparison_runs) else []
            if waiting_comparisons(session):
                found.append(PREPARE_COMPARISONS)
            if not self._called or self._seconds() >= self._mail_due:
                self._mail_due = self._seconds() + MAIL_EVERY
                found += [SEND_MAIL] if is_mail_due(session, self._now()) else []
                found += [TELL_WEBHOOKS] if is_delivery_due(session, self._now()) else []
        return found

    async def _call(self, task: str) -> None:
        # The lock: one call that waits is as good as many.
        with suppress(AlreadyEnqueued):
            await self._app.configure_task(task, queue=QUEUES[task], queueing_lock=task).defer_async()

    async def _call_for_duties(self) -> None:
        """Call for each duty once in each of its periods, counted by the calendar and not from one another.

        Neither a calendar that jumps nor a process that slept makes them come in heaps, or stay away.
        """
        for duty in self._work.duties:
            slot = int(self._now().timestamp() // duty.every * duty.every)
            if self._slots.get(duty.name) == slot:
                continue
            deferrer = self._app.configure_task(
                DUTY + duty.name, queue=IO, queueing_lock=DUTY + duty.name, task_kwargs={"timestamp": slot}
            )
            with suppress(AlreadyEnqueued):
                await self._app.job_manager.defer_periodic_job(job=deferrer.job, periodic_id="", defer_timestamp=slot)
            self._slots[duty.name] = slot

    async def _retry_stalled(self) -> None:
        """Give the jobs of workers that are at an end to others."""
        stalled = await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._work.lease.total_seconds())
        for job in stalled:
            try:
                await self._app.job_manager.retry_job(job, retry_at=datetime.now(UTC) - timedelta(seconds=1))
            except ConnectorException:  # another was quicker
                continue
            log_event("job_retried", task=job.task_name)
