"""What a passkey proves, and what an answer has to be to prove it: workflows, on both databases where that matters."""

import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from hub.auth.challenges import LASTS, Bound, Purpose, new_challenge
from hub.auth.keys import Keyring
from hub.auth.passkeys import Party, creation_options, party_of, request_options
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Invalid, NotFound
from hub.settings import Settings
from hub.workflows.accounts.passkeys import (
    MOST_PASSKEYS,
    Ceremony,
    add_passkey,
    credential_ids,
    list_passkeys,
    prove_by_passkey,
    remove_passkey,
    rename_passkey,
    sign_in_by_passkey,
)
from hub.workflows.accounts.people import people, set_active
from hub.workflows.accounts.second_factor import (
    RECOVERY_CODES,
    count_recovery_codes,
    factors_of,
    prove,
    remove_second_factor,
    reset_second_factor,
)
from tests.hub.accounts.authenticator import Algorithm, Authenticator
from tests.hub.accounts.signing_in import (
    ADMIN,
    CITY,
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

PARTY = Party("hub.example", "https://hub.example")
BOUND = "the secret of a session"
SECOND = timedelta(seconds=1)


class Hub:
    """Ceremonies of one hub: asks an authenticator, and tells the hub its answers."""

    def __init__(self, engine: Engine, keyring: Keyring, now: datetime) -> None:
        self.engine, self.keyring, self.now = engine, keyring, now

    def ceremony(self, purpose: Purpose, bound_to: str = BOUND) -> Ceremony:
        return Ceremony(PARTY, self.keyring, self.now, purpose, bound_to)

    def challenge(self, purpose: Purpose) -> str:
        return new_challenge(self.keyring, Bound(purpose, BOUND), self.now)

    def creation(self, account: str) -> str:
        with reading(self.engine) as session:
            known = credential_ids(session, account)
        return creation_options(PARTY, self.challenge("register_passkey"), account, f"{account}@hub.example", known)

    def request(self, purpose: Purpose = "confirm_passkey") -> str:
        return request_options(PARTY, self.challenge(purpose))

    def add(self, account: str, answer: str, name: str = "鍵") -> tuple[str, ...] | None:
        with transaction(self.engine) as session:
            return add_passkey(session, actor(self.engine, account), self.ceremony("register_passkey"), answer, name)

    def made(self, account: str, key: Authenticator, name: str = "鍵") -> Authenticator:
        assert self.add(account, key.make(self.creation(account), PARTY.origin), name) is not None
        return key

    def prove(self, account: str, answer: str, ceremony: Ceremony | None = None) -> bool:
        with transaction(self.engine) as session:
            told = ceremony or self.ceremony("confirm_passkey")
            return prove_by_passkey(session, actor(self.engine, account), told, answer)

    def sign_in(self, answer: str) -> str | None:
        with transaction(self.engine) as session:
            return sign_in_by_passkey(session, self.ceremony("sign_in_by_passkey"), answer, "a browser")

    def why(self) -> str:
        """Return why the last answer was refused, as the audit log says it."""
        query = "SELECT after FROM audit_records WHERE action = 'account:passkey_failed' ORDER BY seq DESC LIMIT 1"
        with reading(self.engine) as session:
            told = session.execute(text(query)).scalar_one()
        return str((json.loads(told) if isinstance(told, str) else told)["why"])


@pytest.fixture
def hub(registered: Engine, keyring: Keyring, now: datetime) -> Hub:
    member(registered, "acc_1", ("requester", CITY))
    return Hub(registered, keyring, now)


def test_a_passkey_is_a_second_factor_and_signs_in_by_itself(hub: Hub, told: Callable[[str], list[str]]):
    assert found(hub.engine, sign_in(hub.engine, hub.keyring, "acc_1", hub.now), hub.now).missing == "enrolment"
    key = Authenticator()
    codes = hub.add("acc_1", key.make(hub.creation("acc_1"), PARTY.origin), " 仕事用 ")
    assert len(codes) == RECOVERY_CODES
    half = sign_in(hub.engine, hub.keyring, "acc_1", hub.now)
    assert found(hub.engine, half, hub.now).missing == "second_factor"
    assert hub.prove("acc_1", key.use(hub.request(), PARTY.origin))
    secret = hub.sign_in(key.use(hub.request("sign_in_by_passkey"), PARTY.origin))
    signed = found(hub.engine, secret, hub.now)
    assert (signed.actor.id, signed.missing, signed.fresh) == ("acc_1", "nothing", True)
    assert secret not in everything_kept(hub.engine)
    with reading(hub.engine) as session:
        [row] = list_passkeys(session, signed.actor)
        assert (row.name, row.made_at, row.used_at) == ("仕事用", hub.now, hub.now)
        assert [person.second_factor for person in people(session, ids=["acc_1"])] == [True]
    assert told("acc_1")[-4:] == ["account:add_passkey", "account:sign_in", *["account:use_passkey"] * 2]
    assert told_of(hub.engine, "acc_1")[-1] == ("account:second_factor_changed", "acc_1")


@on_sqlite
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
@pytest.mark.parametrize("counts", [True, False])
def test_authenticators_of_every_kind_come_through_again_and_again(hub: Hub, algorithm: Algorithm, counts: bool):
    key = hub.made("acc_1", Authenticator(algorithm, counts=counts))
    assert all(hub.prove("acc_1", key.use(hub.request(), PARTY.origin)) for _ in range(3))
    broken = json.loads(key.use(hub.request(), PARTY.origin))
    broken["response"]["signature"] = broken["response"]["signature"][:-4] + "AAAA"
    assert not hub.prove("acc_1", json.dumps(broken))
    assert hub.why() == "not_verified"


ELSEWHERE = "https://hub.example.evil.example"


@on_sqlite
def test_a_passkey_made_elsewhere_or_without_its_person_is_not_taken(hub: Hub):
    key = Authenticator()
    assert hub.add("acc_1", key.make(hub.creation("acc_1"), ELSEWHERE)) is None
    assert hub.add("acc_1", key.make(hub.creation("acc_1"), "http://hub.example")) is None
    assert hub.add("acc_1", key.make(hub.creation("acc_1"), PARTY.origin, "evil.example")) is None
    assert hub.add("acc_1", Authenticator(verifies=False).make(hub.creation("acc_1"), PARTY.origin)) is None
    assert hub.why() == "not_verified"
    used = key.make(hub.creation("acc_1"), PARTY.origin)
    assert hub.add("acc_1", used) is not None
    assert hub.add("acc_1", used) is None
    assert hub.why() == "replayed"
    member(hub.engine, "acc_2", ("expert", ""))
    assert hub.add("acc_2", key.make(hub.creation("acc_2"), PARTY.origin)) is None
    assert hub.why() == "known"  # it is somebody's


@on_sqlite
def test_an_answer_from_elsewhere_or_without_its_person_proves_nothing(hub: Hub):
    key = hub.made("acc_1", Authenticator())
    assert not hub.prove("acc_1", key.use(hub.request(), ELSEWHERE))
    assert not hub.prove("acc_1", key.use(hub.request(), PARTY.origin, "evil.example"))
    key.verifies = False
    assert not hub.prove("acc_1", key.use(hub.request(), PARTY.origin))
    assert hub.sign_in(key.use(hub.request("sign_in_by_passkey"), PARTY.origin)) is None
    assert hub.why() == "not_verified"
    key.verifies = True
    assert hub.prove("acc_1", key.use(hub.request(), PARTY.origin))


@on_sqlite
def test_a_challenge_is_good_once_for_a_while_for_one_browser_and_one_purpose(hub: Hub):
    key = hub.made("acc_1", Authenticator(counts=False))
    answer = key.use(hub.request(), PARTY.origin)
    assert hub.prove("acc_1", answer)
    assert not hub.prove("acc_1", answer)
    assert hub.why() == "replayed"
    late = replace(hub.ceremony("confirm_passkey"), now=hub.now + LASTS + SECOND)
    others = hub.ceremony("confirm_passkey", "another session's secret")
    nobodys = hub.ceremony("confirm_passkey", "")
    foreign = replace(hub.ceremony("confirm_passkey"), keyring=Keyring("the key of another hub, long enough too"))
    for ceremony in (late, others, nobodys, foreign, hub.ceremony("sign_in_by_passkey")):
        assert not hub.prove("acc_1", key.use(hub.request(), PARTY.origin), ceremony)
        assert hub.why() == "challenge"
    own = json.dumps({**json.loads(hub.request()), "challenge": "bWFkZS11cA"})
    assert not hub.prove("acc_1", key.use(own, PARTY.origin))
    soon = replace(hub.ceremony("confirm_passkey"), now=hub.now + LASTS - SECOND)
    assert hub.prove("acc_1", key.use(hub.request(), PARTY.origin), soon)


def test_a_count_that_goes_back_tells_a_copy(hub: Hub):
    key = hub.made("acc_1", Authenticator(sign_count=5))
    assert hub.prove("acc_1", key.use(hub.request(), PARTY.origin))
    copied = copy(key)
    copied.sign_count = 5
    assert not hub.prove("acc_1", copied.use(hub.request(), PARTY.origin))
    assert hub.why() == "sign_count"
    assert hub.sign_in(copied.use(hub.request("sign_in_by_passkey"), PARTY.origin)) is not None  # counts 7 by now
    assert not hub.prove("acc_1", key.use(hub.request(), PARTY.origin))


@on_sqlite
def test_a_passkey_proves_its_own_person_alone(hub: Hub):
    member(hub.engine, "acc_2", ("expert", ""))
    key, other = hub.made("acc_1", Authenticator()), hub.made("acc_2", Authenticator())
    for claimed in (None, b"", b"acc_1"):
        assert not hub.prove("acc_1", other.use(hub.request(), PARTY.origin, user=claimed))
        assert hub.why() == "other_account"
    assert not hub.prove("acc_1", Authenticator().use(hub.request(), PARTY.origin, user=b"acc_1"))
    assert hub.why() == "unknown"
    for claimed in (b"acc_1", b""):
        answer = other.use(hub.request("sign_in_by_passkey"), PARTY.origin, user=claimed)
        assert hub.sign_in(answer) is None
        assert hub.why() == "other_account"
    # The other's key under one's own passkey's name: the signature is not of that key.
    other.credential_id, other.user = key.credential_id, b"acc_1"
    assert hub.sign_in(other.use(hub.request("sign_in_by_passkey"), PARTY.origin)) is None
    assert hub.why() == "not_verified"
    with transaction(hub.engine) as session:
        set_active(session, ADMIN, "acc_1", active=False)
    assert hub.sign_in(key.use(hub.request("sign_in_by_passkey"), PARTY.origin)) is None


@on_sqlite
@pytest.mark.parametrize(
    "answer",
    [
        *("", "{}", "[]", "null", "{", '{"response": 5}', "[" * 20_000, "x" * 30_000, '"\ud800"'),
        '{"id": "\\ud800", "response": {"clientDataJSON": "e30"}}',
        '{"id": 1, "response": {"clientDataJSON": "bnVsbA"}}',
    ],
)
def test_what_is_no_answer_is_refused_as_any(hub: Hub, answer: str):
    assert hub.add("acc_1", answer) is None
    assert not hub.prove("acc_1", answer)
    assert hub.sign_in(answer) is None
    assert hub.why() == "malformed"


@on_sqlite
def test_an_answer_whose_parts_are_broken_is_refused(hub: Hub):
    key = hub.made("acc_1", Authenticator())
    whole = json.loads(key.use(hub.request(), PARTY.origin))
    for name in ("authenticatorData", "signature"):
        for value in ("", "AA", "////", None, 5):
            told = json.loads(key.use(hub.request(), PARTY.origin))
            told["response"][name] = value
            assert not hub.prove("acc_1", json.dumps(told))
    made = json.loads(Authenticator().make(hub.creation("acc_1"), PARTY.origin))
    for value in ("", "AA", "oQ", None, []):
        made["response"]["attestationObject"] = value
        made["response"]["clientDataJSON"] = json.loads(Authenticator().make(hub.creation("acc_1"), PARTY.origin))[
            "response"
        ]["clientDataJSON"]
        assert hub.add("acc_1", json.dumps(made)) is None
    assert not hub.prove("acc_1", json.dumps({**whole, "rawId": "AAAA"}))


def test_the_last_second_factor_is_kept_where_a_role_needs_one(hub: Hub):
    first, second = hub.made("acc_1", Authenticator(), "一つ目"), hub.made("acc_1", Authenticator(), "二つ目")
    me = actor(hub.engine, "acc_1")
    secret = hub.sign_in(first.use(hub.request("sign_in_by_passkey"), PARTY.origin))
    with reading(hub.engine) as session:
        ids = {row.name: row.id for row in list_passkeys(session, me)}
    here, lost = (sign_in(hub.engine, hub.keyring, "acc_1", hub.now) for _ in range(2))
    with transaction(hub.engine) as session:
        remove_passkey(session, me, ids["一つ目"], but_session=found(hub.engine, here, hub.now).session)
    # Whoever has the device that was lost is out, with what they had begun by it.
    assert [found(hub.engine, one, hub.now) is None for one in (here, lost, secret)] == [False, True, True]
    assert not hub.prove("acc_1", first.use(hub.request(), PARTY.origin))
    with transaction(hub.engine) as session, pytest.raises(Conflict):
        remove_passkey(session, me, ids["二つ目"])
    assert hub.prove("acc_1", second.use(hub.request(), PARTY.origin))
    with transaction(hub.engine) as session:
        reset_second_factor(session, ADMIN, "acc_1")
        assert not factors_of(session, "acc_1").any
        assert count_recovery_codes(session, "acc_1") == 0
        with pytest.raises(NotFound):
            reset_second_factor(session, ADMIN, "acc_nobody")
    assert found(hub.engine, here, hub.now) is None
    assert not hub.prove("acc_1", second.use(hub.request(), PARTY.origin))
    assert actions_about(hub.engine, "acc_1").count("account:remove_passkey") == 1


@on_sqlite
def test_who_needs_no_second_factor_removes_the_last_and_is_signed_out(hub: Hub):
    member(hub.engine, "acc_2", ("expert", ""))
    key, me = hub.made("acc_2", Authenticator()), actor(hub.engine, "acc_2")
    secret = hub.sign_in(key.use(hub.request("sign_in_by_passkey"), PARTY.origin))
    with transaction(hub.engine) as session:
        [row] = list_passkeys(session, me)
        remove_passkey(session, me, row.id)
        assert count_recovery_codes(session, "acc_2") == 0
    assert found(hub.engine, secret, hub.now) is None
    assert hub.sign_in(key.use(hub.request("sign_in_by_passkey"), PARTY.origin)) is None
    assert found(hub.engine, sign_in(hub.engine, hub.keyring, "acc_2", hub.now), hub.now).missing == "nothing"


@on_sqlite
def test_an_app_and_passkeys_stand_in_for_each_other_and_share_recovery_codes(hub: Hub):
    secret, codes = enrol(hub.engine, hub.keyring, "acc_1", hub.now)
    session_secret = sign_in(hub.engine, hub.keyring, "acc_1", hub.now)
    assert hub.add("acc_1", Authenticator().make(hub.creation("acc_1"), PARTY.origin)) == ()
    assert found(hub.engine, session_secret, hub.now) is not None  # begun when there was one already
    me = actor(hub.engine, "acc_1")
    with transaction(hub.engine) as session:
        remove_second_factor(session, me)
        assert count_recovery_codes(session, "acc_1") == RECOVERY_CODES
        assert prove(session, me, hub.keyring, code(secret, hub.now, 1), hub.now) is None
        assert prove(session, me, hub.keyring, codes[0], hub.now) == "recovery_code"
    _, none = enrol(hub.engine, hub.keyring, "acc_1", hub.now)
    assert none == ()
    with transaction(hub.engine) as session:
        assert count_recovery_codes(session, "acc_1") == RECOVERY_CODES - 1


@on_sqlite
def test_a_passkey_is_named_by_its_person_alone(hub: Hub):
    hub.made("acc_1", Authenticator())
    member(hub.engine, "acc_2", ("expert", ""))
    me, other = actor(hub.engine, "acc_1"), actor(hub.engine, "acc_2")
    with transaction(hub.engine) as session:
        [row] = list_passkeys(session, me)
        rename_passkey(session, me, row.id, "新しい名前")
        assert [one.name for one in list_passkeys(session, me)] == ["新しい名前"]
        for name in ("", " ", "x" * 101):
            with pytest.raises(Invalid):
                rename_passkey(session, me, row.id, name)
            with pytest.raises(Invalid):
                add_passkey(session, me, hub.ceremony("register_passkey"), "", name)
        assert list_passkeys(session, other) == []
        with pytest.raises(NotFound):
            rename_passkey(session, other, row.id, "盗んだ")
        with pytest.raises(NotFound):
            remove_passkey(session, other, row.id)


@on_sqlite
def test_only_so_many_are_kept(hub: Hub):
    for _ in range(MOST_PASSKEYS):
        hub.made("acc_1", Authenticator())
    assert len(json.loads(hub.creation("acc_1"))["excludeCredentials"]) == MOST_PASSKEYS
    with pytest.raises(Conflict):
        hub.add("acc_1", Authenticator().make(hub.creation("acc_1"), PARTY.origin))


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        (None, Party("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:9000", Party("localhost", "http://localhost:9000")),
        ("http://[::1]:9000/", Party("localhost", "http://localhost:9000")),
        ("http://localhost", Party("localhost", "http://localhost")),
        ("https://hub.example/", Party("hub.example", "https://hub.example")),
        ("https://HUB.example:8443/below", Party("hub.example", "https://hub.example:8443")),
        ("http://hub.example", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them(public_url: str | None, expected: Party | None):
    assert party_of(Settings(public_url=public_url)) == expected


def test_what_is_asked_for_always_has_its_person_verified(keyring: Keyring):
    made = json.loads(creation_options(PARTY, "c", "acc_1", "a@hub.example", ["AAAA"]))
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["attestation"] == "none"
    assert json.loads(request_options(PARTY, "c"))["userVerification"] == "required"
