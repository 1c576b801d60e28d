"""The tables of a report, as rows of text, for the terminal and for the page alike."""

from dataclasses import dataclass

from benchmarks.curves import first_plan, seconds_to
from benchmarks.generalized_assignment import cost_bound
from benchmarks.goals import cost_of_entry, goals, is_proven
from benchmarks.results import Contest, Entry, Report, Series, relative
from benchmarks.weaknesses import ended

NEAR = (0.05, 0.01)
"""Shares of the best bound whose time is told."""
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are as wide as ``head``; all but the first ``texts`` columns are numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1


def contest_table(contest: Contest) -> Table:
    """Return how each rival did on one instance."""
    if contest.coverage is not None:
        return _assignment_table(contest)
    head = (
        "",
        "seconds (runs)",
        "CPU s",
        "model s",
        "peak MB",
        "filled",
        "points",
        "below best bound",
        "own proven gap",
        "first plan s",
        *(f"within {share:.0%} s" for share in NEAR),
        "ended",
    )
    return Table(contest_title(contest), head, tuple(_contest_row(contest, entry) for entry in contest.entries))


def contest_title(contest: Contest) -> str:
    """Return the instance's title with its size and limits."""
    pairs = f"{contest.pairs:,} pairs" if contest.pairs else "pairs not ready-made"
    gap = "below one unit of cost" if contest.coverage is not None else f"{contest.gap:.1%}"
    return (
        f"{contest.name} – {contest.title} ({contest.slots:,} slots, {pairs}; limit {contest.seconds:.0f} s, gap {gap})"
    )


def _contest_row(contest: Contest, entry: Entry) -> tuple[str, ...]:
    best = contest.best_bound
    run = entry.middle
    left = None if entry.value is None or best is None else relative(entry.value, best)
    return (
        entry.name,
        *_effort(entry),
        NOTHING if entry.filled is None else f"{entry.filled:,}",
        number(entry.value, 2),
        percent(left),
        percent(entry.gap),
        number(first_plan(run), 1),
        *(number(None if best is None else seconds_to(run, share, best), 1) for share in NEAR),
        ending(contest, entry),
    )


def _effort(entry: Entry) -> tuple[str, ...]:
    seconds = NOTHING if entry.seconds is None else f"{entry.seconds:.2f} ({len(entry.runs)})"
    return seconds, number(entry.cpu_seconds, 2), number(entry.figure("build"), 2), f"{entry.peak_mb:.0f}"


def _assignment_table(contest: Contest) -> Table:
    head = ("", "seconds (runs)", "CPU s", "model s", "peak MB", "cost", "own lower bound", "above best bound", "ended")
    return Table(contest_title(contest), head, tuple(_assignment_row(contest, entry) for entry in contest.entries))


def _assignment_row(contest: Contest, entry: Entry) -> tuple[str, ...]:
    coverage = contest.coverage or 0.0
    cost = cost_of_entry(entry, contest)
    mine = None if entry.bound is None else cost_bound(coverage, contest.slots, entry.bound)
    best = None if contest.best_bound is None else cost_bound(coverage, contest.slots, contest.best_bound)
    left = None if cost is None or not best else (cost - best) / best
    return (
        entry.name,
        *_effort(entry),
        NOTHING if cost is None else f"{cost:,.0f}",
        NOTHING if mine is None else f"{mine:,}",
        percent(left),
        ending(contest, entry),
    )


def ending(contest: Contest, entry: Entry) -> str:
    """Return ``proven``, or how else the runs ended; faults in the plan come first."""
    run = entry.middle
    if run.faults:
        return f"NOT VALID: {run.faults[0]}"
    if run.ending == "answered" and entry.value is None:
        return "no plan"
    if run.ending == "answered":
        return "proven" if is_proven(entry, contest) else "limit"
    return ended(entry)


def goal_table(report: Report, *, measured_only: bool = False) -> Table:
    """Return every goal and what was measured."""
    words = {True: "met", False: "NOT met", None: NOTHING}
    shown = (goal for goal in goals(report) if goal.is_met is not None or not measured_only)
    rows = tuple((goal.what, goal.aim, goal.measured, words[goal.is_met]) for goal in shown)
    return Table("Goals", ("", "goal", "measured", ""), rows, texts=4)


def series_table(series: Series) -> Table:
    """Return one measurement at growing sizes."""
    names = list(dict.fromkeys(name for size in series.sizes for run in size.entry.answered for name in run.figures))
    head = (
        "experts × slots",
        "seconds (runs)",
        "CPU s",
        "peak MB",
        "input MB",
        *(_figure_head(name) for name in names),
    )
    rows = []
    for size in series.sizes:
        entry = size.entry
        seconds = ended(entry) if entry.seconds is None else f"{entry.seconds:.2f} ({len(entry.runs)})"
        figures = (number(entry.figure(name), 0 if name == "pairs" else 2) for name in names)
        memory = (f"{entry.peak_mb:.0f}", f"{entry.middle.loaded_mb:.0f}")
        rows.append((f"{size.experts:,} × {size.slots:,}", seconds, number(entry.cpu_seconds, 2), *memory, *figures))
    return Table(series.title, head, tuple(rows))


def _figure_head(name: str) -> str:
    if name.startswith("phase "):
        return name.removeprefix("phase ") + " s"
    return name if name in ("pairs", "megabytes") else name + " s"


def number(value: float | None, decimals: int) -> str:
    """Return ``value`` with thousands set apart, or a dash."""
    return NOTHING if value is None else f"{value:,.{decimals}f}"


def percent(share: float | None) -> str:
    """Return ``share`` in percent: more decimals where it is small."""
    if share is None:
        return NOTHING
    return f"{share:.1%}" if share >= 0.1 else f"{share:.2%}" if share >= 0.001 else f"{share:.3%}"
