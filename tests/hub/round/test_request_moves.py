from collections.abc import Callable
from typing import Any

import pytest

from hub.db.transaction import reading, transaction
from hub.errors import ChangedMeanwhile, Conflict, Forbidden, Invalid, NotFound
from hub.workflows.drafts import RequestDraft, SlotDraft
from hub.workflows.moving import Reason
from hub.workflows.proposals import accept_as_expert, accept_as_organization
from hub.workflows.request_editing import create_request
from hub.workflows.request_moves import (
    approve,
    close_request,
    open_request,
    review,
    send_back,
    submit,
    withdraw_request,
)
from hub.workflows.requests import read_request
from tests.hub.databases import on_sqlite
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    APPROVER,
    COORDINATOR,
    OF_NAGANO,
    REQUESTER,
    STRANGER,
    committed,
    moves_of,
    offers,
    person,
    status_of,
    told_of,
)

NO_LONGER = Reason("no_longer_needed")


@pytest.fixture
def draft(world: World, request_told: Callable[..., RequestDraft]) -> str:
    with transaction(world.engine) as session:
        return create_request(session, REQUESTER, request_told(status="closed"))


def test_a_request_goes_from_draft_to_open_by_people_of_both_sides(world: World, draft: str):
    assert status_of(world.engine, "requests", draft) == "draft"
    for act, actor in (
        (submit, REQUESTER),
        (approve, APPROVER),
        (review, OF_NAGANO),
        (open_request, COORDINATOR),
    ):
        with transaction(world.engine) as session:
            act(session, actor, draft)
    assert moves_of(world.engine, "request", draft) == [
        ("submit", "draft", "submitted", "acc_requester"),
        ("approve", "submitted", "approved", "acc_approver"),
        ("review", "approved", "reviewed", "acc_nagano"),
        ("open", "reviewed", "open", "acc_coordinator"),
    ]
    assert told_of(world.engine, "acc_approver") == [("request:submitted", draft), ("request:open", draft)]
    assert told_of(world.engine, "acc_coordinator") == [("request:approved", draft)]


def test_a_request_sent_back_comes_again(world: World, draft: str):
    with transaction(world.engine) as session:
        submit(session, REQUESTER, draft)
    with pytest.raises(Invalid), transaction(world.engine) as session:
        send_back(session, APPROVER, draft, Reason())
    with transaction(world.engine) as session:
        send_back(session, APPROVER, draft, Reason("unclear", "目的を書いてください"))
        submit(session, REQUESTER, draft)
    assert status_of(world.engine, "requests", draft) == "submitted"
    assert ("request:returned", draft) in told_of(world.engine, "acc_requester")


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ([{"needs": ()}, {}], ["/slots/0/needs"]),
        ([{}, {"needs": (), "hours": 0.0}], ["/slots/1/needs", "/slots/1/hours"]),
        ([{"hours": 0.0, "onsite_days": 1.0}], []),
        ([{"required": False}], ["/slots"]),
    ],
)
def test_what_is_missing_is_named_before_it_is_submitted(
    world: World,
    request_told: Callable[..., RequestDraft],
    slot: Callable[..., SlotDraft],
    changes: list[dict[str, Any]],
    places: list[str],
):
    with transaction(world.engine) as session:
        key = create_request(session, REQUESTER, request_told(slots=tuple(slot(**change) for change in changes)))
    if not places:
        with transaction(world.engine) as session:
            submit(session, REQUESTER, key)
        return
    with pytest.raises(Invalid) as caught, transaction(world.engine) as session:
        submit(session, REQUESTER, key)
    assert [fault.place for fault in caught.value.faults] == places
    assert status_of(world.engine, "requests", key) == "draft"


def test_nobody_moves_what_is_not_theirs_to_move(world: World, draft: str):
    tries = (
        (submit, STRANGER),
        (submit, APPROVER),
        (submit, COORDINATOR),
        (approve, REQUESTER),
        (approve, STRANGER),
        (review, APPROVER),
        (open_request, REQUESTER),
        (close_request, STRANGER),
    )
    for act, actor in tries:
        with pytest.raises(Forbidden), transaction(world.engine) as session:
            act(session, actor, draft)
    with pytest.raises(NotFound), transaction(world.engine) as session:
        submit(session, REQUESTER, "nothing")
    with pytest.raises(Conflict, match="draft"), transaction(world.engine) as session:
        approve(session, APPROVER, draft)
    with pytest.raises(ChangedMeanwhile), transaction(world.engine) as session:
        submit(session, REQUESTER, draft, version=9)


def test_closing_withdraws_what_is_out_and_keeps_what_is_confirmed(world: World):
    first, second = offers(world.engine, [(world.slots[0], "e1"), (world.slots[1], "e2")])
    with transaction(world.engine) as session:
        accept_as_expert(session, person("e1"), first)
        accept_as_organization(session, REQUESTER, first)
        accept_as_expert(session, person("e2"), second)
    assert committed(world.engine, "e2")[0] == (20, 1, 0)
    with pytest.raises(Conflict, match="confirmed"), transaction(world.engine) as session:
        withdraw_request(session, REQUESTER, "r1", NO_LONGER)
    with transaction(world.engine) as session:
        close_request(session, REQUESTER, "r1")
    assert [status_of(world.engine, "proposals", key) for key in (first, second)] == ["confirmed", "withdrawn"]
    assert committed(world.engine, "e2")[0] == (0, 0, 0)
    assert moves_of(world.engine, "proposal", second)[-1] == (
        "withdraw",
        "expert_accepted",
        "withdrawn",
        "acc_requester",
    )
    with reading(world.engine) as session:
        assert read_request(session, "r1").told.status == "closed"


def test_withdrawing_takes_back_every_offer_and_both_sides_are_told(world: World):
    (proposal,) = offers(world.engine, [(world.slots[0], "e1")])
    with pytest.raises(Invalid), transaction(world.engine) as session:
        withdraw_request(session, REQUESTER, "r1", Reason("budget_cut"))
    with transaction(world.engine) as session:
        withdraw_request(session, REQUESTER, "r1", NO_LONGER)
    assert status_of(world.engine, "requests", "r1") == status_of(world.engine, "proposals", proposal) == "withdrawn"
    for account in ("acc_e1", "acc_requester"):
        assert ("proposal:withdrawn", proposal) in told_of(world.engine, account)
