"""One measurement in a process of its own: ``python -m benchmarks.worker task``, started by ``processes.run``."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from benchmarks.processes import status_mb
from benchmarks.results import Run
from benchmarks.rivals import rival as rival_named
from benchmarks.rivals.answer import Trace
from benchmarks.storage import keep, kept
from benchmarks.verdict import judge
from matching.interchange import digest, read_problem, write_problem
from matching.policy import resolve
from matching.problem import Limits
from matching.scoring import eligible_pairs

NO_TIME = 0.01
"""Seconds of search when only what comes before and after it is measured."""


class _Meter:
    """Measures the work between its making and ``run``."""

    def __init__(self) -> None:
        self._loaded = status_mb("self", "VmRSS")
        self._cpu = _cpu_seconds()
        self._began = time.perf_counter()

    def run(self, **fields: Any) -> Run:
        """Return the measured run with ``fields`` besides."""
        return Run(
            ending="answered",
            seconds=time.perf_counter() - self._began,
            cpu_seconds=_cpu_seconds() - self._cpu,
            peak_mb=status_mb("self", "VmHWM"),
            loaded_mb=self._loaded,
            **fields,
        )


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def make(*, instance: str, seconds: float, path: str) -> Run:
    """Make an instance and keep it at ``path``."""
    from benchmarks.instances import made  # loads generators that no other measurement should pay for

    meter = _Meter()
    problem = made(instance, seconds)
    keep(problem, Path(path))
    pairs = 0 if problem.pairs is None else len(problem.pairs)
    return meter.run(
        figures={
            "experts": len(problem.experts),
            "requests": len(problem.requests),
            "slots": sum(1 for _ in problem.seats()),
            "pairs": pairs,
            "gap": problem.limits.gap,
            "coverage": resolve(problem.policy).weights.coverage,
        }
    )


def make_tight(*, experts: int, slots: int, path: str) -> Run:
    """Make a tight problem without its pairs and keep it at ``path``."""
    from benchmarks.tight import tight

    meter = _Meter()
    keep(tight(experts, slots), Path(path))
    return meter.run()


def contest(*, rival: str, path: str, trace: str) -> Run:
    """Let ``rival`` solve the problem at ``path`` and judge what it gives back."""
    problem = kept(Path(path))
    solve_with = rival_named(rival)
    with Path(trace).open("w", encoding="utf-8") as sink:
        meter = _Meter()
        answer = solve_with(problem, Trace(sink))
        measured = meter.run(
            status=answer.status,
            bound=answer.bound,
            figures={"build": answer.build_seconds, **{f"phase {name}": s for name, s in answer.phases.items()}},
        )
    verdict = judge(problem, answer)
    return replace(measured, value=verdict.value, filled=verdict.filled, faults=verdict.faults)


def score(*, path: str) -> Run:
    """Work out all eligible pairs of the problem at ``path``."""
    problem = kept(Path(path))
    meter = _Meter()
    table = eligible_pairs(problem)
    return meter.run(figures={"pairs": float(len(table))})


def phases(*, path: str) -> Run:
    """Go through the whole pipeline with next to no time to search, and tell the seconds of each phase."""
    from matching.solve import solve  # brings a solver that not every process can hold

    problem = kept(Path(path))
    problem = replace(problem, limits=Limits(seconds=NO_TIME))
    meter = _Meter()
    plan = solve(problem)
    measured = meter.run(value=plan.objective, bound=plan.bound, filled=len(plan.assignments))
    return replace(measured, figures={f"phase {name}": seconds for name, seconds in plan.seconds.items()})


def files(*, path: str) -> Run:
    """Write the problem at ``path`` as an interchange file, read it back, and take its digest."""
    problem = kept(Path(path))
    meter = _Meter()
    marks = [time.perf_counter()]
    text = write_problem(problem)
    marks.append(time.perf_counter())
    again = read_problem(text)
    marks.append(time.perf_counter())
    name = digest(again)
    marks.append(time.perf_counter())
    if name != digest(problem):
        raise RuntimeError("the problem read back is not the one written")
    written, read, digested = (end - begin for begin, end in pairwise(marks))
    figures = {"write": written, "read": read, "digest": digested, "megabytes": len(text) / 1e6}
    return meter.run(figures=figures)


TASKS: dict[str, Callable[..., Run]] = {
    "make": make,
    "make_tight": make_tight,
    "contest": contest,
    "score": score,
    "phases": phases,
    "files": files,
}


def main() -> None:
    """Do the task in the file named on the command line."""
    kind, arguments, result = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    measured = TASKS[kind](**arguments)
    Path(result).write_bytes(TypeAdapter(dict[str, Any]).dump_json(asdict(measured)))


if __name__ == "__main__":
    main()
