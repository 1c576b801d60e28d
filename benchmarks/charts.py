"""Charts of a report as small SVG files."""

import io
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks.curves import Events
from benchmarks.results import Contest, Report, Series
from benchmarks.rivals import CP_SAT, NAIVE, OWN, PLAIN_HIGHS

STYLES: dict[str, tuple[str, float]] = {
    OWN: ("#d55e00", 2.2),
    PLAIN_HIGHS: ("#0072b2", 1.4),
    CP_SAT: ("#009e73", 1.4),
    NAIVE: ("#7f7f7f", 1.4),
}
"""Colour (told apart by colour-blind eyes, too) and width of each rival's lines."""
COLUMNS = 2
LOWEST_SHARE, HIGHEST_SHARE = 0.70, 1.10
SMALLEST_STEP = 0.05
"""Percent by which a curve has to move to get another point: less cannot be seen."""
_PLACES = re.compile(r'\b(?:d|x|y)="[^"]*"')
GRID = {"color": "#dddddd", "linewidth": 0.6}


def draw(report: Report, folder: Path) -> tuple[str, ...]:
    """Write the charts of ``report`` to ``folder`` and return their file names."""
    matplotlib: Any = import_module("matplotlib")  # only in the benchmarks' environment
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "benchmarks", "svg.fonttype": "none", "font.size": 8})
    plots: Any = import_module("matplotlib.pyplot")
    folder.mkdir(parents=True, exist_ok=True)
    needs = [contest for contest in report.contests if contest.coverage is None and _has_curves(contest)]
    assignments = [contest for contest in report.contests if contest.coverage is not None and _has_curves(contest)]
    drawn = []
    for name, contests in (("curves.svg", needs), ("assignments.svg", assignments)):
        if contests:
            _save(plots, _curves(plots, contests), folder / name)
            drawn.append(name)
    if report.contests:
        _save(plots, _memory(plots, report.contests), folder / "memory.svg")
        drawn.append("memory.svg")
    growing = [series for series in report.series if len(series.sizes) > 1]
    if growing:
        _save(plots, _growth(plots, growing), folder / "growth.svg")
        drawn.append("growth.svg")
    return tuple(drawn)


def _has_curves(contest: Contest) -> bool:
    return contest.best_bound is not None and any(entry.middle.events for entry in contest.entries)


def _save(plots: Any, figure: Any, path: Path) -> None:
    sink = io.StringIO()
    figure.savefig(sink, format="svg", metadata={"Date": None})
    plots.close(figure)
    # Coordinates to a tenth of a point are enough, and halve the file.
    text = _PLACES.sub(lambda found: re.sub(r"(\.\d)\d+", r"\1", found[0]), sink.getvalue())
    path.write_text(text, encoding="utf-8")


def _panels(plots: Any, count: int, height: float) -> tuple[Any, list[Any]]:
    rows = ceil(count / COLUMNS)
    figure, axes = plots.subplots(rows, COLUMNS, figsize=(9, height * rows), squeeze=False, layout="constrained")
    panels = list(axes.flat)
    for unused in panels[count:]:
        unused.set_axis_off()
    return figure, panels[:count]


def _on_logarithms(set_scale: Callable[[str], None], axis: Any) -> None:
    """Scale ``axis`` by logarithms, with a plain number at every power of ten and at 3 times it."""
    set_scale("log")
    tickers: Any = import_module("matplotlib.ticker")
    axis.set_major_locator(tickers.LogLocator(subs=(1.0, 3.0)))
    axis.set_major_formatter(tickers.FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(tickers.NullFormatter())


def _curves(plots: Any, contests: Sequence[Contest]) -> Any:
    figure, panels = _panels(plots, len(contests), 2.6)
    for panel, contest in zip(panels, contests, strict=True):
        for entry in contest.entries:
            colour, width = STYLES[entry.name]
            for which, style in ((1, "-"), (2, "--")):
                seconds, shares = curve(contest, entry.middle.events, which)
                if seconds:
                    last = entry.middle.seconds
                    panel.step(
                        [*seconds, max(last, seconds[-1])],
                        [*shares, shares[-1]],
                        where="post",
                        linestyle=style,
                        color=colour,
                        linewidth=width if which == 1 else 0.9,
                    )
        panel.set_title(contest.name, fontsize=9)
        _on_logarithms(panel.set_xscale, panel.xaxis)
        panel.set_ylim(*_limits(contest))
        panel.set_xlabel("seconds")
        panel.set_ylabel("cost, % of best bound" if contest.coverage is not None else "points, % of best bound")
        panel.grid(**GRID)
    lines = [plots.Line2D([], [], color=STYLES[name][0], linewidth=STYLES[name][1], label=name) for name in STYLES]
    figure.legend(handles=lines, loc="outside upper center", ncols=len(lines), frameon=False)
    return figure


def _limits(contest: Contest) -> tuple[float, float]:
    if contest.coverage is not None:
        return 98.0, 112.0
    best = 0.0 if contest.best_value is None or not contest.best_bound else contest.best_value / contest.best_bound
    return 100 * min(LOWEST_SHARE, best - 0.1), 100 * HIGHEST_SHARE


def curve(contest: Contest, events: Events, which: int) -> tuple[list[float], list[float]]:
    """Return seconds and value (``which`` 1) or bound (2) in percent of the best bound anyone proved."""
    best = contest.best_bound
    if best is None:
        return [], []
    seconds: list[float] = []
    shares: list[float] = []
    for event in events:
        points = event[which]
        if points is None:
            continue
        share = 100 * _share(contest, points, best)
        if not shares or abs(share - shares[-1]) >= SMALLEST_STEP:
            seconds.append(max(event[0], 0.01))
            shares.append(share)
    return seconds, shares


def _share(contest: Contest, points: float, best: float) -> float:
    if contest.coverage is None:
        return points / best
    # An open job counts as four times the dearest one, so a plan without it is far off the chart, as it should be.
    total = contest.coverage * contest.slots
    return (total - points) / max(1.0, total - best)


def _memory(plots: Any, contests: Sequence[Contest]) -> Any:
    figure, axis = plots.subplots(figsize=(9, 0.9 + 0.42 * len(contests)), layout="constrained")
    names = [name for name in STYLES if any(contest.entry(name) for contest in contests)]
    height = 0.8 / len(names)
    for position, name in enumerate(names):
        found = [(row, contest.entry(name)) for row, contest in enumerate(contests)]
        rows = [row + (position - (len(names) - 1) / 2) * height for row, entry in found if entry is not None]
        peaks = [entry.peak_mb for _, entry in found if entry is not None]
        axis.barh(rows, peaks, height=height, color=STYLES[name][0], label=name)
    axis.set_yticks(range(len(contests)), [contest.name for contest in contests])
    axis.invert_yaxis()
    axis.set_xlabel("peak memory, MB")
    axis.grid(axis="x", **GRID)
    axis.legend(fontsize=7)
    return figure


def _growth(plots: Any, growing: Sequence[Series]) -> Any:
    figure, panels = _panels(plots, len(growing), 2.6)
    for panel, series in zip(panels, growing, strict=True):
        sizes = [size for size in series.sizes if size.entry.answered]
        work = [size.work for size in sizes]
        panel.plot(work, [size.entry.seconds for size in sizes], "o-", color=STYLES[OWN][0], label="all")
        found = dict.fromkeys(name for size in sizes for name in size.entry.middle.figures)
        names = [name for name in found if name not in ("pairs", "megabytes")]
        for name in names:
            values = [(size.work, size.entry.figure(name) or 0.0) for size in sizes]
            shown = name.removeprefix("phase ")
            panel.plot([x for x, _ in values], [y for _, y in values], ".-", linewidth=0.9, label=shown)
        panel.set_title(series.name, fontsize=9)
        _on_logarithms(panel.set_xscale, panel.xaxis)
        _on_logarithms(panel.set_yscale, panel.yaxis)
        panel.set_xlabel("experts × slots")
        panel.set_ylabel("seconds")
        panel.grid(**GRID)
        panel.legend(fontsize=7)
    return figure
