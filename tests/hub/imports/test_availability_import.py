import openpyxl
import pytest
from sqlalchemy import select, text

from hub.db.transaction import reading, transaction
from hub.models import Expert
from hub.models.base import columns
from hub.workflows.drafts import ExpertDraft, MonthDraft
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import store_experts
from hub.workflows.imports import import_book
from hub.workflows.sheets.book import read_book
from hub.workflows.sheets.error_book import error_book

ROW = {"管理番号": "E-1", "氏名": "髙橋　花子", "2026年10月": 30, "令和8年12月": "10/3/2.5"}
LISTED = {"管理番号": "E-1", "月": "R8.10", "空き時間": "３０時間", "同時件数": 3, "現地日数": 5}
STORED = {"2026-10": (40.0, 2, 4.0), "2026-11": (40.0, 2, 4.0), "2026-12": (40.0, 2, 4.0)}


@pytest.fixture
def hub(registered):
    with transaction(registered) as session:
        store_experts(session, {key: stored(reference) for key, reference in (("exp_1", "E-1"), ("exp_2", None))})
    return registered


def stored(reference):
    months = tuple(MonthDraft(month, *told) for month, told in STORED.items())
    return ExpertDraft("髙橋", ("D",), 6000, "202151", given_name="花子", reference=reference, availability=months)


@pytest.fixture
def take_in(hub, book):
    def run(rows, **options):
        with (reading if options.get("dry_run") else transaction)(hub) as session:
            return import_book(session, read_book(book({"空き状況": rows})), "availability", **options)

    return run


@pytest.fixture
def months(hub):
    def read(expert_id="exp_1"):
        with reading(hub) as session:
            told = read_experts(session, [expert_id])[expert_id].availability
        return {month.month: (month.hours, month.engagements, month.onsite_days) for month in told}

    return read


def counts(result):
    return result.created, result.changed, result.unchanged, result.faulty, result.written


def cells(result):
    return [fault.cell for fault in result.faults]


def test_a_row_an_expert_with_a_column_a_month_changes_these_months_alone(take_in, months):
    assert counts(take_in([{**ROW, "2027年1月": 0}])) == (1, 2, 0, 0, True)
    assert months() == {
        "2026-10": (30, 2, 4),
        "2026-11": (40, 2, 4),
        "2026-12": (10, 3, 2.5),
        "2027-01": (0, 1, 0),
    }


def test_an_empty_cell_says_nothing_of_its_month_and_nought_says_no_time(take_in, months):
    assert counts(take_in([{**ROW, "2026年10月": None, "2026年11月": 0, "令和8年12月": None}])) == (0, 1, 0, 0, True)
    assert months() == {**STORED, "2026-11": (0, 2, 4)}


def test_a_row_a_month_is_understood_as_well(take_in, months):
    rows = [LISTED, {**LISTED, "月": "2027/1", "同時件数": None, "現地日数": None}]
    assert counts(take_in(rows)) == (1, 1, 0, 0, True)
    assert months()["2026-10"] == (30, 3, 5)
    assert months()["2027-01"] == (30, 1, 0)
    assert months()["2026-11"] == STORED["2026-11"]


def test_an_expert_may_be_named_by_id(take_in, months):
    assert counts(take_in([{**ROW, "管理番号": "exp_2"}])) == (0, 2, 0, 0, True)
    assert months() == STORED
    assert months("exp_2")["2026-10"] == (30, 2, 4)


def test_what_is_stored_already_is_no_change_and_the_expert_s_version_stays(take_in, hub):
    def versions():
        with reading(hub) as session:
            e = columns(Expert)
            return dict(session.execute(select(e.id, e.version)).all())

    assert counts(take_in([{**ROW, "2026年10月": 40, "令和8年12月": 40.0}])) == (0, 0, 2, 0, True)
    assert versions() == {"exp_1": 1, "exp_2": 1}
    take_in([ROW])
    assert versions() == {"exp_1": 2, "exp_2": 1}


def test_a_dry_run_counts_and_writes_nothing(take_in, months):
    assert counts(take_in([ROW], dry_run=True)) == (0, 2, 0, 0, False)
    assert months() == STORED


def test_one_bad_row_names_its_cell_and_nothing_is_written(take_in, months):
    result = take_in([ROW, {**ROW, "管理番号": "exp_2", "令和8年12月": "たくさん"}])
    assert counts(result) == (0, 2, 0, 1, False)
    assert cells(result) == ["D3"]
    assert months() == STORED


def test_valid_rows_alone_are_written_when_asked(take_in, months):
    result = take_in([ROW, {**ROW, "管理番号": "E-9"}, {**ROW, "管理番号": "exp_2", "氏名": "別の人"}], valid_only=True)
    assert cells(result) == ["A3", "B4"]
    assert counts(result) == (0, 2, 0, 2, True)
    assert months()["2026-10"] == (30, 2, 4)
    assert months("exp_2") == STORED


def test_every_kind_of_fault_of_a_list_of_months_is_named_at_its_cell(take_in, months):
    rows = [
        {**LISTED, "月": "2026.1"},
        {**LISTED, "空き時間": None},
        {**LISTED, "空き時間": 745},
        {**LISTED, "同時件数": 1.5},
        {**LISTED, "現地日数": -1},
        {**LISTED, "管理番号": None},
        LISTED,
        {**LISTED, "月": "2026-10"},
    ]
    result = take_in(rows)
    assert cells(result) == ["B2", "C3", "C4", "D5", "E6", "A7", "C9"]
    assert "C8 にもあります" in result.faults[-1].ja
    assert months() == STORED


def test_the_same_person_by_reference_and_by_id_is_one_and_the_first_row_holds(take_in, months):
    rows = [{**LISTED, "管理番号": "exp_1"}, {**LISTED, "空き時間": 1}]
    assert cells(take_in(rows)) == ["C3"]
    assert counts(take_in(rows, valid_only=True)) == (0, 1, 0, 1, True)
    assert months()["2026-10"] == (30, 3, 5)


@pytest.mark.parametrize(
    "row",
    [{"管理番号": "E-1", "氏名": "髙橋 花子"}, {"管理番号": "E-1", "月": "2026-10"}, {**LISTED, "2026年10月": 3}],
)
def test_months_that_stand_nowhere_or_twice_are_a_fault_of_the_header(take_in, months, row):
    result = take_in([row], valid_only=True)
    assert [fault.row for fault in result.faults] == [1]
    assert (result.faulty, months()) == (1, STORED)


PROMISED = (12.0, 2, 3.0)


@pytest.fixture
def promised(hub):
    """Promise some of exp_2's months, as accepted proposals do."""
    query = (
        "UPDATE availability SET hours_committed = :hours, engagements_committed = :engagements,"
        " onsite_days_committed = :days WHERE expert_id = 'exp_2'"
    )
    with transaction(hub) as session:
        session.execute(text(query), dict(zip(("hours", "engagements", "days"), PROMISED, strict=True)))


def test_a_month_below_what_is_promised_is_a_fault_at_its_cell_and_nothing_is_written(take_in, months, promised):
    for options in ({}, {"dry_run": True}):
        result = take_in([ROW, {**ROW, "管理番号": "exp_2", "令和8年12月": 5}], **options)
        assert cells(result) == ["D3"]
        assert "12 が承諾済みです。5 には減らせません" in result.faults[0].ja
        assert not result.written
    assert (months(), months("exp_2")) == (STORED, STORED)


def test_what_is_promised_may_still_be_told_exactly(take_in, months, promised):
    assert counts(take_in([{"管理番号": "exp_2", "氏名": "髙橋花子", "2026年10月": "12/2/3"}])) == (0, 1, 0, 0, True)
    assert months("exp_2")["2026-10"] == PROMISED


def test_each_amount_below_what_is_promised_has_its_own_cell(take_in, promised):
    rows = [{**LISTED, "管理番号": "exp_2", "空き時間": 11, "同時件数": 1, "現地日数": 2.5}]
    assert cells(take_in(rows)) == ["C2", "D2", "E2"]
    rows = [{"管理番号": "exp_2", "同時件数": 1, "2026年10月": "30", "2026年11月": "30/1/3"}]
    assert cells(take_in(rows)) == ["C2", "D2"]


def test_a_row_below_what_is_promised_is_left_out_whole_when_only_valid_rows_are_asked_for(take_in, months, promised):
    rows = [{**ROW, "令和8年12月": 30}, {**ROW, "管理番号": "exp_2", "2026年10月": 20, "令和8年12月": 11}]
    result = take_in(rows, valid_only=True)
    assert counts(result) == (0, 2, 0, 1, True)
    assert months()["2026-12"] == (30, 2, 4)
    assert months("exp_2") == STORED


def test_an_update_keeps_what_is_promised(take_in, promised, hub):
    take_in([{**ROW, "管理番号": "exp_2", "令和8年12月": 12.5, "2027年1月": 5}])
    with reading(hub) as session:
        query = text("SELECT month, hours, hours_committed FROM availability WHERE expert_id = 'exp_2' ORDER BY month")
        kept = session.execute(query).all()
    assert kept == [("2026-10", 30, 12), ("2026-11", 40, 12), ("2026-12", 12.5, 12), ("2027-01", 5, 0)]


def test_the_workbook_of_errors_can_be_mended_and_taken_in(take_in, months, hub, tmp_path):
    result = take_in([ROW, {**ROW, "管理番号": "exp_2", "2026年10月": "x"}], valid_only=True)
    path = tmp_path / "errors.xlsx"
    path.write_bytes(error_book(result.form))
    workbook = openpyxl.load_workbook(path)
    page = workbook["空き状況"]
    assert [cell.value for cell in page["A"]] == ["管理番号", "exp_2"]
    page["C2"] = 25
    workbook.save(path)
    with transaction(hub) as session:
        mended = import_book(session, read_book(path), "availability")
    assert counts(mended) == (0, 2, 0, 0, True)
    assert months("exp_2")["2026-10"] == (25, 2, 4)
