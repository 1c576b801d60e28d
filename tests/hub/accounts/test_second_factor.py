from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import Actor, Grant
from hub.auth.keys import Keyring
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, TooOften
from hub.workflows.accounts.roles import give_role
from hub.workflows.accounts.second_factor import (
    RECOVERY_CODES,
    begin_enrolment,
    confirm_enrolment,
    count_code,
    count_recovery_codes,
    prove,
    remove_second_factor,
    renew_keys,
    renew_recovery_codes,
    reset_second_factor,
    tell_refused,
)
from hub.workflows.accounts.sessions import confirm_second_factor
from hub.workflows.accounts.throttling import OF_SECOND_FACTOR
from tests.hub.accounts.signing_in import (
    ADMIN,
    CITY,
    KEY,
    actions_about,
    actor,
    code,
    enrol,
    everything_kept,
    found,
    member,
    sign_in,
)
from tests.hub.databases import on_sqlite
from tests.hub.round.world import told_of

STEP = timedelta(seconds=30)


def proved(engine: Engine, keyring: Keyring, account: str, typed: str, now: datetime) -> str | None:
    with transaction(engine) as session:
        return prove(session, actor(engine, account), keyring, typed, now)


def test_a_code_confirms_the_second_factor_once(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", ("requester", CITY))
    secret, codes = enrol(registered, keyring, "acc_1", now)
    assert proved(registered, keyring, "acc_1", code(secret, now), now) is None  # set up with it
    later = now + STEP
    assert proved(registered, keyring, "acc_1", code(secret, later), later) == "code"
    assert proved(registered, keyring, "acc_1", code(secret, later), later) is None
    assert proved(registered, keyring, "acc_1", codes[0], later) == "recovery_code"
    assert proved(registered, keyring, "acc_1", codes[0], later) is None
    assert proved(registered, keyring, "acc_1", "000000", later) is None
    kept = everything_kept(registered)
    assert secret not in kept
    assert [one for one in codes if one in kept] == []
    with reading(registered) as session:
        assert count_recovery_codes(session, "acc_1") == RECOVERY_CODES - 1


@on_sqlite
@pytest.mark.parametrize(
    ("grants", "missing"),
    [
        ((), "nothing"),
        ((("expert", ""),), "nothing"),
        ((("requester", CITY),), "enrolment"),
        ((("approver", CITY),), "enrolment"),
        ((("organization_admin", CITY),), "enrolment"),
        ((("coordinator", "20"),), "enrolment"),
        ((("auditor", ""),), "enrolment"),
        ((("system_admin", ""),), "enrolment"),
        ((("expert", ""), ("auditor", "")), "enrolment"),
    ],
)
def test_staff_need_a_second_factor_and_others_may_have_one(
    registered: Engine, keyring: Keyring, now: datetime, grants: tuple[tuple[str, str], ...], missing: str
):
    member(registered, "acc_1", *grants)
    assert found(registered, sign_in(registered, keyring, "acc_1", now), now).missing == missing
    if not grants:
        return
    enrol(registered, keyring, "acc_1", now)
    secret = sign_in(registered, keyring, "acc_1", now)
    assert found(registered, secret, now).missing == "second_factor"
    with transaction(registered) as session:
        secret = confirm_second_factor(session, found(registered, secret, now).session, now)
    assert found(registered, secret, now).missing == "nothing"


@on_sqlite
def test_a_role_that_comes_later_asks_for_it_at_once(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", ("expert", ""))
    secret = sign_in(registered, keyring, "acc_1", now)
    assert found(registered, secret, now).missing == "nothing"
    with transaction(registered) as session:
        give_role(session, ADMIN, "acc_1", Grant("auditor"))
    assert found(registered, secret, now).missing == "enrolment"


@on_sqlite
def test_setting_it_up_shows_one_secret_until_it_is_confirmed(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", ("expert", ""))
    me = actor(registered, "acc_1")
    other = sign_in(registered, keyring, "acc_1", now)
    with transaction(registered) as session:
        secret = begin_enrolment(session, me, keyring)
        assert begin_enrolment(session, me, keyring) == secret
        assert confirm_enrolment(session, me, keyring, "000000", now) is None
        assert confirm_enrolment(session, me, keyring, code(secret, now), now) is not None
        with pytest.raises(Conflict):
            begin_enrolment(session, me, keyring)
        with pytest.raises(Conflict):
            confirm_enrolment(session, me, keyring, code(secret, now), now)
    assert found(registered, other, now) is None  # begun without a second factor
    assert told_of(registered, "acc_1")[-1] == ("account:second_factor_changed", "acc_1")


@on_sqlite
def test_guessing_codes_is_stopped_and_told_to_the_person(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", ("requester", CITY))
    secret, _ = enrol(registered, keyring, "acc_1", now)
    half = sign_in(registered, keyring, "acc_1", now)
    me, later = actor(registered, "acc_1"), now + STEP
    for _ in range(OF_SECOND_FACTOR.most):
        with transaction(registered) as session:
            count_code(session, me, keyring, later)
            assert prove(session, me, keyring, "000000", later) is None
    with transaction(registered) as session, pytest.raises(TooOften):
        count_code(session, me, keyring, later)
    with transaction(registered) as session:
        tell_refused(session, "acc_1", later)
    assert found(registered, half, later) is None
    assert told_of(registered, "acc_1")[-1] == ("account:second_factor_refused", "acc_1")
    after = later + OF_SECOND_FACTOR.within
    with transaction(registered) as session:
        count_code(session, me, keyring, after)
        assert prove(session, me, keyring, code(secret, after), after) == "code"
    assert actions_about(registered, "acc_1").count("account:second_factor_failed") == OF_SECOND_FACTOR.most


@on_sqlite
def test_new_recovery_codes_replace_the_old_ones(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", ("expert", ""))
    with transaction(registered) as session, pytest.raises(Conflict):
        renew_recovery_codes(session, actor(registered, "acc_1"))
    _, old = enrol(registered, keyring, "acc_1", now)
    with transaction(registered) as session:
        new = renew_recovery_codes(session, actor(registered, "acc_1"))
    assert len(set(new) - set(old)) == RECOVERY_CODES
    assert proved(registered, keyring, "acc_1", old[0], now) is None
    assert proved(registered, keyring, "acc_1", new[0], now) == "recovery_code"


@on_sqlite
def test_only_who_needs_none_takes_it_away_and_an_administrator_helps_the_others(
    registered: Engine, keyring: Keyring, now: datetime
):
    member(registered, "acc_1", ("expert", ""))
    member(registered, "acc_2", ("auditor", ""))
    for account in ("acc_1", "acc_2"):
        enrol(registered, keyring, account, now)
    with transaction(registered) as session:
        remove_second_factor(session, actor(registered, "acc_1"))
        with pytest.raises(Conflict):
            remove_second_factor(session, actor(registered, "acc_2"))
        with pytest.raises(Forbidden):
            reset_second_factor(session, actor(registered, "acc_1"), "acc_2")
    half = sign_in(registered, keyring, "acc_2", now)
    with transaction(registered) as session:
        reset_second_factor(session, ADMIN, "acc_2")
    assert found(registered, half, now) is None
    assert found(registered, sign_in(registered, keyring, "acc_2", now), now).missing == "enrolment"


def test_keys_are_renewed_and_the_old_one_is_needed_no_more(registered: Engine, keyring: Keyring, now: datetime):
    member(registered, "acc_1", ("expert", ""))
    member(registered, "acc_2", ("expert", ""))
    secret, _ = enrol(registered, keyring, "acc_1", now)
    with transaction(registered) as session:
        pending = begin_enrolment(session, actor(registered, "acc_2"), keyring)
    new = "another key of these tests, also long enough"
    with transaction(registered) as session, pytest.raises(Forbidden):
        renew_keys(session, Actor("acc_1", ()), Keyring(new, KEY))
    with transaction(registered) as session:
        assert renew_keys(session, ADMIN, Keyring(new, KEY)) == 2
    later = now + STEP
    assert proved(registered, Keyring(new), "acc_1", code(secret, later), later) == "code"
    with transaction(registered) as session:
        assert begin_enrolment(session, actor(registered, "acc_2"), Keyring(new)) == pending
        assert session.execute(text("SELECT count(*) FROM credentials")).scalar_one() == 2
    with pytest.raises(Conflict):
        proved(registered, keyring, "acc_1", code(secret, later, 1), later + STEP)
