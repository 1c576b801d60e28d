import openpyxl
import pytest
from sqlalchemy import select

from hub.db.transaction import reading, transaction
from hub.models import Organization
from hub.models.base import columns
from hub.workflows.imports import import_book
from hub.workflows.organizations import find_organizations, load_register
from hub.workflows.sheets.book import read_book
from hub.workflows.sheets.error_book import error_book

SHIOJIRI = {"団体コード": "202151", "団体名": "塩尻市", "予算（円）": 3_000_000, "英語名": "Shiojiri", "緯度": 36.1}


@pytest.fixture
def take_in(registered, book):
    def run(rows, **options):
        with (reading if options.get("dry_run") else transaction)(registered) as session:
            return import_book(session, read_book(book({"団体": rows})), "organizations", **options)

    return run


@pytest.fixture
def stored(registered):
    def read(code="202151"):
        o = columns(Organization)
        with reading(registered) as session:
            query = select(o.budget, o.name_en, o.latitude, o.version).where(o.code == code)
            return tuple(session.execute(query).one())

    return read


def counts(result):
    return result.created, result.changed, result.unchanged, result.faulty, result.written


def cells(result):
    return [fault.cell for fault in result.faults]


def test_what_people_know_better_than_the_register_is_stored_and_found(take_in, stored, registered):
    assert counts(take_in([SHIOJIRI])) == (0, 1, 0, 0, True)
    assert stored() == (3_000_000, "Shiojiri", 36.1, 2)
    with reading(registered) as session:
        assert [row.code for row in find_organizations(session, "shiojiri 塩尻").items] == ["202151"]
    assert counts(take_in([SHIOJIRI])) == (0, 0, 1, 0, True)
    assert stored()[3] == 2


def test_an_empty_budget_is_no_limit_and_other_empty_cells_leave_what_is_stored(take_in, stored):
    take_in([SHIOJIRI])
    assert counts(take_in([{**SHIOJIRI, "予算（円）": None, "英語名": None, "緯度": None}])) == (0, 1, 0, 0, True)
    assert stored()[:3] == (None, "Shiojiri", 36.1)
    take_in([SHIOJIRI])
    take_in([{"団体コード": "202151", "英語名": "Shiojiri-shi"}])
    assert stored()[:3] == (3_000_000, "Shiojiri-shi", 36.1)


def test_the_register_loaded_again_keeps_what_people_corrected(take_in, stored, registered):
    take_in([SHIOJIRI])
    with transaction(registered) as session:
        assert load_register(session) == 0
    assert stored()[:3] == (3_000_000, "Shiojiri", 36.1)


def test_a_dry_run_writes_nothing(take_in, stored):
    assert counts(take_in([SHIOJIRI], dry_run=True)) == (0, 1, 0, 0, False)
    assert stored()[0] is None


def test_every_kind_of_fault_is_named_at_its_cell_and_nothing_is_written(take_in, stored):
    rows = [
        SHIOJIRI,
        {**SHIOJIRI, "団体コード": 11002},
        {**SHIOJIRI, "団体コード": "131041"},
        {**SHIOJIRI, "団体コード": None},
        {**SHIOJIRI, "団体コード": "011002", "団体名": None, "予算（円）": -1, "緯度": 136.1},
        {**SHIOJIRI, "団体名": None},
    ]
    result = take_in(rows)
    assert cells(result) == ["A3", "B4", "A5", "C6", "E6", "A7"]
    assert "北海道札幌市 なら 011002" in result.faults[0].ja
    assert not result.written
    assert stored()[0] is None


def test_valid_rows_alone_are_written_when_asked_and_the_others_come_back_to_be_mended(take_in, stored, tmp_path):
    result = take_in([SHIOJIRI, {**SHIOJIRI, "団体コード": "131041", "団体名": "別"}], valid_only=True)
    assert counts(result) == (0, 1, 0, 1, True)
    assert (stored()[0], stored("131041")[0]) == (3_000_000, None)
    (tmp_path / "errors.xlsx").write_bytes(error_book(result.form))
    page = openpyxl.load_workbook(tmp_path / "errors.xlsx")["団体"]
    assert [cell.value for cell in page["A"]] == ["団体コード", "131041"]
    assert page["B2"].fill.fgColor.rgb != page["A2"].fill.fgColor.rgb
