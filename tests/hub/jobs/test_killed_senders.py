"""Senders killed (SIGKILL) while they work, against a real mail server: nobody gets a mail twice, and none is lost
that had not been begun.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hub.db.transaction import transaction
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.notifications import tell
from hub.workflows.outbox import LEASE, LONGEST_PAUSE, give_up_lost
from tests.hub.jobs.test_mail import mails, news_of, only, send, told
from tests.hub.mail.smtp_server import WAIT, MailBox, mail_server
from tests.hub.workflows.accounts import add_account

__all__ = ["told"]
PEOPLE = 16
ROUNDS = 4

PROGRAM = """
from hub.db.engine import create_engine
from hub.jobs.mail import send_next
from hub.mail.server import server_of
from hub.settings import Settings
settings = Settings()
engine, server = create_engine(settings), server_of(settings)
print("ready", flush=True)
while send_next(engine, server, settings.links_to):
    pass
"""


def begin_sender(settings: Settings, box: MailBox) -> subprocess.Popen[bytes]:
    told = {
        "HUB_DATA_FOLDER": str(settings.data_folder),
        "HUB_DATABASE_URL": settings.url,
        "HUB_SMTP_URL": f"smtp+plain://127.0.0.1:{box.port}",
        "HUB_MAIL_FROM": "hub@hub.example",
    }
    return subprocess.Popen([sys.executable, "-c", PROGRAM], env={**os.environ, **told}, stdout=subprocess.PIPE)


def kill(sender: subprocess.Popen[bytes]) -> None:
    sender.send_signal(signal.SIGKILL)
    sender.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["greeting", "RCPT", "DATA", "body", "end"])
def test_a_sender_killed_while_it_speaks_to_the_server_leaves_a_mail_that_is_not_sent_again(
    told: Engine, settings: Settings, stage: str
):
    with mail_server(MailBox(answers=lambda: {stage: WAIT})) as box:
        sender = begin_sender(settings, box)
        assert box.reached.wait(60)
        kill(sender)
        assert only(told).status == "sending"
        box.go_on.set()
        box.answers = dict
        assert_lost_for_good(told, box)
        assert len(box.taken) <= 1


@pytest.mark.slow
def test_a_sender_killed_before_it_could_write_that_a_mail_arrived_leaves_one_that_is_not_sent_again(
    told: Engine, settings: Settings
):
    with mail_server(MailBox(answers=lambda: {"end": WAIT})) as box:
        sender = begin_sender(settings, box)
        assert box.reached.wait(60)
        with transaction(told) as session:
            session.execute(text("UPDATE outbox SET reply = NULL"))  # the sender waits behind this
            box.go_on.set()
            wait_for(lambda: len(box.taken) == 1)
            kill(sender)
        box.answers = dict
        assert_lost_for_good(told, box)
        assert len(box.taken) == 1


def assert_lost_for_good(engine: Engine, box: MailBox) -> None:
    assert not send(engine, box)
    with transaction(engine) as session:
        assert give_up_lost(session, utc_now() + LEASE + timedelta(minutes=1)) == 1
    assert not send(engine, box, LONGEST_PAUSE)
    assert only(engine).status == "uncertain"
    assert news_of(engine, "acc_admin") == ["mail:uncertain"]


def wait_for(reached: Callable[[], bool]) -> None:
    ended = utc_now() + timedelta(seconds=60)
    pausing = threading.Event()
    while not reached():
        assert utc_now() < ended
        pausing.wait(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_two_senders_killed_at_any_moment_double_nothing_and_lose_nothing_they_had_not_begun(
    engine: Engine, settings: Settings, seed: int
):
    dice = random.Random(seed)
    pausing = threading.Event()

    def slowly() -> dict[str, str]:
        pausing.wait(dice.random() * 0.03)
        return {}

    with transaction(engine) as session:
        people = [add_account(session, f"acc_{number}") for number in range(PEOPLE)]
        add_account(session, "acc_admin", ("system_admin", ""))
        tell(session, "request:open", "request", "req_1", people)
    with mail_server(MailBox(answers=slowly)) as box:
        for _ in range(ROUNDS):
            senders = [begin_sender(settings, box) for _ in range(2)]
            for sender in senders:
                assert sender.stdout is not None
                assert sender.stdout.readline() == b"ready\n"
            pausing.wait(dice.random() * 0.15)
            for sender in senders:
                kill(sender)
        while send(engine, box):  # somebody else takes over
            pass
        with transaction(engine) as session:
            lost = give_up_lost(session, utc_now() + LEASE + timedelta(minutes=1))
        assert not send(engine, box, LONGEST_PAUSE)
        arrived = Counter(address.partition("@")[0] for address, _ in box.taken)
    states = {mail.account_id: mail.status for mail in mails(engine)}
    assert set(arrived.values()) == {1}
    assert {account for account, status in states.items() if status == "sent"} <= set(arrived)
    assert Counter(states.values()) == Counter({"sent": PEOPLE - lost, "uncertain": lost})
    assert lost <= 2 * ROUNDS  # a sender has one mail in hand at a time
