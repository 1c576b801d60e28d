import threading

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.workflows.accounts.people import AccountDraft, create_account, people
from hub.workflows.accounts.roles import find_members, give_role, invite, remove_member, take_role
from hub.workflows.accounts.sessions import SignedIn, begin_session, find_session, hold_to
from tests.hub.accounts.signing_in import ADMIN, CITY, WARD, actions_about, actor, member
from tests.hub.databases import on_postgresql, on_sqlite

HEAD = Actor("acc_head", (Grant("organization_admin", CITY),))
DRAFT = AccountDraft("b@city.example", "馬場 文")


@on_sqlite
def test_an_organization_invites_its_own_people(registered: Engine):
    with transaction(registered) as session:
        account = invite(session, HEAD, CITY, DRAFT, ("approver", "requester"))
    with reading(registered) as session:
        [found] = find_members(session, HEAD, CITY)
        events = session.execute(text("SELECT event FROM notifications")).scalars().all()
    assert (found.id, found.joined, found.grants) == (
        account,
        False,
        (Grant("approver", CITY), Grant("requester", CITY)),
    )
    assert events == ["account:invited"]
    assert actions_about(registered, account) == [
        "account:create",
        "account:give_role",
        "account:give_role",
        "account:invite",
    ]


@on_sqlite
@pytest.mark.parametrize("roles", [(), ("system_admin",), ("requester", "coordinator"), ("expert",)])
def test_an_organization_gives_no_role_that_is_not_its_own(registered: Engine, roles: tuple[str, ...]):
    with transaction(registered) as session:
        with pytest.raises(Invalid):
            invite(session, HEAD, CITY, DRAFT, roles)
        for who in (HEAD, Actor("acc_1", (Grant("requester", CITY),)), Actor("acc_2", (Grant("coordinator"),))):
            with pytest.raises(Forbidden):
                invite(session, who, WARD, DRAFT, ("requester",))
            with pytest.raises(Forbidden):
                find_members(session, who, WARD)
            with pytest.raises(Forbidden):
                give_role(session, who, "acc_1", Grant("system_admin"))
            with pytest.raises(Forbidden):
                give_role(session, who, "acc_1", Grant("requester", WARD))


@on_sqlite
def test_an_organization_takes_in_nobody_who_has_an_account_already(registered: Engine):
    member(registered, "acc_1", ("requester", WARD))
    with transaction(registered) as session, pytest.raises(Conflict):
        invite(session, HEAD, CITY, AccountDraft("ACC_1@hub.example", "別の名"), ("requester",))


@on_sqlite
def test_members_are_shown_with_their_roles_here_and_removed_from_here_alone(registered: Engine):
    member(registered, "acc_1", ("requester", CITY), ("approver", CITY), ("requester", WARD), ("auditor", ""))
    member(registered, "acc_2", ("requester", WARD))
    member(registered, "acc_head", ("organization_admin", CITY))
    with transaction(registered) as session:
        assert [found.id for found in find_members(session, HEAD, CITY)] == ["acc_1", "acc_head"]
        remove_member(session, HEAD, CITY, "acc_1")
        with pytest.raises(NotFound):
            remove_member(session, HEAD, CITY, "acc_2")
        with pytest.raises(Conflict):
            remove_member(session, HEAD, CITY, "acc_head")
        with pytest.raises(Forbidden):
            remove_member(session, HEAD, WARD, "acc_2")
    assert actor(registered, "acc_1").grants == (Grant("auditor"), Grant("requester", WARD))


@on_sqlite
@pytest.mark.parametrize(
    "grant",
    [
        Grant("requester", ""),
        Grant("requester", "999999"),
        Grant("coordinator", "99"),
        Grant("coordinator", CITY),
        Grant("auditor", "20"),
        Grant("system_admin", CITY),
        Grant("expert", ""),
        Grant("system", ""),
    ],
)
def test_a_role_of_no_sense_is_not_given(registered: Engine, grant: Grant):
    member(registered, "acc_1")
    with transaction(registered) as session, pytest.raises((Invalid, NotFound)):
        give_role(session, ADMIN, "acc_1", grant)


@on_sqlite
def test_a_role_is_given_once_and_taken_once(registered: Engine):
    member(registered, "acc_1")
    with transaction(registered) as session:
        assert give_role(session, ADMIN, "acc_1", Grant("coordinator", "20"))
        assert not give_role(session, ADMIN, "acc_1", Grant("coordinator", "20"))
        take_role(session, ADMIN, "acc_1", Grant("coordinator", "20"))
        with pytest.raises(NotFound):
            take_role(session, ADMIN, "acc_1", Grant("coordinator", "20"))
        with pytest.raises(Conflict):
            take_role(session, ADMIN, ADMIN.id, Grant("system_admin"))


@on_sqlite
def test_an_account_needs_an_address_and_a_name_of_its_own(registered: Engine):
    with transaction(registered) as session:
        for draft in (AccountDraft("no address", ""), AccountDraft("a@b\n", "x" * 101), AccountDraft("a@b", "x", "fr")):
            with pytest.raises(Invalid):
                create_account(session, ADMIN, draft)
        create_account(session, ADMIN, DRAFT)
        with pytest.raises(Conflict):
            create_account(session, ADMIN, AccountDraft("B@City.example", "馬場 文"))
        with pytest.raises(NotFound):
            create_account(session, ADMIN, AccountDraft("c@city.example", "陳", expert="exp_none"))
        with pytest.raises(Forbidden):
            create_account(session, HEAD, AccountDraft("d@city.example", "段"))
        assert [person.mail for person in people(session)] == ["b@city.example"]


@on_postgresql
def test_taking_a_role_waits_for_what_is_done_by_it(registered: Engine):
    member(registered, "acc_1", ("requester", CITY))
    from hub.models.base import utc_now

    with transaction(registered) as session:
        secret = begin_session(session, "acc_1", "", utc_now())
        from hub.workflows.audit import record

        record(session, ADMIN, "account:sign_in", "account", "acc_1")
    with reading(registered) as session:
        signed = find_session(session, secret, utc_now())
    assert isinstance(signed, SignedIn)
    taken = threading.Event()

    def take() -> None:
        with transaction(registered) as other:
            take_role(other, ADMIN, "acc_1", Grant("requester", CITY))
        taken.set()

    with transaction(registered) as session:
        hold_to(session, signed)
        thread = threading.Thread(target=take)
        thread.start()
        assert not taken.wait(0.5)  # what is under way is not undone in the middle
    thread.join(timeout=20)
    assert taken.is_set()


@on_postgresql
def test_what_is_done_by_a_role_waits_for_its_being_taken_and_is_refused(registered: Engine):
    from hub.models.base import utc_now
    from hub.workflows.audit import record

    member(registered, "acc_1", ("requester", CITY))
    with transaction(registered) as session:
        secret = begin_session(session, "acc_1", "", utc_now())
        record(session, ADMIN, "account:sign_in", "account", "acc_1")
    with reading(registered) as session:
        signed = find_session(session, secret, utc_now())
    assert isinstance(signed, SignedIn)
    refused, ended = threading.Event(), threading.Event()

    def act() -> None:
        try:
            with transaction(registered) as other:
                hold_to(other, signed)
        except Forbidden:
            refused.set()
        ended.set()

    with transaction(registered) as session:
        take_role(session, ADMIN, "acc_1", Grant("requester", CITY))
        thread = threading.Thread(target=act)
        thread.start()
        assert not ended.wait(0.5)  # it is not known yet whether the role goes
    thread.join(timeout=20)
    assert refused.is_set()
