"""The page of a report: ``docs/benchmarks.md``."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.goals import goals
from benchmarks.results import Report
from benchmarks.tables import Table, contest_table, goal_table, series_table
from benchmarks.weaknesses import untrue_bounds, weaknesses

METHOD = Path(__file__).with_name("method.md")
"""How it is measured, on what, and what is not compared: the part of the page that no figure changes."""

CAPTIONS = {
    "curves.svg": "Value (solid) and proven bound (dashed) over time, in percent of the best bound anyone proved",
    "assignments.svg": "Cost (solid) and proven lower bound (dashed) over time, in percent of the best lower bound",
    "memory.svg": "Peak memory",
    "growth.svg": "Time by size",
}


def page(report: Report, charts: tuple[str, ...], folder: str) -> str:
    """Return the page as Markdown; ``charts`` lie in ``folder`` beside it."""
    return "\n".join(_lines(report, charts, folder)).rstrip() + "\n"


def _lines(report: Report, charts: tuple[str, ...], folder: str) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield f"Written by `{report.command}` on {report.date}, in one run of {report.seconds / 60:.0f} minutes (suite"
    yield f"*{report.suite}*). Do not edit: run the command again. Raw figures with every run and curve:"
    yield f"[{folder}.json]({folder}.json)."
    yield ""
    yield from _facts(report)
    yield "## Goals"
    yield ""
    met = [goal.is_met for goal in goals(report)]
    yield f"{met.count(True)} met, {met.count(False)} not met, {met.count(None)} not measured in this suite."
    yield ""
    yield from markdown(goal_table(report))
    yield "## What is weak"
    yield ""
    yield "Every instance of this run on which a rival found or proved more, was done at least 1.2 times as fast, or"
    yield "took less than two thirds of our memory; and where more than 2 % were left to prove:"
    yield ""
    found = weaknesses(report)
    yield from (f"- {sentence}" for sentence in found)
    yield "" if found else "None in this run.\n"
    wrong = untrue_bounds(report)
    if wrong:
        yield "Bounds that cannot be true, since somebody found a better plan:"
        yield ""
        yield from (f"- {sentence}" for sentence in wrong)
        yield ""
    yield from _contests(report, charts, folder)
    yield from _series(report, charts, folder)
    yield METHOD.read_text("utf-8")


def _facts(report: Report) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for name, value in (*report.machine.items(), *report.versions.items()):
        yield f"| {name} | {value} |"
    loads = [run.load for contest in report.contests for entry in contest.entries for run in entry.runs]
    if loads:
        yield f"| load just before the runs | {min(loads):.1f} to {max(loads):.1f} |"
    yield ""


def _contests(report: Report, charts: tuple[str, ...], folder: str) -> Iterator[str]:
    groups = (
        ("Experts and slots", False, "curves.svg"),
        ("Generalized assignment, the literature's types A to E", True, "assignments.svg"),
    )
    for title, is_assignment, chart in groups:
        contests = [one for one in report.contests if (one.coverage is not None) == is_assignment]
        if not contests:
            continue
        yield f"## {title}"
        yield ""
        yield from _chart(chart, charts, folder)
        for contest in contests:
            table = contest_table(contest)
            yield f"**{table.title}**"
            yield ""
            yield from markdown(table)
    yield from _chart("memory.svg", charts, folder)


def _series(report: Report, charts: tuple[str, ...], folder: str) -> Iterator[str]:
    if not report.series:
        return
    yield "## Growth with size"
    yield ""
    yield "On tight problems, all eligible pairs. A size that ran into its limit of 300 s is the last one shown."
    yield ""
    yield from _chart("growth.svg", charts, folder)
    for series in report.series:
        table = series_table(series)
        yield f"**{table.title}**"
        yield ""
        yield from markdown(table)


def _chart(name: str, charts: tuple[str, ...], folder: str) -> Iterator[str]:
    if name in charts:
        yield f"![{CAPTIONS[name]}]({folder}/{name})"
        yield ""
        yield f"*{CAPTIONS[name]}.*"
        yield ""


def markdown(table: Table) -> Iterator[str]:
    """Yield the lines of ``table``."""
    yield "| " + " | ".join(table.head) + " |"
    yield "|" + "|".join("---" if column < table.texts else "---:" for column in range(len(table.head))) + "|"
    for row in table.rows:
        yield "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |"
    yield ""
