"""``python -m benchmarks.jobs --url postgresql://…/empty``: background work, measured from outside.

- from a run's commit to its start, one at a time, with a worker that is idle;
- from a wish to stop to the solver being told (the lease's thread sees it), and to the plan being ready;
- independent runs with 1, 2 and 4 worker processes;
- pages of a web process while no run, and while two runs, are solved by others.

Each worker is a ``talent-hub worker`` of its own. The database has to be empty; it is filled here. The machine's load
is told beside each figure: on a busy machine only ratios of neighbouring figures mean anything.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from benchmarks.crowd_serving import serving
from benchmarks.machine import load, machine
from benchmarks.processes import ROOT
from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.plans import queue_plan, request_stop
from hub.workflows.seeding import store_sample
from matching.problem import Limits
from seed_data.generator import generate

COMMAND = [sys.executable, "-c", "from hub.cli import main; main()", "worker"]
PATIENCE = 600.0
WARM = 3
EXPERTS, REQUESTS = 60, 60
MORE_EXPERTS, MORE_REQUESTS = 150, 200
"""Added before what needs a search that goes on: it is not proven within minutes."""
APPLICATION = "benchmarks.jobs:application"
PAGES = ("/plans", "/experts", "/requests", "/queue")

MEASURED = ("starts", "throughput", "stops", "pages")

Row = tuple[str, str, str]


@contextlib.contextmanager
def working(settings: Settings, processes: int) -> Iterator[list[int]]:
    """Run that many workers, each a process that solves one run at a time; give their process ids."""
    told = {**os.environ, "HUB_DATABASE_URL": settings.url, "HUB_EXPLAIN_SECONDS": "0", "HUB_LOG_LEVEL": "ERROR"}
    begun = [subprocess.Popen(COMMAND, env=told, cwd=ROOT) for _ in range(processes)]  # noqa: S603
    try:
        yield [process.pid for process in begun]
    finally:
        for process in begun:
            process.terminate()
        for process in begun:
            process.wait()


def queue(engine: Engine, seconds: float, *, gap: float = 0.001, threads: int = 1) -> str:
    """Queue a run and return its id once that is committed."""
    with transaction(engine) as session:
        return queue_plan(session, LOCAL, "測定", limits=Limits(seconds=seconds, gap=gap, threads=threads))


def wait(engine: Engine, plan: str, *statuses: str) -> None:
    """Wait until a run stands at one of ``statuses``. TimeoutError after ``PATIENCE``."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with reading(engine) as session:
            found = session.execute(text("SELECT status FROM plans WHERE id = :id"), {"id": plan}).scalar_one()
        if found in statuses:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{plan} is still {found}")
        time.sleep(0.005)


def share(values: Sequence[float], of: float) -> float:
    """Return the value that ``of`` (0–1) of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(of * len(ordered)))]


def starts(engine: Engine, settings: Settings, runs: int) -> Iterator[Row]:
    """Measure from commit to start, by the clock of the machine that both share."""
    waits = []
    with working(settings, 1):
        for number in range(runs + WARM):
            plan = queue(engine, 5)
            wait(engine, plan, "ready", "failed")
            with reading(engine) as session:
                query = text("SELECT updated_at, created_at, started_at FROM plans WHERE id = :id")
                row = session.execute(query, {"id": plan}).one()
            if number >= WARM:
                waits.append((row.started_at - row.created_at).total_seconds() * 1000)
            time.sleep(0.2)
    told = f"{share(waits, 0.5):.0f} ms median, {share(waits, 0.95):.0f} ms p95 of {runs}"
    yield "queued → started", told, "p95 ≤ 50 ms"


def filled(engine: Engine) -> Iterator[Row]:
    """Add what makes the problem a hard one."""
    with transaction(engine) as session:
        store_sample(session, generate(MORE_EXPERTS, MORE_REQUESTS, seed=5))
    yield from ()


def stops(engine: Engine, settings: Settings, runs: int) -> Iterator[Row]:
    """Measure from a wish to stop, in the midst of a search, to the plan."""
    waits, sizes = [], set()
    with working(settings, 1):
        for _ in range(runs):
            plan = queue(engine, 300, gap=0.0, threads=2)
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                with reading(engine) as session:
                    row = session.execute(
                        text("SELECT status, phase, filled, slots FROM plans WHERE id = :id"), {"id": plan}
                    ).one()
                if row.status == "ready" or (row.phase == "solve" and row.filled):
                    break
                time.sleep(0.05)
            time.sleep(1)
            with transaction(engine) as session:
                request_stop(session, LOCAL, plan)
            asked = time.monotonic()
            wait(engine, plan, "ready", "failed", "cancelled")
            waits.append(time.monotonic() - asked)
            sizes.add(row.slots)
    told = f"{share(waits, 0.5):.2f} s median, {max(waits):.2f} s at most of {runs} ({max(sizes)} slots)"
    yield "stop asked → plan ready", told, "≤ 1 s"


def cpu_seconds(processes: Sequence[int]) -> float:
    """Return the processor time that processes have used so far."""
    used = 0.0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def throughput(engine: Engine, settings: Settings, runs: int, workers: Sequence[int]) -> Iterator[Row]:
    """Measure how long independent runs take that many workers, each with one thread of the solver."""
    first = None
    for count in workers:
        with working(settings, count) as processes:
            for plan in [queue(engine, 5) for _ in range(2 * count)]:
                wait(engine, plan, "ready", "failed")  # every worker has loaded what it needs
            before, used, began = load(), cpu_seconds(processes), time.monotonic()
            for plan in [queue(engine, 20) for _ in range(runs)]:
                wait(engine, plan, "ready", "failed")
            seconds = time.monotonic() - began
            rate, used = runs / seconds, cpu_seconds(processes) - used
        first = first or rate
        goal = "≥ 1.7 ×" if count == 2 else ""
        told = (
            f"{rate:.2f} a second, {rate / first:.2f} ×; {used / runs:.2f} CPU s a run, {used / seconds:.2f} cores got"
        )
        yield f"runs with {count} workers", f"{told} (load {before:.1f})", goal


def pages(engine: Engine, settings: Settings, rounds: int) -> Iterator[Row]:
    """Measure pages of one web process while nothing is solved, and while two workers solve, turn about."""
    import http.client

    taken: dict[bool, list[float]] = {False: [], True: []}
    with serving(settings, APPLICATION) as served:

        def ask() -> Iterator[float]:
            connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
            for page in PAGES * rounds:
                began = time.perf_counter()
                connection.request("GET", page)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{page}: {answer.status}")
                yield time.perf_counter() - began
                time.sleep(0.02)
            connection.close()

        list(ask())
        for _ in range(2):
            taken[False] += ask()
            with working(settings, 2):
                plans = [queue(engine, 120, gap=0.0) for _ in range(2)]
                for plan in plans:
                    wait(engine, plan, "running")
                time.sleep(2)
                taken[True] += ask()
                with transaction(engine) as session:
                    for plan in plans:
                        with contextlib.suppress(Exception):
                            request_stop(session, LOCAL, plan)
                for plan in plans:
                    wait(engine, plan, "ready", "failed", "cancelled")
    idle, busy = (share(taken[is_busy], 0.99) * 1000 for is_busy in (False, True))
    told = f"{idle:.0f} ms idle, {busy:.0f} ms with two runs: {busy / idle:.2f} ×"
    yield "p99 of pages", told, "≤ 1.5 ×"
    idle, busy = (share(taken[is_busy], 0.5) * 1000 for is_busy in (False, True))
    yield "median of pages", f"{idle:.0f} ms idle, {busy:.0f} ms with two runs: {busy / idle:.2f} ×", ""


def application() -> object:
    """Return the hub as the environment sets it."""
    from hub.app import create_app

    return create_app(Settings())


def main() -> None:
    """Measure what is asked for, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="an empty PostgreSQL database")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--only", choices=MEASURED, nargs="+", default=MEASURED)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    told = parser.parse_args()
    console = Console()
    table = Table("", "measured", "goal", "load", title=", ".join(f"{k}: {v}" for k, v in machine().items()))
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=told.url, data_folder=Path(folder), explain_seconds=0)
        engine = create_engine(settings)
        migrate(engine)
        with transaction(engine) as session:
            store_sample(session, generate(EXPERTS, REQUESTS, seed=3))
        ways = {
            "starts": starts(engine, settings, told.runs),
            "throughput": throughput(engine, settings, told.runs, told.workers),
            "filled": filled(engine),
            "stops": stops(engine, settings, max(3, told.runs // 8)),
            "pages": pages(engine, settings, told.runs),
        }
        for name, measured in ways.items():
            for row in measured if name in (*told.only, "filled") else ():
                table.add_row(*row, f"{load():.1f}")
                console.print(f"{row[0]}: {row[1]}")
        engine.dispose()
    console.print(table)


if __name__ == "__main__":
    main()
