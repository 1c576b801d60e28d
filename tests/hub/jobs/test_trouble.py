"""What a run says of trouble that is not its own: a full disk, too little memory, a solver that does not end."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from hub.auth.actor import LOCAL
from hub.db.engine import create_engine
from hub.db.transaction import reading, transaction
from hub.jobs import following, solving
from hub.jobs.solving import run_next
from hub.settings import Settings
from hub.workflows.plans import queue_plan, read_plan_row
from hub.workflows.runs import leases, put_back_lost
from matching.plan import Plan
from matching.problem import Limits, Problem
from matching.solve import solve
from tests.hub.databases import on_sqlite
from tests.hub.killing.test_killed_worker import check_runs


def queue(engine: Engine, seconds: float = 20) -> str:
    with transaction(engine) as session:
        return queue_plan(session, LOCAL, "試し", limits=Limits(seconds=seconds))


@pytest.fixture
def full(settings: Settings, seeded: Engine) -> Iterator[Engine]:
    """The database on a disk that has next to no room left."""
    with reading(seeded) as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
    engine = create_engine(settings)
    event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {pages + 2}"))
    yield engine
    engine.dispose()


@on_sqlite
def test_a_run_on_a_full_disk_says_so_and_succeeds_once_there_is_room(seeded: Engine, full: Engine, settings: Settings):
    plan = queue(seeded)
    assert run_next(full, settings)
    with reading(seeded) as session:
        row = read_plan_row(session, plan)
    assert row.status == "failed"
    assert "空きがありません" in row.error_ja
    assert "full" in row.error_en
    check_runs(seeded)
    again = queue(seeded)
    assert run_next(seeded, settings)
    with reading(seeded) as session:
        assert read_plan_row(session, again).status == "ready"
    check_runs(seeded)


@on_sqlite
def test_a_run_whose_failure_could_not_be_written_either_is_begun_again(
    seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def away(*_: Any, **__: Any) -> None:
        with reading(seeded) as session:
            session.execute(text("UPDATE plans SET title = 'x'"))

    plan = queue(seeded)
    with monkeypatch.context() as patch:
        patch.setattr(solving, "complete_plan", away)
        patch.setattr(solving, "fail_plan", away)
        assert run_next(seeded, settings)
    with transaction(seeded) as session:
        assert read_plan_row(session, plan).status == "running"
        assert put_back_lost(session, leases(session)) == 1
    assert run_next(seeded, settings)
    with reading(seeded) as session:
        assert read_plan_row(session, plan).status == "ready"
    check_runs(seeded)


@on_sqlite
def test_too_little_memory_is_said_with_what_to_do(seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    def large(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(solving, "solve", large)
    plan = queue(seeded)
    assert run_next(seeded, settings)
    with reading(seeded) as session:
        row = read_plan_row(session, plan)
    assert (row.status, row.error_ja, row.error_en) == ("failed", solving.MEMORY_JA, solving.MEMORY_EN)


def enduring(stopped: threading.Event, until: threading.Event) -> Callable[..., Plan]:
    """Return a solve that goes on beyond its limit: until it is told to stop, and even then until ``until``."""

    def endure(problem: Problem, *, progress: Any, stop: Callable[[], bool]) -> Plan:
        deadline = time.monotonic() + 30
        while not stop():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        stopped.set()
        assert until.wait(30)
        return solve(problem)

    return endure


@on_sqlite
def test_a_solver_beyond_its_limit_is_stopped_and_what_it_has_is_kept(
    seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    stopped, until = threading.Event(), threading.Event()
    until.set()
    monkeypatch.setattr(solving, "GRACE", 0.0)
    monkeypatch.setattr(solving, "solve", enduring(stopped, until))
    plan = queue(seeded, seconds=0.3)
    assert run_next(seeded, settings)
    assert stopped.is_set()
    with reading(seeded) as session:
        assert read_plan_row(session, plan).status == "ready"


@on_sqlite
def test_a_solver_that_answers_no_stop_is_given_up_with_what_to_do(
    seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    stopped, until = threading.Event(), threading.Event()
    monkeypatch.setattr(solving, "GRACE", 0.0)
    monkeypatch.setattr(following, "HUNG", 0.3)
    monkeypatch.setattr(solving, "solve", enduring(stopped, until))
    plan = queue(seeded, seconds=0.3)
    # In a process of its own the worker ends here; in this one the solver goes on after all, and finds itself too late.
    assert run_next(seeded, settings, lease=timedelta(seconds=0.6), abandon=until.set)
    with reading(seeded) as session:
        row = read_plan_row(session, plan)
    assert (row.status, row.error_ja, row.error_en) == ("failed", following.HUNG_JA, following.HUNG_EN)
    check_runs(seeded)
