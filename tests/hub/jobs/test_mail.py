"""The outbox against a real mail server that fails at chosen points: nobody gets a mail twice."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.jobs.mail import send_next
from hub.mail.server import MailServer
from hub.models import OutgoingMail
from hub.models.base import columns, utc_now
from hub.workflows.mail_preferences import write_preferences
from hub.workflows.notifications import tell
from hub.workflows.outbox import (
    FIRST_PAUSE,
    LEASE,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    TOO_OLD,
    drop_old,
    find_mail_troubles,
    give_up_lost,
    pause,
    settle_mail,
)
from tests.hub.mail.smtp_server import DROP, MailBox, mail_server
from tests.hub.workflows.accounts import add_account

ADMIN = Actor("acc_admin", (Grant("system_admin"),))
PUBLIC = "https://hub.example"


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_server(MailBox()) as made:
        yield made


@pytest.fixture
def told(engine: Engine) -> Engine:
    """Return a hub with a person who was told of a proposal, and an administrator."""
    with transaction(engine) as session:
        add_account(session, "acc_1")
        add_account(session, "acc_admin", ("system_admin", ""))
        tell(session, "proposal:offered", "proposal", "prp_1", ["acc_1"])
    return engine


def server(box: MailBox) -> MailServer:
    return MailServer("smtp+plain", "127.0.0.1", box.port, None, None, "hub@hub.example", seconds=20)


def send(engine: Engine, box: MailBox, later: timedelta = timedelta()) -> bool:
    return send_next(engine, server(box), PUBLIC, clock=lambda: utc_now() + later)


def mails(engine: Engine) -> list[Any]:
    m = columns(OutgoingMail)
    with reading(engine) as session:
        return list(session.execute(select(*m).order_by(m.notification_id)).all())


def only(engine: Engine) -> Any:
    (mail,) = mails(engine)
    return mail


def news_of(engine: Engine, account: str) -> list[str]:
    with reading(engine) as session:
        asked = text("SELECT event FROM notifications WHERE account_id = :account ORDER BY event")
        return list(session.execute(asked, {"account": account}).scalars())


def test_a_mail_is_sent_once_and_no_more(told: Engine, box: MailBox):
    assert send(told, box)
    assert not send(told, box)
    assert (only(told).status, only(told).attempt, only(told).reply) == ("sent", 1, 250)
    ((address, content),) = box.taken
    assert address == "acc_1@hub.example"
    assert b"Message-ID: <ntf_" in content


def test_what_is_rolled_back_is_never_sent(told: Engine, box: MailBox):
    with pytest.raises(RuntimeError), transaction(told) as session:
        tell(session, "proposal:lapsed", "proposal", "prp_1", ["acc_1"])
        raise RuntimeError
    assert send(told, box)
    assert not send(told, box)


def test_the_outbox_holds_nobody_s_name_or_address(told: Engine):
    assert "氏名" not in str(only(told)._mapping)
    assert "hub.example" not in str(only(told)._mapping)


@pytest.mark.parametrize(("stage", "answer"), [("RCPT", "450 full"), ("greeting", DROP), ("end", "452 full")])
def test_what_is_refused_for_now_is_tried_again_after_growing_pauses(
    told: Engine, box: MailBox, stage: str, answer: str
):
    box.answers = lambda: {stage: answer}
    assert send(told, box)
    assert (only(told).status, box.taken) == ("waiting", [])
    assert not send(told, box)
    assert send(told, box, FIRST_PAUSE)
    assert not send(told, box, FIRST_PAUSE * 2)
    box.answers = dict
    assert send(told, box, FIRST_PAUSE * 3)
    assert (only(told).status, only(told).attempt, len(box.taken)) == ("sent", 3, 1)


def test_pauses_grow_to_a_limit_and_then_a_mail_is_given_up(told: Engine, box: MailBox):
    assert [pause(1), pause(2), pause(3), pause(MOST_ATTEMPTS)] == [
        FIRST_PAUSE,
        FIRST_PAUSE * 2,
        FIRST_PAUSE * 4,
        LONGEST_PAUSE,
    ]
    box.answers = lambda: {"MAIL": "451 later"}
    later = timedelta()
    while send(told, box, later):
        later += LONGEST_PAUSE
    assert (only(told).status, only(told).attempt) == ("failed", MOST_ATTEMPTS)
    assert news_of(told, "acc_admin") == ["mail:failed"]


def test_what_is_refused_for_good_is_not_tried_again_and_administrators_see_it(told: Engine, box: MailBox):
    box.answers = lambda: {"RCPT": "550 nobody"}
    assert send(told, box)
    assert not send(told, box, LONGEST_PAUSE)
    assert (only(told).status, only(told).reply) == ("failed", 550)
    with reading(told) as session:
        (trouble,) = find_mail_troubles(session, ADMIN).items
    assert (trouble.account, trouble.event, trouble.status) == ("acc_1", "proposal:offered", "failed")


@pytest.mark.parametrize("stage", ["body", "end"])
def test_when_nobody_knows_whether_it_arrived_it_is_not_sent_again(told: Engine, box: MailBox, stage: str):
    box.answers = lambda: {stage: DROP}
    assert send(told, box)
    box.answers = dict
    assert not send(told, box, LONGEST_PAUSE)
    assert only(told).status == "uncertain"
    assert len(box.taken) == (stage == "end")
    assert news_of(told, "acc_admin") == ["mail:uncertain"]
    with reading(told) as session:
        assert find_mail_troubles(session, ADMIN).total == 1


def test_news_about_mail_is_never_mailed(told: Engine, box: MailBox):
    box.answers = lambda: {"end": DROP}
    assert send(told, box)
    assert len(mails(told)) == 1


def test_whoever_left_or_wants_no_mail_gets_none(told: Engine, box: MailBox):
    person = Actor("acc_2", (Grant("expert"),))
    with transaction(told) as session:
        add_account(session, "acc_2")
        add_account(session, "acc_3")
        tell(session, "proposal:offered", "proposal", "prp_2", ["acc_2", "acc_3"])
        write_preferences(session, person, {"proposal:offered": False})
        session.execute(text("UPDATE accounts SET active = false WHERE id = 'acc_3'"))
        tell(session, "proposal:offered", "proposal", "prp_3", ["acc_2", "acc_3"])
    while send(told, box):
        pass
    assert [address for address, _ in box.taken] == ["acc_1@hub.example"]
    assert Counter(mail.status for mail in mails(told)) == {"sent": 1, "dropped": 2}
    assert news_of(told, "acc_2") == ["proposal:offered", "proposal:offered"]


def test_the_address_is_the_one_of_the_moment_it_is_sent(told: Engine, box: MailBox):
    with transaction(told) as session:
        session.execute(text("UPDATE accounts SET mail = 'new@hub.example' WHERE id = 'acc_1'"))
    assert send(told, box)
    assert [address for address, _ in box.taken] == ["new@hub.example"]


def test_an_address_no_message_can_carry_fails_alone(told: Engine, box: MailBox):
    with transaction(told) as session:
        session.execute(text("UPDATE accounts SET mail = :mail WHERE id = 'acc_1'"), {"mail": "a@b.c\r\nBcc: d@e.f"})
    assert send(told, box)
    assert (only(told).status, box.connections) == ("failed", 0)


def test_mail_nobody_could_send_for_days_is_dropped(told: Engine, box: MailBox):
    with transaction(told) as session:
        assert drop_old(session, utc_now() + TOO_OLD - timedelta(minutes=1)) == 0
        assert drop_old(session, utc_now() + TOO_OLD + timedelta(minutes=1)) == 1
    assert only(told).status == "dropped"
    assert not send(told, box)


def test_many_senders_share_the_outbox_and_send_each_mail_once(told: Engine, box: MailBox):
    with transaction(told) as session:
        people = [add_account(session, f"acc_m{number}") for number in range(24)]
        tell(session, "request:open", "request", "req_1", people)

    def work() -> None:
        while send(told, box):
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = Counter(address for address, _ in box.taken)
    assert len(counts) == 25
    assert set(counts.values()) == {1}
    assert {mail.status for mail in mails(told)} == {"sent"}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_server_does_nobody_gets_a_mail_twice(told: Engine, box: MailBox, seed: int):
    dice = random.Random(seed)
    stages = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "end", "QUIT")

    def answers() -> dict[str, str]:
        if dice.random() < 0.3:
            return {}
        return {dice.choice(stages): dice.choice([DROP, DROP, "451 later", "550 no"])}

    box.answers = answers
    with transaction(told) as session:
        people = [add_account(session, f"acc_m{number}") for number in range(20)]
        tell(session, "request:open", "request", "req_1", people)
    later = timedelta()
    while any(mail.status == "waiting" for mail in mails(told)):
        while send(told, box, later):
            pass
        later += LONGEST_PAUSE
    counts = Counter(address.partition("@")[0] for address, _ in box.taken)
    assert set(counts.values()) == {1}
    for mail in mails(told):
        arrived = counts[mail.account_id]
        assert arrived == {"sent": 1, "failed": 0}.get(mail.status, arrived)
        assert mail.status in ("sent", "failed", "uncertain")


def test_a_sender_given_up_on_may_still_say_what_it_knows_but_not_about_another_attempt(told: Engine, box: MailBox):
    class StuckError(Exception):
        pass

    taken: list[Any] = []

    def stuck(session: Any, letter: Any, *rest: Any) -> str:
        taken.append(letter)
        raise StuckError

    with pytest.MonkeyPatch.context() as patch, pytest.raises(StuckError):
        patch.setattr("hub.jobs.mail.settle_mail", stuck)
        send(told, box)
    with transaction(told) as session:
        assert give_up_lost(session, utc_now() + LEASE - timedelta(minutes=1)) == 0
        assert give_up_lost(session, utc_now() + LEASE + timedelta(minutes=1)) == 1
    assert only(told).status == "uncertain"
    with transaction(told) as session:
        session.execute(text("UPDATE outbox SET attempt = 2, status = 'sending'"))
        assert settle_mail(session, taken[0], "sent", 250, utc_now()) == "sending"
        session.execute(text("UPDATE outbox SET attempt = 1, status = 'uncertain'"))
        assert settle_mail(session, taken[0], "sent", 250, utc_now()) == "sent"
