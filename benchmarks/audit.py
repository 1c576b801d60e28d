"""``python -m benchmarks.audit``: what the audit log costs a transaction, alone and with many at once, and its check.

On SQLite in a folder of its own, and on the empty PostgreSQL database that ``--url`` names. Prints; writes no page.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from hub.auth.actor import SYSTEM, Actor, Grant
from hub.db.engine import create_engine
from hub.db.schema import downgrade, migrate
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.audit import record
from hub.workflows.audit_verifying import verify

AUDITOR = Actor("benchmark", (Grant("auditor"),))
CLIENTS = (1, 8, 50)
MOVE = text(
    "INSERT INTO changes (subject_kind, subject_id, position, move, from_status, to_status, actor_id, at) "
    "VALUES ('request', :name, :number, 'open', 'reviewed', 'open', 'system', '2026-11-25 00:00:00+00:00')"
)

Work = Callable[[Engine, str, int], None]


def plain(engine: Engine, name: str, number: int) -> None:
    """Write one small row of one's own, as a move does, and nothing to the log."""
    with transaction(engine) as session:
        session.execute(MOVE, {"name": name, "number": number})


def recorded(engine: Engine, name: str, number: int) -> None:
    """Do what ``plain`` does, and record it with personal details."""
    with transaction(engine) as session:
        session.execute(MOVE, {"name": name, "number": number})
        told = {"before": {"status": "reviewed"}, "after": {"status": "open"}, "personal": {"reason": "確認しました"}}
        record(session, SYSTEM, "request:open", "request", name, **told)


def measure(engine: Engine, work: Work, clients: int, count: int) -> tuple[float, float, float]:
    """Return transactions a second, and the median and 99th percentile of one in milliseconds."""
    took: list[float] = []
    started = threading.Barrier(clients + 1)

    def run(client: int) -> None:
        own: list[float] = []
        started.wait()
        for number in range(1, count // clients + 1):
            began = time.perf_counter()
            work(engine, f"{work.__name__}-{clients}-{client}", number)
            own.append(time.perf_counter() - began)
        took.extend(own)

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    started.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    percent = statistics.quantiles(took, n=100)
    return len(took) / seconds, statistics.median(took) * 1000, percent[98] * 1000


@contextmanager
def databases(url: str | None) -> Iterator[dict[str, Engine]]:
    """Give an empty database of each kind there is."""
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        made = {"SQLite": create_engine(Settings(data_folder=Path(folder), database_url=None))}
        if url is not None:
            made["PostgreSQL"] = create_engine(
                Settings(data_folder=Path(folder), database_url=url, database_connections=max(CLIENTS) + 5)
            )
        for engine in made.values():
            migrate(engine)
        yield made
        for engine in made.values():
            downgrade(engine, "base")
            engine.dispose()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit", description=__doc__)
    parser.add_argument("--url", help="an empty PostgreSQL database: postgresql://…")
    parser.add_argument("--count", type=int, default=2000, help="transactions of each measurement (default: 2000)")
    options = parser.parse_args()
    print(f"{'':12} {'at once':>7} {'':9} {'per second':>10} {'median ms':>9} {'p99 ms':>8}")  # noqa: T201
    with databases(options.url) as engines:
        for name, engine in engines.items():
            for clients in CLIENTS:
                for work in (plain, recorded):
                    rate, median, most = measure(engine, work, clients, options.count)
                    print(f"{name:12} {clients:7} {work.__name__:9} {rate:10.0f} {median:9.2f} {most:8.2f}")  # noqa: T201
            began = time.perf_counter()
            with reading(engine) as session:
                verdict = verify(session, AUDITOR)
            seconds = time.perf_counter() - began
            bad = f", {len(verdict.findings)} BAD" if verdict.findings else ""
            print(f"{name:12} verify: {verdict.records} records in {seconds:.2f} s{bad}")  # noqa: T201


if __name__ == "__main__":
    main()
