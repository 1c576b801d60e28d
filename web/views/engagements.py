"""Engagements: listed, shown with their terms, logs, report and cost, agreed on, broken off."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, allows
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Forbidden, NotFound
from hub.logging import log_event
from hub.workflows import engagements
from hub.workflows.breaking_off import break_off
from hub.workflows.cases import share_case
from hub.workflows.engagement_costs import engagement_cost
from hub.workflows.engagement_history import engagement_history
from hub.workflows.engagement_reading import find_engagements, read_engagement
from hub.workflows.engagement_rows import EngagementFilter, EngagementPage, TermsDraft
from hub.workflows.engagement_terms import edit_terms
from hub.workflows.evaluations import read_evaluations
from hub.workflows.life_cycles import BREAK_OFF
from hub.workflows.moving import Reason
from hub.workflows.paging import Paging
from hub.workflows.work_reading import find_logs, read_questionnaire, read_report
from hub.workflows.work_rows import QuestionnaireRead, ReportPage, WorkLogFilter
from web import round_words
from web.addresses import address_of, paging_of
from web.scheme_notes import payer_note, scheme_name
from web.templating import render, spoken_language
from web.typed import MOST_DAYS, MOST_HOURS, NOTHING, REASON, Told, Typed, Version

router = APIRouter(prefix="/engagements")

Text = Annotated[str, Query(max_length=100)]
Short = Annotated[str, Form(max_length=40)]
Side = Annotated[str, Form(pattern="^(organization|expert)$")]


def sides_for(actor: Actor, page: EngagementPage, action: str) -> list[str]:
    """Return the sides ``actor`` may do ``action`` for: its name ends in ``_as_<side>``."""
    return [side for side in ("organization", "expert") if allows(actor, f"{action}_as_{side}", page.belonging)]


@router.get("", dependencies=[decides("engagement.read")])
def list_engagements(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    *,
    status: Text = "",
    sort: Text = "first_day",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """List the engagements who looks may read; htmx gets the results alone."""
    spoken = spoken_language(request)
    wanted = EngagementFilter(status=status if status in round_words.ENGAGEMENT_STATUSES else None)  # type: ignore[arg-type]
    found = find_engagements(session, actor, wanted, paging_of(sort, page))
    statuses = ((key, spoken.say(name)) for key, name in round_words.ENGAGEMENT_STATUSES.items())
    context = {
        "found": found,
        "address": address_of("/engagements", found, status=status),
        "asked": status,
        "choices": [("", spoken.say("すべて")), *statuses],
    }
    return render(request, "engagements.html", context, block="results")


@router.get("/{engagement_id}", dependencies=[decides("engagement.read")])
def show_engagement(request: Request, session: ReadingSession, actor: ActorDep, engagement_id: str) -> Response:
    """Show one engagement and what who looks may do. 404 when there is none, 403 when it is others'."""
    page = read_engagement(session, actor, engagement_id)
    spoken = spoken_language(request)
    thing = page.belonging
    logs = {row.month: row for row in find_logs(session, actor, WorkLogFilter(engagement=engagement_id), ALL).items}
    at_work = page.row.status in {"active", "broken_off"}
    context = {
        "page": page,
        "row": page.row,
        "scheme": scheme_name(page.row.scheme, page.row.fiscal_year, spoken),
        "payer": payer_note(page.row.scheme, page.row.fiscal_year, spoken),
        "logs": logs,
        "report": report_of(session, actor, engagement_id),
        "questionnaire": _questionnaire(session, actor, engagement_id),
        "evaluations": read_evaluations(session, actor, engagement_id),
        "cost": engagement_cost(session, actor, engagement_id),
        "history": engagement_history(session, actor, engagement_id),
        "agree_as": _still_to_agree(actor, page),
        "can_consent": _can_consent(actor, page),
        "can_edit": page.row.status == "terms" and allows(actor, "engagement.edit_terms", thing),
        "can_log": at_work and allows(actor, "work_log.write", thing),
        "can_sign": allows(actor, "work_log.sign_off", thing),
        "can_report": page.row.status != "terms" and allows(actor, "report.write", thing),
        "can_break_off": page.row.status in {"terms", "active"} and allows(actor, "engagement.break_off", thing),
        "evaluate_as": sides_for(actor, page, "evaluation.give") if page.row.status in ENDED else [],
        "share_as": sides_for(actor, page, "case.share") if page.row.status == "ended" else [],
    }
    return render(request, "engagement.html", context)


ALL = Paging(size=100)
"""As many months as any engagement has, and more."""
ENDED = ("ended", "broken_off")


def _still_to_agree(actor: Actor, page: EngagementPage) -> list[str]:
    if page.row.status != "terms":
        return []
    agreed = {"organization": page.organization_agreed, "expert": page.expert_agreed}
    return [side for side in sides_for(actor, page, "engagement.agree") if agreed[side] is None]


def _can_consent(actor: Actor, page: EngagementPage) -> bool:
    sender = Belonging(organization=page.terms.dispatching_body)
    asked = page.terms.dispatching_body is not None and page.dispatch_consented is None and page.row.status == "terms"
    return asked and allows(actor, "engagement.consent_as_dispatching_body", sender)


def report_of(session: ReadingSession, actor: Actor, engagement_id: str) -> ReportPage | None:
    """Return the report of an engagement, None where none is asked for or written."""
    try:
        return read_report(session, actor, engagement_id)
    except NotFound:
        return None


def _questionnaire(session: ReadingSession, actor: Actor, engagement_id: str) -> QuestionnaireRead | None:
    try:
        return read_questionnaire(session, actor, engagement_id)
    except (NotFound, Forbidden):
        return None


@router.post(
    "/{engagement_id}/agree", dependencies=[decides("engagement.agree_as_expert", "engagement.agree_as_organization")]
)
def agree(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    *,
    side: Side,
    terms_version: Version,
) -> Response:
    """Agree to the terms shown, for one side; 422 shows the terms to be mended. 409 when they have changed since."""
    typed = Typed({}, spoken_language(request))
    with typed.keeping(session, FIELDS):
        engagements.agree(session, actor, engagement_id, side, terms_version)  # type: ignore[arg-type]
    if typed.faults:
        page = read_engagement(session, actor, engagement_id)
        return _terms_page(request, page, told_of(page.terms), typed.faults)
    log_event("engagement_agreed", engagement=engagement_id, actor=actor.id)
    return _to(engagement_id)


@router.post("/{engagement_id}/consent", dependencies=[decides("engagement.consent_as_dispatching_body")])
def consent(session: WritingSession, actor: ActorDep, engagement_id: str, terms_version: Version) -> Response:
    """Consent for the body whose staff the expert is. 409 when the terms have changed since."""
    engagements.consent(session, actor, engagement_id, terms_version)
    log_event("engagement_consented", engagement=engagement_id, actor=actor.id)
    return _to(engagement_id)


FIELDS: Mapping[str, str] = MappingProxyType({"populations": "cost_sharing"})
"""Where a fault belongs that is about something this form does not ask for."""


@router.get("/{engagement_id}/terms", dependencies=[decides("engagement.edit_terms")])
def ask_for_terms(request: Request, session: ReadingSession, actor: ActorDep, engagement_id: str) -> Response:
    """Show the terms to be changed."""
    page = read_engagement(session, actor, engagement_id)
    return _terms_page(request, page, told_of(page.terms), {})


class TermsForm(BaseModel):
    """The terms as they were typed."""

    version: Version
    form: str = ""
    first_day: str = ""
    last_day: str = ""
    hours: str = ""
    onsite_days: str = ""
    hourly_rate: str = ""
    daily_rate: str = ""
    monthly_amount: str = ""
    conditions: str = ""


@router.post("/{engagement_id}/terms", dependencies=[decides("engagement.edit_terms")])
def rewrite_terms(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    form: Annotated[TermsForm, Form()],
) -> Response:
    """Change the terms, which takes every agreement back; 422 shows the form again, 409 when somebody was faster."""
    page = read_engagement(session, actor, engagement_id)
    fields = form.model_dump(exclude={"version"})
    typed = Typed(fields, spoken_language(request))
    told = terms_typed(typed, page.terms)
    if told is not None:
        with typed.keeping(session, FIELDS):
            edit_terms(session, actor, engagement_id, told, form.version)
    if not typed.faults:
        log_event("engagement_terms_edited", engagement=engagement_id, actor=actor.id)
        return _to(engagement_id)
    return _terms_page(request, page, fields, typed.faults)


def terms_typed(typed: Typed, before: TermsDraft) -> TermsDraft | None:
    """Return the terms typed, with what the form does not ask for as it was; None when there are faults."""
    told = {
        "form": typed.chosen("form", round_words.FORMS),
        "first_day": typed.day("first_day"),
        "last_day": typed.day("last_day"),
        "hours": typed.number("hours", 0, MOST_HOURS),
        "onsite_days": typed.number("onsite_days", 0, MOST_DAYS),
        "hourly_rate": typed.yen("hourly_rate"),
        "daily_rate": typed.yen("daily_rate"),
        "monthly_amount": typed.yen("monthly_amount"),
        "conditions": typed.text("conditions"),
    }
    return None if typed.faults else replace(before, **told)  # type: ignore[arg-type]


def _terms_page(request: Request, page: EngagementPage, form: Mapping[str, str], faults: Mapping[str, str]) -> Response:
    spoken = spoken_language(request)
    forms = [(key, spoken.say(name)) for key, name in round_words.FORMS.items()]
    context = {"page": page, "row": page.row, "form": form, "faults": faults, "forms": forms}
    return render(request, "engagement_terms.html", context, status=422 if faults else 200)


@router.get("/{engagement_id}/break-off", dependencies=[decides("engagement.break_off")])
def ask_to_break_off(request: Request, session: ReadingSession, actor: ActorDep, engagement_id: str) -> Response:
    """Ask for the reason and the last day before work is broken off."""
    return _break_off_page(request, read_engagement(session, actor, engagement_id), {})


@router.post("/{engagement_id}/break-off", dependencies=[decides("engagement.break_off")])
def break_engagement_off(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    *,
    version: Version,
    code: Short = "",
    told: Told = "",
    last_day: Short = "",
) -> Response:
    """Break the engagement off; 422 shows the page again with what is missing or would be lost."""
    fields = {"code": code, "words": told, "last_day": last_day}
    typed = Typed(fields, spoken_language(request))
    last = typed.day("last_day", needed=False)
    if not typed.faults:
        with typed.keeping(session, REASON):
            reason = Reason(code or None, told.strip() or None)
            break_off(session, actor, engagement_id, reason, last, version=version)
    if not typed.faults:
        log_event("engagement_broken_off", engagement=engagement_id, actor=actor.id)
        return _to(engagement_id)
    return _break_off_page(request, read_engagement(session, actor, engagement_id), fields, typed.faults)


def _break_off_page(
    request: Request, page: EngagementPage, form: Mapping[str, str], faults: Mapping[str, str] = NOTHING
) -> Response:
    context = {"page": page, "row": page.row, "form": {**EMPTY, **form}, "faults": faults, "reasons": BREAK_OFF}
    return render(request, "engagement_break_off.html", context, status=422 if faults else 200)


EMPTY: Mapping[str, str] = MappingProxyType({"code": "", "words": "", "last_day": ""})


@router.post("/{engagement_id}/share", dependencies=[decides("case.share_as_organization", "case.share_as_expert")])
def share(
    session: WritingSession, actor: ActorDep, engagement_id: str, side: Side, *, shared: Annotated[bool, Form()] = False
) -> Response:
    """Let others read by name how the work went, for one side, or no longer."""
    share_case(session, actor, engagement_id, side, shared=shared)  # type: ignore[arg-type]
    log_event(
        "engagement_case_shared" if shared else "engagement_case_unshared", engagement=engagement_id, actor=actor.id
    )
    return _to(engagement_id)


def _to(engagement_id: str) -> Response:
    return RedirectResponse(f"/engagements/{engagement_id}", status_code=303)


def told_of(terms: TermsDraft) -> dict[str, str]:
    """Return the terms as the form shows them."""
    return {
        "form": terms.form,
        "first_day": terms.first_day.isoformat(),
        "last_day": terms.last_day.isoformat(),
        "hours": f"{terms.hours:g}",
        "onsite_days": f"{terms.onsite_days:g}",
        "hourly_rate": "" if terms.hourly_rate is None else str(terms.hourly_rate),
        "daily_rate": "" if terms.daily_rate is None else str(terms.daily_rate),
        "monthly_amount": "" if terms.monthly_amount is None else str(terms.monthly_amount),
        "conditions": terms.conditions,
    }
