import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub import logging as hub_logging
from hub.auth.actor import SYSTEM
from hub.db.transaction import reading, transaction
from hub.jobs.clock import Clock
from hub.jobs.duties import DUTIES, Duty
from hub.jobs.worker import Worker
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.idempotency import KEPT, Answer, asked_of, begin, keep
from hub.workflows.notifications import tell
from hub.workflows.outbox import LEASE
from tests.hub.databases import on_sqlite
from tests.hub.mail.smtp_server import MailBox, mail_server
from tests.hub.workflows.accounts import add_account


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    hub_logging.configure(stream=stream)
    yield stream
    hub_logging.configure()


class Hand:
    """A clock's hand that stands where it is put."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@on_sqlite
def test_a_duty_is_done_when_its_time_has_come_whatever_becomes_of_the_others(
    engine: Engine, settings: Settings, log: io.StringIO
):
    done: list[str] = []

    def note(name: str) -> Any:
        return lambda session, now, _: len(done.append(name) or "x")

    def broken(session: Any, now: Any, _: Any) -> int:
        done.append("broken")
        raise ZeroDivisionError("髙橋")

    hand = Hand()
    duties = (Duty("broken", 10, broken), Duty("often", 10, note("often")), Duty("seldom", 60, note("seldom")))
    clock = Clock(engine, settings, duties, hand)
    clock.attend()
    clock.attend()
    assert done == ["broken", "often", "seldom"]
    hand.now += 10
    clock.attend()
    assert done[3:] == ["broken", "often"]
    written = log.getvalue()
    assert "duty_failed duty=broken" in written
    assert "duty_done duty=often count=1" in written
    assert "髙橋" not in written


@on_sqlite
def test_a_duty_that_did_all_it_may_do_at_once_goes_on(engine: Engine, settings: Settings):
    left = [250]

    def some(session: Any, now: Any, _: Any) -> int:
        taken = min(100, left[0])
        left[0] -= taken
        return taken

    Clock(engine, settings, (Duty("much", 60, some, at_once=100),), Hand()).attend()
    assert left == [0]


@on_sqlite
def test_what_a_failing_duty_wrote_is_undone(engine: Engine, settings: Settings):
    def half(session: Any, now: Any, _: Any) -> int:
        add_account(session, "acc_1")
        raise ZeroDivisionError

    Clock(engine, settings, (Duty("half", 60, half),), Hand()).attend()
    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM accounts")).scalar_one() == 0


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
        Clock(engine, settings).attend()
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


@on_sqlite
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
    assert "hub-clock" not in {thread.name for thread in threading.enumerate()}


@on_sqlite
def test_without_a_password_s_file_no_mail_is_sent_and_the_log_says_which_setting(
    engine: Engine, settings: Settings, log: io.StringIO
):
    told = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "hub@hub.example"}
    absent = settings.data_folder / "absent"
    with transaction(engine) as session:
        tell(session, "request:open", "request", "req_1", [add_account(session, "acc_1")])
    closing = threading.Event()
    clock = Clock(engine, settings.model_copy(update={**told, "smtp_password_file": absent}), ())
    thread = threading.Thread(target=clock.run, args=(closing,))
    thread.start()
    closing.set()
    thread.join()
    assert "setting=HUB_SMTP_PASSWORD_FILE" in log.getvalue()
    with reading(engine) as session:
        assert session.execute(text("SELECT attempt FROM outbox")).scalar_one() == 0
