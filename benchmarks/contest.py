"""Rivals on an instance, one after the other, each run in a process of its own."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.instances import Instance
from benchmarks.processes import TRACE, run
from benchmarks.results import Contest, Entry, Run

REPEATS = 3
SHORT_SECONDS = 5.0
"""Runs shorter than this are repeated; longer ones, and those that used up their limit, are measured once."""
SLACK_SECONDS = 60.0
SLACK_SHARE = 1.5
"""A rival is killed at its own limit times this, plus the slack: loading and building the model come on top."""
MAKING_SECONDS = 900.0

Tell = Callable[[str], None]


def measure_contest(instance: Instance, seconds: float, folder: Path, tell: Tell) -> Contest:
    """Return how each of the instance's rivals did within ``seconds`` of solving."""
    path = folder / "problem.pickle"
    tell(f"{instance.name}: making it")
    made = run(
        "make",
        {"instance": instance.name, "seconds": seconds, "path": str(path)},
        folder,
        hard_seconds=MAKING_SECONDS,
    )
    if made.ending != "answered":
        raise RuntimeError(f"{instance.name} could not be made ({made.ending}): {made.status}")
    entries = tuple(_entry(instance, rival, path, folder, seconds=seconds, tell=tell) for rival in instance.rivals)
    path.unlink()
    figures = made.figures
    return Contest(
        name=instance.name,
        title=instance.title,
        experts=int(figures["experts"]),
        slots=int(figures["slots"]),
        requests=int(figures["requests"]),
        pairs=int(figures["pairs"]),
        seconds=seconds,
        gap=figures["gap"],
        entries=entries,
        coverage=figures["coverage"] if instance.is_assignment else None,
    )


def _entry(instance: Instance, rival: str, path: Path, folder: Path, *, seconds: float, tell: Tell) -> Entry:
    arguments = {"rival": rival, "path": str(path), "trace": str(folder / TRACE)}
    hard_seconds = SLACK_SHARE * seconds + SLACK_SECONDS
    runs: list[Run] = []
    for number in range(1, REPEATS + 1):
        tell(f"{instance.name}: {rival}, run {number}")
        runs.append(run("contest", arguments, folder, hard_seconds=hard_seconds))
        if runs[-1].ending != "answered" or runs[-1].seconds > min(SHORT_SECONDS, seconds):
            break
    return Entry(rival, tuple(runs))
