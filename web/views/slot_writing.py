"""The slots of a request, one a page: what is asked for, when and where, and the skills, found by search or by role."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import NotFound
from hub.workflows.drafts import NeedDraft, RequestDraft, SlotDraft
from hub.workflows.request_rows import RequestPage
from skill_standards import load_framework, role_template
from web import words
from web.choices import role_choices
from web.names import FRAMEWORK, Names, stages
from web.skill_search import find_skills
from web.templating import render, spoken_language
from web.typed import MOST_DAYS, MOST_HOURS, NOTHING, Typed, Version
from web.views.request_writing import editable, keep

router = APIRouter(prefix="/requests/{request_id}/write/slots")

Place = Annotated[int, Path(ge=0, le=99)]
MOST_MONTHS, MOST_SLOTS = 36, 100
LEVEL, NEEDED = "level-", "mandatory-"
MOST_NEEDS = 40
FIELDS: Mapping[str, str] = MappingProxyType({"slots": "title"})
"""A fault of a slot is about the page as a whole: its place within the request says which, and the words say what."""


class SlotForm(BaseModel):
    """A slot as it was typed."""

    version: Version
    title: str = ""
    talent_type: str = ""
    stage: str = ""
    role: str = ""
    start: str = ""
    length: str = ""
    hours: str = ""
    onsite_days: str = ""
    remote_ok: str = "no"
    rate_ceiling: str = ""
    required: str = "no"


class NeedsForm(BaseModel):
    """The skills as they were typed: a level for each, and whether it is a must; ``add`` and ``role`` come on top."""

    model_config = ConfigDict(extra="allow")
    version: Version
    add: str = ""
    role: str = ""
    done: bool = False


@router.get("", dependencies=[decides("request.edit")])
def list_slots(request: Request, session: ReadingSession, actor: ActorDep, request_id: str) -> Response:
    """Show the slots there are, each with what it lacks."""
    page = editable(session, actor, request_id)
    return render(request, "request_slots.html", {"page": page, "step": "slots", "faults": {}})


@router.post("", dependencies=[decides("request.edit")])
def add_slot(request: Request, session: WritingSession, actor: ActorDep, request_id: str, version: Version) -> Response:
    """Add a slot like the last one, and go to it."""
    page = editable(session, actor, request_id)
    slots = page.told.slots
    spoken = spoken_language(request)
    typed = Typed({}, spoken)
    another = replace(slots[-1], title=spoken.say("枠%(number)s", number=len(slots) + 1))
    if len(slots) < MOST_SLOTS and keep(
        session, actor, page, replace(page.told, slots=(*slots, another)), version=version, typed=typed
    ):
        return RedirectResponse(f"/requests/{request_id}/write/slots/{len(slots)}", status_code=303)
    typed.faults.setdefault("slots", spoken.say("枠は100までです"))
    context = {"page": page, "step": "slots", "faults": typed.faults}
    return render(request, "request_slots.html", context, status=422)


@router.post("/{at}/remove", dependencies=[decides("request.edit")])
def remove_slot(
    request: Request, session: WritingSession, actor: ActorDep, request_id: str, at: Place, *, version: Version
) -> Response:
    """Take a slot out; a request keeps at least one."""
    page, _ = _slot(editable(session, actor, request_id), at)
    typed = Typed({}, spoken_language(request))
    left = tuple(slot for place, slot in enumerate(page.told.slots) if place != at)
    if not left:
        typed.faults["slots"] = typed.spoken.say("枠を1つは残してください")
    elif keep(session, actor, page, replace(page.told, slots=left), version=version, typed=typed):
        return RedirectResponse(f"/requests/{request_id}/write/slots", status_code=303)
    return render(request, "request_slots.html", {"page": page, "step": "slots", "faults": typed.faults}, status=422)


@router.get("/{at}", dependencies=[decides("request.edit")])
def ask_for_slot(request: Request, session: ReadingSession, actor: ActorDep, request_id: str, at: Place) -> Response:
    """Show one slot to be changed."""
    page, slot = _slot(editable(session, actor, request_id), at)
    return _slot_page(request, page, at, _shown(slot), NOTHING)


@router.post("/{at}", dependencies=[decides("request.edit")])
def rewrite_slot(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    at: Place,
    *,
    form: Annotated[SlotForm, Form()],
) -> Response:
    """Keep the slot and go to its skills; 422 shows the page again, 409 when somebody else was faster."""
    page, slot = _slot(editable(session, actor, request_id), at)
    typed = Typed(form.model_dump(exclude={"version"}), spoken_language(request))
    told = _slot_typed(typed, slot)
    if told and keep(session, actor, page, _with(page, at, told), version=form.version, typed=typed):
        return RedirectResponse(f"/requests/{request_id}/write/slots/{at}/skills", status_code=303)
    return _slot_page(request, page, at, typed.form, _to_fields(typed.faults))


def _slot(page: RequestPage, at: int) -> tuple[RequestPage, SlotDraft]:
    if at >= len(page.told.slots):
        raise NotFound("枠", "slot")
    return page, page.told.slots[at]


def _with(page: RequestPage, at: int, slot: SlotDraft) -> RequestDraft:
    slots = page.told.slots
    return replace(page.told, slots=(*slots[:at], slot, *slots[at + 1 :]))


def _slot_typed(typed: Typed, before: SlotDraft) -> SlotDraft | None:
    title = typed.text("title")
    if not title:
        typed.faults["title"] = typed.spoken.say("枠の名前を入力してください")
    told = {
        "title": title,
        "talent_type": typed.chosen("talent_type", words.TALENT_TYPES),
        "stage": typed.chosen("stage", stages()),
        "role": typed.chosen("role", load_framework(FRAMEWORK).roles, needed=False),
        "start": typed.month("start"),
        "length": typed.whole("length", 1, MOST_MONTHS),
        "hours": typed.number("hours", 0, MOST_HOURS),
        "onsite_days": typed.number("onsite_days", 0, MOST_DAYS),
        "remote_ok": typed.text("remote_ok") == "yes",
        "rate_ceiling": typed.yen("rate_ceiling"),
        "required": typed.text("required") == "yes",
    }
    return None if typed.faults else replace(before, **told)  # type: ignore[arg-type]


def _to_fields(faults: Mapping[str, str]) -> Mapping[str, str]:
    return {FIELDS.get(name, name): text for name, text in faults.items()}


def _shown(slot: SlotDraft) -> dict[str, str]:
    return {
        "title": slot.title,
        "talent_type": slot.talent_type,
        "stage": slot.stage,
        "role": slot.role or "",
        "start": slot.start,
        "length": str(slot.length),
        "hours": f"{slot.hours:g}",
        "onsite_days": f"{slot.onsite_days:g}",
        "remote_ok": "yes" if slot.remote_ok else "no",
        "rate_ceiling": "" if slot.rate_ceiling is None else str(slot.rate_ceiling),
        "required": "yes" if slot.required else "no",
    }


def _slot_page(
    request: Request, page: RequestPage, at: int, form: Mapping[str, str], faults: Mapping[str, str]
) -> Response:
    names = Names(spoken_language(request))
    say = names.language.say
    context = {
        "page": page,
        "step": "slots",
        "at": at,
        "form": form,
        "faults": faults,
        "types": [(key, say(name)) for key, name in words.TALENT_TYPES.items()],
        "stages": [(key, names.stage(key)) for key in stages()],
        "roles": [("", say("決めない")), *role_choices(names)[1:]],
    }
    return render(request, "request_slot.html", context, status=422 if faults else 200)


@router.get("/{at}/skills", dependencies=[decides("request.edit")])
def ask_for_skills(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    request_id: str,
    at: Place,
    *,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the skills of a slot; ``q``: skills that are searched for. htmx gets what was found alone."""
    page, slot = _slot(editable(session, actor, request_id), at)
    return _skills_page(request, page, at, slot.needs, {}, q=q)


@router.post("/{at}/skills", dependencies=[decides("request.edit")])
def rewrite_skills(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    request_id: str,
    at: Place,
    *,
    form: Annotated[NeedsForm, Form()],
) -> Response:
    """Keep the skills; a skill of level 0 is taken out, ``add`` is put in, ``role`` brings those of its template."""
    page, slot = _slot(editable(session, actor, request_id), at)
    fields = {key: str(value) for key, value in form.model_dump(exclude={"version"}).items()}
    typed = Typed(fields, spoken_language(request))
    needs = _needs_typed(typed, slot.needs)
    known = {need.skill for need in needs}
    if form.add and form.add not in known:
        needs.append(NeedDraft(form.add, 3))
    if form.role in load_framework(FRAMEWORK).roles:
        template = role_template(load_framework(FRAMEWORK), form.role)
        wanted = sorted(template, key=lambda entry: -entry[1])
        needs += [NeedDraft(code, min(level, 3)) for code, level in wanted if level >= 3 and code not in known]
    told = _with(page, at, replace(slot, needs=tuple(needs[:MOST_NEEDS])))
    if not typed.faults and keep(session, actor, page, told, version=form.version, typed=typed):
        after = f"/requests/{request_id}/write/slots"
        return RedirectResponse(after if form.done else f"{after}/{at}/skills", status_code=303)
    return _skills_page(request, page, at, slot.needs, typed.faults)


def _needs_typed(typed: Typed, before: Sequence[NeedDraft]) -> list[NeedDraft]:
    """Return the skills there were with the levels typed, without those taken out."""
    kept = []
    for need in before:
        level = typed.whole(LEVEL + need.skill, 0, 4) if LEVEL + need.skill in typed.form else need.level
        if level:
            must = NEEDED + need.skill in typed.form
            kept.append(replace(need, level=level, mandatory=must))
    return kept


def _skills_page(
    request: Request,
    page: RequestPage,
    at: int,
    needs: Sequence[NeedDraft],
    faults: Mapping[str, str],
    *,
    q: str = "",
) -> Response:
    names = Names(spoken_language(request))
    say = names.language.say
    known = {need.skill for need in needs}
    meant = find_skills(q)
    context = {
        "page": page,
        "step": "slots",
        "at": at,
        "slot": page.told.slots[at],
        "needs": needs,
        "faults": faults,
        "q": q,
        "found": [code for code in meant if code not in known],
        "known": bool(meant),
        "roles": [("", say("選んでください")), *role_choices(names)[1:]],
        "levels": [(str(level), f"{level} {say(name)}") for level, name in words.LEVELS.items()],
    }
    return render(request, "request_skills.html", context, block="found", status=422 if faults else 200)
