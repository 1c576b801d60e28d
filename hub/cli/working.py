"""worker: background work in processes of its own."""

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.database import load_settings, opened
from hub.cli.service import PANEL

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hub.jobs.worker import Pool
    from hub.settings import Settings

NICE = 10
"""How far a worker's process stands behind others: where pages are served by the same machine, they go first."""
HUNG_CODE = 70
"""The exit code of a process whose solver answered no stop; whoever keeps it begins it again."""

PoolOption = Annotated[
    str, typer.Option(help="受け持つ仕事: solve（計算）・io（メールと期限）・all / what it does: solve, io or all")
]
Concurrency = Annotated[
    int, typer.Option(min=1, max=64, help="同時に計算する数。それぞれ別のプロセス / runs at once, a process each")
]
Parent = Annotated[int, typer.Option(hidden=True)]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(help=guide.WORKER, rich_help_panel=PANEL)(worker)


def worker(*, pool: PoolOption = "all", concurrency: Concurrency = 1, parent: Parent = 0) -> None:
    """Work in the background until SIGTERM or Ctrl-C; then hand over what is under way."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    # Before anything that takes a while to load: whoever ends us at once is answered as later.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    from hub import logging
    from hub.jobs.family import Family, end_with
    from hub.jobs.worker import QUEUES_OF

    if parent:
        end_with(parent)
    known = next((name for name in QUEUES_OF if name == pool), None)
    if known is None:
        raise typer.BadParameter("solve, io, all", param_hint="--pool")
    settings = load_settings()
    logging.configure(settings.log_level, settings.log_format)
    with opened(settings) as engine:
        if concurrency > 1:
            Family(known, concurrency).run(ended)
            return
        _work(engine, settings, known, ended)


def _work(engine: "Engine", settings: "Settings", pool: "Pool", ended: threading.Event) -> None:
    import os

    from hub.jobs.worker import Worker
    from hub.logging import log_event

    os.nice(NICE)
    made = Worker(engine, settings, pool=pool, abandon=lambda: os._exit(HUNG_CODE))
    made.start()
    log_event("worker_started", worker=made.name, pool=pool)
    try:
        while made.alive and not ended.wait(1.0):
            pass
    finally:
        made.close()
        log_event("worker_ended", worker=made.name)
