"""How time and memory grow with size: scoring, the phases around the search, building rivals' models, files."""

from math import log
from pathlib import Path

from benchmarks.contest import MAKING_SECONDS, REPEATS, SHORT_SECONDS, Tell
from benchmarks.instances import Suite
from benchmarks.processes import run
from benchmarks.results import Entry, Run, Series, Size

LONGEST_SECONDS = 300.0
"""A measurement of growth that takes longer is stopped and told as such."""

NATIONAL = (20_000, 20_000)
WARM_UP = (2_000, 2_000)

_SIZES: dict[Suite, tuple[tuple[int, int], ...]] = {
    "quick": ((500, 750), (1_000, 1_500)),
    "default": ((500, 750), (1_000, 1_500), (2_000, 3_000), NATIONAL),
    "national": ((500, 750), (1_000, 1_500), (2_000, 3_000), (5_000, 5_000), NATIONAL),
}
_ONLY_IN_NATIONAL = (("phases", NATIONAL), ("files", NATIONAL))
"""Measurements at a size that take too long for the default suite."""

TITLES = {
    "score": "Scoring: every eligible pair with its fit, cost and hours, and each slot's funnel",
    "phases": "The pipeline with next to no time to search: pairs, model, hand-off, reasons of open slots, check",
    "files": "Problem files (without pairs): writing, reading with every check, digest",
}


def measure_growth(
    suite: Suite, folder: Path, tell: Tell, names: tuple[str, ...] = tuple(TITLES)
) -> tuple[Series, ...]:
    """Return the named series on tight problems of growing size."""
    sizes: dict[str, list[Size]] = {name: [] for name in names}
    path = folder / "growing.pickle"
    for experts, slots in _SIZES[suite]:
        made = run(
            "make_tight",
            {"experts": experts, "slots": slots, "path": str(path)},
            folder,
            hard_seconds=MAKING_SECONDS,
        )
        if made.ending != "answered":
            raise RuntimeError(f"{experts} × {slots} could not be made ({made.ending}): {made.status}")
        for name in names:
            if _is_hopeless(sizes[name]) or (suite != "national" and (name, (experts, slots)) in _ONLY_IN_NATIONAL):
                continue
            tell(f"{name}: {experts:,} × {slots:,}")
            entry = _entry(name, path, folder)
            sizes[name].append(Size(experts, slots, experts * slots, entry))
        path.unlink()
    return tuple(Series(name, TITLES[name], tuple(sizes[name])) for name in names)


def warm_up(folder: Path, tell: Tell) -> None:
    """Go through the pipeline once, so that machine code made on first use is there before anything is measured."""
    tell("machine code is made")
    path = folder / "warming.pickle"
    experts, slots = WARM_UP
    for kind, arguments in (
        ("make_tight", {"experts": experts, "slots": slots, "path": str(path)}),
        ("phases", {"path": str(path)}),
    ):
        run(kind, arguments, folder, hard_seconds=LONGEST_SECONDS)


def _is_hopeless(measured: list[Size]) -> bool:
    """Whether the size before already ran into a limit, so that a larger one would only use up time."""
    return bool(measured) and not measured[-1].entry.answered


def _entry(name: str, path: Path, folder: Path) -> Entry:
    runs: list[Run] = []
    for _ in range(REPEATS):
        runs.append(run(name, {"path": str(path)}, folder, hard_seconds=LONGEST_SECONDS))
        if runs[-1].ending != "answered" or runs[-1].seconds > SHORT_SECONDS:
            break
    return Entry(name, tuple(runs))


def exponent(points: list[tuple[float, float]]) -> float | None:
    """Return b of the best fit y = a·xᵇ (least squares in logarithms), None with fewer than two sizes."""
    logs = [(log(x), log(y)) for x, y in points if x > 0 and y > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    over = sum((x - mean_x) * (y - mean_y) for x, y in logs)
    return over / sum((x - mean_x) ** 2 for x, _ in logs)
