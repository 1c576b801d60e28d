"""Finished work as a case that others read, by name once both sides say so."""

import pytest

from hub.auth.actor import Actor
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden
from hub.workflows.cases import CaseFilter, find_cases, share_case
from tests.hub.databases import on_sqlite
from tests.hub.engagements.conftest import EXPERT, Work, done, report, reported, value
from tests.hub.engagements.telling import give
from tests.hub.round.world import APPROVER, REQUESTER, STRANGER


def cases(work: Work, actor: Actor = STRANGER, **wanted: object) -> list[tuple[object, ...]]:
    with reading(work.engine) as session:
        found = find_cases(session, actor, CaseFilter(**wanted)).items  # type: ignore[arg-type]
    return [(one.theme, one.stage, one.shared, one.organization, one.expert, one.outcome) for one in found]


@done
def test_finished_work_is_a_case_without_names_until_both_sides_share_it(work: Work):
    give(work, "organization")
    give(work, "expert")
    assert cases(work) == []
    report(work)
    nameless = ("ondemand_mobility_maas", "development", False, None, None, None)
    assert cases(work) == [nameless]
    share(work, APPROVER, "organization")
    assert cases(work) == [nameless]
    share(work, EXPERT, "expert")
    assert cases(work) == [
        ("ondemand_mobility_maas", "development", True, "長野県塩尻市", "髙橋 e1", "運行を二割減らした")
    ]
    share(work, EXPERT, "expert", shared=False)
    assert cases(work) == [nameless]
    assert cases(work, theme="ondemand_mobility_maas", stage="development", gate="計画策定") == [nameless]
    assert cases(work, stage="vision") == []
    assert cases(work, like="r2") == [nameless]
    assert cases(work, like="r1") == []
    assert cases(work, like="nothing") == []


def share(work: Work, actor: Actor, side: str, *, shared: bool = True) -> None:
    with transaction(work.engine) as session:
        share_case(session, actor, work.engagement, side, shared=shared)


@on_sqlite
@pytest.mark.parametrize(
    ("actor", "side"), [(REQUESTER, "organization"), (EXPERT, "organization"), (APPROVER, "expert")]
)
def test_each_side_shares_for_itself(work: Work, actor, side):
    with pytest.raises(Forbidden):
        share(work, actor, side)


@reported
def test_how_many_things_are_recorded_says_nothing_twice(work: Work):
    give(work, "organization")
    give(work, "expert")
    query = "SELECT count(*) FROM audit_records WHERE action = 'career:grow'"
    assert value(work.engine, query) == 1
