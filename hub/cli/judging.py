"""check and explain: whether a plan is right, and why it is as it is."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.output import Exit, Refusal, echo_json, fail
from hub.cli.solving import PANEL, AsJson, PlanFile, ProblemFile, load_plan, load_problem, speech

if TYPE_CHECKING:
    from matching.plan import Plan
    from matching.problem import Problem


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(help=guide.CHECK, rich_help_panel=PANEL)(check)
    app.command(help=guide.EXPLAIN, rich_help_panel=PANEL)(explain)


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


def explain(
    problem: ProblemFile,
    plan: PlanFile,
    *,
    slot: Annotated[str | None, typer.Option(help="この枠について / about this slot")] = None,
    expert: Annotated[str | None, typer.Option(help="なぜこの人ではないか（--slot と） / why not this expert")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=86_400, help="調べる時間の上限（秒） / time to look")] = 30,
    as_json: AsJson = False,
) -> None:
    """Say why the plan, a slot of it, or a pair that is not in it, is as it is."""
    from dataclasses import asdict

    from hub.cli.reasons import told_of_pair, told_of_plan, told_of_slot
    from matching.explain import explain_pair, explain_plan, explain_slot

    if expert is not None and slot is None:
        raise Refusal("--expert: どの枠かを --slot で書いてください / say which slot with --slot")
    given, made = load_both(problem, plan)
    refuse_unknown("--slot", slot, given.seat_by_slot)
    refuse_unknown("--expert", expert, given.expert_by_id)
    refuse_wrong_plan(given, made)
    say = speech()
    if slot is None:
        whole = explain_plan(given, made, seconds=seconds)
        told, found = told_of_plan(made, whole, say), asdict(whole)
    elif expert is None:
        one = explain_slot(given, with_remedies_of(given, made, slot, seconds), slot, seconds=seconds)
        told, found = told_of_slot(given, one, say), asdict(one)
    else:
        pair = explain_pair(given, made, slot, expert, seconds=seconds)
        told, found = told_of_pair(pair, say), asdict(pair)
    if as_json:
        echo_json(found)
        return
    for line in told:
        typer.echo(line)


def with_remedies_of(problem: "Problem", plan: "Plan", slot: str, seconds: float) -> "Plan":
    """Return ``plan`` with the remedies of ``slot``, looked for if it is open and has none yet."""
    from dataclasses import replace

    from matching.remedies import remedies_for

    if not any(one.slot == slot and not one.remedies for one in plan.open_slots):
        return plan
    found = remedies_for(problem, plan, slot, seconds)
    slots = tuple(replace(one, remedies=found) if one.slot == slot else one for one in plan.open_slots)
    return replace(plan, open_slots=slots)


def refuse_unknown(option: str, name: str | None, known: Collection[str]) -> None:
    """Refuse an id the problem does not have, with the nearest ones."""
    from rapidfuzz import process

    from matching.faults import quote

    if name is None or name in known:
        return
    near = "、".join(found for found, _, _ in process.extract(name[:100], list(known), limit=3, score_cutoff=50))
    hint = f"。もしかして: {near}" if near else ""
    raise Refusal(f"{option}: 「{quote(name)}」は問題にありません{hint} / not in the problem")


def refuse_wrong_plan(problem: "Problem", plan: "Plan") -> None:
    """Refuse to explain a plan that is not right for the problem: the reasons would not be true."""
    from matching.check import check as violations_of

    violations = violations_of(problem, plan)
    if violations:
        told = "この計画は問題に合いません。talent-hub check で確かめてください / the plan does not fit the problem"
        fail([told, *(str(violation) for violation in violations[:5])], Exit.REFUSED)
