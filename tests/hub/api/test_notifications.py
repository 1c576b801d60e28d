from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from hub import dependencies
from hub.auth.actor import Actor, Grant
from hub.db.transaction import transaction
from hub.settings import Settings
from hub.workflows.notifications import tell
from tests.hub.apps import app_for
from tests.hub.workflows.accounts import add_account

PERSON = Actor("acc_1", (Grant("requester", "202151"),))


@pytest.fixture
def person(engine: Engine, settings: Settings) -> Iterator[TestClient]:
    """Return a client that acts as a person of an organization, who was told of three things."""
    with transaction(engine) as session:
        add_account(session, "acc_1")
        add_account(session, "acc_2")
        for number in range(3):
            tell(session, "proposal:offered", "proposal", f"prp_{number}", ["acc_1", "acc_2"])
    app = app_for(settings.model_copy(update={"worker": False}))
    app.dependency_overrides[dependencies._actor] = lambda: PERSON
    with TestClient(app, base_url="http://localhost") as made:
        yield made


def test_a_person_sees_their_own_notifications_in_pages_and_marks_them_read(person: TestClient):
    page = person.get("/api/notifications", params={"size": 2}).json()
    assert (page["total"], len(page["items"])) == (3, 2)
    assert page["items"][0]["ja"] == "新しい提案が届きました"
    one = page["items"][0]["id"]
    for _ in range(2):
        assert person.post(f"/api/notifications/{one}/read").status_code == 204
    assert person.get("/api/notifications", params={"unread": True}).json()["total"] == 2
    assert person.post("/api/notifications/ntf_of_nobody/read").status_code == 404


def test_a_person_chooses_what_comes_by_mail(person: TestClient):
    address = "/api/me/notification-preferences"
    assert all(told["mail"] for told in person.get(address).json())
    changed = person.put(address, json={"mail": {"proposal:offered": False}})
    assert changed.status_code == 200
    assert changed.json() == person.get(address).json()
    assert [told["event"] for told in changed.json() if not told["mail"]] == ["proposal:offered"]
    for wrong, place in (({"mail": {"no:thing": True}}, "/mail/no:thing"), ({"mail": {"request:open": "no"}}, None)):
        answer = person.put(address, json=wrong)
        assert answer.status_code == 422
        assert place in (None, answer.json()["error"]["faults"][0]["place"])


def test_administrators_see_what_mail_did_not_surely_arrive_and_nobody_else_does(person: TestClient, engine: Engine):
    with transaction(engine) as session:
        session.execute(text("UPDATE outbox SET status = 'uncertain' WHERE account_id = 'acc_2'"))
    assert person.get("/api/mail-troubles").status_code == 403
    person.app.dependency_overrides.clear()  # type: ignore[attr-defined]
    page = person.get("/api/mail-troubles").json()
    assert page["total"] == 3
    assert {(row["account"], row["status"]) for row in page["items"]} == {("acc_2", "uncertain")}


def test_who_has_no_account_has_no_notifications_and_nothing_to_choose(person: TestClient):
    person.app.dependency_overrides.clear()  # type: ignore[attr-defined]
    assert person.get("/api/notifications").json()["total"] == 0
    assert person.put("/api/me/notification-preferences", json={"mail": {}}).status_code == 404
