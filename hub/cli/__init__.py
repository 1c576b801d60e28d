"""The command line ``talent-hub``. Everything heavy is imported by the command that needs it."""

import typer

from hub.cli import demonstration, guide, judging, service, solving, tables
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
tables.register(app)
solving.register(app)
judging.register(app)


def main() -> None:
    """Run the command line; what a person did wrong ends with a message and an exit code, never a traceback."""
    app()
