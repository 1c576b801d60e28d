from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.auth.actor import LOCAL
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Invalid, NotFound
from hub.workflows.drafts import CareerDraft, ExpertDraft, MonthDraft, SkillDraft, expert_of
from hub.workflows.expert_records import canonical, read_experts
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import SORTS, experts_by_reference, find_experts, read_expert, set_paused, store_experts
from hub.workflows.paging import Paging
from hub.workflows.records import Stored
from hub.workflows.seeding import expert_id
from seed_data.samples import Sample
from tests.hub.databases import on_sqlite

Told = Callable[..., ExpertDraft]


def places(engine: Engine, *drafts: ExpertDraft) -> set[str]:
    """Return the places of the faults of storing ``drafts``, and see that nothing was stored."""
    with pytest.raises(Invalid) as caught, transaction(engine) as session:
        store_experts(session, {f"exp_{i}": draft for i, draft in enumerate(drafts)})
    assert all(fault.ja and fault.en for fault in caught.value.faults)
    with reading(engine) as session:
        assert read_experts(session) == {}
    return {fault.place for fault in caught.value.faults}


def test_what_was_told_comes_back_as_it_was_told(seeded: Engine, sample: Sample):
    with reading(seeded) as session:
        stored = read_experts(session)
    assert stored == {expert_id(told): canonical(expert_of(told)) for told in sample.experts}


def test_storing_again_changes_nothing_and_a_change_changes_one(registered: Engine, expert: Told):
    one, two = expert(reference="E-1"), expert(reference="E-2", given_name="次郎")
    with transaction(registered) as session:
        assert store_experts(session, {"a": one, "b": two}) == Stored(2, 0, 0)
    with transaction(registered) as session:
        assert store_experts(session, {"a": one, "b": two}) == Stored(0, 0, 2)
    changed = replace(two, hourly_rate=7000, skills=(SkillDraft("DU1-01", 4),), roles=())
    with transaction(registered) as session:
        assert store_experts(session, {"a": one, "b": changed}) == Stored(0, 1, 1)
    with reading(registered) as session:
        assert read_experts(session) == {"a": canonical(one), "b": canonical(changed)}
        assert (read_expert(session, "a").version, read_expert(session, "b").version) == (1, 2)
        assert experts_by_reference(session, ["E-2", "E-9"]) == {"E-2": "b"}


def test_two_people_editing_one_expert_are_noticed(registered: Engine, expert: Told):
    with transaction(registered) as session:
        store_experts(session, {"a": expert()})
    with transaction(registered) as session:
        store_experts(session, {"a": expert(hourly_rate=1)}, {"a": 1})
    with pytest.raises(Conflict), transaction(registered) as session:
        store_experts(session, {"a": expert(hourly_rate=2)}, {"a": 1})
    with reading(registered) as session:
        assert read_expert(session, "a").told.hourly_rate == 1


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"skills": (SkillDraft("XX9-99", 2),)}, "/0/skills/0/code"),
        ({"skills": (SkillDraft("TE1-08", 5),)}, "/0/skills/0/level"),
        ({"skills": (SkillDraft("TE1-08", 2), SkillDraft("TE1-08", 3))}, "/0/skills/1"),
        ({"roles": ("ZZ1",)}, "/0/roles/0"),
        ({"stages": ("use", "nowhere")}, "/0/stages/1"),
        ({"themes": ("nothing",)}, "/0/themes/0"),
        ({"regions": ("48",)}, "/0/regions/0"),
        ({"base": "999999"}, "/0/base"),
        ({"conflicts": ("000000",)}, "/0/conflicts/0"),
        ({"talent_types": ()}, "/0/talent_types"),
        ({"talent_types": ("Z",)}, "/0/talent_types/0"),
        ({"work_modes": ()}, "/0/work_modes"),
        ({"hourly_rate": -1}, "/0/hourly_rate"),
        ({"hourly_rate": "6000"}, "/0/hourly_rate"),
        ({"family_name": " "}, "/0/family_name"),
        ({"family_name": "あ" * 101}, "/0/family_name"),
        ({"summary": "あ" * 20_001}, "/0/summary"),
        ({"rating_mean": 4.0, "rating_count": 0}, "/0/rating_mean"),
        ({"rating_mean": nan, "rating_count": 1}, "/0/rating_mean"),
        ({"availability": (MonthDraft("2026-13", 1, 1, 1),)}, "/0/availability/0/month"),
        ({"availability": (MonthDraft("2026-12", inf, 1, 1),)}, "/0/availability/0/hours"),
        ({"availability": (MonthDraft("2026-12", 1, 1, 1), MonthDraft("2026-12", 2, 1, 1))}, "/0/availability/1"),
        ({"career": (CareerDraft("市", "lead", "2021-02", "2021-01"),)}, "/0/career/0/ended"),
        ({"career": (CareerDraft("市", "lead", "2021-02", stage="nowhere"),)}, "/0/career/0/stage"),
    ],
)
def test_a_fault_names_its_place_and_nothing_is_stored(
    registered: Engine, expert: Told, changes: dict[str, Any], place: str
):
    assert places(registered, expert(**changes)) == {place}


def test_all_faults_of_all_experts_are_told_at_once(registered: Engine, expert: Told):
    bad = expert(base="999999", hourly_rate=5, roles=("ZZ1",))
    assert places(registered, expert(), bad, expert(hourly_rate=-1)) == {"/1/base", "/1/roles/0", "/2/hourly_rate"}


def test_a_reference_belongs_to_one_expert(registered: Engine, expert: Told):
    assert places(registered, expert(reference="E-1"), expert(reference="E-1")) == {"/1/reference"}
    with transaction(registered) as session:
        store_experts(session, {"a": expert(reference="E-1")})
    with pytest.raises(Invalid), transaction(registered) as session:
        store_experts(session, {"b": expert(reference="E-1")})


def test_a_fault_does_not_repeat_more_than_a_few_words_of_a_long_text(registered: Engine, expert: Told):
    with pytest.raises(Invalid) as caught, transaction(registered) as session:
        store_experts(session, {"a": expert(base="x" * 10_000_000)})
    assert len(str(caught.value)) < 1000


def ids(engine: Engine, paging: Paging | None = None, **wanted: Any) -> list[str]:
    with reading(engine) as session:
        return [row.id for row in find_experts(session, ExpertFilter(**wanted), paging or Paging(size=100)).items]


@pytest.fixture
def three(registered: Engine, expert: Told) -> Engine:
    with transaction(registered) as session:
        store_experts(
            session,
            {
                "a": expert(base="131041", hourly_rate=3000, stages=("use",), rating_mean=4.0, rating_count=2),
                "b": expert(
                    family_name="渡邊",
                    family_kana="ワタナベ",
                    talent_types=("X",),
                    roles=("BA1",),
                    work_modes=("onsite",),
                ),
                "c": expert(
                    family_kana="アベ",
                    hourly_rate=9000,
                    talent_types=("X", "D"),
                    themes=("education",),
                    availability=(),
                ),
            },
        )
        set_paused(session, LOCAL, "c", paused=True)
    return registered


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "ab"),
        ({"text": "わたなべ"}, "b"),
        ({"text": "塩尻"}, "b"),
        ({"text": "髙橋 しんじゅく"}, "a"),
        ({"text": "%"}, ""),
        ({"talent_type": "X"}, "b"),
        ({"talent_type": "D"}, "a"),
        ({"talent_type": "Z"}, ""),
        ({"role": "BA1"}, "b"),
        ({"skill": "TE1-08", "level": 3}, "ab"),
        ({"skill": "TE1-08", "level": 4}, ""),
        ({"stage": "use"}, "a"),
        ({"theme": "education"}, ""),
        ({"prefecture": "13"}, "a"),
        ({"work_mode": "remote"}, "a"),
        ({"month": "2026-11"}, "ab"),
        ({"month": "2027-01"}, ""),
        ({"paused": True}, "c"),
        ({"paused": False}, "ab"),
        ({"text": "高橋"}, ""),
    ],
)
def test_experts_are_found_by_what_is_asked(three: Engine, wanted: dict[str, Any], found: str):
    assert "".join(ids(three, **wanted)) == found


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_every_expert_is_on_exactly_one_page(seeded: Engine, sort: str, descending: bool):
    pages = [ids(seeded, Paging(page, 7, sort, descending)) for page in range(1, 5)]
    gathered = [one for page in pages for one in page]
    assert len(gathered) == len(set(gathered)) == 24


def test_rates_sort_by_size_and_missing_ratings_come_last(three: Engine):
    with transaction(three) as session:
        set_paused(session, LOCAL, "c", paused=False)
    assert ids(three, Paging(sort="rate")) == ["a", "b", "c"]
    assert ids(three, Paging(sort="rate", descending=True)) == ["c", "b", "a"]
    assert ids(three, Paging(sort="rating"))[0] == ids(three, Paging(sort="rating", descending=True))[0] == "a"


def test_those_that_sort_alike_stand_in_the_order_of_their_ids(registered: Engine, expert: Told):
    with transaction(registered) as session:
        store_experts(session, {key: expert() for key in "zmaxb"})
    for descending in (False, True):
        assert ids(registered, Paging(descending=descending)) == ["a", "b", "m", "x", "z"]


def test_what_is_asked_of_a_page_is_brought_within_bounds(seeded: Engine):
    with reading(seeded) as session:
        far = find_experts(session, ExpertFilter(), Paging(page=99, size=10, sort="nothing"))
        large = find_experts(session, ExpertFilter(), Paging(page=-5, size=10**9))
    assert (far.page, far.pages, far.total, len(far.items), far.sort) == (3, 3, 24, 4, "name")
    assert (large.page, large.size, len(large.items)) == (1, 100, 24)


def test_a_row_shows_what_the_list_needs(three: Engine):
    with reading(three) as session:
        row = find_experts(session, ExpertFilter(prefecture="13"), Paging()).items[0]
    assert (row.name, row.kana, row.romaji) == ("髙橋 花子", "タカハシ ハナコ", "Hanako Takahashi")
    assert (row.base, row.free_hours, row.skills, row.roles) == ("東京都新宿区", 120.0, 2, ("SW3",))


def test_an_expert_who_is_not_there_is_not_found(three: Engine):
    with reading(three) as session, pytest.raises(NotFound):
        read_expert(session, "nobody")
    with transaction(three) as session, pytest.raises(NotFound):
        set_paused(session, LOCAL, "nobody", paused=True)


def test_levels_of_dss_2_count_only_where_the_wording_is_the_same(registered: Engine, expert: Told):
    from hub.workflows.skills import same_skill
    from skill_standards import load_framework

    same = same_skill("2.0")
    kept = next(code for code, here in same.items() if here != "SE1-02")
    asked = next(code for code in load_framework("2.0").skills if code not in same)
    told = (SkillDraft(kept, 3, framework="2.0"), SkillDraft(asked, 4, framework="2.0"), SkillDraft("SE1-02", 1))
    with transaction(registered) as session:
        store_experts(session, {"a": expert(skills=told)})
    with reading(registered) as session:
        page = read_expert(session, "a")
    assert page.carried == ((same[kept], 3),)
    assert page.asked == (asked,)
