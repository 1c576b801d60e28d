"""Reports, from their writing to the sign-off, and what a scheme asks for afterwards."""

from dataclasses import replace
from datetime import date

import pytest

from hub.db.transaction import transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid, NotFound
from hub.workflows.breaking_off import break_off
from hub.workflows.moving import Reason
from hub.workflows.reports import (
    ReportDraft,
    answer_questionnaire,
    send_report_back,
    sign_off_report,
    submit_report,
    write_report,
)
from tests.hub.engagements.conftest import EXPERT, REPORT, Work, begin, begun, report, rows, status, told_to
from tests.hub.round.world import APPROVER, COORDINATOR, REQUESTER, STRANGER, person


@begun
def test_a_report_is_written_handed_in_sent_back_and_signed_off(work: Work):
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, ReportDraft("したこと", ""))
    with pytest.raises(Invalid, match="/outcome"), transaction(work.engine) as session:
        submit_report(session, EXPERT, work.engagement)
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT, 1)
        submit_report(session, EXPERT, work.engagement)
    with pytest.raises(Conflict), transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT, 3)
    with transaction(work.engine) as session:
        send_report_back(session, REQUESTER, work.engagement, Reason(words="数字の根拠を"))
        write_report(session, EXPERT, work.engagement, replace(REPORT, evidence="資料3"), 4)
        submit_report(session, EXPERT, work.engagement)
        sign_off_report(session, REQUESTER, work.engagement)
    assert rows(work.engine, "SELECT status, signed_off_by, evidence, due_on FROM reports") == [
        ("signed_off", "acc_requester", "資料3", None)
    ]
    assert told_to(work.engine, "acc_e1").count("report:returned") == 1


@begun
def test_a_lost_update_of_a_report_is_refused_with_both_versions(work: Work):
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT)
    for seen in (None, 7):
        with pytest.raises(ChangedMeanwhile) as raised, transaction(work.engine) as session:
            write_report(session, REQUESTER, work.engagement, replace(REPORT, outcome="別の成果"), seen)
        assert (raised.value.stored, raised.value.told) == ({"outcome": REPORT.outcome}, {"outcome": "別の成果"})


@begun
def test_who_hands_a_report_in_does_not_sign_it_off(work: Work):
    with transaction(work.engine) as session:
        write_report(session, REQUESTER, work.engagement, REPORT)
        submit_report(session, REQUESTER, work.engagement)
    with pytest.raises(Conflict, match="本人"), transaction(work.engine) as session:
        sign_off_report(session, REQUESTER, work.engagement)
    with transaction(work.engine) as session:
        sign_off_report(session, APPROVER, work.engagement)


def test_nothing_is_reported_before_the_work_begins_nor_by_strangers(work: Work):
    with pytest.raises(Conflict), transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT)
    begin(work.engine, work.engagement)
    for actor in (STRANGER, person("e2"), COORDINATOR):
        with pytest.raises(Forbidden), transaction(work.engine) as session:
            write_report(session, actor, work.engagement, REPORT)
    with pytest.raises(NotFound), transaction(work.engine) as session:
        submit_report(session, EXPERT, work.engagement)


def test_an_adviser_s_report_is_due_a_week_after_the_last_day_and_a_questionnaire_the_year_after(advised: Work):
    begin(advised.engine, advised.engagement)
    assert [str(day) for (day,) in rows(advised.engine, "SELECT due_on FROM reports")] == ["2026-12-07"]
    asked = rows(advised.engine, "SELECT fiscal_year, due_on FROM questionnaires")
    assert [(year, str(day)) for year, day in asked] == [(2026, "2027-03-31")]


def test_an_adviser_s_work_ends_once_the_report_is_signed_off(advised: Work):
    finish_adviser(advised)
    assert status(advised.engine, advised.engagement) == "active"
    report(advised)
    assert status(advised.engine, advised.engagement) == "ended"


def finish_adviser(work: Work) -> None:
    from hub.workflows.work_logs import WorkLogDraft
    from tests.hub.engagements.conftest import log

    begin(work.engine, work.engagement)
    for month in ("2026-10", "2026-11"):
        log(work.engine, work.engagement, month, WorkLogDraft(hours=4.0, done="助言"))


def test_breaking_off_brings_the_report_forward_and_asks_for_none_of_work_not_done(advised: Work):
    begin(advised.engine, advised.engagement)
    with transaction(advised.engine) as session:
        break_off(session, EXPERT, advised.engagement, Reason("reached_early"), date(2026, 10, 20))
    assert [str(day) for (day,) in rows(advised.engine, "SELECT due_on FROM reports")] == ["2026-10-27"]


def test_work_never_done_is_asked_nothing(advised: Work):
    begin(advised.engine, advised.engagement)
    with transaction(advised.engine) as session:
        break_off(session, EXPERT, advised.engagement, Reason("reached_early"))
    assert rows(advised.engine, "SELECT due_on FROM reports") == [(None,)]
    assert rows(advised.engine, "SELECT * FROM questionnaires") == []


def test_the_organization_answers_the_questionnaire(advised: Work):
    begin(advised.engine, advised.engagement)
    with pytest.raises(Forbidden), transaction(advised.engine) as session:
        answer_questionnaire(session, EXPERT, advised.engagement, "定着した", 1)
    with pytest.raises(Invalid), transaction(advised.engine) as session:
        answer_questionnaire(session, REQUESTER, advised.engagement, "  ", 1)
    with transaction(advised.engine) as session:
        answer_questionnaire(session, REQUESTER, advised.engagement, "定着した", 1)
    with pytest.raises(ChangedMeanwhile), transaction(advised.engine) as session:
        answer_questionnaire(session, REQUESTER, advised.engagement, "別の答え", 1)
    assert rows(advised.engine, "SELECT answer, answered_by, version FROM questionnaires") == [
        ("定着した", "acc_requester", 2)
    ]
