from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import Actor, Grant
from hub.auth.keys import Keyring
from hub.auth.passwords import hash_password
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden, NotFound, SignInNeeded, TooOften
from hub.workflows.accounts import sessions
from hub.workflows.accounts.credentials import store_password
from hub.workflows.accounts.people import set_active
from hub.workflows.accounts.roles import give_role, take_role
from hub.workflows.accounts.sessions import (
    IDLE,
    LONGEST,
    SEEN_EVERY,
    confirm_second_factor,
    end_other_sessions,
    end_session,
    hold_to,
    list_sessions,
    mark_seen,
    purge_sign_in,
    sign_out,
)
from hub.workflows.accounts.sign_in import Asked, Attempt, begin_attempt, device_of, end_attempt, new_device
from hub.workflows.accounts.throttling import OF_ACCOUNT_HERE, OF_ADDRESS, network_of
from tests.hub.accounts.signing_in import (
    ADMIN,
    CITY,
    PASSWORD,
    actions_about,
    actor,
    everything_kept,
    found,
    member,
    sign_in,
)
from tests.hub.databases import on_sqlite

EXPERT = ("expert", "")


def test_who_knows_the_password_gets_a_session_with_the_roles_of_now(
    registered: Engine, keyring: Keyring, now: datetime
):
    member(registered, "acc_1", ("requester", CITY))
    secret = sign_in(registered, keyring, "acc_1", now)
    signed = found(registered, secret, now)
    assert signed is not None
    assert signed.actor == Actor("acc_1", (Grant("requester", CITY),))
    with transaction(registered) as session:
        give_role(session, ADMIN, "acc_1", Grant("approver", CITY))
    assert found(registered, secret, now).actor.grants == (Grant("approver", CITY), Grant("requester", CITY))
    assert secret not in everything_kept(registered)
    assert actions_about(registered, "acc_1")[-2:] == ["account:sign_in", "account:give_role"]


@on_sqlite
def test_every_way_to_fail_is_answered_and_recorded_alike(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    member(registered, "acc_stopped")
    with transaction(registered) as session:
        set_active(session, ADMIN, "acc_stopped", active=False)
    assert sign_in(registered, keyring, "acc_1", now, "another password") is None
    assert sign_in(registered, keyring, "acc_stopped", now) is None
    assert sign_in(registered, keyring, "acc_nobody", now) is None
    with reading(registered) as session:
        query = "SELECT actor_id, subject_id, before, after, commitment FROM audit_records WHERE action = :action"
        rows = session.execute(text(query), {"action": "account:sign_in_failed"}).all()
    assert [tuple(row) for row in rows] == [("nobody", "acc_1", *[None] * 3), *[("nobody", "", *[None] * 3)] * 2]
    assert "acc_nobody" not in everything_kept(registered)


@on_sqlite
def test_a_name_is_the_address_in_any_letters_and_a_password_is_not(
    registered: Engine, keyring: Keyring, now: datetime
):
    member(registered, "acc_1")
    with transaction(registered) as session:
        attempt = begin_attempt(session, keyring, Asked("  ACC_1@Hub.Example ", "192.0.2.1"), now)
    assert attempt.account == "acc_1"
    assert sign_in(registered, keyring, "acc_1", now, PASSWORD.upper()) is None


@on_sqlite
def test_a_password_changed_while_it_is_compared_lets_nobody_in(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    with transaction(registered) as session:
        attempt = begin_attempt(session, keyring, Asked("acc_1@hub.example", "192.0.2.1"), now)
    with transaction(registered) as session:
        store_password(session, Actor("acc_1", ()), "acc_1", hash_password("a different phrase altogether"))
    with transaction(registered) as session:
        assert end_attempt(session, keyring, attempt, right=True, agent="", now=now) is None
        nobody = Attempt(None, None, ("x", "y"), None)
        assert end_attempt(session, keyring, nobody, right=True, agent="", now=now) is None


@on_sqlite
def test_sessions_end_when_unused_and_in_any_case_after_a_day_s_work(
    registered: Engine, keyring: Keyring, now: datetime
):
    member(registered, "acc_1")
    secret = sign_in(registered, keyring, "acc_1", now)
    assert found(registered, secret, now + IDLE - timedelta(seconds=1)).stale
    assert found(registered, secret, now + IDLE) is None
    moment = now
    while moment < now + LONGEST - IDLE / 2:
        moment += IDLE / 2
        session_id = found(registered, secret, moment).session
        with transaction(registered) as session:
            mark_seen(session, session_id, moment)
    assert not found(registered, secret, moment + SEEN_EVERY - timedelta(seconds=1)).stale
    assert found(registered, secret, now + LONGEST) is None
    with transaction(registered) as session:
        assert purge_sign_in(session, moment) == 1  # a count of attempts
        assert purge_sign_in(session, now + LONGEST) == 1


@on_sqlite
def test_the_secret_changes_when_a_session_comes_to_mean_more(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    secret = sign_in(registered, keyring, "acc_1", now)
    assert sign_in(registered, keyring, "acc_1", now) != secret
    with transaction(registered) as session:
        renewed = confirm_second_factor(session, found(registered, secret, now).session, now)
    assert found(registered, secret, now) is None
    assert found(registered, renewed, now).missing == "nothing"
    with transaction(registered) as session, pytest.raises(SignInNeeded):
        confirm_second_factor(session, "ses_gone", now)


@on_sqlite
def test_one_sees_and_ends_one_s_own_sessions_and_nobody_else_s(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", EXPERT)
    member(registered, "acc_2", EXPERT)
    secrets = [sign_in(registered, keyring, "acc_1", now + timedelta(minutes=i)) for i in range(3)]
    other = sign_in(registered, keyring, "acc_2", now)
    later = now + timedelta(minutes=3)
    me = actor(registered, "acc_1")
    with reading(registered) as session:
        listed = list_sessions(session, me, later)
    ids = [found(registered, secret, later).session for secret in secrets]
    assert [row.id for row in listed] == ids[::-1]
    assert listed[0].agent == "a browser"
    with transaction(registered) as session:
        end_session(session, me, ids[0])
    with transaction(registered) as session, pytest.raises(NotFound):
        end_session(session, me, found(registered, other, later).session)
    assert [found(registered, secret, later) is None for secret in secrets] == [True, False, False]
    with transaction(registered) as session:
        end_other_sessions(session, me, ids[2])
    assert [found(registered, secret, later) is None for secret in secrets] == [True, True, False]
    with transaction(registered) as session:
        sign_out(session, found(registered, secrets[2], later))
    assert found(registered, secrets[2], later) is None
    assert found(registered, other, later) is not None


@on_sqlite
def test_one_session_more_than_an_account_may_have_ends_the_longest_unused(
    registered: Engine, keyring: Keyring, monkeypatch: pytest.MonkeyPatch, now: datetime
):
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    for account in ("acc_1", "acc_2"):
        member(registered, account, EXPERT)
    other = sign_in(registered, keyring, "acc_2", now)
    secrets = [sign_in(registered, keyring, "acc_1", now + timedelta(minutes=i)) for i in range(3)]
    later = now + timedelta(minutes=5)
    first = found(registered, secrets[0], later).session
    with transaction(registered) as session:
        mark_seen(session, first, later)
    secrets.append(sign_in(registered, keyring, "acc_1", later))
    # The first was used since, so that it is the second that ends; nobody else's does.
    assert [found(registered, secret, later) is None for secret in secrets] == [False, True, False, False]
    assert found(registered, other, later) is not None


@on_sqlite
def test_stopping_an_account_ends_its_sessions(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    secret = sign_in(registered, keyring, "acc_1", now)
    with transaction(registered) as session:
        set_active(session, ADMIN, "acc_1", active=False)
    assert found(registered, secret, now) is None
    with transaction(registered) as session:
        set_active(session, ADMIN, "acc_1", active=True)
    assert found(registered, secret, now) is None
    assert sign_in(registered, keyring, "acc_1", now) is not None


def test_a_role_taken_away_meanwhile_changes_nothing_any_more(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", ("requester", CITY))
    signed = found(registered, sign_in(registered, keyring, "acc_1", now), now)
    with transaction(registered) as session:
        hold_to(session, signed)
    with transaction(registered) as session:
        take_role(session, ADMIN, "acc_1", Grant("requester", CITY))
    with transaction(registered) as session, pytest.raises(Forbidden):
        hold_to(session, signed)
    again = found(registered, sign_in(registered, keyring, "acc_1", now), now)
    with transaction(registered) as session:
        sign_out(session, again)
    with transaction(registered) as session, pytest.raises(SignInNeeded):
        hold_to(session, again)


@on_sqlite
def test_guessing_is_slowed_down_where_it_comes_from(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    for _ in range(OF_ACCOUNT_HERE.most):
        assert sign_in(registered, keyring, "acc_1", now, "wrong every time") is None
    with pytest.raises(TooOften) as refused:
        sign_in(registered, keyring, "acc_1", now)
    assert refused.value.seconds == OF_ACCOUNT_HERE.within.total_seconds()
    # Whoever is meant signs in from elsewhere, and from here after a while.
    assert sign_in(registered, keyring, "acc_1", now, address="198.51.100.7") is not None
    assert sign_in(registered, keyring, "acc_1", now + OF_ACCOUNT_HERE.within) is not None


@on_sqlite
def test_nobody_locks_out_a_colleague_behind_the_same_address(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    member(registered, "acc_2")
    device = new_device(keyring, "acc_1@hub.example")
    for _ in range(OF_ACCOUNT_HERE.most):
        sign_in(registered, keyring, "acc_1", now, "wrong every time")
    for number in range(OF_ADDRESS.most - OF_ACCOUNT_HERE.most):
        sign_in(registered, keyring, f"acc_{number + 10}", now, "wrong every time")
    with pytest.raises(TooOften):
        sign_in(registered, keyring, "acc_2", now)
    assert sign_in(registered, keyring, "acc_1", now, device=device) is not None
    # What the browser kept is good for its own name, and no more attempts than any place has.
    with pytest.raises(TooOften):
        sign_in(registered, keyring, "acc_2", now, device=device)
    for _ in range(OF_ACCOUNT_HERE.most):
        sign_in(registered, keyring, "acc_1", now, "wrong every time", device=device)
    with pytest.raises(TooOften):
        sign_in(registered, keyring, "acc_1", now, device=device)


@on_sqlite
def test_a_sign_in_that_goes_well_counts_for_nothing(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    for _ in range(OF_ADDRESS.most + 1):
        assert sign_in(registered, keyring, "acc_1", now) is not None


def test_many_attempts_at_once_are_no_way_around_the_limit(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1")
    began = 0
    for _ in range(OF_ACCOUNT_HERE.most * 2):  # none of them has ended
        with transaction(registered) as session:
            try:
                begin_attempt(session, keyring, Asked("acc_1@hub.example", "192.0.2.1"), now)
            except TooOften:
                continue
            began += 1
    assert began == OF_ACCOUNT_HERE.most


def test_addresses_count_as_their_provider_gives_them_out():
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"


@pytest.mark.parametrize("kept", ["", ".", "abc", "abc.", "abc.0000", "\ud800.é"])
def test_a_browser_is_known_by_what_the_hub_signed_alone(keyring: Keyring, kept: str):
    assert device_of(keyring, "a@hub.example", kept) is None
    assert device_of(keyring, "a@hub.example", new_device(keyring, " A@hub.example")) is not None
    assert device_of(keyring, "b@hub.example", new_device(keyring, "a@hub.example")) is None
