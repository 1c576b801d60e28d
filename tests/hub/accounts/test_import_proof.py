"""A table comes by a form of several parts: it proves itself by the session's token as every other form does."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.auth.keys import Keyring
from tests.hub.accounts import home as at
from tests.hub.accounts.browsing import Browser
from tests.hub.accounts.signing_in import member
from tests.hub.imports.conftest import EXPERT
from tests.hub.imports.test_hostile_files import workbook

home, registered, settings, app = at.home, at.registered, at.settings, at.app
"""The fixtures of a hub where everybody signs in."""

ADDRESSES = ("/imports/experts", "/imports/experts/take-in", "/imports/experts/errors.xlsx")


@pytest.fixture
def office(app: Any, registered: Engine, keyring: Keyring) -> Browser:
    member(registered, "acc_office", ("coordinator", ""))
    return at.whole(app, registered, keyring, "acc_office")[0]


@pytest.mark.parametrize("size", [0, 2 * 2**20])
def test_a_file_without_the_token_of_the_session_is_refused_whatever_its_size(office: Browser, size: int):
    file = {"file": ("a.xlsx", workbook([EXPERT]) + b"\0" * size)}
    for address in ADDRESSES:
        for token in ({}, {"form_token": "x"}, {"form_token": ""}):
            assert office.client.post(address, data=token, files=file).status_code == 403


def test_the_forms_of_the_pages_carry_it_through_to_the_import(office: Browser, registered: Engine):
    asked = office.hidden(office.get("/imports/experts").text, "/imports/experts")
    looked = office.client.post("/imports/experts", data=asked, files={"file": ("a.xlsx", workbook([EXPERT]))})
    assert looked.status_code == 200
    fields = {**office.hidden(looked.text, "/imports/experts/take-in"), "how": "all"}
    assert fields["form_token"] == asked["form_token"]
    done = office.client.post("/imports/experts/take-in", files={name: (None, told) for name, told in fields.items()})
    assert done.status_code == 200
    with registered.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM experts WHERE reference = 'E-1'")).scalar_one() == 1


def test_who_has_not_signed_in_is_sent_to_do_so_and_their_file_is_not_read(app: Any, monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []
    monkeypatch.setattr("starlette.requests.Request.form", lambda *_, **__: read.append("form"))
    answer = Browser(app).client.post("/imports/experts", files={"file": ("a.xlsx", b"x" * 1000)})
    assert (answer.status_code, read) == (303, [])
    assert answer.headers["location"].startswith("/sign-in")
