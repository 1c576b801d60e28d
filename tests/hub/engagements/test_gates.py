"""Stage gates: the organization proposes, a coordinator confirms, and only a pass moves the request."""

import pytest
from sqlalchemy import text

from hub.auth.actor import Actor
from hub.db.transaction import reading, transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid, NotFound
from hub.models.requests import GATES
from hub.workflows.gates import (
    GateReviewDraft,
    confirm_review,
    find_reviews,
    next_gate,
    propose_review,
    send_review_back,
)
from hub.workflows.moving import Reason
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import EXPERT, Work, rows, told_to, value
from tests.hub.round.world import APPROVER, COORDINATOR, OF_NAGANO, REQUESTER, STRANGER, moves_of

PASS = GateReviewDraft("pass", "住民の利用が目標に届いた")


def propose(work: Work, told: GateReviewDraft = PASS, actor: Actor = REQUESTER, request: str = "r1") -> str:
    with transaction(work.engine) as session:
        return propose_review(session, actor, request, told)


def confirm(work: Work, review: str, actor: Actor = OF_NAGANO, version: int | None = None) -> str:
    with transaction(work.engine) as session:
        return confirm_review(session, actor, review, version=version)


def gate(work: Work) -> object:
    return value(work.engine, "SELECT gate FROM requests WHERE id = 'r1'")


def test_a_request_goes_through_all_gates_and_stays_at_the_last(work: Work):
    for before, after in zip(GATES, (*GATES[1:], GATES[-1]), strict=True):
        assert gate(work) == before
        assert confirm(work, propose(work)) == gate(work) == after
    assert next_gate(GATES[-1]) is None
    query = "SELECT count(*) FROM audit_records WHERE action = 'request:pass_gate'"
    assert value(work.engine, query) == len(GATES) - 1


@pytest.mark.parametrize("decision", ["stay", "stop"])
def test_only_a_pass_moves_the_request(work: Work, decision: str):
    assert confirm(work, propose(work, GateReviewDraft(decision, "まだ早い"))) == gate(work) == GATES[0]


def test_somebody_edits_the_request_no_longer_unseen_once_it_passed_a_gate(work: Work):
    before = value(work.engine, "SELECT version FROM requests WHERE id = 'r1'")
    confirm(work, propose(work))
    assert value(work.engine, "SELECT version FROM requests WHERE id = 'r1'") == before + 1


def test_a_review_is_sent_back_with_what_to_mend_and_proposed_anew(work: Work):
    review = propose(work)
    with pytest.raises(Conflict, match="待って"):
        propose(work)
    with pytest.raises(Invalid, match="/reason"), transaction(work.engine) as session:
        send_review_back(session, OF_NAGANO, review, Reason())
    with transaction(work.engine) as session:
        send_review_back(session, OF_NAGANO, review, Reason(words="根拠の数字を"))
    with pytest.raises(Conflict):
        confirm(work, review)
    assert gate(work) == GATES[0]
    confirm(work, propose(work))
    with reading(work.engine) as session:
        found = find_reviews(session, REQUESTER, "r1").items
    assert [(one.status, one.mend, one.decided_by) for one in found] == [
        ("returned", "根拠の数字を", "acc_nagano"),
        ("confirmed", None, "acc_nagano"),
    ]
    assert moves_of(work.engine, "gate_review", review) == [("send_back", "proposed", "returned", "acc_nagano")]
    assert told_to(work.engine, "acc_coordinator").count("gate_review:proposed") == 2
    for event in ("gate_review:returned", "gate_review:confirmed"):
        assert told_to(work.engine, "acc_requester").count(event) == 1


def test_a_review_of_a_gate_the_request_has_left_is_not_confirmed(work: Work):
    review = propose(work)
    with transaction(work.engine) as session:
        session.execute(text("UPDATE requests SET gate = :gate WHERE id = 'r1'"), {"gate": GATES[2]})
    with pytest.raises(Conflict, match="別の段階"):
        confirm(work, review)


def test_a_review_somebody_changed_meanwhile_is_not_confirmed(work: Work):
    with pytest.raises(ChangedMeanwhile):
        confirm(work, propose(work), version=7)


def test_a_request_nobody_has_reviewed_is_at_no_gate(work: Work):
    with transaction(work.engine) as session:
        session.execute(text("UPDATE requests SET status = 'draft' WHERE id = 'r2'"))
    with pytest.raises(Conflict, match="確認が済んだ"):
        propose(work, request="r2")


@pytest.mark.parametrize(
    ("proposed", "place"),
    [(GateReviewDraft("pass", " "), "/findings"), (GateReviewDraft("maybe", "x"), "/decision")],  # type: ignore[arg-type]
)
def test_a_review_that_cannot_be_taken_names_the_place(work: Work, proposed: GateReviewDraft, place: str):
    with pytest.raises(Invalid) as raised:
        propose(work, proposed)
    assert [fault.place for fault in raised.value.faults] == [place]


@on_sqlite
@pytest.mark.parametrize("actor", [STRANGER, EXPERT, COORDINATOR])
def test_the_organization_alone_proposes(work: Work, actor: Actor):
    with pytest.raises(Forbidden):
        propose(work, actor=actor)


@on_sqlite
@pytest.mark.parametrize("actor", [STRANGER, EXPERT, REQUESTER, APPROVER])
def test_a_coordinator_alone_decides(work: Work, actor: Actor):
    review = propose(work)
    with pytest.raises(Forbidden):
        confirm(work, review, actor)
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        send_review_back(session, actor, review, Reason(words="x"))


def test_reviews_are_read_by_those_the_request_concerns(work: Work):
    propose(work)
    for actor in (REQUESTER, COORDINATOR):
        with reading(work.engine) as session:
            assert find_reviews(session, actor, "r1").total == 1
    for actor in (STRANGER, EXPERT):
        with pytest.raises(Forbidden), reading(work.engine) as session:
            find_reviews(session, actor, "r1")
    for what in ("r9", ""):
        with pytest.raises(NotFound), reading(work.engine) as session:
            find_reviews(session, REQUESTER, what)
    with pytest.raises(NotFound):
        confirm(work, "gate_nothing")
    assert rows(work.engine, "SELECT status FROM gate_reviews") == [("proposed",)]
