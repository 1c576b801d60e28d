"""What one side says of the work, once it has ended: grades, a comment, and from the organization the skills it saw."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Forbidden
from hub.logging import log_event
from hub.workflows.engagement_reading import read_engagement
from hub.workflows.evaluations import ASPECTS, ConfirmationDraft, EvaluationDraft, evaluate
from web import round_words, words
from web.choices import skill_choices
from web.names import Names
from web.templating import render, spoken_language
from web.typed import NOTHING, Typed
from web.views.engagements import sides_for

router = APIRouter(prefix="/engagements/{engagement_id}/evaluation/{side}")

Side = Annotated[str, Path(pattern="^(organization|expert)$")]
ASPECT = "aspect-"
SKILLS = 3
"""Skills one page takes; what more was seen may be told by the interface."""
GRADES = ("1", "2", "3", "4", "5")
FIELDS: Mapping[str, str] = MappingProxyType({"skills": "skill-0", "aspects": "overall"})


class EvaluationForm(BaseModel):
    """An evaluation as it was typed: a field for each aspect, and three for each skill, beside these."""

    model_config = ConfigDict(extra="allow")
    overall: str = ""
    comment: str = ""
    role_played: str = ""


@router.get("", dependencies=[decides("evaluation.give_as_organization", "evaluation.give_as_expert")])
def ask_for_evaluation(
    request: Request, session: ReadingSession, actor: ActorDep, engagement_id: str, side: Side
) -> Response:
    """Show the form to who may give this side's evaluation."""
    return _page(request, session, actor, engagement_id, side)


@router.post("", dependencies=[decides("evaluation.give_as_organization", "evaluation.give_as_expert")])
def give_evaluation(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    engagement_id: str,
    side: Side,
    *,
    form: Annotated[EvaluationForm, Form()],
) -> Response:
    """Give the evaluation, once; 422 shows the form again with every fault. 409 before the work has ended."""
    fields = {key: str(value) for key, value in form.model_dump().items()}
    typed = Typed(fields, spoken_language(request))
    told = evaluation_typed(typed, side)
    if told is not None:
        with typed.keeping(session, FIELDS):
            evaluate(session, actor, engagement_id, side, told)  # type: ignore[arg-type]
    if not typed.faults:
        log_event("evaluation_given", engagement=engagement_id, actor=actor.id, side=side)
        return RedirectResponse(f"/engagements/{engagement_id}", status_code=303)
    return _page(request, session, actor, engagement_id, side, form=fields, faults=typed.faults)


def evaluation_typed(typed: Typed, side: str) -> EvaluationDraft | None:
    """Return the evaluation typed; None when there are faults."""
    overall = typed.chosen("overall", GRADES)
    aspects = {name: typed.chosen(ASPECT + name, GRADES) for name in ASPECTS[side]}
    played = typed.chosen("role_played", words.ROLES_PLAYED) if side == "organization" else None
    skills = []
    for at in range(SKILLS if side == "organization" else 0):
        if code := typed.text(f"skill-{at}"):
            level = typed.whole(f"level-{at}", 1, 4)
            skills.append(ConfirmationDraft(code, level, typed.text(f"evidence-{at}")))  # type: ignore[arg-type]
    if typed.faults or overall is None:
        return None
    return EvaluationDraft(
        overall=int(overall),
        aspects={name: int(grade) for name, grade in aspects.items() if grade},
        comment=typed.text("comment"),
        role_played=played,  # type: ignore[arg-type]
        skills=tuple(skills),
    )


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    engagement_id: str,
    side: str,
    *,
    form: Mapping[str, str] = NOTHING,
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    page = read_engagement(session, actor, engagement_id)
    if side not in sides_for(actor, page, "evaluation.give"):
        raise Forbidden
    names = Names(spoken_language(request))
    context = {
        "page": page,
        "row": page.row,
        "side": side,
        "aspects": ASPECTS[side],
        "grades": [(grade, names.language.say(round_words.GRADES[grade])) for grade in GRADES],
        "roles": [(key, names.language.say(name)) for key, name in words.ROLES_PLAYED.items()],
        "skills": skill_choices(names),
        "level_choices": [(str(level), names.language.say(name)) for level, name in words.LEVELS.items()],
        "places": range(SKILLS if side == "organization" else 0),
        "form": form,
        "faults": faults,
    }
    return render(request, "evaluation.html", context, status=422 if faults else 200)
