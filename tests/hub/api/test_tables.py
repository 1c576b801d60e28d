"""Tables sent in and handed out over the interface: by the same workflows as everywhere, and recorded."""

import csv
import io
import json

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from hub.api.uploads import CSV, XLSX
from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading
from hub.dependencies import _actor
from hub.models import AuditRecord
from hub.models.base import columns

KINDS = ("experts", "requests", "availability", "organizations")
HEADINGS = ["管理番号", "姓", "人材類型", "拠点団体コード", "希望単価（円/時）"]
ROW = ["N-1", "髙橋", "D", "131041", 6000]


def workbook(*rows, sheet="専門人材", headings=HEADINGS):
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in (headings, *rows):
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def send(client, content, address="/api/imports/experts", kind=XLSX, **params):
    return client.post(address, content=content, headers={"Content-Type": kind}, params=params)


def records(engine, action):
    a = columns(AuditRecord)
    with reading(engine) as session:
        query = select(a.actor_id, a.kind, a.subject_id, a.after).where(a.action == action).order_by(a.seq)
        return [(*row[:3], json.loads(row[3]) if isinstance(row[3], str) else row[3]) for row in session.execute(query)]


def total(client):
    return client.get("/api/experts", params={"text": "髙橋 N-"}).json()["total"]


def test_a_workbook_as_the_body_is_taken_in_and_recorded(still: TestClient, engine):
    answer = send(still, workbook(ROW))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["created"], told["written"], told["faults"]) == (1, True, [])
    assert total(still) == 1
    assert records(engine, "table:import")[-1] == (
        "local",
        "experts",
        "",
        {"created": 1, "changed": 0, "unchanged": 0, "faulty": 0},
    )


def test_a_file_of_a_form_and_csv_as_the_body_are_taken_in_as_well(still: TestClient):
    answer = still.post("/api/imports/experts", files={"file": ("名簿.XLSX", workbook(ROW), XLSX)})
    assert answer.json()["created"] == 1
    text = "\n".join(",".join(map(str, row)) for row in (HEADINGS, ["N-2", *ROW[1:]]))
    assert send(still, text.encode(), kind=f"{CSV}; charset=utf-8").json()["created"] == 1
    assert total(still) == 2


def test_a_table_sent_twice_with_one_key_is_taken_in_once(still: TestClient, engine):
    content, headers = workbook(ROW), {"Content-Type": XLSX, "Idempotency-Key": "k1"}
    told = [still.post("/api/imports/experts", content=content, headers=headers) for _ in range(2)]
    assert [answer.json()["created"] for answer in told] == [1, 1]
    assert told[1].headers["Idempotency-Replayed"] == "true"
    assert len(records(engine, "table:import")) == 1


def test_a_look_counts_and_stores_nothing(still: TestClient, engine):
    told = send(still, workbook(ROW), dry_run=True).json()
    assert (told["created"], told["written"], total(still)) == (1, False, 0)
    assert records(engine, "table:import") == []


def test_one_bad_cell_refuses_the_whole_and_is_named(still: TestClient, engine):
    content = workbook(ROW, ["N-2", "佐藤", "Z", "131041", -1])
    answer = send(still, content)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert [fault["place"] for fault in error["faults"]] == ["専門人材!C3 人材類型", "専門人材!E3 希望単価（円/時）"]
    assert (error["report"]["faulty"], error["report"]["written"], error["report"]["fault_count"]) == (1, False, 2)
    assert [fault["cell"] for fault in error["report"]["faults"]] == ["C3", "E3"]
    assert (total(still), records(engine, "table:import")) == (0, [])


def test_what_is_valid_is_stored_when_asked_and_the_rest_comes_as_a_workbook(still: TestClient):
    content = workbook(ROW, ["N-2", "佐藤", "Z", "131041", 1])
    told = send(still, content, valid_only=True).json()
    assert (told["created"], told["faulty"], told["written"]) == (1, 1, True)
    answer = send(still, content, "/api/imports/experts/errors.xlsx")
    page = openpyxl.load_workbook(io.BytesIO(answer.content))["専門人材"]
    assert [cell.value for cell in page["A"]] == ["管理番号", "N-2"]
    assert send(still, workbook(ROW), "/api/imports/experts/errors.xlsx").status_code == 204


def test_a_file_that_cannot_be_read_says_why(still: TestClient):
    for content, kind in ((b"x", XLSX), (b"", CSV), (b"PK\x03\x04", XLSX), (b"\xff\xfex", CSV)):
        answer = send(still, content, kind=kind)
        assert answer.status_code == 422, content
        assert answer.json()["error"]["faults"][0]["place"] == "/body/file"
    assert send(still, b"{}", kind="application/json").status_code == 415
    assert send(still, workbook(ROW), "/api/imports/plans").status_code == 422
    assert still.post("/api/imports/experts", files={"other": ("a.xlsx", b"x", XLSX)}).status_code == 422
    assert still.post("/api/imports/experts", files={"file": ("a.xls", b"x", XLSX)}).status_code == 422
    assert still.post("/api/imports/experts", data={"file": "x"}, files={"x": b""}).status_code in {400, 422}


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(still: TestClient, settings, monkeypatch):
    monkeypatch.setattr("hub.api.uploads.LARGEST_FILE", 1_000)
    assert send(still, b"x" * 1_001, kind=CSV).status_code == 413
    assert still.post("/api/imports/experts", files={"file": ("a.csv", b"x" * 1_001)}).status_code == 413


def test_every_form_is_handed_out(still: TestClient):
    for kind in KINDS:
        answer = still.get(f"/api/imports/{kind}/form.xlsx", params={"month": "2026-10"})
        header = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0][1]]
        assert ("2027年9月" in header) == (kind in {"experts", "availability"})
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("form", "type_"), [("xlsx", XLSX), ("csv", CSV)])
def test_every_list_is_handed_out_and_comes_back_unchanged_and_it_is_recorded(still: TestClient, engine, form, type_):
    for kind in KINDS:
        answer = still.get(f"/api/exports/{kind}.{form}", params={"language": "en"})
        assert answer.status_code == 200
        assert f'filename="{kind}.{form}"' in answer.headers["Content-Disposition"]
        assert records(engine, "table:export")[-1] == ("local", kind, "", {"form": form})
        told = send(still, answer.content, f"/api/imports/{kind}", kind=type_).json()
        assert (told["created"], told["changed"], told["faults"]) == (0, 0, [])
        assert told["unchanged"] > 0


def test_lists_are_narrowed_as_they_are_on_the_page(still: TestClient):
    for kind, key, params in (
        ("experts", "Reference", {"talent_type": "X", "prefecture": "13"}),
        ("requests", "Reference", {"status": "open"}),
        ("organizations", "Code", {"text": "塩尻"}),
    ):
        wanted = still.get(f"/api/{kind}", params=params).json()["total"]
        text = still.get(f"/api/exports/{kind}.csv", params={**params, "language": "en"}).content.decode("utf-8-sig")
        assert len({row[key] for row in csv.DictReader(io.StringIO(text))}) == wanted > 0
    people = still.get("/api/exports/availability.csv", params={"talent_type": "X", "prefecture": "13"}).text
    assert (
        len(people.splitlines()) - 1
        == still.get("/api/experts", params={"talent_type": "X", "prefecture": "13"}).json()["total"]
    )


def test_only_those_who_may_send_in_or_take_out(still: TestClient):
    for role, sends, takes in (
        ("requester", 403, 403),
        ("expert", 403, 403),
        ("auditor", 403, 200),
        ("coordinator", 200, 200),
    ):
        still.app.dependency_overrides[_actor] = lambda role=role: Actor("acc", (Grant(role),))
        for address in ("/api/imports/experts", "/api/imports/experts/errors.xlsx"):
            assert send(still, workbook(["", *ROW[1:]]), address, dry_run=True).status_code in {sends, 204, 422}
            assert (send(still, workbook(ROW), address, dry_run=True).status_code == 403) == (sends == 403)
        assert still.get("/api/imports/experts/form.xlsx").status_code == sends
        assert still.get("/api/exports/experts.csv").status_code == takes
        assert (still.get("/api/exports/plans/none/slots.csv").status_code == 403) == (takes == 403)


def test_a_finished_plan_is_handed_out_slot_by_slot_in_both_languages(client: TestClient, engine):
    from tests.hub.api.test_interface import finished

    address = client.post("/api/plans", json={"title": "十月から", "limits": {"seconds": 20}}).headers["Location"]
    plan_id = finished(client, address)["row"]["id"]
    slots = client.get(f"{address}/slots", params={"filled": True}).json()["total"]
    for language, heading in (("ja", "団体コード"), ("en", "Code")):
        answer = client.get(f"/api/exports/plans/{plan_id}/slots.csv", params={"filled": True, "language": language})
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith(heading)
        assert len(lines) == slots + 1
    assert client.get("/api/exports/plans/none/slots.xlsx").status_code == 404
    assert records(engine, "plan:export")[-1] == ("local", "plan", plan_id, {"what": "plan", "form": "csv"})
