"""Calls for work: heard of once their transaction is committed, or never; and whose turn it is."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL, Actor
from hub.db.calls import SEND_MAIL, SOLVE_RUNS
from hub.db.transaction import reading, transaction, undoable
from hub.jobs.housekeeping import Housekeeping
from hub.jobs.queues import Memory, connector_of
from hub.jobs.solving import run_next
from hub.jobs.tasks import Work, app_of
from hub.settings import Settings
from hub.workflows.notifications import tell
from hub.workflows.plans import queue_plan, request_stop
from hub.workflows.runs import MOST_LOSSES, claim_next, leases, put_back_lost, release, turns
from tests.hub.databases import on_postgresql
from tests.hub.workflows.accounts import add_account


def queue(engine: Engine, who: str = "local") -> str:
    with transaction(engine) as session:
        return queue_plan(session, Actor(who, LOCAL.grants), "試し")


def jobs(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as session:
        query = text("SELECT task_name, queue_name, args::text FROM procrastinate_jobs ORDER BY id".replace(":", r"\:"))
        return [tuple(row) for row in session.execute(query)]


@on_postgresql
def test_a_run_and_the_call_for_it_are_one_transaction_s_and_name_nobody(seeded: Engine):
    queue(seeded)
    assert jobs(seeded) == [(SOLVE_RUNS, "solve", "{}")]
    with pytest.raises(ZeroDivisionError), transaction(seeded) as session:
        queue_plan(session, LOCAL, "試し")
        raise ZeroDivisionError
    with transaction(seeded) as session:
        with pytest.raises(ZeroDivisionError), undoable(session):
            queue_plan(session, LOCAL, "試し")
            raise ZeroDivisionError
        queue_plan(session, LOCAL, "試し")
        queue_plan(session, LOCAL, "試し")
    assert jobs(seeded) == [(SOLVE_RUNS, "solve", "{}")] * 2


@on_postgresql
def test_mail_is_called_for_in_the_transaction_that_tells(engine: Engine):
    with transaction(engine) as session:
        people = [add_account(session, f"acc_{number}") for number in range(3)]
        tell(session, "request:open", "request", "req_1", people)
        tell(session, "request:open", "request", "req_2", people)
    assert jobs(engine) == [(SEND_MAIL, "io", "{}")]


@on_postgresql
def test_a_call_that_was_lost_is_made_again_by_who_looks_at_the_rows(seeded: Engine, settings: Settings):
    queue(seeded)
    with transaction(seeded) as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))

    async def look() -> None:
        work = Work(seeded, settings, duties=())
        app = app_of(work, connector_of(seeded))
        async with app.open_async():
            house = Housekeeping(work, app, called=True)
            await house.look()
            await house.look()

    asyncio.run(look())
    assert [name for name, _, _ in jobs(seeded)] == [SOLVE_RUNS]


@on_postgresql
def test_the_job_of_a_worker_that_died_goes_to_another(seeded: Engine, settings: Settings):
    queue(seeded)

    async def take_and_die() -> str:
        work = Work(seeded, settings, duties=(), lease=timedelta(seconds=0.2))
        app = app_of(work, connector_of(seeded))
        async with app.open_async():
            dead = await app.job_manager.register_worker()
            taken = await app.job_manager.fetch_job(["solve"], dead)
            house = Housekeeping(work, app, called=True)
            await asyncio.sleep(0.4)
            await house.look()
            return await app.job_manager.get_job_status_async(taken.id)

    assert asyncio.run(take_and_die()).value == "todo"


def test_calls_for_what_is_done_or_called_off_do_nothing(seeded: Engine, settings: Settings):
    plan = queue(seeded)
    with transaction(seeded) as session:
        request_stop(session, LOCAL, plan)
    app = app_of(Work(seeded, settings), Memory())
    app.tasks[SOLVE_RUNS]()
    with reading(seeded) as session:
        assert session.execute(text("SELECT status, attempt FROM plans")).one() == ("cancelled", 0)


def begun(engine: Engine, count: int) -> Sequence[str]:
    """Claim runs one after another, each let go before the next, and return who asked for them."""
    askers = []
    for _ in range(count):
        with transaction(engine) as session:
            claim = claim_next(session)
            assert claim is not None
            query = text("SELECT asked_by FROM plans WHERE id = :id")
            askers.append(session.execute(query, {"id": claim.plan_id}).scalar_one())
            session.execute(text("UPDATE plans SET status = 'cancelled' WHERE id = :id"), {"id": claim.plan_id})
    return askers


def test_a_long_list_of_one_coordinator_s_keeps_no_other_waiting(seeded: Engine):
    for _ in range(4):
        queue(seeded, "many")
    for who in ("one", "two", "two"):
        queue(seeded, who)
    assert begun(seeded, 7) == ["many", "one", "two", "many", "two", "many", "many"]


def test_while_runs_are_under_way_the_turn_is_that_of_who_has_the_fewest(seeded: Engine):
    runs = [queue(seeded, "many") for _ in range(3)]
    other = queue(seeded, "other")
    claims = []
    for _ in range(4):
        with transaction(seeded) as session:
            claims.append(claim_next(session))
    assert [claim.plan_id for claim in claims] == [runs[0], other, *runs[1:]]
    with transaction(seeded) as session:
        release(session, claims[1])
        assert turns(session) == [other]


def test_a_run_that_takes_its_worker_with_it_is_begun_three_times_and_says_what_to_do(seeded: Engine):
    plan = queue(seeded)
    for losses in range(1, MOST_LOSSES + 1):
        with transaction(seeded) as session:
            assert claim_next(session) is not None
        with transaction(seeded) as session:
            assert put_back_lost(session, leases(session)) == 1
            row = session.execute(text("SELECT status, losses, error_ja, error_en FROM plans")).one()
            assert (row.status, row.losses) == ("queued" if losses < MOST_LOSSES else "failed", losses)
    assert "3回" in row.error_ja
    assert "絞るか" in row.error_ja
    assert "Narrow" in row.error_en
    with transaction(seeded) as session:
        assert claim_next(session) is None
    assert plan


def test_a_run_handed_over_by_a_worker_that_closes_is_not_counted_against_it(seeded: Engine, settings: Settings):
    queue(seeded)
    for _ in range(MOST_LOSSES + 1):
        with transaction(seeded) as session:
            release(session, claim_next(session))
    assert run_next(seeded, settings)
    with reading(seeded) as session:
        row = session.execute(text("SELECT status, losses, attempt FROM plans")).one()
    assert row == ("ready", 0, MOST_LOSSES + 2)


def test_what_a_reader_sees_of_a_run_has_a_number_that_only_grows(seeded: Engine, settings: Settings):
    plan, seen = queue(seeded), []

    def look() -> None:
        with reading(seeded) as session:
            seen.append(session.execute(text("SELECT sequence FROM plans WHERE id = :id"), {"id": plan}).scalar_one())

    look()
    with transaction(seeded) as session:
        claim_next(session)
    look()
    with transaction(seeded) as session:
        put_back_lost(session, leases(session))
    look()
    assert run_next(seeded, settings)
    look()
    assert seen == sorted(set(seen))
