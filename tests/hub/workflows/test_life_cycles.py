from itertools import pairwise
from pathlib import Path

import pytest

from hub.auth.rules import RULES
from hub.models.plans import RUN_STATUSES
from hub.models.proposals import HOLDING, LIVE, PROPOSAL_STATUSES
from hub.models.requests import REQUEST_STATUSES
from hub.workflows.life_cycles import LIFE_CYCLES, PLAN, PROPOSAL, REQUEST, diagram

DOCUMENT = Path(__file__).parents[3] / "docs" / "life-cycles.md"


@pytest.mark.parametrize("cycle", LIFE_CYCLES, ids=lambda cycle: cycle.kind)
def test_every_status_can_be_reached_and_every_move_has_a_permission(cycle):
    reached, fresh = {cycle.initial}, [cycle.initial]
    while fresh:
        status = fresh.pop()
        for move in cycle.open_to(status):
            assert move.action in RULES
            if move.target not in reached:
                reached.add(move.target)
                fresh.append(move.target)
    assert reached == set(cycle.statuses)


@pytest.mark.parametrize("cycle", LIFE_CYCLES, ids=lambda cycle: cycle.kind)
def test_the_document_shows_the_diagram(cycle):
    assert f"```mermaid\n{diagram(cycle)}\n```" in DOCUMENT.read_text()


def test_the_tables_know_the_statuses_of_the_models():
    assert set(REQUEST.statuses) == set(REQUEST_STATUSES)
    assert set(PLAN.statuses) == set(RUN_STATUSES)
    assert set(PROPOSAL.statuses) == set(PROPOSAL_STATUSES)
    assert set(HOLDING) < set(LIVE) < set(PROPOSAL_STATUSES)


def test_only_the_hub_settles_a_request_and_each_settling_says_where_to():
    targets = [move.target for move in REQUEST.moves if move.name == "settle"]
    assert len(targets) == len(set(targets))
    assert {role for role, _ in RULES["request.settle"]} == {"system"}


def test_a_request_walks_from_draft_to_open_by_people_of_both_sides():
    path = ["draft", "submitted", "approved", "reviewed", "open"]
    walked = [
        next(move for move in REQUEST.open_to(here) if move.target == there).action for here, there in pairwise(path)
    ]
    assert walked == ["request.submit", "request.approve", "request.review", "request.open"]
