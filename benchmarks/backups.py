"""``python -m benchmarks.backups``: how long writers wait for their commit, alone and while a backup is made.

Two writers pause and resume experts, each a transaction with its audit record, as fast as a person's clicks come in
(``RATE`` a second for each). Backups run in a process of their own, as ``talent-hub backup`` does, one after the other
as long as the phase lasts. Phases alternate, so that what else the machine does falls on both alike.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, Engine, text

from benchmarks.machine import machine
from benchmarks.processes import ROOT
from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.experts import set_paused
from hub.workflows.seeding import store_sample
from seed_data.generator import generate

WRITERS = 2
RATE = 25.0
WARM_UP = 40
DISK = Path("/var/tmp")  # noqa: S108  (where temporary files are on a disk, and not in memory)
MAKER = """
import sys, time
from pathlib import Path
from hub.db.backups.copying import back_up
from hub.db.engine import create_engine
from hub.settings import Settings
engine, folder = create_engine(Settings()), Path(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    began = time.perf_counter()
    with (folder / "kept").open("wb") as file:
        back_up(engine, file, folder)
    print(time.perf_counter() - began, (folder / "kept").stat().st_size, flush=True)
"""


@dataclass
class Measured:
    """Seconds each commit took, alone and beside a backup; seconds and size (bytes) of the backups."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    backups: list[float] = field(default_factory=list)
    size: int = 0


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Writers:
    """People at work: each pauses and resumes experts of their own at ``RATE``, and notes how long a commit took."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._over = threading.Event()
        self._took: list[float] = []
        with reading(engine) as session:
            self._experts = list(session.execute(text("SELECT id FROM experts ORDER BY id")).scalars())

    def work(self, until: "threading.Event") -> list[float]:
        """Write until the event is set; return the seconds of each transaction."""
        self._took = []
        threads = [threading.Thread(target=self._work, args=(number, until)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._took

    def _work(self, number: int, until: "threading.Event") -> None:
        random, mine = Random(number), self._experts[number::WRITERS]  # noqa: S311  (nothing secret)
        while not until.wait(random.expovariate(RATE)):
            began = time.perf_counter()
            with transaction(self._engine) as session:
                set_paused(session, LOCAL, random.choice(mine), paused=random.random() < 0.5)
            self._took.append(time.perf_counter() - began)


@contextlib.contextmanager
def maker(settings: Settings, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Give a process that makes a backup for each line it is sent."""
    told = {"HUB_DATA_FOLDER": str(settings.data_folder)}
    if settings.database_url:
        told["HUB_DATABASE_URL"] = settings.database_url
    process = subprocess.Popen(  # noqa: S603  (our own words)
        [sys.executable, "-c", MAKER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **told},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


def measure(settings: Settings, folder: Path, phases: int, seconds: float) -> Measured:
    """Return what commits took in ``phases`` of ``seconds`` alone, and as many beside backups."""
    engine = create_engine(settings)
    found, writers = Measured(), Writers(engine)
    with maker(settings, folder) as process:
        over = threading.Event()
        threading.Timer(WARM_UP / RATE, over.set).start()
        writers.work(over)
        for _ in range(phases):
            over = threading.Event()
            threading.Timer(seconds, over.set).start()
            found.alone += writers.work(over)
            over = threading.Event()
            maker_thread = threading.Thread(target=_back_up_for, args=(process, seconds, over, found))
            maker_thread.start()
            found.beside += writers.work(over)
            maker_thread.join()
    engine.dispose()
    return found


def _back_up_for(process: "subprocess.Popen[str]", seconds: float, over: "threading.Event", found: Measured) -> None:
    """Make whole backups, one after the other, for at least ``seconds``."""
    assert process.stdin is not None
    assert process.stdout is not None
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        process.stdin.write("again\n")
        process.stdin.flush()
        took, size = process.stdout.readline().split()
        found.backups.append(float(took))
        found.size = int(size)
    over.set()


def fill(settings: Settings, experts: int) -> None:
    """Store a sample of ``experts`` and as many requests."""
    engine = create_engine(settings)
    migrate(engine)
    with transaction(engine) as session:
        store_sample(session, generate(experts, experts))
    engine.dispose()


def main() -> None:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backups", description=__doc__)
    parser.add_argument(
        "--experts", type=int, default=3000, help="size of the hub (default 3000, and as many requests)"
    )
    parser.add_argument("--phases", type=int, default=4, help="phases of each kind (default 4)")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of a phase (default 8)")
    parser.add_argument("--postgresql", metavar="URL", help="an empty database; none: a server begun for this")
    options = parser.parse_args()
    console = Console()
    console.print(" · ".join(f"{name} {value}" for name, value in machine().items()))
    table = Table(
        "database", "commits", "p50 alone", "p50 backup", "p99 alone", "p99 backup", "× p99", "backup", "size"
    )
    with tempfile.TemporaryDirectory(prefix="backups-", dir=DISK) as name, contextlib.ExitStack() as ending:
        folder = Path(name)
        url = options.postgresql or server(ending)
        for kind, address in (("sqlite", None), ("postgresql", url)):
            settings = Settings(data_folder=folder / kind, database_url=address)
            fill(settings, options.experts)
            table.add_row(kind, *row(measure(settings, folder, options.phases, options.seconds)))
    console.print(table)


def server(ending: contextlib.ExitStack) -> str:
    """Begin a server that keeps what it confirms, and return the address of its database."""
    from tests.postgresql import DRIVER, LASTING, ROLE, begun

    place = ending.enter_context(begun(LASTING, DISK))
    address = URL.create(DRIVER, username=ROLE, database="postgres", query={"host": str(place)})
    return address.render_as_string(hide_password=False)


def row(found: Measured) -> list[str]:
    """Return a line of the table: milliseconds, seconds, megabytes."""
    told = [f"{len(found.alone)} + {len(found.beside)}"]
    for share in (0.5, 0.99):
        told += [f"{1000 * quantile(values, share):.1f} ms" for values in (found.alone, found.beside)]
    told.append(f"{quantile(found.beside, 0.99) / quantile(found.alone, 0.99):.2f}")
    return [
        *told,
        f"{sum(found.backups) / len(found.backups):.1f} s × {len(found.backups)}",
        f"{found.size / 1e6:.1f} MB",
    ]


if __name__ == "__main__":
    main()
