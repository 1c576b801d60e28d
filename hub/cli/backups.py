"""backup and restore: the whole database in one file of its own kind."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.database import load_settings, location, unchecked
from hub.cli.output import STANDARD, Refusal, check_target, echo_json, whole_file

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hub.db.backups.container import Manifest

PANEL = "サービス / the service"

AsJson = Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(help=guide.BACKUP, rich_help_panel=PANEL)(backup)
    app.command(help=guide.RESTORE, rich_help_panel=PANEL)(restore)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="控えを書くファイル / write the backup here")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write a backup, whole or not at all."""
    from hub.db.backups.copying import back_up

    if file == STANDARD:
        raise Refusal("FILE: 控えは標準出力に書けません / a backup cannot go to standard output")
    check_target(file)
    settings = load_settings()
    with unchecked(settings) as engine:
        with whole_file(file, private=True) as target:
            made = back_up(engine, target, file.resolve().parent)
        record_backup(engine, made)
    if as_json:
        tell_json(file, made)
        return
    typer.echo(f"→ {file}")
    typer.echo(f"表 tables {len(made.tables)}・行 rows {made.rows:,}・表の形 schema {made.revision}・{made.made_at}")


def record_backup(engine: "Engine", made: "Manifest") -> None:
    """Record the backup, where the database is of this version: before an upgrade it has no log to write to."""
    from hub.auth.actor import LOCAL
    from hub.db.schema import newest
    from hub.db.transaction import transaction
    from hub.workflows.exports import record_whole_export

    if made.revision == newest():
        with transaction(engine) as session:
            record_whole_export(session, LOCAL, "backup", made.rows)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="控え / the backup")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="今のデータを消して置き換える / replace the data")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back."""
    from hub.db.backups.copying import restore as put_back
    from hub.db.schema import newest

    settings = load_settings()
    with file.open("rb") as source, unchecked(settings) as engine:
        restored = put_back(engine, source, replace=replace)
    if as_json:
        tell_json(file, restored)
    else:
        typer.echo(f"{file} → {location(settings)}（{restored.made_at} の控え / backup）")
        typer.echo(f"表 tables {len(restored.tables)}・行 rows {restored.rows:,}: すべて控えと同じ / all as backed up")
    if restored.revision != newest():
        typer.echo(
            f"控えは前の版の形（{restored.revision}）です。talent-hub migrate を実行してください / "
            "the backup is of an older version: run talent-hub migrate",
            err=True,
        )


def tell_json(file: Path, manifest: "Manifest") -> None:
    """Print what a backup holds."""
    from dataclasses import asdict

    echo_json({"file": str(file), **asdict(manifest)})
