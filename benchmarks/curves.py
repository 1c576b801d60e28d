"""What a curve of value and bound over time says."""

from benchmarks.results import Run, relative

Events = tuple[tuple[float, float | None, float | None], ...]


def first_plan(run: Run) -> float | None:
    """Return the seconds to the first plan worth anything."""
    return next((seconds for seconds, value, _ in run.events if value is not None and value > 0), None)


def seconds_to(run: Run, share: float, bound: float) -> float | None:
    """Return the seconds until the value was within ``share`` of ``bound``, whoever proved that; None: never."""
    return next(
        (seconds for seconds, value, _ in run.events if value is not None and relative(value, bound) <= share), None
    )


def value_at(run: Run, seconds: float) -> float | None:
    """Return the best value known after ``seconds``."""
    return max((value for at, value, _ in run.events if at <= seconds and value is not None), default=None)


def bound_at(run: Run, seconds: float) -> float | None:
    """Return the best bound known after ``seconds``."""
    return min((bound for at, _, bound in run.events if at <= seconds and bound is not None), default=None)


def share_ahead(run: Run, other: Run, until: float) -> float | None:
    """Return the share of seconds 1 … ``until`` at which ``run`` had at least the value of ``other``.

    Seconds at which neither had a plan do not count; None when neither ever had one.
    """
    compared = ahead = 0
    for second in range(1, int(until) + 1):
        mine, theirs = value_at(run, second), value_at(other, second)
        if mine is None and theirs is None:
            continue
        compared += 1
        ahead += theirs is None or (mine is not None and mine >= theirs)
    return ahead / compared if compared else None
