"""check and explain: whether a plan is right, and why it is as it is."""

from typing import TYPE_CHECKING

import typer

from hub.cli import guide
from hub.cli.output import Exit, echo_json, fail
from hub.cli.solving import PANEL, AsJson, PlanFile, ProblemFile, load_plan, load_problem

if TYPE_CHECKING:
    from matching.plan import Plan
    from matching.problem import Problem


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(help=guide.CHECK, rich_help_panel=PANEL)(check)


def load_both(problem: ProblemFile, plan: PlanFile) -> "tuple[Problem, Plan]":
    """Read both files; the faults of both are told, each with its file before it."""
    from hub.cli.output import explained

    lines: list[str] = []
    read: list[object] = []
    for path, load in ((problem, load_problem), (plan, load_plan)):
        try:
            read.append(load(path))
        except Exception as error:
            told, _ = explained(error)
            if not told:
                raise
            lines += [line if str(path) in line else f"{path} {line}" for line in told]
    if lines:
        fail(lines, Exit.REFUSED)
    return read[0], read[1]  # type: ignore[return-value]  # one of each, in this order


def check(problem: ProblemFile, plan: PlanFile, *, as_json: AsJson = False) -> None:
    """Recompute a plan from its problem alone and print each violation on a line."""
    from dataclasses import asdict

    from matching.check import check as violations_of

    violations = violations_of(*load_both(problem, plan))
    if as_json:
        echo_json({"good": not violations, "violations": [asdict(violation) for violation in violations]})
    else:
        for violation in violations:
            typer.echo(str(violation))
        if not violations:
            typer.echo("違反はありません / no violations")
    if violations:
        raise typer.Exit(Exit.VIOLATIONS)
