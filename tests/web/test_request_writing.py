"""A request written page by page by the people of a municipality, and skills found as people type them."""

import re

import pytest

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading
from hub.workflows.requests import read_request
from skill_standards import load_framework
from tests.hub.round.world import APPROVER, CITY, REQUESTER, STRANGER
from tests.web.test_pages import Page
from web.skill_search import find_skills

ABOUT = {"organization": CITY, "title": "窓口のオンライン化", "stage": "development", "gate": "計画策定"}
SKILL = "TE1-08"


def told(hub, key):
    with reading(hub.engine) as session:
        return read_request(session, key).told


def version(text: str) -> str:
    return re.search(r'name="version" value="(\d+)"', text)[1]


def begun(hub, **changes) -> str:
    answer = hub.acting(REQUESTER).post("/requests/new", data={**ABOUT, **changes})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("/")[2]


def fields(text: str) -> dict[str, str]:
    """Return what a form has filled in: inputs and chosen options."""
    filled = dict(re.findall(r'<input[^>]* name="([a-z_]+)" value="([^"]*)"(?![^>]*type="checkbox")', text))
    for name, options in re.findall(r'<select id="[^"]+" name="([a-z_]+)".*?>(.*?)</select>', text, re.DOTALL):
        if chosen := re.search(r'value="([^"]*)" selected', options):
            filled[name] = chosen[1]
    return filled


def test_a_request_is_written_page_by_page_and_submitted(played):
    client = played.acting(REQUESTER)
    assert "/requests/new" in client.get("/requests").text
    first = client.get("/requests/new").text
    assert "塩尻市" in first
    key = begun(played)
    write = f"/requests/{key}/write"
    for part in ("about", "slots", "slots/0", "slots/0/skills", "conditions", "check"):
        page = client.get(f"{write}/{part}")
        assert page.status_code == 200, part
        assert Page(page.text).open == [], part
    slot = fields(client.get(f"{write}/slots/0").text)
    change = {
        "title": "設計",
        "start": "令和9年4月",
        "length": "１２",
        "hours": "10.5",
        "onsite_days": "2",
        "rate_ceiling": "8,000円",
    }
    kept = client.post(f"{write}/slots/0", data={**slot, **change, "required": "yes", "remote_ok": "yes"})
    assert kept.headers["location"] == f"{write}/slots/0/skills"
    seat = told(played, key).slots[0]
    assert (seat.start, seat.length, seat.hours, seat.onsite_days, seat.rate_ceiling) == ("2027-04", 12, 10.5, 2, 8000)
    skills = f"{write}/slots/0/skills"
    found = client.get(f"{skills}?q=クラウド").text
    assert f'value="{SKILL}"' in found
    added = {"version": version(found), "add": SKILL}
    assert client.post(skills, data=added).status_code == 303
    page = client.get(skills).text
    level = {"version": version(page), f"level-{SKILL}": "4", f"mandatory-{SKILL}": "yes", "done": "true"}
    assert client.post(skills, data=level).headers["location"] == f"{write}/slots"
    (need,) = told(played, key).slots[0].needs
    assert (need.skill, need.level, need.mandatory) == (SKILL, 4, True)
    page = client.get(f"{write}/conditions").text
    conditions = {**fields(page), "budget": "１，２００，０００", "partner_role": ["資金"], "partner": ["地元の銀行"]}
    assert client.post(f"{write}/conditions", data=conditions).headers["location"] == f"{write}/check"
    assert told(played, key).budget == 1_200_000
    assert told(played, key).promotion[0].organization == "地元の銀行"
    check = client.get(f"{write}/check").text
    assert f'action="/requests/{key}/moves/submit"' in check
    assert client.post(f"/requests/{key}/moves/submit", data={"version": version(check)}).status_code == 303
    assert told(played, key).status == "submitted"
    assert client.post(f"{write}/about", data={"title": "後から", "gate": "計画策定", "version": 0}).status_code == 409


def test_what_is_missing_is_named_before_it_can_be_submitted(played):
    key = begun(played)
    check = played.acting(REQUESTER).get(f"/requests/{key}/write/check").text
    assert "求めるスキルを1つ以上選んでください" in check
    assert "/moves/submit" not in check


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"stage": ""}, "stage"),
        ({"stage": "someday"}, "stage"),
        ({"gate": "いつか"}, "gate"),
        ({"organization": ""}, "organization"),
        ({"organization": "202152"}, "organization"),
        ({"themes": ["nothing_like_it"]}, "themes"),
    ],
)
def test_a_faulty_first_page_is_shown_again_and_nothing_is_kept(played, change, field):
    answer = played.acting(REQUESTER).post("/requests/new", data={**ABOUT, "summary": "これを書いた", **change})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text or field == "organization"
    assert "これを書いた" in answer.text
    assert "窓口のオンライン化" not in played.acting(REQUESTER).get("/requests?status=draft").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"start": "来月"}, "start"),
        ({"length": "0"}, "length"),
        ({"hours": "千"}, "hours"),
        ({"onsite_days": "32"}, "onsite_days"),
        ({"talent_type": "Z"}, "talent_type"),
        ({"rate_ceiling": "-5"}, "rate_ceiling"),
    ],
)
def test_a_faulty_slot_is_shown_again_with_the_place(played, change, field):
    key = begun(played)
    client = played.acting(REQUESTER)
    address = f"/requests/{key}/write/slots/0"
    before = told(played, key)
    answer = client.post(address, data={**fields(client.get(address).text), **change})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert told(played, key) == before


def test_slots_are_added_and_removed_but_one_stays(played):
    key = begun(played)
    client = played.acting(REQUESTER)
    slots = f"/requests/{key}/write/slots"
    added = client.post(slots, data={"version": version(client.get(slots).text)})
    assert added.headers["location"] == f"{slots}/1"
    assert len(told(played, key).slots) == 2
    seen = version(client.get(slots).text)
    assert client.post(f"{slots}/0/remove", data={"version": seen}).status_code == 303
    last = client.post(f"{slots}/0/remove", data={"version": version(client.get(slots).text)})
    assert last.status_code == 422
    assert len(told(played, key).slots) == 1
    assert client.get(f"{slots}/7").status_code == 404


def test_a_role_brings_its_important_skills_and_a_level_of_none_takes_one_out(played):
    key = begun(played)
    client = played.acting(REQUESTER)
    skills = f"/requests/{key}/write/slots/0/skills"
    role = next(iter(load_framework("1.2").roles))
    assert client.post(skills, data={"version": version(client.get(skills).text), "role": role}).status_code == 303
    needs = told(played, key).slots[0].needs
    assert len(needs) > 3
    gone = needs[0].skill
    client.post(skills, data={"version": version(client.get(skills).text), f"level-{gone}": "0"})
    assert gone not in {need.skill for need in told(played, key).slots[0].needs}
    assert len(told(played, key).slots[0].needs) == len(needs) - 1


def test_somebody_elses_newer_version_is_not_written_over(played):
    key = begun(played)
    client = played.acting(REQUESTER)
    about = f"/requests/{key}/write/about"
    seen = version(client.get(about).text)
    change = {"title": "一人目", "gate": "計画策定", "version": seen}
    assert client.post(about, data=change).status_code == 303
    assert client.post(about, data={**change, "title": "二人目"}).status_code == 409
    assert told(played, key).title == "一人目"


def test_only_the_people_of_the_organization_write(played):
    key = begun(played)
    for actor in (STRANGER, APPROVER, Actor("acc_audit", (Grant("auditor"),))):
        client = played.acting(actor)
        assert client.get(f"/requests/{key}/write/about").status_code in {403, 404}
        assert client.post(f"/requests/{key}/write/about", data={"title": "x"}).status_code in {403, 404}
        assert client.post("/requests/new", data=ABOUT).status_code in {403, 404}
    assert "/requests/new" not in played.acting(APPROVER).get("/requests").text


@pytest.mark.parametrize(
    "typed", ["クラウド", "くらうど", "ｸﾗｳﾄﾞ", "cloud", "クラウト", "TE1-08", "クラウド インフラ", "clowd infra"]
)
def test_a_skill_is_found_however_it_is_typed(typed):
    assert SKILL in find_skills(typed)


@pytest.mark.parametrize("typed", ["", "   ", "・", "ゑゑゑゑ"])
def test_nothing_is_found_for_nothing(typed):
    assert find_skills(typed) == []
