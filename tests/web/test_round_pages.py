"""The round on the pages: a plan goes out, both sides answer, requests move, each by who may."""

import re
from datetime import timedelta

import pytest

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.workflows.japanese_days import today_in_japan
from hub.workflows.life_cycles import PROPOSAL, REQUEST
from hub.workflows.paging import Paging
from hub.workflows.proposal_reading import find_proposals
from hub.workflows.proposal_rows import ProposalFilter
from hub.workflows.request_editing import create_request
from hub.workflows.requests import read_request
from hub.workflows.standing_offers import standing_offers
from tests.hub.workflows.accounts import add_account
from tests.web.test_pages import Page
from web import round_words

OFFICE = Actor("acc_office", (Grant("coordinator"),))
SOON = today_in_japan() + timedelta(days=10)


def of_city(code: str, *roles: str) -> Actor:
    return Actor(f"acc_{code}_{roles[0]}", tuple(Grant(role, code) for role in roles))


def expert(key: str) -> Actor:
    return Actor(f"acc_{key}", (Grant("expert"),), expert=key)


def publish(hub, *slots: str) -> None:
    form = {"deadline": SOON.isoformat(), "which": "chosen" if slots else "every", "slot": list(slots)}
    answer = hub.acting(OFFICE).post(f"/plans/{hub.plan}/publish", data=form)
    assert answer.status_code == 303, answer.text


def proposals(hub):
    with reading(hub.engine) as session:
        return find_proposals(session, OFFICE, ProposalFilter(), Paging(size=100)).items


def assignments(hub):
    with reading(hub.engine) as session:
        return standing_offers(session, OFFICE, hub.plan)


def test_chosen_slots_go_out_and_are_followed(played):
    chosen = next(row for row in assignments(played) if row.team == "any")
    office = played.acting(OFFICE)
    assert chosen.slot_id in office.get(f"/plans/{played.plan}/publish").text
    publish(played, chosen.slot_id)
    (row,) = proposals(played)
    assert (row.slot_id, row.expert_id, row.status) == (chosen.slot_id, chosen.expert_id, "offered")
    assert f"/proposals/{row.id}" in office.get(f"/proposals?plan={played.plan}").text
    assert f"/proposals/{row.id}" not in office.get("/proposals?status=lapsed").text
    again = Page(office.get(f"/plans/{played.plan}/publish").text)
    out = next(field for field in again.fields if field.get("value") == chosen.slot_id)
    assert "disabled" in out


def test_a_deadline_in_an_era_is_the_end_of_that_day_in_japan(played):
    typed = f"R{SOON.year - 2018}.{SOON.month}.{SOON.day}"
    answer = played.acting(OFFICE).post(f"/plans/{played.plan}/publish", data={"deadline": typed, "which": "every"})
    assert answer.status_code == 303
    assert {row.deadline.isoformat() for row in proposals(played)} == {f"{SOON.isoformat()}T14:59:59+00:00"}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"deadline": "そのうち"}, "deadline"),
        ({"deadline": (today_in_japan() - timedelta(days=1)).isoformat()}, "deadline"),
        ({"deadline": (today_in_japan() + timedelta(days=800)).isoformat()}, "deadline"),
        ({"deadline": SOON.isoformat(), "which": "chosen"}, "slots"),
        ({"deadline": SOON.isoformat(), "which": "chosen", "slot": ["slot_nowhere"]}, "slots"),
    ],
)
def test_a_faulty_publication_is_shown_again_with_the_place_and_nothing_goes_out(played, form, field):
    answer = played.acting(OFFICE).post(f"/plans/{played.plan}/publish", data=form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert proposals(played) == ()


def test_what_no_longer_holds_is_named_and_may_be_left_out(played):
    gone = next(row for row in assignments(played) if row.team == "any")
    office = played.acting(OFFICE)
    assert office.post(f"/requests/{gone.request_id}/moves/close", data={}).status_code == 303
    form = {"deadline": SOON.isoformat(), "which": "every"}
    refused = office.post(f"/plans/{played.plan}/publish", data=form)
    assert refused.status_code == 409
    assert gone.title in refused.text
    assert proposals(played) == ()
    assert office.post(f"/plans/{played.plan}/publish", data={**form, "skip": "true"}).status_code == 303
    out = {row.request_id for row in proposals(played)}
    assert out
    assert gone.request_id not in out


def test_undoing_says_what_comes_back_and_does_it(played):
    publish(played)
    number = len(proposals(played))
    office = played.acting(OFFICE)
    assert f"{number}件（まだだれも承諾していない）" in office.get(f"/plans/{played.plan}/undo").text
    assert office.post(f"/plans/{played.plan}/undo", data={"words": "やり直し"}).status_code == 303
    assert {row.status for row in proposals(played)} == {"withdrawn"}


def test_a_closed_plan_offers_nothing_more(played):
    office = played.acting(OFFICE)
    assert office.post(f"/plans/{played.plan}/close", data={}).status_code == 303
    assert f"/plans/{played.plan}/publish" not in office.get(f"/plans/{played.plan}").text
    form = {"deadline": SOON.isoformat(), "which": "every"}
    assert office.post(f"/plans/{played.plan}/publish", data=form).status_code == 409


def test_both_sides_accept_and_it_is_confirmed(played):
    publish(played)
    row = proposals(played)[0]
    city, person = of_city(row.organization_code, "requester"), expert(row.expert_id)
    page = played.acting(city).get(f"/proposals/{row.id}").text
    assert "承諾する" in page
    accept = {"side": "organization", "version": re.search(r'name="version" value="(\d+)"', page)[1]}
    assert played.acting(city).post(f"/proposals/{row.id}/accept", data=accept).status_code == 303
    offers = played.acting(person).get("/proposals").text
    assert f"/proposals/{row.id}" in offers
    page = played.acting(person).get(f"/proposals/{row.id}").text
    accept = {"side": "expert", "version": re.search(r'name="version" value="(\d+)"', page)[1]}
    assert played.acting(person).post(f"/proposals/{row.id}/accept", data=accept).status_code == 303
    assert next(each for each in proposals(played) if each.id == row.id).status == "confirmed"
    assert "承諾する" not in played.acting(person).get(f"/proposals/{row.id}").text


def test_an_expert_sees_no_score_no_plan_and_nobody_elses_offer(played):
    publish(played)
    rows = proposals(played)
    mine = rows[0]
    others = [row for row in rows if row.expert_id != mine.expert_id]
    person = played.acting(expert(mine.expert_id))
    page = person.get(f"/proposals/{mine.id}").text
    assert "適合度" not in page
    assert mine.plan_id not in page
    listed = person.get("/proposals").text
    assert all(row.id not in listed for row in others)
    assert person.get(f"/proposals/{others[0].id}").status_code == 404


@pytest.mark.parametrize("side", ["expert", "organization"])
def test_declining_asks_for_a_reason_and_keeps_what_was_written(played, side):
    publish(played)
    row = proposals(played)[0]
    actor = expert(row.expert_id) if side == "expert" else of_city(row.organization_code, "approver")
    address = f"/proposals/{row.id}/decline"
    assert played.acting(actor).get(address).status_code == 200
    missing = played.acting(actor).post(address, data={"side": side})
    assert missing.status_code == 422
    assert 'href="#code"' in missing.text
    unsaid = played.acting(actor).post(address, data={"side": side, "code": "other"})
    assert unsaid.status_code == 422
    assert 'href="#words"' in unsaid.text
    assert re.search(r'value="other" checked', unsaid.text)
    assert proposals(played)[0].status == "offered"
    told = {"side": side, "code": "other", "words": "別の仕事が決まった"}
    assert played.acting(actor).post(address, data=told).status_code == 303
    declined = next(each for each in proposals(played) if each.id == row.id)
    assert declined.status == f"{side}_declined"
    page = played.acting(OFFICE).get(f"/proposals/{row.id}").text
    assert "別の仕事が決まった" in page


def test_words_of_a_reason_are_for_the_office_alone(played):
    publish(played)
    row = proposals(played)[0]
    told = {"side": "expert", "code": "other", "words": "体調のこと"}
    played.acting(expert(row.expert_id)).post(f"/proposals/{row.id}/decline", data=told)
    assert (
        "体調のこと" not in played.acting(of_city(row.organization_code, "requester")).get(f"/proposals/{row.id}").text
    )


def test_nobody_answers_for_others(played):
    publish(played)
    row = proposals(played)[0]
    strangers = (of_city("131041", "requester"), expert("exp_nobody"), Actor("acc_audit", (Grant("auditor"),)))
    for stranger in strangers:
        for side in ("expert", "organization"):
            answer = played.acting(stranger).post(f"/proposals/{row.id}/accept", data={"side": side})
            assert answer.status_code in {403, 404}, (stranger, side)
    assert proposals(played)[0].status == "offered"


def test_the_office_withdraws_an_offer(played):
    publish(played)
    row = proposals(played)[0]
    assert "提案を取り下げる" in played.acting(OFFICE).get(f"/proposals/{row.id}").text
    assert played.acting(OFFICE).post(f"/proposals/{row.id}/withdraw", data={"words": "重複"}).status_code == 303
    assert next(each for each in proposals(played) if each.id == row.id).status == "withdrawn"


def draft(hub, code: str) -> str:
    """A draft like the request there is, of the organization ``code``."""
    with reading(hub.engine) as session:
        told = read_request(session, hub.request).told
    with transaction(hub.engine) as session:
        return create_request(session, of_city(code, "requester"), told)


def test_a_request_goes_its_way_by_those_who_may(played):
    with reading(played.engine) as session:
        code = read_request(session, played.request).told.organization
    key = draft(played, code)
    requester, approver = of_city(code, "requester"), of_city(code, "approver")
    assert f"/requests/{key}/moves/submit" not in played.acting(approver).get(f"/requests/{key}").text
    assert played.acting(approver).get(f"/requests/{key}/moves/submit").status_code == 404
    for actor, name, after in (
        (requester, "submit", "submitted"),
        (approver, "approve", "approved"),
        (OFFICE, "review", "reviewed"),
        (OFFICE, "open", "open"),
    ):
        stranger = played.acting(of_city("131041", "requester", "approver"))
        assert stranger.get(f"/requests/{key}/moves/{name}").status_code in {403, 404}
        assert stranger.post(f"/requests/{key}/moves/{name}", data={}).status_code in {403, 404}
        client = played.acting(actor)
        assert f"/requests/{key}/moves/{name}" in client.get(f"/requests/{key}").text
        page = client.get(f"/requests/{key}/moves/{name}")
        assert page.status_code == 200
        assert Page(page.text).open == []
        assert client.post(f"/requests/{key}/moves/{name}", data={}).status_code == 303
        with reading(played.engine) as session:
            assert read_request(session, key).told.status == after


def test_sending_back_needs_a_reason_and_the_writer_reads_of_it(played):
    with reading(played.engine) as session:
        code = read_request(session, played.request).told.organization
    with transaction(played.engine) as session:
        add_account(session, f"acc_{code}_requester", ("requester", code))
    key = draft(played, code)
    city, approver = of_city(code, "requester"), of_city(code, "approver")
    assert played.acting(city).post(f"/requests/{key}/moves/submit", data={}).status_code == 303
    assert played.acting(approver).post(f"/requests/{key}/moves/send_back", data={}).status_code == 422
    told = {"code": "unclear", "words": "期間が分かりません"}
    assert played.acting(approver).post(f"/requests/{key}/moves/send_back", data=told).status_code == 303
    news = played.acting(city).get("/notifications").text
    assert f'href="/requests/{key}"' in news
    assert "人材ニーズが差し戻されました" in news
    assert "差し戻された人材ニーズ" in played.acting(city).get("/").text
    read = re.search(r'action="(/notifications/[^"]+/read)"', news)[1]
    assert played.acting(approver).post(read, data={}).status_code == 404
    assert played.acting(city).post(read, data={}).status_code == 303
    assert 'action="/notifications' not in played.acting(city).get("/notifications").text


def test_a_stale_version_is_refused(played):
    publish(played)
    row = proposals(played)[0]
    told = {"side": "organization", "version": row.version + 7}
    city = of_city(row.organization_code, "requester")
    assert played.acting(city).post(f"/proposals/{row.id}/accept", data=told).status_code == 409


def test_tasks_say_what_waits_for_whom(played):
    publish(played)
    row = proposals(played)[0]
    assert "回答していない提案" in played.acting(expert(row.expert_id)).get("/").text
    assert "団体の回答を待つ提案" in played.acting(of_city(row.organization_code, "approver")).get("/").text
    asked = {each.organization_code for each in proposals(played)}
    nowhere = of_city(next(code for code in ("131041", "202151", "011002") if code not in asked), "approver")
    assert "団体の回答を待つ提案" not in played.acting(nowhere).get("/").text
    office = played.acting(OFFICE).get("/").text
    assert "回答していない提案" not in office
    assert "この7日に辞退された提案" not in office
    told = {"side": "expert", "code": "pay"}
    played.acting(expert(row.expert_id)).post(f"/proposals/{row.id}/decline", data=told)
    assert "この7日に辞退された提案" in played.acting(OFFICE).get("/").text


def test_every_move_status_and_reason_has_words():
    assert set(round_words.PROPOSAL_STATUSES) == set(PROPOSAL.statuses)
    assert set(round_words.PROPOSAL_MOVES) == {move.name for move in PROPOSAL.moves} | {"offer"}
    assert set(round_words.REQUEST_MOVES) == {move.name for move in REQUEST.moves} - {"settle"}
    assert set(round_words.REQUEST_MOVES) == set(round_words.REQUEST_MOVE_MEANINGS)
    asked = {code for cycle in (PROPOSAL, REQUEST) for move in cycle.moves for code in move.reasons}
    assert asked <= set(round_words.REASONS)
