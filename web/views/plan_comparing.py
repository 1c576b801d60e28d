"""Two plans side by side: what is gained and lost between them, and who changes where."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession
from hub.workflows.paging import Paging
from hub.workflows.plan_comparing import Comparison, compare_plans, plans_to_compare
from hub.workflows.plans import prefecture_rows
from web.addresses import address_of
from web.formats import NOTHING
from web.language import Language
from web.sentences import room
from web.templating import render, spoken_language

router = APIRouter(prefix="/plans")

ROWS = 25
ALIKE = 0.005
"""Figures nearer than this read alike."""
Id = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of both plans, as it is read; ``change``: the later one less the earlier one, empty where none is told.

    ``verdict``: whether that is better or worse, in words; empty where it is neither.
    """

    name: str
    before: str
    after: str
    change: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of both plans; ``say``: how it is read. ``wanted``: 1 when more is better, -1 less, 0 neither."""

    name: str
    before: float | None
    after: float | None
    say: Callable[[float], str]
    wanted: int


@router.get("/compare", dependencies=[decides("plan.read")])
def compare(
    request: Request,
    session: ReadingSession,
    actor: ActorDep,
    *,
    before: Id = "",
    after: Id = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Compare two finished plans, by default the newest with the one in force; with fewer than two, say so."""
    choices = plans_to_compare(session, actor)
    before, after = _chosen(before, after, [one.id for one in choices])
    spoken = spoken_language(request)
    context: dict[str, Any] = {"choices": choices, "before": before, "after": after, "found": None}
    if before and after:
        found = compare_plans(session, actor, before, after, Paging(page=page, size=ROWS))
        covered = [
            sum(1 for area in prefecture_rows(session, key, actor=actor) if area.filled) for key in (before, after)
        ]
        context |= {
            "found": found,
            "figures": _figures(found, (covered[0], covered[1]), spoken),
            "address": address_of("/plans/compare", found.differences, before=before, after=after),
        }
    return render(request, "plan_compare.html", context)


def _chosen(before: str, after: str, newest: list[str]) -> tuple[str, str]:
    """Return the two to compare, as far as they are told, filled up with the newest; the one in force comes first."""
    others = [key for key in newest if key not in {before, after}]
    if not after:
        after = others.pop(1 if not before and len(others) > 1 else 0) if others else ""
    if not before:
        before = others[0] if others else ""
    return before, after


def _figures(found: Comparison, covered: tuple[int, int], spoken: Language) -> list[Figure]:
    """Return the figures of both plans; their values are told only where both are points of the same scale."""
    formats, old, new = spoken.formats, found.before.row, found.after.row
    points = partial(formats.number, digits=2)
    lines = [
        Told(spoken.say("埋まった枠"), old.filled, new.filled, formats.number, 1),
        Told(spoken.say("枠の数"), old.slots, new.slots, formats.number, 0),
        Told(spoken.say("平均適合度"), old.mean_fit, new.mean_fit, points, 1),
        Told(spoken.say("費用（報酬と旅費）"), old.cost, new.cost, formats.yen, -1),
        Told(spoken.say("実質負担（試算）"), old.net_cost, new.net_cost, formats.yen, -1),
        Told(spoken.say("人が決まった都道府県"), covered[0], covered[1], formats.number, 1),
    ]
    if found.same_scale:
        lines.append(Told(spoken.say("計画の値（点）"), old.objective, new.objective, points, 1))
    return [
        *(_figure(line, spoken) for line in lines),
        Figure(spoken.say("改善の余地"), room(old.gap, spoken), room(new.gap, spoken), "", ""),
    ]


def _figure(told: Told, spoken: Language) -> Figure:
    """Return a figure with its change, and whether that is wanted."""
    if told.before is None or told.after is None:
        before, after = (NOTHING if value is None else told.say(value) for value in (told.before, told.after))
        return Figure(told.name, before, after, "", "")
    before, after, change = told.say(told.before), told.say(told.after), told.after - told.before
    if abs(change) < ALIKE:
        return Figure(told.name, before, after, spoken.say("変わらない"), "")
    better = spoken.say("良くなる") if change * told.wanted > 0 else spoken.say("悪くなる")
    signed = ("+" if change > 0 else "−") + told.say(abs(change))
    return Figure(told.name, before, after, signed, better if told.wanted else "")
