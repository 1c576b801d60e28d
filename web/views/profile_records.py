"""Skills and career of a profile, entry by entry: each skill with what shows it, each activity with what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import NotFound
from hub.workflows.drafts import CareerDraft, SkillDraft
from hub.workflows.expert_rows import ExpertPage
from skill_standards import load_themes
from web import words
from web.names import FRAMEWORK, Names, stages
from web.skill_search import find_skills
from web.templating import render, spoken_language
from web.typed import NOTHING, Typed, Version
from web.views.profile_writing import keep, own, show_to_office

router = APIRouter(prefix="/experts/{expert_id}/edit", dependencies=[Depends(show_to_office)])

Place = Annotated[int, Path(ge=0, le=499)]
NEW = "new"
WORDS = ("organization", "contribution", "outcome", "evidence")


class SkillsForm(BaseModel):
    """A level and the evidence for each skill there is; ``add``: one more."""

    model_config = ConfigDict(extra="allow")
    version: Version
    add: str = ""


@router.get("/skills", dependencies=[decides("expert.edit")])
def ask_for_skills(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    expert_id: str,
    *,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the skills with their evidence; ``q``: skills that are searched for. htmx gets what was found alone."""
    return _skills_page(request, own(session, actor, expert_id), q=q)


@router.post("/skills", dependencies=[decides("expert.edit")])
def rewrite_skills(
    request: Request, session: WritingSession, actor: ActorDep, expert_id: str, form: Annotated[SkillsForm, Form()]
) -> Response:
    """Keep the skills; a level of 0 takes one out, ``add`` puts one in with the first level."""
    page = own(session, actor, expert_id)
    fields = {key: str(value) for key, value in form.model_dump(exclude={"version"}).items()}
    typed = Typed(fields, spoken_language(request))
    skills = []
    for skill in page.told.skills:
        mark = f"{skill.framework}-{skill.code}"
        level = typed.whole(f"level-{mark}", 0, 4) if f"level-{mark}" in fields else skill.level
        evidence = typed.text(f"evidence-{mark}") if f"evidence-{mark}" in fields else skill.evidence
        if level:
            skills.append(replace(skill, level=level, evidence=evidence))
    if form.add and form.add not in {skill.code for skill in skills if skill.framework == FRAMEWORK}:
        skills.append(SkillDraft(form.add, 1))
    told = replace(page.told, skills=tuple(skills))
    if not typed.faults and keep(session, actor, page, told, version=form.version, typed=typed):
        return RedirectResponse(f"/experts/{expert_id}/edit/skills", status_code=303)
    return _skills_page(request, page, form=fields, faults=typed.faults)


def _skills_page(
    request: Request,
    page: ExpertPage,
    *,
    q: str = "",
    form: Mapping[str, str] = NOTHING,
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    say = spoken_language(request).say
    known = {skill.code for skill in page.told.skills if skill.framework == FRAMEWORK}
    meant = find_skills(q)
    context = {
        "expert": page,
        "form": form,
        "faults": faults,
        "q": q,
        "found": [code for code in meant if code not in known],
        "known": bool(meant),
        "levels": [(str(level), f"{level} {say(name)}") for level, name in words.LEVELS.items()],
    }
    return render(request, "profile_skills.html", context, block="found", status=422 if faults else 200)


class CareerForm(BaseModel):
    """One activity as typed."""

    version: Version
    organization: str = ""
    role_played: str = ""
    started: str = ""
    ended: str = ""
    theme: str = ""
    stage: str = ""
    contribution: str = ""
    outcome: str = ""
    evidence: str = ""


@router.get("/career", dependencies=[decides("expert.edit")])
def list_career(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str) -> Response:
    """Show the activities there are."""
    return render(request, "profile_career.html", {"expert": own(session, actor, expert_id)})


@router.get("/career/new", dependencies=[decides("expert.edit")])
def ask_for_another(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str) -> Response:
    """Show an empty activity."""
    page = own(session, actor, expert_id)
    return _entry_page(request, page, NEW, dict.fromkeys(CareerForm.model_fields, ""))


@router.post("/career/new", dependencies=[decides("expert.edit")])
def add_entry(
    request: Request, session: WritingSession, actor: ActorDep, expert_id: str, form: Annotated[CareerForm, Form()]
) -> Response:
    """Add an activity; 422 shows it again with what is wrong."""
    page = own(session, actor, expert_id)
    typed = Typed(form.model_dump(exclude={"version"}), spoken_language(request))
    entry = _entry_typed(typed)
    if entry:
        told = replace(page.told, career=(*page.told.career, entry))
        if keep(session, actor, page, told, version=form.version, typed=typed):
            return RedirectResponse(f"/experts/{expert_id}/edit/career", status_code=303)
    return _entry_page(request, page, NEW, typed.form, typed.faults)


@router.get("/career/{at}", dependencies=[decides("expert.edit")])
def ask_for_entry(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str, at: Place) -> Response:
    """Show one activity to be changed."""
    page = own(session, actor, expert_id)
    entry = _entry(page, at)
    return _entry_page(request, page, str(at), {name: getattr(entry, name) or "" for name in SHOWN})


SHOWN = tuple(name for name in CareerForm.model_fields if name != "version")


@router.post("/career/{at}", dependencies=[decides("expert.edit")])
def rewrite_entry(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    expert_id: str,
    at: Place,
    *,
    form: Annotated[CareerForm, Form()],
) -> Response:
    """Keep the activity; 422 shows it again, 409 when somebody else was faster."""
    page = own(session, actor, expert_id)
    _entry(page, at)
    typed = Typed(form.model_dump(exclude={"version"}), spoken_language(request))
    entry = _entry_typed(typed)
    career = page.told.career
    if entry:
        told = replace(page.told, career=(*career[:at], entry, *career[at + 1 :]))
        if keep(session, actor, page, told, version=form.version, typed=typed):
            return RedirectResponse(f"/experts/{expert_id}/edit/career", status_code=303)
    return _entry_page(request, page, str(at), typed.form, typed.faults)


@router.post("/career/{at}/remove", dependencies=[decides("expert.edit")])
def remove_entry(
    request: Request, session: WritingSession, actor: ActorDep, expert_id: str, at: Place, *, version: Version
) -> Response:
    """Take an activity out."""
    page = own(session, actor, expert_id)
    _entry(page, at)
    left = tuple(entry for place, entry in enumerate(page.told.career) if place != at)
    keep(
        session,
        actor,
        page,
        replace(page.told, career=left),
        version=version,
        typed=Typed({}, spoken_language(request)),
    )
    return RedirectResponse(f"/experts/{expert_id}/edit/career", status_code=303)


def _entry(page: ExpertPage, at: int) -> CareerDraft:
    if at >= len(page.told.career):
        raise NotFound("経歴", "career entry")
    return page.told.career[at]


def _entry_typed(typed: Typed) -> CareerDraft | None:
    told: dict[str, Any] = {name: typed.text(name) for name in WORDS}
    if not told["organization"]:
        typed.faults["organization"] = typed.spoken.say("団体名を入力してください")
    told["role_played"] = typed.chosen("role_played", words.ROLES_PLAYED)
    told["started"] = typed.month("started")
    told["ended"] = typed.month("ended", needed=False)
    told["theme"] = typed.chosen("theme", [theme.id for theme in load_themes()], needed=False)
    told["stage"] = typed.chosen("stage", stages(), needed=False)
    if told["started"] and told["ended"] and told["ended"] < told["started"]:
        typed.faults["ended"] = typed.spoken.say("始まりより後の月を入力してください")
    return None if typed.faults else CareerDraft(**told)


def _entry_page(
    request: Request, page: ExpertPage, at: str, form: Mapping[str, str], faults: Mapping[str, str] = NOTHING
) -> Response:
    names = Names(spoken_language(request))
    say = names.language.say
    none = ("", say("選んでください"))
    context = {
        "expert": page,
        "at": at,
        "form": form,
        "faults": faults,
        "roles": [none, *((key, say(name)) for key, name in words.ROLES_PLAYED.items())],
        "themes": [none, *((theme.id, names.theme(theme.id)) for theme in load_themes())],
        "stages": [none, *((key, names.stage(key)) for key in stages())],
    }
    return render(request, "profile_entry.html", context, status=422 if faults else 200)
