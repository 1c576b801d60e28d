"""erase-expert: erasing a person who has no account to ask with."""

from typing import Annotated

import typer

from hub.cli import guide
from hub.cli.audit import here
from hub.cli.database import load_settings, opened

PANEL = "サービス / the service"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("erase-expert", rich_help_panel=PANEL, help=guide.ERASE_EXPERT)(erase_expert)


def erase_expert(
    expert: Annotated[str, typer.Argument(metavar="ID", help="専門人材のID / the expert's id: exp_3f…")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="示すだけ / show, and erase nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="確かめずに消す / do not ask again")] = False,
) -> None:
    """Show what would stay of an expert, and erase the rest once it is confirmed."""
    from hub.db.transaction import transaction
    from hub.workflows.erasing_people import erase_without_account, look_ahead_without_account

    with opened(load_settings()) as engine:
        with transaction(engine) as session:
            outlook = look_ahead_without_account(session, here(), expert)
        for ja, en in outlook.obstacles:
            typer.echo(f"{ja} / {en}", err=True)
        for one in outlook.kept:
            until = one.until or "期限なし / no end"
            typer.echo(f"残るもの / stays: {one.ja} / {one.en}: {one.count:,}（{until}）")
        if dry_run:
            typer.echo("何も消していません / nothing was erased")
            return
        if not yes:
            typer.confirm(f"{expert} を消去しますか。元には戻せません / Erase for good?", abort=True)
        with transaction(engine) as session:
            erase_without_account(session, here(), expert)
    typer.echo(f"消去しました / erased: {expert}")
