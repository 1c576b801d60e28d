"""``python -m benchmarks``: measure, print, and write ``docs/benchmarks.md``."""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.charts import draw
from benchmarks.contest import measure_contest
from benchmarks.instances import BY_NAME, Suite, of_suite, seconds_of
from benchmarks.machine import machine, versions
from benchmarks.page import page
from benchmarks.processes import ROOT
from benchmarks.results import Report, read_report, write_report
from benchmarks.scaling import TITLES, measure_growth, warm_up
from benchmarks.terminal import show

DOCS = ROOT / "docs"
NAME = "benchmarks"


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    console, news = Console(), Console(stderr=True)
    if options.redraw is not None:
        _write(read_report(options.redraw.read_text("utf-8")), options.output or DOCS, news)
        return
    suite: Suite = "quick" if options.quick else "national" if options.national else "default"
    report = _measure(suite, options.only, news)
    show(report, console)
    # Only a whole suite may replace the page; anything less would drop what was measured before.
    is_whole = options.only is None and suite != "quick"
    output = options.output or (DOCS if is_whole else None)
    if output is not None:
        _write(report, output, news)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/benchmark",
        description="Measure the optimiser against plain HiGHS, CP-SAT and naive PuLP with CBC, in one run.",
        epilog="A whole default or national suite rewrites docs/benchmarks.md, .json and the charts beside them.",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small instances only, up to 3 minutes; writes no page")
    size.add_argument("--national", action="store_true", help="also 20,000 × 20,000, and longer limits: hours")
    parser.add_argument("--only", metavar="NAME", help="an instance, all that begin with NAME-, or a series of growth")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="where to write the page (default: docs)")
    parser.add_argument("--redraw", type=Path, metavar="JSON", help="measure nothing: write the page anew")
    options = parser.parse_args()
    if options.only is not None and options.only not in TITLES and not of_suite("default", options.only):
        parser.error(f"nothing is called {options.only}; there are {', '.join((*BY_NAME, *TITLES))}")
    return options


def _measure(suite: Suite, only: str | None, news: Console) -> Report:
    began = time.perf_counter()
    here, built_with = machine(), versions()

    def tell(text: str) -> None:
        news.print(f"[{time.perf_counter() - began:6.0f} s] {text}", markup=False, highlight=False)

    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        warm_up(folder, tell)
        instances = () if only in TITLES else of_suite(suite, only)
        contests = [measure_contest(one, seconds_of(one, suite), folder, tell) for one in instances]
        growing = tuple(TITLES) if only is None else tuple(one for one in TITLES if one == only)
        series = measure_growth(suite, folder, tell, growing) if growing else ()
    return Report(
        date=datetime.now(tz=UTC).astimezone().strftime("%Y-%m-%d"),
        command=" ".join(["bin/benchmark", *sys.argv[1:]]),
        suite=suite,
        machine=here,
        versions=built_with,
        seconds=time.perf_counter() - began,
        contests=tuple(contests),
        series=series,
    )


def _write(report: Report, output: Path, news: Console) -> None:
    output.mkdir(parents=True, exist_ok=True)
    charts = draw(report, output / NAME)
    (output / f"{NAME}.json").write_text(write_report(report), encoding="utf-8")
    (output / f"{NAME}.md").write_text(page(report, charts, NAME), encoding="utf-8")
    news.print(f"{output / NAME}.md, .json and {len(charts)} charts written")


if __name__ == "__main__":
    main()
