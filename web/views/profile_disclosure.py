"""Who sees which part of a profile: chosen part by part, and looked at as each audience sees it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from hub.auth.disclosure import AUDIENCES, PARTS, WHY_COORDINATORS, Audience, options
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.logging import log_event
from hub.workflows.disclosure_choices import choose, own_choices
from hub.workflows.expert_rows import ExpertPage
from hub.workflows.experts import read_expert
from hub.workflows.shown_experts import preview_expert
from web import privacy_words
from web.templating import render, spoken_language
from web.typed import NOTHING, Typed, Version
from web.views.experts import shown_context
from web.views.profile_writing import done

router = APIRouter(prefix="/experts/{expert_id}/edit/disclosure")

CHOOSING = decides("expert.choose_disclosure")


class DisclosureForm(BaseModel):
    """An audience for each part, by the part's name."""

    model_config = ConfigDict(extra="allow")
    version: Version


@router.get("", dependencies=[CHOOSING])
def ask_for_disclosure(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str) -> Response:
    """Show for each part who sees it, and what is not to be chosen, with why."""
    chosen = own_choices(session, actor, expert_id)
    return _page(request, read_expert(session, expert_id, actor=actor), chosen)


@router.post("", dependencies=[CHOOSING])
def choose_disclosure(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    expert_id: str,
    form: Annotated[DisclosureForm, Form()],
) -> Response:
    """Keep who sees what; 422 shows the page again, 409 when the profile was changed meanwhile."""
    page = read_expert(session, expert_id, actor=actor)
    wanted = {name: str(value) for name, value in (form.model_extra or {}).items() if name in PARTS}
    typed = Typed(wanted, spoken_language(request))
    with typed.keeping(session):
        choose(session, actor, expert_id, wanted, form.version)
    if typed.faults:
        return _page(request, page, {**own_choices(session, actor, expert_id), **wanted}, typed.faults)
    log_event("disclosure_chosen", expert=expert_id, actor=actor.id)
    return done(expert_id)


@router.get("/{audience}", dependencies=[CHOOSING])
def preview(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str, audience: Audience) -> Response:
    """Show the profile as an audience sees it."""
    shown = preview_expert(session, actor, expert_id, audience)
    page = read_expert(session, expert_id, actor=actor)
    context = {"expert": page, "audience": audience, "audiences": AUDIENCES, **shown_context(request, shown)}
    return render(request, "profile_preview.html", context)


def _page(
    request: Request, page: ExpertPage, chosen: Mapping[str, str], faults: Mapping[str, str] = NOTHING
) -> Response:
    spoken = spoken_language(request)
    rows = [
        {
            "part": part,
            "options": [(audience, spoken.say(privacy_words.AUDIENCES[audience])) for audience in options(part)],
            "why": spoken.pick(told.ja, told.en),
        }
        for part, told in PARTS.items()
    ]
    context = {
        "expert": page,
        "chosen": chosen,
        "faults": faults,
        "rows": [row for row in rows if len(row["options"]) > 1],
        "fixed": [row for row in rows if len(row["options"]) == 1],
        "why_coordinators": spoken.pick(*WHY_COORDINATORS),
        "audiences": AUDIENCES,
    }
    return render(request, "profile_disclosure.html", context, status=422 if faults else 200)
