"""export: lists as tables, problems and plans as files."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.archives import export_hub, refuse_beside_all
from hub.cli.database import load_settings, opened
from hub.cli.output import STANDARD, Refusal, check_target, write_bytes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hub.workflows.list_exports import TableFormat


class Exported(StrEnum):
    """What can be written out."""

    PROBLEM = "problem"
    PLAN = "plan"
    EXPERTS = "experts"
    REQUESTS = "requests"
    AVAILABILITY = "availability"
    ORGANIZATIONS = "organizations"


class Spoken(StrEnum):
    """A language of lists."""

    JA = "ja"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of a list, of which plan, in which language."""

    plan: str | None
    text: str
    prefecture: str | None
    language: Spoken


def export(
    what: Annotated[Exported | None, typer.Argument(metavar="WHAT", help=" | ".join(Exported))] = None,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="書き出すファイル。- は標準出力 / write here")
    ] = None,
    plan: Annotated[str | None, typer.Option(help="計画のID。無指定は最新 / a plan's id; none: the newest")] = None,
    text: Annotated[str, typer.Option(help="すべての語を含む行だけ / rows with all these words")] = "",
    prefecture: Annotated[
        str | None, typer.Option(help="都道府県の2桁 / only this prefecture, two digits", metavar="NN")
    ] = None,
    language: Annotated[Spoken | None, typer.Option(help="一覧の言語 / the list's language")] = None,
    whole: Annotated[Path | None, typer.Option("--all", metavar="FILE", help="ハブ全体を / the whole hub")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="--all の結果をJSONで / result of --all as JSON")] = False,
) -> None:
    """Write out what is stored."""
    if whole is not None:
        refuse_beside_all(what, output, plan, text, prefecture, language)
        export_hub(whole, as_json=as_json)
        return
    if what is None or output is None:
        raise Refusal("WHAT と -o FILE か、--all FILE を書いてください / give WHAT and -o FILE, or --all FILE")
    check_target(output)
    ending = format_of(what, output)
    if what is Exported.PROBLEM or ending == ".json":
        refuse_choices(text, prefecture, language)
    spoken = language or Spoken(load_settings().language)
    write_bytes(output, content_of(what, ending, Asked(plan, text, prefecture, spoken)))
    if output != STANDARD:
        typer.echo(f"→ {output}")


def refuse_choices(text: str, prefecture: str | None, language: Spoken | None) -> None:
    """Refuse what only lists have: a file of interchange is whole, and has no language."""
    if text or prefecture or language:
        raise Refusal("--text, --prefecture, --language: 一覧（.xlsx・.csv）だけの指定です / only for lists")


FORMATS: dict[Exported, tuple[str, ...]] = {
    Exported.PROBLEM: (".json",),
    Exported.PLAN: (".json", ".xlsx", ".csv"),
    **dict.fromkeys(
        (Exported.EXPERTS, Exported.REQUESTS, Exported.AVAILABILITY, Exported.ORGANIZATIONS), (".csv", ".xlsx")
    ),
}
"""What each can be written as; the first is what goes to standard output."""


def format_of(what: Exported, output: Path) -> str:
    """Return the ending that says how to write ``what``. Refuses one that is not for it."""
    allowed = FORMATS[what]
    if output == STANDARD:
        return allowed[0]
    if output.suffix.lower() not in allowed:
        names = " か ".join(allowed), " or ".join(allowed)
        raise Refusal(f"{output}: 拡張子は {names[0]} にしてください / the name has to end in {names[1]}")
    return output.suffix.lower()


def content_of(what: Exported, ending: str, asked: Asked) -> bytes:
    """Return the file asked for; that it is handed out is recorded."""
    from hub.auth.actor import LOCAL
    from hub.db.transaction import reading, transaction
    from hub.workflows.exports import record_export

    with opened(load_settings()) as engine:
        with reading(engine) as session:
            content = read_content(session, what, ending, asked)
        with transaction(engine) as session:
            record_export(session, LOCAL, what.value, ending.removeprefix("."), asked.plan)
    return content


def read_content(session: "Session", what: Exported, ending: str, asked: Asked) -> bytes:
    """Return the file asked for, as the database is now."""
    from hub.workflows import exports

    if what is Exported.PROBLEM:
        return exports.export_problem(session, asked.plan)
    if what is Exported.PLAN and ending == ".json":
        return exports.export_plan(session, asked.plan)
    return list_content(session, what, "csv" if ending == ".csv" else "xlsx", asked)


def list_content(session: "Session", what: Exported, form: "TableFormat", asked: Asked) -> bytes:
    """Return the rows asked for of a list."""
    from hub.workflows.expert_rows import ExpertFilter
    from hub.workflows.exports import export_plan_list
    from hub.workflows.list_exports import OrganizationFilter, export_table
    from hub.workflows.plan_rows import PlanSlotFilter
    from hub.workflows.request_rows import RequestFilter
    from hub.workflows.sheets.wording import ENGLISH, JAPANESE
    from web.plan_words import plan_words

    wording, text, prefecture = JAPANESE if asked.language is Spoken.JA else ENGLISH, asked.text, asked.prefecture
    if what is Exported.PLAN:
        rows = PlanSlotFilter(text, prefecture=prefecture)
        return export_plan_list(session, asked.plan, plan_words(wording.language), rows, form)
    if what is Exported.REQUESTS:
        return export_table(session, "requests", form, RequestFilter(text, prefecture=prefecture), wording)
    if what is Exported.ORGANIZATIONS:
        return export_table(session, "organizations", form, OrganizationFilter(text, prefecture), wording)
    people = ExpertFilter(text, prefecture=prefecture)
    return export_table(session, "experts" if what is Exported.EXPERTS else "availability", form, people, wording)
