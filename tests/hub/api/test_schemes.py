from fastapi.testclient import TestClient

ENGLISH = {"Accept-Language": "en"}


def test_a_year_s_schemes_come_at_once_with_sources(still: TestClient):
    year = still.get("/api/schemes", params={"fiscal_year": 2025}).json()
    assert (year["fiscal_year"], year["known"], len(year["schemes"])) == (2025, True, 7)
    adviser = next(one for one in year["schemes"] if one["id"] == "regional_adviser")
    assert adviser["deadline_times"][0] == "2025-04-30T15:00:00+09:00"
    limit = next(one for one in adviser["limits"] if one["id"] == "days_with_onsite")
    assert (limit["value"], limit["unit"], limit["confirmed"], limit["sources"]) == (3, "day", True, ["S-ADV-1"])


def test_a_year_without_data_confirms_nothing(still: TestClient):
    year = still.get("/api/schemes", params={"fiscal_year": 2040}).json()
    assert (year["known"], any(one["confirmed"] for one in year["schemes"])) == (False, False)
    assert still.get("/api/schemes").json()["fiscal_year"] >= 2026


def test_a_year_that_cannot_be_says_what_to_write(still: TestClient):
    for wrong in ("1999", "2101", "令和7", "2025.5"):
        answer = still.get("/api/schemes", params={"fiscal_year": wrong})
        assert answer.status_code == 422
        assert answer.json()["error"]["faults"][0]["place"] == "/query/fiscal_year"


def test_a_request_s_schemes_are_compared(still: TestClient):
    request = still.get("/api/requests", params={"size": 1}).json()["items"][0]["id"]
    compared = still.get(f"/api/requests/{request}/schemes").json()
    assert len(compared["options"]) + len(compared["ruled_out"]) == 7
    for option in compared["options"]:
        assert (option["burden"]["label_ja"], option["burden"]["label_en"]) == ("試算", "estimate")
        assert option["verdict"]["rulings"]
        assert all(line["rule"] and line["fiscal_year"] for line in option["burden"]["lines"])
    assert all(one["verdict"] == "does_not_fit" for one in compared["ruled_out"])


def test_the_schemes_of_no_request_are_not_found(still: TestClient):
    japanese = still.get("/api/requests/nothing/schemes")
    english = still.get("/api/requests/nothing/schemes", headers=ENGLISH)
    assert japanese.status_code == english.status_code == 404
    assert japanese.json()["error"]["message"] != english.json()["error"]["message"]
