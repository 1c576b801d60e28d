import io
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from hub import logging as hub_logging
from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.jobs import solving
from hub.jobs.following import Follower, onward
from hub.jobs.solving import run_next
from hub.jobs.worker import Worker
from hub.models import Plan
from hub.models.base import columns
from hub.settings import Settings
from hub.workflows.experts import set_paused
from hub.workflows.plan_rows import PlanRow
from hub.workflows.plans import queue_plan, read_plan_row, request_stop
from hub.workflows.problems import build_problem
from hub.workflows.runs import claim_next, leases, put_back_lost, release
from matching.plan import Plan as MatchedPlan
from matching.problem import Limits, Link, Problem
from matching.progress import Progress
from matching.solve import solve


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    hub_logging.configure(stream=stream)
    yield stream
    hub_logging.configure()


def queue(engine: Engine, **asked: Any) -> str:
    with transaction(engine) as session:
        return queue_plan(session, LOCAL, "試し", limits=Limits(seconds=20), **asked)


def row(engine: Engine, plan_id: str) -> PlanRow:
    with reading(engine) as session:
        return read_plan_row(session, plan_id)


def wait(engine: Engine, plan_id: str, *statuses: str) -> PlanRow:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = row(engine, plan_id)
        if found.status in statuses:
            return found
        time.sleep(0.05)
    raise AssertionError(f"still {found.status}")


def lingering(until: Callable[[], bool]) -> Callable[..., MatchedPlan]:
    """Return a solve that reports and waits for its stop, or for ``until``, before it solves in earnest."""

    def wait_and_solve(problem: Problem, *, progress: Any, stop: Callable[[], bool]) -> MatchedPlan:
        progress(Progress("solve", 0.1, 1.0, 2.0, 1.0, 1, 34))
        deadline = time.monotonic() + 20
        while not (stop() or until()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return solve(problem)

    return wait_and_solve


def test_runs_are_solved_one_after_another_in_the_background(seeded: Engine, settings: Settings):
    first, second = queue(seeded), queue(seeded)
    worker = Worker(seeded, settings)
    worker.start()
    try:
        one, two = wait(seeded, first, "ready"), wait(seeded, second, "ready")
    finally:
        worker.close()
    assert one.finished_at <= two.started_at  # type: ignore[operator]
    assert (one.filled, one.objective) == (two.filled, two.objective)
    assert "hub-worker" not in {thread.name for thread in threading.enumerate()}


def test_without_a_queued_plan_there_is_nothing_to_do(seeded: Engine, settings: Settings):
    assert run_next(seeded, settings) is False


def test_what_was_running_when_the_process_ended_is_begun_again(seeded: Engine, settings: Settings):
    plan_id = queue(seeded)
    with transaction(seeded) as session:
        claim_next(session, "gone", timedelta(0))
    assert row(seeded, plan_id).status == "running"
    worker = Worker(seeded, settings)
    worker.start()
    try:
        assert wait(seeded, plan_id, "ready").result == "optimal"
    finally:
        worker.close()


def test_what_another_worker_is_at_is_left_to_it(seeded: Engine, settings: Settings):
    first = queue(seeded)
    with transaction(seeded) as session:
        taken = claim_next(session, "another")
    second = queue(seeded)
    worker = Worker(seeded, settings)
    worker.start()
    try:
        wait(seeded, second, "ready")
    finally:
        worker.close()
    assert row(seeded, first).status == "running"
    with transaction(seeded) as session:
        release(session, taken)  # type: ignore[arg-type]


def test_a_solver_that_reports_nothing_for_long_keeps_its_run(
    seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    lease = timedelta(seconds=0.6)

    def leased_until() -> datetime:
        with reading(seeded) as session:
            return session.execute(select(columns(Plan).leased_until)).scalar_one()

    def silent(problem: Problem, *, progress: Any, stop: Callable[[], bool]) -> MatchedPlan:
        first, deadline = leased_until(), time.monotonic() + 30
        while leased_until() < first + 2 * lease:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return solve(problem)

    monkeypatch.setattr(solving, "solve", silent)
    plan_id = queue(seeded)
    assert run_next(seeded, settings, lease=lease)
    assert row(seeded, plan_id).status == "ready"


def test_a_run_can_be_stopped_and_keeps_the_best_plan_so_far(
    seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(solving, "solve", lingering(lambda: False))
    plan_id = queue(seeded)
    worker = Worker(seeded, settings)
    worker.start()
    try:
        assert wait(seeded, plan_id, "running").stop_requested is False
        with transaction(seeded) as session:
            request_stop(session, LOCAL, plan_id)
        assert wait(seeded, plan_id, "ready").filled > 0
    finally:
        worker.close()


def test_closing_puts_the_run_back_into_the_queue(seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(solving, "solve", lingering(lambda: False))
    plan_id = queue(seeded)
    worker = Worker(seeded, settings)
    worker.start()
    wait(seeded, plan_id, "running")
    worker.close()
    found = row(seeded, plan_id)
    assert (found.status, found.started_at, found.objective) == ("queued", None, None)


def test_a_solver_that_breaks_fails_the_run_with_a_number_that_the_log_has(
    seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("髙橋 花子")

    monkeypatch.setattr(solving, "solve", broken)
    plan_id = queue(seeded)
    assert run_next(seeded, settings)
    found = row(seeded, plan_id)
    assert found.status == "failed"
    assert found.error_reference is not None
    assert found.error_reference in found.error_ja  # type: ignore[operator]
    written = log.getvalue()
    assert f"reference={found.error_reference}" in written
    assert "fault=ZeroDivisionError" in written
    assert "髙橋" not in written


def test_a_pin_that_can_no_longer_hold_fails_the_run_with_a_reason(seeded: Engine, settings: Settings):
    plan_id = queue(seeded)
    with transaction(seeded) as session:
        taken = claim_next(session)
    assert taken is not None
    with reading(seeded) as session:
        problem = build_problem(session, taken.question).problem
    person, seat = problem.experts[0].id, next(slot.id for _, slot in problem.seats())
    pinned = queue(seeded, pins=(Link(seat, person),))
    with transaction(seeded) as session:
        set_paused(session, LOCAL, person, paused=True)
    assert run_next(seeded, settings)
    found = row(seeded, pinned)
    assert found.status == "failed"
    assert "固定" in found.error_ja  # type: ignore[operator]
    assert row(seeded, plan_id).status == "running"


def test_a_run_lost_to_another_worker_is_left_alone(
    seeded: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
):
    def robbed(problem: Problem, *, progress: Any, stop: Callable[[], bool]) -> MatchedPlan:
        with transaction(seeded) as session:
            put_back_lost(session, leases(session))
        progress(Progress("score", 0, None, None, None, 0, 0))
        assert stop() is True
        return solve(problem)

    monkeypatch.setattr(solving, "solve", robbed)
    plan_id = queue(seeded)
    assert run_next(seeded, settings)
    assert row(seeded, plan_id).status == "queued"
    assert "plan_not_marked" in log.getvalue()


def test_progress_is_written_no_more_than_now_and_then(seeded: Engine, monkeypatch: pytest.MonkeyPatch):
    queue(seeded)
    with transaction(seeded) as session:
        taken = claim_next(session)
    assert taken is not None
    written: list[Progress] = []
    monkeypatch.setattr(
        "hub.jobs.following.record_progress", lambda session, claim, progress: bool(written.append(progress))
    )
    follower = Follower(seeded, taken, threading.Event(), every=0.2)
    began = time.monotonic()
    count = 0
    while time.monotonic() - began < 0.7:
        follower.report(Progress("solve", 0, None, None, None, count, 0))
        follower.stop()
        count += 1
    assert 2 <= len(written) <= 5
    follower.report(Progress("reasons", 9, None, None, None, 0, 0))
    assert written[-1].phase == "reasons"
    time.sleep(0.25)
    follower.stop()
    assert 9.2 < written[-1].seconds < 12


def test_what_a_search_that_begins_anew_reports_is_no_step_back_for_the_reader():
    before = Progress("solve", 5.0, 10.0, 12.0, 0.2, 7, 30)
    anew = onward(before, Progress("solve", 6.0, None, 13.0, None, 0, 30))
    assert anew == Progress("solve", 6.0, 10.0, 12.0, 0.2, 7, 30)
    better = onward(anew, Progress("solve", 7.0, 11.0, 11.5, None, 6, 30))
    assert (better.objective, better.bound, better.filled) == (11.0, 11.5, 6)
    assert better.gap == pytest.approx(0.5 / 11.0)


def test_the_seconds_a_reader_sees_never_go_back(seeded: Engine, monkeypatch: pytest.MonkeyPatch):
    queue(seeded)
    with transaction(seeded) as session:
        taken = claim_next(session)
    written: list[float] = []
    monkeypatch.setattr(
        "hub.jobs.following.record_progress", lambda session, claim, progress: bool(written.append(progress.seconds))
    )
    follower = Follower(seeded, taken, threading.Event(), every=0.0)
    follower.report(Progress("check", 5.0, None, None, None, 0, 0))
    time.sleep(0.05)
    follower.stop()
    follower.report(Progress("explain", 4.0, None, None, None, 0, 0))
    assert written == sorted(written)
    assert written[1] > 5.0
