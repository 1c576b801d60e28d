"""A profile kept up part by part: who one is, what one does, conditions, months that are free; and being paused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, allows
from hub.decisions import decides
from hub.dependencies import SAFE_METHODS, ActorDep, DatabaseDep, ReadingSession, WritingSession
from hub.errors import Forbidden
from hub.logging import log_event
from hub.workflows.declared_conflicts import declare_vendors, own_vendors
from hub.workflows.disclosures import disclose_expert
from hub.workflows.drafts import ExpertDraft, MonthDraft
from hub.workflows.expert_rows import ExpertPage
from hub.workflows.experts import edit_expert, read_expert, set_paused
from hub.workflows.introductions import viewer_of
from hub.workflows.japanese_days import month_of, today_in_japan
from seed_data.months import month_number, months_from
from skill_standards import load_framework, load_themes
from web import words
from web.choices import prefecture_choices
from web.names import FRAMEWORK, Names, stages
from web.templating import render, spoken_language
from web.typed import MOST_DAYS, MOST_HOURS, NOTHING, Typed, Version
from web.views.schedules import Year, schedule_context

MONTHS_SHOWN = 12
MOST_AT_ONCE, MOST_MINUTES = 1000, 1440
PLAIN = (
    "family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji", "affiliation", "summary",
)  # fmt: skip
"""Fields of text alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a profile: where it is written, and whether there is something in it."""

    key: str
    done: bool


def parts_of(told: ExpertDraft) -> tuple[Part, ...]:
    """Return the parts of a profile in their order."""
    return (
        Part("about", bool(told.family_kana and told.summary)),
        Part("kinds", bool(told.talent_types and told.stages)),
        Part("skills", any(skill.evidence for skill in told.skills)),
        Part("career", bool(told.career)),
        Part("availability", any(month.hours for month in told.availability)),
        Part("conditions", bool(told.max_travel_minutes is not None or told.regions)),
    )


def may_write(actor: Actor, expert_id: str) -> bool:
    """Return whether ``actor`` may keep up this profile."""
    return allows(actor, "expert.edit", Belonging(expert=expert_id))


def own(session: ReadingSession, actor: Actor, expert_id: str) -> ExpertPage:
    """Return a profile ``actor`` may write. Raises NotFound, Forbidden."""
    if not may_write(actor, expert_id):
        raise Forbidden
    return read_expert(session, expert_id, actor=actor)


def keep(
    session: WritingSession, actor: Actor, page: ExpertPage, told: ExpertDraft, *, version: int, typed: Typed
) -> bool:
    """Keep a profile as it is told now; what is wrong is added to ``typed``, and then nothing is kept."""
    with typed.keeping(session):
        edit_expert(session, actor, page.id, told, version)
    if typed.faults:
        return False
    log_event("expert_edited", expert=page.id, actor=actor.id)
    return True


def show_to_office(request: Request, database: DatabaseDep, actor: ActorDep, expert_id: str) -> None:
    """Record that a profile is shown to the office in order to keep it up; its own person looks at it unrecorded."""
    if request.method in SAFE_METHODS and actor.expert != expert_id and may_write(actor, expert_id):
        with database.writing() as session:
            disclose_expert(session, actor, expert_id, viewer_of(session, actor, expert_id))


def done(expert_id: str) -> Response:
    """Lead back to the parts of the profile."""
    return RedirectResponse(f"/experts/{expert_id}/edit", status_code=303)


router = APIRouter(prefix="/experts/{expert_id}/edit", dependencies=[Depends(show_to_office)])


@router.get("", dependencies=[decides("expert.edit")])
def show_parts(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str) -> Response:
    """Show the parts of the profile as a task list, with how complete it is."""
    page = own(session, actor, expert_id)
    parts = parts_of(page.told)
    context = {
        "expert": page,
        "parts": parts,
        "complete": sum(part.done for part in parts),
        "can_choose": allows(actor, "expert.choose_disclosure", Belonging(expert=expert_id)),
    }
    return render(request, "profile.html", context)


@router.post("/paused", dependencies=[decides("expert.pause")])
def pause(
    session: WritingSession, actor: ActorDep, expert_id: str, *, paused: Annotated[bool, Form()] = False
) -> Response:
    """Take the person out of every plan from now on, or let them in again."""
    set_paused(session, actor, expert_id, paused=paused)
    log_event("expert_paused" if paused else "expert_resumed", expert=expert_id, actor=actor.id)
    return done(expert_id)


class AboutForm(BaseModel):
    """Who one is, as typed."""

    version: Version
    family_name: str = ""
    given_name: str = ""
    family_kana: str = ""
    given_kana: str = ""
    family_romaji: str = ""
    given_romaji: str = ""
    affiliation: str = ""
    summary: str = ""


@router.get("/about", dependencies=[decides("expert.edit")])
def ask_about(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str) -> Response:
    """Show names, affiliation and introduction."""
    page = own(session, actor, expert_id)
    return _about_page(request, page, {name: getattr(page.told, name) for name in PLAIN})


@router.post("/about", dependencies=[decides("expert.edit")])
def rewrite_about(
    request: Request, session: WritingSession, actor: ActorDep, expert_id: str, form: Annotated[AboutForm, Form()]
) -> Response:
    """Keep them; 422 shows the page again, 409 when somebody else was faster."""
    page = own(session, actor, expert_id)
    typed = Typed(form.model_dump(exclude={"version"}), spoken_language(request))
    if not typed.text("family_name"):
        typed.faults["family_name"] = typed.spoken.say("姓を入力してください")
    told = replace(page.told, **{name: typed.text(name) for name in PLAIN})  # type: ignore[arg-type]
    if not typed.faults and keep(session, actor, page, told, version=form.version, typed=typed):
        return done(expert_id)
    return _about_page(request, page, typed.form, typed.faults)


def _about_page(
    request: Request, page: ExpertPage, form: Mapping[str, str], faults: Mapping[str, str] = NOTHING
) -> Response:
    context = {"expert": page, "form": form, "faults": faults}
    return render(request, "profile_about.html", context, status=422 if faults else 200)


class KindsForm(BaseModel):
    """What one does: lists of codes."""

    version: Version
    talent_types: list[str] = []
    external_types: list[str] = []
    roles: list[str] = []
    stages: list[str] = []
    themes: list[str] = []


@router.get("/kinds", dependencies=[decides("expert.edit")])
def ask_for_kinds(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str) -> Response:
    """Show types, roles, stages and themes."""
    page = own(session, actor, expert_id)
    told = page.told
    return _kinds_page(request, page, {name: getattr(told, name) for name in KINDS})


KINDS = ("talent_types", "external_types", "roles", "stages", "themes")


@router.post("/kinds", dependencies=[decides("expert.edit")])
def rewrite_kinds(
    request: Request, session: WritingSession, actor: ActorDep, expert_id: str, form: Annotated[KindsForm, Form()]
) -> Response:
    """Keep them; 422 shows the page again, 409 when somebody else was faster."""
    page = own(session, actor, expert_id)
    typed = Typed({}, spoken_language(request))
    chosen: dict[str, Any] = {name: tuple(getattr(form, name)) for name in KINDS}
    if keep(session, actor, page, replace(page.told, **chosen), version=form.version, typed=typed):
        return done(expert_id)
    return _kinds_page(request, page, chosen, typed.faults)


def _kinds_page(
    request: Request, page: ExpertPage, chosen: Mapping[str, Any], faults: Mapping[str, str] = NOTHING
) -> Response:
    names = Names(spoken_language(request))
    say = names.language.say
    groups = [
        ("talent_types", say("人材の類型"), [(key, say(name)) for key, name in words.TALENT_TYPES.items()]),
        ("external_types", say("外部人材の類型"), [(key, say(name)) for key, name in words.EXTERNAL_TYPES.items()]),
        ("roles", say("ロール"), [(role, names.role(role)) for role in load_framework(FRAMEWORK).roles]),
        ("stages", say("経験した段階"), [(key, names.stage(key)) for key in stages()]),
        ("themes", say("得意な分野"), [(theme.id, names.theme(theme.id)) for theme in load_themes()]),
    ]
    context = {"expert": page, "groups": groups, "chosen": chosen, "faults": faults}
    return render(request, "profile_kinds.html", context, status=422 if faults else 200)


class ConditionsForm(BaseModel):
    """On what conditions one works, as typed."""

    version: Version
    base: str = ""
    hourly_rate: str = ""
    current_rate: str = ""
    max_travel_minutes: str = ""
    work_modes: list[str] = []
    full_time_possible: str = "no"
    regions: list[str] = []
    conflicts: str = ""
    vendors: str = ""


@router.get("/conditions", dependencies=[decides("expert.edit")])
def ask_for_conditions(request: Request, session: ReadingSession, actor: ActorDep, expert_id: str) -> Response:
    """Show base, pay, travel, regions and conflicts of interest."""
    page = own(session, actor, expert_id)
    told = page.told
    form = {
        "base": told.base,
        "hourly_rate": str(told.hourly_rate),
        "current_rate": "" if told.current_rate is None else str(told.current_rate),
        "max_travel_minutes": "" if told.max_travel_minutes is None else str(told.max_travel_minutes),
        "full_time_possible": "yes" if told.full_time_possible else "no",
        "conflicts": "\n".join(told.conflicts),
        "vendors": "\n".join(own_vendors(session, actor, expert_id)),
    }
    return _conditions_page(request, page, form, told.work_modes, told.regions)


@router.post("/conditions", dependencies=[decides("expert.edit")])
def rewrite_conditions(
    request: Request, session: WritingSession, actor: ActorDep, expert_id: str, form: Annotated[ConditionsForm, Form()]
) -> Response:
    """Keep them; 422 shows the page again, 409 when somebody else was faster."""
    page = own(session, actor, expert_id)
    plain = form.model_dump(exclude={"version", "work_modes", "regions"})
    typed = Typed(plain, spoken_language(request))
    modes, regions = tuple(form.work_modes), tuple(form.regions)
    told: dict[str, Any] = {
        "base": typed.organization("base"),
        "hourly_rate": typed.yen("hourly_rate", needed=True),
        "current_rate": typed.yen("current_rate"),
        "max_travel_minutes": typed.whole("max_travel_minutes", 0, MOST_MINUTES, needed=False),
        "work_modes": modes,
        "full_time_possible": typed.text("full_time_possible") == "yes",
        "regions": regions,
        "conflicts": typed.organizations("conflicts"),
    }
    vendors = [line.strip() for line in typed.text("vendors").splitlines() if line.strip()]
    if not typed.faults:
        with typed.keeping(session):
            edit_expert(session, actor, expert_id, replace(page.told, **told), form.version)
            declare_vendors(session, actor, expert_id, vendors)
    if not typed.faults:
        log_event("expert_edited", expert=expert_id, actor=actor.id)
        return done(expert_id)
    return _conditions_page(request, page, plain, modes, regions, faults=typed.faults)


def _conditions_page(
    request: Request,
    page: ExpertPage,
    form: Mapping[str, str],
    modes: tuple[str, ...],
    regions: tuple[str, ...],
    *,
    faults: Mapping[str, str] = NOTHING,
) -> Response:
    names = Names(spoken_language(request))
    context = {
        "expert": page,
        "form": form,
        "faults": faults,
        "modes": [(key, names.language.say(name)) for key, name in words.WORK_MODES.items()],
        "chosen_modes": modes,
        "regions": prefecture_choices(names)[1:],
        "chosen_regions": regions,
    }
    return render(request, "profile_conditions.html", context, status=422 if faults else 200)


class MonthsForm(BaseModel):
    """Three fields for each month, named ``<what>-<YYYY-MM>``."""

    model_config = ConfigDict(extra="allow")
    version: Version


FIELDS = ("hours", "engagements", "onsite_days")


@router.get("/availability", dependencies=[decides("expert.edit")])
def ask_for_months(
    request: Request, session: ReadingSession, actor: ActorDep, expert_id: str, year: Year = None
) -> Response:
    """Show the coming year month by month, and any later month that is told already."""
    page = own(session, actor, expert_id)
    known = {month.month: month for month in page.told.availability}
    form = {
        f"{name}-{month}": f"{getattr(known[month], name):g}" if month in known else ""
        for month in _months(page)
        for name in FIELDS
    }
    return _months_page(request, session, actor, page, form, year=year)


@router.post("/availability", dependencies=[decides("expert.edit")])
def rewrite_months(
    request: Request, session: WritingSession, actor: ActorDep, expert_id: str, form: Annotated[MonthsForm, Form()]
) -> Response:
    """Keep the months; an empty line is a month that is not offered. 409 names what is promised already."""
    page = own(session, actor, expert_id)
    fields = {key: str(value) for key, value in form.model_dump(exclude={"version"}).items()}
    typed = Typed(fields, spoken_language(request))
    shown = _months(page)
    kept = [month for month in page.told.availability if month.month not in shown]
    kept += [month for month in (_month_typed(typed, name) for name in shown) if month]
    told = replace(page.told, availability=tuple(kept))
    if not typed.faults and keep(session, actor, page, told, version=form.version, typed=typed):
        return done(expert_id)
    return _months_page(request, session, actor, page, fields, faults=typed.faults)


def _month_typed(typed: Typed, month: str) -> MonthDraft | None:
    hours = typed.number(f"hours-{month}", 0, MOST_HOURS, needed=False)
    at_once = typed.whole(f"engagements-{month}", 0, MOST_AT_ONCE, needed=hours is not None)
    days = typed.number(f"onsite_days-{month}", 0, MOST_DAYS, needed=False)
    if hours is None or at_once is None:
        return None
    return MonthDraft(month, hours, at_once, days or 0.0)


def _months(page: ExpertPage) -> list[str]:
    first = month_of(today_in_japan())
    usual = months_from(first, MONTHS_SHOWN)
    last = max((month.month for month in page.told.availability), default=usual[-1])
    return list(months_from(first, max(MONTHS_SHOWN, month_number(last) - month_number(first) + 1)))


def _months_page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    page: ExpertPage,
    form: Mapping[str, str],
    *,
    faults: Mapping[str, str] = NOTHING,
    year: int | None = None,
) -> Response:
    schedule = schedule_context(session, actor, page, year, spoken_language(request))
    context = {"expert": page, "form": form, "faults": faults, "months": _months(page), **schedule}
    return render(request, "profile_months.html", context, status=422 if faults else 200)
