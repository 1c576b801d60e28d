"""match and schema: the assignment library on problem and plan files, without a database."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.output import STANDARD, Exit, check_target, echo_json, fail, live_line, read_bytes, write_bytes

if TYPE_CHECKING:
    from hub.cli.words import Speech
    from matching.plan import OpenSlot, Plan
    from matching.problem import Problem
PANEL = "問題ファイルを解く / solve problem files"


class PolicyChoice(StrEnum):
    """The named policies."""

    BALANCED = "balanced"
    FIT_FIRST = "fit_first"
    COST_FIRST = "cost_first"
    FAIR_FIRST = "fair_first"
    MAXMIN = "maxmin"


class FileKind(StrEnum):
    """The two kinds of interchange files."""

    PROBLEM = "problem"
    PLAN = "plan"


ProblemFile = Annotated[
    Path, typer.Argument(metavar="PROBLEM", help="問題ファイル（JSON）。- は標準入力 / problem file")
]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="計画ファイル（JSON） / plan file")]
AsJson = Annotated[bool, typer.Option("--json", help="結果をJSONで標準出力へ / print the result as JSON")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(help=guide.MATCH, rich_help_panel=PANEL)(match)
    app.command(help=guide.SCHEMA, rich_help_panel=PANEL)(schema)


def load_problem(path: Path) -> "Problem":
    """Read a problem file with the codes of DSS 1.2 and the register of municipalities. Raises ProblemError."""
    from matching.interchange import read_problem
    from matching.vocabulary import Vocabulary
    from seed_data.municipalities import municipalities
    from skill_standards import load_framework, load_stages, load_themes

    framework = load_framework()
    vocabulary = Vocabulary(
        skills=frozenset(framework.skills),
        roles=frozenset(framework.roles),
        stages=frozenset(stage.id for stage in load_stages()),
        themes=frozenset(theme.id for theme in load_themes()),
        places={place.code: place.location for place in municipalities()},
    )
    return read_problem(read_bytes(path), vocabulary)


def load_plan(path: Path) -> "Plan":
    """Read a plan file. Raises ProblemError."""
    from matching.interchange import read_plan

    return read_plan(read_bytes(path))


def speech() -> "Speech":
    """Return the words in the language of the settings."""
    from hub.cli.database import load_settings
    from hub.cli.words import Speech

    return Speech(load_settings().language)


def match(
    problem: ProblemFile,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="計画を書くファイル。- は標準出力 / write the plan here")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.001, max=86_400, help="計算時間の上限（秒） / stop after so many seconds")
    ] = None,
    gap: Annotated[
        float | None, typer.Option(min=0, max=1, help="改善の余地がこの割合になれば終わる / stop at this proven gap")
    ] = None,
    policy: Annotated[
        PolicyChoice | None, typer.Option(help="方針（ファイルの方針に代えて） / policy instead of the file's")
    ] = None,
    remedies: Annotated[
        float,
        typer.Option(
            min=0,
            max=86_400,
            metavar="SECONDS",
            help="空いた枠の埋め方も、この秒数まで探す / look for remedies of open slots",
        ),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Solve a problem file and write the plan."""
    from matching.remedies import with_remedies
    from matching.solve import solve

    check_target(output, problem)
    given = with_limits(load_problem(problem), seconds, gap, policy)
    say = speech()
    with live_line() as show, stop_on_interrupt() as stopped:
        plan = solve(given, progress=lambda state: show(say.progress(state)), stop=stopped)
        if remedies and not stopped():
            show(say.pick("空いた枠の埋め方を探しています", "looking for what would fill the open slots"))
            plan = with_remedies(given, plan, remedies, stop=stopped)
    finish(given, plan, output, as_json, say)


def with_limits(problem: "Problem", seconds: float | None, gap: float | None, policy: PolicyChoice | None) -> "Problem":
    """Return ``problem`` with what the command line says instead of the file; a named policy brings its presets."""
    from matching.problem import Policy

    limits = problem.limits
    if seconds is not None:
        limits = replace(limits, seconds=seconds)
    if gap is not None:
        limits = replace(limits, gap=gap)
    chosen = problem.policy
    if policy is not None:
        chosen = Policy(policy.value, travel_counts=chosen.travel_counts, security_floor=chosen.security_floor)
    return replace(problem, limits=limits, policy=chosen)


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether Ctrl-C was pressed; pressed twice, the command ends at once."""
    pressed: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)
        typer.echo("止めています… / stopping…", err=True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def finish(problem: "Problem", plan: "Plan", output: Path | None, as_json: bool, say: "Speech") -> None:
    """Write the plan, print it as JSON or in words, and end with the exit code it calls for."""
    from matching.interchange import write_plan

    content = write_plan(plan)
    if output is not None:
        write_bytes(output, content)
    if as_json and output != STANDARD:
        typer.echo(content.decode(), nl=False)
    elif output != STANDARD:
        for line in summary(problem, plan, say):
            typer.echo(line)
        if output is not None:
            typer.echo(f"→ {output}")
    if plan.status == "infeasible":
        fail(
            [f"{say.pick('固定が両立しません', 'the pins clash')}: {say.conflict(clash)}" for clash in plan.conflicts],
            Exit.PINS_CLASH,
        )
    if plan.objective is None:
        fail([say.status(plan.status)], Exit.NO_PLAN)


def summary(problem: "Problem", plan: "Plan", say: "Speech") -> list[str]:
    """Return the plan in a few lines, and a line for each open slot with its reason."""
    lines = [f"{say.pick('結果', 'result')}: {say.status(plan.status)}"]
    if plan.objective is not None:
        slots = sum(1 for _ in problem.seats())
        fits = [assignment.fit for assignment in plan.assignments]
        fit = f"{sum(fits) / len(fits):.2f}" if fits else "–"
        lines += [
            f"{say.pick('埋まった枠', 'filled slots')}: {len(plan.assignments)} / {slots}",
            f"{say.pick('適合度の平均', 'mean fit')}: {fit}",
            f"{say.pick('費用', 'cost')}: {say.yen(plan.terms.cost)}",
            f"{say.pick('実質負担（試算）', 'net burden (estimate)')}: {say.yen(plan.terms.net_cost)}",
            f"{say.pick('値', 'value')}: {plan.objective:,.4f}"
            + (f"  {say.pick('上界', 'bound')}: {plan.bound:,.4f}" if plan.bound is not None else "")
            + (
                f"  {say.pick('改善の余地 最大', 'to gain, at most ')}{say.percent(plan.gap, 2)}"
                if plan.gap is not None
                else ""
            ),
        ]
    lines.append(f"{say.pick('時間', 'time')}: {sum(plan.seconds.values()):.1f}{say.pick('秒', ' s')}")
    if plan.objective is not None and plan.open_slots:
        lines.append(f"{say.pick('空いた枠', 'open slots')}:")
        lines += [open_line(slot, say) for slot in plan.open_slots]
    return lines


def open_line(slot: "OpenSlot", say: "Speech") -> str:
    """Return an open slot on one line: why, and what would fill it."""
    remedies = say.pick("、または ", ", or ").join(say.remedy(remedy) for remedy in slot.remedies)
    how = f"  → {remedies}" if remedies else ""
    return f"  {slot.slot}: {say.reason(slot)}{how}"


def schema(kind: Annotated[FileKind, typer.Argument(metavar="KIND", help="problem | plan")]) -> None:
    """Print the JSON Schema of problem or plan files."""
    from matching.interchange import plan_schema, problem_schema

    echo_json(problem_schema() if kind is FileKind.PROBLEM else plan_schema())
