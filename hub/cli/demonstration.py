"""demo: the whole round on real cases and invented experts, from an empty folder to a plan on a page."""

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli import guide
from hub.cli.configuration import refuse_unsafe
from hub.cli.database import load_settings, location, prepare, unchecked
from hub.cli.output import Exit, Refusal, live_line
from hub.cli.service import Port, address, run_server, wanted_sample

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hub.cli.words import Speech
    from hub.settings import Settings
    from hub.workflows.plan_rows import PlanRow
    from matching.problem import Limits

PANEL = "はじめに / to begin"
TITLE = "見本の配置計画"
FOLDER = "demo"
LOOK = 0.2
"""Seconds between two looks at a running plan."""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(help=guide.DEMO, rich_help_panel=PANEL)(demo)


def demo(
    *,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="終わったら画面を配信する / serve the pages")
    ] = True,
    port: Port = None,
    data_folder: Annotated[
        Path | None, typer.Option(help="データの置き場所（既定は data/demo） / where the data are kept")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=86_400, help="最適化の時間の上限（秒） / time to solve")] = 60,
    experts: Annotated[int, typer.Option(min=1, max=20_000, help="架空の専門人材の数 / invented experts")] = 60,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="乱数の種 / seed")] = 0,
) -> None:
    """Seed, solve, print the plan, serve it."""
    from hub.cli.words import Speech

    settings = demo_settings(data_folder, port, seconds)
    refuse_unsafe(settings)
    say = Speech(settings.language)
    with unchecked(settings) as engine:
        fill(engine, experts, seed, say)
        plan = solved(engine, settings, seconds, say)
        show(engine, plan, say)
    typer.echo(f"{say.pick('データ', 'data')}: {location(settings)}")
    typer.echo(
        f"{say.pick('このデータで他の命令を使うには', 'to use other commands on it')}: "
        f"export HUB_DATA_FOLDER={settings.data_folder}"
    )
    page = f"plans/{plan.id}"
    if serve:
        run_server(settings, page)
    else:
        typer.echo(f"{say.pick('画面', 'pages')}: HUB_SIGN_IN=local talent-hub serve → {address(settings)}{page}")


def demo_settings(data_folder: Path | None, port: int | None, seconds: float) -> "Settings":
    """Return settings whose data are kept apart from anybody's own."""
    folder = data_folder if data_folder is not None else load_settings().data_folder / FOLDER
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"{folder}: フォルダーではありません / not a folder")
    # To look at on this machine: nobody signs in.
    told: dict[str, Any] = {"sign_in": "local", **({"port": port} if port is not None else {})}
    explain_seconds = min(seconds, load_settings().explain_seconds)
    return load_settings(data_folder=folder, database_url=None, explain_seconds=explain_seconds, **told)


def fill(engine: "Engine", experts: int, seed: int, say: "Speech") -> None:
    """Bring tables and samples into the database; what is there already stays."""
    from hub.db.transaction import transaction
    from hub.workflows.seeding import store_sample

    with live_line() as tell:
        tell(say.pick("データベースと団体の登録簿を用意しています", "preparing the database and the register"))
        prepare(engine)
        tell(say.pick("事例と架空の専門人材を入れています", "loading cases and invented experts"))
        with transaction(engine) as session:
            stored = store_sample(session, wanted_sample(experts, 0, seed, cases=True))
    typer.echo(
        say.pick(
            f"実在の事例から作った人材ニーズ {stored.requests} 件と、架空の専門人材 {stored.experts} 人を加えました",
            f"added {stored.requests} requests from real cases and {stored.experts} invented experts",
        )
    )


def solved(engine: "Engine", settings: "Settings", seconds: float, say: "Speech") -> "PlanRow":
    """Return the finished plan for the data as they are: the one made before if nothing changed, else a new one."""
    from hub.auth.actor import LOCAL
    from hub.db.transaction import reading, transaction
    from hub.workflows.plans import queue_plan, read_plan_row
    from matching.problem import Limits

    limits = Limits(seconds=seconds)
    before = plan_made_before(engine, limits)
    if before is not None:
        typer.echo(say.pick("データは前回と同じです。前回の計画を示します", "nothing changed: the plan made before"))
        return before
    with transaction(engine) as session:
        plan_id = queue_plan(session, LOCAL, TITLE, limits=limits)
    follow(engine, settings, plan_id, say)
    with reading(engine) as session:
        row = read_plan_row(session, plan_id)
    if row.status != "ready":
        code = Exit.NO_PLAN if row.status == "cancelled" else Exit.REFUSED
        raise Refusal(f"{row.error_ja or '計画はできませんでした'} / {row.error_en or 'there is no plan'}", code=code)
    return row


def plan_made_before(engine: "Engine", limits: "Limits") -> "PlanRow | None":
    """Return the newest finished demo plan whose problem is the one the data make now, byte for byte."""
    from hub.db.transaction import reading
    from hub.workflows.paging import Paging
    from hub.workflows.plans import find_plans, read_plan
    from hub.workflows.problems import Question, build_problem, usual_months
    from matching.interchange import digest
    from matching.problem import Policy

    with reading(engine) as session:
        problem = build_problem(session, Question(usual_months(session), Policy(), limits)).problem
        now = digest(problem)
        for row in find_plans(session, Paging(size=100, sort="created", descending=True)).items:
            if row.title == TITLE and row.status == "ready" and read_plan(session, row.id).input_digest == now:
                return row
    return None


def follow(engine: "Engine", settings: "Settings", plan_id: str, say: "Speech") -> None:
    """Solve the queue as the service's worker does, and show how the plan comes along; Ctrl-C keeps the best so far."""
    from hub.auth.actor import LOCAL
    from hub.db.transaction import reading, transaction
    from hub.jobs.solving import run_next
    from hub.workflows.plans import read_plan_row, request_stop

    def work() -> None:
        while run_next(engine, settings):
            pass

    worker = threading.Thread(target=work, name="demo-worker", daemon=True)
    worker.start()
    asked = False
    with live_line() as tell:
        while True:
            try:
                with reading(engine) as session:
                    row = read_plan_row(session, plan_id)
                if row.status not in ("queued", "running"):
                    break
                tell(say.progress(row))
                time.sleep(LOOK)
            except KeyboardInterrupt:
                if asked:
                    raise
                asked = True
                with transaction(engine) as session:
                    request_stop(session, LOCAL, plan_id)
    worker.join()


def show(engine: "Engine", plan: "PlanRow", say: "Speech") -> None:
    """Print the plan: who goes where and why in short, what stays open and what would fill it."""
    from hub.cli.plan_table import print_plan
    from hub.db.transaction import reading

    with reading(engine) as session:
        print_plan(session, plan, say)
