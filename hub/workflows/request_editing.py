"""Requests written and rewritten by people: a draft by its own, an open one by a coordinator."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import Conflict
from hub.models.base import new_id
from hub.workflows.audit import record
from hub.workflows.draft_faults import places_of_one
from hub.workflows.drafts import RequestDraft
from hub.workflows.request_records import canonical, read_requests
from hub.workflows.request_storing import store_requests
from hub.workflows.request_taking import take_request
from hub.workflows.settling import SETTLED, settle
from hub.workflows.versions import differing

UNSENT = ("draft", "returned")
"""Still with the people who write it."""
OWN_WORDS = frozenset({"title", "summary", "source", "assumed", "promotion", "reference"})
"""Fields that hold what people wrote."""


def create_request(session: Session, actor: Actor, draft: RequestDraft) -> str:
    """Keep a new draft and return its id; the status told is not asked about. Raises Forbidden, Invalid."""
    require(actor, "request.create", Belonging(organization=draft.organization))
    request_id = new_id("req")
    with places_of_one():
        store_requests(session, {request_id: replace(draft, status="draft")})
    record(
        session,
        actor,
        "request:create",
        "request",
        request_id,
        after={"status": "draft", "organization": draft.organization, "slots": len(draft.slots)},
    )
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
    for code in {row.organization_code, draft.organization}:
        require(actor, "request.edit", Belonging(organization=code))
    _refuse_state(actor, row)
    stored = read_requests(session, [request_id])[request_id]
    told = canonical(replace(draft, status=row.status))
    with places_of_one():
        store_requests(session, {request_id: told}, None if version is None else {request_id: version})
    before, after = differing(stored, told)
    if before:
        record(session, actor, "request:edit", "request", request_id, **_for_the_record(before, after))
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


def _for_the_record(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what the records keep of an edit: codes and numbers apart from what people wrote."""
    plain = {"before": _codes(before), "after": _codes(after)}
    words = {"before": _words(before), "after": _words(after)}
    return {**plain, "personal": words if words["before"] or words["after"] else None}


def _codes(fields: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in fields.items() if name not in OWN_WORDS}
    if "slots" in found:
        found["slots"] = [{name: slot[name] for name in slot if name != "title"} for slot in found["slots"]]
    return found


def _words(fields: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in fields.items() if name in OWN_WORDS}
    if "slots" in fields:
        found["slots"] = [slot["title"] for slot in fields["slots"]]
    return found
