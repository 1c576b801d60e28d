"""A storm: workers, web processes and the database killed or frozen at random moments, time and again.

``python -m tests.hub.killing.storm --times 20`` begins a PostgreSQL of its own, two real ``talent-hub worker`` (or one
``talent-hub serve`` that works by itself) and a mail server, queues runs and news, strikes, and checks after each
strike that every run ended once with one effect, that what a reader sees never goes back, that no mail comes twice and
none is lost, and how long a run whose worker was struck waited to begin again.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.notifications import tell
from hub.workflows.plans import queue_plan
from hub.workflows.runs import MOST_LOSSES
from hub.workflows.seeding import store_sample
from matching.problem import Limits
from seed_data.generator import generate
from tests.hub.killing.test_killed_worker import check_runs
from tests.hub.killing.test_killing import ROOT, kill_server
from tests.hub.mail.smtp_server import MailBox, mail_server
from tests.hub.workflows.accounts import add_account
from tests.postgresql import DRIVER, LASTING, ROLE, begun, serving

KINDS = ("worker", "frozen", "web", "database")
EXPERTS, REQUESTS = 60, 60
PEOPLE = 4
PATIENCE = 180.0
NO_DATABASE = 2
"""The exit code of a process that cannot use its database as it begins."""
ORDER = ("", "score", "build", "solve", "reasons", "check", "explain")


@dataclass
class Sight:
    """What a reader who looks 20 times a second sees of the runs, and whether any of it went back."""

    engine: Engine
    steps_back: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _seen: dict[str, tuple] = field(default_factory=dict)
    begun: dict[tuple[str, int], float] = field(default_factory=dict)
    """When each attempt of a run was first seen, by a clock that only grows."""
    let_go: dict[tuple[str, int], float] = field(default_factory=dict)
    """When each attempt was first seen to be over."""

    def watch(self) -> None:
        """Look until told to end; a database that is away shows nothing."""
        while not self._ended.wait(0.05):
            with suppress(SQLAlchemyError):
                self._look()

    def end(self) -> None:
        self._ended.set()

    def _look(self) -> None:
        query = "SELECT id, sequence, attempt, status, phase, seconds, objective, bound FROM plans"
        with reading(self.engine) as session:
            rows = session.execute(text(query)).all()
        for row in rows:
            before = self._seen.get(row.id)
            if row.status == "running":
                self.begun.setdefault((row.id, row.attempt), time.monotonic())
            if before is not None and self._went_back(before, row):
                self.steps_back.append(f"{tuple(before)} → {tuple(row)}")
            if before is not None and before.status == "running" and row.status != "running":
                self.let_go[row.id, before.attempt] = time.monotonic()
            self._seen[row.id] = row

    @staticmethod
    def _went_back(before: tuple, row: tuple) -> bool:
        if row.sequence < before.sequence or row.attempt < before.attempt:
            return True
        if row.sequence == before.sequence:
            return row != before
        if (row.attempt, row.status, before.status) != (before.attempt, "running", "running"):
            return False
        return (
            ORDER.index(row.phase) < ORDER.index(before.phase)
            or row.seconds < before.seconds
            or (before.objective is not None and (row.objective or 0) < before.objective)
            or (before.bound is not None and (row.bound is None or row.bound > before.bound))
        )


class Storm:
    """One kind of strike at a hub of its own."""

    def __init__(self, kind: str, place: Path, engine: Engine, settings: Settings, box: MailBox, seed: int) -> None:
        self.kind, self.place, self.engine, self.settings, self.box = kind, place, engine, settings, box
        self.chance, self.seconds = random.Random(seed), 8.0
        self.waits: list[float] = []
        self.let_go: list[float] = []
        self.told = 0
        self.sight = Sight(self.engine)
        self._watching = threading.Thread(target=self.sight.watch, daemon=True)
        with transaction(self.engine) as session:
            self.people = [add_account(session, f"acc_{number}") for number in range(PEOPLE)]
        self._watching.start()
        count = 1 if kind == "web" else 2
        self.processes = [self._begin() for _ in range(count)]

    def _begin(self) -> "subprocess.Popen[bytes]":
        command = ["worker"]
        if self.kind == "web":
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                command = ["serve", "--port", str(probe.getsockname()[1])]
        told = {
            "HUB_DATABASE_URL": self.settings.url,
            "HUB_DATA_FOLDER": str(self.settings.data_folder),
            "HUB_LEASE_SECONDS": str(self.settings.lease_seconds),
            "HUB_EXPLAIN_SECONDS": "1",
            "HUB_SIGN_IN": "local",
            "HUB_SMTP_URL": f"smtp+plain://127.0.0.1:{self.box.port}",
            "HUB_MAIL_FROM": "hub@hub.example",
            "HUB_LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-c", "from hub.cli import main; main()", *command]
        quiet = None if os.environ.get("STORM_LOUD") else subprocess.DEVNULL
        return subprocess.Popen(command, env={**os.environ, **told}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=quiet)

    def strike(self) -> None:
        """Give work, strike at a random moment of it, and wait until all has ended."""
        with transaction(self.engine) as session:
            plans = [queue_plan(session, LOCAL, "嵐", limits=Limits(seconds=self.seconds, gap=0.0)) for _ in range(2)]
            tell(session, "request:open", "request", f"req_{self.told}", self.people)
            self.told += 1
        self._wait(lambda: any(status == "running" for status in self._statuses(plans)), "nothing began")
        time.sleep(self.chance.uniform(0, 0.4 * self.seconds))
        getattr(self, f"_strike_{self.kind}")()
        self._wait(lambda: all(status in {"ready", "failed"} for status in self._statuses(plans)), "a run did not end")

    def _strike_worker(self) -> None:
        number = self.chance.randrange(len(self.processes))
        struck = self.processes[number]
        lost = self._runs_of(struck.pid)
        struck.kill()
        struck.wait()
        self.processes[number] = self._begin()
        self._measure(lost)

    def _strike_frozen(self) -> None:
        struck = self.chance.choice(self.processes)
        lost = self._runs_of(struck.pid)
        os.kill(struck.pid, signal.SIGSTOP)
        try:
            self._measure(lost)
            time.sleep(self.chance.uniform(0, 2) * self.settings.lease_seconds)
        finally:
            os.kill(struck.pid, signal.SIGCONT)

    _strike_web = _strike_worker

    def _strike_database(self) -> None:
        kill_server(self.place)
        time.sleep(self.chance.uniform(0, 1))
        self.ending.enter_context(serving(self.place, LASTING))

    def _keep(self) -> None:
        """Begin a worker again that found no database as it began, as whoever keeps processes does."""
        for number, process in enumerate(self.processes):
            if self.kind == "database" and process.poll() == NO_DATABASE:
                self.processes[number] = self._begin()

    ending: ExitStack

    def _runs_of(self, pid: int) -> list[tuple[str, int]]:
        with reading(self.engine) as session:
            rows = session.execute(text("SELECT id, attempt, worker FROM plans WHERE status = 'running'")).all()
        return [(row.id, row.attempt) for row in rows if row.worker.split(":")[1] == str(pid)]

    def _measure(self, lost: list[tuple[str, int]]) -> None:
        """Wait until each run that was struck began again, and keep how long that took."""
        began = time.monotonic()
        for plan, attempt in lost:
            again = (plan, attempt + 1)

            def settled(plan: str = plan, again: tuple[str, int] = again) -> bool:
                return again in self.sight.begun or self._statuses([plan])[0] in {"ready", "failed"}

            self._wait(settled, "a struck run did not begin again")
            if (plan, attempt) in self.sight.let_go:
                self.let_go.append(self.sight.let_go[plan, attempt] - began)
            if again in self.sight.begun:
                self.waits.append(self.sight.begun[again] - began)

    def _statuses(self, plans: list[str]) -> list[str]:
        try:
            with reading(self.engine) as session:
                found = dict(session.execute(text("SELECT id, status FROM plans")).all())
        except SQLAlchemyError:
            return ["away"]
        return [found[plan] for plan in plans]

    def _wait(self, reached: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < deadline, otherwise
            self._keep()
            time.sleep(0.05)

    def end(self) -> None:
        """End the processes as whoever keeps them does, the youngest of which may just have begun."""
        time.sleep(5)
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            code = process.wait(60)
            # uvicorn ends by the signal it was told to end by.
            assert code in {0, -signal.SIGTERM if self.kind == "web" else 0}, f"ended with {code}"
        self.look_away()

    def look_away(self) -> None:
        """End the reader, who may have a connection in use."""
        self.sight.end()
        self._watching.join()

    def check(self) -> Counter:
        """Check all that was promised, and return how the runs and the mails ended."""
        check_runs(self.engine)
        assert self.sight.steps_back == [], self.sight.steps_back[:3]
        with reading(self.engine) as session:
            runs = session.execute(text("SELECT status, losses FROM plans")).all()
            mails = dict(session.execute(text("SELECT notification_id, status FROM outbox")).all())
        assert all(status == "ready" or losses == MOST_LOSSES for status, losses in runs)
        arrived = Counter(content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for _, content in self.box.taken)
        assert set(arrived.values()) <= {1}, "a mail came twice"
        assert set(mails.values()) <= {"sent", "sending", "uncertain"}, "a mail is lost"
        assert Counter(mails.values())["sent"] <= len(arrived)
        return Counter([f"run {status}" for status, _ in runs] + [f"mail {status}" for status in mails.values()])


@contextmanager
def storm(kind: str, *, lease: float = 12.0, seed: int = 0) -> Iterator[Storm]:
    """Give a storm over a hub of its own, ended and checked by who asked for it."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="hub-storm-")))
        box = ending.enter_context(mail_server(MailBox()))
        place = ending.enter_context(begun(LASTING))
        url = URL.create(DRIVER, username=ROLE, database="postgres", query={"host": str(place)})
        told = url.render_as_string(hide_password=False)
        settings = Settings(data_folder=folder, database_url=told, lease_seconds=lease, explain_seconds=1)
        engine = create_engine(settings)
        ending.callback(engine.dispose)
        migrate(engine)
        with transaction(engine) as session:
            store_sample(session, generate(EXPERTS, REQUESTS, seed=3))
        made = Storm(kind, place, engine, settings, box, seed)
        made.ending = ending
        try:
            yield made
        finally:
            for process in made.processes:
                process.kill()
                process.wait()
            made.look_away()


def spread(seconds: list[float]) -> str:
    """Return the median and the most of some seconds."""
    return f"{sorted(seconds)[len(seconds) // 2]:.1f} s, at most {max(seconds):.1f} s" if seconds else "–"


def main() -> None:
    """Strike as often as asked, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--lease", type=float, default=12.0)
    parser.add_argument("--seconds", type=float, default=8.0, help="time limit of each run")
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    for kind in told.kind or KINDS:
        with storm(kind, lease=told.lease, seed=told.seed) as made:
            made.seconds = told.seconds
            for number in range(told.times):
                made.strike()
                sys.stderr.write(f"\r{kind}: {number + 1}/{told.times} ")
            made.end()
            ended = made.check()
            times = f"queued again after {spread(made.let_go)}; begun again, by whoever is free, {spread(made.waits)}"
            sys.stdout.write(f"\r{kind}: {told.times} strikes held; {dict(ended)}; {times}\n")


if __name__ == "__main__":
    main()
