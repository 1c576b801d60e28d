"""A plan goes out: which of its slots, until when to answer; and how what nobody accepted comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Conflict
from hub.logging import log_event
from hub.workflows.japanese_days import JAPAN, today_in_japan
from hub.workflows.moving import Reason
from hub.workflows.plans import read_plan_row
from hub.workflows.publishing import close_plan, publish, undo
from hub.workflows.standing_offers import Standing, standing_offers
from web.templating import render, spoken_language
from web.typed import NOTHING, Told, Typed

router = APIRouter(prefix="/plans")

USUAL_DAYS = 14
"""How long both sides have to answer, where a coordinator says nothing else."""
MOST_TO_CHOOSE = 300
"""More lines nobody chooses from one by one: all of them go out then, or what a filter of the plan leaves."""


@dataclass(frozen=True, slots=True)
class PublicationForm:
    """What a person chose. ``deadline``: the last day to answer, as typed. ``skip``: leave out what no longer holds.

    ``every``: all that is not out yet, whatever ``slots`` says.
    """

    deadline: str
    slots: tuple[str, ...] = ()
    every: bool = True
    skip: bool = False


@router.get("/{plan_id}/publish", dependencies=[decides("plan.publish")])
def ask_what_to_publish(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Show what a plan assigns, each to be chosen; what is out already cannot be."""
    rows = standing_offers(session, actor, plan_id)
    last = today_in_japan() + timedelta(days=USUAL_DAYS)
    form = PublicationForm(last.isoformat())
    return _page(request, session, actor, plan_id, rows=rows, form=form)


@router.post("/{plan_id}/publish", dependencies=[decides("plan.publish")])
def publish_plan(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    plan_id: str,
    *,
    deadline: Annotated[str, Form(max_length=40)] = "",
    which: Annotated[str, Form(pattern="^(every|chosen)$")] = "every",
    slot: Annotated[Sequence[str], Form()] = (),
    skip: Annotated[bool, Form()] = False,
) -> Response:
    """Offer the chosen slots to both sides; 422 and 409 show the page again, and nothing goes out."""
    spoken = spoken_language(request)
    form = PublicationForm(deadline, tuple(slot), which == "every", skip)
    typed = Typed({"deadline": deadline}, spoken)
    moment, refused = form_read(typed, form), ""
    if moment and not typed.faults:
        try:
            with typed.keeping(session):
                made = publish(session, actor, plan_id, moment, None if form.every else form.slots, skip_refused=skip)
                log_event("plan_published", plan=plan_id, actor=actor.id, stage=made.stage, number=len(made.proposals))
                return RedirectResponse(f"/proposals?plan={plan_id}", status_code=303)
        except Conflict as conflict:
            refused = conflict.text(spoken.code)
    rows = standing_offers(session, actor, plan_id)
    return _page(request, session, actor, plan_id, rows=rows, form=form, faults=typed.faults, refused=refused)


def form_read(typed: Typed, form: PublicationForm) -> datetime | None:
    """Return the end of the last day to answer, in Japan, and keep what is wrong with the form."""
    day = typed.day("deadline")
    if day is None:
        typed.faults["deadline"] = typed.spoken.say("回答期限を 令和8年4月1日 か 2026-04-01 のように入力してください")
    elif day < today_in_japan():
        typed.faults["deadline"] = typed.spoken.say("回答期限は今日か、それより後の日にしてください")
    if not form.every and not form.slots:
        typed.faults["slots"] = typed.spoken.say("提案する枠を1つ以上選んでください")
    return datetime.combine(day, time(23, 59, 59), JAPAN) if day else None


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    plan_id: str,
    *,
    rows: Sequence[Standing],
    form: PublicationForm,
    faults: Mapping[str, str] = NOTHING,
    refused: str = "",
) -> Response:
    context = {
        "plan": read_plan_row(session, plan_id, actor=actor),
        "rows": rows[:MOST_TO_CHOOSE],
        "fresh": sum(1 for row in rows if not row.is_out),
        "left_out": max(0, len(rows) - MOST_TO_CHOOSE),
        "form": form,
        "faults": faults,
        "refused": refused,
    }
    status = 409 if refused else 422 if faults else 200
    return render(request, "plan_publish.html", context, status=status)


@router.get("/{plan_id}/undo", dependencies=[decides("plan.undo")])
def ask_to_undo(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Say what undoing would withdraw and what would stay, before it is done."""
    rows = standing_offers(session, actor, plan_id)
    context = {"plan": read_plan_row(session, plan_id, actor=actor), "rows": rows}
    return render(request, "plan_undo.html", context)


@router.post("/{plan_id}/undo", dependencies=[decides("plan.undo")])
def undo_plan(session: WritingSession, actor: ActorDep, plan_id: str, words: Told = "") -> Response:
    """Withdraw what nobody has accepted. 409 when the plan is not published."""
    done = undo(session, actor, plan_id, Reason(words=words.strip() or None))
    log_event("plan_undone", plan=plan_id, actor=actor.id, withdrawn=done.withdrawn, kept=done.kept)
    return RedirectResponse(f"/plans/{plan_id}", status_code=303)


@router.get("/{plan_id}/close", dependencies=[decides("plan.close")])
def ask_to_close(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Say what closing means, before it is done."""
    return render(request, "plan_close.html", {"plan": read_plan_row(session, plan_id, actor=actor)})


@router.post("/{plan_id}/close", dependencies=[decides("plan.close")])
def end_plan(session: WritingSession, actor: ActorDep, plan_id: str, words: Told = "") -> Response:
    """Close the plan: nothing more of it goes out. 409 when it has no result or is closed."""
    close_plan(session, actor, plan_id, Reason(words=words.strip() or None))
    log_event("plan_closed", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}", status_code=303)
