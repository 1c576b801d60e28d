from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Invalid, NotFound
from hub.workflows.drafts import NeedDraft, PartnerDraft, RequestDraft, SlotDraft, request_of
from hub.workflows.paging import Paging
from hub.workflows.records import Stored
from hub.workflows.request_records import canonical, read_requests, read_slots
from hub.workflows.request_rows import RequestFilter
from hub.workflows.requests import (
    SORTS,
    find_requests,
    read_request,
    requests_by_reference,
    store_requests,
)
from hub.workflows.seeding import request_id
from seed_data.samples import Sample
from tests.hub.databases import on_sqlite

Told = Callable[..., RequestDraft]
ToldSlot = Callable[..., SlotDraft]


def test_what_was_told_comes_back_as_it_was_told(seeded: Engine, sample: Sample):
    with reading(seeded) as session:
        stored = read_requests(session)
    assert stored == {request_id(told): canonical(request_of(told)) for told in sample.requests}


def test_storing_again_changes_nothing_and_a_change_changes_one(registered: Engine, request_told: Told):
    one, two = request_told(reference="R-1"), request_told(reference="R-2")
    with transaction(registered) as session:
        assert store_requests(session, {"a": one, "b": two}) == Stored(2, 0, 0)
    changed = replace(two, budget=1, promotion=(PartnerDraft("住民", "自治会"),), beneficiaries=("202151", "131041"))
    with transaction(registered) as session:
        assert store_requests(session, {"a": one, "b": changed}) == Stored(0, 1, 1)
    with reading(registered) as session:
        assert read_requests(session) == {"a": one, "b": canonical(changed)}
        assert requests_by_reference(session, ["R-1"]) == {"R-1": "a"}
    with pytest.raises(Conflict), transaction(registered) as session:
        store_requests(session, {"b": two}, {"b": 1})


def slot_ids(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(read_slots(session, ["a"])["a"])


def test_slots_keep_their_ids_by_their_order(registered: Engine, request_told: Told, slot: ToldSlot):
    with transaction(registered) as session:
        store_requests(session, {"a": request_told(slots=(slot(), slot(title="二つ目")))})
    before = slot_ids(registered)
    longer = request_told(slots=(slot(hours=30.0, needs=()), slot(title="別名"), slot(title="三つ目")))
    with transaction(registered) as session:
        store_requests(session, {"a": longer})
    assert slot_ids(registered)[:2] == before
    with reading(registered) as session:
        assert read_requests(session)["a"] == longer
    with transaction(registered) as session:
        store_requests(session, {"a": request_told(slots=(slot(),))})
    assert slot_ids(registered) == before[:1]
    with transaction(registered) as session:
        store_requests(session, {"a": longer})
    with reading(registered) as session:
        assert read_requests(session)["a"] == longer


def test_a_slot_a_plan_speaks_of_is_withdrawn_and_not_deleted(registered: Engine, request_told: Told, slot: ToldSlot):
    with transaction(registered) as session:
        store_requests(session, {"a": request_told(slots=(slot(), slot(title="二つ目")))})
    gone = slot_ids(registered)[1]
    with transaction(registered) as session:
        session.execute(
            text(
                "INSERT INTO plans (created_at, updated_at, version, id, title, status, in_force, stop_requested,"
                " attempt, months, policy, limits, left_out, phase, seconds, filled, slots, summary) VALUES"
                " ('2026-01-01', '2026-01-01', 1, 'p', 't', 'queued', false, false, 0, '[]', '{}', '{}', '[]', '', 0,"
                " 0, 0, '{}')"
            )
        )
        columns = "plan_id, slot_id, position, reason, detail"
        session.execute(text(f"INSERT INTO plan_slots ({columns}) VALUES ('p', '{gone}', 0, 'budget', '{{}}')"))
    with transaction(registered) as session:
        store_requests(session, {"a": request_told(slots=(slot(),))})
    assert gone not in slot_ids(registered)
    with transaction(registered) as session:
        store_requests(session, {"a": request_told(slots=(slot(), slot(title="新しい")))})
    assert gone not in slot_ids(registered)
    with reading(registered) as session:
        found = session.execute(text("SELECT id, withdrawn FROM slots ORDER BY position")).all()
    assert [(row.id == gone, bool(row.withdrawn)) for row in found] == [(False, False), (True, True), (False, False)]


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"organization": "000000"}, "/0/organization"),
        ({"beneficiaries": ("202151", "202151")}, "/0/beneficiaries/1"),
        ({"themes": ("nothing",)}, "/0/themes/0"),
        ({"slots": ()}, "/0/slots"),
        ({"budget": -1}, "/0/budget"),
        ({"priority": 0.0}, "/0/priority"),
        ({"team": "some"}, "/0/team"),
        ({"status": "maybe"}, "/0/status"),
        ({"title": ""}, "/0/title"),
    ],
)
def test_a_fault_names_its_place_and_nothing_is_stored(
    registered: Engine, request_told: Told, changes: dict[str, Any], place: str
):
    with pytest.raises(Invalid) as caught, transaction(registered) as session:
        store_requests(session, {"a": request_told(**changes)})
    assert [fault.place for fault in caught.value.faults] == [place]
    with reading(registered) as session:
        assert read_requests(session) == {}


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"role": "ZZ1"}, "/0/slots/0/role"),
        ({"stage": "nowhere"}, "/0/slots/0/stage"),
        ({"start": "令和8年"}, "/0/slots/0/start"),
        ({"length": 0}, "/0/slots/0/length"),
        ({"needs": (NeedDraft("TE1-08", 0),)}, "/0/slots/0/needs/0/level"),
        ({"needs": (NeedDraft("XX1-01", 1),)}, "/0/slots/0/needs/0/skill"),
        ({"needs": (NeedDraft("TE1-08", 1), NeedDraft("TE1-08", 2))}, "/0/slots/0/needs/1"),
        ({"hours": float("nan")}, "/0/slots/0/hours"),
    ],
)
def test_a_fault_of_a_slot_names_its_place(
    registered: Engine, request_told: Told, slot: ToldSlot, changes: dict[str, Any], place: str
):
    with pytest.raises(Invalid) as caught, transaction(registered) as session:
        store_requests(session, {"a": request_told(slots=(slot(**changes),))})
    assert [fault.place for fault in caught.value.faults] == [place]


@pytest.fixture
def three(registered: Engine, request_told: Told, slot: ToldSlot) -> Engine:
    two = (slot(start="2026-11", length=4), slot(talent_type="X", stage="use", role="BA1", needs=()))
    with transaction(registered) as session:
        store_requests(
            session,
            {
                "a": request_told(title="あ", budget=5),
                "b": request_told(title="い", organization="131041", slots=two, gate="社会実証"),
                "c": request_told(title="う", status="draft", themes=("education",), budget=3, summary="学校のＤＸ"),
            },
        )
    return registered


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "abc"),
        ({"text": "しおじり"}, "ac"),
        ({"text": "学校のdx"}, "c"),
        ({"status": "open"}, "ab"),
        ({"organization": "131041"}, "b"),
        ({"prefecture": "20"}, "ac"),
        ({"gate": "社会実証"}, "b"),
        ({"theme": "education"}, "c"),
        ({"talent_type": "X"}, "b"),
        ({"talent_type": "D", "stage": "use"}, ""),
        ({"role": "BA1"}, "b"),
        ({"skill": "TE1-08"}, "abc"),
        ({"skill": "TE1-09"}, ""),
    ],
)
def test_requests_are_found_by_what_is_asked(three: Engine, wanted: dict[str, Any], found: str):
    with reading(three) as session:
        rows = find_requests(session, RequestFilter(**wanted), Paging()).items
    assert "".join(row.id for row in rows) == found


@pytest.mark.parametrize("sort", SORTS)
def test_every_request_is_on_exactly_one_page(seeded: Engine, sort: str):
    found = []
    with reading(seeded) as session:
        for page in range(1, 5):
            found += [row.id for row in find_requests(session, RequestFilter(), Paging(page, 5, sort)).items]
    assert len(found) == len(set(found)) == 16


def test_a_row_spans_all_its_slots(three: Engine):
    with reading(three) as session:
        row = find_requests(session, RequestFilter(organization="131041"), Paging()).items[0]
    assert (row.slots, row.start, row.end, row.talent_types) == (2, "2026-10", "2027-02", ("X", "D"))
    assert (row.organization, row.filled) == ("東京都新宿区", None)


def test_a_request_that_is_not_there_is_not_found(three: Engine):
    with reading(three) as session, pytest.raises(NotFound):
        read_request(session, "nothing")
