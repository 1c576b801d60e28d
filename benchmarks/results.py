"""What was measured, as data: read from and written to JSON, summed up by medians."""

import json
import re
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

from pydantic import TypeAdapter

Ending = Literal["answered", "time", "memory", "failed"]
"""How a process ended: by itself, killed at its time or memory limit, or with an error."""

EXACT = 1e-6
"""Relative difference of values that counts as none."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one process.

    ``seconds``: of the measured work alone. ``peak_mb``: largest resident memory of the process and its children;
    ``loaded_mb``: what it had with its input in memory. ``value``: re-computed from the plan, not the solver's word.
    ``figures``: whatever else was measured, by name. ``events``: seconds, value, bound. ``load``: of the machine
    (1-minute average) just before.
    """

    ending: Ending
    seconds: float
    cpu_seconds: float
    peak_mb: float
    loaded_mb: float = 0.0
    load: float = 0.0
    status: str = ""
    value: float | None = None
    bound: float | None = None
    filled: int | None = None
    faults: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    events: tuple[tuple[float, float | None, float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """All runs of one rival (or of one measurement) on one instance; figures are medians over those that answered."""

    name: str
    runs: tuple[Run, ...]

    @property
    def answered(self) -> tuple[Run, ...]:
        """The runs that ended by themselves."""
        return tuple(run for run in self.runs if run.ending == "answered")

    @property
    def seconds(self) -> float | None:
        """Median seconds, None if no run answered."""
        return median(run.seconds for run in self.answered) if self.answered else None

    @property
    def cpu_seconds(self) -> float | None:
        """Median processor seconds, None if no run answered."""
        return median(run.cpu_seconds for run in self.answered) if self.answered else None

    @property
    def peak_mb(self) -> float:
        """Median peak memory, killed runs included."""
        return median(run.peak_mb for run in self.runs)

    @property
    def value(self) -> float | None:
        """Median re-computed value of the plans that keep all limits."""
        values = [run.value for run in self.answered if run.value is not None and not run.faults]
        return median(values) if values else None

    @property
    def bound(self) -> float | None:
        """Median proven bound; of killed runs the last one told."""
        bounds = [run.bound for run in self.runs if run.bound is not None]
        return median(bounds) if bounds else None

    @property
    def filled(self) -> int | None:
        """Median of filled slots."""
        counts = [run.filled for run in self.answered if run.filled is not None]
        return int(median(counts)) if counts else None

    @property
    def gap(self) -> float | None:
        """How far the proven bound is above the value, relative."""
        return None if self.value is None or self.bound is None else relative(self.value, self.bound)

    @property
    def middle(self) -> Run:
        """The run whose seconds are the median (of an even number, the lower)."""
        ranked = sorted(self.answered or self.runs, key=lambda run: run.seconds)
        return ranked[(len(ranked) - 1) // 2]

    def figure(self, name: str) -> float | None:
        """Return the median of a named figure."""
        found = [run.figures[name] for run in self.answered if name in run.figures]
        return median(found) if found else None


@dataclass(frozen=True, slots=True)
class Contest:
    """One instance and how each rival did on it.

    ``seconds`` and ``gap``: the limits all had. ``coverage``: points of a filled job when the instance is a
    generalized assignment problem, whose figures are then costs (see ``benchmarks.generalized_assignment``).
    """

    name: str
    title: str
    experts: int
    slots: int
    requests: int
    pairs: int
    seconds: float
    gap: float
    entries: tuple[Entry, ...]
    coverage: float | None = None

    def entry(self, rival: str) -> Entry | None:
        """Return how ``rival`` did."""
        return next((entry for entry in self.entries if entry.name == rival), None)

    @property
    def best_bound(self) -> float | None:
        """The least upper bound anyone proved."""
        bounds = [entry.bound for entry in self.entries if entry.bound is not None]
        return min(bounds) if bounds else None

    @property
    def best_value(self) -> float | None:
        """The best value anyone found."""
        values = [entry.value for entry in self.entries if entry.value is not None]
        return max(values) if values else None


@dataclass(frozen=True, slots=True)
class Size:
    """One measurement at one size: ``work`` is what was looked at (experts × slots), ``pairs`` what came of it."""

    experts: int
    slots: int
    work: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Series:
    """One measurement at growing sizes."""

    name: str
    title: str
    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one command measured."""

    date: str
    command: str
    suite: str
    machine: dict[str, str]
    versions: dict[str, str]
    seconds: float
    contests: tuple[Contest, ...]
    series: tuple[Series, ...]

    def contest(self, name: str) -> Contest | None:
        """Return the contest on the instance ``name``."""
        return next((contest for contest in self.contests if contest.name == name), None)

    def one_series(self, name: str) -> Series | None:
        """Return the series ``name``."""
        return next((series for series in self.series if series.name == name), None)


_REPORT = TypeAdapter(Report)
_FLAT_LIST = re.compile(r"\[\n\s*([^\[\]{}]*?)\n\s*\]")


def relative(value: float, bound: float) -> float:
    """Return (bound − value) / max(1, |value|), not below 0."""
    return max(0.0, bound - value) / max(1.0, abs(value))


def write_report(report: Report) -> str:
    """Return ``report`` as JSON: 10 digits are enough, and lists of plain values take one line each."""
    text = json.dumps(_rounded(asdict(report)), ensure_ascii=False, indent=1)
    return _FLAT_LIST.sub(lambda found: "[" + re.sub(r"\s*\n\s*", " ", found[1]) + "]", text) + "\n"


def _rounded(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _rounded(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_rounded(value) for value in tree]
    return float(f"{tree:.10g}") if isinstance(tree, float) else tree


def read_report(text: str) -> Report:
    """Return the report in ``text``."""
    return _REPORT.validate_json(text)


def thinned(
    events: list[tuple[float, float | None, float | None]], most: int = 200
) -> tuple[tuple[float, float | None, float | None], ...]:
    """Return at most about ``most`` of the events, the first and last among them."""
    if len(events) <= most:
        return tuple(events)
    step = len(events) / most
    kept = sorted({0, len(events) - 1, *(int(step * number) for number in range(most))})
    return tuple(events[position] for position in kept)
