"""One slot of a plan: why this person, or why nobody, and what could be done."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.plan_rows import Assigned, PlanSlotPage
from hub.workflows.plans import read_plan, read_plan_slot
from matching.pairs import PARTS
from web import words
from web.charts.bars import Bar, Step, bars, fit_bar, funnel
from web.language import Language
from web.remedies import OF_A_PERSON, remedy_sentence
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
        "fit_bar": fit_bar,
        "subsidy_note": subsidy_note(plan.months, spoken),
    }
    return render(request, "slot.html", context)


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
