"""Senders killed (SIGKILL) while they work, against a real mail server: nobody gets a mail twice, and none is lost
that had not been begun.
"""

import random
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
from tests.hub.jobs.sender import send_all
from tests.hub.jobs.test_mail import mails, news_of, only, send, told
from tests.hub.mail.smtp_server import WAIT, MailBox, mail_server
from tests.hub.processes import processes
from tests.hub.workflows.accounts import add_account

__all__ = ["told"]
PEOPLE = 16
ROUNDS = 4


class Sender:
    """A process that sends what there is to send; ``ready``: it is about to."""

    def __init__(self, settings: Settings, box: MailBox) -> None:
        told = {"smtp_url": f"smtp+plain://127.0.0.1:{box.port}", "mail_from": "hub@hub.example"}
        self.ready, there = processes.Pipe()
        self._process = processes.Process(target=send_all, args=(settings.model_copy(update=told), there), daemon=True)
        self._process.start()
        there.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.ready.close()


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["greeting", "RCPT", "DATA", "body", "end"])
def test_a_sender_killed_while_it_speaks_to_the_server_leaves_a_mail_that_is_not_sent_again(
    told: Engine, settings: Settings, stage: str
):
    with mail_server(MailBox(answers=lambda: {stage: WAIT})) as box:
        sender = Sender(settings, box)
        assert box.reached.wait(60)
        sender.kill()
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
        sender = Sender(settings, box)
        assert box.reached.wait(60)
        with transaction(told) as session:
            session.execute(text("UPDATE outbox SET reply = NULL"))  # the sender waits behind this
            box.go_on.set()
            wait_for(lambda: len(box.taken) == 1)
            sender.kill()
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
            senders = [Sender(settings, box) for _ in range(2)]
            for sender in senders:
                assert sender.ready.recv()
            pausing.wait(dice.random() * 0.15)
            for sender in senders:
                sender.kill()
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
