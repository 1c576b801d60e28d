"""Work through the interface: from the terms to the record, by the people who may."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.auth.actor import Actor
from hub.settings import Settings
from hub.workflows import engagement_ending, engagements, work_logs
from tests.hub.calling import Hub, opened
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import AFTER, EXPERT, WARD_APPROVER, Work, begin, begun, done, rows
from tests.hub.round.world import APPROVER, COORDINATOR, OF_NAGANO, REQUESTER, STRANGER, person

INTERNAL = {"fit", "score", "net_cost", "plan_id", "rating_mean", "priority"}
"""What only the office and the organization look at."""
REPORT = {"contribution": "設計した", "outcome": "運行を二割減らした", "evidence": "議事録"}


@pytest.fixture(autouse=True)
def december(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the day after the work: the interface takes the day it is."""
    for module in (engagements, work_logs, engagement_ending):
        monkeypatch.setattr(module, "today_in_japan", lambda: AFTER)


@dataclass(frozen=True, slots=True)
class Called:
    """The application over ``work``; ``at``: the address of its engagement."""

    hub: Hub
    work: Work

    @property
    def at(self) -> str:
        return f"/engagements/{self.work.engagement}"

    @property
    def engine(self) -> Engine:
        return self.work.engine

    def get(self, actor: Actor, address: str = "", status: int = 200) -> Any:
        return self.hub.call(actor, "GET", f"{self.at}{address}", status)

    def put(self, actor: Actor, address: str, status: int, body: Any) -> Any:
        return self.hub.call(actor, "PUT", f"{self.at}{address}", status, body)

    def post(self, actor: Actor, address: str, status: int, body: Any = None) -> Any:
        return self.hub.call(actor, "POST", f"{self.at}{address}", status, body)


@pytest.fixture
def called(work: Work, settings: Settings) -> Iterator[Called]:
    with opened(settings) as hub:
        yield Called(hub, work)


def evaluation(side: str, overall: int = 5) -> Any:
    if side == "expert":
        return {"overall": overall, "aspects": dict.fromkeys(("clarity", "cooperation", "openness", "conditions"), 4)}
    return {
        "overall": overall,
        "aspects": dict.fromkeys(("expertise", "communication", "delivery", "transfer"), 4),
        "comment": "丁寧でした",
        "role_played": "lead",
        "skills": [{"code": "TE1-08", "level": 4, "evidence": "移行を設計した"}],
    }


def test_work_from_its_terms_to_the_record(called: Called):
    page = called.get(EXPERT)
    terms = {**page["terms"], "conditions": "交通費は実費"}
    called.put(REQUESTER, f"/terms?version={page['version']}", 204, terms)
    assert called.post(EXPERT, "/agreements/expert", 200, {"terms_version": 2}) == {"status": "terms"}
    assert called.post(APPROVER, "/agreements/organization", 200, {"terms_version": 2}) == {"status": "active"}
    version = called.get(EXPERT)["version"]
    called.put(EXPERT, f"/days?version={version}", 204, {"days": ["2026-10-06", "2026-10-20"]})
    assert [day["day"] for day in called.get(REQUESTER)["days"]] == ["2026-10-06", "2026-10-20"]
    for month in ("2026-10", "2026-11"):
        log = f"/work-logs/{month}"
        called.get(EXPERT, log, 404)
        called.put(EXPERT, log, 200, {"hours": 9.5, "days": [f"{month}-06"], "travel_yen": 2000, "done": "整理"})
        called.post(EXPERT, f"{log}/submit", 204)
        called.post(REQUESTER, f"{log}/send-back", 422, {})
        called.post(REQUESTER, f"{log}/send-back", 204, {"words": "日付を確かめてください"})
        found = called.get(EXPERT, log)
        assert (found["row"]["status"], found["mend"]) == ("returned", "日付を確かめてください")
        called.put(EXPERT, f"{log}?version={found['row']['version']}", 200, {**found["told"], "hours": 10})
        called.post(EXPERT, f"{log}/submit", 204)
        called.post(APPROVER, f"{log}/sign-off", 204)
    assert called.get(EXPERT, "/work-logs/2026-11")["signed_off"]["by"] == "acc_approver"
    assert called.get(EXPERT)["row"]["status"] == "ended"
    cost = called.get(REQUESTER, "/cost")
    assert (cost["work"], cost["travel"], cost["shares"]) == (
        120_000,
        4000,
        [{"organization": "202151", "yen": 124_000}],
    )
    called.put(EXPERT, "/report", 200, REPORT)
    called.post(EXPERT, "/report/submit", 204)
    called.post(REQUESTER, "/report/sign-off", 204)
    called.post(APPROVER, "/evaluations/organization", 201, evaluation("organization"))
    assert called.get(EXPERT, "/evaluations") == []
    called.post(EXPERT, "/evaluations/expert", 201, evaluation("expert"))
    assert [one["side"] for one in called.get(EXPERT, "/evaluations")] == ["organization", "expert"]
    whole = called.hub.call(EXPERT, "GET", "/experts/e1", 200)
    assert [(entry["organization"], entry["skills"]) for entry in whole["verified"]] == [
        ("長野県塩尻市", [["1.2", "TE1-08", 4]])
    ]
    (case,) = called.hub.call(STRANGER, "GET", "/cases?like=r2", 200)["items"]
    assert (case["shared"], case["organization"]) == (False, None)
    called.put(APPROVER, "/case/organization", 204, {"shared": True})
    called.put(EXPERT, "/case/expert", 204, {"shared": True})
    (case,) = called.hub.call(STRANGER, "GET", "/cases", 200)["items"]
    assert (case["organization"], case["outcome"]) == ("長野県塩尻市", "運行を二割減らした")
    steps = [(step["about"], step["month"], step["move"]) for step in called.get(REQUESTER, "/history")]
    of_month = [("submit", None), ("send_back", None), ("submit", None), ("sign_off", None)]
    expected = [("engagement", None, "begin")]
    expected += [("work_log", month, move) for month in ("2026-10", "2026-11") for move, _ in of_month]
    expected += [("engagement", None, "end"), ("report", None, "submit"), ("report", None, "sign_off")]
    assert sorted(steps, key=str) == sorted(expected, key=str)


@begun
def test_lists_hold_what_one_may_read_and_come_in_pages(called: Called):
    called.put(EXPERT, "/work-logs/2026-10", 200, {"hours": 1})
    called.put(EXPERT, "/report", 200, REPORT)
    for address in ("/engagements", "/work-logs", "/reports"):
        for actor in (EXPERT, REQUESTER, APPROVER, COORDINATOR, OF_NAGANO):
            page = called.hub.call(actor, "GET", f"{address}?size=1", 200)
            assert (page["total"], page["size"], len(page["items"])) == (1, 1, 1)
        for actor in (STRANGER, WARD_APPROVER, person("e2")):
            assert called.hub.call(actor, "GET", address, 200)["total"] == 0
        called.hub.call(Actor("acc_nobody", ()), "GET", address, 403)
        assert (
            called.hub.call(EXPERT, "GET", f"{address}?status=signed_off", 422 if "eng" in address else 200) is not None
        )
        called.hub.call(EXPERT, "GET", f"{address}?size=101", 422)
        called.hub.call(EXPERT, "GET", f"{address}?organization=1", 422)
    assert called.hub.call(EXPERT, "GET", "/engagements?status=terms", 200)["total"] == 0
    assert called.hub.call(EXPERT, "GET", "/work-logs?month=2026-11", 200)["total"] == 0
    assert called.hub.call(EXPERT, "GET", "/reports?due_until=2027-01-01", 200)["total"] == 0


READ = ("", "/history", "/cost", "/work-logs/2026-10", "/report", "/evaluations")


@on_sqlite
@begun
@pytest.mark.parametrize("actor", [STRANGER, WARD_APPROVER, person("e2")], ids=lambda actor: actor.id)
def test_what_is_others_is_refused(called: Called, actor: Actor):
    called.put(EXPERT, "/work-logs/2026-10", 200, {"hours": 1, "done": "x"})
    called.put(EXPERT, "/report", 200, REPORT)
    terms = called.get(EXPERT)["terms"]
    for address in READ:
        called.get(actor, address, 404)
    called.hub.call(actor, "GET", f"{called.at}/questionnaire", (403, 404))
    writing: tuple[tuple[str, str, Any], ...] = (
        ("PUT", "/terms?version=1", terms),
        ("POST", "/agreements/organization", {"terms_version": 1}),
        ("POST", "/agreements/expert", {"terms_version": 1}),
        ("POST", "/consent", {"terms_version": 1}),
        ("PUT", "/days?version=1", {"days": []}),
        ("POST", "/end", None),
        ("POST", "/break-off", {"code": "budget"}),
        ("PUT", "/case/organization", {"shared": True}),
        ("PUT", "/work-logs/2026-10?version=1", {"hours": 2}),
        ("POST", "/work-logs/2026-10/submit", None),
        ("POST", "/work-logs/2026-10/sign-off", None),
        ("POST", "/work-logs/2026-10/send-back", {"words": "x"}),
        ("PUT", "/report?version=1", REPORT),
        ("POST", "/report/submit", None),
        ("POST", "/report/sign-off", None),
        ("POST", "/report/send-back", {"words": "x"}),
        ("PUT", "/questionnaire?version=1", {"answer": "x"}),
        ("POST", "/evaluations/organization", evaluation("organization")),
    )
    for method, address, body in writing:
        # 403 for who may never do such a thing, 404 for who may do it to their own.
        called.hub.call(actor, method, f"{called.at}{address}", (403, 404), body)
    assert rows(called.engine, "SELECT status, version FROM work_logs") == [("draft", 1)]
    assert rows(called.engine, "SELECT status, version FROM reports") == [("due", 1)]


@on_sqlite
@pytest.mark.parametrize("address", [*READ, "/questionnaire"])
def test_an_engagement_that_is_not_there_is_not_found(called: Called, address: str):
    called.hub.call(COORDINATOR, "GET", f"/engagements/nothing{address}", 404)


def test_what_was_not_written_yet_is_not_found(called: Called):
    for address in ("/work-logs/2026-10", "/report", "/questionnaire"):
        called.get(REQUESTER, address, 404)
    called.post(APPROVER, "/work-logs/2026-10/sign-off", 404)


def test_a_change_needs_the_version_seen_and_a_lost_one_shows_both(called: Called):
    page = called.get(REQUESTER)
    for address, body in (("/terms", page["terms"]), ("/days", {"days": []}), ("/questionnaire", {"answer": "x"})):
        (fault,) = called.put(REQUESTER, address, 422, body)["error"]["faults"]
        assert fault["place"] == "/query/version"
    called.put(REQUESTER, "/terms?version=1", 204, {**page["terms"], "hourly_rate": 5000})
    error = called.put(REQUESTER, "/terms?version=1", 409, {**page["terms"], "hourly_rate": 7000})["error"]
    assert (error["code"], error["stored"], error["told"], error["version"]) == (
        "changed_meanwhile",
        {"hourly_rate": 5000},
        {"hourly_rate": 7000},
        2,
    )
    called.post(EXPERT, "/agreements/expert", 409, {"terms_version": 1})
    begin(called.engine, called.work.engagement)
    called.put(EXPERT, "/work-logs/2026-10", 200, {"hours": 1})
    error = called.put(EXPERT, "/work-logs/2026-10", 409, {"hours": 2})["error"]
    assert (error["stored"], error["told"], error["version"]) == ({"hours": 1.0}, {"hours": 2.0}, 1)
    called.put(EXPERT, "/report", 200, REPORT)
    error = called.put(REQUESTER, "/report", 409, {**REPORT, "outcome": "別の成果"})["error"]
    assert (error["stored"], error["told"]) == ({"outcome": REPORT["outcome"]}, {"outcome": "別の成果"})


@on_sqlite
@pytest.mark.parametrize(
    ("method", "address", "body", "places"),
    [
        ("PUT", "/terms?version=1", {}, ["/form", "/first_day", "/last_day", "/hours", "/onsite_days"]),
        ("PUT", "/days?version=0", {"days": []}, ["/query/version"]),
        ("POST", "/agreements/nobody", {"terms_version": 1}, ["/path/side"]),
        ("POST", "/agreements/expert", {"terms_version": True}, ["/terms_version"]),
        (
            "PUT",
            "/days?version=1",
            {"days": ["2026-13-01", 5, "2026-10-01T00:00:00"]},
            ["/days/0", "/days/1", "/days/2"],
        ),
        ("PUT", "/work-logs/2026-13", {"hours": 1}, ["/path/month"]),
        ("PUT", "/work-logs/2026-10", {"hours": 745, "days": "x", "surprise": 1}, ["/hours", "/days", "/surprise"]),
        ("PUT", "/work-logs/2026-10", {"hours": 1, "travel_yen": 2**63}, ["/travel_yen"]),
        ("PUT", "/work-logs/2026-10", {"hours": 1, "done": "a\0b"}, ["/done"]),
        ("PUT", "/report", {"outcome": "長" * 20_001}, ["/outcome"]),
        ("POST", "/break-off", {"code": "bored"}, ["/reason/code"]),
        ("POST", "/break-off", {"code": "budget", "last_day": "soon"}, ["/last_day"]),
        ("PUT", "/case/expert", {"shared": "yes"}, ["/shared"]),
    ],
)
def test_what_cannot_be_taken_names_the_place(called: Called, method: str, address: str, body: Any, places: list[str]):
    # Whoever may do such a thing is told what is wrong with it; terms are the organization's to change.
    actor = REQUESTER if address.startswith("/terms") else EXPERT
    error = called.hub.call(actor, method, f"{called.at}{address}", 422, body)["error"]
    assert sorted(fault["place"] for fault in error["faults"]) == sorted(places)
    assert all(fault["message"] and "Input should" not in fault["message"] for fault in error["faults"]), error


@begun
def test_work_broken_off_says_which_months_are_free_again_and_keeps_the_words_for_the_office(called: Called):
    told = {"code": "other", "words": "家族のこと", "last_day": "2026-10-20"}
    assert called.post(EXPERT, "/break-off", 200, told) == {"months": ["2026-11"]}
    called.post(EXPERT, "/break-off", 409, told)
    for actor, words in ((EXPERT, "家族のこと"), (COORDINATOR, "家族のこと"), (REQUESTER, None)):
        last = called.get(actor, "/history")[-1]
        assert (last["move"], last["reason_code"], last["reason"]) == ("break_off", "other", words)


@done
def test_an_evaluation_sent_twice_is_given_once(called: Called):
    address, key = f"{called.at}/evaluations/organization", {"Idempotency-Key": "5a0e"}
    for _ in range(2):
        called.hub.call(APPROVER, "POST", address, 201, evaluation("organization"), key)
    called.hub.call(APPROVER, "POST", address, 409, evaluation("organization"), {"Idempotency-Key": "5a0f"})
    assert rows(called.engine, "SELECT overall FROM evaluations") == [(5,)]


def names_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from names_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from names_in(value)


@done
def test_an_expert_sees_no_score_and_no_plan(called: Called):
    called.put(EXPERT, "/report", 200, REPORT)
    for address in (*(f"{called.at}{one}" for one in READ), "/engagements", "/work-logs", "/reports", "/cases"):
        assert INTERNAL & set(names_in(called.hub.call(EXPERT, "GET", address, 200))) == set(), address


def test_the_interface_describes_what_it_takes(called: Called):
    paths = called.hub.call(COORDINATOR, "GET", "/openapi.json", 200)["paths"]
    own = {path: told for path, told in paths.items() if "engagement" in path or "gate" in path}
    assert own
    silent = {"submit", "sign-off", "end", "confirm"}
    for path, told in own.items():
        for method, operation in told.items():
            if method in {"put", "post"} and path.rsplit("/", 1)[-1] not in silent:
                asked = operation["requestBody"]["content"]["application/json"]["schema"]
                assert "$ref" not in str(asked), path
                assert asked["properties"], path


def test_a_request_passes_its_gates_by_two_pairs_of_eyes(called: Called):
    address, told = "/requests/r1/gate-reviews", {"decision": "pass", "findings": "実証に進める"}
    called.hub.call(STRANGER, "POST", address, 404, told)
    called.hub.call(REQUESTER, "POST", "/requests/nothing/gate-reviews", 404, told)
    error = called.hub.call(REQUESTER, "POST", address, 422, {"decision": "pass", "findings": " "})["error"]
    assert [fault["place"] for fault in error["faults"]] == ["/findings"]
    key = {"Idempotency-Key": "77"}
    made = called.hub.call(REQUESTER, "POST", address, 201, told, key)
    assert called.hub.call(REQUESTER, "POST", address, 201, told, key) == made
    called.hub.call(REQUESTER, "POST", address, 409, told)
    review = f"/gate-reviews/{made['id']}"
    called.hub.call(APPROVER, "POST", f"{review}/confirm", 403)
    called.hub.call(OF_NAGANO, "POST", f"{review}/send-back", 422, {})
    called.hub.call(OF_NAGANO, "POST", f"{review}/send-back", 204, {"words": "数字の根拠を"})
    called.hub.call(OF_NAGANO, "POST", f"{review}/confirm", 409)
    second = called.hub.call(APPROVER, "POST", address, 201, told)
    gate = called.hub.call(OF_NAGANO, "POST", f"/gate-reviews/{second['id']}/confirm?version=1", 200)
    assert gate == {"gate": "社会実証"}
    page = called.hub.call(REQUESTER, "GET", f"{address}?size=1&sort=proposed", 200)
    assert (page["total"], page["items"][0]["status"], page["items"][0]["mend"]) == (2, "returned", "数字の根拠を")
    called.hub.call(STRANGER, "GET", address, 404)
    called.hub.call(OF_NAGANO, "POST", "/gate-reviews/nothing/confirm", 404)
