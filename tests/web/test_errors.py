"""What goes wrong is told on a page, in the reader's language, with what to do."""

import pytest

from web import round_words, words

from .conftest import ORIGIN

UNKNOWN = ["/experts/none", "/requests/none", "/plans/none", "/plans/none/run", "/plans/none/map", "/nothing"]


@pytest.mark.parametrize("address", UNKNOWN)
def test_what_is_not_there_is_a_page_that_says_so(hub, address):
    japanese, english = hub.ja.get(address), hub.en.get(address)
    assert japanese.status_code == english.status_code == 404
    assert "見つかりません" in japanese.text
    assert "not found" in english.text
    assert 'href="/"' in japanese.text


def test_a_slot_that_is_not_in_the_plan_is_not_found(hub):
    assert hub.ja.get(f"/plans/{hub.plan}/slots/none").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/experts?page=0",
        "/experts?page=x",
        "/experts?q=" + "あ" * 101,
        "/requests?page=99999999",
        "/plans/{plan}?show=x",
    ],
)
def test_what_cannot_be_asked_for_is_a_page_that_says_so(hub, address):
    answer = hub.en.get(address.format(plan=hub.plan))
    assert answer.status_code == 422
    assert "Check the address" in answer.text


def test_a_page_beyond_the_last_shows_the_last(hub):
    answer = hub.ja.get("/experts?page=9999")
    assert answer.status_code == 200
    assert "24人" in answer.text


def test_an_unknown_order_or_filter_is_harmless(hub):
    assert hub.ja.get("/experts?sort=drop+table").status_code == 200
    assert "条件に合う専門人材はいません" in hub.ja.get("/experts?role=none").text


def test_a_run_that_has_ended_cannot_be_stopped_and_the_page_says_why(hub):
    answer = hub.ja.post(f"/plans/{hub.plan}/stop")
    assert answer.status_code == 409
    assert "もう終わっています" in answer.text
    assert "ended already" in hub.en.post(f"/plans/{hub.plan}/stop").text


def test_a_part_that_cannot_be_had_never_takes_the_place_of_one_that_was_there(hub):
    asked = {"hx-request": "true", "hx-request-type": "partial"}
    answer = hub.ja.get("/experts?page=0&type=X", headers=asked)
    assert (answer.status_code, answer.text) == (422, "")
    assert answer.headers["hx-redirect"] == "/experts?page=0&type=X"
    assert hub.ja.get(f"{ORIGIN}//evil.example/x", headers=asked).headers["hx-redirect"] == "/evil.example/x"


def test_the_interface_for_programs_keeps_its_own_faults(hub):
    answer = hub.ja.get("/api/experts/none")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/json")


def test_something_that_breaks_is_told_with_a_number_to_find_it_by(hub, monkeypatch):
    def broken(*_arguments, **_named):
        raise RuntimeError("秘密")

    monkeypatch.setattr("web.views.about.render", broken)
    answer = hub.ja.get("/about")
    assert answer.status_code == 500
    assert answer.headers["x-reference"] in answer.text
    assert "秘密" not in answer.text


def test_every_code_a_plan_can_hold_has_words():
    from typing import get_args

    from hub.models.engagements import COST_SHARINGS, ENGAGEMENT_STATUSES, FORMS
    from hub.models.plans import RUN_STATUSES
    from hub.models.requests import GATES, REQUEST_STATUSES
    from hub.models.work import REPORT_STATUSES
    from matching.pairs import PARTS, RULES
    from matching.plan import OpenReason, Status
    from matching.problem import PolicyName
    from matching.progress import TIMED
    from seed_data.samples import ExternalType, RolePlayed
    from skill_standards.models import Sourcing

    assert set(words.PARTS) == set(PARTS)
    assert set(words.RULES) == set(words.RULES_SHORT) == set(RULES)
    assert set(words.OPEN_REASONS) == set(get_args(OpenReason))
    assert set(words.STATUSES) == set(get_args(Status))
    assert set(words.POLICIES) == set(get_args(PolicyName))
    assert set(words.PHASES) == {*TIMED, "explain"}
    assert set(words.STATES) == set(RUN_STATUSES)
    assert set(words.REQUEST_STATUSES) == set(REQUEST_STATUSES)
    assert set(words.GATES) == set(GATES)
    assert set(words.SOURCING) == set(get_args(Sourcing))
    assert set(words.EXTERNAL_TYPES) == set(get_args(ExternalType))
    assert set(words.ROLES_PLAYED) == set(get_args(RolePlayed))
    assert set(round_words.FORMS) == set(FORMS)
    assert set(round_words.COST_SHARINGS) == set(COST_SHARINGS)
    assert set(round_words.ENGAGEMENT_STATUSES) == set(ENGAGEMENT_STATUSES)
    assert set(round_words.REPORT_STATUSES) == set(REPORT_STATUSES)
