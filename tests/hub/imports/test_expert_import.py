from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import func, select

from hub.db.transaction import reading, transaction
from hub.models import CareerEntry, Expert
from hub.models.base import columns
from hub.workflows.expert_records import read_experts
from hub.workflows.imports import import_book
from hub.workflows.sheets.book import read_book
from hub.workflows.sheets.error_book import error_book


@pytest.fixture
def take_in(engine):
    def run(path, **options):
        with transaction(engine) as session:
            return import_book(session, read_book(path), "experts", **options)

    return run


@pytest.fixture
def stored(engine):
    def read():
        with reading(engine) as session:
            return {draft.reference: draft for draft in read_experts(session).values()}

    return read


def places(result):
    return [(fault.sheet, fault.cell) for fault in result.faults]


def test_a_new_expert_is_stored_as_written(book, expert, take_in, stored):
    result = take_in(book({"専門人材": [expert(勤務形態="リモート", 希望地域="長野; 新潟県", 移動上限="１８０分")]}))
    assert (result.created, result.changed, result.unchanged, result.faulty, result.written) == (1, 0, 0, 0, True)
    told = stored()["E-1"]
    assert (told.family_name, told.given_name) == ("髙橋", "花子")
    assert [(skill.code, skill.level) for skill in told.skills] == [("SE1-02", 2), ("TE1-08", 3)]
    assert [(m.month, m.hours, m.engagements, m.onsite_days) for m in told.availability] == [
        ("2026-10", 40, 1, 0),
        ("2026-11", 30, 2, 4),
    ]
    assert told.work_modes == ("remote",)
    assert told.regions == ("15", "20")
    assert told.max_travel_minutes == 180


def test_every_fault_is_named_by_sheet_cell_and_both_languages_and_nothing_is_written(book, expert, take_in, stored):
    rows = [
        expert(),
        expert(
            管理番号="E-2",
            **{"スキル（略記）": "クラウドインフラ活洋:3", "希望単価（円/時）": -1, "拠点団体コード": 13104},
        ),
        expert(管理番号="E-1", **{"人材類型": "Z", "2026年10月": True, "姓": None, "名": "y" * 101}),
    ]
    result = take_in(book({"専門人材": rows}))
    assert not result.written
    assert stored() == {}
    assert result.faulty == 2
    said = {fault.cell: fault for fault in result.faults}
    assert set(said) == {"G3", "H3", "I3", "A4", "B4", "C4", "F4", "J4"}
    assert "クラウドインフラ活用" in said["G3"].ja
    assert said["G3"].found == "クラウドインフラ活洋:3"
    assert "東京都新宿区 なら 131041" in said["H3"].ja
    assert "負の数" in said["I3"].ja
    assert "専門人材!A2" in said["A4"].ja
    assert "TRUE" in said["J4"].ja
    assert all(fault.ja and fault.en and fault.header for fault in result.faults)


def test_valid_rows_alone_are_written_when_asked(book, expert, take_in, stored):
    rows = [expert(), expert(管理番号="E-2", **{"人材類型": "Z"}), expert(管理番号="E-3")]
    result = take_in(book({"専門人材": rows}), valid_only=True)
    assert (result.created, result.faulty, result.written) == (2, 1, True)
    assert set(stored()) == {"E-1", "E-3"}


def test_a_dry_run_counts_and_writes_nothing(book, expert, take_in, stored, engine):
    path = book({"専門人材": [expert(), expert(管理番号="E-2")]})
    with reading(engine) as session:
        result = import_book(session, read_book(path), "experts", dry_run=True)
    assert (result.created, result.written) == (2, False)
    assert stored() == {}


def test_a_known_reference_is_updated_and_what_the_file_leaves_out_stays(book, expert, take_in, stored):
    take_in(book({"専門人材": [expert(所属="旧社", **{"2026年12月": 10}), expert(管理番号="E-2")]}))
    result = take_in(
        book({"専門人材": [{**expert(**{"2026年10月": None}), "希望単価（円/時）": 7000}, expert(管理番号="E-3")]})
    )
    assert (result.created, result.changed, result.unchanged) == (1, 1, 0)
    told = stored()["E-1"]
    assert told.hourly_rate == 7000
    assert told.affiliation == "旧社"
    assert [month.month for month in told.availability] == ["2026-11", "2026-12"]
    assert "E-2" in stored()


def test_the_same_file_again_changes_nothing(book, expert, take_in, engine):
    path = book({"専門人材": [expert(), expert(管理番号="E-2")]})
    take_in(path)
    with reading(engine) as session:
        before = session.execute(select(columns(Expert).id, columns(Expert).version)).all()
    result = take_in(path)
    assert (result.created, result.changed, result.unchanged) == (0, 0, 2)
    with reading(engine) as session:
        assert session.execute(select(columns(Expert).id, columns(Expert).version)).all() == before


SKILLS = {"管理番号": "E-1", "スキル": "TE1-07", "レベル": 4, "根拠": "基幹系の再構築", "版": "1.2"}
CAREER = {"管理番号": "E-1", "団体": "202151", "役割": "主導", "開始月": "令和6年4月", "終了月": "2025/3"}


def test_skills_and_career_of_their_own_sheets_join_by_reference(book, expert, take_in, stored):
    result = take_in(book({"専門人材": [expert()], "スキル": [SKILLS], "経歴": [CAREER, {**CAREER, "終了月": None}]}))
    assert result.faults == ()
    told = stored()["E-1"]
    assert {(skill.code, skill.level, skill.evidence) for skill in told.skills} == {
        ("TE1-07", 4, "基幹系の再構築"),
        ("TE1-08", 3, ""),
        ("SE1-02", 2, ""),
    }
    assert [(entry.started, entry.ended, entry.role_played) for entry in told.career] == [
        ("2024-04", "2025-03", "lead"),
        ("2024-04", None, "lead"),
    ]


def test_the_short_notation_keeps_the_evidence_there_is(book, expert, take_in, stored):
    take_in(book({"専門人材": [expert(**{"スキル（略記）": None})], "スキル": [SKILLS]}))
    take_in(book({"専門人材": [expert(**{"スキル（略記）": "TE1-07:3"})]}))
    assert [(skill.code, skill.level, skill.evidence) for skill in stored()["E-1"].skills] == [
        ("TE1-07", 3, "基幹系の再構築")
    ]


def test_faults_of_the_other_sheets_keep_the_whole_expert_out(book, expert, take_in, stored):
    sheets = {
        "専門人材": [expert(), expert(管理番号="E-2")],
        "スキル": [
            {**SKILLS, "スキル": "TE1-08"},
            {**SKILLS, "レベル": 5},
            SKILLS,
            SKILLS,
            {**SKILLS, "管理番号": "E-9"},
            {**SKILLS, "管理番号": None},
        ],
        "経歴": [{**CAREER, "終了月": "2024-03"}],
    }
    result = take_in(book(sheets), valid_only=True)
    assert places(result) == [
        ("スキル", "B2"),
        ("スキル", "C3"),
        ("スキル", "B5"),
        ("スキル", "A6"),
        ("スキル", "A7"),
        ("経歴", "E2"),
    ]
    assert set(stored()) == {"E-2"}


def test_english_headings_and_full_names_are_understood(book, take_in, stored):
    row = {
        "Reference": "E-1",
        "氏名": "山田　太郎",
        "フリガナ": "ヤマダ タロウ",
        "talent_types": "D人材; x",
        "roles": "Cloud Engineer / SRE",
        "base": 131041,
        "Hourly rate (yen)": "６，０００円",
        "2026-10": 40,
    }
    result = take_in(book({"Sheet1": [row]}))
    assert result.faults == ()
    told = stored()["E-1"]
    assert (told.family_name, told.given_name, told.family_kana) == ("山田", "太郎", "ヤマダ")
    assert told.talent_types == ("X", "D")
    assert told.roles == ("SW3",)


def test_a_name_without_a_blank_is_questioned(book, take_in):
    result = take_in(
        book(
            {
                "専門人材": [
                    {"管理番号": "E-1", "氏名": "山田太郎", "人材類型": "D", "拠点団体コード": "131041", "希望単価": 1}
                ]
            }
        )
    )
    assert places(result) == [("専門人材", "B2")]


def test_the_header_may_stand_below_a_title(book, expert, take_in):
    rows = [["専門人材の一覧"], [], list(expert()), list(expert().values())]
    assert take_in(book({"専門人材": rows})).created == 1


def test_a_heading_with_a_slip_is_questioned_and_a_strange_one_left_out_with_a_notice(book, expert, take_in):
    row = expert(備考="x")
    row["希望単価(円/持)"] = row.pop("希望単価（円/時）")
    result = take_in(book({"専門人材": [row]}))
    assert [fault.cell for fault in result.faults] == ["1", "L1"]
    assert "もしかして「希望単価（円/時）」" in result.faults[1].ja
    assert any("備考" in notice for notice in result.notices)


def test_the_same_heading_or_month_twice_is_refused(book, expert, take_in):
    rows = [[*expert(), "令和8年10月", "姓"], [*expert().values(), 1, "x"]]
    assert places(take_in(book({"専門人材": rows}))) == [("専門人材", "L1"), ("専門人材", "M1")]


def test_months_may_be_headed_by_dates(book, expert, take_in, stored, tmp_path):
    path = book({"専門人材": [expert()]})
    workbook = openpyxl.load_workbook(path)
    workbook.active["J1"] = datetime(2027, 1, 1)  # noqa: DTZ001  a cell of Excel knows no time zone
    workbook.save(path)
    take_in(path)
    assert [month.month for month in stored()["E-1"].availability] == ["2026-11", "2027-01"]


def test_formulas_errors_and_merged_cells_are_faults_at_their_cell(book, expert, take_in, stored):
    path = book({"専門人材": [expert(), expert(管理番号="E-2"), expert(管理番号="E-3")]})
    workbook = openpyxl.load_workbook(path)
    page = workbook.active
    page["D2"] = "=B2"
    page["E3"] = "#REF!"
    page.merge_cells("D4:E4")
    workbook.save(path)
    result = take_in(path, valid_only=True)
    assert places(result) == [("専門人材", "D2"), ("専門人材", "E3"), ("専門人材", "D4")]
    assert stored() == {}


def test_a_sheet_whose_header_is_wrong_holds_everything_back(book, expert, take_in, stored):
    result = take_in(book({"専門人材": [expert()], "スキル": [{"管理番号": "E-1", "レベル": 3}]}), valid_only=True)
    assert not result.created
    assert stored() == {}
    assert places(result) == [("スキル", "1")]


def test_a_file_that_is_something_else_says_which_columns_are_needed(book, take_in):
    result = take_in(book({"Sheet1": [["a", "b"], [1, 2]]}))
    assert len(result.faults) == 1
    assert "管理番号" in result.faults[0].ja


def test_an_empty_workbook_says_so(book, take_in):
    assert len(take_in(book({"Sheet1": []})).faults) == 1


def test_a_name_beside_a_code_is_compared_with_it(book, expert, take_in):
    assert take_in(book({"専門人材": [expert(拠点団体名="新宿区")]})).faults == ()
    result = take_in(book({"専門人材": [expert(拠点団体名="塩尻市")]}))
    assert "131041 は 東京都新宿区 です" in result.faults[0].ja


def test_perhaps_one_person_twice_is_noticed_but_no_fault(book, expert, take_in):
    result = take_in(book({"専門人材": [expert(), expert(管理番号="E-2")]}))
    assert result.created == 2
    assert any("E-1" in notice and "E-2" in notice for notice in result.notices)


def test_a_fault_below_the_surface_takes_nothing_with_it(book, expert, take_in, stored, monkeypatch, engine):
    """A failure in the middle of writing leaves everything as it was."""
    take_in(book({"専門人材": [expert()]}))
    monkeypatch.setattr("hub.workflows.expert_storing.insert_tuples", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take_in(book({"専門人材": [expert(**{"姓": "別"}), expert(管理番号="E-2")]}))
    assert {key: draft.family_name for key, draft in stored().items()} == {"E-1": "髙橋"}
    with reading(engine) as session:
        assert session.execute(select(func.count()).select_from(CareerEntry)).scalar_one() == 0


def test_a_file_may_name_a_person_by_the_id_of_the_service(book, expert, take_in, engine, stored):
    take_in(book({"専門人材": [expert()]}))
    with reading(engine) as session:
        known = session.execute(select(columns(Expert).id)).scalar_one()
    result = take_in(book({"専門人材": [expert(管理番号=known), expert(**{"姓": "別"})]}), valid_only=True)
    assert [fault.cell for fault in result.faults] == ["A3"]
    assert set(stored()) == {"E-1"}


def test_the_workbook_of_errors_has_the_faulty_rows_coloured_and_can_be_mended_and_taken_in(
    book, expert, take_in, stored, tmp_path
):
    sheets = {
        "専門人材": [expert(), expert(管理番号="E-2", **{"人材類型": "Z"}), expert(管理番号="E-3")],
        "スキル": [{**SKILLS, "管理番号": "E-2"}, {**SKILLS, "管理番号": "E-3", "レベル": 9}],
    }
    result = take_in(book(sheets), valid_only=True)
    path = tmp_path / "errors.xlsx"
    path.write_bytes(error_book(result.form))
    workbook = openpyxl.load_workbook(path)
    page = workbook["専門人材"]
    assert [row[0].value for row in page.iter_rows()] == ["管理番号", "E-2", "E-3"]
    kinds = [cell.value for cell in page[1]].index("人材類型")
    assert page.cell(2, kinds + 1).fill.fgColor.rgb.endswith("FFD6D6")
    assert page.cell(2, 1).fill.fill_type is None
    assert "人材類型" in page.cell(2, page.max_column).value
    assert [row[0].value for row in workbook["スキル"].iter_rows()] == ["管理番号", "E-2", "E-3"]
    assert workbook["誤り"].max_row == 3
    page.cell(2, kinds + 1).value = "X"
    workbook["スキル"]["C3"] = 2
    workbook.save(path)
    again = take_in(path)
    assert (again.created, again.faults) == (2, ())
    assert set(stored()) == {"E-1", "E-2", "E-3"}
