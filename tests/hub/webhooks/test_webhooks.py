"""Webhooks: told in the transaction of the event, at most once unless it failed, signed, and of nobody."""

import hmac
import json
import re
import threading
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.jobs.hooks import keyring_for, tell_next
from hub.jobs.tasks import Work as Tasks
from hub.jobs.worker import Worker
from hub.models import Change
from hub.models.base import table_of, utc_now
from hub.outgoing.client import Outgoing
from hub.settings import Settings
from hub.workflows import webhook_deliveries, webhooks
from hub.workflows.outbox import LEASE
from hub.workflows.webhook_deliveries import claim_delivery, give_up_lost, settle_delivery
from hub.workflows.webhook_events import ANNOUNCED, announce
from tests.hub.accounts.signing_in import KEY, everything_kept
from tests.hub.databases import on_postgresql, on_sqlite
from tests.hub.engagements.conftest import Work
from tests.hub.outgoing.listening import FINE, listening, saying
from tests.hub.round.world import CITY, WARD
from tests.hub.webhooks.conftest import HEAD, OTHERS_HEAD, SYSTEM_ADMIN, URL, deliveries
from tests.hub.webhooks.telling import DOCUMENT, PUBLIC, aimed, calling, closed, closing, told


def test_a_delivery_is_there_when_the_event_is_and_not_otherwise(work: Work, hook):
    made, _ = hook()
    with pytest.raises(ZeroDivisionError), transaction(work.engine) as session:
        closing(session)
        assert session.execute(text("SELECT count(*) FROM webhook_deliveries")).scalar_one() == 1
        raise ZeroDivisionError
    assert deliveries(work.engine) == []
    closed(work)
    assert deliveries(work.engine) == [(made, "request:closed", "r2", "waiting", 0, None)]


@on_sqlite
def test_each_is_told_of_the_events_it_asked_for_of_its_own_organization(work: Work, hook):
    own, _ = hook()
    hook(url=f"{URL}/2", events=("request:open",))
    hook(OTHERS_HEAD, WARD)
    whole, _ = hook(SYSTEM_ADMIN, None)
    stopped, _ = hook(url=f"{URL}/3")
    with transaction(work.engine) as session:
        webhooks.stop(session, HEAD, stopped)
    closed(work)
    assert {row[0] for row in deliveries(work.engine)} == {own, whole}


def test_what_happens_again_is_told_again_and_the_same_only_once(work: Work, hook):
    hook(events=("report:submitted",))
    names = ("subject_kind", "subject_id", "position", "move", "from_status", "to_status", "actor_id", "at")
    for position in (1, 2):
        values = ("report", "rep_1", position, "submit", "draft", "submitted", "acc_x", utc_now())
        with transaction(work.engine) as session:
            session.execute(insert(table_of(Change)), dict(zip(names, values, strict=True)))
            announce(session, "report", "submitted", "rep_1", CITY)
        with pytest.raises(IntegrityError), transaction(work.engine) as session:
            announce(session, "report", "submitted", "rep_1", CITY)
    assert [row[2:4] for row in deliveries(work.engine)] == [("rep_1", "waiting")] * 2


def test_plans_are_of_coordinators_alone():
    assert len(ANNOUNCED) > 20
    assert not [event for event in ANNOUNCED if event.startswith("plan:")]


def test_the_payload_is_kind_id_time_and_link_and_names_nobody(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    with listening(saying(FINE)) as at:
        aimed(work, at)
        told(work, keyring, at)
        (heard,) = at.heard
    head, _, body = heard.partition(b"\r\n\r\n")
    said = json.loads(body)
    assert set(said) == {"id", "event", "kind", "subject", "at", "link"}
    assert (said["event"], said["kind"], said["subject"]) == ("request:closed", "request", "r2")
    assert said["link"] == f"{PUBLIC}/requests/r2"
    assert b"X-Hub-Event: request:closed" in head
    assert said["id"].encode() in head
    for word in ("髙橋", "花子", "オンデマンド", "acc_", CITY):
        assert word not in heard.decode()
    assert not tell_next(work.engine, keyring, calling(at), PUBLIC)


# signed


def valid(heard: bytes, secret: str) -> list[bool]:
    """Return for each signature whether it is that of ``secret``: what a receiver does."""
    head, _, body = heard.partition(b"\r\n\r\n")
    line = next(line for line in head.decode().split("\r\n") if line.lower().startswith("x-hub-signature: "))
    parts = [part.split("=", 1) for part in line.partition(": ")[2].split(",")]
    seconds = dict(parts)["t"]
    wanted = hmac.new(secret.encode(), seconds.encode() + b"." + body, sha256).hexdigest()
    assert abs(int(seconds) - utc_now().timestamp()) < 60
    return [hmac.compare_digest(wanted, value) for name, value in parts if name == "v1"]


@on_sqlite
def test_it_is_signed_with_the_secret_and_for_a_day_with_the_former_one_too(work: Work, hook, keyring: Keyring):
    made, first = hook()
    with listening(saying(FINE)) as at:
        aimed(work, at)

        def heard() -> bytes:
            with transaction(work.engine) as session:
                webhooks.send_test(session, HEAD, made)
            told(work, keyring, at)
            return at.heard[-1]

        assert valid(heard(), first) == [True]
        assert valid(heard(), "whs_wrong") == [False]
        with transaction(work.engine) as session:
            second = webhooks.rotate(session, HEAD, keyring, made)
        both = heard()
        assert (valid(both, second), valid(both, first)) == ([True, False], [False, True])
        with transaction(work.engine) as session:
            session.execute(text("UPDATE webhooks SET former_until = '2026-01-01 00:00:00'"))
        assert valid(heard(), second) == [True]


@on_sqlite
def test_the_documented_way_to_check_a_delivery_accepts_ours_and_no_other(work: Work, hook, keyring: Keyring):
    (recipe,) = re.findall(r"^```python\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(recipe, names)
    check = names["is_from_the_hub"]
    hook()
    closed(work)
    with transaction(work.engine) as session:
        taken = claim_delivery(session, keyring, utc_now())
    assert taken is not None
    body, now = taken.body(PUBLIC), utc_now()
    header, (secret,) = taken.signature(body, now), taken.secrets
    assert check(header, body, secret, now.timestamp())
    assert not check(header, body + b" ", secret, now.timestamp())
    assert not check(header, body, "whs_other", now.timestamp())
    assert not check(header, body, secret, now.timestamp() + 600)


@on_sqlite
def test_no_secret_is_anywhere_in_the_database(work: Work, hook, keyring: Keyring):
    made, first = hook()
    with transaction(work.engine) as session:
        second = webhooks.rotate(session, HEAD, keyring, made)
    kept = everything_kept(work.engine)
    assert first not in kept
    assert second not in kept
    assert first.startswith("whs_")


# at most once, unless it failed


@pytest.mark.parametrize(
    "reply",
    [b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 302 X\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"],
)
@on_sqlite
def test_what_was_refused_is_tried_again_later_and_then_no_more(work: Work, hook, keyring: Keyring, reply: bytes):
    hook()
    closed(work)
    now = utc_now()
    with listening(saying(reply), saying(FINE)) as at:
        aimed(work, at)
        told(work, keyring, at)
        assert [row[3:] for row in deliveries(work.engine)] == [("waiting", 1, int(reply.split()[1]))]
        assert not tell_next(work.engine, keyring, calling(at), PUBLIC), "not before its time"
        assert tell_next(work.engine, keyring, calling(at), PUBLIC, clock=lambda: now + timedelta(minutes=5))
        assert [row[3:] for row in deliveries(work.engine)] == [("sent", 2, 200)]
        assert not tell_next(work.engine, keyring, calling(at), PUBLIC, clock=lambda: now + timedelta(days=1))
        assert len(at.heard) == 2
        first, second = (json.loads(heard.partition(b"\r\n\r\n")[2])["id"] for heard in at.heard)
        assert first == second


@on_sqlite
def test_what_may_have_arrived_is_not_sent_again(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    with listening(saying(b"", FINE, pause=1.5)) as at:
        aimed(work, at)
        told(work, keyring, at)
        assert [row[3:] for row in deliveries(work.engine)] == [("uncertain", 1, None)]
        later = utc_now() + timedelta(days=1)
        assert not tell_next(work.engine, keyring, calling(at), PUBLIC, clock=lambda: later)
        assert len(at.heard) == 1


def test_a_sender_that_dies_leaves_it_unsent_and_known(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    now = utc_now()
    with transaction(work.engine) as session:
        taken = claim_delivery(session, keyring, now)
    assert taken is not None
    with transaction(work.engine) as session:
        assert claim_delivery(session, keyring, now) is None
        assert give_up_lost(session, now + LEASE / 2) == 0
        assert give_up_lost(session, now + LEASE * 2) == 1
    assert [row[3:] for row in deliveries(work.engine)] == [("uncertain", 1, None)]
    with transaction(work.engine) as session:
        assert settle_delivery(session, taken, "sent", 200, now) == "sent", "a sender that lives longer may still say"


@on_sqlite
def test_a_sender_of_an_earlier_attempt_settles_nothing(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    now = utc_now()
    later = now + timedelta(hours=1)
    with transaction(work.engine) as session:
        first = claim_delivery(session, keyring, now)
        settle_delivery(session, first, "again", 500, now)
        second = claim_delivery(session, keyring, later)
        assert (first.attempt, second.attempt) == (1, 2)
        assert settle_delivery(session, first, "sent", 200, later) == "sending"
    assert [row[3:] for row in deliveries(work.engine)] == [("sending", 2, 500)]


@on_postgresql
def test_two_senders_take_two_deliveries(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    with transaction(work.engine) as session:
        session.execute(
            text(
                "INSERT INTO webhook_deliveries (webhook_id, event, subject_id, occasion, kind, happened_at, status,"
                " attempt, due_at) SELECT webhook_id, event, 'r9', '1', kind, happened_at, status, attempt, due_at"
                " FROM webhook_deliveries"
            )
        )
    with transaction(work.engine) as one, transaction(work.engine) as other:
        first, second = (claim_delivery(session, keyring, utc_now()) for session in (one, other))
    assert {first.subject_id, second.subject_id} == {"r2", "r9"}


@on_sqlite
def test_an_address_that_leads_inside_is_never_called(work: Work, hook, keyring: Keyring):
    made, _ = hook()
    closed(work)
    with listening(saying(FINE)) as at:
        inside = Outgoing(ports=[443, at.port], find=lambda *_: ["127.0.0.1"])
        assert tell_next(work.engine, keyring, inside, PUBLIC)
        assert at.heard == []
    assert deliveries(work.engine) == [(made, "request:closed", "r2", "waiting", 1, 0)]


# given up


@on_sqlite
def test_the_service_tells_webhooks_beside_its_other_work(work: Work, hook, settings: Settings):
    hook()
    closed(work)
    arrived = threading.Event()

    def reply(at: Any) -> None:
        at.sendall(FINE)
        arrived.set()

    with listening(reply) as at:
        changes = {"outgoing_ports": (at.port,), "outgoing_networks": ("127.0.0.1/32",), "outgoing_http": True}
        made = Settings(
            data_folder=settings.data_folder, sign_in="required", secret_key=KEY, public_url=PUBLIC, **changes
        )
        with transaction(work.engine) as session:
            session.execute(text("UPDATE webhooks SET url = :url"), {"url": f"http://127.0.0.1:{at.port}/in"})
        worker = Worker(work.engine, made)
        worker.start()
        try:
            assert arrived.wait(20)
        finally:
            worker.close()
        assert b"https://hub.example/requests/r2" in at.heard[0]


@on_postgresql
def test_a_worker_is_called_for_in_the_transaction_of_the_event_where_somebody_is_to_be_told(work: Work, hook):
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tell_webhooks'"
    with reading(work.engine) as session:
        assert session.execute(text(jobs)).scalar_one() == 0
    hook()
    closed(work)
    with reading(work.engine) as session:
        assert session.execute(text(jobs)).scalar_one() == 1


@on_sqlite
def test_where_nobody_signs_in_no_webhook_is_told(work: Work):
    for settings in (Settings(sign_in="local"), Settings(sign_in="required")):
        Tasks(work.engine, settings).tell_webhooks()
    assert keyring_for(Settings(sign_in="required")) is None


def test_the_longest_pause_before_a_webhook_is_given_up_is_longer_than_a_weekend():
    assert timedelta(days=3) <= webhook_deliveries.LONG
