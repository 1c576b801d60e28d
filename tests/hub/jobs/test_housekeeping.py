import asyncio
import io
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub import logging as hub_logging
from hub.auth.actor import SYSTEM
from hub.db.transaction import reading, transaction
from hub.jobs.duties import DUTIES, Duty
from hub.jobs.housekeeping import Housekeeping
from hub.jobs.queues import Memory, connector_of
from hub.jobs.tasks import DUTY, Work, app_of
from hub.jobs.worker import Worker
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.idempotency import KEPT, Answer, asked_of, begin, keep
from hub.workflows.notifications import tell
from hub.workflows.outbox import LEASE
from tests.hub.databases import on_postgresql, on_sqlite
from tests.hub.mail.smtp_server import MailBox, mail_server
from tests.hub.workflows.accounts import add_account


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    hub_logging.configure(stream=stream)
    yield stream
    hub_logging.configure()


class Hand:
    """Both clocks, standing where they are put."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.now = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)

    def go_on(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)


class Kept:
    """Housekeeping with a queue in memory, looked at as often as a test asks."""

    def __init__(self, engine: Engine, settings: Settings, duties: Sequence[Duty], hand: Hand) -> None:
        self.work = Work(engine, settings, duties=duties)
        self.memory = Memory()
        self.app = app_of(self.work, self.memory)
        self.house = Housekeeping(self.work, self.app, called=False, now=lambda: hand.now, seconds=lambda: hand.seconds)

    def called(self) -> list[str]:
        """Look once, and return the duties that were called for."""
        before = set(self.memory.jobs)
        asyncio.run(self.house.look())
        new = [job["task_name"] for number, job in self.memory.jobs.items() if number not in before]
        for job in self.memory.jobs.values():
            job["status"] = "succeeded"
        return [name.removeprefix(DUTY) for name in new if name.startswith(DUTY)]


def nothing(session: Any, now: Any, _: Any) -> int:
    return 0


@on_sqlite
def test_a_duty_is_called_for_once_in_each_of_its_periods(engine: Engine, settings: Settings):
    hand = Hand()
    kept = Kept(engine, settings, (Duty("often", 10, nothing), Duty("seldom", 60, nothing)), hand)
    assert (kept.called(), kept.called()) == (["often", "seldom"], [])
    hand.go_on(10)
    assert kept.called() == ["often"]
    hand.go_on(50)
    assert kept.called() == ["often", "seldom"]


@on_sqlite
@pytest.mark.parametrize("moved", [timedelta(days=1), timedelta(days=-1)])
def test_a_calendar_moved_by_a_day_brings_each_duty_once_and_keeps_none_away(
    engine: Engine, settings: Settings, moved: timedelta
):
    hand = Hand()
    kept = Kept(engine, settings, (Duty("often", 10, nothing),), hand)
    assert kept.called() == ["often"]
    hand.now += moved
    assert (kept.called(), kept.called()) == (["often"], [])
    hand.go_on(10)
    assert kept.called() == ["often"]
    hand.now -= moved
    assert kept.called() == ["often"]


@on_postgresql
def test_several_processes_call_for_a_duty_once(engine: Engine, settings: Settings):
    hand = Hand()

    async def look(times: int) -> list[str]:
        work = Work(engine, settings, duties=(Duty("often", 10, nothing),))
        app = app_of(work, connector_of(engine))
        async with app.open_async():
            houses = [
                Housekeeping(work, app, called=True, now=lambda: hand.now, seconds=lambda: hand.seconds)
                for _ in range(times)
            ]
            await asyncio.gather(*(house.look() for house in houses))
            return [job.task_name for job in await app.job_manager.list_jobs_async()]

    assert asyncio.run(look(3)) == [f"{DUTY}often"]


@on_sqlite
def test_a_task_that_fails_is_told_in_the_log_without_a_word_of_a_row(
    engine: Engine, settings: Settings, log: io.StringIO
):
    def broken(session: Any, now: Any, _: Any) -> int:
        add_account(session, "acc_1")
        raise ZeroDivisionError("髙橋")

    kept = Kept(engine, settings, (Duty("broken", 10, broken),), Hand())
    kept.app.tasks[f"{DUTY}broken"](timestamp=1)
    assert "task_failed task=duty:broken" in log.getvalue()
    assert "髙橋" not in log.getvalue()
    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM accounts")).scalar_one() == 0


@on_sqlite
def test_a_duty_that_did_all_it_may_do_at_once_goes_on(engine: Engine, settings: Settings):
    left = [250]

    def some(session: Any, now: Any, _: Any) -> int:
        taken = min(100, left[0])
        left[0] -= taken
        return taken

    assert Work(engine, settings).do(Duty("much", 60, some, at_once=100)) == 250
    assert left == [0]


def test_the_duties_there_are_do_what_they_are_for_and_twice_is_as_once(engine: Engine, settings: Settings):
    before = utc_now() - KEPT - timedelta(days=8)
    asked = asked_of(SYSTEM, "k", "POST /api/plans", b"")
    with transaction(engine) as session:
        people = [add_account(session, f"acc_{number}") for number in range(3)]
        add_account(session, "acc_admin", ("system_admin", ""))
        tell(session, "request:open", "request", "req_1", people)
        begin(session, asked)
        keep(session, asked, Answer(202))
        session.execute(text("UPDATE kept_answers SET expires_at = :at"), {"at": str(before)})
        session.execute(
            text("UPDATE notifications SET created_at = :at WHERE account_id = 'acc_1'"), {"at": str(before)}
        )
        session.execute(
            text("UPDATE outbox SET status = 'sending', claimed_at = :at WHERE account_id = 'acc_2'"),
            {"at": str(utc_now() - 2 * LEASE)},
        )
    assert len({duty.name for duty in DUTIES}) == len(DUTIES)
    for _ in range(2):
        for duty in DUTIES:
            Work(engine, settings).do(duty)
        with reading(engine) as session:
            states = session.execute(text("SELECT account_id, status FROM outbox ORDER BY account_id")).all()
            news = session.execute(text("SELECT event FROM notifications WHERE account_id = 'acc_admin'")).scalars()
            assert [tuple(row) for row in states] == [
                ("acc_0", "waiting"),
                ("acc_1", "dropped"),
                ("acc_2", "uncertain"),
            ]
            assert list(news) == ["mail:uncertain"]
            assert session.execute(text("SELECT count(*) FROM kept_answers")).scalar_one() == 0


def test_the_worker_sends_mail_beside_its_plans(engine: Engine, settings: Settings):
    with mail_server(MailBox(answers=lambda: {"end": "wait"})) as box:
        told = {"smtp_url": f"smtp+plain://127.0.0.1:{box.port}", "mail_from": "hub@hub.example"}
        with transaction(engine) as session:
            tell(session, "request:open", "request", "req_1", [add_account(session, "acc_1")])
        worker = Worker(engine, settings.model_copy(update=told))
        worker.start()
        assert box.reached.wait(30)
        box.go_on.set()
        worker.close()
        assert [address for address, _ in box.taken] == ["acc_1@hub.example"]
    with reading(engine) as session:
        assert session.execute(text("SELECT status FROM outbox")).scalar_one() == "sent"
    assert "hub-worker" not in {thread.name for thread in threading.enumerate()}


@on_sqlite
def test_without_a_password_s_file_no_mail_is_sent_and_the_log_says_which_setting(
    engine: Engine, settings: Settings, log: io.StringIO
):
    told = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "hub@hub.example"}
    absent = settings.data_folder / "absent"
    with transaction(engine) as session:
        tell(session, "request:open", "request", "req_1", [add_account(session, "acc_1")])
    Work(engine, settings.model_copy(update={**told, "smtp_password_file": absent})).send_mail()
    assert "setting=HUB_SMTP_PASSWORD_FILE" in log.getvalue()
    with reading(engine) as session:
        assert session.execute(text("SELECT attempt FROM outbox")).scalar_one() == 0
