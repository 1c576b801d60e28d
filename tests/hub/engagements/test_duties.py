"""Everything the clock does at a moment: done twice, or by several processes at once, it is as once."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import SQLModel

from hub.db.transaction import reading, transaction
from hub.jobs.duties import DUTIES
from hub.settings import Settings
from hub.workflows.drafts import RequestDraft
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from tests.hub.engagements.conftest import BEFORE, FIRST, Work, begin, rows
from tests.hub.round.world import offer

NINE = timedelta(hours=9)


def at(day: date) -> datetime:
    """Return noon of a day in Japan."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - NINE


@pytest.fixture
def due(work: Work, told: Callable[..., RequestDraft]) -> Work:
    """Return a hub where on ``FIRST`` an engagement is to begin, one offer has lapsed, and another lapses next day."""
    begin(work.engine, work.engagement, BEFORE)
    with transaction(work.engine) as session:
        store_requests(session, {"r3": told(title="三つ目")})
        third = next(iter(read_slots(session, ["r3"])["r3"]))
        offer(session, work.slots[1], "e2", deadline=at(FIRST) - timedelta(hours=1))
        offer(session, third, "e2", deadline=at(FIRST) + timedelta(hours=20))
        session.execute(text("DELETE FROM notifications"))
    return work


def do_all(engine: Engine, now: datetime, settings: Settings) -> dict[str, int]:
    """Do every duty once as of ``now``, and return how much each did."""
    done = {}
    for duty in DUTIES:
        with transaction(engine) as session:
            done[duty.name] = duty.step(session, now, settings)
    return {name: count for name, count in done.items() if count}


def picture(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    with reading(engine) as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for name, table in SQLModel.metadata.tables.items()
        }


def test_every_duty_does_what_is_due_and_nothing_more_the_second_time(due: Work, settings: Settings):
    assert do_all(due.engine, at(FIRST), settings) == {"lapse": 1, "begin_work": 1, "reminders": 2}
    told = {(event, account) for event, account in rows(due.engine, "SELECT event, account_id FROM notifications")}
    assert {event for event, _ in told} >= {"proposal:lapsed", "engagement:begun", "proposal:due_soon"}
    # Those of the organization who have to answer; nobody has an account for e2.
    assert {who for event, who in told if event == "proposal:due_soon"} == {"acc_requester", "acc_approver"}
    before = picture(due.engine)
    assert do_all(due.engine, at(FIRST), settings) == {}
    assert picture(due.engine) == before
    later = at(FIRST + timedelta(days=40))
    assert do_all(due.engine, later, settings).keys() >= {"lapse", "work_owed"}
    before = picture(due.engine)
    assert do_all(due.engine, later, settings) == {}
    assert picture(due.engine) == before


def test_of_several_clocks_at_once_one_does_each_thing(due: Work, settings: Settings):
    done: list[dict[str, int]] = []
    at_once = threading.Barrier(3)

    def attend() -> None:
        at_once.wait()
        done.append(do_all(due.engine, at(FIRST), settings))

    threads = [threading.Thread(target=attend) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 3
    assert sum(one.get("lapse", 0) for one in done) == 1
    moves = rows(due.engine, "SELECT move, subject_id FROM changes WHERE move IN ('lapse', 'begin')")
    assert sorted(move for move, _ in moves) == ["begin", "lapse"]
    told = rows(due.engine, "SELECT account_id, event, subject_id, occasion FROM notifications")
    assert len(set(told)) == len(told)
    mails = rows(due.engine, "SELECT count(*), count(DISTINCT notification_id) FROM outbox")
    assert mails[0][0] == mails[0][1]
    assert do_all(due.engine, at(FIRST), settings) == {}
