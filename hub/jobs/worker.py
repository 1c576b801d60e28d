"""The worker: serves the queues in a thread of this process, from ``start`` to ``close``."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Literal

from procrastinate import App
from sqlalchemy import Engine

from hub.db.calls import HOOKS, IO, SOLVE
from hub.jobs.housekeeping import Housekeeping
from hub.jobs.queues import connector_of
from hub.jobs.tasks import Work, app_of
from hub.jobs.watching import BEATS
from hub.logging import log_event, new_reference
from hub.settings import Settings

Pool = Literal["solve", "io", "all"]
QUEUES_OF: dict[Pool, tuple[str, ...]] = {"solve": (SOLVE,), "io": (IO, HOOKS), "all": (SOLVE, IO, HOOKS)}

AGAIN = 1.0
"""Seconds until a queue that could not be served is tried again."""
FALLBACK = 5.0
"""Seconds between two looks into the queue where a call was not heard."""
PATIENCE = 15.0
"""Seconds a closing process waits for a run to end; the run is put back, at the latest when its lease has run out."""


class Worker:
    """Solves plans, sends mail and does what is due, one of each pool's tasks at a time."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        lease: timedelta | None = None,
        pool: Pool = "all",
        abandon: Callable[[], None] | None = None,
    ) -> None:
        self._closing = threading.Event()
        held = lease or timedelta(seconds=settings.lease_seconds)
        self._work = Work(engine, settings, self._closing, new_name(), held, abandon=abandon)
        self._queues = QUEUES_OF[pool]
        self._called = engine.dialect.name == "postgresql"
        self._ends: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="hub-worker", daemon=True)

    @property
    def name(self) -> str:
        """The worker's name, as the rows of runs show it."""
        return self._work.name

    @property
    def alive(self) -> bool:
        """Whether it is at work."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End: a run that is being solved goes back into the queue."""
        self._closing.set()
        if self._loop is not None and self._ends is not None:
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                self._loop.call_soon_threadsafe(self._ends.set)
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._ends = asyncio.get_running_loop(), asyncio.Event()
        while not self._closing.is_set():
            try:
                # A connection to a database that was away is not mended but made anew.
                app = app_of(self._work, connector_of(self._work.engine))
                async with app.open_async():
                    await self._work_with(app)
                if not self._closing.is_set():
                    log_event("queue_lost", level=logging.WARNING)
                    await self._rest(AGAIN)
            except Exception as fault:  # the thread has to outlive whatever becomes of the database
                log_event("worker_failed", level=logging.ERROR, fault=fault, reference=new_reference())
                await self._rest(AGAIN)

    async def _work_with(self, app: App) -> None:
        """Serve the queues until the worker closes, or one of them fails."""
        house = Housekeeping(self._work, app, called=self._called)
        served = [self._serve_queue(app, queue) for queue in self._queues]
        await _first_of(self._ends_of_work(), self._keep(house), *served)

    async def _ends_of_work(self) -> None:
        if self._ends is not None and not self._closing.is_set():
            await self._ends.wait()

    async def _serve_queue(self, app: App, queue: str) -> None:
        lease = self._work.lease.total_seconds()
        await app.run_worker_async(
            queues=[queue],
            name=self._work.name,
            concurrency=1,
            install_signal_handlers=False,
            listen_notify=True,
            fetch_job_polling_interval=FALLBACK,
            delete_jobs="always",
            update_heartbeat_interval=lease / BEATS,
            stalled_worker_timeout=lease,
        )

    async def _keep(self, house: Housekeeping) -> None:
        while not self._closing.is_set():
            try:
                await house.look()
            except Exception as fault:  # what is not seen now is seen the next time
                log_event("look_failed", level=logging.WARNING, fault=fault, reference=new_reference())
            await self._rest(house.pause)

    async def _rest(self, seconds: float) -> None:
        if self._ends is not None and not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ends.wait(), seconds)


async def _first_of(*ways: Coroutine[Any, Any, None]) -> None:
    """Wait until one of ``ways`` comes to an end, end the others in their order, and raise what it raised."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def new_name() -> str:
    """Return a name for a worker, that tells people where it is."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"
