"""retention: what is kept longer than its rule says, and erasing it."""

from typing import Annotated

import typer

from hub.cli import guide
from hub.cli.database import load_settings, opened
from hub.cli.output import echo_json

PANEL = "サービス / the service"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(rich_help_panel=PANEL, help=guide.RETENTION)(retention)


def retention(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="数えるだけ / count, and erase nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")] = False,
) -> None:
    """Count what is due of each rule, and erase it unless asked not to."""
    from hub.db.transaction import reading, transaction
    from hub.models.base import utc_now
    from hub.workflows.retention import apply_retention, look_at_due
    from hub.workflows.retention_rules import RULES

    now = utc_now()
    with opened(load_settings()) as engine:
        with reading(engine) as session:
            due = look_at_due(session, now)
        erased = 0
        while not dry_run:
            with transaction(engine) as session:
                some = apply_retention(session, now)
            erased += some
            if not some:
                break
    if as_json:
        echo_json({"due": {one.rule: one.count for one in due}, "erased": erased, "dry_run": dry_run})
        return
    for one in due:
        ja, en = RULES[one.rule].what
        period_ja, period_en = RULES[one.rule].told
        typer.echo(f"{one.rule}: {one.count:,}  {ja} / {en}（{period_ja} / {period_en}）")
    typer.echo("何も消していません / nothing was erased" if dry_run else f"消した数 / erased: {erased:,}")
