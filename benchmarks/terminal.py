"""A report on the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table as Shown

from benchmarks.results import Report
from benchmarks.tables import Table, contest_table, goal_table, series_table
from benchmarks.weaknesses import untrue_bounds, weaknesses


def show(report: Report, console: Console) -> None:
    """Print every table of ``report``, the goals it measured, and what is weak."""
    console.print(" · ".join(f"{name} {value}" for name, value in {**report.machine, **report.versions}.items()))
    for table in (
        *(contest_table(contest) for contest in report.contests),
        *(series_table(series) for series in report.series),
        goal_table(report, measured_only=True),
    ):
        console.print(_shown(table))
    for sentence in weaknesses(report):
        console.print(f"weak: {sentence}", markup=False)
    for sentence in untrue_bounds(report):
        console.print(f"untrue: {sentence}", markup=False)


def _shown(table: Table) -> Shown:
    shown = Shown(title=table.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column, head in enumerate(table.head):
        is_text = column < table.texts or column == len(table.head) - 1
        shown.add_column(head, justify="left" if is_text else "right", overflow="fold")
    for row in table.rows:
        shown.add_row(*row)
    return shown
