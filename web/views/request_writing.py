"""A request written in short pages: what for, its slots, conditions, and all answers once more. Each step is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from hub.auth.actor import ORGANIZATION_ROLES, Actor
from hub.auth.permissions import Belonging, allows, may_ever
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Forbidden
from hub.logging import log_event
from hub.workflows.drafts import PartnerDraft, RequestDraft, SlotDraft
from hub.workflows.japanese_days import month_of, today_in_japan
from hub.workflows.request_editing import UNSENT, create_request, edit_request
from hub.workflows.request_moves import what_is_missing
from hub.workflows.request_rows import RequestPage
from hub.workflows.requests import read_request
from hub.workflows.settling import SETTLED
from seed_data.months import month_name, month_number
from skill_standards import load_themes
from web import words
from web.names import Names, stages
from web.templating import render, spoken_language
from web.typed import NOTHING, Typed
from web.views.request_moves import moves_for

router = APIRouter(prefix="/requests")

STEPS = ("about", "slots", "conditions", "check")
USUAL_MONTHS, USUAL_HOURS = 6, 20.0
"""What a first slot asks for until somebody says better: half a year, and about half a day a week."""
PARTNERS = 5
"""Bodies of the promotion structure one page takes; more are kept as they are."""


class AboutForm(BaseModel):
    """What a request is for, as it was typed."""

    version: Annotated[int, Form(ge=0, le=2_147_483_647)] = 0
    organization: str = ""
    title: str = ""
    summary: str = ""
    stage: str = ""
    gate: str = ""
    themes: list[str] = []


def may_create(actor: Actor) -> bool:
    """Return whether ``actor`` may write a request for any organization."""
    return may_ever(actor, "request.create")


def may_edit(actor: Actor, page: RequestPage) -> bool:
    """Return whether ``actor`` may write this request where it stands."""
    thing, status = Belonging(organization=page.told.organization), page.told.status
    if status in UNSENT:
        return allows(actor, "request.edit", thing)
    return status in SETTLED and allows(actor, "request.edit", thing) and allows(actor, "request.edit_open", thing)


def editable(session: ReadingSession, actor: Actor, request_id: str) -> RequestPage:
    """Return a request ``actor`` may write. Raises NotFound, Forbidden."""
    page = read_request(session, request_id, actor=actor)
    if not allows(actor, "request.edit", Belonging(organization=page.told.organization)):
        raise Forbidden
    return page


def keep(
    session: WritingSession, actor: Actor, page: RequestPage, told: RequestDraft, *, version: int, typed: Typed
) -> bool:
    """Keep a request as it is told now; what is wrong is added to ``typed``, and then nothing is kept."""
    with typed.keeping(session):
        edit_request(session, actor, page.id, told, version)
    if typed.faults:
        return False
    log_event("request_edited", request=page.id, actor=actor.id)
    return True


@router.get("/new", dependencies=[decides("request.create")])
def ask_what_for(request: Request, actor: ActorDep) -> Response:
    """Show the first page of a new request."""
    codes = _own_codes(actor)
    form = {"organization": codes[0] if len(codes) == 1 else "", "title": "", "summary": "", "stage": ""}
    return _about_page(request, actor, None, {**form, "gate": "計画策定", "themes": ()}, NOTHING)


@router.post("/new", dependencies=[decides("request.create")])
def begin_request(
    request: Request, session: WritingSession, actor: ActorDep, form: Annotated[AboutForm, Form()]
) -> Response:
    """Keep a new draft with a first slot as its stage usually asks; 422 shows the page again."""
    spoken = spoken_language(request)
    typed = Typed(form.model_dump(include={"organization", "title", "summary", "stage", "gate"}), spoken)
    organization = _organization(typed)
    told = _about(typed, form.themes)
    stage = typed.chosen("stage", stages())
    if not typed.faults and organization and stage:
        first = SlotDraft(
            title=told["title"],
            talent_type=stages()[stage].lead or "D",
            stage=stage,
            start=month_name(month_number(month_of(today_in_japan())) + 1),
            length=USUAL_MONTHS,
            hours=USUAL_HOURS,
        )
        with typed.keeping(session):
            request_id = create_request(session, actor, RequestDraft(organization, slots=(first,), **told))
            log_event("request_created", request=request_id, actor=actor.id)
            return RedirectResponse(f"/requests/{request_id}/write/slots", status_code=303)
    return _about_page(request, actor, None, {**typed.form, "themes": form.themes}, typed.faults)


@router.get("/{request_id}/write/about", dependencies=[decides("request.edit")])
def ask_what_about(request: Request, session: ReadingSession, actor: ActorDep, request_id: str) -> Response:
    """Show the first page of a request that is kept already."""
    page = editable(session, actor, request_id)
    told = page.told
    form = {"organization": told.organization, "title": told.title, "summary": told.summary, "gate": told.gate}
    return _about_page(request, actor, page, {**form, "stage": "", "themes": told.themes}, NOTHING)


@router.post("/{request_id}/write/about", dependencies=[decides("request.edit")])
def rewrite_about(
    request: Request, session: WritingSession, actor: ActorDep, request_id: str, form: Annotated[AboutForm, Form()]
) -> Response:
    """Keep what a request is for; 422 shows the page again, 409 when somebody else was faster."""
    page = editable(session, actor, request_id)
    typed = Typed(form.model_dump(include={"title", "summary", "gate"}), spoken_language(request))
    told = _about(typed, form.themes)
    if not typed.faults and keep(session, actor, page, replace(page.told, **told), version=form.version, typed=typed):
        return RedirectResponse(f"/requests/{request_id}/write/slots", status_code=303)
    shown = {**typed.form, "organization": page.told.organization, "stage": "", "themes": form.themes}
    return _about_page(request, actor, page, shown, typed.faults)


def _about(typed: Typed, themes: list[str]) -> dict[str, Any]:
    title = typed.text("title")
    if not title:
        typed.faults["title"] = typed.spoken.say("件名を入力してください")
    return {
        "title": title,
        "summary": typed.text("summary"),
        "gate": typed.chosen("gate", words.GATES) or "計画策定",
        "themes": tuple(themes),
    }


def _organization(typed: Typed) -> str | None:
    if not typed.text("organization"):
        typed.faults["organization"] = typed.spoken.say("団体コードを入力してください")
        return None
    return typed.organization("organization")


def _own_codes(actor: Actor) -> list[str]:
    return sorted({grant.scope for grant in actor.grants if grant.role in ORGANIZATION_ROLES})


def _about_page(
    request: Request, actor: Actor, page: RequestPage | None, form: Mapping[str, object], faults: Mapping[str, str]
) -> Response:
    spoken = spoken_language(request)
    names = Names(spoken)
    context = {
        "page": page,
        "step": "about",
        "form": form,
        "faults": faults,
        "own": [(code, names.place(code)) for code in _own_codes(actor)],
        "stages": [("", spoken.say("選んでください")), *((key, names.stage(key)) for key in stages())],
        "gates": [(key, spoken.say(name)) for key, name in words.GATES.items()],
        "themes": [(theme.id, names.theme(theme.id)) for theme in load_themes()],
    }
    return render(request, "request_about.html", context, status=422 if faults else 200)


class ConditionsForm(BaseModel):
    """Budget and the like, as typed; ``partner_role`` and ``partner`` are lists of the same length."""

    version: Annotated[int, Form(ge=0, le=2_147_483_647)] = 0
    budget: str = ""
    budget_basis: str = ""
    team: str = ""
    beneficiaries: str = ""
    partner_role: list[str] = []
    partner: list[str] = []


@router.get("/{request_id}/write/conditions", dependencies=[decides("request.edit")])
def ask_for_conditions(request: Request, session: ReadingSession, actor: ActorDep, request_id: str) -> Response:
    """Show budget, team and promotion structure."""
    page = editable(session, actor, request_id)
    told = page.told
    form = {
        "budget": "" if told.budget is None else str(told.budget),
        "budget_basis": told.budget_basis,
        "team": told.team,
        "beneficiaries": "\n".join(told.beneficiaries),
    }
    partners = [(partner.role, partner.organization) for partner in told.promotion]
    return _conditions_page(request, page, form, partners, NOTHING)


@router.post("/{request_id}/write/conditions", dependencies=[decides("request.edit")])
def rewrite_conditions(
    request: Request, session: WritingSession, actor: ActorDep, request_id: str, form: Annotated[ConditionsForm, Form()]
) -> Response:
    """Keep the conditions; 422 shows the page again, 409 when somebody else was faster."""
    page = editable(session, actor, request_id)
    spoken = spoken_language(request)
    typed = Typed(form.model_dump(include={"budget", "budget_basis", "team", "beneficiaries"}), spoken)
    partners = [(r.strip(), p.strip()) for r, p in zip(form.partner_role, form.partner, strict=False)]
    told: dict[str, Any] = {
        "budget": typed.yen("budget"),
        "budget_basis": typed.chosen("budget_basis", words.BUDGET_BASES) or "gross",
        "team": typed.chosen("team", words.TEAMS) or "any",
        "beneficiaries": typed.organizations("beneficiaries"),
        "promotion": (
            *(PartnerDraft(role, body) for role, body in partners if role or body),
            *page.told.promotion[PARTNERS:],
        ),
    }
    if not typed.faults and keep(session, actor, page, replace(page.told, **told), version=form.version, typed=typed):
        return RedirectResponse(f"/requests/{request_id}/write/check", status_code=303)
    return _conditions_page(request, page, typed.form, partners, typed.faults)


def _conditions_page(
    request: Request,
    page: RequestPage,
    form: Mapping[str, str],
    partners: list[tuple[str, str]],
    faults: Mapping[str, str],
) -> Response:
    spoken = spoken_language(request)
    shown = [*partners[:PARTNERS], *[("", "")] * max(0, PARTNERS - len(partners))]
    context = {
        "page": page,
        "step": "conditions",
        "form": form,
        "faults": faults,
        "partners": shown,
        "bases": [(key, spoken.say(name)) for key, name in words.BUDGET_BASES.items()],
        "teams": [(key, spoken.say(name)) for key, name in words.TEAMS.items()],
    }
    return render(request, "request_conditions.html", context, status=422 if faults else 200)


@router.get("/{request_id}/write/check", dependencies=[decides("request.edit")])
def check_answers(request: Request, session: ReadingSession, actor: ActorDep, request_id: str) -> Response:
    """Show all answers with a way to change each, what is still missing, and how to hand it in."""
    page = editable(session, actor, request_id)
    spoken = spoken_language(request)
    missing = [spoken.pick(fault.ja, fault.en) for fault in what_is_missing(page.told)]
    can_submit = "submit" in {move.name for move in moves_for(actor, page)}
    context = {"page": page, "step": "check", "missing": missing, "can_submit": can_submit}
    return render(request, "request_check.html", context)
