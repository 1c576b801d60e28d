"""Solving one run in this thread: claimed, followed, and ended once, whatever becomes of it."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.db.faults import meaning
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, HubError
from hub.jobs.following import Follower
from hub.logging import log_event, new_reference
from hub.settings import Settings
from hub.workflows.comparing import problem_at
from hub.workflows.explaining import explain
from hub.workflows.problems import Snapshot
from hub.workflows.runs import LEASE, Claim, claim_next, complete_plan, fail_plan, record_problem, release
from hub.workflows.supposing import build_snapshot
from matching.progress import Progress
from matching.solve import solve

GRACE = 120.0
"""Seconds a run may take beyond its limit and that of its reasons: to be built, checked and stored."""

BROKEN_JA = "計算が途中で失敗しました。もう一度実行してください。続くときは、番号 {} を管理者に伝えてください。"
BROKEN_EN = "The run failed. Run it again; if it fails again, tell the administrator the number {}."
MEMORY_JA = "メモリが足りません。対象の都道府県や期間を絞るか、メモリの多い機械で実行してください。"
MEMORY_EN = "There is too little memory. Narrow the prefecture or the months, or run it on a machine with more memory."


def run_next(
    engine: Engine,
    settings: Settings,
    closing: threading.Event | None = None,
    *,
    name: str = "",
    lease: timedelta = LEASE,
    abandon: Callable[[], None] | None = None,
) -> bool:
    """Solve the queued plan whose turn it is in this thread; return whether there was one.

    ``closing``: once set, the run stops and goes back into the queue. ``name``: the worker's, as the row shows it.
    ``abandon``: called from another thread once a run whose solver answers no stop has failed.
    """
    with transaction(engine) as session:
        claim = claim_next(session, name, lease, settings.comparison_runs)
    if claim is None:
        return False
    log_event("plan_started", plan=claim.plan_id, attempt=claim.attempt, worker=name)
    most = claim.question.limits.seconds + settings.explain_seconds + GRACE
    try:
        with Follower(engine, claim, closing or threading.Event(), most_seconds=most, abandon=abandon) as follower:
            _run(engine, settings, claim, follower)
    except HubError as fault:
        _fail(engine, claim, fault.ja, fault.en, None)
    except MemoryError as fault:
        log_event("plan_failed", level=logging.ERROR, fault=fault, plan=claim.plan_id)
        _fail(engine, claim, MEMORY_JA, MEMORY_EN, None)
    except Exception as fault:  # whatever happens, the run must not stay "running"
        reference = new_reference()
        log_event("plan_failed", level=logging.ERROR, fault=fault, plan=claim.plan_id, reference=reference)
        said = meaning(fault)
        ja, en = (said.ja, said.en) if said else (BROKEN_JA.format(reference), BROKEN_EN.format(reference))
        _fail(engine, claim, ja, en, reference)
    return True


def _run(engine: Engine, settings: Settings, claim: Claim, follower: Follower) -> None:
    with reading(engine) as session:
        snapshot = _snapshot(session, claim)
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
    follower.report(Progress("explain", seconds, plan.objective, plan.bound, plan.gap, filled, slots))
    # A point of a comparison is looked at beside the others; whoever keeps one asks for its reasons by its problem.
    explaining = 0.0 if claim.comparison else settings.explain_seconds
    plan, explanations = explain(snapshot.problem, plan, explaining, follower.stop)
    with transaction(engine) as session:
        complete_plan(session, claim, snapshot.problem, plan, explanations)
    log_event("plan_ready", plan=claim.plan_id, result=plan.status, filled=len(plan.assignments))


def _snapshot(session: Session, claim: Claim) -> Snapshot:
    if claim.comparison is None:
        return build_snapshot(session, claim.question)
    return problem_at(session, claim.comparison, claim.question.policy)


def _fail(engine: Engine, claim: Claim, ja: str, en: str, reference: str | None) -> None:
    try:
        with transaction(engine) as session:
            fail_plan(session, claim, ja, en, reference)
    except (Conflict, SQLAlchemyError) as fault:
        # Another worker has it, or the database is away: the run is put back when its lease has run out.
        log_event("plan_not_marked", level=logging.WARNING, fault=fault, plan=claim.plan_id)
