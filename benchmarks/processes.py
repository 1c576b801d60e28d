"""Each measurement runs in a process of its own, with a hard limit of time and of memory."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from benchmarks.machine import available_memory_mb, load
from benchmarks.results import Ending, Run, thinned

POLL = 0.1
MEMORY_SHARE = 0.6
"""Of the memory free at the start, what one measurement may take before it is stopped."""
TRACE = "trace.jsonl"
"""Where a rival tells of its progress, in the folder given."""
ROOT = Path(__file__).resolve().parent.parent

_RUN = TypeAdapter(Run)


def run(kind: str, arguments: Mapping[str, Any], folder: Path, *, hard_seconds: float) -> Run:
    """Run one task of ``benchmarks.worker`` and return what it measured, or how it was ended.

    ``folder``: for files in between. A process over ``hard_seconds``, or over its share of memory, is killed with its
    children; the curve up to then is kept.
    """
    task, result, trace = (folder / name for name in ("task.json", "result.json", TRACE))
    for path in (result, trace):
        path.unlink(missing_ok=True)
    task.write_text(json.dumps([kind, dict(arguments), str(result)]), encoding="utf-8")
    most_mb = MEMORY_SHARE * available_memory_mb()
    before = load()
    began = time.perf_counter()
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  (this very Python, and a file made just now)
            [sys.executable, "-m", "benchmarks.worker", str(task)],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder)},  # where a solver that is killed leaves its files
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        )
        try:
            ending, peak_mb = _watch(process, began + hard_seconds, most_mb)
        finally:
            _end(process)
    events = thinned(_events(trace))
    if ending == "answered" and result.exists():
        answered = _RUN.validate_json(result.read_bytes())
        # A child's memory comes on top of the process's own, which waits for it.
        return replace(answered, peak_mb=max(answered.peak_mb, peak_mb), load=before, events=events)
    message = (folder / "errors.txt").read_text("utf-8", "replace").strip().splitlines()
    return Run(
        ending="failed" if ending == "answered" else ending,
        seconds=time.perf_counter() - began,
        cpu_seconds=0.0,
        peak_mb=peak_mb,
        load=before,
        status=message[-1][:200] if message and ending == "answered" else "",
        bound=min((bound for _, _, bound in events if bound is not None), default=None),
        events=events,
    )


def _watch(process: subprocess.Popen[bytes], until: float, most_mb: float) -> tuple[Ending, float]:
    """Wait for ``process``; return how it ended and the peak memory of it and its children together."""
    peak_mb = 0.0
    while True:
        try:
            process.wait(POLL)
        except subprocess.TimeoutExpired:
            members = [process.pid, *_children(process.pid)]
            peak_mb = max(peak_mb, sum(status_mb(pid, "VmHWM") for pid in members))
            if sum(status_mb(pid, "VmRSS") for pid in members) > most_mb:
                return "memory", peak_mb
            if time.perf_counter() > until:
                return "time", peak_mb
        else:
            return "answered", peak_mb


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process's session, so that no solver runs on behind the next measurement."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


def status_mb(pid: int | str, name: str) -> float:
    """Return a line of ``/proc/<pid>/status``: VmHWM is the peak, VmRSS what is resident now; 0 once it is gone.

    The peak of ``getrusage`` will not do: a process inherits it from the one that started it.
    """
    try:
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _events(trace: Path) -> list[tuple[float, float | None, float | None]]:
    if not trace.exists():
        return []
    found = []
    for line in trace.read_text("utf-8").splitlines():
        try:
            seconds, value, bound = json.loads(line)
        except ValueError:
            continue  # the line a killed process was writing
        found.append((seconds, value, bound))
    return found
