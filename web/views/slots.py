"""One slot of a plan: why this person, or why nobody, and what could be done."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import NotFound
from hub.workflows.exports import record_export
from hub.workflows.plan_rows import Assigned, PlanSlotPage
from hub.workflows.plans import read_plan, read_plan_slot
from matching.pairs import PARTS
from web import words
from web.chart_files import csv_answer, svg_answer
from web.charts.bars import Bar, Step, bars, fit_bar, funnel
from web.language import Language
from web.remedies import OF_A_PERSON, remedy_sentence
from web.skill_charts import Holder, holders_of, judged, skill_chart, skill_rows
from web.subsidy import subsidy_note
from web.templating import render, spoken_language

router = APIRouter(prefix="/plans")


@router.get("/{plan_id}/slots/{slot_id}", dependencies=[decides("plan.read")])
def show_slot(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str, slot_id: str) -> Response:
    """Show why the slot is as it is. 404 when the plan has no such slot."""
    plan = read_plan(session, plan_id, actor=actor)
    slot = read_plan_slot(session, plan_id, slot_id, actor=actor)
    spoken = spoken_language(request)
    who = slot.row.assigned
    holders = holders_of(slot, spoken)
    context: dict[str, Any] = {
        "plan": plan.row,
        "slot": slot,
        "parts": _parts(who) if who else [],
        "chart": _contributions(who, spoken) if who else _funnel(slot, spoken),
        "remedies": [
            {
                "sentence": remedy_sentence(named.remedy, spoken.pick(named.name or "", named.romaji) or None, spoken),
                "expert": None if named.remedy.kind in OF_A_PERSON or not named.name else named,
                "change": named.remedy.objective - (plan.row.objective or 0.0),
                "emptied": named.remedy.change.get("slot"),
            }
            for named in slot.remedies
        ],
        "holders": holders,
        "skills_chart": skill_chart(slot, holders, spoken),
        "judged": lambda needed, has: judged(needed, has, spoken),
        "fit_bar": fit_bar,
        "subsidy_note": subsidy_note(plan.months, spoken),
    }
    return render(request, "slot.html", context)


@router.get("/{plan_id}/slots/{slot_id}/skills.csv", dependencies=[decides("export.run")])
def keep_skill_rows(
    request: Request, session: ReadingSession, records: WritingSession, actor: ActorDep, *, plan_id: str, slot_id: str
) -> Response:
    """Return what the slot needs and what people have as CSV; it is recorded who is in it."""
    spoken = spoken_language(request)
    slot = read_plan_slot(session, plan_id, slot_id, actor=actor)
    holders = holders_of(slot, spoken)
    _record(records, actor, "csv", plan_id, holders)
    return csv_answer(skill_rows(slot, holders, spoken), f"skills_{slot_id}")


@router.get("/{plan_id}/slots/{slot_id}/skills.svg", dependencies=[decides("export.run")])
def keep_skill_chart(
    request: Request, session: ReadingSession, records: WritingSession, actor: ActorDep, *, plan_id: str, slot_id: str
) -> Response:
    """Return the same as SVG. 404 where there is nobody to compare."""
    spoken = spoken_language(request)
    slot = read_plan_slot(session, plan_id, slot_id, actor=actor)
    holders = holders_of(slot, spoken)
    chart = skill_chart(slot, holders, spoken)
    if not chart:
        raise NotFound("比べる人", "person to compare")
    _record(records, actor, "svg", plan_id, holders)
    return svg_answer(chart, f"skills_{slot_id}")


def _record(records: WritingSession, actor: Actor, form: str, plan_id: str, holders: Sequence[Holder]) -> None:
    people = [one.expert_id for one in holders if not one.imagined]
    record_export(records, actor, "skills", form, plan_id, people=people)


def _parts(who: Assigned) -> list[tuple[str, float]]:
    """Return the parts of the fit in their order; parts that no policy uses stay away."""
    return [(name, who.parts[name]) for name in PARTS if name in who.parts]


def _contributions(who: Assigned, spoken: Language) -> str:
    rows = [Bar(spoken.say(words.PARTS[name]), points, spoken.formats.signed(points)) for name, points in _parts(who)]
    title = spoken.say("適合度の内訳")
    return bars("parts", title, spoken.say("内訳の点を足すと適合度になります。同じ数字が隣の表にあります。"), rows)


def _funnel(slot: PlanSlotPage, spoken: Language) -> str:
    if not slot.funnel:
        return ""
    number = spoken.formats.number
    everyone = slot.funnel[0].left + slot.funnel[0].removed
    start = Step(spoken.say("登録されている人"), everyone, spoken.say("%(count)s人", count=number(everyone)))
    steps = [
        Step(
            spoken.say(words.RULES_SHORT[step.rule]),
            step.left,
            spoken.say("−%(removed)s人、残り%(left)s人", removed=number(step.removed), left=number(step.left)),
        )
        for step in slot.funnel
        if step.removed
    ]
    title = spoken.say("誰がどこで外れたか")
    description = spoken.say("条件ごとに残った人数です。誰も外れなかった条件は表にだけあります。")
    return funnel("funnel", title, description, start, steps)
