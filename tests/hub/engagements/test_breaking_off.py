from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.db.transaction import transaction
from hub.errors import Conflict, Forbidden, Invalid
from hub.workflows.breaking_off import break_off
from hub.workflows.engagement_days import plan_days
from hub.workflows.engagements import agree
from hub.workflows.moving import Reason
from hub.workflows.work_logs import WorkLogDraft, write_log
from tests.hub.databases import on_postgresql, on_sqlite
from tests.hub.engagements.conftest import AFTER, EXPERT, Work, begin, begun, confirm, log, rows, status, told_to, value
from tests.hub.round.world import APPROVER, COORDINATOR, OF_NAGANO, REQUESTER, STRANGER, committed, person, status_of

WHY = Reason("reached_early")
OCTOBER = date(2026, 10, 20)


def stop(work: Work, last: date | None, actor=REQUESTER, engagement: str | None = None) -> tuple[str, ...]:
    with transaction(work.engine) as session:
        return break_off(session, actor, engagement or work.engagement, WHY, last)


def slot_of(work: Work) -> tuple[object, ...]:
    return rows(work.engine, "SELECT start, length, withdrawn FROM slots WHERE id = :id", id=work.slots[0])[0]


def proposal_status(work: Work) -> str:
    query = "SELECT p.status FROM proposals p JOIN engagements e ON e.proposal_id = p.id WHERE e.id = :id"
    return str(value(work.engine, query, id=work.engagement))


@begun
def test_later_months_go_back_to_the_expert_and_the_slot_asks_for_them_anew(work: Work):
    assert committed(work.engine, "e1")[1:3] == [(20, 1, 2), (20, 1, 2)]
    version = value(work.engine, "SELECT version FROM requests WHERE id = 'r1'")
    assert stop(work, OCTOBER) == ("2026-11",)
    assert committed(work.engine, "e1")[1:3] == [(20, 1, 2), (0, 0, 0)]
    assert (status(work.engine, work.engagement), proposal_status(work)) == ("broken_off", "released")
    assert tuple(slot_of(work)) == ("2026-11", 1, False)
    assert status_of(work.engine, "requests", "r1") == "open"
    assert value(work.engine, "SELECT version FROM requests WHERE id = 'r1'") > version
    why = "SELECT broken_off_on, broken_off_reason FROM engagements WHERE id = :id"
    assert [str(told) for told in rows(work.engine, why, id=work.engagement)[0]] == ["2026-10-20", "reached_early"]
    for account in ("acc_e1", "acc_requester", "acc_approver", "acc_coordinator"):
        assert "engagement:broken_off" in told_to(work.engine, account)


@begun
def test_the_rest_of_the_slot_is_filled_by_somebody_else(work: Work):
    stop(work, OCTOBER)
    second = confirm(work.engine, work.slots[0], "e2")
    (days,) = rows(work.engine, "SELECT first_day, last_day FROM engagements WHERE id = :id", id=second)
    assert [str(day) for day in days] == ["2026-11-01", "2026-11-30"]
    assert committed(work.engine, "e2")[1:3] == [(0, 0, 0), (20, 1, 2)]
    assert status_of(work.engine, "requests", "r1") == "staffed"


def test_work_broken_off_before_it_begins_gives_everything_back(work: Work):
    assert stop(work, None, EXPERT) == ("2026-10", "2026-11")
    assert committed(work.engine, "e1") == [(0, 0, 0)] * 4
    assert tuple(slot_of(work)) == ("2026-10", 2, False)
    assert proposal_status(work) == "released"
    assert status_of(work.engine, "requests", "r1") == "open"


@begun
def test_work_broken_off_in_its_last_month_has_used_the_slot_up(work: Work):
    assert stop(work, date(2026, 11, 10), COORDINATOR) == ()
    assert committed(work.engine, "e1")[1:3] == [(20, 1, 2), (20, 1, 2)]
    assert (status(work.engine, work.engagement), proposal_status(work)) == ("broken_off", "confirmed")
    assert tuple(slot_of(work)) == ("2026-10", 2, False)
    assert status_of(work.engine, "requests", "r1") == "running"


@begun
def test_days_planned_after_the_last_one_are_free_and_those_before_stay(work: Work):
    with transaction(work.engine) as session:
        days = [date(2026, 10, 6), date(2026, 10, 27), date(2026, 11, 4)]
        seen = int(value(work.engine, "SELECT version FROM engagements WHERE id = :id", id=work.engagement))
        plan_days(session, EXPERT, work.engagement, days[:1] + days[2:], seen)
    stop(work, OCTOBER)
    assert [str(day) for (day,) in rows(work.engine, "SELECT day FROM engagement_days")] == ["2026-10-06"]


@begun
def test_breaking_off_never_loses_work_on_record(work: Work):
    worked = WorkLogDraft(hours=8.0, days=(date(2026, 11, 4),), done="x")
    with transaction(work.engine) as session:
        write_log(session, EXPERT, work.engagement, "2026-11", worked, today=AFTER)
    for last in (None, OCTOBER, date(2026, 11, 3)):
        with pytest.raises(Invalid, match="2026-11-04"):
            stop(work, last)
    assert status(work.engine, work.engagement) == "active"
    assert stop(work, date(2026, 11, 4)) == ()
    log_of_october = WorkLogDraft(hours=5.0, done="x")
    log(work.engine, work.engagement, "2026-10", log_of_october)
    assert value(work.engine, "SELECT count(*) FROM work_logs") == 2


@on_sqlite
@begun
@pytest.mark.parametrize("last", [date(2026, 9, 30), date(2026, 11, 30), date(2027, 1, 1)])
def test_the_last_day_lies_within_the_engagement(work: Work, last: date):
    with pytest.raises(Invalid, match="/last_day"):
        stop(work, last)


def test_what_has_not_begun_has_no_last_day(work: Work):
    with pytest.raises(Invalid, match="/last_day"):
        stop(work, OCTOBER)


@on_sqlite
@pytest.mark.parametrize("reason", [Reason(), Reason("bored"), Reason("other")])
def test_breaking_off_says_why_by_a_code(work: Work, reason: Reason):
    with pytest.raises(Invalid, match="/reason"), transaction(work.engine) as session:
        break_off(session, EXPERT, work.engagement, reason)
    assert status(work.engine, work.engagement) == "terms"


@pytest.mark.parametrize("actor", [STRANGER, person("e2")])
def test_strangers_break_nothing_off(work: Work, actor):
    with pytest.raises(Forbidden):
        stop(work, None, actor)


@pytest.mark.parametrize("actor", [APPROVER, OF_NAGANO, EXPERT])
def test_either_side_and_the_coordinator_may_break_off_and_once(work: Work, actor):
    stop(work, None, actor)
    with pytest.raises(Conflict):
        stop(work, None, actor)


@given(
    last=st.one_of(st.none(), st.dates(date(2026, 10, 1), date(2026, 11, 29))), begun=st.booleans(), other=st.booleans()
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whenever_work_is_broken_off_what_is_promised_is_the_sum_of_what_is_held(work_anew, last, begun, other):
    work = work_anew()
    if other:
        confirm(work.engine, work.slots[1], work.expert)
    if begun:
        begin(work.engine, work.engagement, expert_id=work.expert)
    given_back = stop(work, last if begun else None)
    wrong = """
        SELECT a.month FROM availability a WHERE a.expert_id = :id AND (
          abs(a.hours_committed - coalesce((SELECT sum(b.hours) FROM bookings b
            WHERE b.expert_id = a.expert_id AND b.month = a.month AND b.held), 0)) > 0.000001
          OR a.engagements_committed <> (SELECT count(*) FROM bookings b
            WHERE b.expert_id = a.expert_id AND b.month = a.month AND b.held))
    """
    assert rows(work.engine, wrong, id=work.expert) == []
    kept = {"2026-10", "2026-11"} - set(given_back)
    query = """
        SELECT b.month FROM bookings b JOIN engagements e ON e.proposal_id = b.proposal_id WHERE e.id = :id AND b.held
    """
    assert {month for (month,) in rows(work.engine, query, id=work.engagement)} == kept
    assert (proposal_status(work) == "released") == bool(given_back)
    start, length, _ = slot_of(work)
    assert (start, length) == ((given_back[0], len(given_back)) if given_back else ("2026-10", 2))


@on_postgresql
def test_two_that_decide_on_one_engagement_at_once_never_wait_for_each_other_in_vain(work_anew):
    for _ in range(6):
        work = work_anew()
        with transaction(work.engine) as session:
            agree(session, person(work.expert), work.engagement, "expert", 1, today=AFTER)
        together = Barrier(2)

        def say_yes(work: Work = work, together: Barrier = together) -> None:
            together.wait()
            with transaction(work.engine) as session:
                agree(session, APPROVER, work.engagement, "organization", 1, today=AFTER)

        def give_up(work: Work = work, together: Barrier = together) -> None:
            together.wait()
            stop(work, None)

        with ThreadPoolExecutor(2) as pool:
            ends = [pool.submit(act) for act in (say_yes, give_up)]
        assert {type(end.exception()) for end in ends} <= {type(None), Conflict}
        assert status(work.engine, work.engagement) == "broken_off"
