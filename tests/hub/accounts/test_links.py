from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import Actor
from hub.auth.keys import Keyring
from hub.auth.passwords import hash_password
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid
from hub.models.base import utc_now
from hub.workflows.accounts import links
from hub.workflows.accounts.credentials import change_password
from hub.workflows.accounts.links import ASKED_AGAIN, LASTS, ask_reset, find_link, mint, offer_reset, use_link
from hub.workflows.accounts.people import AccountDraft, create_account, set_active
from hub.workflows.accounts.roles import invite_again
from hub.workflows.mail_preferences import write_preferences
from hub.workflows.outbox import Letter, claim_mail, settle_mail
from tests.hub.accounts.signing_in import ADMIN, PASSWORD, actions_about, actor, everything_kept, found, member, sign_in
from tests.hub.databases import on_sqlite

NEW = "four geese over the harbour"


def mailed(engine: Engine, now: datetime | None = None) -> Letter | None:
    """Take the next mail and return it as sent."""
    with transaction(engine) as session:
        letter = claim_mail(session, now or utc_now())
        if letter is not None:
            settle_mail(session, letter, "sent", 250, utc_now())
    return letter


def secret_of(letter: Letter | None) -> str:
    assert letter is not None
    page, _, secret = letter.path.partition("?token=")
    assert page == "/set-password"
    return secret


def use(engine: Engine, secret: str, password: str = NEW, after: timedelta = timedelta()) -> str:
    with transaction(engine) as session:
        return use_link(session, secret, password, hash_password(password), utc_now() + after)


def invited(engine: Engine) -> str:
    with transaction(engine) as session:
        account = create_account(session, ADMIN, AccountDraft("acc_new@hub.example", "新井 新"))
        invite_again(session, ADMIN, account)
    return account


def test_an_invitation_arrives_as_a_link_that_sets_a_password_once(registered: Engine, keyring: Keyring, now: datetime):
    account = invited(registered)
    assert sign_in(registered, keyring, "acc_new", now) is None
    letter = mailed(registered)
    secret = secret_of(letter)
    assert (letter.address, letter.event) == ("acc_new@hub.example", "account:invited")
    assert secret not in everything_kept(registered)
    with reading(registered) as session:
        assert find_link(session, secret, utc_now()).account == account
        assert find_link(session, secret, utc_now()).purpose == "invitation"
    assert use(registered, secret) == account
    with pytest.raises(Conflict):
        use(registered, secret)
    assert sign_in(registered, keyring, "acc_new", now, NEW) is not None
    assert actions_about(registered, account) == [
        "account:create",
        "account:invite",
        "account:set_password",
        "account:sign_in",
    ]


@on_sqlite
def test_a_link_ends_in_time_or_when_another_takes_its_place(registered: Engine):
    account = invited(registered)
    first = secret_of(mailed(registered))
    with pytest.raises(Conflict):
        use(registered, first, after=LASTS["invitation"])
    with transaction(registered) as session:
        invite_again(session, ADMIN, account)
    with pytest.raises(Conflict):
        use(registered, first)
    second = secret_of(mailed(registered))
    with pytest.raises(Conflict):
        use(registered, second[:-1] + ("A" if second[-1] != "A" else "B"))
    with transaction(registered) as session:
        set_active(session, ADMIN, account, active=False)
    with pytest.raises(Conflict):
        use(registered, second)


@on_sqlite
def test_a_password_that_is_not_good_enough_uses_nothing_up(registered: Engine):
    invited(registered)
    secret = secret_of(mailed(registered))
    with pytest.raises(Invalid):
        use(registered, secret, "password1234")
    with pytest.raises(Invalid):
        use(registered, secret, "acc_new@hub.example")
    use(registered, secret)


@on_sqlite
def test_two_who_use_a_link_at_once_do_not_both_set_a_password(registered: Engine, monkeypatch: pytest.MonkeyPatch):
    invited(registered)
    secret = secret_of(mailed(registered))
    with reading(registered) as session:
        seen = find_link(session, secret, utc_now())
    use(registered, secret)
    monkeypatch.setattr(links, "find_link", lambda *_: seen)  # as the second of them had seen it
    with pytest.raises(Conflict):
        use(registered, secret, "another phrase that is long")


@on_sqlite
def test_a_mail_tried_again_has_a_new_secret_and_the_one_before_ends(registered: Engine):
    invited(registered)
    with transaction(registered) as session:
        letter = claim_mail(session, utc_now())
        settle_mail(session, letter, "again", 450, utc_now())
    again = mailed(registered, utc_now() + timedelta(hours=1))
    with pytest.raises(Conflict):
        use(registered, secret_of(letter))
    use(registered, secret_of(again))


@on_sqlite
def test_a_mail_whose_link_has_ended_is_not_sent(registered: Engine):
    invited(registered)
    assert mailed(registered, utc_now() + LASTS["invitation"]) is None
    with reading(registered) as session:
        assert session.execute(text("SELECT status FROM outbox")).scalars().all() == ["dropped"]


def test_who_forgot_a_password_sets_a_new_one_and_everybody_else_is_out(
    registered: Engine, keyring: Keyring, now: datetime
):
    member(registered, "acc_1", ("expert", ""))
    assert mailed(registered).event == "account:password_changed"
    old = sign_in(registered, keyring, "acc_1", now)
    with transaction(registered) as session:
        ask_reset(session, " ACC_1@hub.example")
    letter = mailed(registered)
    assert letter.event == "account:reset_asked"
    assert found(registered, old, now) is not None  # asking alone changes nothing
    use(registered, secret_of(letter))
    assert found(registered, old, now) is None
    assert sign_in(registered, keyring, "acc_1", now) is None
    assert sign_in(registered, keyring, "acc_1", now, NEW) is not None
    assert mailed(registered).event == "account:password_changed"


@on_sqlite
def test_asking_for_a_reset_looks_the_same_for_nobody_and_floods_no_mailbox(registered: Engine):
    member(registered, "acc_1")
    member(registered, "acc_stopped")
    with transaction(registered) as session:
        set_active(session, ADMIN, "acc_stopped", active=False)
    while mailed(registered):
        pass
    for _ in range(3):
        with transaction(registered) as session:
            assert ask_reset(session, "acc_1@hub.example") is None
            assert ask_reset(session, "acc_stopped@hub.example") is None
            assert ask_reset(session, "acc_nobody@hub.example") is None
    assert [letter.address for letter in iter(lambda: mailed(registered), None)] == ["acc_1@hub.example"]
    assert LASTS["reset"] > ASKED_AGAIN


@on_sqlite
def test_mail_about_one_s_own_account_cannot_be_switched_off(registered: Engine):
    member(registered, "acc_1", ("expert", ""))
    with transaction(registered) as session, pytest.raises(Invalid):
        write_preferences(session, actor(registered, "acc_1"), {"account:password_changed": False})


@on_sqlite
def test_only_an_administrator_offers_a_reset(registered: Engine):
    member(registered, "acc_1")
    with transaction(registered) as session:
        with pytest.raises(Forbidden):
            offer_reset(session, Actor("acc_1", ()), "acc_1")
        link = offer_reset(session, ADMIN, "acc_1", by_mail=False)
        path = mint(session, link, utc_now())
    assert mailed(registered).event == "account:password_changed"
    assert mailed(registered) is None
    use(registered, path.partition("=")[2])


@on_sqlite
def test_changing_one_s_password_takes_the_present_one_and_ends_other_sessions(
    registered: Engine, keyring: Keyring, now: datetime, told: Callable[[str], list[str]]
):
    member(registered, "acc_1", ("expert", ""))
    here, there = (sign_in(registered, keyring, "acc_1", now) for _ in range(2))
    me, kept = actor(registered, "acc_1"), found(registered, here, now).session
    with transaction(registered) as session, pytest.raises(Invalid) as refused:
        change_password(session, me, "password1234", hash_password("password1234"), known=False, but_session=kept)
    assert [fault.place for fault in refused.value.faults] == ["/current", "/password"]
    with transaction(registered) as session:
        change_password(session, me, NEW, hash_password(NEW), known=True, but_session=kept)
    assert found(registered, here, now) is not None
    assert found(registered, there, now) is None
    assert sign_in(registered, keyring, "acc_1", now, PASSWORD) is None
    assert told("acc_1")[-2:] == ["account:set_password", "account:sign_in_failed"]
