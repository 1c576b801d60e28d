"""A profile kept up part by part, by its person and by the office, and by nobody else."""

import re

import pytest

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading
from hub.workflows.experts import read_expert
from hub.workflows.japanese_days import month_of, today_in_japan
from skill_standards import load_framework
from tests.hub.round.world import COORDINATOR, REQUESTER
from tests.web.test_pages import Page
from web import words

PARTS = tuple(words.PROFILE_PARTS)
MONTH = month_of(today_in_japan())


class Person:
    """The expert of the hub at their own browser."""

    def __init__(self, hub) -> None:
        self.hub, self.key = hub, hub.expert
        self.actor = Actor("acc_own", (Grant("expert"),), self.key)

    def get(self, part: str = "", actor: Actor | None = None):
        return self.hub.acting(actor or self.actor).get(f"/experts/{self.key}/edit{part}")

    def post(self, part: str, **form):
        form.setdefault("version", self.page().version)
        return self.hub.acting(self.actor).post(f"/experts/{self.key}/edit{part}", data=form)

    def page(self):
        with reading(self.hub.engine) as session:
            return read_expert(session, self.key)

    @property
    def told(self):
        return self.page().told


@pytest.fixture
def person(played) -> Person:
    return Person(played)


def test_the_parts_are_a_task_list_and_each_is_a_whole_page(person):
    listed = person.get().text
    for part in PARTS:
        assert f'/experts/{person.key}/edit/{part}"' in listed
        page = person.get(f"/{part}")
        assert page.status_code == 200, part
        assert Page(page.text).open == [], part
    assert Page(person.get("/career/new").text).open == []


def test_only_the_person_and_the_office_write(person):
    other = Actor("acc_other", (Grant("expert"),), "exp_other")
    reader = Actor("acc_both", (Grant("auditor"), Grant("expert")), "exp_other")  # may read everybody's, and write one
    for actor in (REQUESTER, other, Actor("acc_audit", (Grant("auditor"),)), reader):
        for part in ("", *(f"/{part}" for part in PARTS)):
            assert person.get(part, actor).status_code in {403, 404}, (actor, part)
        client = person.hub.acting(actor)
        posted = client.post(f"/experts/{person.key}/edit/about", data={"family_name": "他人", "version": 1})
        assert posted.status_code in {403, 404}
    assert person.get("", COORDINATOR).status_code == 200


def test_names_are_kept_as_typed_and_need_a_family_name(person):
    assert person.post("/about", family_name="髙橋", given_name="花子", summary="移行を支援します").status_code == 303
    assert (person.told.family_name, person.told.summary) == ("髙橋", "移行を支援します")
    empty = person.post("/about", family_name=" ", summary="これを書いた")
    assert empty.status_code == 422
    assert 'href="#family_name"' in empty.text
    assert "これを書いた" in empty.text


def test_kinds_are_chosen_and_at_least_one_type(person):
    kept = person.post("/kinds", talent_types=["X", "D"], stages=["development"], roles=["SW3"])
    assert kept.status_code == 303
    assert person.told.talent_types == ("X", "D")
    none = person.post("/kinds", stages=["development"])
    assert none.status_code == 422
    assert 'href="#talent_types"' in none.text
    assert person.told.talent_types == ("X", "D")
    assert person.post("/kinds", talent_types=["X"], roles=["NOPE"]).status_code == 422


def test_a_skill_is_found_added_given_evidence_and_taken_out(person):
    missing = next(code for code in load_framework("1.2").skills if code not in _codes(person))
    found = person.get(f"/skills?q={missing}").text
    assert f'value="{missing}"' in found
    assert person.post("/skills", add=missing).status_code == 303
    change = {f"level-1.2-{missing}": "3", f"evidence-1.2-{missing}": "資格 AWS"}
    assert person.post("/skills", **change).status_code == 303
    skill = next(skill for skill in person.told.skills if skill.code == missing)
    assert (skill.level, skill.evidence) == (3, "資格 AWS")
    assert person.post("/skills", **{f"level-1.2-{missing}": "9"}).status_code == 422
    assert person.post("/skills", **{f"level-1.2-{missing}": "0"}).status_code == 303
    assert missing not in _codes(person)


def _codes(person) -> set[str]:
    return {skill.code for skill in person.told.skills}


def test_an_activity_is_added_changed_and_removed(person):
    before = len(person.told.career)
    entry = {"organization": "202151", "role_played": "lead", "started": "令和6年4月", "contribution": "設計した"}
    wrong = person.post("/career/new", **{**entry, "ended": "2020-01"})
    assert wrong.status_code == 422
    assert 'href="#ended"' in wrong.text
    assert person.post("/career/new", **{**entry, "role_played": ""}).status_code == 422
    assert person.post("/career/new", **entry).status_code == 303
    at = next(place for place, one in enumerate(person.told.career) if one.contribution == "設計した")
    assert person.post(f"/career/{at}", **{**entry, "ended": "R7.3"}).status_code == 303
    changed = [one for one in person.told.career if one.contribution == "設計した"]
    assert [one.ended for one in changed] == ["2025-03"]
    assert len(person.told.career) == before + 1
    at = next(place for place, one in enumerate(person.told.career) if one.contribution == "設計した")
    assert person.post(f"/career/{at}/remove").status_code == 303
    assert len(person.told.career) == before
    assert person.get("/career/400").status_code == 404


def test_months_are_offered_and_left_out(person):
    filled = dict(
        re.findall(
            r'name="((?:hours|engagements|onsite_days)-[0-9-]+)" value="([^"]*)"', person.get("/availability").text
        )
    )
    change = {f"hours-{MONTH}": "１２．５", f"engagements-{MONTH}": "1", f"onsite_days-{MONTH}": ""}
    kept = person.post("/availability", **{**filled, **change})
    assert kept.status_code == 303, kept.text
    month = next(month for month in person.told.availability if month.month == MONTH)
    assert (month.hours, month.engagements, month.onsite_days) == (12.5, 1, 0)
    half = person.post("/availability", **{**filled, f"hours-{MONTH}": "10", f"engagements-{MONTH}": ""})
    assert half.status_code == 422
    assert f'href="#engagements-{MONTH}"' in half.text
    gone = {f"hours-{MONTH}": "", f"engagements-{MONTH}": ""}
    assert person.post("/availability", **{**filled, **gone}).status_code == 303
    assert MONTH not in {month.month for month in person.told.availability}


def test_conditions_are_read_in_any_width(person):
    told = {"base": "２０２１５１", "hourly_rate": "６，０００円", "work_modes": ["remote"], "regions": ["20"]}
    assert person.post("/conditions", **told, max_travel_minutes="90", conflicts="131041\n").status_code == 303
    kept = person.told
    assert (kept.base, kept.hourly_rate, kept.max_travel_minutes, kept.conflicts) == ("202151", 6000, 90, ("131041",))
    for change, field in (
        ({"base": "202152"}, "base"),
        ({"hourly_rate": ""}, "hourly_rate"),
        ({"work_modes": []}, "work_modes"),
    ):
        answer = person.post("/conditions", **{**told, **change})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
    assert person.told == kept


def test_somebody_elses_newer_version_is_not_written_over(person):
    seen = person.page().version
    assert person.post("/about", family_name="一", version=seen).status_code == 303
    assert person.post("/about", family_name="二", version=seen).status_code == 409
    assert person.told.family_name == "一"


def test_a_pause_takes_the_person_out_and_back_in(person):
    assert person.post("/paused", paused="true").status_code == 303
    assert person.told.paused
    assert "休止をやめる" in person.get().text
    assert person.post("/paused", paused="false").status_code == 303
    assert not person.told.paused


def test_the_menu_leads_to_ones_own_profile(person):
    assert f'href="/experts/{person.key}"' in person.hub.acting(person.actor).get("/proposals").text
    assert ">プロフィール<" not in person.hub.acting(COORDINATOR).get("/proposals").text
