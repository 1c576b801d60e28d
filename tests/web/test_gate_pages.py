"""Stage gates on the pages: the organization proposes, a coordinator decides, and everybody it concerns reads why."""

import re
from html import unescape

import pytest
from sqlalchemy import text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.models.base import TEXT_LENGTH
from hub.models.requests import GATES
from hub.workflows.notification_reading import find_notifications
from hub.workflows.requests import read_request
from hub.workflows.tasks import tasks_of
from tests.hub.workflows.accounts import add_account
from web import gate_words

from .conftest import Played

OFFICE = Actor("acc_office", (Grant("coordinator"),))
FINDINGS = "住民の7割が使った。\n<b>課題</b>は夜間の対応"


@pytest.fixture
def city(played: Played) -> str:
    """Return whose request it is, which stands at the first gate."""
    with transaction(played.engine) as session:
        session.execute(text("UPDATE requests SET gate = :gate"), {"gate": GATES[0]})
    with reading(played.engine) as session:
        return read_request(session, played.request).told.organization


def of_city(city: str, role: str = "requester") -> Actor:
    return Actor("acc_city", (Grant(role, city),))


def at(hub: Played, rest: str = "") -> str:
    return f"/requests/{hub.request}/gate{rest}"


def propose(hub: Played, city: str, decision: str = "pass", findings: str = FINDINGS) -> str:
    """Propose a review as the city, and return the address of the page where it is decided."""
    form = {"decision": decision, "findings": findings}
    sent = hub.acting(of_city(city)).post(at(hub, "/propose"), data=form)
    assert (sent.status_code, sent.headers.get("location")) == (303, at(hub)), sent.text[:600]
    page = hub.acting(OFFICE).get(at(hub)).text
    (address,) = re.findall(rf'href="({at(hub)}/reviews/[^"]+)"', page)
    return address


def decide(hub: Played, address: str, outcome: str, words: str = "", version: str = "1"):
    return hub.acting(OFFICE).post(address, data={"outcome": outcome, "words": words, "version": version})


def steps(page: str) -> list[str]:
    return re.findall(r'<li class="(done|now|ahead)"', page)


def test_a_request_goes_through_its_stages_review_by_review(played: Played, city: str):
    for number, gate in enumerate(GATES):
        page = played.acting(of_city(city)).get(at(played)).text
        assert steps(page) == ["done"] * number + ["now"] + ["ahead"] * (len(GATES) - number - 1), gate
        assert decide(played, propose(played, city), "confirm").headers["location"] == at(played)
    page = played.acting(of_city(city)).get(at(played)).text
    assert steps(page) == ["done"] * 3
    assert "最後の段階を通過しました。" in page
    assert steps(played.acting(of_city(city)).get(f"/requests/{played.request}").text) == ["done"] * 3


@pytest.mark.parametrize("decision", ["stay", "stop"])
def test_only_a_pass_moves_the_request(played: Played, city: str, decision: str):
    decide(played, propose(played, city, decision), "confirm")
    page = played.acting(OFFICE).get(at(played)).text
    assert steps(page) == ["now", "ahead", "ahead"]
    assert gate_words.DECISIONS[decision][0] in page


def test_a_review_is_sent_back_with_what_to_mend_and_everybody_concerned_reads_it(played: Played, city: str):
    with transaction(played.engine) as session:
        add_account(session, "acc_office", ("coordinator", ""))
        add_account(session, "acc_city", ("requester", city))
    address = propose(played, city)
    refused = decide(played, address, "send_back")
    assert refused.status_code == 422
    assert 'aria-describedby="words-hint words-error" aria-invalid="true"' in refused.text
    assert re.search(r'value="send_back" checked', refused.text)
    assert decide(played, address, "send_back", "夜間の数字を").status_code == 303
    for reader in (of_city(city), of_city(city, "approver"), OFFICE, Actor("acc_audit", (Grant("auditor"),))):
        page = unescape(played.acting(reader).get(at(played)).text)
        assert "夜間の数字を" in page
        assert "差し戻し" in page
    assert steps(page) == ["now", "ahead", "ahead"]
    cells = re.findall(r'data-label="(?:提案した人と確かめたこと|決めた人と理由)">(.*?)</td>', page, re.DOTALL)
    assert ["acc_city" in cells[0], "acc_office" in cells[1]] == [True, True], cells
    assert propose(played, city) != address


def test_who_proposes_what_is_missing_is_told_at_its_field_and_keeps_what_they_wrote(played: Played, city: str):
    browser = played.acting(of_city(city))
    page = browser.post(at(played, "/propose"), data={"findings": FINDINGS})
    assert page.status_code == 422
    assert 'id="decision-error"' in page.text
    assert FINDINGS in unescape(page.text)
    assert "<b>課題" not in page.text
    page = browser.post(at(played, "/propose"), data={"decision": "pass", "findings": " "})
    assert 'id="findings-error"' in page.text
    assert re.search(r'value="pass" checked', page.text)
    page = browser.post(at(played, "/propose"), data={"decision": "maybe", "findings": "x"})
    assert (page.status_code, 'id="decision-error"' in page.text) == (422, True)
    long = browser.post(at(played, "/propose"), data={"decision": "pass", "findings": "x" * (TEXT_LENGTH + 1)})
    assert (long.status_code, 'id="findings-error"' in long.text) == (422, True)
    assert "審査はまだありません" in browser.get(at(played)).text


def test_nothing_is_decided_without_choosing_nor_twice_nor_unseen(played: Played, city: str):
    address = propose(played, city)
    page = decide(played, address, "")
    assert (page.status_code, 'id="outcome-error"' in page.text) == (422, True)
    assert decide(played, address, "confirm", version="9").status_code == 409
    other = address.replace(played.request, "req_other")
    assert decide(played, other, "confirm").status_code == 404
    assert steps(played.acting(OFFICE).get(at(played)).text)[0] == "now"
    assert decide(played, address, "confirm").status_code == 303
    assert decide(played, address, "confirm").status_code == 409
    assert played.acting(OFFICE).get(address).status_code == 404
    assert played.acting(of_city(city)).get(at(played, "/propose")).status_code == 200


def test_while_a_review_waits_none_is_proposed_and_the_office_is_led_to_it(played: Played, city: str):
    with transaction(played.engine) as session:
        add_account(session, "acc_office", ("coordinator", ""))
    address = propose(played, city)
    browser = played.acting(of_city(city))
    assert browser.get(at(played, "/propose")).status_code == 404
    assert browser.post(at(played, "/propose"), data={"decision": "pass", "findings": "x"}).status_code == 409
    assert "審査の確認待ち" in browser.get(f"/requests/{played.request}").text
    assert "審査を提案する" not in browser.get(at(played)).text
    office = played.acting(OFFICE)
    assert f'href="{address}"' in office.get("/gate-reviews").text
    with reading(played.engine) as session:
        (task,) = [task for task in tasks_of(session, OFFICE) if task.name == "gate_reviews"]
        assert (task.number, task.path) == (1, "/gate-reviews")
        assert not [task for task in tasks_of(session, of_city(city)) if task.name == "gate_reviews"]
        news = find_notifications(session, OFFICE).items[0]
    assert news.path == f"/gate-reviews/{address.rpartition('/')[2]}"
    assert office.get(news.path).headers["location"] == at(played)
    elsewhere = Actor("acc_far", (Grant("coordinator", "47" if city[:2] != "47" else "46"),))
    assert address not in played.acting(elsewhere).get("/gate-reviews").text


def test_others_neither_see_nor_touch_the_reviews_of_a_request(played: Played, city: str):
    address = propose(played, city)
    short = f"/gate-reviews/{address.rpartition('/')[2]}"
    stranger = Actor("acc_o", (Grant("requester", "131041" if city != "131041" else "202151"),))
    for who, seen in ((stranger, 404), (Actor("acc_e", (Grant("expert"),), expert=played.expert), 403)):
        browser = played.acting(who)
        assert [browser.get(path).status_code for path in (at(played), short)] == [seen, seen]
        assert browser.get(address).status_code == 403
        assert browser.post(at(played, "/propose"), data={"decision": "pass", "findings": "x"}).status_code == seen
        assert browser.post(address, data={"outcome": "confirm"}).status_code == 403
        assert browser.get("/gate-reviews").status_code == 403
    browser = played.acting(of_city(city))
    assert [browser.get(address).status_code, browser.post(address, data={"outcome": "confirm"}).status_code] == [
        403,
        403,
    ]
    assert played.acting(OFFICE).get(at(played, "/propose")).status_code == 403
    unknown = played.acting(stranger).get("/gate-reviews/gate_none").text
    assert unknown == played.acting(stranger).get(short).text.replace(short, "/gate-reviews/gate_none")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_word_of_a_review_is_there_in_both_languages(played: Played, city: str, language: str):
    address = propose(played, city)
    decide(played, address, "send_back", "x")
    address = propose(played, city)
    office = played.acting(OFFICE, language)
    for path in (at(played), address, "/gate-reviews"):
        page = office.get(path)
        assert page.status_code == 200
        shown = unescape(page.text).replace(FINDINGS, "")
        assert ("審査" in shown) == (language == "ja")
