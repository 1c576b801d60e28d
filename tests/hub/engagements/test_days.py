"""Days on site, planned and worked at random: an expert is at one place on one day, and nothing else is refused."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from hub.db.transaction import transaction
from hub.errors import Conflict
from hub.models import EngagementDay
from hub.models.base import table_of
from hub.workflows.engagement_days import plan_days
from hub.workflows.work_logs import WorkLogDraft, write_log
from tests.hub.engagements.conftest import AFTER, Work, begin, confirm, rows, value
from tests.hub.round.world import person

DAYS = st.frozensets(st.dates(date(2026, 10, 1), date(2026, 10, 5)), max_size=2)


@dataclass(frozen=True, slots=True)
class Step:
    """Plan or work the ``days`` of October for one of two engagements."""

    which: int
    worked: bool
    days: frozenset[date]


@dataclass
class Place:
    """What the days of an engagement should be: planned and worked apart."""

    planned: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    @property
    def all(self) -> frozenset[date]:
        return self.planned | self.worked


STEPS = st.lists(st.builds(Step, st.integers(0, 1), st.booleans(), DAYS), min_size=1, max_size=8)


@given(steps=STEPS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_days_never_collide_and_only_those_that_would_are_refused(work_anew, steps):
    work = work_anew()
    keys = (work.engagement, confirm(work.engine, work.slots[1], work.expert))
    for key in keys:
        begin(work.engine, key, expert_id=work.expert)
    places = (Place(), Place())
    for step in steps:
        own, other = places[step.which], places[1 - step.which]
        # What is booked allows two days a month, planned and worked together; more is another test's business.
        if not step.worked and len(step.days | own.worked) > 2:
            continue
        act = work_on if step.worked else plan_on
        if step.days & other.all:
            with pytest.raises(Conflict, match=str(min(step.days & other.all))):
                act(work, keys[step.which], step.days)
        else:
            act(work, keys[step.which], step.days)
            if step.worked:
                own.planned, own.worked = own.all - step.days, step.days
            else:
                own.planned = step.days - own.worked
        for key, place in zip(keys, places, strict=True):
            assert days_of(work, key) == place.all
            assert days_of(work, key, worked=True) == place.worked


def plan_on(work: Work, key: str, days: frozenset[date]) -> None:
    version = int(value(work.engine, "SELECT version FROM engagements WHERE id = :id", id=key))
    with transaction(work.engine) as session:
        plan_days(session, person(work.expert), key, sorted(days), version)


def work_on(work: Work, key: str, days: frozenset[date]) -> None:
    version = value(work.engine, "SELECT version FROM work_logs WHERE engagement_id = :id", id=key)
    told = WorkLogDraft(hours=1.0, days=tuple(sorted(days)), done="x")
    with transaction(work.engine) as session:
        seen = None if version is None else int(str(version))
        write_log(session, person(work.expert), key, "2026-10", told, version=seen, today=AFTER)


def days_of(work: Work, key: str, *, worked: bool = False) -> frozenset[date]:
    query = "SELECT day FROM engagement_days WHERE engagement_id = :id" + (" AND worked" if worked else "")
    return frozenset(date.fromisoformat(str(day)) for (day,) in rows(work.engine, query, id=key))


def test_the_database_itself_keeps_a_person_from_being_in_two_places(work: Work):
    second = confirm(work.engine, work.slots[1], "e1")
    row = {"expert_id": "e1", "day": date(2026, 10, 6), "worked": False}
    with transaction(work.engine) as session:
        session.execute(insert(table_of(EngagementDay)), [{**row, "engagement_id": work.engagement}])
    with pytest.raises(IntegrityError), transaction(work.engine) as session:
        session.execute(insert(table_of(EngagementDay)), [{**row, "engagement_id": second}])
