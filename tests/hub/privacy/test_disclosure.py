"""Who sees which part of a profile: what is hidden can be neither read, searched for, sorted by nor counted."""

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from hub.auth.actor import Actor
from hub.auth.disclosure import AUDIENCES, PARTS, chosen, options, shown_parts, shows
from hub.db.transaction import reading, transaction
from hub.errors import ChangedMeanwhile, Forbidden, Invalid, NotFound, Unseen
from hub.models import Expert
from hub.models.base import columns
from hub.settings import Settings
from hub.workflows.disclosure_choices import Sight, choose, own_choices
from hub.workflows.drafts import CareerDraft, ExpertDraft, MonthDraft, SkillDraft
from hub.workflows.expert_rows import ExpertFilter, ExpertPage
from hub.workflows.experts import edit_expert, find_experts, read_expert, set_paused, store_experts
from hub.workflows.paging import Paging
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from hub.workflows.shown_experts import ShownExpert, look_at_expert
from tests.hub import drafts
from tests.hub.calling import HOST, opened
from tests.hub.databases import on_sqlite
from tests.hub.round.world import APPROVER, COORDINATOR, REQUESTER, STRANGER, make_plan, offer, person

OWN = person("e1")
OF_PAGE = {"id", "told", "engagements"}
"""What of a page is no part of a profile, or a part by itself."""

choices = st.dictionaries(st.sampled_from(sorted(PARTS)), st.sampled_from(AUDIENCES))


@pytest.fixture
def world(registered: Engine) -> Engine:
    """塩尻市 has an open request; ``e1`` and ``e2`` are experts with something in every part."""
    with transaction(registered) as session:
        store_experts(session, {"e1": telling(), "e2": telling(family_name="佐藤", family_kana="サトウ")})
        store_requests(session, {"r1": drafts.request()})
    return registered


def telling(**changes: Any) -> ExpertDraft:
    usual: dict[str, Any] = {
        "affiliation": "山麓データ研究所",
        "summary": "交通の計画を二十年",
        "stages": ("development",),
        "themes": ("ondemand_mobility_maas",),
        "career": (CareerDraft("松本市", "lead", "2020-04", contribution="設計"),),
        "current_rate": 9000,
        "reference": None,
        "skills": (SkillDraft("TE1-08", 3, "資格"),),
        "rating_mean": 4.5,
        "rating_count": 2,
    }
    return drafts.expert(**{**usual, **changes})


def seen_by(engine: Engine, actor: Actor, **wanted: Any) -> list[str]:
    with reading(engine) as session:
        return sorted(row.id for row in find_experts(session, ExpertFilter(**wanted), actor=actor).items)


def let(engine: Engine, expert_id: str = "e1", **wanted: str) -> None:
    with transaction(engine) as session:
        choose(session, person(expert_id), expert_id, wanted)


def test_every_field_of_a_profile_belongs_to_one_part():
    told = [one for part in PARTS.values() for one in part.fields]
    assert len(told) == len(set(told))
    wanted = {one.name for one in fields(ExpertDraft)} | {one.name for one in fields(ExpertPage)} - OF_PAGE
    assert wanted - set(told) == set()


@given(told=choices)
def test_a_wider_audience_never_sees_what_a_narrower_one_does_not(told: dict[str, str]):
    seen = [shown_parts(told, audience) for audience in AUDIENCES]
    assert seen[0] == set(PARTS)
    assert all(wider <= narrower for narrower, wider in pairwise(seen))


def test_usually_nobody_outside_sees_anything_and_who_is_not_introduced_learns_no_name():
    assert shown_parts({}, "public") == set()
    assert not shown_parts({}, "organizations") & {"name", "affiliation", "summary", "career", "evidence", "records"}
    assert not shown_parts({}, "partners") & {"current_rate", "conflicts", "office"}


@given(told=choices)
def test_what_is_fixed_stays_whatever_is_stored(told: dict[str, str]):
    assert all(chosen(told, part) in options(part) for part in PARTS)
    assert not any(shows(told, "conflicts", audience) for audience in AUDIENCES[1:])
    assert shows(told, "name", "partners")


@on_sqlite
def test_lists_decide_as_the_table_does(world: Engine):
    told = {
        "name": "public",
        "skills": "partners",
        "base": "public",
        "prefecture": "coordinators",
        "rate": "organizations",
    }
    let(world, **told)
    with reading(world) as session:
        for part in PARTS:
            for audience in AUDIENCES:
                for expert_id, made in (("e1", told), ("e2", {})):
                    e = columns(Expert)
                    seen = session.execute(select(e.id).where(e.id == expert_id, Sight(audience).sees(part))).first()
                    assert (seen is not None) == shows(made, part, audience), (part, audience, expert_id)


HIDDEN: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "name": ("name", ({"text": "髙橋"}, {"text": "タカハシ"}, {"text": "hanako"})),
    "affiliation": ("affiliation", ({"text": "山麓データ"},)),
    "summary": ("", ({"text": "二十年"},)),
    "kinds": (
        "talent_types",
        ({"talent_type": "D"}, {"role": "SW3"}, {"stage": "development"}, {"theme": "ondemand_mobility_maas"}),
    ),
    "skills": ("skills", ({"skill": "TE1-08"}, {"skill": "TE1-08", "level": 3})),
    "prefecture": ("prefecture_code", ({"prefecture": "20"},)),
    "base": ("base_code", ({"text": "塩尻"},)),
    "conditions": ("work_modes", ({"work_mode": "remote"},)),
    "availability": ("free_hours", ({"month": "2026-10"},)),
    "rate": ("hourly_rate", ()),
    "rating": ("rating_shown", ()),
}
"""Parts of the list: the field that shows them, and what finds somebody by them."""


def test_what_is_hidden_is_neither_read_nor_searched_for(world: Engine):
    for part, (field, filters) in HIDDEN.items():
        # A prefecture is seen with its municipality.
        places = part in ("prefecture", "base")
        for expert_id in ("e1", "e2"):
            let(world, expert_id, **({"prefecture": "partners", "base": "partners"} if places else {part: "partners"}))
        for wanted in filters:
            assert seen_by(world, REQUESTER, **wanted) == [], (part, wanted)
        let(world, **{part: "organizations"})
        with reading(world) as session:
            rows = {row.id: row for row in find_experts(session, ExpertFilter(), actor=REQUESTER).items}
        if field:
            assert getattr(rows["e1"], field) is not None, part
            assert getattr(rows["e2"], field) is None, part
        for wanted in filters:
            assert seen_by(world, REQUESTER, **wanted) == ["e1"], (part, wanted)
            assert "e1" in seen_by(world, COORDINATOR, **wanted)


ORDERS = {
    "name": ("name", "family_kana", "ア", "ン"),
    "rate": ("rate", "hourly_rate", 1, 99_000),
    "rating": ("rating", "rating_mean", 1.0, 5.0),
    "hours": ("availability", "availability", (MonthDraft("2026-10", 1, 1, 1),), (MonthDraft("2026-10", 90, 1, 1),)),
    "prefecture": ("prefecture", "base", "011002", "472018"),
    "updated": ("office", "summary", "あ", "い"),
}
"""Orders of the list: the part each goes by, a field of it, and two values of that."""


def test_what_is_hidden_orders_nothing(world: Engine):
    def order(sort: str, field: str, values: tuple[Any, Any], *, descending: bool = False) -> list[str]:
        with transaction(world) as session:
            store_experts(
                session, {key: telling(**{field: one}) for key, one in zip(("e1", "e2"), values, strict=True)}
            )
        with reading(world) as session:
            paging = Paging(sort=sort, descending=descending)
            return [row.id for row in find_experts(session, ExpertFilter(), paging, actor=REQUESTER).items]

    for sort, (part, field, low, high) in ORDERS.items():
        lets = {} if part == "office" else {part: "partners"} | ({"base": "partners"} if part == "prefecture" else {})
        for expert_id in ("e1", "e2"):
            let(world, expert_id, **lets)
        pairs = ((low, high), (high, low))
        seen = {tuple(order(sort, field, pair, descending=down)) for pair in pairs for down in (False, True)}
        assert seen == {("e1", "e2")}, f"the order by {sort} tells what is hidden"
        if lets:
            for expert_id in ("e1", "e2"):
                let(world, expert_id, **{part: "organizations"})
            assert [order(sort, field, pair) for pair in pairs] == [["e1", "e2"], ["e2", "e1"]], sort


@on_sqlite
def test_what_was_searched_for_follows_an_edit_and_a_choice(world: Engine):
    let(world, affiliation="organizations")
    with transaction(world) as session:
        edit_expert(session, OWN, "e1", telling(affiliation="湖畔工房", rating_mean=None, rating_count=0))
    assert (seen_by(world, REQUESTER, text="湖畔"), seen_by(world, REQUESTER, text="山麓")) == (["e1"], [])
    let(world, affiliation="coordinators")
    assert seen_by(world, REQUESTER, text="湖畔") == []


def test_organizations_see_experts_only_while_they_ask(world: Engine):
    assert seen_by(world, REQUESTER) == ["e1", "e2"]
    assert seen_by(world, STRANGER) == []
    with transaction(world) as session, pytest.raises(Unseen):
        look_at_expert(session, STRANGER, "e1")
    with transaction(world) as session:
        store_requests(session, {"r1": drafts.request(status="closed")})
    assert seen_by(world, REQUESTER) == []
    with reading(world) as session, pytest.raises(Unseen):
        look_at_expert(session, REQUESTER, "e1")
    with reading(world) as session, pytest.raises(Forbidden):
        find_experts(session, ExpertFilter(), actor=OWN)


def looked_at(engine: Engine, actor: Actor) -> ShownExpert:
    with reading(engine) as session:
        shown, _ = look_at_expert(session, actor, "e1")
    assert isinstance(shown, ShownExpert)
    return shown


def test_an_organization_one_is_proposed_to_sees_more_than_one_that_asks(world: Engine):
    before = looked_at(world, REQUESTER)
    assert (before.name, before.career, before.hourly_rate, before.skills[0].evidence) == (None, None, None, "")
    assert (before.prefecture, before.base) == ("20", None)
    with transaction(world) as session:
        make_plan(session)
        offer(session, next(iter(read_slots(session, ["r1"])["r1"])), "e1")
    after = looked_at(world, APPROVER)
    assert (after.name, after.hourly_rate, after.skills[0].evidence) == ("髙橋 花子", 6000, "資格")
    assert after.current_rate is None
    with reading(world) as session:
        whole, _ = look_at_expert(session, COORDINATOR, "e1")
    assert isinstance(whole, ExpertPage)


@on_sqlite
def test_a_paused_person_is_there_for_no_organization_that_only_asks(world: Engine):
    with transaction(world) as session:
        set_paused(session, OWN, "e1", paused=True)
    assert seen_by(world, REQUESTER) == ["e2"]
    with reading(world) as session, pytest.raises(Unseen):
        look_at_expert(session, REQUESTER, "e1")


@on_sqlite
def test_only_the_person_chooses_and_nobody_beyond_the_bounds(world: Engine):
    for actor in (COORDINATOR, REQUESTER, person("e2")):
        with transaction(world) as session, pytest.raises((Forbidden, Unseen)):
            choose(session, actor, "e1", {"rate": "public"})
        with reading(world) as session, pytest.raises((Forbidden, Unseen)):
            own_choices(session, actor, "e1")
    with transaction(world) as session, pytest.raises(Invalid) as refused:
        choose(
            session, OWN, "e1", {"name": "coordinators", "conflicts": "public", "nonsense": "public", "rate": "public"}
        )
    assert {fault.place for fault in refused.value.faults} == {"/name", "/conflicts", "/nonsense"}
    with reading(world) as session:
        assert own_choices(session, OWN, "e1") == {part: told.usual for part, told in PARTS.items()}
        version = read_expert(session, "e1").version
    let(world, rate="public")
    with transaction(world) as session, pytest.raises(ChangedMeanwhile):
        choose(session, OWN, "e1", {"rate": "coordinators"}, version)
    with transaction(world) as session, pytest.raises(NotFound):
        choose(session, OWN, "e9", {"rate": "public"})


@pytest.fixture
def pages(world: Engine, settings: Settings) -> Iterator[tuple[Any, TestClient]]:
    with opened(settings) as hub:
        yield hub, hub._client


@on_sqlite
def test_the_interface_and_the_pages_show_an_audience_what_it_may_see(world: Engine, pages: tuple[Any, TestClient]):
    hub, client = pages
    row = hub.call(REQUESTER, "GET", "/experts", 200)["items"][0]
    assert (row["whole"], row["name"], row["hourly_rate"], row["skills"]) == (False, None, None, 1)
    shown = hub.call(REQUESTER, "GET", "/experts/e1", 200)
    assert (shown["audience"], shown["name"], shown["conditions"]["work_modes"]) == (
        "organizations",
        None,
        ["remote", "onsite"],
    )
    assert hub.call(COORDINATOR, "GET", "/experts/e1", 200)["told"]["family_name"] == "髙橋"
    hub.call(OWN, "PUT", "/experts/e1/disclosure", 204, {"parts": {"name": "public", "rate": "public"}})
    assert hub.call(OWN, "GET", "/experts/e1/disclosure", 200)["rate"] == "public"
    assert hub.call(REQUESTER, "GET", "/experts/e1", 200)["hourly_rate"] == 6000
    assert hub.call(OWN, "GET", "/experts/e1/disclosure/public", 200)["parts"] == ["name", "rate"]
    hub.call(COORDINATOR, "PUT", "/experts/e1/disclosure", 403, {"parts": {}})
    assert "髙橋 花子" in client.get("/experts/e1/public").text
    assert "山麓" not in client.get("/experts/e1/public").text
    assert client.get("/experts/e2/public").status_code == 404
    hub._actor = OWN
    preview = client.get("/experts/e1/edit/disclosure/organizations").text
    assert "髙橋 花子" in preview
    assert "山麓" not in preview
    asked = client.get("/experts/e1/edit/disclosure").text
    [version] = re.findall(r'name="version" value="(\d+)"', asked)
    kept = {part: str(told.usual) for part, told in PARTS.items() if len(options(part)) > 1} | {
        "summary": "organizations"
    }
    headers = {"origin": HOST}
    refused = client.post(
        "/experts/e1/edit/disclosure", data={"version": version, "name": "coordinators"}, headers=headers
    )
    assert refused.status_code == 422
    client.post("/experts/e1/edit/disclosure", data={"version": version, **kept}, headers=headers)
    hub._actor = REQUESTER
    page = client.get("/experts/e1").text
    assert "交通の計画を二十年" in page
    assert "髙橋" not in page
    listed = client.get("/experts").text
    assert ('href="/experts/e1"' in listed, "髙橋" in listed, "氏名は非公開" in listed) == (True, False, True)
    assert "髙橋" not in client.get("/experts?q=髙橋&sort=rate").text.replace('value="髙橋"', "")
    hub.call(OWN, "PUT", "/experts/e1/paused", 204, {"paused": True})
    assert client.get("/experts/e1/public").status_code == 404
