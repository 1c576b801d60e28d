from collections.abc import Callable
from datetime import date

import pytest

from hub.db.transaction import transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid, NotFound
from hub.workflows.drafts import RequestDraft
from hub.workflows.engagement_days import plan_days
from hub.workflows.engagement_ending import end, end_due
from hub.workflows.moving import Reason
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from hub.workflows.work_logs import ShareDraft, WorkLogDraft, send_log_back, sign_off_log, submit_log, write_log
from hub.workflows.work_state import work_state
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import (
    AFTER,
    EXPERT,
    LAST,
    MIDDLE,
    Work,
    begin,
    begun,
    confirm,
    finish,
    log,
    rows,
    status,
    told_to,
    value,
)
from tests.hub.round.world import APPROVER, CITY, COORDINATOR, REQUESTER, STRANGER, WARD, moves_of, person, status_of

OCTOBER = WorkLogDraft(hours=18.0, days=(date(2026, 10, 6), date(2026, 10, 20)), travel_yen=24_000, done="要件の整理")


def write(work: Work, month: str = "2026-10", told: WorkLogDraft = OCTOBER, version: int | None = None) -> str:
    with transaction(work.engine) as session:
        return write_log(session, EXPERT, work.engagement, month, told, version=version, today=AFTER)


def places(work: Work, told: WorkLogDraft, month: str = "2026-10") -> list[str]:
    with pytest.raises(Invalid) as raised:
        write(work, month, told)
    return [fault.place for fault in raised.value.faults]


def version(work: Work) -> int:
    return int(value(work.engine, "SELECT version FROM engagements WHERE id = :id", id=work.engagement))


def plan(work: Work, *days: date, engagement: str | None = None, expert: str = "e1") -> None:
    key = engagement or work.engagement
    seen = int(value(work.engine, "SELECT version FROM engagements WHERE id = :id", id=key))
    with transaction(work.engine) as session:
        plan_days(session, person(expert), key, days, seen)


def days_of(work: Work) -> list[tuple[object, ...]]:
    query = "SELECT day, worked FROM engagement_days WHERE engagement_id = :id ORDER BY day"
    return [(str(day), bool(worked)) for day, worked in rows(work.engine, query, id=work.engagement)]


@begun
def test_a_month_is_written_handed_in_sent_back_and_signed_off(work: Work):
    log_id = write(work)
    with transaction(work.engine) as session:
        submit_log(session, EXPERT, work.engagement, "2026-10", today=AFTER)
    with pytest.raises(Conflict), transaction(work.engine) as session:
        write_log(session, EXPERT, work.engagement, "2026-10", OCTOBER, version=2, today=AFTER)
    with pytest.raises(Invalid), transaction(work.engine) as session:
        send_log_back(session, REQUESTER, work.engagement, "2026-10", Reason())
    with transaction(work.engine) as session:
        send_log_back(session, REQUESTER, work.engagement, "2026-10", Reason(words="日付を確かめてください"))
    write(work, version=3)
    with transaction(work.engine) as session:
        submit_log(session, EXPERT, work.engagement, "2026-10", today=AFTER)
        sign_off_log(session, APPROVER, work.engagement, "2026-10", today=AFTER)
    assert [move for move, *_ in moves_of(work.engine, "work_log", log_id)] == [
        "submit",
        "send_back",
        "submit",
        "sign_off",
    ]
    assert rows(work.engine, "SELECT status, signed_off_by, hours, onsite_days, travel_yen FROM work_logs") == [
        ("signed_off", "acc_approver", 18.0, 2, 24_000)
    ]
    assert told_to(work.engine, "acc_e1").count("work_log:returned") == 1
    assert told_to(work.engine, "acc_requester").count("work_log:submitted") == 2


@begun
def test_a_lost_update_of_a_log_is_refused_with_both_versions(work: Work):
    write(work)
    write(work, told=WorkLogDraft(hours=10.0, done="先に"), version=1)
    for seen in (None, 1):
        with pytest.raises(ChangedMeanwhile) as raised:
            write(work, told=WorkLogDraft(hours=12.0, done="あと"), version=seen)
        assert (raised.value.stored["hours"], raised.value.told["hours"], raised.value.version) == (10.0, 12.0, 2)


@on_sqlite
@begun
@pytest.mark.parametrize(
    ("written", "found"),
    [
        (WorkLogDraft(hours=20.5, done="x"), ["/remark"]),
        (WorkLogDraft(hours=40.5, done="x", remark="追加"), ["/hours"]),
        (WorkLogDraft(hours=1.0, days=tuple(date(2026, 10, d) for d in (1, 2, 3))), ["/remark"]),
        (WorkLogDraft(hours=1.0, days=tuple(date(2026, 10, d) for d in (1, 2, 3, 4, 5)), remark="x"), ["/days"]),
        (WorkLogDraft(hours=1.0, days=(date(2026, 11, 1),)), ["/days/0"]),
        (WorkLogDraft(hours=1.0, days=(date(2026, 10, 1),) * 2), ["/days/1"]),
        (WorkLogDraft(hours=-1.0), ["/hours"]),
        (WorkLogDraft(hours=float("nan")), ["/hours"]),
        (WorkLogDraft(hours=1.0, travel_yen=-1), ["/travel_yen"]),
        (WorkLogDraft(hours=1.0, travel_yen=2**63), ["/travel_yen"]),
        (WorkLogDraft(hours=1.0, travel_yen=True), ["/travel_yen"]),
        (WorkLogDraft(hours=1.0, shares=(ShareDraft(WARD, 1.0),)), ["/shares/0/organization"]),
    ],
)
def test_a_log_says_what_is_more_than_booked_and_never_exceeds_the_month(work: Work, written, found):
    assert places(work, written) == found
    assert rows(work.engine, "SELECT * FROM work_logs") == []
    assert days_of(work) == []


@begun
def test_more_than_booked_is_taken_with_a_remark(work: Work):
    write(work, told=WorkLogDraft(hours=39.0, done="設計", remark="障害への対応"))
    assert rows(work.engine, "SELECT hours, remark FROM work_logs") == [(39.0, "障害への対応")]


@begun
def test_what_another_engagement_has_booked_or_worked_is_not_there_for_this_one(work: Work):
    second = confirm(work.engine, work.slots[1], "e1")
    assert places(work, WorkLogDraft(hours=20.5, done="x", remark="追加")) == ["/hours"]
    write(work, told=WorkLogDraft(hours=20.0, done="x"))
    begin(work.engine, second)
    with pytest.raises(Invalid, match="20時間"), transaction(work.engine) as session:
        told = WorkLogDraft(hours=21.0, done="x", remark="追加")
        write_log(session, EXPERT, second, "2026-10", told, today=AFTER)


@on_sqlite
@begun
@pytest.mark.parametrize("month", ["2026-09", "2026-12", "2027-01"])
def test_a_month_that_is_not_worked_has_no_log(work: Work, month: str):
    assert places(work, WorkLogDraft(hours=1.0), month) == ["/month"]


@begun
def test_a_month_that_has_not_begun_has_no_log(work: Work):
    with pytest.raises(Invalid), transaction(work.engine) as session:
        write_log(session, EXPERT, work.engagement, "2026-11", WorkLogDraft(hours=1.0), today=MIDDLE)


def test_nothing_is_logged_before_the_work_begins(work: Work):
    with pytest.raises(Conflict):
        write(work)


@begun
def test_a_log_without_words_is_not_handed_in(work: Work):
    write(work, told=WorkLogDraft(hours=1.0))
    with pytest.raises(Invalid, match="/done"), transaction(work.engine) as session:
        submit_log(session, EXPERT, work.engagement, "2026-10")
    with pytest.raises(NotFound), transaction(work.engine) as session:
        submit_log(session, EXPERT, work.engagement, "2026-11")


@on_sqlite
@begun
@pytest.mark.parametrize("actor", [REQUESTER, COORDINATOR, person("e2")])
def test_the_expert_alone_writes_the_log(work: Work, actor):
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        write_log(session, actor, work.engagement, "2026-10", OCTOBER, today=AFTER)


@on_sqlite
@begun
@pytest.mark.parametrize("actor", [EXPERT, COORDINATOR, STRANGER])
def test_the_organization_alone_signs_the_log_off(work: Work, actor):
    write(work)
    with transaction(work.engine) as session:
        submit_log(session, EXPERT, work.engagement, "2026-10")
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        sign_off_log(session, actor, work.engagement, "2026-10")


def test_a_shared_post_says_the_days_of_each_organization_served(work: Work, told: Callable[..., RequestDraft], slot):
    with transaction(work.engine) as session:
        store_requests(session, {"shared": told(beneficiaries=(CITY, WARD), slots=(slot(onsite_days=2.0),))})
        slot_id = next(iter(read_slots(session, ["shared"])["shared"]))
    own = Work(work.engine, work.slots, confirm(work.engine, slot_id, "e1"))
    begin(own.engine, own.engagement)
    assert places(own, OCTOBER) == ["/shares"]
    assert places(own, WorkLogDraft(hours=1.0, done="x", shares=(ShareDraft(CITY, 1.0),) * 2)) == [
        "/shares/1/organization"
    ]
    write(own, told=WorkLogDraft(hours=1.0, done="x", shares=(ShareDraft(CITY, 1.5), ShareDraft(WARD, 2.0))))
    query = "SELECT organization_code, days FROM work_log_shares ORDER BY organization_code"
    assert rows(own.engine, query) == [(WARD, 2.0), (CITY, 1.5)]


@begun
def test_days_are_planned_worked_and_the_rest_is_free_again(work: Work):
    plan(work, date(2026, 10, 6), date(2026, 10, 7), date(2026, 11, 4))
    write(work, told=WorkLogDraft(hours=8.0, days=(date(2026, 10, 6), date(2026, 10, 8)), done="x"))
    assert days_of(work) == [
        ("2026-10-06", True),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-11-04", False),
    ]
    with transaction(work.engine) as session:
        submit_log(session, EXPERT, work.engagement, "2026-10", today=date(2026, 11, 1))
    assert days_of(work) == [("2026-10-06", True), ("2026-10-08", True), ("2026-11-04", False)]


def test_an_expert_is_at_one_place_on_one_day(work: Work):
    second = confirm(work.engine, work.slots[1], "e1")
    plan(work, date(2026, 10, 6))
    with pytest.raises(Conflict, match="2026-10-06"):
        plan(work, date(2026, 10, 6), date(2026, 10, 7), engagement=second)
    plan(work, date(2026, 10, 7), engagement=second)
    begin(work.engine, work.engagement)
    with pytest.raises(Conflict, match="2026-10-07"):
        write(work, told=WorkLogDraft(hours=8.0, days=(date(2026, 10, 7),), done="x"))


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ((date(2026, 9, 30),), ["/days/0"]),
        ((date(2026, 10, 1), date(2026, 10, 1)), ["/days/1"]),
        ((date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)), ["/days"]),
    ],
)
def test_no_more_days_are_planned_than_are_booked(work: Work, days, found):
    with pytest.raises(Invalid) as raised:
        plan(work, *days)
    assert [fault.place for fault in raised.value.faults] == found


def test_days_of_another_organization_s_person_are_not_planned(work: Work):
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        plan_days(session, STRANGER, work.engagement, [date(2026, 10, 1)], 1)


def test_an_engagement_ends_by_itself_when_the_last_log_is_signed_off(work: Work):
    assert work_state_of(work) == {work.slots[0]: "terms"}
    finish(work.engine, work.engagement)
    assert status(work.engine, work.engagement) == "ended"
    assert work_state_of(work) == {work.slots[0]: "ended"}
    assert status_of(work.engine, "requests", "r1") == "running"
    assert moves_of(work.engine, "engagement", work.engagement)[-1] == ("end", "active", "ended", "acc_approver")
    assert told_to(work.engine, "acc_e1").count("engagement:ended") == 1


def work_state_of(work: Work) -> dict[str, str]:
    with transaction(work.engine) as session:
        return dict(work_state(session, "r1"))


@begun
def test_an_engagement_whose_logs_came_early_ends_after_its_last_day(work: Work):
    for month in ("2026-10", "2026-11"):
        log(work.engine, work.engagement, month, WorkLogDraft(hours=18.0, done="x"), today=LAST)
    assert status(work.engine, work.engagement) == "active"
    with transaction(work.engine) as session:
        assert end_due(session, LAST) == ()
        assert end_due(session, AFTER) == (work.engagement,)
    assert moves_of(work.engine, "engagement", work.engagement)[-1] == ("end", "active", "ended", "system")


@begun
def test_an_engagement_that_lacks_something_says_what(work: Work):
    log(work.engine, work.engagement, "2026-10", OCTOBER)
    with pytest.raises(Conflict, match=r"2026-11-30.*2026-11\)"), transaction(work.engine) as session:
        end(session, REQUESTER, work.engagement, today=LAST)
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        end(session, EXPERT, work.engagement, today=AFTER)
