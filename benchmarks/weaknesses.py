"""Where the optimiser is weak: found in the figures, so that the page cannot keep it to itself."""

from collections.abc import Iterator

from benchmarks.goals import is_proven
from benchmarks.results import Contest, Entry, Report
from benchmarks.rivals import OWN

SLOWER = 1.2
"""A ratio of seconds below this is within the noise of the machine."""
HUNGRIER = 1.5
BETTER = 1e-6
BELOW = 2e-6
"""Relative difference that a solver's arithmetic may make."""
MUCH = 0.02
"""A proven gap above this is worth a sentence even if nobody did better."""


def weaknesses(report: Report) -> tuple[str, ...]:
    """Return a sentence for each instance and way in which somebody else did better, or much was left to gain."""
    return tuple(sentence for contest in report.contests for sentence in _of_contest(contest))


def untrue_bounds(report: Report) -> tuple[str, ...]:
    """Return a sentence for each run, of whichever rival, that told a bound below a plan that somebody found."""
    return tuple(
        f"`{contest.name}`: {entry.name} told a bound of {bound:.3f} after {seconds:.1f} s, "
        f"but there is a plan worth {contest.best_value:.3f}."
        for contest in report.contests
        for entry in contest.entries
        for seconds, bound in _lowest_bounds(entry)
        if contest.best_value is not None and bound < contest.best_value - BELOW * max(1.0, abs(contest.best_value))
    )


def _lowest_bounds(entry: Entry) -> Iterator[tuple[float, float]]:
    """Yield for each run when its lowest bound was first told, and that bound."""
    for run in entry.runs:
        told = [(bound, seconds) for seconds, _, bound in run.events if bound is not None]
        if told:
            bound, seconds = min(told)
            yield seconds, bound


def _of_contest(contest: Contest) -> Iterator[str]:
    own = contest.entry(OWN)
    if own is None:
        return
    others = [entry for entry in contest.entries if entry.name != OWN]
    where = f"`{contest.name}`"
    if own.middle.ending != "answered":
        yield f"{where}: no plan; {ended(own)}."
        return
    if own.value is None:
        yield f"{where}: no valid plan."
        return
    better = max((one for one in others if one.value is not None), key=lambda one: one.value or 0.0, default=None)
    if better is not None and better.value is not None and not is_proven(own, contest):
        lead = (better.value - own.value) / max(1.0, abs(own.value))
        if lead > BETTER:
            yield f"{where}: {better.name} found a plan worth {lead:.3%} more."
    if own.gap is not None and own.gap > MUCH:
        yield f"{where}: {own.gap:.1%} were left between our plan and our bound after {contest.seconds:.0f} s."
    yield from _proof(contest, own, others)
    yield from _time_and_memory(contest, own, others)


def _proof(contest: Contest, own: Entry, others: list[Entry]) -> Iterator[str]:
    if is_proven(own, contest):
        return
    proven = [one for one in others if one.gap is not None and (own.gap is None or one.gap < own.gap - BETTER)]
    for one in sorted(proven, key=lambda one: one.gap or 0.0)[:1]:
        mine = "none" if own.gap is None else f"{own.gap:.3%}"
        yield f"`{contest.name}`: {one.name} proved a gap of {one.gap:.3%}, we {mine}."


def _time_and_memory(contest: Contest, own: Entry, others: list[Entry]) -> Iterator[str]:
    if own.seconds is None:
        return
    done = [one for one in others if is_proven(one, contest) and one.seconds is not None]
    for one in sorted(done, key=lambda one: one.seconds or 0.0)[:1]:
        if one.seconds is not None and own.seconds > SLOWER * one.seconds:
            yield (
                f"`{contest.name}`: {one.name} was done in {one.seconds:.2f} s, "
                f"{own.seconds / one.seconds:.1f} times as fast as we were ({own.seconds:.2f} s)."
            )
    answered = [one for one in others if one.value is not None]
    for one in sorted(answered, key=lambda one: one.peak_mb)[:1]:
        if own.peak_mb > HUNGRIER * one.peak_mb:
            yield (
                f"`{contest.name}`: we took {own.peak_mb:.0f} MB, {own.peak_mb / one.peak_mb:.1f} times as much as "
                f"{one.name}."
            )


def ended(entry: Entry) -> str:
    """Return in words how the runs of ``entry`` ended."""
    run = entry.middle
    return {
        "answered": run.status,
        "time": f"stopped after {run.seconds:.0f} s",
        "memory": f"stopped at {run.peak_mb / 1024:.1f} GB",
        "failed": f"failed: {run.status}",
    }[run.ending]
