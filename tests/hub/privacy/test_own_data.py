"""Data about oneself: all of it handed out, and all but what has to be kept erased on request."""

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

import hub.models  # noqa: F401  (makes the tables known)
from hub.auth.actor import Actor, Grant
from hub.db.engine import in_mode
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.workflows.audit_verifying import verify
from hub.workflows.disclosure_choices import choose
from hub.workflows.engagement_reading import read_engagement
from hub.workflows.erasing_people import ERASED_NAME, erase_confirmed, erase_person, erase_without_account, look_ahead
from hub.workflows.evaluations import EvaluationDraft, evaluate
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import edit_expert, find_experts, read_expert, set_paused, store_experts
from hub.workflows.personal_data import hand_out_own_data, own_data
from hub.workflows.personal_tables import HELD, NOT_TOLD
from tests.hub import drafts
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import EXPERT, Work, reported, rows, value
from tests.hub.round.world import APPROVER, COORDINATOR, REQUESTER

WORDS = "だれにも見つからない言葉"
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))
REFERRING = {"account_id", "actor_id", "expert_id"}
"""Columns by which a row is somebody's."""


def test_every_table_that_is_about_people_is_told_or_says_why_not():
    told = {held.name for held in HELD}
    assert not told & set(NOT_TOLD)
    for name, table in SQLModel.metadata.tables.items():
        refers = {key.column.table.name for key in table.foreign_keys} & {"accounts", "experts", "engagements"}
        if refers or REFERRING & set(table.columns.keys()) or name in ("accounts", "experts"):
            assert name in told | set(NOT_TOLD), f"{name}: is it told to the person it is about?"
    for held in HELD:
        assert set(held.hidden) <= set(SQLModel.metadata.tables[held.name].columns.keys()), held.name
        assert bool(held.hidden) == bool(held.why), held.name


def read_zip(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        return {name: json.loads(whole.read(name)) for name in whole.namelist() if name.endswith(".json")}


def aspects(side: str) -> dict[str, Any]:
    named = {
        "organization": ("expertise", "communication", "delivery", "transfer"),
        "expert": ("clarity", "cooperation", "openness", "conditions"),
    }
    return dict.fromkeys(named[side], 4)


@reported
def test_a_person_is_handed_everything_there_is_about_them(work: Work):
    with transaction(work.engine) as session:
        edit_expert(session, EXPERT, "e1", drafts.expert(given_name="e1", summary=WORDS, conflicts=("131041",)))
        choose(session, EXPERT, "e1", {"summary": "organizations"})
        evaluate(
            session,
            APPROVER,
            work.engagement,
            "organization",
            EvaluationDraft(5, aspects("organization"), "早い", "lead"),
        )
    with transaction(work.engine) as session:
        told = read_zip(hand_out_own_data(session, EXPERT, "zip", "ja"))
        book = hand_out_own_data(session, EXPERT, "xlsx", "ja")
    assert set(told) == {f"{held.name}.json" for held in HELD} | {"audit_records.json"}
    assert told["experts.json"][0]["summary"] == WORDS
    assert told["accounts.json"][0]["id"] == "acc_e1"
    assert [row["organization_code"] for row in told["expert_conflicts.json"]] == ["131041"]
    assert told["expert_disclosures.json"] == [{"expert_id": "e1", "part": "summary", "audience": "organizations"}]
    assert sorted(row["month"] for row in told["work_logs.json"]) == ["2026-10", "2026-11"]
    assert told["reports.json"][0]["contribution"] == "要件を整理し、設計した"
    assert len(told["notifications.json"]) > 0
    assert told["evaluations.json"] == [], "not open yet"
    assert "fit" not in told["proposals.json"][0]
    assert "password_hash" not in json.dumps(told["credentials.json"])
    edits = [row for row in told["audit_records.json"] if row["action"] == "expert:edit"]
    assert WORDS in json.dumps(edits[-1]["personal"], ensure_ascii=False)
    assert {row["by"] for row in told["audit_records.json"]} <= {"self", "hub", "office"}
    assert '"e2"' not in json.dumps(told)
    sheet = 1 + [held.name for held in HELD].index("experts")
    assert WORDS.encode() in zipfile.ZipFile(io.BytesIO(book)).read(f"xl/worksheets/sheet{sheet}.xml")
    handed = "SELECT count(*) FROM audit_records WHERE action = 'account:hand_out_data'"
    assert value(work.engine, handed) == 2


@on_sqlite
@reported
def test_an_evaluation_is_handed_out_once_it_may_be_seen(work: Work):
    with transaction(work.engine) as session:
        evaluate(
            session,
            APPROVER,
            work.engagement,
            "organization",
            EvaluationDraft(5, aspects("organization"), "早い", "lead"),
        )
        evaluate(session, EXPERT, work.engagement, "expert", EvaluationDraft(4, aspects("expert"), "明確"))
    with reading(work.engine) as session:
        parts = {part.name: part.rows for part in own_data(session, EXPERT)}
    assert [len(parts[name]) for name in ("evaluations", "verified_records")] == [2, 1]


@on_sqlite
def test_nobody_without_an_account_is_handed_anything(work: Work):
    for actor, fault in ((Actor("nobody", ()), Forbidden), (Actor("acc_x", (Grant("expert"),)), NotFound)):
        with reading(work.engine) as session, pytest.raises(fault):
            own_data(session, actor)


def everything(engine: Engine) -> str:
    """Return every text of the database."""
    with in_mode(engine, "read").connect() as connection:
        return "\n".join(
            repr(row) for name in SQLModel.metadata.tables for row in connection.execute(text(f"SELECT * FROM {name}"))
        )


def furnish(work: Work) -> None:
    """Write the same words wherever a person can, or others of them."""
    with transaction(work.engine) as session:
        edit_expert(session, EXPERT, "e1", drafts.expert(given_name=WORDS, summary=WORDS, affiliation=WORDS))
        edit_expert(session, EXPERT, "e1", drafts.expert(given_name="花子", family_name="髙橋", summary=f"{WORDS}二"))
        told = EvaluationDraft(5, aspects("organization"), WORDS, "lead")
        evaluate(session, APPROVER, work.engagement, "organization", told)
        evaluate(session, EXPERT, work.engagement, "expert", EvaluationDraft(4, aspects("expert"), WORDS))
        session.execute(text("UPDATE accounts SET name = '髙橋 花子', mail = 'hanako@example.jp' WHERE id = 'acc_e1'"))


@reported
def test_an_erased_person_leaves_what_has_to_be_kept_and_nothing_else(work: Work):
    furnish(work)
    with transaction(work.engine) as session:
        outlook = erase_person(session, EXPERT)
    kept = {one.en: (one.count, one.until) for one in outlook.kept}
    assert kept["work logs"] == (2, date(2032, 3, 31))
    assert kept["contracts with your name in them"] == (1, date(2032, 3, 31))
    left = everything(work.engine)
    assert WORDS not in left
    assert "hanako@example.jp" not in left
    assert left.count("髙橋 花子") == 1, "the name stands in more than the contract"
    with reading(work.engine) as session:
        assert verify(session, AUDITOR).findings == ()
        assert read_engagement(session, COORDINATOR, work.engagement).row.expert == "髙橋 花子"
        assert [row.id for row in find_experts(session, ExpertFilter(), actor=COORDINATOR).items] == ["e2"]
        with pytest.raises(NotFound):
            read_expert(session, "e1", actor=COORDINATOR)
    assert rows(work.engine, "SELECT id FROM accounts WHERE id = 'acc_e1'") == []
    assert value(work.engine, "SELECT family_name FROM experts WHERE id = 'e1'") == ERASED_NAME
    actions = rows(work.engine, "SELECT action FROM audit_records ORDER BY seq DESC LIMIT 4")
    assert [action for (action,) in actions] == ["account:erase", "audit:erase", "expert:erase", "audit:erase"]


@on_sqlite
@reported
def test_nobody_comes_back_from_being_erased(work: Work):
    with transaction(work.engine) as session:
        erase_person(session, EXPERT)
    for attempt in (
        lambda session: edit_expert(session, COORDINATOR, "e1", drafts.expert()),
        lambda session: store_experts(session, {"e1": drafts.expert()}),
        lambda session: set_paused(session, COORDINATOR, "e1", paused=False),
    ):
        with transaction(work.engine) as session, pytest.raises(NotFound):
            attempt(session)


@on_sqlite
def test_who_is_at_work_is_not_erased_and_told_why(work: Work):
    before = everything(work.engine)
    with reading(work.engine) as session:
        assert "break it off" in look_ahead(session, EXPERT).obstacles[0][1]
    with transaction(work.engine) as session, pytest.raises(Conflict, match="従事"):
        erase_person(session, EXPERT)
    assert everything(work.engine) == before
    with transaction(work.engine) as session, pytest.raises(Conflict, match="役割"):
        erase_person(session, REQUESTER)


@on_sqlite
def test_an_expert_at_work_is_not_erased_by_the_office_either(work: Work):
    with transaction(work.engine) as session:
        session.execute(text("UPDATE accounts SET expert_id = NULL WHERE id = 'acc_e1'"))
    administrator = Actor("acc_admin", (Grant("system_admin"),))
    with transaction(work.engine) as session, pytest.raises(Conflict, match="従事"):
        erase_without_account(session, administrator, "e1")
    with transaction(work.engine) as session, pytest.raises(Forbidden):
        erase_without_account(session, COORDINATOR, "e1")


@on_sqlite
@reported
def test_erasing_asks_for_ones_own_address(work: Work):
    mail = str(value(work.engine, "SELECT mail FROM accounts WHERE id = 'acc_e1'"))
    with transaction(work.engine) as session, pytest.raises(Invalid):
        erase_confirmed(session, EXPERT, f"x{mail}")
    with transaction(work.engine) as session:
        erase_confirmed(session, EXPERT, f" {mail.upper()} ")
    assert value(work.engine, "SELECT count(*) FROM accounts WHERE id = 'acc_e1'") == 0
