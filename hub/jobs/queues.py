"""Where the queue lies: in the hub's own database on PostgreSQL, in the memory of the workers' process on SQLite."""

import json
from collections.abc import Iterable
from typing import Any

import psycopg_pool
from procrastinate import PsycopgConnector
from procrastinate.connector import BaseConnector, Notify
from procrastinate.jobs import Notification
from procrastinate.testing import InMemoryConnector
from sqlalchemy import Engine

CONNECTIONS = 4
"""Most connections of a worker to its queue, beside one for each pool that listens."""
PATIENCE = 5.0
"""Seconds to wait for a connection: a database that is away is asked again, and each time from the beginning."""


class Memory(InMemoryConnector):
    """The queue of one process: it remembers nothing of what is done, and several pools of one loop listen to it."""

    def __init__(self) -> None:
        super().__init__()
        self._listeners: list[tuple[Notify, frozenset[str]]] = []

    async def finish_job_run(self, job_id: int, status: str, delete_job: bool) -> None:
        """End a job and forget what happened to it."""
        await super().finish_job_run(job_id, status, delete_job)
        if delete_job:
            self.events.pop(job_id, None)

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Call ``on_notification`` for what comes on ``channels``, beside whoever listens already."""
        self._listeners.append((on_notification, frozenset(channels)))

    async def _notify(self, queue_name: str, notification: Notification) -> None:
        for told, channels in self._listeners:
            for channel in channels & {f"procrastinate_queue_v1#{queue_name}"}:
                await told(channel=channel, payload=json.dumps(notification))


def connector_of(engine: Engine) -> BaseConnector:
    """Return what reaches the queue that belongs to ``engine``."""
    if engine.dialect.name != "postgresql":
        return Memory()
    _, told = engine.dialect.create_connect_args(engine.url)
    arguments: dict[str, Any] = {name: value for name, value in told.items() if name != "context"}
    arguments.setdefault("application_name", "talent-hub worker")
    arguments.setdefault("connect_timeout", round(PATIENCE))
    return PsycopgConnector(
        pool_factory=psycopg_pool.AsyncConnectionPool,
        kwargs=arguments,
        min_size=0,  # else opening waits half a minute for a database that is away
        max_size=CONNECTIONS,
        timeout=PATIENCE,
        reconnect_timeout=PATIENCE,
    )
