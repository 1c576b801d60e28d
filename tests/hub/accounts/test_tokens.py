from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from hub.auth.actor import Grant
from hub.auth.keys import Keyring
from hub.auth.permissions import Belonging, allows
from hub.auth.scopes import actions_of
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden, Invalid, NotFound, SignInNeeded
from hub.models.base import utc_now
from hub.workflows.accounts.people import set_active
from hub.workflows.accounts.roles import give_role
from hub.workflows.accounts.sessions import KEPT_AFTER, SignedIn, hold_to, purge_sign_in
from hub.workflows.accounts.tokens import (
    MOST_TOKENS,
    find_token,
    list_tokens,
    make_token,
    mark_used,
    revoke_token,
)
from tests.hub.accounts.signing_in import ADMIN, CITY, actor, enrol, everything_kept, member
from tests.hub.databases import on_sqlite


def made(engine: Engine, account: str, *scopes: str, days: int = 30) -> str:
    with transaction(engine) as session:
        return make_token(session, actor(engine, account), "集計システム", scopes, days)


def found(engine: Engine, secret: str, after: timedelta = timedelta()) -> SignedIn | None:
    with reading(engine) as session:
        return find_token(session, secret, utc_now() + after)


def test_a_token_acts_for_its_account_within_its_scopes_until_it_ends(
    registered: Engine, keyring: Keyring, now: datetime
):
    member(registered, "acc_1", ("requester", CITY))
    enrol(registered, keyring, "acc_1", now)
    secret = made(registered, "acc_1", "requests:read")
    assert secret.startswith("dth_")
    assert secret not in everything_kept(registered)
    signed = found(registered, secret)
    assert signed.actor.grants == (Grant("requester", CITY),)
    assert signed.actor.limited_to == actions_of(["requests:read"])
    assert allows(signed.actor, "request.read", Belonging(organization=CITY))
    assert not allows(signed.actor, "request.create", Belonging(organization=CITY))
    assert found(registered, secret, timedelta(days=30)) is None
    assert found(registered, secret + "x") is None


@on_sqlite
def test_a_token_is_revoked_by_its_person_alone_and_at_once(registered: Engine):
    member(registered, "acc_1", ("expert", ""))
    member(registered, "acc_2", ("expert", ""))
    secret = made(registered, "acc_1", "proposals:read")
    signed = found(registered, secret)
    with transaction(registered) as session:
        hold_to(session, signed)
        with pytest.raises(NotFound):
            revoke_token(session, actor(registered, "acc_2"), signed.token)
        assert list_tokens(session, actor(registered, "acc_2")) == []
        revoke_token(session, actor(registered, "acc_1"), signed.token)
    assert found(registered, secret) is None
    with transaction(registered) as session, pytest.raises(SignInNeeded):
        hold_to(session, signed)


@on_sqlite
def test_no_token_makes_another_or_outlives_its_account(registered: Engine):
    member(registered, "acc_1", ("expert", ""))
    secret = made(registered, "acc_1", "proposals:read", "work:read")
    limited = found(registered, secret).actor
    with transaction(registered) as session, pytest.raises(Forbidden):
        make_token(session, limited, "もうひとつ", ["proposals:read"], 1)
    with transaction(registered) as session:
        set_active(session, ADMIN, "acc_1", active=False)
        set_active(session, ADMIN, "acc_1", active=True)
    assert found(registered, secret) is None


@on_sqlite
def test_a_role_that_asks_for_a_second_factor_stops_a_token_until_there_is_one(
    registered: Engine, keyring: Keyring, now: datetime
):
    member(registered, "acc_1", ("expert", ""))
    secret = made(registered, "acc_1", "requests:read")
    with transaction(registered) as session:
        give_role(session, ADMIN, "acc_1", Grant("requester", CITY))
    assert found(registered, secret).missing == "enrolment"


@on_sqlite
@pytest.mark.parametrize(
    ("name", "scopes", "days", "place"),
    [
        (" ", ["work:read"], 1, "/name"),
        ("x" * 101, ["work:read"], 1, "/name"),
        ("x", [], 1, "/scopes"),
        ("x", ["everything"], 1, "/scopes"),
        ("x", ["work:read"], 0, "/days"),
        ("x", ["work:read"], 366, "/days"),
    ],
)
def test_a_token_has_a_name_scopes_and_an_end(registered: Engine, name: str, scopes: list[str], days: int, place: str):
    member(registered, "acc_1", ("expert", ""))
    with transaction(registered) as session, pytest.raises(Invalid) as refused:
        make_token(session, actor(registered, "acc_1"), name, scopes, days)
    assert [fault.place for fault in refused.value.faults] == [place]


@on_sqlite
def test_tokens_are_listed_without_their_secret_and_cleared_away_in_the_end(registered: Engine):
    member(registered, "acc_1", ("expert", ""))
    secret = made(registered, "acc_1", "work:read", days=1)
    signed = found(registered, secret)
    assert signed.stale
    with transaction(registered) as session:
        mark_used(session, signed.token, utc_now())
    assert not found(registered, secret).stale
    with reading(registered) as session:
        [row] = list_tokens(session, actor(registered, "acc_1"))
    assert (row.name, row.scopes) == ("集計システム", ("work:read",))
    assert row.used_on is not None
    with transaction(registered) as session:
        assert purge_sign_in(session, utc_now() + timedelta(days=2)) == 0
        assert purge_sign_in(session, utc_now() + timedelta(days=1) + KEPT_AFTER) == 1
    for _ in range(MOST_TOKENS):
        made(registered, "acc_1", "work:read")
    with pytest.raises(Invalid):
        made(registered, "acc_1", "work:read")
