"""audit: check the log of what happened, read it, and erase personal details from it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.database import load_settings, opened
from hub.cli.output import Exit, Refusal, echo_json

if TYPE_CHECKING:
    from hub.auth.actor import Actor
    from hub.workflows.audit_chain import Head
    from hub.workflows.audit_reading import AuditRow

PANEL = "サービス / the service"
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

Subject = Annotated[str | None, typer.Option(metavar="KIND:ID", help="対象 / what it is about: expert:exp_3f…")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help=guide.AUDIT)
    group.command(help=guide.AUDIT_VERIFY)(verify)
    group.command(help=guide.AUDIT_SHOW)(show)
    group.command(help=guide.AUDIT_ERASE)(erase)
    app.add_typer(group, name="audit", rich_help_panel=PANEL)


def here() -> "Actor":
    """Return who sits at this machine as an auditor and administrator: who can open the database can read it anyway."""
    from hub.auth.actor import LOCAL, Actor, Grant

    return Actor(LOCAL.id, (Grant("auditor"), Grant("system_admin")))


def verify(
    *,
    expect: Annotated[
        list[str] | None, typer.Option(metavar="HEAD", help="前に控えた末尾 / an end noted before")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")] = False,
) -> None:
    """Check the whole log; exit code 1 when anything is wrong."""
    from hub.db.transaction import reading
    from hub.workflows.audit_verifying import verify as verify_log

    heads = [read_head(text) for text in expect or ()]
    with opened(load_settings()) as engine, reading(engine) as session:
        verdict = verify_log(session, here(), heads)
    if as_json:
        echo_json(
            {
                "good": not verdict.findings,
                "records": verdict.records,
                "erased": verdict.erased,
                "head": str(verdict.head),
                "findings": [{"seq": one.seq, "ja": one.ja, "en": one.en} for one in verdict.findings],
            }
        )
    else:
        for finding in verdict.findings:
            typer.echo(f"記録 record {finding}", err=True)
        typer.echo(f"記録 / records: {verdict.records:,}・個人情報を消したもの / erased: {verdict.erased:,}")
        typer.echo(f"末尾 / head: {verdict.head}")
        typer.echo("良 / good" if not verdict.findings else f"最初の誤り / first bad record: {verdict.findings[0].seq}")
    if verdict.findings:
        raise typer.Exit(Exit.VIOLATIONS)


def read_head(text: str) -> "Head":
    """Return an end of the log as a person noted it."""
    from hub.workflows.audit_verifying import parse_head

    try:
        return parse_head(text)
    except ValueError as error:
        raise Refusal(
            f"--expect {text}: 末尾は「番号:ハッシュ」です（verify が示します） / write number:hash, as verify shows it"
        ) from error


def show(
    *,
    subject: Subject = None,
    kind: Annotated[str | None, typer.Option(help="対象の種類 / kind of subject: expert, plan, …")] = None,
    actor: Annotated[str | None, typer.Option(help="した人のID / who did it: an account's id")] = None,
    action: Annotated[str | None, typer.Option(help="起きたこと / what: plan:publish")] = None,
    since: Annotated[datetime | None, typer.Option(formats=MOMENTS, help="この時から（UTC） / from (UTC)")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="この時の前まで（UTC） / before (UTC)")
    ] = None,
    page: Annotated[int, typer.Option(min=1, max=1_000_000, help="ページ / page")] = 1,
    size: Annotated[int, typer.Option(min=1, max=100, help="1ページの件数 / records a page")] = 50,
    newest: Annotated[bool, typer.Option("--newest", help="新しい順 / newest first")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="個人に関わる内容も / personal details too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")] = False,
) -> None:
    """Show a page of the log. That it was read is recorded."""
    from dataclasses import asdict

    from hub.db.transaction import transaction
    from hub.workflows.audit_reading import AuditFilter, find_records
    from hub.workflows.paging import Paging

    told_kind, subject_id = (kind, None) if subject is None else split_subject(subject)
    wanted = AuditFilter(told_kind, subject_id, actor, action, in_utc(since), in_utc(until))
    with opened(load_settings()) as engine, transaction(engine) as session:
        found = find_records(session, here(), wanted, Paging(page, size, "seq", newest), personal=personal)
    if as_json:
        echo_json({"total": found.total, "page": found.page, "items": [asdict(row) for row in found.items]})
        return
    for row in found.items:
        typer.echo(line(row))
    typer.echo(f"{found.total:,} 件 records・{found.page}/{found.pages} ページ page", err=True)


def line(row: "AuditRow") -> str:
    """Return a record on one line: what anybody wrote stays within quotes of JSON."""
    import json

    parts = {"before": row.before, "after": row.after, "personal": row.personal}
    told = [f"{name}={json.dumps(part, ensure_ascii=False)}" for name, part in parts.items() if part is not None]
    erased = ["（消去済み erased）"] if row.erased else []
    return " ".join([str(row.seq), row.at, row.actor, row.action, f"{row.kind}:{row.subject}", *told, *erased])


def erase(
    *,
    subject: Subject = None,
    actor: Annotated[str | None, typer.Option(help="この人がしたことの記録 / of what this account did")] = None,
) -> None:
    """Erase the personal details of a subject's records, or of what an account did. It cannot be undone."""
    from hub.db.transaction import transaction
    from hub.workflows.audit_erasing import erase_actor, erase_subject

    if (subject is None) == (actor is None):
        raise Refusal("--subject か --actor のどちらかを書いてください / give either --subject or --actor")
    with opened(load_settings()) as engine, transaction(engine) as session:
        if actor is not None:
            count = erase_actor(session, here(), actor)
        else:
            count = erase_subject(session, here(), *split_subject(subject or ""))
    typer.echo(f"消した記録 / records erased: {count:,}")


def split_subject(told: str) -> tuple[str, str]:
    """Return kind and id of a subject written ``kind:id``."""
    kind, colon, subject = told.partition(":")
    if not (kind and colon and subject):
        raise Refusal(f"--subject {told}: 「種類:ID」と書いてください / write kind:id, such as expert:exp_3f…")
    return kind, subject


def in_utc(told: datetime | None) -> datetime | None:
    """Return a moment a person wrote, which is one of UTC."""
    return None if told is None else told.replace(tzinfo=UTC)
