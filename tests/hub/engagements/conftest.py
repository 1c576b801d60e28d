"""Confirmed proposals, by the same answers people give."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.workflows.drafts import MonthDraft, RequestDraft
from hub.workflows.engagements import agree
from hub.workflows.experts import store_experts
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.reports import ReportDraft, sign_off_report, submit_report, write_report
from hub.workflows.request_records import read_slots
from hub.workflows.requests import store_requests
from hub.workflows.work_logs import WorkLogDraft, sign_off_log, submit_log, write_log
from tests.hub import drafts
from tests.hub.databases import Databases
from tests.hub.round.world import APPROVER, REQUESTER, WARD, make_plan, offer, person
from tests.hub.workflows.accounts import add_account

BEFORE, FIRST, MIDDLE, LAST, AFTER = (
    date(2026, 9, 30),
    date(2026, 10, 1),
    date(2026, 10, 20),
    date(2026, 11, 30),
    date(2026, 12, 1),
)
"""Before the engagement, its first day, a day of its first month, its last day, and the day after."""
REPORT = ReportDraft("要件を整理し、設計した", "運行を二割減らした", "議事録")
WARD_APPROVER = Actor("acc_ward", (Grant("approver", WARD),))
EXPERT = person("e1")


@dataclass(frozen=True, slots=True)
class Work:
    """Requests ``r1`` and ``r2`` of 塩尻市 with one slot each (October and November, 20 hours, 2 days a month), experts
    ``e1`` and ``e2`` (40 hours, 4 days), and ``engagement``: that of ``e1`` on ``r1``, at its terms.
    """

    engine: Engine
    slots: tuple[str, str]
    engagement: str
    expert: str = "e1"


def draft(**changes: Any) -> RequestDraft:
    return drafts.request(**{"slots": (drafts.slot(onsite_days=2.0),), **changes})


@pytest.fixture
def told() -> Callable[..., RequestDraft]:
    return draft


def people_at_work(engine: Engine) -> None:
    """Make the accounts, and the requests and experts with the first engagement."""
    with transaction(engine) as session:
        make_plan(session)
        store_experts(session, {"e1": drafts.expert()})
        for actor in (APPROVER, REQUESTER, EXPERT, WARD_APPROVER):
            grants = [(grant.role, grant.scope) for grant in actor.grants if grant.role != "expert"]
            add_account(session, actor.id, *grants, expert=actor.expert)
        add_account(session, "acc_coordinator", ("coordinator", "20"))
    furnish(engine)


@pytest.fixture(scope="session", autouse=True)
def contents(databases: Databases) -> None:
    databases.add("work", people_at_work, on="registered")
    databases.add("work_begun", lambda engine: begin(engine, found(engine).engagement), on="work")
    databases.add("work_done", lambda engine: finish(engine, found(engine).engagement), on="work")
    databases.add("work_reported", lambda engine: report(found(engine)), on="work_done")


begun = pytest.mark.usefixtures("work_begun")
"""For a test whose ``work`` has begun."""
done = pytest.mark.usefixtures("work_done")
"""For a test whose ``work`` is over, each month's log signed off."""
reported = pytest.mark.usefixtures("work_reported")
"""For a test whose ``work`` is over and whose report is signed off."""


@pytest.fixture
def work_begun(work: Work) -> Work:
    return work


@pytest.fixture
def work_done(work: Work) -> Work:
    return work


@pytest.fixture
def work_reported(work: Work) -> Work:
    return work


@pytest.fixture
def work(registered: Engine) -> Work:
    return found(registered)


@pytest.fixture
def work_anew(registered: Engine) -> Callable[[], Work]:
    """Return what makes other people and requests in the same database, for examples that each want their own."""
    marks = count(1)
    with transaction(registered) as session:
        make_plan(session)
    return lambda: furnish(registered, f"_{next(marks)}")


def furnish(engine: Engine, mark: str = "", **changes: object) -> Work:
    """Make the requests (with ``changes``) and experts, ``mark`` behind the ids, and confirm the first engagement."""
    months = tuple(MonthDraft(month, 40.0, 2, 4.0) for month in ("2025-06", "2026-10", "2026-11", "2026-12"))
    experts, requests = (f"e1{mark}", f"e2{mark}"), (f"r1{mark}", f"r2{mark}")
    with transaction(engine) as session:
        store_experts(session, {key: drafts.expert(given_name=key, availability=months) for key in experts})
        store_requests(session, {key: draft(title=key, **changes) for key in requests})
    with reading(engine) as session:
        slot = next(iter(read_slots(session, requests[:1])[requests[0]]))
    confirm(engine, slot, experts[0])
    return found(engine, mark)


def found(engine: Engine, mark: str = "") -> Work:
    """Return what ``furnish`` made."""
    with reading(engine) as session:
        slots = read_slots(session, [f"r1{mark}", f"r2{mark}"])
    first, second = (next(iter(slots[f"{key}{mark}"])) for key in ("r1", "r2"))
    asked = "SELECT id FROM engagements WHERE expert_id = :expert"
    return Work(engine, (first, second), str(value(engine, asked, expert=f"e1{mark}")), f"e1{mark}")


@pytest.fixture
def advised(work: Work) -> Work:
    """Return work of an adviser in 2025, a year whose rules are confirmed: its first engagement, moved there."""
    with transaction(work.engine) as session:
        session.execute(
            text(
                "UPDATE engagements SET scheme = 'regional_adviser', fiscal_year = 2025, hours = 8, onsite_days = 1"
                " WHERE id = :id"
            ),
            {"id": work.engagement},
        )
    return work


def confirm(engine: Engine, slot_id: str, expert_id: str) -> str:
    """Offer a slot, accept it on both sides, and return the engagement's id."""
    with transaction(engine) as session:
        proposal = offer(session, slot_id, expert_id)
    with transaction(engine) as session:
        accept_as_expert(session, person(expert_id), proposal)
    with transaction(engine) as session:
        accept_as_organization(session, REQUESTER, proposal)
    return str(value(engine, "SELECT id FROM engagements WHERE proposal_id = :id", id=proposal))


def begin(engine: Engine, engagement_id: str, today: date = FIRST, expert_id: str = "e1") -> None:
    """Agree on both sides as of ``today``."""
    version = int(value(engine, "SELECT terms_version FROM engagements WHERE id = :id", id=engagement_id))
    with transaction(engine) as session:
        agree(session, person(expert_id), engagement_id, "expert", version, today=today)
    with transaction(engine) as session:
        agree(session, APPROVER, engagement_id, "organization", version, today=today)


def log(engine: Engine, engagement_id: str, month: str, told: WorkLogDraft, today: date = AFTER) -> None:
    """Write a month's log, hand it in and sign it off."""
    with transaction(engine) as session:
        write_log(session, EXPERT, engagement_id, month, told, today=today)
    with transaction(engine) as session:
        submit_log(session, EXPERT, engagement_id, month, today=today)
    with transaction(engine) as session:
        sign_off_log(session, APPROVER, engagement_id, month, today=today)


def finish(engine: Engine, engagement_id: str) -> None:
    """Begin, log both months, and so end it the day after its last."""
    begin(engine, engagement_id)
    for month in ("2026-10", "2026-11"):
        log(engine, engagement_id, month, WorkLogDraft(hours=18.0, done="設計と助言"))


def report(work: Work, today: date = AFTER) -> None:
    with transaction(work.engine) as session:
        write_report(session, EXPERT, work.engagement, REPORT)
    with transaction(work.engine) as session:
        submit_report(session, EXPERT, work.engagement)
    with transaction(work.engine) as session:
        sign_off_report(session, APPROVER, work.engagement, today=today)


def value(engine: Engine, query: str, **told: object) -> object:
    """Return the first value of a query."""
    with reading(engine) as session:
        return session.execute(text(query), told).scalar()


def rows(engine: Engine, query: str, **told: object) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(text(query), told)]


def status(engine: Engine, engagement_id: str) -> str:
    """Return where an engagement stands."""
    return str(value(engine, "SELECT status FROM engagements WHERE id = :id", id=engagement_id))


def told_to(engine: Engine, account: str) -> list[str]:
    """Return the events an account was told of, in order."""
    query = "SELECT event FROM notifications WHERE account_id = :id ORDER BY created_at, event"
    return [str(event) for (event,) in rows(engine, query, id=account)]
