"""Marks: words and numbers nobody else uses, planted in every internal field around somebody's work."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from hub.db.transaction import transaction
from hub.workflows.evaluations import EvaluationDraft, evaluate
from hub.workflows.gates import GateReviewDraft, propose_review
from hub.workflows.moving import Reason
from hub.workflows.proposal_ending import withdraw_proposal
from hub.workflows.proposals import decline_as_organization
from tests.hub.engagements.conftest import Work
from tests.hub.round.world import APPROVER, COORDINATOR, offer

SEATED = "INSERT INTO plan_slots (plan_id, slot_id, position, detail) VALUES ('plan_1', :slot, 0, '{}')"
ASSIGNED = (
    "INSERT INTO assignments (plan_id, slot_id, expert_id, fit, cost, net_cost, hours, parts)"
    " VALUES ('plan_1', :slot, 'e1', 0.5, :cost, 1, 1, '{}')"
)
ASKED = (
    "INSERT INTO questionnaires (engagement_id, fiscal_year, due_on, answer, created_at, updated_at, version)"
    " SELECT id, 2027, '2027-06-30', :answer, created_at, updated_at, 1 FROM engagements"
)
KEPT = (
    "INSERT INTO kept_answers (actor_id, key, route, digest, status, headers, body, expires_at)"
    " VALUES ('acc_coordinator', 'key-1', 'POST /api/plans', :digest, 200, '{}', :body, '2099-01-01')"
)


@dataclass
class Marks:
    """The marks, each with where it was planted."""

    planted: dict[str, str] = field(default_factory=dict)

    def word(self, place: str) -> str:
        made = f"zqmark{len(self.planted):03d}x"
        self.planted[made] = place
        return made

    def number(self, place: str) -> int:
        made = 71_370_000 + 1_009 * len(self.planted)
        self.planted[str(made)] = place
        return made

    def found_in(self, told: str) -> set[str]:
        """Return the places whose mark is in ``told``; money may be written with commas."""
        plain = told.replace(",", "")
        return {place for mark, place in self.planted.items() if mark in plain}


def plant(engine: Engine, work: Work, marks: Marks) -> dict[str, str]:
    """Put a mark in every internal field around the work of ``e1``, and return the ids of the proposals."""
    said = _said(engine, work, marks)
    with transaction(engine) as session:
        for statement, values in _written(work, marks):
            session.execute(text(statement), values)
        found = session.execute(text("SELECT proposal_id FROM engagements WHERE id = :id"), {"id": work.engagement})
        return {"own": str(found.scalar_one()), **said}


def _said(engine: Engine, work: Work, marks: Marks) -> dict[str, str]:
    """Have people say what only some may read: of another candidate, of an offer withdrawn, in a review."""
    with transaction(engine) as session:
        refused = offer(session, work.slots[1], "e2")
        decline_as_organization(session, APPROVER, refused, Reason("other", marks.word("why another was declined")))
        withdrawn = offer(session, work.slots[1], "e1")
        reason = Reason(None, marks.word("why an offer was withdrawn"))
        withdraw_proposal(session, COORDINATOR, withdrawn, reason)
        other = offer(session, work.slots[1], "e2")
        propose_review(session, APPROVER, "r1", GateReviewDraft("pass", marks.word("findings of a gate review")))
        aspects = dict.fromkeys(("expertise", "communication", "delivery", "transfer"), 4)
        comment = marks.word("an evaluation that is not open yet")
        evaluate(session, APPROVER, work.engagement, "organization", EvaluationDraft(5, aspects, comment, "lead"))
    return {"withdrawn": withdrawn, "other": other, "refused": refused}


def _written(work: Work, marks: Marks) -> list[tuple[str, dict[str, Any]]]:
    """Return statements that put marks where no workflow is needed."""
    word, number = marks.word, marks.number
    summary = {"cost": number("cost of a plan"), "solver": word("solver of a plan")}
    other = {
        "name": word("name of another candidate"),
        "summary": word("words of another candidate"),
        "rate": number("rate of another candidate"),
    }
    official = {"mail": f"{word('address of an official')}@example.jp", "name": word("name of an official")}
    offered = {
        "fit": number("fit of a proposal") / 10**8,
        "cost": number("cost of a proposal"),
        "net": number("net cost of a proposal"),
    }
    request = {"budget": number("budget of a request"), "reference": word("the office's number of a request")}
    return [
        ("UPDATE proposals SET fit = :fit, cost = :cost, net_cost = :net", offered),
        (
            "UPDATE plans SET title = :title, summary = :summary",
            {"title": word("title of a plan"), "summary": json.dumps(summary)},
        ),
        ("INSERT INTO account_grants (account_id, role, scope) VALUES ('acc_e1', 'expert', '')", {}),
        (SEATED, {"slot": work.slots[1]}),
        (ASSIGNED, {"slot": work.slots[1], "cost": number("cost of a seat nobody was offered")}),
        ("UPDATE requests SET budget = :budget, reference = :reference || id", request),
        ("UPDATE slots SET rate_ceiling = :rate", {"rate": number("highest rate of a slot")}),
        (
            "UPDATE experts SET family_name = :name, family_kana = :name, family_romaji = :name, summary = :summary,"
            " hourly_rate = :rate WHERE id = 'e2'",
            other,
        ),
        ("UPDATE accounts SET mail = :mail || id, name = :name WHERE id <> 'acc_e1'", official),
        (ASKED, {"answer": word("what an organization answered")}),
        (KEPT, {"digest": "a" * 64, "body": word("a kept answer of the office").encode()}),
    ]
