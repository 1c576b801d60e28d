"""Pages about one's own data: consent at the first sign-in, what is kept, who looked, and being erased."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.db.transaction import reading, transaction
from hub.errors import Conflict
from hub.workflows.consents import agree_to
from hub.workflows.disclosures import disclose_expert
from hub.workflows.experts import edit_expert, set_paused, store_experts
from hub.workflows.introductions import Viewer
from tests.hub import drafts
from tests.hub.accounts import home as at
from tests.hub.accounts.browsing import Browser
from tests.hub.accounts.signing_in import CITY, PASSWORD, actor, member
from tests.hub.round.world import COORDINATOR, REQUESTER

home, registered, settings = at.home, at.registered, at.settings
app = at.app
"""The fixtures of a hub where everybody signs in."""

MAIL = "acc_person@hub.example"


@pytest.fixture
def person(app: Any, registered: Engine) -> Browser:
    """Return the browser of an expert who has not signed in yet."""
    with transaction(registered) as session:
        session.execute(text("DELETE FROM experts"))
        store_experts(session, {"exp_1": drafts.expert()})
    member(registered, "acc_person", ("expert", ""), expert="exp_1")
    return Browser(app)


def paused(engine: Engine) -> bool:
    with reading(engine) as session:
        return bool(session.execute(text("SELECT paused FROM experts WHERE id = 'exp_1'")).scalar())


def consents(engine: Engine) -> list[tuple[Any, ...]]:
    query = "SELECT version, language, agreed_by, withdrawn_by FROM consents ORDER BY agreed_at"
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_an_expert_is_asked_at_the_first_sign_in_and_not_again(person: Browser, registered: Engine):
    to = person.sign_in("acc_person", next="/notifications").headers["location"]
    assert to == "/account/consent?next=%2Fnotifications"
    assert "いつでも撤回できます" in person.get(to).text
    answered = person.send(to, "/account/consent", answer="agree")
    assert answered.headers["location"] == "/notifications"
    assert consents(registered) == [("2026-12-01", "ja", "acc_person", None)]
    assert not paused(registered)
    person.send("/account", "/sign-out")
    assert person.sign_in("acc_person").headers["location"] == "/"
    assert "2026-12-01" in person.get("/account/data").text


def test_withdrawing_pauses_and_nobody_resumes_before_the_person_agrees_again(person: Browser, registered: Engine):
    person.sign_in("acc_person")
    person.send("/account/consent", "/account/consent", answer="agree")
    person.send("/account/consent", "/account/consent", answer="withdraw")
    assert paused(registered)
    assert consents(registered) == [("2026-12-01", "ja", "acc_person", "acc_person")]
    for attempt in (
        lambda session: set_paused(session, COORDINATOR, "exp_1", paused=False),
        lambda session: edit_expert(session, COORDINATOR, "exp_1", drafts.expert(paused=False)),
    ):
        with pytest.raises(Conflict, match="同意"), transaction(registered) as session:
            attempt(session)
    with transaction(registered) as session:
        agree_to(session, actor(registered, "acc_person"), "exp_1", "2026-12-01", "en")
    assert paused(registered), "agreeing does not bring anybody back by itself"
    with transaction(registered) as session:
        set_paused(session, COORDINATOR, "exp_1", paused=False)
    assert [row[3] for row in consents(registered)] == ["acc_person", None]


def test_who_does_not_agree_is_paused_and_not_asked_for_ever(person: Browser, registered: Engine):
    person.send(person.sign_in("acc_person").headers["location"], "/account/consent", answer="withdraw")
    assert paused(registered)
    person.send("/account", "/sign-out")
    assert person.sign_in("acc_person").headers["location"] == "/"


def test_the_page_hands_out_the_data_and_shows_who_looked(person: Browser, registered: Engine):
    person.sign_in("acc_person")
    with transaction(registered) as session:
        disclose_expert(session, REQUESTER, "exp_1", Viewer("organizations", "requester", CITY, "open_request"))
    assert "プロフィール" in person.get("/account/data").text
    assert "塩尻市" in person.get("/account/data/readings").text
    with zipfile.ZipFile(io.BytesIO(person.get("/api/me/data.zip").content)) as whole:
        assert MAIL.encode() in whole.read("accounts.json")
    assert person.get("/api/me/data.xlsx?language=en").content.startswith(b"PK")


def test_erasing_is_confirmed_twice_says_what_stays_and_ends_the_session(person: Browser, registered: Engine):
    person.sign_in("acc_person")
    person.send("/account/consent", "/account/consent", answer="agree")
    refused = person.send("/account/erase", "/account/erase", 422, mail=MAIL, current="wrong")
    assert {"今のパスワードが違います", "チェックを入れてください"} <= {
        word for word in ("今のパスワードが違います", "チェックを入れてください") if word in refused.text
    }
    person.send("/account/erase", "/account/erase", 422, mail="other@hub.example", current=PASSWORD, sure="true")
    done = person.send("/account/erase", "/account/erase", 200, mail=MAIL, current=PASSWORD, sure="true")
    assert "同意の記録" in done.text
    assert person.get("/account", 303).headers["location"].startswith("/sign-in")
    with reading(registered) as session:
        assert session.execute(text("SELECT count(*) FROM accounts WHERE id = 'acc_person'")).scalar() == 0
    person.sign_in("acc_person", status=422)
