"""A process or a database killed at any moment loses nothing that was confirmed, and leaves nothing half done.

The client keeps a journal of what was confirmed to it. Every deed has an actor of its own, by whose id all that it
left is found again.
"""

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, text

from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.experts import set_paused
from hub.workflows.life_cycles import LIFE_CYCLES
from hub.workflows.seeding import store_sample
from seed_data.samples import Sample
from tests.hub.audit.tampering import verdict
from tests.hub.round.world import make_plan
from tests.postgresql import DRIVER, LASTING, ROLE, begun, serving

ROOT = Path(__file__).resolve().parents[3]
DEEDS = 200
PATIENCE = 60
MIX = {"offer": 30, "yes": 25, "agreed": 25, "no": 4, "not_this": 4, "withdraw": 5, "pause": 3, "resume": 4}
OF_PROPOSALS = ("yes", "agreed", "no", "not_this", "withdraw")


class Client:
    """Sends deeds to a process, several at a time, and writes down what is confirmed. ``journal``: number → what."""

    def __init__(self, engine: Engine, settings: Settings, seed: int) -> None:
        self.journal: dict[int, tuple[str, str, str]] = {}
        self.refused: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._sent: dict[int, tuple[str, str]] = {}
        self._settings = settings
        with reading(engine) as session:
            self._slots = list(session.execute(text("SELECT id FROM slots ORDER BY id")).scalars())
            self._experts = list(session.execute(text("SELECT id FROM experts ORDER BY id")).scalars())
        self._proposals: list[str] = []

    @contextmanager
    def served(self) -> Iterator["subprocess.Popen[str]"]:
        """Give a process that does what it is told; it is killed at the end."""
        told = {"HUB_DATA_FOLDER": str(self._settings.data_folder), "PYTHONPATH": str(ROOT)}
        if self._settings.database_url:
            told["HUB_DATABASE_URL"] = self._settings.database_url
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.hub.killing.doer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, **told},
        )
        answers: queue.Queue[str] = queue.Queue()
        listener = threading.Thread(target=self._listen, args=(process, answers))
        listener.start()
        process.answers = answers  # type: ignore[attr-defined]
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            listener.join()
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()

    @staticmethod
    def _listen(process: "subprocess.Popen[str]", answers: "queue.Queue[str]") -> None:
        for line in process.stdout:
            if line.endswith("\n"):
                answers.put(line)

    def do(self, process: "subprocess.Popen[str]", most: int, at_once: int = 4) -> None:
        """Send ``most`` random deeds, ``at_once`` under way, and take in their answers; a dead process ends it."""
        under_way = sent = 0
        while sent < most or under_way:
            while sent < most and under_way < at_once:
                self._send(process)
                sent, under_way = sent + 1, under_way + 1
            self._take(process.answers.get(timeout=PATIENCE))
            under_way -= 1

    def leave(self, process: "subprocess.Popen[str]", deeds: int) -> None:
        """Send deeds whose answers nobody waits for."""
        for _ in range(deeds):
            self._send(process)

    def wait_for_a_moment(self, process: "subprocess.Popen[str]", when: random.Random) -> None:
        """Wait until something was confirmed, and as often as not a little longer, into the midst of what follows."""
        before = len(self.journal)
        while len(self.journal) == before:
            self._take(process.answers.get(timeout=PATIENCE))
        if when.random() < 0.5:
            time.sleep(when.uniform(0.001, 0.02))

    def take_rest(self, process: "subprocess.Popen[str]") -> None:
        """Take in what was confirmed before a process died."""
        with suppress(queue.Empty):
            while True:
                self._take(process.answers.get(timeout=0.2))

    def _send(self, process: "subprocess.Popen[str]") -> None:
        kind = self._random.choices(list(MIX), list(MIX.values()))[0]
        if kind in OF_PROPOSALS and not self._proposals:
            kind = "offer"
        subject, other = self._random.choice(self._slots), self._random.choice(self._experts)
        if kind in OF_PROPOSALS:
            subject = self._random.choice(self._proposals)
        elif kind != "offer":
            subject = other
        number = len(self._sent)
        self._sent[number] = (kind, subject)
        process.stdin.write(f"{number} {kind} {subject} {other}\n")
        process.stdin.flush()

    def _take(self, line: str) -> None:
        number, verdict, what = line.split()
        if verdict == "refused":
            self.refused[what] += 1
            return
        kind, subject = self._sent[int(number)]
        self.journal[int(number)] = (kind, subject, what)
        if kind == "offer":
            self._proposals.append(what)


def rows(engine: Engine, query: str) -> list[tuple]:
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(text(query))]


def check_confirmed(engine: Engine, client: Client) -> None:
    """Check that everything in the journal is there."""
    offers = {row[0] for row in rows(engine, "SELECT id FROM proposals")}
    moved = {(actor, row_id) for actor, row_id in rows(engine, "SELECT actor_id, subject_id FROM changes")}
    recorded = {row[0] for row in rows(engine, "SELECT actor_id FROM audit_records")}
    for number, (kind, subject, what) in client.journal.items():
        if kind == "offer":
            assert what in offers
            continue
        assert f"op_{number}" in recorded
        if kind in OF_PROPOSALS:
            assert (f"op_{number}", subject) in moved


def check_whole(engine: Engine) -> None:
    """Check that nothing is half done: what is counted, what is recorded, and where everything stands."""
    sums = "sum(b.hours), sum(b.onsite_days), count(*)"
    held = f"SELECT b.expert_id, b.month, {sums} FROM bookings AS b WHERE b.held GROUP BY b.expert_id, b.month"
    counted = {row[:2]: row[2:] for row in rows(engine, held)}
    columns = "hours_committed, onsite_days_committed, engagements_committed"
    for row in rows(engine, f"SELECT expert_id, month, {columns} FROM availability"):
        assert row[2:] == pytest.approx(counted.get(row[:2], (0, 0, 0)), abs=1e-6)
    holding = "('expert_accepted', 'confirmed')"
    wrong = f"SELECT count(*) FROM bookings JOIN proposals ON id = proposal_id WHERE held <> (status IN {holding})"
    assert rows(engine, wrong) == [(0,)]
    moves = {f"{life.kind}:{move.name}" for life in LIFE_CYCLES for move in life.moves}
    changes = Counter(rows(engine, "SELECT actor_id, subject_kind, subject_id, move FROM changes"))
    records = Counter(
        (actor, kind, subject, action.partition(":")[2])
        for actor, kind, subject, action in rows(engine, "SELECT actor_id, kind, subject_id, action FROM audit_records")
        if action in moves
    )
    assert changes == records
    last = "SELECT max(position) FROM changes AS later WHERE later.subject_kind = c.subject_kind"
    query = f"""SELECT p.id, p.status, c.to_status FROM proposals AS p JOIN changes AS c ON c.subject_id = p.id
        AND c.subject_kind = 'proposal' AND c.position = ({last} AND later.subject_id = c.subject_id)"""
    assert [row for row in rows(engine, query) if row[1] != row[2]] == []
    begun_work = "SELECT count(*) FROM proposals WHERE status = 'confirmed'"
    assert rows(engine, begun_work) == rows(engine, "SELECT count(*) FROM engagements")
    with reading(engine) as session:
        assert verdict(session.connection()).findings == ()
        if engine.dialect.name == "sqlite":
            assert session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_process_killed_among_its_work_loses_nothing_confirmed(seeded: Engine, settings: Settings, seed: int):
    with transaction(seeded) as session:
        make_plan(session)
    client, when = Client(seeded, settings, seed), random.Random(seed)
    done = when.randrange(DEEDS // 4, DEEDS * 3 // 4)
    with client.served() as process:
        client.do(process, done)
        client.leave(process, DEEDS - done)
        client.wait_for_a_moment(process, when)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        client.take_rest(process)
    assert len(client.journal) > done // 5
    assert sum(client.refused.values()) + len(client.journal) < DEEDS
    check_confirmed(seeded, client)
    check_whole(seeded)
    with transaction(seeded) as session:  # nothing is left locked
        for (expert,) in rows(seeded, "SELECT id FROM experts"):
            set_paused(session, LOCAL, expert, paused=True)
    check_whole(seeded)


@contextmanager
def lasting_server(sample: Sample, folder: Path, ending: ExitStack) -> Iterator[tuple[Path, Settings]]:
    """Give a server that keeps what it confirmed, with the sample in it."""
    place = ending.enter_context(begun(LASTING))
    url = URL.create(DRIVER, username=ROLE, database="postgres", query={"host": str(place)})
    settings = Settings(data_folder=folder, database_url=url.render_as_string(hide_password=False))
    engine = create_engine(settings)
    migrate(engine)
    with transaction(engine) as session:
        store_sample(session, sample)
        make_plan(session)
    engine.dispose()
    yield place, settings


def kill_server(place: Path) -> None:
    """Kill a server and all its processes, and wait until they are gone."""
    postmaster = int((place / "data" / "postmaster.pid").read_text().splitlines()[0])
    everybody = [postmaster, *children_of(postmaster)]
    for process in everybody:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{process}").exists() for process in everybody) and time.monotonic() < deadline:
        time.sleep(0.01)


def children_of(parent: int) -> Sequence[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


@pytest.mark.slow
def test_a_database_killed_among_its_work_loses_nothing_confirmed(sample: Sample, tmp_path: Path):
    with ExitStack() as ending, lasting_server(sample, tmp_path, ending) as (place, settings):
        engine = create_engine(settings)
        ending.callback(engine.dispose)
        client, when = Client(engine, settings, 7), random.Random(7)
        with client.served() as process:
            for _ in range(2):
                client.do(process, DEEDS // 5)
                client.leave(process, DEEDS // 10)
                client.wait_for_a_moment(process, when)
                kill_server(place)
                client.take_rest(process)
                ending.enter_context(serving(place, LASTING))
                engine.dispose()
                check_confirmed(engine, client)
                check_whole(engine)
            before = len(client.journal)
            client.do(process, DEEDS // 5)
            assert len(client.journal) > before, "the process goes on with the database that is back"
        check_confirmed(engine, client)
        check_whole(engine)
