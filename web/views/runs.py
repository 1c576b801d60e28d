"""A run: what it is asked for, how far it is, and how to stop it."""

import unicodedata
from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Invalid
from hub.logging import log_event
from hub.workflows.plan_rows import PlanRow
from hub.workflows.plans import queue_plan, read_plan_row, request_stop
from hub.workflows.problems import usual_months
from matching.policy import PRESETS
from matching.problem import Limits, Policy, PolicyName
from seed_data.months import month_number, months_from
from web import words
from web.counts import counts
from web.language import Language
from web.templating import render, spoken_language

router = APIRouter(prefix="/plans")

LONGEST_SECONDS = 3600
FINISHED = ("ready", "published", "closed")
"""Where a plan stands that has a result to look at."""
POLICY_NAMES: tuple[PolicyName, ...] = get_args(PolicyName)


@dataclass(frozen=True, slots=True)
class RunForm:
    """What a person typed, as it was typed."""

    title: str
    policy: str
    first: str
    last: str
    seconds: str


@router.get("/new", dependencies=[decides("plan.run")])
def ask_for_run(
    request: Request, session: ReadingSession, actor: ActorDep, like: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Show the form; ``like``: filled with what another plan was asked for."""
    months = usual_months(session)
    spoken = spoken_language(request)
    form = RunForm(
        title=spoken.say("配置計画 %(month)s", month=spoken.formats.month(months[0])) if months else "",
        policy="balanced",
        first=months[0] if months else "",
        last=months[-1] if months else "",
        seconds="60",
    )
    if like:
        row = read_plan_row(session, like, actor=actor)
        form = RunForm(row.title, row.policy, row.first_month, row.last_month, f"{row.limit_seconds:g}")
    return _form_page(request, session, form, {})


@router.post("", dependencies=[decides("plan.run")])
def start_run(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    *,
    title: Annotated[str, Form()] = "",
    policy: Annotated[str, Form()] = "",
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
    seconds: Annotated[str, Form()] = "",
) -> Response:
    """Queue the run and go to its page; 422 shows the form again with every fault, and nothing is queued."""
    form = RunForm(title, policy, first, last, seconds)
    months = usual_months(session)
    spoken = spoken_language(request)
    faults = form_faults(form, months, spoken)
    if not faults:
        span = months_from(first, month_number(last) - month_number(first) + 1)
        limits = Limits(seconds=typed_seconds(seconds) or 0)
        try:
            plan_id = queue_plan(session, actor, title, Policy(name=policy), limits, months=span)  # type: ignore[arg-type]
        except Invalid as invalid:
            faults = {fault.place.split("/")[1]: spoken.pick(fault.ja, fault.en) for fault in invalid.faults}
        else:
            log_event("plan_queued", plan=plan_id, actor=actor.id)
            return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    return _form_page(request, session, form, faults)


def form_faults(form: RunForm, months: tuple[str, ...], spoken: Language) -> dict[str, str]:
    """Return what is wrong with the form, by field in the order of the page: one message each, with its remedy."""
    faults = {}
    if not form.title.strip():
        faults["title"] = spoken.say("計画の名前を入力してください")
    elif len(form.title.strip()) > 100:
        faults["title"] = spoken.say("計画の名前は100文字以内にしてください")
    if form.policy not in POLICY_NAMES:
        faults["policy"] = spoken.say("方針をひとつ選んでください")
    if form.first not in months:
        faults["first"] = spoken.say("最初の月を選んでください")
    if form.last not in months:
        faults["last"] = spoken.say("最後の月を選んでください")
    elif form.first in months and form.last < form.first:
        faults["last"] = spoken.say("最後の月は、最初の月と同じか後にしてください")
    elif form.first in months and month_number(form.last) - month_number(form.first) >= 36:
        faults["last"] = spoken.say("期間は36か月以内にしてください")
    if typed_seconds(form.seconds) is None:
        faults["seconds"] = spoken.say("時間の上限は、1から%(most)sまでの数字で入力してください", most=LONGEST_SECONDS)
    return faults


def typed_seconds(typed: str) -> float | None:
    """Return the seconds typed, in full or half width; None when that is no number from 1 to ``LONGEST_SECONDS``."""
    text = unicodedata.normalize("NFKC", typed).strip().replace(",", "")
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    return float(text) if 1 <= int(text) <= LONGEST_SECONDS else None


def _form_page(request: Request, session: ReadingSession, form: RunForm, faults: dict[str, str]) -> Response:
    spoken = spoken_language(request)
    policies = [
        {
            "name": name,
            "title": spoken.say(words.POLICIES[name][0]),
            "meaning": spoken.say(words.POLICIES[name][1]),
            "weights": PRESETS[name].weights,
            "yen_per_point": PRESETS[name].yen_per_point,
        }
        for name in POLICY_NAMES
    ]
    context = {
        "form": form,
        "faults": faults,
        "policies": policies,
        "months": [(month, spoken.formats.month(month)) for month in usual_months(session)],
        "counts": counts(session),
    }
    return render(request, "plan_new.html", context, status=422 if faults else 200)


@router.get("/{plan_id}/run", dependencies=[decides("plan.read")])
def follow_run(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    plan_id: str,
    refresh: Annotated[str, Query(max_length=3)] = "on",
) -> Response:
    """Show how far the run is; a finished one leads to its plan. htmx gets the progress alone."""
    row = read_plan_row(session, plan_id, actor=actor)
    if row.status in FINISHED:
        return _to_plan(request, plan_id)
    return render(request, "run.html", {**progress_of(row), "refresh": refresh != "off"}, block="progress")


def progress_of(row: PlanRow) -> dict[str, object]:
    """Return the context of a run's progress. ``finished``: there is a plan to look at."""
    return {
        "plan": row,
        "active": row.status in ("queued", "running"),
        "finished": row.status in FINISHED,
        "refresh": False,
    }


def _to_plan(request: Request, plan_id: str) -> Response:
    """Return the way to the plan; htmx follows a header, because it would swap what a redirect leads to."""
    address = f"/plans/{plan_id}"
    if request.headers.get("hx-request") == "true":
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


@router.post("/{plan_id}/stop", dependencies=[decides("plan.run")])
def stop_run(session: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """Ask the run to end with the best plan so far. 409 when it has ended already."""
    request_stop(session, actor, plan_id)
    log_event("plan_stop_asked", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
