"""Evaluations by both sides: once each, and unseen by the other in between."""

from datetime import timedelta

import pytest

from hub.auth.actor import Actor
from hub.db.transaction import reading, transaction
from hub.errors import Conflict, Forbidden, Invalid
from hub.models.base import utc_now
from hub.workflows.breaking_off import break_off
from hub.workflows.evaluations import ASPECTS, ConfirmationDraft, evaluate, read_evaluations
from hub.workflows.moving import Reason
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import EXPERT, WARD_APPROVER, Work, done, finish, rows, told_to
from tests.hub.engagements.telling import AUDITOR, give, said
from tests.hub.round.world import APPROVER, COORDINATOR, STRANGER, person


@done
def test_the_other_side_s_evaluation_is_unseen_until_both_are_in(work: Work):
    give(work, "organization")
    assert sides_seen(work, APPROVER) == ["organization"]
    assert sides_seen(work, EXPERT) == []
    assert sides_seen(work, COORDINATOR) == sides_seen(work, AUDITOR) == ["organization"]
    give(work, "expert", 3)
    assert sides_seen(work, APPROVER) == sides_seen(work, EXPERT) == ["organization", "expert"]
    assert told_to(work.engine, "acc_e1")[-2:] == ["evaluation:asked", "evaluation:opened"]


@done
def test_the_other_side_s_evaluation_opens_after_thirty_days(work: Work):
    give(work, "organization")
    assert sides_seen(work, EXPERT, timedelta(days=29, hours=23)) == []
    assert sides_seen(work, EXPERT, timedelta(days=30, minutes=1)) == ["organization"]


def sides_seen(work: Work, actor: Actor, later: timedelta = timedelta()) -> list[str]:
    with reading(work.engine) as session:
        found = read_evaluations(session, actor, work.engagement, now=utc_now() + later)
    return [one.side for one in found]


def test_each_side_evaluates_once_and_after_the_work(work: Work):
    with pytest.raises(Conflict, match="終わって"):
        give(work, "organization")
    finish(work.engine, work.engagement)
    give(work, "organization")
    with pytest.raises(Conflict, match="すでに"):
        give(work, "organization", 1)
    assert rows(work.engine, "SELECT overall FROM evaluations") == [(5,)]


def test_work_never_begun_is_not_evaluated(work: Work):
    with transaction(work.engine) as session:
        break_off(session, EXPERT, work.engagement, Reason("reached_early"))
    with pytest.raises(Conflict):
        give(work, "organization")


@on_sqlite
@done
@pytest.mark.parametrize(
    ("actor", "side"), [(EXPERT, "organization"), (APPROVER, "expert"), (STRANGER, "organization")]
)
def test_each_side_evaluates_for_itself(work: Work, actor, side):
    with pytest.raises(Forbidden), transaction(work.engine) as session:
        evaluate(session, actor, work.engagement, side, said(side))


@on_sqlite
@pytest.mark.parametrize("actor", [STRANGER, person("e2"), WARD_APPROVER])
def test_evaluations_are_not_for_strangers(work: Work, actor):
    with pytest.raises(Forbidden):
        sides_seen(work, actor)


@on_sqlite
@done
@pytest.mark.parametrize(
    ("side", "changes", "places"),
    [
        ("organization", {"overall": 0}, ["/overall"]),
        ("organization", {"overall": 6}, ["/overall"]),
        ("organization", {"overall": True}, ["/overall"]),
        ("organization", {"role_played": None}, ["/role_played"]),
        ("organization", {"aspects": {}}, [f"/aspects/{name}" for name in ASPECTS["organization"]]),
        ("organization", {"skills": (ConfirmationDraft("XX", 2, "x"),)}, ["/skills/0/code"]),
        ("organization", {"skills": (ConfirmationDraft("TE1-08", 2, " "),)}, ["/skills/0/evidence"]),
        ("organization", {"skills": (ConfirmationDraft("TE1-08", 2, "x"),) * 2}, ["/skills/1/code"]),
        ("expert", {"role_played": "lead"}, ["/role_played"]),
        ("expert", {"skills": (ConfirmationDraft("TE1-08", 2, "x"),)}, ["/skills"]),
        ("expert", {"aspects": {**dict.fromkeys(ASPECTS["expert"], 3), "looks": 5}}, ["/aspects/looks"]),
        ("expert", {"comment": "長" * 20_001}, ["/comment"]),
    ],
)
def test_an_evaluation_that_cannot_be_taken_names_the_place(work: Work, side, changes, places):
    with pytest.raises(Invalid) as raised:
        give(work, side, **changes)
    assert [fault.place for fault in raised.value.faults] == places
    assert rows(work.engine, "SELECT * FROM evaluations") == []
