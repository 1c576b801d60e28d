"""export --all and import --all: a whole hub in one file, to move it to another database."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hub.cli.database import load_settings, location, opened, prepare, unchecked
from hub.cli.output import STANDARD, Refusal, bar, check_target, echo_json, whole_file

if TYPE_CHECKING:
    from hub.workflows.archives.manifest import Manifest


def refuse_beside_all(*told: object) -> None:
    """Refuse what means nothing for a whole hub."""
    if any(told):
        raise Refusal("--all は、--json のほかの引数と一緒には使えません / --all goes with --json only")


def export_hub(file: Path, *, as_json: bool) -> None:
    """Write the archive, whole or not at all; that it was made is recorded afterwards, so it is not in it."""
    from hub.auth.actor import LOCAL
    from hub.db.transaction import reading, transaction
    from hub.workflows.archives.writing import export_whole
    from hub.workflows.exports import record_whole_export

    if file == STANDARD:
        raise Refusal("--all: 標準出力には書けません / a whole hub cannot go to standard output")
    check_target(file)
    with opened(load_settings()) as engine:
        with whole_file(file, private=True) as target, reading(engine) as session:
            made = export_whole(session, LOCAL, target)
        with transaction(engine) as session:
            record_whole_export(session, LOCAL, "archive", made.rows)
    tell(made, f"→ {file}", as_json=as_json)


def import_hub(file: Path, *, as_json: bool) -> None:
    """Take an archive into a database that is empty, or not there yet."""
    from hub.auth.actor import LOCAL
    from hub.db.schema import current, require_newest
    from hub.db.transaction import replacing
    from hub.workflows.archives.reading import import_whole

    settings = load_settings()
    with file.open("rb") as source, unchecked(settings) as engine:
        if current(engine) is None:
            prepare(engine)
        require_newest(engine)
        with bar("取り込み / import") as progress, replacing(engine) as session:
            taken = import_whole(session, LOCAL, source, progress)
    tell(taken, f"{file} → {location(settings)}", as_json=as_json)


def tell(manifest: "Manifest", first: str, *, as_json: bool) -> None:
    """Print what an archive holds."""
    from dataclasses import asdict

    if as_json:
        echo_json(asdict(manifest))
        return
    typer.echo(first)
    typer.echo(f"表 tables {len(manifest.tables)}・行 rows {manifest.rows:,}・表の形 schema {manifest.revision}")
