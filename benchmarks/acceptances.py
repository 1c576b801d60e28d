"""``python -m benchmarks.acceptances``: how long answers take when many accept at once and few fit.

Each time 50 offers to one expert with room for 8 are accepted in the same moment: by threads with transactions of their
own, and over HTTP: from one process that serves on SQLite in a folder of its own, and from ``--processes`` of them,
which take turns as behind a proxy, on the empty PostgreSQL database that ``--url`` names. Prints; writes no page. A
count that is not what fits ends it with an error.
"""

import argparse
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from benchmarks.crowd import Answer, Offer, accepting, prepare, rush
from benchmarks.crowd_serving import calling, serving
from hub.db.engine import create_engine
from hub.db.schema import downgrade, migrate
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.organizations import load_register

AT_ONCE, FITTING = 50, 8
GOALS_MS = {"SQLite": 700, "PostgreSQL": 300}
"""The 99th percentile to keep to."""

Ask = Callable[[Offer], Callable[[], str]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.acceptances", description=__doc__)
    parser.add_argument("--url", help="an empty PostgreSQL database: postgresql://…")
    parser.add_argument("--times", type=int, default=5, help="rounds of each measurement (default: 5)")
    parser.add_argument("--processes", type=int, default=2, help="processes that serve on PostgreSQL (default: 2)")
    options = parser.parse_args()
    print(f"{'':12} {'by':10} {'one ms':>8} {'median ms':>10} {'p99 ms':>8} {'goal':>6}")  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="acceptances-") as folder:
        settings = {"SQLite": Settings(data_folder=Path(folder))}
        if options.url is not None:
            settings["PostgreSQL"] = Settings(data_folder=Path(folder), database_url=options.url)
        for name, told in settings.items():
            measure(name, told, options.times, options.processes if told.database_url else 1)


def measure(name: str, settings: Settings, times: int, processes: int) -> None:
    """Measure one database, by threads and over HTTP."""
    engine = create_engine(settings)
    migrate(engine)
    with transaction(engine) as session:
        load_register(session)
    crowds = prepare(engine, experts=2 * times + 2, each=AT_ONCE, fitting=FITTING)
    _show(name, "threads", crowds[: times + 1], lambda offer: accepting(engine, offer))
    with ExitStack() as served:
        ports = cycle([served.enter_context(serving(settings)).port for _ in range(processes)])
        way = "HTTP" if processes == 1 else f"HTTP × {processes}"
        _show(name, way, crowds[times + 1 :], lambda offer: _by_http(next(ports), offer))
    downgrade(engine, "base")
    engine.dispose()


def _by_http(port: int, offer: Offer) -> Callable[[], str]:
    call = calling(port, f"expert {offer.expert}", "POST", f"/offers/{offer.id}/accept")

    def ask() -> str:
        status, told = call()
        return str(told["status"]) if status == 200 else {409: "Conflict"}.get(status, str(status))

    return ask


def _show(name: str, way: str, crowds: Sequence[Sequence[Offer]], ask: Ask) -> None:
    # The first answers of each process pay for connections and for what is read once.
    alone = [rush([ask(offer)])[0] for offer in crowds[0]]
    answers: list[Answer[str]] = []
    for crowd in crowds[1:]:
        came = rush([ask(offer) for offer in crowd])
        told = Counter(answer.told for answer in came)
        if told != {"expert_accepted": FITTING, "Conflict": AT_ONCE - FITTING}:
            raise SystemExit(f"{name} by {way}: {dict(told)}")
        answers += came
    took = [answer.seconds * 1000 for answer in answers]
    one = statistics.median(answer.seconds for answer in alone[4:]) * 1000
    most = statistics.quantiles(took, n=100)[98]
    print(f"{name:12} {way:10} {one:8.1f} {statistics.median(took):10.0f} {most:8.0f} {GOALS_MS[name]:6}")  # noqa: T201


if __name__ == "__main__":
    main()
