"""Requests written and rewritten by people: a draft by its own, an open one by a coordinator."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require, require_new
from hub.errors import Conflict
from hub.models.base import new_id
from hub.workflows.draft_faults import places_of_one
from hub.workflows.drafts import RequestDraft
from hub.workflows.request_storing import store_requests
from hub.workflows.request_taking import take_request
from hub.workflows.settling import SETTLED, settle

UNSENT = ("draft", "returned")
"""Still with the people who write it."""


def create_request(session: Session, actor: Actor, draft: RequestDraft) -> str:
    """Keep a new draft and return its id; the status told is not asked about. Raises Forbidden, Invalid."""
    require_new(actor, "request.create", Belonging(organization=draft.organization))
    request_id = new_id("req")
    with places_of_one():
        store_requests(session, {request_id: replace(draft, status="draft")}, actor=actor)
    return request_id


def edit_request(
    session: Session, actor: Actor, request_id: str, draft: RequestDraft, version: int | None = None
) -> None:
    """Make a request what ``draft`` says; its status stays, whatever is told. ``version``: the one a person saw.

    A draft or a returned one by its people or a coordinator; one that is open or later by a coordinator, who cannot
    change the time of a slot that is out or at work. Raises NotFound, Forbidden, Invalid, ChangedMeanwhile with both
    versions, Conflict where it cannot be edited now.
    """
    row = take_request(session, request_id)
    require(actor, "request.edit", Belonging(organization=row.organization_code))
    require_new(actor, "request.edit", Belonging(organization=draft.organization))
    _refuse_state(actor, row)
    told, versions = replace(draft, status=row.status), None if version is None else {request_id: version}
    with places_of_one():
        stored = store_requests(session, {request_id: told}, versions, actor=actor)
    if stored.changed:
        settle(session, request_id)


def _refuse_state(actor: Actor, row: Any) -> None:
    if row.status in UNSENT:
        return
    if row.status in SETTLED:
        require(actor, "request.edit_open", Belonging(organization=row.organization_code))
        return
    raise Conflict(
        f"今の状態（{row.status}）では編集できません。直すときは、差し戻してもらってください。",
        f"This cannot be edited in its present state ({row.status}). Have it sent back to change it.",
    )
