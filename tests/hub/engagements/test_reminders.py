"""Who owes what is told once, and again when there is a new reason."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from hub.db.transaction import transaction
from hub.models.base import utc_now
from hub.workflows.breaking_off import break_off
from hub.workflows.engagement_reminders import remind_due
from hub.workflows.engagements import agree
from hub.workflows.japanese_days import day_in_japan
from hub.workflows.moving import Reason
from hub.workflows.reports import answer_questionnaire
from hub.workflows.work_logs import WorkLogDraft, submit_log, write_log
from tests.hub.engagements.conftest import AFTER, BEFORE, EXPERT, FIRST, Work, begin, begun, done, told_to
from tests.hub.engagements.telling import give
from tests.hub.round.world import REQUESTER

PEOPLE = ("acc_e1", "acc_requester", "acc_approver", "acc_coordinator")


def remind(work: Work, today: date) -> int:
    with transaction(work.engine) as session:
        return remind_due(session, today)


def heard(work: Work, event: str) -> list[int]:
    """Return how often each of ``PEOPLE`` was told of ``event``."""
    return [told_to(work.engine, account).count(event) for account in PEOPLE]


def test_those_whose_word_is_missing_are_told_once_a_week_before_the_first_day(work: Work):
    assert remind(work, FIRST - timedelta(days=8)) == 0
    with transaction(work.engine) as session:
        agree(session, EXPERT, work.engagement, "expert", 1, today=BEFORE)
    before = heard(work, "engagement:opened")
    assert remind(work, FIRST - timedelta(days=7)) == 2
    assert remind(work, FIRST) == 0
    after = heard(work, "engagement:opened")
    assert [b - a for a, b in zip(before, after, strict=True)] == [0, 1, 1, 0]


def test_a_body_that_has_not_consented_is_told_too(work: Work):
    with transaction(work.engine) as session:
        session.execute(text("UPDATE engagements SET dispatching_body = '131041'"))
    remind(work, FIRST)
    assert told_to(work.engine, "acc_ward") == ["engagement:consent_asked"]


@begun
def test_the_log_of_the_month_before_is_asked_for_once_until_it_is_handed_in(work: Work):
    assert remind(work, date(2026, 10, 31)) == 0
    assert remind(work, date(2026, 11, 1)) == 1
    assert remind(work, date(2026, 11, 2)) == 0
    assert heard(work, "work_log:missing") == [1, 0, 0, 0]
    with transaction(work.engine) as session:
        write_log(session, EXPERT, work.engagement, "2026-11", WorkLogDraft(hours=1.0, done="x"), today=AFTER)
        submit_log(session, EXPERT, work.engagement, "2026-11", today=AFTER)
    assert remind(work, AFTER) == 0


@pytest.fixture
def advised(advised: Work) -> Work:
    """Return the adviser's work, begun: its report is due by 7 December 2026."""
    begin(advised.engine, advised.engagement)
    return advised


def test_a_report_is_asked_for_three_days_before_it_is_due_and_the_office_hears_when_it_is_late(advised: Work):
    remind(advised, date(2026, 12, 3))
    assert heard(advised, "report:due_soon") == [0, 0, 0, 0]
    for today in (date(2026, 12, 4), date(2026, 12, 7)):
        remind(advised, today)
        assert (heard(advised, "report:due_soon"), heard(advised, "report:overdue")) == ([1, 1, 1, 0], [0] * 4)
    for today in (date(2026, 12, 8), date(2026, 12, 9)):
        remind(advised, today)
        assert (heard(advised, "report:due_soon"), heard(advised, "report:overdue")) == ([1, 1, 1, 0], [1, 0, 0, 1])


def test_a_questionnaire_is_asked_for_a_month_before_the_year_ends_unless_it_is_answered(advised: Work):
    remind(advised, date(2027, 2, 28))
    assert heard(advised, "questionnaire:due_soon") == [0, 0, 0, 0]
    remind(advised, date(2027, 3, 1))
    remind(advised, date(2027, 3, 2))
    assert heard(advised, "questionnaire:due_soon") == [0, 1, 1, 0]


def test_an_answered_questionnaire_is_not_asked_for(advised: Work):
    with transaction(advised.engine) as session:
        answer_questionnaire(session, REQUESTER, advised.engagement, "定着した", 1)
    remind(advised, date(2027, 3, 31))
    assert heard(advised, "questionnaire:due_soon") == [0, 0, 0, 0]


@done
def test_a_side_that_has_not_evaluated_is_asked_once_more_two_weeks_after_the_end(work: Work):
    ended = day_in_japan(utc_now())
    give(work, "organization")
    asked = heard(work, "evaluation:asked")
    remind(work, ended + timedelta(days=13))
    assert heard(work, "evaluation:asked") == asked == [1, 0, 0, 0]
    for later in (14, 15):
        remind(work, ended + timedelta(days=later))
        assert heard(work, "evaluation:asked") == [2, 0, 0, 0]
    give(work, "expert")
    assert remind(work, ended + timedelta(days=16)) == 0


def test_nobody_evaluates_work_that_was_not_done(work: Work):
    with transaction(work.engine) as session:
        break_off(session, EXPERT, work.engagement, Reason("reached_early"))
    remind(work, day_in_japan(utc_now()) + timedelta(days=20))
    assert heard(work, "evaluation:asked") == [0, 0, 0, 0]
