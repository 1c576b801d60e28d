"""Tables taken in by the browser: looked at first, then written as the workflows have it; nothing of a file is kept."""

import base64
import io
import re
from hashlib import sha256
from html import unescape

import openpyxl
import pytest
from sqlalchemy import text

from hub.auth.actor import Actor, Grant
from tests.hub.imports.conftest import EXPERT
from tests.hub.imports.test_hostile_files import HARMLESS, HOSTILE, workbook
from web import uploads
from web.views.imports import KINDS, MOST_SHOWN

from .conftest import Played

COORDINATOR = Actor("acc_office", (Grant("coordinator"),))
GOOD = workbook([EXPERT])
WRONG = {**EXPERT, "管理番号": "E-2", "人材類型": "Z", "拠点団体コード": "999999"}
MIXED = workbook([EXPERT, WRONG])


@pytest.fixture
def office(played: Played):
    return played.acting(COORDINATOR)


def look(browser, content: bytes, name: str = "名簿.xlsx", kind: str = "experts"):
    return browser.post(f"/imports/{kind}", files={"file": (name, content)})


def form_of(page: str) -> dict[str, str]:
    """Return the hidden fields of the form that takes in what was looked at."""
    (form,) = re.findall(r'<form[^>]*action="/imports/\w+/take-in".*?</form>', page, re.DOTALL)
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def take_in(browser, fields: dict[str, str], how: str, kind: str = "experts"):
    parts = {name: (None, value) for name, value in {**fields, "how": how}.items()}
    return browser.post(f"/imports/{kind}/take-in", files=parts)


def counts(page: str) -> tuple[int, ...]:
    """Return what is new, changed, unchanged and wrong."""
    (figures,) = re.findall(r'<dl class="figures flat after">.*?</dl>', page, re.DOTALL)
    return tuple(int(number.replace(",", "")) for number in re.findall(r'class="value[^"]*">([\d,]+)<', figures))


def stored(hub: Played, query: str = "SELECT count(*) FROM experts WHERE reference LIKE 'E-_'") -> object:
    with hub.engine.connect() as connection:
        return connection.execute(text(query)).scalar_one()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_kind_has_a_page_with_its_form_and_what_is_stored(hub, kind: str, language: str):
    page = getattr(hub, language).get(f"/imports/{kind}")
    assert page.status_code == 200
    assert f'href="/api/imports/{kind}/form.xlsx"' in page.text
    assert f'href="/api/exports/{kind}.xlsx?language={language}"' in page.text
    assert f'href="/imports/{kind}"' in getattr(hub, language).get("/imports").text
    assert 'enctype="multipart/form-data"' in page.text


def test_a_file_is_looked_at_first_and_then_taken_in_without_being_chosen_again(office, played: Played):
    page = look(office, GOOD)
    assert (page.status_code, counts(page.text), stored(played)) == (200, (1, 0, 0, 0), 0)
    assert "名簿.xlsx" in page.text
    done = take_in(office, form_of(page.text), "all")
    assert (done.status_code, counts(done.text), stored(played)) == (200, (1, 0, 0, 0), 1)
    assert "すべて書き込みました。" in done.text
    again = look(office, GOOD)
    assert counts(again.text) == (0, 0, 1, 0)
    assert "取り込むものはありません" in again.text
    assert "/take-in" not in again.text
    record = "SELECT actor_id FROM audit_records WHERE action = 'table:import' ORDER BY seq DESC LIMIT 1"
    assert stored(played, record) == COORDINATOR.id


def test_what_is_wrong_is_told_by_sheet_row_and_cell_in_both_languages(played: Played):
    for language, told in (("ja", "「Z」という人材類型はありません。"), ("en", "Unknown talent type")):
        page = look(played.acting(COORDINATOR, language), MIXED).text
        rows = re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, re.DOTALL)
        assert len(rows) == 2
        cells = [re.sub(r"<[^>]+>|\n", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", rows[0], re.DOTALL)]
        assert cells[:4] == ["F3人材類型", "専門人材", "3", "Z"]
        assert told in cells[4]


def test_only_what_is_valid_is_taken_in_and_the_rest_comes_back_as_a_workbook(office, played: Played):
    page = look(office, MIXED)
    assert counts(page.text) == (1, 0, 0, 1)
    assert 'value="valid"' in page.text
    assert 'value="all"' not in page.text
    fields = form_of(page.text)
    done = take_in(office, fields, "valid")
    assert (done.status_code, stored(played)) == (200, 1)
    assert "エラーのある分は取り込んでいません" in done.text
    errors = office.post("/imports/experts/errors.xlsx", files={k: (None, v) for k, v in form_of(done.text).items()})
    assert errors.headers["content-disposition"] == 'attachment; filename="experts-errors.xlsx"'
    assert errors.headers["cache-control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(errors.content))["専門人材"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["E-2"]


def test_all_is_refused_as_a_whole_once_something_is_wrong(office, played: Played):
    fields = form_of(look(office, MIXED).text)
    refused = take_in(office, fields, "all")
    assert (refused.status_code, stored(played)) == (409, 0)
    assert "何も書き込んでいません" in refused.text
    assert counts(refused.text) == (1, 0, 0, 1)


@pytest.mark.parametrize("how", ["all", "valid", "", "every"])
def test_another_file_than_the_one_looked_at_is_looked_at_and_not_taken_in(office, played: Played, how: str):
    fields = form_of(look(office, workbook([{**EXPERT, "姓": "佐藤"}])).text)
    swapped = {**fields, "carried": base64.b64encode(GOOD).decode()}
    told = take_in(office, swapped, how)
    assert (told.status_code, stored(played)) == (409, 0)
    assert "前に確かめたファイルと中身が違う" in told.text
    assert form_of(told.text)["checked"] == sha256(GOOD).hexdigest()


def test_a_large_file_is_chosen_again_and_told_apart_by_its_digest(office, played: Played, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_CARRIED", len(GOOD) - 1)
    page = look(office, GOOD).text
    fields = form_of(page)
    assert set(fields) == {"checked"}
    assert "同じファイルをもう一度選ぶ" in page
    none = take_in(office, fields, "all")
    assert (none.status_code, stored(played)) == (422, 0)
    told = {"checked": (None, fields["checked"]), "how": (None, "all")}
    other = office.post("/imports/experts/take-in", files={**told, "file": ("b.xlsx", MIXED)})
    assert (other.status_code, stored(played)) == (409, 0)
    done = office.post("/imports/experts/take-in", files={**told, "file": ("b.xlsx", GOOD)})
    assert (done.status_code, stored(played)) == (200, 1)


def test_what_a_page_carries_fits_in_a_part_of_a_form(office):
    padded = GOOD + b"\0" * (uploads.MOST_CARRIED - len(GOOD))
    table = uploads.TableSent(padded, "a.xlsx", "", "")
    sent = {"carried": (None, table.carried), "name": (None, "a.xlsx"), "checked": (None, table.digest)}
    assert len(table.carried) > 900_000
    assert office.post("/imports/experts/errors.xlsx", files=sent).status_code in (200, 422)
    assert not uploads.TableSent(padded + b"\0", "a.xlsx", "", "").carried


@pytest.mark.parametrize("address", ["/imports/experts", "/imports/experts/take-in", "/imports/experts/errors.xlsx"])
def test_no_file_is_told_at_its_field(office, address: str):
    for sent in ({"x": (None, "1")}, {"file": ("", b"")}, {"file": (None, "x")}, {"carried": (None, "%%%")}):
        page = office.post(address, files=sent)
        assert page.status_code == 422
        assert 'id="file-error">＊取り込むファイルを選んでください' in page.text
        assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_in_words(office, played: Played, name: str):
    before = stored(played, "SELECT count(*) FROM experts")
    page = look(office, HOSTILE[name])
    assert page.status_code in (200, 422)
    assert "root:" not in page.text
    assert 'id="file-error"' in page.text or counts(page.text)[:3] == (0, 0, 0)
    assert stored(played, "SELECT count(*) FROM experts") == before


@pytest.mark.parametrize("name", HARMLESS)
def test_what_a_workbook_holds_besides_is_left_alone(office, name: str):
    assert counts(look(office, HARMLESS[name]).text) == (1, 0, 0, 0)


def test_what_a_file_says_is_shown_as_text(office):
    hostile = "<script>alert(1)</script>"
    page = look(office, workbook([{**WRONG, "人材類型": hostile}]), f"{hostile}\x07.xlsx").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_only_the_first_faults_are_shown_with_how_many_there_are(office):
    wrong = workbook([{**WRONG, "管理番号": f"W-{number}"} for number in range(MOST_SHOWN)])
    page = look(office, wrong).text
    assert page.count('data-label="書かれていたもの"') == MOST_SHOWN
    assert f"誤り（{2 * MOST_SHOWN}件）" in page


def test_other_formats_and_other_kinds_are_refused_in_words(office):
    page = look(office, GOOD, "名簿.xls")
    assert page.status_code == 422
    assert ".xlsx" in re.findall(r'id="file-error">(.*?)</p>', page.text)[0]
    assert office.get("/imports/plans").status_code == 422


def test_a_body_beyond_the_limit_is_refused_with_a_page(office, played: Played):
    limit = played.settings.largest_body
    page = office.post("/imports/experts", content=b"x", headers={"content-length": str(limit + 1)})
    assert page.status_code == 413
    assert "大きすぎます" in page.text
    assert f"{limit // 2**20} MBまで" in office.get("/imports/experts").text


@pytest.mark.parametrize("role", ["requester", "approver", "expert", "auditor"])
def test_nobody_else_takes_tables_in(played: Played, role: str):
    browser = played.acting(Actor("acc_x", (Grant(role, "202151" if role in ("requester", "approver") else ""),)))
    assert browser.get("/imports").status_code == 403
    assert look(browser, GOOD).status_code == 403
    assert take_in(browser, {"checked": ""}, "all").status_code == 403
    assert stored(played) == 0


def test_lists_are_had_as_files_as_they_are_narrowed(office, played: Played):
    for address, wanted in (
        ("/experts?q=a&type=X&paused=yes", "/api/exports/experts.xlsx?language=ja&text=a&talent_type=X&paused=true"),
        ("/experts", "/api/exports/experts.csv?language=ja&paused=false"),
        ("/requests?status=open&prefecture=20", "/api/exports/requests.xlsx?language=ja&status=open&prefecture=20"),
        (f"/plans/{played.plan}?show=open", f"/api/exports/plans/{played.plan}/slots.csv?language=ja&filled=false"),
    ):
        page = unescape(office.get(address).text)
        assert f'href="{wanted}"' in page
        assert unescape(office.get(address, headers={"hx-request": "true"}).text).count(wanted) == 1
        assert office.get(wanted).status_code == 200


def test_who_may_not_take_lists_out_sees_no_files(played: Played):
    page = played.acting(Actor("acc_city", (Grant("requester", "202151"),))).get("/requests").text
    assert "/api/exports" not in page
    assert "/imports" not in page
