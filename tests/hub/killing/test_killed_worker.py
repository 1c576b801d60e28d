"""A worker killed or frozen at any moment of a run: it is run anew, and ends exactly once, with one effect."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.fingerprints import fingerprints
from hub.db.transaction import reading, transaction
from hub.models import Plan
from hub.settings import Settings
from hub.workflows.locks import lock_row
from hub.workflows.plan_documents import problem_of, result_of
from hub.workflows.plans import queue_plan
from hub.workflows.runs import CLAIM_LOCK, MOST_LOSSES
from matching.check import check
from matching.problem import Limits
from tests.hub.killing.solver import LEASE, MOMENTS, work
from tests.hub.killing.test_killing import check_whole, rows
from tests.hub.processes import processes

PATIENCE = 60
ENDED = {"ready", "failed"}
"""Where a run ends: one that was lost time and again is begun no more."""
AT_RANDOM = 4
"""Kills at no chosen moment, beside one at each."""
OF_RUNS = {"plans", "plan_documents", "plan_slots", "assignments", "changes", "run_courses"}
OF_AUDIT = {"audit_records", "audit_details", "audit_head"}


class Solver:
    """A worker's process from here. ``events``: what it told so far."""

    def __init__(self, settings: Settings, held: str | None) -> None:
        self.events: list[str] = []
        self._here, there = processes.Pipe()
        self._process = processes.Process(target=work, args=(settings, there, held), daemon=True)
        self._process.start()
        there.close()

    def reach(self, *moments: str) -> str:
        """Wait until it tells one of ``moments``, and return which."""
        while True:
            assert self._here.poll(PATIENCE), f"told no more than {self.events}"
            self.events.append(self._here.recv())
            if self.events[-1] in moments:
                return self.events[-1]

    def go_on(self, held: str | None = None) -> None:
        self._here.send(held)

    def signal(self, number: int) -> None:
        os.kill(self._process.pid, number)  # type: ignore[arg-type]

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._here.close()


@contextmanager
def solver(settings: Settings, held: str | None = None) -> Iterator[Solver]:
    """Give a worker's process; it is killed at the end."""
    made = Solver(settings, held)
    try:
        yield made
    finally:
        made.kill()


def queue(engine: Engine) -> str:
    with transaction(engine) as session:
        return queue_plan(session, LOCAL, "試し", limits=Limits(seconds=60))


def states(engine: Engine) -> dict[str, tuple[str, int]]:
    """Return the status and the attempt of each plan."""
    return {key: (status, attempt) for key, status, attempt in rows(engine, "SELECT id, status, attempt FROM plans")}


def untouched(engine: Engine) -> dict[str, object]:
    """Return what every table holds that is not about runs."""
    with reading(engine) as session:
        return {k: v for k, v in fingerprints(session.connection()).items() if k not in OF_RUNS | OF_AUDIT}


def check_runs(engine: Engine) -> None:
    """Check that each run stands where its story left it, and has one effect if it ended and none otherwise."""
    for plan, (status, attempt) in states(engine).items():
        query = f"SELECT move, from_status, to_status FROM changes WHERE subject_id = '{plan}' ORDER BY position"
        story = rows(engine, query)
        assert [at for _, at, _ in story[1:]] + [status] == [to for _, _, to in story]
        moves = [name for name, _, _ in story]
        assert (moves.count("start"), moves.count("finish")) == (attempt, int(status == "ready"))
        assert moves.count("put_back") == attempt - int(status in {"running", "ready", "failed"})
        check_effect(engine, plan, ready=status == "ready")
    check_whole(engine)


def check_effect(engine: Engine, plan: str, *, ready: bool) -> None:
    placed = sorted(rows(engine, f"SELECT slot_id, expert_id FROM assignments WHERE plan_id = '{plan}'"))
    seats = sorted(rows(engine, f"SELECT slot_id, reason IS NULL FROM plan_slots WHERE plan_id = '{plan}'"))
    kinds = {kind for (kind,) in rows(engine, f"SELECT kind FROM plan_documents WHERE plan_id = '{plan}'")}
    if not ready:
        assert (placed, seats, kinds - {"problem"}) == ([], [], set())
        return
    with reading(engine) as session:
        problem, made = problem_of(session, plan), result_of(session, plan)
    assert check(problem, made) == ()
    assert placed == sorted((a.slot, a.expert) for a in made.assignments) != []
    filled, still_open = [(a.slot, True) for a in made.assignments], [(s.slot, False) for s in made.open_slots]
    assert seats == sorted(filled + still_open)
    row = rows(engine, f"SELECT filled, slots, worker, leased_until FROM plans WHERE id = '{plan}'")
    assert row == [(len(placed), len(seats), None, None)]


@pytest.mark.slow
def test_a_worker_killed_at_any_moment_leaves_a_run_that_ends_once(seeded: Engine, settings: Settings):
    chance, before = random.Random(5), untouched(seeded)
    held = [*MOMENTS, *[None] * AT_RANDOM]
    chance.shuffle(held)
    for moment in held:
        waiting = f"SELECT id FROM plans WHERE status IN ('queued', 'running') AND losses < {MOST_LOSSES - 1}"
        if not rows(seeded, waiting):
            queue(seeded)
        with solver(settings, moment) as killed:
            killed.reach(moment or chance.choice(MOMENTS))
            if moment is None:
                time.sleep(chance.uniform(0, 0.05))
        check_runs(seeded)
    queue(seeded)
    with solver(settings):
        # One that was killed at last may have to wait for its lease, and be solved behind the one just queued.
        while any(status not in ENDED for status, _ in states(seeded).values()):
            time.sleep(0.05)
    check_runs(seeded)
    assert "ready" in {status for status, _ in states(seeded).values()}
    assert {attempt for status, attempt in states(seeded).values() if status == "failed"} <= {MOST_LOSSES}
    assert max(attempt for _, attempt in states(seeded).values()) > 1
    assert untouched(seeded) == before


def freeze(engine: Engine, settings: Settings, frozen: Solver, plan: str) -> None:
    """Stop a process where it has the run and holds no lock."""
    impatient = create_engine(settings.model_copy(update={"database_wait_seconds": 0.2}))
    while True:
        frozen.signal(signal.SIGSTOP)
        try:
            with transaction(impatient) as session:
                lock_row(session, Plan, plan)
                if engine.dialect.name == "postgresql":  # its other threads keep house, and may hold these
                    session.execute(text(f"SELECT pg_advisory_xact_lock({CLAIM_LOCK})"))
                    session.execute(text("SELECT seq FROM audit_head FOR UPDATE"))
        except OperationalError:
            frozen.signal(signal.SIGCONT)
            time.sleep(0.01)
        else:
            impatient.dispose()
            return


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "ended"), [("solving", False), ("solved", False), ("solved", True)])
def test_a_worker_that_was_frozen_while_another_took_its_run_does_nothing_more_to_it(
    seeded: Engine, settings: Settings, moment: str, ended: bool
):
    plan, before = queue(seeded), untouched(seeded)
    with solver(settings, moment) as frozen:
        frozen.reach(moment)
        freeze(seeded, settings, frozen, plan)
        with solver(settings, None if ended else "solving") as other:
            other.reach("plan_ready" if ended else "solving")
            frozen.go_on("plan_not_marked")
            frozen.signal(signal.SIGCONT)
            assert frozen.reach("plan_ready", "plan_not_marked", "plan_failed") == "plan_not_marked"
            assert states(seeded) == {plan: ("ready" if ended else "running", 2)}
            check_runs(seeded)
            if not ended:
                other.go_on()
                other.reach("plan_ready")
    check_runs(seeded)
    assert states(seeded) == {plan: ("ready", 2)}
    assert untouched(seeded) == before


@pytest.mark.slow
def test_a_worker_frozen_while_it_commits_keeps_its_run(seeded: Engine, settings: Settings):
    plan = queue(seeded)
    with solver(settings, "stored") as frozen:
        frozen.reach("stored")
        frozen.signal(signal.SIGSTOP)
        with solver(settings) as other:
            time.sleep(4 * LEASE.total_seconds())
            frozen.go_on("plan_ready")
            frozen.signal(signal.SIGCONT)
            frozen.reach("plan_ready")
            later = queue(seeded)
            other.reach("plan_ready")
    check_runs(seeded)
    assert states(seeded) == {plan: ("ready", 1), later: ("ready", 1)}
