"""import and export: experts, requests, availability and organizations as tables, problems and plans as files."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.archives import import_hub, refuse_beside_all
from hub.cli.database import load_settings, opened
from hub.cli.exporting import export
from hub.cli.output import STANDARD, Exit, Refusal, bar, check_target, echo_json, write_bytes

if TYPE_CHECKING:
    from hub.workflows.imports import Imported

PANEL = "自分のデータ / your own data"
FORM_MONTHS = 12


class TableKind(StrEnum):
    """What a table holds."""

    EXPERTS = "experts"
    REQUESTS = "requests"
    AVAILABILITY = "availability"
    ORGANIZATIONS = "organizations"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("import", help=guide.IMPORT, rich_help_panel=PANEL)(import_table)
    app.command("export", help=guide.EXPORT, rich_help_panel=PANEL)(export)


def import_table(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=".xlsx か .csv / .xlsx or .csv")] = None,
    *,
    kind: Annotated[TableKind | None, typer.Option(help="何の表か / what the file holds")] = None,
    whole: Annotated[
        Path | None, typer.Option("--all", metavar="FILE", help="ハブ全体を取り込む / take in a whole hub")
    ] = None,
    valid_only: Annotated[bool, typer.Option("--valid-only", help="正しい分だけ取り込む / only what is valid")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="確かめるだけで書き込まない / look only")] = False,
    errors: Annotated[Path | None, typer.Option(help="誤りの行だけのExcelを書く / write the faulty rows here")] = None,
    template: Annotated[Path | None, typer.Option(help="記入用のExcelを書いて終わる / write a form to fill in")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")] = False,
) -> None:
    """Take in a table, or write the form for one."""
    if whole is not None:
        refuse_beside_all(file, kind, template, errors, valid_only, dry_run)
        import_hub(whole, as_json=as_json)
        return
    if kind is None:
        known = ", ".join(TableKind)
        raise Refusal(f"--kind: 何の表かを次から書いてください / say what the file holds: {known}")
    if template is not None:
        write_form(template, kind)
        return
    if file is None:
        raise Refusal("FILE: 取り込むファイルか --template を書いてください / give a file, or --template")
    check_target(errors, file)
    result = take_in(file, kind, valid_only=valid_only, dry_run=dry_run)
    for fault in result.faults:
        typer.echo(str(fault), err=True)
    for notice in result.notices:
        typer.echo(f"※ {notice}", err=True)
    if errors is not None and result.faults:
        from hub.workflows.sheets.error_book import error_book

        write_bytes(errors, error_book(result.form))
    tell(result, as_json=as_json, dry_run=dry_run, errors=errors)
    if result.faults and not (valid_only and result.written):
        raise typer.Exit(Exit.REFUSED)


def write_form(path: Path, kind: TableKind) -> None:
    """Write the form to fill in, with the coming months for experts."""
    from datetime import date

    from hub.workflows.list_exports import blank_form
    from seed_data.months import months_from

    check_target(path)
    today = date.today()  # noqa: DTZ011  the form's months are those of the person's own calendar
    write_bytes(path, blank_form(kind.value, months_from(f"{today:%Y-%m}", FORM_MONTHS)))
    typer.echo(f"記入用紙 / form: {path}", err=path == STANDARD)


def take_in(file: Path, kind: TableKind, *, valid_only: bool, dry_run: bool) -> "Imported":
    """Read the file and compare it with what is stored; written in one transaction, or not at all."""
    from hub.db.transaction import reading, transaction
    from hub.workflows.imports import import_file
    from hub.workflows.sheets.faults import FileError

    begin = reading if dry_run else transaction
    try:
        with opened(load_settings()) as engine, bar("取り込み / import") as progress, begin(engine) as session:
            return import_file(session, file, kind.value, valid_only=valid_only, dry_run=dry_run, progress=progress)
    except FileError as refused:
        raise Refusal(f"{file}: {refused}") from refused


def tell(result: "Imported", *, as_json: bool, dry_run: bool, errors: Path | None) -> None:
    """Print the counts, and whether anything was written."""
    counts = {name: getattr(result, name) for name in ("created", "changed", "unchanged", "faulty")}
    if as_json:
        faults = [{**asdict(fault), "cell": fault.cell} for fault in result.faults]
        rest = {"written": result.written, "examples": result.examples, "notices": list(result.notices)}
        echo_json({**counts, **rest, "faults": faults})
        return
    typer.echo(
        f"新規 new {result.created:,}・更新 changed {result.changed:,}・変更なし unchanged {result.unchanged:,}・"
        f"誤り faulty {result.faulty:,}"
    )
    if result.faults:
        typer.echo(f"誤りの件数 / faults: {len(result.faults):,}")
        if errors is not None:
            typer.echo(f"誤りの行 / faulty rows: {errors}")
    if not result.written:
        why = "確かめただけです" if dry_run else "誤りがあるため"
        typer.echo(f"{why}。何も書き込んでいません / nothing was written")
