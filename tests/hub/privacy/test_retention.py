"""Retention: what is due is erased and nothing else, and everything has a rule."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from hub.auth.actor import Actor, Grant
from hub.db.engine import in_mode
from hub.db.transaction import reading, transaction
from hub.jobs.duties import DUTIES
from hub.jobs.tasks import Work as Tasks
from hub.settings import Settings
from hub.workflows.audit_verifying import verify
from hub.workflows.erasing_people import erase_person
from hub.workflows.retention import OF_OWN_DUTIES, STEPS, apply_retention, look_at_due
from hub.workflows.retention_rules import RULES, kept_until
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import EXPERT, Work, reported, value
from tests.hub.round.world import make_plan

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
READ = (
    "INSERT INTO profile_reads (id, expert_id, at, role, scope, purpose, audience)"
    " VALUES (:id, 'e1', :at, 'coordinator', '', 'coordination', 'coordinators')"
)
CONSENT = (
    "INSERT INTO consents (id, expert_id, purpose, version, language, agreed_at, agreed_by, withdrawn_at, withdrawn_by)"
    " VALUES (:id, :expert, 'matching', '1', 'ja', :at, 'acc_e1', :until, :by)"
)
NEWS = (
    "INSERT INTO notifications (id, account_id, event, kind, subject_id, occasion, created_at)"
    " VALUES (:id, 'acc_e1', 'request:open', 'request', 'r1', :id, :at)"
)


def run(engine: Engine, statement: str, **values: object) -> None:
    with transaction(engine) as session:
        session.execute(text(statement), values)


def contents(engine: Engine) -> dict[str, list[str]]:
    """Return every row of every table but the audit log's."""
    with in_mode(engine, "read").connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in SQLModel.metadata.tables
            if not name.startswith("audit_")
        }


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, int]:
    """Return how many rows of each table are not as they were."""
    return {name: len(set(rows) - set(after[name])) for name, rows in before.items() if rows != after[name]}


def test_every_rule_is_applied_by_something():
    assert set(STEPS) | set(OF_OWN_DUTIES) == set(RULES)
    assert "retention" in {duty.name for duty in DUTIES}


@pytest.mark.parametrize(("day", "until"), [("2026-03-31", 2031), ("2026-04-01", 2032), ("2026-11-30", 2032)])
def test_contracts_are_kept_five_years_from_the_end_of_their_fiscal_year(day: str, until: int):
    assert kept_until(datetime.fromisoformat(day).date()).isoformat() == f"{until}-03-31"


def around(rule: str) -> list[tuple[str, datetime]]:
    """Return a moment just due by a rule, and one just not."""
    limit = RULES[rule].due(NOW)
    return [(f"{rule}-due", limit - SECOND), (f"{rule}-kept", limit + SECOND)]


@on_sqlite
@reported
def test_what_is_due_is_erased_and_nothing_else(work: Work):
    engine = work.engine
    with transaction(engine) as session:
        make_plan(session, "plan_old", "closed")
        make_plan(session, "plan_new", "closed")
    for name, at in around("profile_reads"):
        run(engine, READ, id=name, at=at.replace(tzinfo=None))
    for name, at in around("notifications"):
        run(engine, NEWS, id=name, at=at.replace(tzinfo=None))
    for name, at in around("consents"):
        run(
            engine,
            CONSENT,
            id=name,
            expert="e1",
            at=at.replace(tzinfo=None),
            until=at.replace(tzinfo=None),
            by="acc_e1",
        )
    run(engine, CONSENT, id="standing", expert="e1", at=NOW.replace(tzinfo=None), until=None, by=None)
    old = RULES["consents"].due(NOW).replace(tzinfo=None) - 2 * SECOND
    run(engine, CONSENT, id="only-withdrawn", expert="e2", at=old, until=old, by="acc_e2")
    for plan, (_, at) in zip(("plan_old", "plan_new"), around("plan_files"), strict=True):
        run(engine, "UPDATE plans SET updated_at = :at WHERE id = :id", id=plan, at=at.replace(tzinfo=None))
        run(
            engine,
            "INSERT INTO plan_documents (plan_id, kind, content) VALUES (:id, 'problem', :told)",
            id=plan,
            told=b"x",
        )
    for position, (_, at) in enumerate(around("refusals"), 90):
        run(
            engine,
            "INSERT INTO changes (subject_kind, subject_id, position, move, from_status, to_status, actor_id, reason,"
            " at) VALUES ('proposal', 'p', :position, 'withdraw', 'a', 'b', 'x', 'words', :at)",
            position=position,
            at=at.replace(tzinfo=None),
        )
    before = contents(engine)
    with reading(engine) as session:
        due = {one.rule: one.count for one in look_at_due(session, NOW)}
    wanted = ("profile_reads", "notifications", "consents", "plan_files", "refusals")
    assert due == {**dict.fromkeys(STEPS, 0), **dict.fromkeys(wanted, 1)}
    assert contents(engine) == before, "looking changed something"
    with transaction(engine) as session:
        assert apply_retention(session, NOW) == 5
    after = contents(engine)
    tables = {"profile_reads": 1, "notifications": 1, "consents": 1, "plan_documents": 1, "changes": 1}
    assert changed(before, after) == tables
    assert "-due" not in repr(after)
    assert all(f"{rule}-kept" in repr(after) for rule in ("profile_reads", "notifications", "consents"))
    with transaction(engine) as session:
        assert apply_retention(session, NOW) == 0
    erased = "SELECT count(*) FROM audit_records WHERE action = 'retention:erase'"
    assert value(engine, erased) == 5


@reported
def test_the_name_in_a_contract_goes_when_the_contract_need_not_be_kept_any_more(work: Work):
    with transaction(work.engine) as session:
        erase_person(session, EXPERT)
    named = "SELECT kept_name FROM experts WHERE id = 'e1'"
    last = datetime(2032, 3, 31, 23, 59, tzinfo=UTC) - timedelta(hours=9)
    with transaction(work.engine) as session:
        apply_retention(session, last)
    assert value(work.engine, named) == "髙橋 e1"
    with transaction(work.engine) as session:
        apply_retention(session, last + timedelta(minutes=2))
    assert value(work.engine, named) is None
    assert value(work.engine, "SELECT count(*) FROM work_logs WHERE done <> ''") == 0
    assert value(work.engine, "SELECT count(*) FROM work_logs WHERE hours > 0") == 2


def test_old_details_of_the_log_go_and_its_chain_stays(work: Work):
    details = "SELECT count(*) FROM audit_details"
    there = value(work.engine, details)
    with transaction(work.engine) as session:
        assert apply_retention(session, datetime.now(UTC)) == 0
    with transaction(work.engine) as session:
        apply_retention(session, datetime.now(UTC) + RULES["audit_details"].period + timedelta(days=1))
    assert (int(str(there)) > 0, value(work.engine, details)) == (True, 0)
    with reading(work.engine) as session:
        assert verify(session, Actor("acc_auditor", (Grant("auditor"),))).findings == ()


@on_sqlite
def test_a_worker_does_it_and_goes_on_until_nothing_is_due(work: Work, settings: Settings):
    for number in range(3):
        run(work.engine, READ, id=f"old-{number}", at="2001-01-01 00:00:00.000000")
    Tasks(work.engine, settings).do(next(duty for duty in DUTIES if duty.name == "retention"))
    assert value(work.engine, "SELECT count(*) FROM profile_reads") == 0
