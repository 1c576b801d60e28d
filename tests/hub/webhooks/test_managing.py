"""Webhooks managed: by whom, at which addresses, until they fail for too long; and what becomes of old deliveries."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hub.auth.actor import Actor, Grant
from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid, NotFound, Unseen
from hub.models.base import utc_now
from hub.workflows import webhooks
from hub.workflows.outbox import MOST_ATTEMPTS
from hub.workflows.webhook_deliveries import claim_delivery, drop_old, settle_delivery
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import Work
from tests.hub.round.world import APPROVER, CITY, REQUESTER, WARD
from tests.hub.webhooks.conftest import HEAD, OTHERS_HEAD, SYSTEM_ADMIN, URL, deliveries, rows
from tests.hub.webhooks.telling import closed


def failing(work: Work, keyring: Keyring, times: int, now: Any, every: timedelta) -> Any:
    for _ in range(times):
        with transaction(work.engine) as session:
            taken = claim_delivery(session, keyring, now)
            assert taken is not None
            settle_delivery(session, taken, "again", 500, now)
            session.execute(
                text("UPDATE webhook_deliveries SET due_at = '2020-01-01 00:00:00' WHERE status = 'waiting'")
            )
        now += every
    return now


def state(work: Work) -> tuple[Any, ...]:
    return rows(work.engine, "SELECT stopped_for, failures FROM webhooks")[0]


@on_sqlite
def test_one_that_fails_for_days_is_stopped_and_its_administrators_are_told(work: Work, hook, keyring: Keyring):
    made, _ = hook()
    closed(work)
    failing(work, keyring, 6, utc_now(), timedelta(hours=12))
    assert state(work) == (None, 6), "often, but not for long yet"
    failing(work, keyring, 1, utc_now() + timedelta(days=4), timedelta())
    assert state(work) == ("failing", 7)
    assert [row[3] for row in deliveries(work.engine)] == ["dropped"]
    told = rows(work.engine, "SELECT account_id, subject_id FROM notifications WHERE event = 'webhook:given_up'")
    assert told == [(HEAD.id, made)]
    actions = rows(work.engine, "SELECT action FROM audit_records WHERE subject_id = :id ORDER BY seq", id=made)
    assert [action for (action,) in actions] == ["webhook:register", "webhook:give_up"]


@on_sqlite
def test_what_is_taken_in_between_begins_the_count_anew(work: Work, hook, keyring: Keyring):
    hook(SYSTEM_ADMIN, None)
    closed(work)
    later = failing(work, keyring, 6, utc_now(), timedelta(hours=12))
    with transaction(work.engine) as session:
        taken = claim_delivery(session, keyring, later)
        settle_delivery(session, taken, "sent", 200, later)
    assert state(work) == (None, 0)


@on_sqlite
def test_few_failures_stop_nothing_however_long_ago_the_first_was(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    failing(work, keyring, 2, utc_now(), timedelta(days=10))
    assert state(work)[0] is None


@on_sqlite
def test_a_delivery_is_given_up_after_the_last_attempt(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    failing(work, keyring, MOST_ATTEMPTS, utc_now(), timedelta(minutes=1))
    assert [row[3:5] for row in deliveries(work.engine)] == [("failed", MOST_ATTEMPTS)]


@on_sqlite
def test_old_deliveries_are_dropped_and_forgotten(work: Work, hook, keyring: Keyring):
    hook()
    closed(work)
    with transaction(work.engine) as session:
        assert drop_old(session, utc_now() + timedelta(days=6)) == 0
        assert drop_old(session, utc_now() + timedelta(days=8)) == 1
    assert [row[3] for row in deliveries(work.engine)] == ["dropped"]
    with transaction(work.engine) as session:
        assert drop_old(session, utc_now() + timedelta(days=60)) == 1
    assert deliveries(work.engine) == []


# who may, and what they may ask for


@on_sqlite
def test_only_administrators_manage_them_and_those_of_others_are_as_if_not_there(work: Work, hook, keyring: Keyring):
    made, _ = hook()
    whole, _ = hook(SYSTEM_ADMIN, None)
    for actor, organization in ((REQUESTER, CITY), (APPROVER, CITY), (OTHERS_HEAD, CITY), (HEAD, None), (HEAD, WARD)):
        with pytest.raises(Forbidden):
            hook(actor, organization, f"{URL}/other")
        with pytest.raises(Forbidden), reading(work.engine) as session:
            webhooks.list_webhooks(session, actor, organization)
    changes = (webhooks.send_test, webhooks.stop, webhooks.start, webhooks.read_webhook)
    for actor, known in ((OTHERS_HEAD, made), (HEAD, whole), (APPROVER, made)):
        for change in changes:
            with pytest.raises(Unseen) as unseen, transaction(work.engine) as session:
                change(session, actor, known)
            with pytest.raises(NotFound) as missing, transaction(work.engine) as session:
                change(session, actor, "whk_none")
            assert str(unseen.value) == str(missing.value)
        with pytest.raises(Unseen), transaction(work.engine) as session:
            webhooks.rotate(session, actor, keyring, known)
        with pytest.raises(Unseen), transaction(work.engine) as session:
            webhooks.change_events(session, actor, known, ("request:open",))
    with transaction(work.engine) as session:
        webhooks.stop(session, SYSTEM_ADMIN, made)
    limited = Actor(HEAD.id, (Grant("organization_admin", CITY),), limited_to=frozenset({"request.read"}))
    with pytest.raises(Forbidden):
        hook(limited)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.example/",
        "https://user:pass@hooks.example/",
        "https://hooks.example:8443/",
        "hooks.example",
        "file:///etc",
    ],
)
@on_sqlite
def test_an_address_that_may_not_be_called_is_refused_when_it_is_registered(work: Work, hook, url: str):
    with pytest.raises(Invalid) as refused:
        hook(url=url)
    assert [fault.place for fault in refused.value.faults] == ["/url"]


@on_sqlite
def test_events_there_are_not_and_the_same_address_twice_are_refused(work: Work, hook):
    for events in ((), ("plan:ready",), ("request:closed", "x:y")):
        with pytest.raises(Invalid):
            hook(events=events)
    hook()
    with pytest.raises(Invalid):
        hook()
    hook(SYSTEM_ADMIN, None)


@on_sqlite
def test_every_change_is_recorded_and_the_address_is_personal(work: Work, hook, keyring: Keyring):
    made, _ = hook()
    with transaction(work.engine) as session:
        webhooks.change_events(session, HEAD, made, ("request:open", "request:closed"))
        webhooks.rotate(session, HEAD, keyring, made)
        webhooks.send_test(session, HEAD, made)
        webhooks.stop(session, HEAD, made)
        webhooks.stop(session, HEAD, made)
    with pytest.raises(Conflict), transaction(work.engine) as session:
        webhooks.send_test(session, HEAD, made)
    with transaction(work.engine) as session:
        webhooks.start(session, HEAD, made)
    names = rows(work.engine, "SELECT action FROM audit_records WHERE subject_id = :id ORDER BY seq", id=made)
    assert [name for (name,) in names] == [
        "webhook:register", "webhook:change_events", "webhook:rotate", "webhook:test", "webhook:stop", "webhook:start",
    ]  # fmt: skip
    assert "hooks.example" not in str(rows(work.engine, "SELECT * FROM audit_records"))
    assert "hooks.example" in str(rows(work.engine, "SELECT content FROM audit_details"))


# the thread
