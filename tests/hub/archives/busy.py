"""A hub with something in it of every kind: a solved plan, its offers answered both ways, mail, records, odd values."""

from datetime import timedelta

from sqlalchemy import Engine, text

from hub.auth.actor import LOCAL, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.jobs.solving import run_next
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.audit_erasing import erase_subject
from hub.workflows.experts import set_paused
from hub.workflows.moving import Reason
from hub.workflows.plans import queue_plan
from hub.workflows.proposals import accept_as_expert, accept_as_organization, decline_as_expert
from hub.workflows.publishing import publish
from matching.problem import Limits
from tests.hub.workflows.accounts import add_account

ODD = "髙﨑😀 \u2028\\N\t\"'\r\n\\x00 {}"


def make_busy(engine: Engine, settings: Settings) -> None:
    """Solve a plan of the sample, publish it, confirm three proposals, and refuse two."""
    with transaction(engine) as session:
        for number, role in enumerate(("coordinator", "auditor")):
            add_account(session, f"acc_{number}", (role, ""))
        plan_id = queue_plan(session, LOCAL, ODD, limits=Limits(seconds=20))
    assert run_next(engine, settings)
    with transaction(engine) as session:
        made = publish(session, LOCAL, plan_id, utc_now() + timedelta(days=7), skip_refused=True)
    with reading(engine) as session:
        query = text("SELECT id, expert_id, organization_code FROM proposals ORDER BY id")
        proposals = session.execute(query).all()
    assert len(made.proposals) == len(proposals) > 5
    for number, row in enumerate(proposals[:5]):
        expert = Actor("acc_expert", (Grant("expert"),), expert=row.expert_id)
        with transaction(engine) as session:
            if number >= 3:
                decline_as_expert(session, expert, row.id, Reason("no_time", ODD))
                continue
            accept_as_expert(session, expert, row.id)
            accept_as_organization(session, Actor("acc_r", (Grant("requester", row.organization_code),)), row.id)
    with transaction(engine) as session:
        set_paused(session, LOCAL, proposals[0].expert_id, paused=True)
        erase_subject(session, Actor("acc_s", (Grant("system_admin"),)), "proposal", proposals[3].id)
    add_odd_values(engine)


def add_odd_values(engine: Engine) -> None:
    """Store texts, numbers, bytes and moments that are easily changed on their way."""
    with transaction(engine) as session:
        session.execute(text("UPDATE experts SET summary = :odd"), {"odd": ODD})
        session.execute(text("UPDATE skill_needs SET weight = :sum"), {"sum": 0.1 + 0.2})
        values = "('a', 'k', 'POST /x', :digest, 201, :headers, :body, '2026-11-25 01:02:03.000004')"
        told = {"digest": "0" * 64, "headers": '{"b": 1e400,  "a":  "\\ud83d\\ude00"}', "body": bytes(range(256))}
        session.execute(text(f"INSERT INTO kept_answers VALUES {values}"), told)
        session.execute(
            text(f"INSERT INTO kept_answers VALUES {values.replace(chr(39) + 'k', chr(39) + 'ｋ', 1)}"),
            {**told, "headers": "null", "body": b""},
        )
