"""Every route of the interface that changes something leaves a record of who did what to which thing."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction
from hub.settings import Settings
from hub.workflows.consent_texts import newest
from hub.workflows.drafts import EXPERT, REQUEST
from hub.workflows.expert_records import read_experts
from hub.workflows.experts import store_experts
from tests.hub import drafts
from tests.hub.calling import opened
from tests.hub.recording import NOT_A_CHANGE, WORK, Recording, changing_routes
from tests.hub.round.conftest import World
from tests.hub.round.world import (
    APPROVER,
    CITY,
    COORDINATOR,
    OF_NAGANO,
    REQUESTER,
    in_a_week,
    make_plan,
    offer,
    person,
    solved,
)
from tests.hub.workflows.accounts import add_account

IMPORT = ("POST", "/api/imports/{kind}")
"""Its record is looked at in ``tests/hub/api/test_tables.py``."""
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))


@pytest.fixture
def recording(world: World, settings: Settings) -> Iterator[Recording]:
    with opened(settings) as hub:
        yield Recording(hub, world.engine)


def test_every_route_that_changes_something_leaves_a_record(
    recording: Recording, world: World, settings: Settings, request_told: Any
):
    _people(recording, world)
    _requests(recording, REQUEST.dump_python(request_told(), mode="json"))
    _plans(recording, world)
    _answers(recording, world)
    _privacy(recording, world)
    rest = {(method, path) for method, path in changing_routes(settings) if not any(part in path for part in WORK)}
    assert recording.walked == rest - NOT_A_CHANGE - {IMPORT}


def _people(recording: Recording, world: World) -> None:
    with reading(world.engine) as session:
        told = EXPERT.dump_python(read_experts(session, ["e1"])["e1"], mode="json")
    mine = person("e1")
    recording.call(
        mine, "PUT", "/experts/{expert_id}", 204, {**told, "hourly_rate": 7000}, leaves="expert:edit", expert_id="e1"
    )
    for paused, action in ((True, "expert:pause"), (False, "expert:resume")):
        body = {"paused": paused}
        recording.call(mine, "PUT", "/experts/{expert_id}/paused", 204, body, leaves=action, expert_id="e1")
    choice = {"mail": {"request:open": False}}
    recording.call(mine, "PUT", "/me/notification-preferences", 200, choice, leaves="account:prefer")


def _requests(recording: Recording, draft: Any) -> None:
    way = (
        (REQUESTER, "submit", None, "request:submit"),
        (APPROVER, "send-back", {"code": "unclear"}, "request:send_back"),
        (REQUESTER, "submit", None, "request:submit"),
        (APPROVER, "approve", None, "request:approve"),
        (OF_NAGANO, "review", {"words": "確認しました"}, "request:review"),
        (OF_NAGANO, "open", None, "request:open"),
    )
    for ending, last in (("withdraw", {"code": "no_longer_needed"}), ("close", {})):
        made = recording.call(REQUESTER, "POST", "/requests", 201, draft, leaves="request:create")["id"]
        edited = {**draft, "title": "ほかの題"}
        recording.call(REQUESTER, "PUT", "/requests/{request_id}", 204, edited, leaves="request:edit", request_id=made)
        for actor, step, body, action in way:
            recording.call(actor, "POST", f"/requests/{{request_id}}/{step}", 204, body, leaves=action, request_id=made)
        recording.call(
            OF_NAGANO, "POST", f"/requests/{{request_id}}/{ending}", 204, last, leaves=f"request:{ending}",
            request_id=made,
        )  # fmt: skip


def _plans(recording: Recording, world: World) -> None:
    draft = {"title": "下書き", "draft": True}
    made = recording.call(COORDINATOR, "POST", "/plans", 202, draft, leaves="plan:draft")["id"]
    for step, action in (("queue", "plan:queue"), ("stop", "plan:cancel")):
        recording.call(COORDINATOR, "POST", f"/plans/{{plan_id}}/{step}", 202, leaves=action, plan_id=made)
    plan = solved(world.engine)
    for method, action in (("PUT", "plan:put_in_force"), ("DELETE", "plan:end_force")):
        recording.call(COORDINATOR, method, "/plans/{plan_id}/in-force", 204, leaves=action, plan_id=plan)
    out = {"deadline": in_a_week().isoformat()}
    template = "/plans/{plan_id}/publications"
    proposals = recording.call(COORDINATOR, "POST", template, 201, out, leaves="plan:publish", plan_id=plan)[
        "proposals"
    ]
    assert {("acc_coordinator", "proposal:offer", key) for key in proposals} <= set(recording.records(0))
    recording.call(COORDINATOR, "POST", "/plans/{plan_id}/undo", 200, {}, leaves="plan:undo", plan_id=plan)
    recording.call(COORDINATOR, "POST", "/plans/{plan_id}/close", 204, {}, leaves="plan:close", plan_id=plan)


def _answers(recording: Recording, world: World) -> None:
    with transaction(world.engine) as session:
        make_plan(session)
    steps = (
        (person("e1"), "offers", "accept", None, 200, "accept_as_expert"),
        (REQUESTER, "proposals", "accept", None, 200, "accept_as_organization"),
        (person("e2"), "offers", "decline", {"code": "no_time"}, 204, "decline_as_expert"),
        (REQUESTER, "proposals", "decline", {"code": "other", "words": "ほか"}, 204, "decline_as_organization"),
        (COORDINATOR, "proposals", "withdraw", {}, 204, "withdraw"),
    )
    key = ""
    for actor, prefix, step, body, status, move in steps:
        if move != "accept_as_organization":  # that one answers what the expert has accepted
            with transaction(world.engine) as session:
                slot, expert = (world.slots[0], "e1") if actor == person("e1") else (world.slots[1], "e2")
                key = offer(session, slot, expert)
        template = f"/{prefix}/{{proposal_id}}/{step}"
        recording.call(actor, "POST", template, status, body, leaves=f"proposal:{move}", proposal_id=key)


def _privacy(recording: Recording, world: World) -> None:
    with transaction(world.engine) as session:
        store_experts(session, {"e9": drafts.expert()})
        add_account(session, "acc_e9", expert="e9")
        mail = session.execute(text("SELECT mail FROM accounts WHERE id = 'acc_e9'")).scalar_one()
    mine, parts = person("e9"), {"parts": {"rate": "public"}}
    agreed = {"version": newest("matching").version, "language": "ja"}
    steps = (
        ("PUT", "disclosure", parts, "expert:choose_disclosure"),
        ("PUT", "vendor-conflicts", {"vendors": ["ある会社"]}, "expert:declare_conflict"),
        ("PUT", "consents/matching", agreed, "expert:agree"),
        ("DELETE", "consents/matching", None, "expert:withdraw_consent"),
    )
    for method, what, body, action in steps:
        template = f"/experts/{{expert_id}}/{what}"
        recording.call(mine, method, template, 204, body, leaves=action, expert_id="e9")
    declared, action = {"vendors": ["ある会社"]}, "organization:declare_conflict"
    recording.call(APPROVER, "PUT", "/organizations/{code}/conflicts", 204, declared, leaves=action, code=CITY)
    recording.call(mine, "POST", "/me/erasure", 200, {"mail": mail}, leaves="account:erase")


def test_a_plan_s_files_and_a_profile_shown_to_others_leave_a_record(recording: Recording, world: World):
    plan = solved(world.engine)
    for what in ("problem", "plan"):
        recording.call(COORDINATOR, "GET", f"/plans/{{plan_id}}/{what}", 200, leaves="plan:export", plan_id=plan)
    for actor in (COORDINATOR, AUDITOR):
        recording.call(actor, "GET", "/experts/{expert_id}", 200, leaves="expert:disclose", expert_id="e1")
    before = recording.records(0)
    recording.hub.call(person("e1"), "GET", "/experts/e1", 200)
    recording.hub.call(person("e2"), "GET", "/experts/e1", 404)
    recording.hub.call(COORDINATOR, "GET", "/experts/nobody", 404)
    recording.hub.call(COORDINATOR, "GET", "/plans/nothing/problem", 404)
    recording.hub.call(REQUESTER, "GET", f"/plans/{plan}/plan", 403)
    assert recording.records(0) == before
