import openpyxl
import pytest
from sqlalchemy import select

from hub.db.transaction import reading, transaction
from hub.models import Slot
from hub.models.base import columns
from hub.workflows.imports import import_book
from hub.workflows.request_records import read_requests
from hub.workflows.sheets.book import read_book


@pytest.fixture
def take_in(engine):
    def run(path, **options):
        with transaction(engine) as session:
            return import_book(session, read_book(path), "requests", **options)

    return run


@pytest.fixture
def stored(engine):
    def read():
        with reading(engine) as session:
            return {draft.reference: draft for draft in read_requests(session).values()}

    return read


def places(result):
    return [fault.cell for fault in result.faults]


OWN = ("団体コード", "件名", "予算（円）")


def second(row, **changes):
    """A further slot, the request's own columns left blank as people do."""
    return {**row, **dict.fromkeys(OWN), "枠番号": 2, "枠名": "進行役", "人材類型": "X", "必要スキル": None, **changes}


def test_rows_with_the_same_or_no_number_are_slots_of_one_request(book, request_row, take_in, stored):
    first = request_row()
    rows = [first, second(first), second(first, 依頼番号=None, 枠番号=3), request_row(依頼番号="R-2")]
    result = take_in(book({"人材ニーズ": rows}))
    assert (result.created, result.faults) == (2, ())
    told = stored()["R-1"]
    assert [slot.talent_type for slot in told.slots] == ["D", "X", "X"]
    assert told.status == "open"
    assert told.budget == 3_000_000
    needs = [(need.skill, need.level, need.weight, need.mandatory) for need in told.slots[0].needs]
    assert needs == [("DU1-01", 3, 2.0, True), ("BT1-06", 2, 1.0, False)]
    assert (told.slots[0].start, told.slots[0].length, told.slots[0].remote_ok) == ("2026-10", 6, True)


def test_requests_merged_downwards_are_read_as_people_see_them(book, request_row, take_in, stored):
    first = request_row()
    path = book({"人材ニーズ": [first, second(first, 依頼番号=None)]})
    workbook = openpyxl.load_workbook(path)
    for letter in "ABC":
        workbook.active.merge_cells(f"{letter}2:{letter}3")
    workbook.save(path)
    assert take_in(path).faults == ()
    assert len(stored()["R-1"].slots) == 2


def test_what_later_rows_say_otherwise_of_the_request_is_a_fault(book, request_row, take_in, stored):
    first = request_row()
    rows = [first, {**second(first), "団体コード": "132063"}, {**second(first, 枠番号=3), "概要": "下の行に"}]
    result = take_in(book({"人材ニーズ": rows}), valid_only=True)
    assert places(result) == ["B3", "M4"]
    assert "B2" in result.faults[0].ja
    assert stored() == {}


def test_slots_are_numbered_from_one_without_gap_or_repeat(book, request_row, take_in, stored):
    first, other = request_row(), request_row(依頼番号="R-2", 枠番号=2)
    result = take_in(book({"人材ニーズ": [first, second(first, 枠番号=1), other]}))
    assert places(result) == ["E3", "E4"]
    assert "枠番号 1 がありません" in result.faults[1].ja


def test_a_slot_the_file_leaves_out_stays_and_keeps_its_id(book, request_row, take_in, stored, engine):
    first = request_row()
    take_in(book({"人材ニーズ": [first, second(first)]}))
    with reading(engine) as session:
        before = session.execute(select(columns(Slot).id).order_by(columns(Slot).position)).scalars().all()
    result = take_in(book({"人材ニーズ": [{**first, "月時間": 30, "枠番号": "２"}]}))
    assert (result.changed, result.faults) == (1, ())
    assert [slot.hours for slot in stored()["R-1"].slots] == [24, 30]
    with reading(engine) as session:
        assert session.execute(select(columns(Slot).id).order_by(columns(Slot).position)).scalars().all() == before


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("団体コード", 20215, "長野県塩尻市 なら 202151"),
        ("団体コード", "202152", "長野県塩尻市 なら 202151"),
        ("団体コード", None, "必須"),
        ("件名", None, "必須"),
        ("件名", "x" * 101, "101文字"),
        ("予算（円）", "-1", "負の数"),
        ("予算（円）", "NaN", "数字ではありません"),
        ("枠番号", 1.5, "整数"),
        ("枠番号", None, "必須"),
        ("人材類型", "X; D", "人材類型はありません"),
        ("段階", "開発中", "もしかして"),
        ("必要スキル", "DU1-01:3 ひっす", "分かりません"),
        ("必要スキル", "DU1-01:9", "範囲外"),
        ("開始月", 2026.1, "2026年10月"),
        ("開始月", "令和8年13月", "月"),
        ("月数", 0, "1〜1,200"),
        ("月時間", 745, "0〜744"),
        ("優先度", 0, "0より大きい"),
        ("オンライン可", "たぶん", "はい"),
        ("受益団体コード", "202151; 202151", "2回"),
    ],
)
def test_a_wrong_cell_is_a_fault_at_that_cell(book, request_row, take_in, stored, column, value, said):
    row = request_row(**{column: value})
    result = take_in(book({"人材ニーズ": [row]}))
    letter = openpyxl.utils.get_column_letter(list(row).index(column) + 1)
    assert places(result) == [f"{letter}2"]
    assert said in result.faults[0].ja
    assert stored() == {}


def test_the_promotion_structure_joins_by_reference(book, request_row, take_in, stored):
    partner = {"依頼番号": "R-1", "役割": "金融機関", "団体・組織": "松本信用金庫"}
    take_in(book({"人材ニーズ": [request_row()], "推進体制": [partner]}))
    assert [(p.role, p.organization) for p in stored()["R-1"].promotion] == [("金融機関", "松本信用金庫")]
    result = take_in(book({"人材ニーズ": [request_row()], "推進体制": [{**partner, "依頼番号": "R-9"}]}))
    assert places(result) == ["A2"]
    assert take_in(book({"人材ニーズ": [request_row()]})).unchanged == 1


def test_a_row_before_any_number_is_a_fault(book, request_row, take_in):
    assert places(take_in(book({"人材ニーズ": [request_row(依頼番号=None), request_row()]}))) == ["A2"]


def test_csv_in_shift_jis_is_taken_in(request_row, take_in, stored, tmp_path):
    row = request_row(件名="髙齢者見守り", 必要スキル="DU1-01:3*2!")
    path = tmp_path / "人材ニーズ.csv"
    path.write_text(",".join(row) + "\n" + ",".join(str(value) for value in row.values()) + "\n", encoding="cp932")
    result = take_in(path)
    assert (result.created, result.faults) == (1, ())
    assert stored()["R-1"].title == "髙齢者見守り"
