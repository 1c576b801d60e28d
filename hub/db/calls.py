"""Calls for a worker, made in the transaction of what there is to do: heard of once that is committed, or never.

On PostgreSQL a call is a job of Procrastinate's, written by the connection of the transaction itself. On SQLite the
queue lies in the memory of the workers' process, which looks at the rows twice a second instead. Either way the rows
say what there is to do; a call is no more than a knock at the door, and may be lost or come twice.
"""

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from procrastinate import App

SOLVE, IO, HOOKS = "solve", "io", "hooks"
"""The queues: what takes a processor for long, what waits for the hub's own servers, and what waits for anybody's."""
SOLVE_RUNS, PREPARE_COMPARISONS, SEND_MAIL = "solve_runs", "prepare_comparisons", "send_mail"
TELL_WEBHOOKS = "tell_webhooks"
"""The tasks a transaction can call for. They take no arguments: what to do is told by the rows."""
QUEUES = {SOLVE_RUNS: SOLVE, PREPARE_COMPARISONS: SOLVE, SEND_MAIL: IO, TELL_WEBHOOKS: HOOKS}

CALLS = "calls"
"""Of ``session.info``: what this transaction has called for."""


def call(session: Session, task: str) -> None:
    """Have a worker do ``task`` once this transaction is committed; several calls for the same are one."""
    calls: list[str] = session.info.setdefault(CALLS, [])
    if task in calls:
        return
    calls.append(task)
    if session.get_bind().dialect.name == "postgresql":
        connection = session.connection().connection.driver_connection
        _deferring().configure_task(task, queue=QUEUES[task], connection=connection).defer()


@cache
def _deferring() -> "App":
    """Return what writes jobs by connections it is given, and never opens one."""
    from procrastinate import App, PsycopgConnector

    return App(connector=PsycopgConnector())
