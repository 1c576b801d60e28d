"""A person tried in a slot, with what that does to the whole plan; then fixed there or kept out in a plan made anew."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, Database, DatabaseDep, WritingSession
from hub.errors import Busy
from hub.logging import log_event
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import find_experts
from hub.workflows.paging import Paging
from hub.workflows.plan_adjusting import (
    TRY_SECONDS,
    SlotChange,
    begin_trial,
    named_changes,
    named_expert,
    remake,
    try_pair,
)
from hub.workflows.plan_reading import read_plan_row
from hub.workflows.plan_rules import LONGEST_TITLE
from hub.workflows.plans import read_plan_slot
from matching.problem import Link
from web.templating import render, spoken_language

router = APIRouter(prefix="/plans")

FOUND = 10
"""People shown of a search."""
TURNS = threading.BoundedSemaphore(1)
"""One trial at a time in each process: each may keep a core busy for ``TRY_SECONDS``."""

Id = Annotated[str, Form(max_length=40)]


@router.get("/{plan_id}/slots/{slot_id}/try", dependencies=[decides("plan.run")])
def try_somebody(
    request: Request,
    database: DatabaseDep,
    actor: ActorDep,
    plan_id: str,
    slot_id: str,
    *,
    q: Annotated[str, Query(max_length=100)] = "",
    expert: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Find people, and show what one of them in this slot would do; nothing is changed. 503 while another is tried."""
    with database.reading() as session:
        context: dict[str, Any] = {
            "plan": read_plan_row(session, plan_id, actor=actor),
            "slot": read_plan_slot(session, plan_id, slot_id, actor=actor),
            "people": _people(session, actor, q),
            "q": q,
            "tried": None,
        }
    if expert:
        context |= _tried(database, actor, plan_id, Link(slot_id, expert))
    return render(request, "slot_try.html", context)


def _people(session: Any, actor: Actor, text: str) -> Any:
    wanted = ExpertFilter(text=text, paused=False)
    return find_experts(session, wanted, Paging(size=FOUND), actor=actor) if text.strip() else None


def _tried(database: Database, actor: Actor, plan_id: str, link: Link) -> dict[str, Any]:
    """Return what came of a trial; no transaction is held while it is solved."""
    with _turn():
        with database.reading() as session:
            person, trial = named_expert(session, link.expert), begin_trial(session, actor, plan_id)
        tried = try_pair(trial, link)
        with database.reading() as session:
            return {"tried": tried, "person": person, "changes": named_changes(session, tried)}


@contextmanager
def _turn() -> Iterator[None]:
    if not TURNS.acquire(timeout=TRY_SECONDS):
        raise Busy(
            "ほかの人が別の案を試しています。少し待って、もう一度試してください。",
            "Somebody else is trying something. Wait a moment and try again.",
            seconds=round(TRY_SECONDS),
        )
    try:
        yield
    finally:
        TURNS.release()


@router.post("/{plan_id}/slots/{slot_id}/{change}", dependencies=[decides("plan.run")])
def change_slot(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    plan_id: str,
    *,
    slot_id: str,
    change: SlotChange,
    expert: Id = "",
) -> Response:
    """Make the plan again with a person fixed in the slot or kept out of it, and follow that run. 404 without them."""
    title = _title(request, read_plan_row(session, plan_id, actor=actor).title)
    made = remake(session, actor, plan_id, change, Link(slot_id, expert), title=title)
    log_event("plan_queued", plan=made, actor=actor.id)
    return RedirectResponse(f"/plans/{made}/run", status_code=303)


def _title(request: Request, title: str) -> str:
    """Return the name of a plan made anew, which says so once."""
    mark = spoken_language(request).say("（調整）")
    return title if title.endswith(mark) else title[: LONGEST_TITLE - len(mark)] + mark
