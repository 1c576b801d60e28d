"""What is promised or on its way, a table cannot take back: each such change is a fault at its cell."""

import pytest
from sqlalchemy import text

from hub.db.transaction import reading, transaction
from hub.workflows.imports import import_book
from hub.workflows.request_records import read_requests
from hub.workflows.sheets.book import Book, Table
from tests.hub.round.conftest import World
from tests.hub.round.world import offers


@pytest.fixture
def take_in(world: World):
    def run(kind, sheet, rows, **options):
        with (reading if options.get("dry_run") else transaction)(world.engine) as session:
            return import_book(session, book(sheet, rows), kind, **options)

    return run


def book(sheet, rows):
    """Return a file of one sheet, as it is read; nothing in a row is an empty cell."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells = [["" if row.get(heading) is None else row[heading] for heading in headings] for row in rows]
    return Book((Table(sheet, [headings, *cells]),))


def cells(result):
    return [fault.cell for fault in result.faults]


@pytest.fixture
def stand(world: World):
    def set_status(status):
        with transaction(world.engine) as session:
            session.execute(text("UPDATE requests SET status = :status WHERE id = 'r1'"), {"status": status})

    return set_status


def slot_row(world, **changes):
    with reading(world.engine) as session:
        request = read_requests(session, ["r1"])["r1"]
    slot = request.slots[0]
    return {
        "依頼番号": "r1",
        "団体コード": request.organization,
        "件名": request.title,
        "枠番号": 1,
        "枠名": slot.title,
        "人材類型": slot.talent_type,
        "段階": slot.stage,
        "開始月": slot.start,
        "月数": slot.length,
        "月時間": slot.hours,
        **changes,
    }


@pytest.mark.parametrize("options", [{}, {"dry_run": True}])
def test_an_expert_s_month_below_what_is_promised_is_a_fault_at_the_month_s_cell(world, take_in, options):
    with transaction(world.engine) as session:
        session.execute(
            text("UPDATE availability SET hours_committed = 20, engagements_committed = 1 WHERE expert_id = 'e1'")
        )
        month, base = session.execute(
            text("SELECT month, base FROM availability JOIN experts ON id = expert_id ORDER BY month")
        ).first()
    row = {"管理番号": "e1", "姓": "山田", "人材類型": "D", "拠点団体コード": base, "希望単価（円/時）": 1}
    result = take_in("experts", "専門人材", [{**row, month: 19}], **options)
    assert (cells(result), result.written, result.faulty) == (["F2"], False, 1)
    assert "20 が承諾済みです" in result.faults[0].ja
    assert take_in("experts", "専門人材", [{**row, month: 20}], **options).faults == ()


def test_the_time_of_a_slot_that_is_out_is_a_fault_at_its_row(world, take_in):
    offers(world.engine, [(world.slots[0], "e1")])
    result = take_in("requests", "人材ニーズ", [slot_row(world, 月時間=1)], valid_only=True)
    assert cells(result) == ["D2"]
    assert "提案中または従事中" in result.faults[0].ja
    assert (result.changed, result.faulty) == (0, 1)
    assert take_in("requests", "人材ニーズ", [slot_row(world, 件名="新しい題")]).written


def test_a_table_does_not_move_a_request_that_is_known(world, take_in, stand):
    stand("draft")
    result = take_in("requests", "人材ニーズ", [slot_row(world, 状態="募集中")])
    assert cells(result) == ["K2"]
    assert "今は draft" in result.faults[0].ja
    kept = take_in("requests", "人材ニーズ", [slot_row(world, 状態=None, 件名="新しい題")])
    assert kept.written
    with reading(world.engine) as session:
        assert read_requests(session, ["r1"])["r1"].status == "draft"


def test_a_request_that_is_with_others_cannot_be_changed(world, take_in, stand):
    stand("submitted")
    assert cells(take_in("requests", "人材ニーズ", [slot_row(world, 件名="新しい題")])) == ["2"]
    assert take_in("requests", "人材ニーズ", [slot_row(world)]).faults == ()


def test_where_a_request_stands_follows_from_its_slots_whatever_an_old_file_says(world, take_in, stand):
    stand("in_plan")
    assert take_in("requests", "人材ニーズ", [slot_row(world, 状態="募集中", 件名="新しい題")]).faults == ()
    with reading(world.engine) as session:
        assert read_requests(session, ["r1"])["r1"].status == "in_plan"


def test_a_new_request_cannot_begin_at_work(world, take_in):
    assert cells(take_in("requests", "人材ニーズ", [slot_row(world, 依頼番号="N-1", 状態="従事中")])) == ["K2"]
    assert take_in("requests", "人材ニーズ", [slot_row(world, 依頼番号="N-1", 状態="下書き")]).created == 1
