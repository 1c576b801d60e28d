"""What the optimiser is to reach, and whether it did in this run."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.curves import bound_at, first_plan, seconds_to, share_ahead, value_at
from benchmarks.generalized_assignment import cost_bound, cost_of_plan
from benchmarks.results import Contest, Entry, Report, Run, Series, relative
from benchmarks.rivals import CP_SAT, NAIVE, OWN, PLAIN_HIGHS
from benchmarks.scaling import NATIONAL, exponent

GROWTH_ROOM = 0.1
"""How far above 1 an exponent may be, since constant costs and caches bend the line."""
LARGEST_SIZES = 3
"""Growth is read from the largest sizes: small ones mostly show what it costs to begin."""


@dataclass(frozen=True, slots=True)
class Goal:
    """``measured`` in words; ``is_met`` None: this run did not measure it."""

    what: str
    aim: str
    measured: str
    is_met: bool | None


def goals(report: Report) -> tuple[Goal, ...]:
    """Return every goal with what ``report`` says of it."""
    return (
        *_scoring(report.one_series("score")),
        *_ready(report.contest("ready-2000x3000")),
        *_tight(report.contest("tight-2000x3000-all"), report.contest("tight-2000x3000")),
        *_national(report.contest("tight-20000x20000-all")),
        *_assignments(report),
        *_growth(report),
    )


def _missing(what: str, aim: str) -> Goal:
    return Goal(what, aim, "not measured", None)


def _own_run(contest: Contest | None) -> Run | None:
    entry = None if contest is None else contest.entry(OWN)
    return None if entry is None else entry.middle


def _scoring(series: Series | None) -> Iterator[Goal]:
    what, aim = "Scoring 20,000 × 20,000", "≤ 5 s, < 1 GB"
    size = next((one for one in series.sizes if (one.experts, one.slots) == NATIONAL), None) if series else None
    if size is None:
        yield _missing(what, aim)
    elif size.entry.seconds is None:
        yield Goal(what, aim, f"ended by its limit of {size.entry.middle.ending}", is_met=False)
    else:
        seconds, peak = size.entry.seconds, size.entry.peak_mb
        yield Goal(what, aim, f"{seconds:.1f} s, {peak / 1024:.2f} GB", seconds <= 5 and peak < 1024)


def _ready(contest: Contest | None) -> Iterator[Goal]:
    for rival, aim, factor in ((NAIVE, "≥ 10 times as fast", 10.0), (PLAIN_HIGHS, "no slower", 1.0)):
        what = f"Ready-made pairs 2,000 × 3,000, to a gap of 0.1 %, against {rival}"
        own, other = (None if contest is None else contest.entry(name) for name in (OWN, rival))
        if own is None or other is None or contest is None:
            yield _missing(what, aim)
        elif not is_proven(own, contest) or own.seconds is None:
            yield Goal(what, aim, "not proven within the limit", is_met=False)
        else:
            done = is_proven(other, contest) and other.seconds is not None
            theirs = (other.seconds if done else None) or contest.seconds
            ratio = theirs / own.seconds
            said = (
                f"{'' if done else 'at least '}{ratio:.2f} times as fast ({own.seconds:.1f} s against {theirs:.1f} s)"
            )
            yield Goal(what, aim, said, ratio >= factor)


def is_proven(entry: Entry, contest: Contest) -> bool:
    """Whether the rival proved its plan to the gap asked for."""
    return entry.gap is not None and entry.gap <= contest.gap * (1 + 1e-6) + 1e-9


def _tight(all_pairs: Contest | None, shortlist: Contest | None) -> Iterator[Goal]:
    name = "Tight 2,000 × 3,000"
    run = _own_run(all_pairs)
    aims = ("within 5 % of the bound in ≤ 15 s", "proven gap ≤ 2 % in 120 s over all eligible pairs", "≤ 2 GB")
    if run is None or all_pairs is None or all_pairs.best_bound is None:
        yield from (_missing(name, aim) for aim in aims)
    else:
        reached = seconds_to(run, 0.05, all_pairs.best_bound)
        said = "not within the limit" if reached is None else f"after {reached:.1f} s"
        yield Goal(name, aims[0], said, reached is not None and reached <= 15)
        yield _gap_goal(name, aims[1], run, 0.02, 120.0)
        yield Goal(name, aims[2], f"{run.peak_mb / 1024:.2f} GB", run.peak_mb <= 2048)
    for contest, which in ((shortlist, "best 20 pairs of each slot"), (all_pairs, "all eligible pairs")):
        own, other = (None if contest is None else contest.entry(one) for one in (OWN, CP_SAT))
        what, aim = f"{name}, {which}", "ahead of CP-SAT at every second"
        ahead = share_ahead(own.middle, other.middle, contest.seconds) if contest and own and other else None
        if ahead is None:
            yield _missing(what, aim)
        else:
            yield Goal(what, aim, f"at {ahead:.0%} of the seconds", ahead == 1)


def _gap_goal(what: str, aim: str, run: Run, share: float, seconds: float) -> Goal:
    gap = gap_at(run, seconds)
    if gap is None:
        return Goal(what, aim, "no plan with a bound", is_met=False)
    last = run.events[-1][0] if run.events else 0.0
    return Goal(what, aim, f"{gap:.1%} after {min(seconds, last):.0f} s", gap <= share)


def gap_at(run: Run, seconds: float) -> float | None:
    """Return the run's own proven gap after ``seconds``."""
    value, bound = value_at(run, seconds), bound_at(run, seconds)
    return None if value is None or bound is None else relative(value, bound)


def _national(contest: Contest | None) -> Iterator[Goal]:
    what = "Tight 20,000 × 20,000, whole pipeline"
    aims = ("first good plan in ≤ 60 s", "proven gap ≤ 4 % in 600 s", "≤ 8 GB")
    run = _own_run(contest)
    if run is None or contest is None:
        yield from (_missing(what, aim) for aim in aims)
        return
    good = None if contest.best_bound is None else seconds_to(run, 0.05, contest.best_bound)
    first = first_plan(run)
    said = "no plan" if first is None else f"first plan after {first:.0f} s"
    said += "" if first is None else ", never within 5 %" if good is None else f", within 5 % after {good:.0f} s"
    yield Goal(what, aims[0], said, good is not None and good <= 60)
    yield _gap_goal(what, aims[1], run, 0.04, 600.0)
    ended = "" if run.ending == "answered" else f" (stopped by its limit of {run.ending})"
    yield Goal(what, aims[2], f"{run.peak_mb / 1024:.1f} GB{ended}", run.peak_mb <= 8192 and not ended)


def _assignments(report: Report) -> Iterator[Goal]:
    for kind in "DE":
        what, aim = f"Generalized assignment {kind}, 20 × 200", "within 0.5 % of the best bound in 60 s"
        contest = report.contest(f"gap-{kind}-20x200")
        if contest is None or contest.coverage is None or contest.best_bound is None:
            yield _missing(what, aim)
            continue
        own = contest.entry(OWN)
        cost = own and cost_of_entry(own, contest)
        if not cost:
            yield Goal(what, aim, "no plan with all jobs", is_met=False)
            continue
        least = cost_bound(contest.coverage, contest.slots, contest.best_bound)
        share = (cost - least) / cost
        yield Goal(what, aim, f"{share:.2%} in {contest.seconds:.0f} s", share <= 0.005)


def cost_of_entry(entry: Entry, contest: Contest) -> float | None:
    """Return the sum of costs of a generalized assignment, None without a plan that has all jobs."""
    if contest.coverage is None or entry.value is None or entry.filled is None:
        return None
    return cost_of_plan(contest.coverage, contest.slots, entry.filled, entry.value)


def _growth(report: Report) -> Iterator[Goal]:
    for name, phases in (("Scoring", ("score",)), ("Model and hand-off", ("build", "solve"))):
        for measure in ("time", "memory") if phases == ("score",) else ("time",):
            what, aim = f"{name}: growth of {measure}", "no faster than pairs"
            power = growth(report, phases, measure)
            if power is None:
                yield _missing(what, aim)
            else:
                yield Goal(what, aim, f"pairs to the power of {power:.2f}", power <= 1 + GROWTH_ROOM)


def growth(report: Report, phases: tuple[str, ...], measure: str = "time") -> float | None:
    """Return the exponent b with which seconds (or megabytes beyond the input) grow with eligible pairs.

    ``phases``: those whose seconds count together. Growth of memory is that of scoring.
    """
    scored = report.one_series("score")
    series = report.one_series("phases")
    if scored is None or (measure == "time" and series is None):
        return None
    pairs = {(size.experts, size.slots): size.entry.figure("pairs") for size in scored.sizes}
    points: list[tuple[float, float]] = []
    for size in (series if series is not None and measure == "time" else scored).sizes:
        count = pairs.get((size.experts, size.slots))
        run = size.entry.middle
        seconds = sum(size.entry.figure(f"phase {phase}") or 0.0 for phase in phases)
        used = run.peak_mb - run.loaded_mb if measure == "memory" else seconds
        if count and used and size.entry.answered:
            points.append((count, used))
    return exponent(points[-LARGEST_SIZES:])
