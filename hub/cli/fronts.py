"""front: plans of one problem file over a grid of equity weights, each with its proven gap, and what fairness costs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hub.cli import guide
from hub.cli.output import STANDARD, Exit, Refusal, check_target, fail, live_line, write_bytes
from hub.cli.solving import (
    PANEL,
    AsJson,
    PolicyChoice,
    ProblemFile,
    load_problem,
    speech,
    stop_on_interrupt,
    with_limits,
)

if TYPE_CHECKING:
    from hub.cli.words import Speech
    from matching.front import Point

FORMAT = "talent-hub-front/1"
MOST_WEIGHT = 1e6
WIDE = 140


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(help=guide.FRONT, rich_help_panel=PANEL)(front)


def front(
    problem: ProblemFile,
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="全点の計画を書くファイル。- は標準出力 / write all points and plans here"),
    ] = None,
    equity: Annotated[
        str | None,
        typer.Option(metavar="W,W,…", help="公平の重み（コンマ区切り） / equity weights, separated by commas"),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.001, max=86_400, help="1点ごとの計算時間の上限（秒） / seconds for each point"),
    ] = None,
    gap: Annotated[
        float | None, typer.Option(min=0, max=1, help="改善の余地がこの割合になれば次へ / go on at this proven gap")
    ] = None,
    policy: Annotated[
        PolicyChoice | None, typer.Option(help="ほかの重みの元にする方針 / policy that gives the other weights")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Solve a problem file for each of a row of equity weights."""
    from matching.front import EQUITIES
    from matching.front import front as solve_front

    weights = EQUITIES if equity is None else read_weights(equity)
    check_target(output, problem)
    given = with_limits(load_problem(problem), seconds, gap, policy)
    say = speech()
    with live_line() as show, stop_on_interrupt() as stopped:
        told = say.pick("公平の重み", "equity weight")
        points = solve_front(given, weights, stop=stopped, begun=lambda weight: show(f"{told} {weight:g}"))
    if not points:
        why = say.pick("理由は talent-hub match が示します", "talent-hub match tells why")
        fail([f"{say.pick('計画がありません', 'no plan')}: {why}"], Exit.NO_PLAN)
    content = (json.dumps(plain(points), ensure_ascii=False, indent=1) + "\n").encode()
    if output is not None:
        write_bytes(output, content)
    if as_json and output != STANDARD:
        typer.echo(content.decode(), nl=False)
    elif output != STANDARD:
        print_points(points, say)
        if output is not None:
            typer.echo(f"→ {output}")


def read_weights(text: str) -> tuple[float, ...]:
    """Return the weights in ``text``, ascending, each once. Raises Refusal."""
    try:
        weights = {float(one) for one in text.split(",")}
    except ValueError:
        weights = set()
    if not weights or not all(isfinite(one) and 0 <= one <= MOST_WEIGHT for one in weights):
        raise Refusal(
            f"--equity: 「{text}」は 0 以上 {MOST_WEIGHT:,.0f} 以下の数をコンマで区切ったものではありません。"
            f"例: --equity 0,0.5,2 / not numbers from 0 to {MOST_WEIGHT:,.0f} separated by commas"
        )
    return tuple(sorted(weights))


def plain(points: Sequence["Point"]) -> dict[str, Any]:
    """Return the front as it is written: every point with its whole plan, and what each costs against the first."""
    from matching.front import prices_of_fairness, undominated
    from matching.interchange import write_plan

    kept = undominated(points)
    return {
        "format": FORMAT,
        "points": [
            {"equity": one.equity, "undominated": one in kept, "plan": json.loads(write_plan(one.plan))}
            for one in points
        ],
        "prices": [asdict(price) for price in prices_of_fairness(points)],
    }


def print_points(points: Sequence["Point"], say: "Speech") -> None:
    """Print a row for each point: what the plan comes to, what is proven of it, and what it costs in the others."""
    from matching.front import prices_of_fairness, undominated

    kept = undominated(points)
    table = Table(title=say.pick("公平の重みごとの計画", "Plans by equity weight"), title_justify="left")
    for ja, en in (
        ("公平の重み", "Weight"),
        ("公平", "Equity"),
        ("埋まった枠", "Filled"),
        ("適合度の和", "Fit"),
        ("実質負担（試算）", "Net (est.)"),
        ("値", "Value"),
        ("上界", "Bound"),
        ("改善の余地 最大", "To gain, at most"),
        ("公平1点あたり: 適合度・枠・円", "A point of equity: fit, slots, yen"),
    ):
        table.add_column(say.pick(ja, en), justify="right")
    prices = [None, *prices_of_fairness(points)]
    for point, price in zip(points, prices, strict=True):
        plan = point.plan
        each = None if price is None else price.per_equity()
        table.add_row(
            f"{point.equity:g}{'' if point in kept else ' *'}",
            f"{plan.terms.equity:,.2f}",
            str(len(plan.assignments)),
            f"{plan.terms.fit:,.2f}",
            say.yen(plan.terms.net_cost),
            f"{plan.objective:,.3f}",
            f"{plan.bound:,.3f}",
            say.percent(plan.gap, 2),
            "–" if each is None else f"{each[0]:,.2f}  {each[1]:,.2f}  {say.yen(each[2])}",
        )
    console = Console(width=WIDE, highlight=False)
    console.print(table)
    for line in notes(points, say):
        console.print(line, markup=False)


def notes(points: Sequence["Point"], say: "Speech") -> list[str]:
    """Return what has to be known to read the table."""
    from matching.front import undominated

    lines = []
    if len(undominated(points)) < len(points):
        lines.append(
            say.pick("* ほかの点が、どの項目でも同じか上回ります", "* another point is as good or better in every term")
        )
    if any(point.plan.status != "optimal" for point in points):
        lines.append(
            say.pick(
                "改善の余地が残る点の差は、その範囲で変わりえます",
                "differences of points with something left to gain may change within that",
            )
        )
    return lines
