"""The experts: the list with its filters, and one expert's page."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hub.auth.disclosure import PARTS
from hub.auth.permissions import Belonging, allows
from hub.decisions import PUBLIC, decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.workflows.disclosures import disclose_expert
from hub.workflows.drafts import MonthDraft, SkillDraft
from hub.workflows.expert_rows import ExpertFilter
from hub.workflows.experts import find_experts
from hub.workflows.shown_experts import ShownExpert, look_at_expert, read_public_summary
from skill_standards import load_framework
from web.addresses import address_of, paging_of
from web.charts.months import MonthColumn, month_columns
from web.choices import paused_choices, prefecture_choices, role_choices, skill_choices, talent_type_choices
from web.language import Language
from web.list_files import files_of
from web.names import FRAMEWORK, Names
from web.templating import render, spoken_language
from web.views.profile_writing import may_write
from web.views.schedules import Year, schedule_context

router = APIRouter(prefix="/experts")

Text = Annotated[str, Query(max_length=100)]


@router.get("", dependencies=[decides("expert.list")])
def list_experts(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    *,
    q: Text = "",
    type: Text = "",
    role: Text = "",
    prefecture: Text = "",
    skill: Text = "",
    paused: Text = "",
    sort: Text = "name",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """List experts by what is asked; htmx gets the results alone."""
    asked = ExpertFilter(
        text=q, talent_type=type, role=role, prefecture=prefecture, skill=skill, paused=paused == "yes"
    )
    found = find_experts(session, asked, paging_of(sort, page), actor=actor)
    names = Names(spoken_language(request))
    context = {
        "asked": asked,
        "found": found,
        "address": address_of(
            "/experts", found, q=q, type=type, role=role, prefecture=prefecture, skill=skill, paused=paused
        ),
        "files": files_of(
            names.language,
            "experts",
            text=q,
            talent_type=type,
            role=role,
            prefecture=prefecture,
            skill=skill,
            paused=asked.paused,
        ),
        "choices": {
            "types": talent_type_choices(names.language),
            "roles": role_choices(names),
            "prefectures": prefecture_choices(names),
            "skills": skill_choices(names),
            "paused": paused_choices(names.language),
        },
    }
    return render(request, "experts.html", context, block="results")


@router.get("/{expert_id}", dependencies=[decides("expert.read")])
def show_expert(
    request: Request,
    session: ReadingSession,
    records: WritingSession,
    actor: ActorDep,
    expert_id: str,
    *,
    year: Year = None,
) -> Response:
    """Show one expert as who looks may see them, and record to whom. 404 when there is none with this id."""
    expert, viewer = look_at_expert(session, actor, expert_id)
    disclose_expert(records, actor, expert_id, viewer)
    if isinstance(expert, ShownExpert):
        may_declare = allows(actor, "conflict.declare", Belonging(organization=viewer.scope))
        context = {**shown_context(request, expert), "declaring": viewer.scope if may_declare else ""}
        return render(request, "expert_shown.html", context)
    spoken = spoken_language(request)
    context = {
        "expert": expert,
        "skills_by_category": _by_category(expert.told.skills, Names(spoken)),
        "chart": _availability_chart(expert.told.availability, spoken),
        "can_edit": may_write(actor, expert_id),
        **schedule_context(session, actor, expert, year, spoken),
    }
    return render(request, "expert.html", context)


@router.get("/{expert_id}/public", dependencies=[PUBLIC])
def show_public_summary(request: Request, session: ReadingSession, expert_id: str) -> Response:
    """Show what a person lets everybody see. 404 where that is nothing, as where there is nobody."""
    response = render(request, "expert_public.html", shown_context(request, read_public_summary(session, expert_id)))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def shown_context(request: Request, shown: ShownExpert) -> dict[str, object]:
    """Return what a page of a profile as an audience sees it is made from."""
    spoken = spoken_language(request)
    return {
        "shown": shown,
        "skills_by_category": _by_category(shown.skills or (), Names(spoken)),
        "chart": _availability_chart(shown.availability or (), spoken),
        "hidden": [part for part in PARTS if part not in shown.parts and not PARTS[part].fixed],
    }


def _by_category(skills_told: Sequence[SkillDraft], names: Names) -> list[tuple[str, list[object]]]:
    """Return (category name, skills) in the standard's order, best skills first within a category."""
    order = {code: place for place, code in enumerate(load_framework(FRAMEWORK).categories)}
    skills = load_framework(FRAMEWORK).skills

    def place(code: str) -> int:
        return order[skills[code].category] if code in skills else len(order)

    ranked = sorted(skills_told, key=lambda skill: (place(skill.code), -skill.level, skill.code))
    return [
        (names.category(group[0].code), list(group))
        for group in (list(entries) for _, entries in groupby(ranked, key=lambda skill: place(skill.code)))
    ]


def _availability_chart(months: Sequence[MonthDraft], spoken: Language) -> str:
    formats = spoken.formats
    columns = [
        MonthColumn(formats.month_name(entry.month), entry.hours, formats.number(entry.hours)) for entry in months
    ]
    title = spoken.say("月ごとの空き時間")
    description = spoken.say("棒の高さが空き時間（時間）です。同じ数字が下の表にあります。")
    return month_columns("availability", title, description, columns)
