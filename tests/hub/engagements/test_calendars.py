"""An expert's calendar: what stands in it, who reads it, and the private address of calendar programs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar, Event
from sqlalchemy import text

from hub import dependencies
from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden, NotFound
from hub.settings import Settings
from hub.workflows.breaking_off import break_off
from hub.workflows.calendar_entries import Entry, read_calendar
from hub.workflows.calendar_feeds import bearer_of, hash_of, record_reading, subscribe, unsubscribe
from hub.workflows.engagement_days import plan_days
from hub.workflows.engagement_reading import read_engagement
from hub.workflows.engagement_terms import edit_terms
from hub.workflows.moving import Reason
from hub.workflows.proposals import accept_as_expert
from hub.workflows.reports import ReportDraft, answer_questionnaire, submit_report, write_report
from tests.hub.apps import app_for
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import EXPERT, FIRST, MIDDLE, Work, begin, begun, confirm, rows, value
from tests.hub.engagements.test_terms import adviser
from tests.hub.round.world import APPROVER, COORDINATOR, OF_NAGANO, REQUESTER, STRANGER, offer, person

ADMINISTRATOR = Actor("acc_admin", (Grant("system_admin"),))
OF_TOKYO = Actor("acc_tokyo", (Grant("coordinator", "13"),))
AT_HOME = "/api/experts/e1/calendar"


@pytest.fixture
def work(work: Work) -> Work:
    """Return the work with the expert's role given to their account."""
    with transaction(work.engine) as session:
        session.execute(text("INSERT INTO account_grants (account_id, role, scope) VALUES ('acc_e1', 'expert', '')"))
    return work


def entries(work: Work, actor: Actor = EXPERT, expert: str = "e1", today: date = FIRST) -> dict[str, Entry]:
    with reading(work.engine) as session:
        return {entry.key: entry for entry in read_calendar(session, actor, expert, today)}


def kinds(work: Work, actor: Actor = EXPERT) -> list[str]:
    return sorted(entry.kind for entry in entries(work, actor).values())


@contextmanager
def acting(settings: Settings, actor: Actor) -> Iterator[TestClient]:
    app = app_for(settings.model_copy(update={"worker": False, "public_url": "https://hub.example"}))
    app.dependency_overrides[dependencies._actor] = lambda: actor
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def events(content: bytes) -> dict[str, Event]:
    return {str(event["uid"]).split("@")[0]: event for event in Calendar.from_ical(content).events}


def recorded(work: Work) -> list[tuple[str, str, dict[str, object] | None]]:
    query = (
        "SELECT actor_id, action, after FROM audit_records WHERE kind = 'expert' AND action LIKE 'calendar:%'"
        " ORDER BY seq"
    )
    return [
        (str(who), str(action).split(":")[1], json.loads(str(after)) if after else None)
        for who, action, after in rows(work.engine, query)
    ]


def test_an_engagement_stands_on_its_days_and_becomes_firm_when_it_begins(work: Work):
    one = entries(work)[work.engagement]
    assert (one.kind, one.first, one.last) == ("work", date(2026, 10, 1), date(2026, 11, 30))
    assert (one.title, one.organization, one.hours, one.onsite_days) == ("クラウドの設計", "長野県塩尻市", 20.0, 2.0)
    assert one.state == "tentative"
    begin(work.engine, work.engagement)
    begun = entries(work)[work.engagement]
    assert begun.state == "confirmed"
    assert begun.version > one.version
    assert begun.changed >= one.changed


def test_days_on_site_are_whole_days_at_a_place(work: Work):
    with reading(work.engine) as session:
        version = read_engagement(session, EXPERT, work.engagement).version
    with transaction(work.engine) as session:
        plan_days(session, EXPERT, work.engagement, [date(2026, 10, 5), date(2026, 11, 9)], version)
    found = [entry for entry in entries(work).values() if entry.kind == "onsite"]
    assert [(entry.first, entry.last) for entry in found] == [
        (day, day) for day in (date(2026, 10, 5), date(2026, 11, 9))
    ]
    assert {entry.version for entry in found} == {version + 1}


def test_a_proposal_stands_at_its_deadline_until_it_needs_no_answer(work: Work):
    with transaction(work.engine) as session:
        proposal = offer(session, work.slots[1], "e1")
    before = entries(work)[proposal]
    deadline = value(work.engine, "SELECT deadline FROM proposals WHERE id = :id", id=proposal)
    assert str(before.at)[:19] == str(deadline)[:19]
    assert (before.kind, before.state, before.subject) == ("answer", "confirmed", ("proposal", proposal))
    with transaction(work.engine) as session:
        accept_as_expert(session, EXPERT, proposal)
    after = entries(work)[proposal]
    assert after.state == "cancelled"
    assert after.version > before.version


def test_what_a_scheme_asks_for_afterwards_stands_until_it_is_done(work: Work, told, slot):
    engagement = adviser(work, told, slot)
    begin(work.engine, engagement, date(2025, 6, 1), "e2")
    doer, today = person("e2"), date(2025, 7, 1)
    found = entries(work, doer, "e2", today).values()
    report, asked = (next(entry for entry in found if entry.kind == kind) for kind in ("report", "questionnaire"))
    assert (report.first, report.state) == (date(2025, 7, 7), "confirmed")
    assert (asked.first, asked.state) == (date(2027, 3, 31), "confirmed")
    with transaction(work.engine) as session:
        version = session.execute(text("SELECT version FROM reports")).scalar_one()
        write_report(session, doer, engagement, ReportDraft("助言", "成果", "資料"), version)
        submit_report(session, doer, engagement)
        answer_questionnaire(session, APPROVER, engagement, "役に立った", 1)
    done = entries(work, doer, "e2", today)
    assert [(done[key].state) for key in (report.key, asked.key)] == ["cancelled", "cancelled"]
    assert done[report.key].version > report.version
    assert done[asked.key].version > asked.version


@begun
@on_sqlite
def test_work_broken_off_ends_on_its_last_day_and_is_cancelled_when_there_was_none(work: Work):
    second = confirm(work.engine, work.slots[1], "e1")
    with transaction(work.engine) as session:
        break_off(session, COORDINATOR, work.engagement, Reason("budget"), MIDDLE)
        break_off(session, COORDINATOR, second, Reason("budget"))
    found = entries(work)
    assert (found[work.engagement].state, found[work.engagement].last) == ("confirmed", MIDDLE)
    assert found[second].state == "cancelled"


@on_sqlite
def test_what_is_long_over_is_left_out(work: Work):
    assert work.engagement in entries(work, today=date(2027, 11, 30))
    assert work.engagement not in entries(work, today=date(2027, 12, 2))


def test_others_read_only_what_is_theirs_of_it(work: Work):
    assert kinds(work, COORDINATOR) == kinds(work, OF_NAGANO) == kinds(work) == ["answer", "work"]
    assert kinds(work, OF_TOKYO) == []
    for actor in (STRANGER, REQUESTER, person("e2"), ADMINISTRATOR):
        with pytest.raises(Forbidden):
            entries(work, actor)
    with pytest.raises(NotFound):
        entries(work, COORDINATOR, "nobody")


def test_no_calendar_names_another_person(work: Work, settings: Settings):
    with reading(work.engine) as session:
        page = read_engagement(session, COORDINATOR, work.engagement)
    with transaction(work.engine) as session:
        told = replace(page.terms, conditions="担当は山田太郎、電話 0263-52-0280")
        edit_terms(session, REQUESTER, work.engagement, told, page.version)
    begin(work.engine, work.engagement)
    with acting(settings, EXPERT) as client:
        content = client.get(f"{AT_HOME}.ics").content.decode().replace("\r\n ", "")
    people = rows(work.engine, "SELECT name FROM accounts") + rows(work.engine, "SELECT mail FROM accounts")
    for unwanted in ("山田太郎", "0263", "髙橋", "ATTENDEE", "ORGANIZER", *(str(name) for (name,) in people)):
        assert unwanted not in content


@begun
def test_who_signed_in_takes_the_calendar_and_it_is_recorded(work: Work, settings: Settings):
    with acting(settings, EXPERT) as client:
        answer = client.get(f"{AT_HOME}.ics")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert answer.headers["cache-control"] == "no-store"
        found = events(answer.content)
        assert str(found[work.engagement]["summary"]) == "従事 クラウドの設計（長野県塩尻市）"
        assert str(found[work.engagement]["url"]) == f"https://hub.example/engagements/{work.engagement}"
        english = events(client.get(f"{AT_HOME}.ics", headers={"Accept-Language": "en"}).content)
        assert str(english[work.engagement]["summary"]).startswith("Engagement: ")
        assert client.get("/api/experts/nobody/calendar.ics").status_code == 404
    with acting(settings, STRANGER) as client:
        assert client.get(f"{AT_HOME}.ics").status_code == 403
    assert recorded(work) == [("acc_e1", "hand_out", {"form": "ics", "subscribed": False})] * 2


def test_a_subscription_is_read_without_signing_in_until_it_is_made_anew_or_ended(
    work: Work, settings: Settings, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    with acting(settings, EXPERT) as client:
        assert client.get(f"{AT_HOME}-subscription").status_code == 404
        made = [client.post(f"{AT_HOME}-subscription") for _ in range(2)]
        assert [answer.status_code for answer in made] == [200, 200]
        first, second = (answer.json()["address"].removeprefix("https://hub.example") for answer in made)
        client.app.dependency_overrides[dependencies._actor] = lambda: STRANGER  # type: ignore[attr-defined]
        assert client.get(first).status_code == 404
        for _ in range(2):
            assert work.engagement in events(client.get(second).content)
        assert client.delete(f"{AT_HOME}-subscription").status_code == 403
        client.app.dependency_overrides[dependencies._actor] = lambda: EXPERT  # type: ignore[attr-defined]
        assert client.get(f"{AT_HOME}-subscription").json()["handed_out_on"] is not None
        assert client.delete(f"{AT_HOME}-subscription").status_code == 204
        assert client.delete(f"{AT_HOME}-subscription").status_code == 404
        assert client.get(second).status_code == client.get("/api/calendar.ics?token=").status_code == 404
        assert client.get("/api/calendar.ics").status_code == 422
    token = second.partition("token=")[2]
    assert len(token) >= 43
    logged = [vars(entry) for entry in caplog.records if entry.name.startswith("hub")]
    assert "/api/calendar.ics" in str(logged)
    assert token not in str(logged)
    assert recorded(work) == [
        ("acc_e1", "subscribe", {"anew": False}),
        ("acc_e1", "subscribe", {"anew": True}),
        ("acc_e1", "hand_out", {"form": "ics", "subscribed": True}),
        ("acc_e1", "unsubscribe", None),
    ]


def make(work: Work, actor: Actor = EXPERT, expert: str = "e1") -> str:
    with transaction(work.engine) as session:
        return subscribe(session, actor, expert)


def test_the_secret_of_an_address_is_kept_nowhere(work: Work):
    token = make(work)
    assert rows(work.engine, "SELECT token_hash FROM calendar_feeds") == [(hash_of(token),)]
    for table in ("audit_records", "audit_details", "notifications", "kept_answers"):
        assert token not in str(rows(work.engine, f"SELECT * FROM {table}"))


def test_only_the_expert_makes_an_address_and_an_administrator_can_end_it(work: Work):
    for actor in (COORDINATOR, ADMINISTRATOR, LOCAL, REQUESTER, person("e2")):
        with pytest.raises(Forbidden):
            make(work, actor)
    with pytest.raises(NotFound):
        make(work, person("e2"), "e2")
    make(work)
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        unsubscribe(session, COORDINATOR, "e1")
    with transaction(work.engine) as session:
        unsubscribe(session, ADMINISTRATOR, "e1")
    assert rows(work.engine, "SELECT * FROM calendar_feeds") == []


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE accounts SET active = false WHERE id = 'acc_e1'",
        "UPDATE accounts SET expert_id = NULL WHERE id = 'acc_e1'",
        "DELETE FROM account_grants WHERE account_id = 'acc_e1' AND role = 'expert'",
    ],
)
def test_an_address_ends_with_what_it_stands_for(work: Work, ending: str):
    token = make(work)
    with reading(work.engine) as session:
        assert bearer_of(session, token).expert == "e1"
    with transaction(work.engine) as session:
        session.execute(text(ending))
    with pytest.raises(NotFound), reading(work.engine) as session:
        bearer_of(session, token)


def test_a_program_that_reads_all_day_is_recorded_once_a_day(work: Work):
    token = make(work)
    for today in (FIRST, FIRST, FIRST + timedelta(days=1)):
        with reading(work.engine) as session:
            bearer = bearer_of(session, token)
        for _ in range(2):
            with transaction(work.engine) as session:
                record_reading(session, bearer, today)
    assert [action for _, action, _ in recorded(work)] == ["subscribe", "hand_out", "hand_out"]
