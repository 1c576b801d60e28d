"""The worker: one thread of this process that solves queued plans, oldest first, and one that attends to the rest."""

import logging
import os
import secrets
import socket
import threading
import time
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from hub.db.transaction import reading, transaction
from hub.errors import Conflict, HubError
from hub.jobs.clock import Clock
from hub.jobs.following import Follower
from hub.logging import log_event, new_reference
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.explaining import explain
from hub.workflows.problems import build_problem
from hub.workflows.proposal_ending import lapse_due
from hub.workflows.runs import (
    LEASE,
    Claim,
    claim_next,
    complete_plan,
    fail_plan,
    put_back_lost,
    record_problem,
    release,
)
from matching.progress import Progress
from matching.solve import solve

LAPSE_EVERY = 60.0
"""Seconds between two looks for proposals past their deadline; who answers late is refused at once."""
POLL = 0.5
"""Seconds between two looks into an empty queue."""
PATIENCE = 15.0
"""Seconds a closing process waits for a run to end; the run is put back, at the latest when its lease has run out."""

BROKEN_JA = "計算が途中で失敗しました。もう一度実行してください。続くときは、番号 {} を管理者に伝えてください。"
BROKEN_EN = "The run failed. Run it again; if it fails again, tell the administrator the number {}."


class Worker:
    """Solves plans, sends mail and does what is due in the background, from ``start`` to ``close``."""

    def __init__(self, engine: Engine, settings: Settings, lease: timedelta = LEASE) -> None:
        self._engine = engine
        self._settings = settings
        self._lease = lease
        self._name = new_name()
        self._closing = threading.Event()
        clock = Clock(engine, settings)
        self._thread = threading.Thread(target=self._work, name="hub-worker", daemon=True)
        self._clock = threading.Thread(target=clock.run, args=(self._closing,), name="hub-clock", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._clock.start()

    def is_alive(self) -> bool:
        """Return whether both threads are at work."""
        return self._thread.is_alive() and self._clock.is_alive()

    def close(self) -> None:
        """End: a run that is being solved goes back into the queue."""
        self._closing.set()
        for thread in (self._thread, self._clock):
            if thread.is_alive():
                thread.join(PATIENCE)

    def _work(self) -> None:
        looked = -LAPSE_EVERY
        while not self._closing.is_set():
            try:
                if time.monotonic() - looked >= LAPSE_EVERY:
                    looked = time.monotonic()
                    lapse_all(self._engine)
                found = run_next(self._engine, self._settings, self._closing, self._name, self._lease)
            except Exception as fault:  # the thread has to outlive whatever one run does
                log_event("worker_failed", level=logging.ERROR, fault=fault, reference=new_reference())
                found = False
            if not found:
                self._closing.wait(POLL)


def lapse_all(engine: Engine) -> int:
    """Let every proposal lapse whose deadline has passed, some in each transaction; return how many."""
    lapsed = 0
    while True:
        with transaction(engine) as session:
            count = lapse_due(session, utc_now())
        lapsed += count
        if not count:
            break
    if lapsed:
        log_event("proposals_lapsed", count=lapsed)
    return lapsed


def new_name() -> str:
    """Return a name for a worker, that tells people where it is."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"


def run_next(
    engine: Engine,
    settings: Settings,
    closing: threading.Event | None = None,
    name: str = "",
    lease: timedelta = LEASE,
) -> bool:
    """Solve the oldest queued plan in this thread; return whether there was one.

    Runs whose worker gave no sign of life for its lease are queued again before, now that somebody is free for them.
    ``closing``: once set, the run stops and goes back into the queue. ``name``: the worker's, as the row shows it.
    """
    with transaction(engine) as session:
        lost = put_back_lost(session, utc_now())
        claim = claim_next(session, name, lease)
    if lost:
        log_event("plans_put_back", count=lost)
    if claim is None:
        return False
    log_event("plan_started", plan=claim.plan_id, attempt=claim.attempt, worker=name)
    try:
        with Follower(engine, claim, closing or threading.Event()) as follower:
            _run(engine, settings, claim, follower)
    except HubError as fault:
        _fail(engine, claim, fault.ja, fault.en, None)
    except Exception as fault:  # whatever happens, the run must not stay "running"
        reference = new_reference()
        log_event("plan_failed", level=logging.ERROR, fault=fault, plan=claim.plan_id, reference=reference)
        _fail(engine, claim, BROKEN_JA.format(reference), BROKEN_EN.format(reference), reference)
    return True


def _run(engine: Engine, settings: Settings, claim: Claim, follower: Follower) -> None:
    with reading(engine) as session:
        snapshot = build_problem(session, claim.question)
    with transaction(engine) as session:
        record_problem(session, claim, snapshot)
    plan = solve(snapshot.problem, progress=follower.report, stop=follower.stop)
    if follower.closing and not follower.wanted:
        with transaction(engine) as session:
            release(session, claim)
        log_event("plan_released", plan=claim.plan_id)
        return
    seconds = sum(plan.seconds.values())
    filled, slots = len(plan.assignments), len(plan.assignments) + len(plan.open_slots)
    follower.report(Progress("reasons", seconds, plan.objective, plan.bound, plan.gap, filled, slots))
    plan, explanations = explain(snapshot.problem, plan, settings.explain_seconds, follower.stop)
    with transaction(engine) as session:
        complete_plan(session, claim, snapshot.problem, plan, explanations)
    log_event("plan_ready", plan=claim.plan_id, result=plan.status, filled=len(plan.assignments))


def _fail(engine: Engine, claim: Claim, ja: str, en: str, reference: str | None) -> None:
    try:
        with transaction(engine) as session:
            fail_plan(session, claim, ja, en, reference)
    except (Conflict, OperationalError) as fault:
        # Another worker has it, or the database is away: the run is put back when its lease has run out.
        log_event("plan_not_marked", level=logging.WARNING, fault=fault, plan=claim.plan_id)
