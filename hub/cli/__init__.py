"""The command line ``talent-hub``. Everything heavy is imported by the command that needs it."""

import contextlib
import os
import sys
import threading

import typer

from hub.cli import (
    accounts,
    audit,
    backups,
    configuration,
    demonstration,
    erasing,
    fronts,
    guide,
    judging,
    retention,
    schemes,
    service,
    solving,
    tables,
    working,
)
from hub.cli.output import HubGroup

__all__ = ["app", "main"]

app = typer.Typer(
    name="talent-hub",
    cls=HubGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=guide.MAIN,
    epilog=guide.EXIT_CODES,
)

demonstration.register(app)
service.register(app)
working.register(app)
configuration.register(app)
tables.register(app)
schemes.register(app)
solving.register(app)
fronts.register(app)
judging.register(app)
accounts.register(app)
audit.register(app)
retention.register(app)
erasing.register(app)
backups.register(app)


def main() -> None:
    """Run the command line; what a person did wrong ends with a message and an exit code, never a traceback."""
    try:
        app()
    except SystemExit as ended:
        leave_threads_behind(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
        raise


def leave_threads_behind(code: int) -> None:
    """End the process at once if a solver that did not answer a stop is still at work: Python would wait for it."""
    if all(thread.daemon or thread is threading.current_thread() for thread in threading.enumerate()):
        return
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)
